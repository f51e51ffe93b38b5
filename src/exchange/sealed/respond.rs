//! C3: what the holder evaluates, for whom, and how much of it.

use super::{HolderBook, outside, refused};
use crate::error::Result;
use crate::exchange::manifest::{Detail, Received, Sent, Side};
use crate::exchange::padding::padme;
use crate::exchange::sealed::book::Request;
use crate::exchange::table::{Kind, Table};
use crate::oprf::{self, Element};

/// What is to be done with a request.
#[derive(Debug)]
pub enum Admission<'a> {
    /// It is let in and charged: make the book durable, then respond.
    New(Admitted<'a>),
    /// It was answered before: hand out the stored response with this id, byte for byte.
    Answered([u8; 32]),
}

/// A request that is charged and not yet answered.
#[derive(Debug)]
pub struct Admitted<'a> {
    request: &'a Received,
}

impl HolderBook {
    /// Decides on a request before any curve work is done for it. What is let in is charged to the
    /// epoch's caps, padding included; the same request again is not charged again.
    ///
    /// # Errors
    /// Integrity: it is of an index that is not the current one, its session stands for another
    /// request, a row is there twice. Outside the agreement: a cap would be passed, or it has more
    /// rows than its subjects can have inputs.
    pub fn admit<'a>(&mut self, side: &Side<'_>, request: &'a Received) -> Result<Admission<'a>> {
        side.is_holder()?;
        self.is_of(side.deal)?;
        let (manifest, caps) = (&request.manifest, &side.deal.caps);
        let Detail::Subjects { count, .. } = manifest.detail else {
            return Err(refused("request", "it is another kind of file"));
        };
        if let Some(before) = self.requests.get(&manifest.head.session) {
            if before.id != request.id {
                return Err(refused("request", "its session stands for another request"));
            }
            if let Some(answer) = before.answer {
                return Ok(Admission::Answered(answer));
            }
        }
        self.current(&manifest.head.index)?;
        let rows = manifest.head.rows;
        let inputs = count.saturating_mul(u64::from(caps.inputs_per_record));
        if rows == 0 || rows > padme(inputs) {
            return Err(outside(
                "the request has more rows than its subjects have inputs",
            ));
        }
        let mut sorted: Vec<&[u8; 32]> = request.table.rows(0).iter().collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|two| matches!(two, [a, b] if a == b)) {
            return Err(refused("request", "a row is there twice"));
        }
        let known = self.requests.contains_key(&manifest.head.session);
        if !known {
            if self.rows_spent().saturating_add(rows) > caps.request_rows {
                return Err(outside("the rows agreed for this epoch are spent"));
            }
            if self.subjects_declared().saturating_add(count) > caps.subjects {
                return Err(outside("the subjects agreed for this epoch are spent"));
            }
            let entry = Request {
                id: request.id,
                rows,
                subjects: count,
                answer: None,
            };
            self.requests.insert(manifest.head.session, entry);
        }
        Ok(Admission::New(Admitted { request }))
    }
}

impl Admitted<'_> {
    /// Multiplies every row by the key and proves it. Enters the answer in the book: make book and
    /// response durable together, the response first.
    ///
    /// **Cost**: 31 µs a row, 4 of them the proof.
    ///
    /// # Errors
    /// Integrity: a row is no element of the group; the book is another than the one that let the
    /// request in.
    pub fn respond(self, side: &Side<'_>, book: &mut HolderBook) -> Result<Sent> {
        let head = &self.request.manifest.head;
        let key = book.key(side.deal)?;
        let entry = book.requests.get_mut(&head.session);
        let entry = entry.filter(|entry| entry.id == self.request.id);
        let entry = entry.ok_or_else(|| refused("request", "this book did not let it in"))?;
        let blinded = Element::decode_all(self.request.table.rows(0))?;
        let evaluated = oprf::evaluate(&key, &blinded);
        let proofs = oprf::prove(&key, &blinded, &evaluated)?;
        let answer = side.head(Kind::Response, head.session, head.index);
        let table = Table::new(answer, vec![evaluated.concat()])?;
        let sent = side.send(&table, self.request.id, Detail::Proofs(proofs))?;
        entry.answer = Some(sent.id);
        Ok(sent)
    }
}
