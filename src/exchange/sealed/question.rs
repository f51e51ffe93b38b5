//! C2: what the asker asks, and the commitment to whom it asks about.

use std::fmt;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::book::scope;
use super::{derive, derive_wide, framed, fresh, fresh_id, outside, refused};
use crate::error::{Problem, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::codec::{Reader, close};
use crate::exchange::manifest::{Detail, Received, Sent, Side};
use crate::exchange::padding::padme;
use crate::exchange::table::{Kind, Table};
use crate::merkle::{self, Tree};
use crate::oprf::{self, Blind, Mode, PublicKey};

const MAGIC: [u8; 8] = *b"VMASKR01";
const WHAT: &str = "asker's state";

/// A subject, as the caller has encoded it.
#[derive(Clone, Default)]
pub struct Subject {
    /// The record that the inputs follow from: what an auditor is shown.
    pub record: Vec<u8>,
    /// Inputs of the function, by the agreed recipe.
    pub inputs: Vec<Vec<u8>>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(..)")
    }
}

/// The asker's secret of one session: all blinds, salts and paddings of its request follow from it.
pub struct AskerState {
    scope: [u8; 32],
    pub(super) session: [u8; 32],
    pub(super) seed: Zeroizing<[u8; 32]>,
    /// What the session is about, once there is a question.
    bound: Option<[u8; 32]>,
}

impl AskerState {
    /// A new session under a deal.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(deal: &Deal) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        fresh(seed.as_mut())?;
        Ok(Self {
            scope: scope(deal),
            session: fresh_id()?,
            seed,
            bound: None,
        })
    }

    /// The session: its request and the response state it.
    pub fn session(&self) -> [u8; 32] {
        self.session
    }

    /// The bytes of the state, to be kept where only the asker reads.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of the seed behind.
        let mut out = Zeroizing::new(Vec::with_capacity(256));
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.scope);
        out.extend_from_slice(&self.session);
        out.extend_from_slice(self.seed.as_ref());
        out.extend_from_slice(&self.bound.unwrap_or_default());
        close(&mut out);
        out
    }

    /// Reads a state back.
    ///
    /// # Errors
    /// Integrity: it was changed, cut short, or is something else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(bytes, MAGIC, WHAT)?;
        let state = Self {
            scope: reader.array()?,
            session: reader.array()?,
            seed: Zeroizing::new(reader.array()?),
            bound: Some(reader.array()?).filter(|bound| *bound != [0; 32]),
        };
        reader.end()?;
        Ok(state)
    }
}

impl fmt::Debug for AskerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AskerState(..)")
    }
}

/// What a row of a request is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row {
    /// The blinded input of this number.
    Input(u32),
    /// The random point of this number.
    Padding(u32),
}

/// A question: the distinct inputs of all subjects, in the order of the rows that ask them.
pub struct Question<'a> {
    pub(super) deal: &'a Deal,
    pub(super) session: [u8; 32],
    pub(super) index: [u8; 32],
    pub(super) key: PublicKey,
    pub(super) subjects: &'a [Subject],
    /// Distinct inputs, sorted.
    pub(super) inputs: Vec<&'a [u8]>,
    /// Numbers of the subjects that have each input.
    owners: Vec<Vec<u32>>,
    pub(super) rows: Vec<Row>,
    pub(super) tree: Tree,
    pub(super) seed: Zeroizing<[u8; 32]>,
    pub(super) answers: [u8; 32],
}

impl<'a> Question<'a> {
    /// Prepares the question of a session to an index. Binds the state to both; with a state that
    /// is bound already, anything but the same question is refused, because one session stands for
    /// one request.
    ///
    /// **Cost**: a hash or three for each input; no curve work.
    ///
    /// # Errors
    /// Outside the agreement: more subjects, inputs or rows than agreed, or the other party's step;
    /// integrity: the state is of another deal or was bound to another question.
    pub fn new(
        side: &Side<'a>,
        state: &mut AskerState,
        index: &Received,
        subjects: &'a [Subject],
    ) -> Result<Self> {
        side.is_asker()?;
        let deal = side.deal;
        if state.scope != scope(deal) {
            return Err(refused(WHAT, "it is of another agreement, holder or epoch"));
        }
        let (Detail::Key(key), Kind::Index) = (&index.manifest.detail, index.manifest.head.kind)
        else {
            return Err(refused("index", "it is another kind of file"));
        };
        let caps = &deal.caps;
        if subjects.len() as u64 > caps.subjects {
            return Err(outside("there are more subjects than agreed"));
        }
        let most = usize::from(caps.inputs_per_record);
        if subjects.iter().any(|subject| subject.inputs.len() > most) {
            return Err(outside("a subject has more inputs than agreed"));
        }
        let (inputs, owners) = distinct(subjects);
        let padded = padme(inputs.len() as u64);
        if inputs.is_empty() {
            return Err(refused("request", "it would hold no input"));
        }
        if padded > caps.request_rows {
            return Err(outside("the request has more rows than agreed"));
        }
        let seed = state.seed.clone();
        let tree = commitment(&seed, subjects);
        let head = &index.manifest.head;
        let question = Self {
            deal,
            session: state.session,
            index: head.index,
            key: *key,
            subjects,
            rows: shuffled(&seed, &inputs, padded),
            inputs,
            owners,
            tree,
            seed,
            answers: index.id,
        };
        let bound = question.fingerprint();
        if state.bound.is_some_and(|before| before != bound) {
            return Err(refused(
                "session",
                "it was begun with other subjects, another recipe or another index",
            ));
        }
        state.bound = Some(bound);
        Ok(question)
    }

    /// The request: blinded inputs and random points in an order that says nothing. The same bytes
    /// each time, but for where the log stands.
    ///
    /// **Cost**: 25 µs a row.
    ///
    /// # Errors
    /// The other party's step; an input longer than 65,000 bytes.
    pub fn request(&self, side: &Side<'_>) -> Result<Sent> {
        side.is_asker()?;
        let framed: Vec<Vec<u8>> =
            (self.inputs.par_iter().map(|i| framed(&self.deal.ctx, i))).collect();
        let blinded = oprf::blind(&framed, &self.blinds()?, Mode::Voprf)?;
        let mut column = Vec::with_capacity(self.rows.len().saturating_mul(32));
        for row in &self.rows {
            match row {
                Row::Input(number) => {
                    let bytes = blinded.get(*number as usize);
                    column.extend_from_slice(bytes.ok_or(Problem::Internal("a row too many"))?);
                }
                Row::Padding(number) => {
                    column.extend_from_slice(&padding_row(&self.padding_key(*number)));
                }
            }
        }
        let head = side.head(Kind::Request, self.session, self.index);
        let detail = Detail::Subjects {
            count: self.subjects.len() as u64,
            root: self.tree.root(),
        };
        side.send(&Table::new(head, vec![column])?, self.answers, detail)
    }

    /// Rows of the request, padding included.
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// An input by its number.
    pub fn input(&self, number: u32) -> Option<&'a [u8]> {
        self.inputs.get(number as usize).copied()
    }

    /// The subjects that have an input, by their numbers.
    pub fn subjects_with(&self, input: u32) -> &[u32] {
        self.owners.get(input as usize).map_or(&[], Vec::as_slice)
    }

    /// The blinds of all inputs, in the order of the inputs.
    pub(super) fn blinds(&self) -> Result<Vec<Blind>> {
        let blinds: Option<Vec<Blind>> = self.inputs.par_iter().map(|i| self.blind(i)).collect();
        blinds.ok_or_else(|| Problem::Internal("a blind of zero").into())
    }

    pub(super) fn blind(&self, input: &[u8]) -> Option<Blind> {
        blind_of(&self.seed, &self.session, input)
    }

    /// From this follows a random point; shown to an auditor, it shows that the row asks nothing.
    pub(super) fn padding_key(&self, number: u32) -> Zeroizing<[u8; 32]> {
        let parts: [&[u8]; 3] = [self.seed.as_ref(), &self.session, &number.to_le_bytes()];
        derive("veilmatch 2026-11 padding of a request v1", &parts)
    }

    pub(super) fn salt(&self, subject: u32) -> Zeroizing<[u8; 32]> {
        salt(&self.seed, subject)
    }

    /// Stands for the index, the subjects and their inputs.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = super::stream(
            "veilmatch 2026-11 question v1",
            &[
                self.seed.as_ref(),
                &self.answers,
                &self.tree.root(),
                &(self.subjects.len() as u64).to_le_bytes(),
            ],
        );
        for input in &self.inputs {
            hasher.update(&(input.len() as u64).to_le_bytes());
            hasher.update(input);
        }
        *hasher.finalize().as_bytes()
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("inputs", &self.inputs.len())
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

/// The blind of an input in a session.
pub(super) fn blind_of(seed: &[u8; 32], session: &[u8; 32], input: &[u8]) -> Option<Blind> {
    let parts: [&[u8]; 3] = [seed, session, input];
    Blind::from_uniform(&derive_wide("veilmatch 2026-11 blind v1", &parts))
}

/// The row of a padding key.
pub(super) fn padding_row(key: &[u8; 32]) -> [u8; 32] {
    oprf::padding(&derive_wide("veilmatch 2026-11 random point v1", &[key]))
}

/// The tree over salted records: without its 32-byte salt a leaf says nothing of its record.
fn commitment(seed: &[u8; 32], subjects: &[Subject]) -> Tree {
    let leaves: Vec<merkle::Hash> = (0..u32::MAX)
        .zip(subjects)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(number, subject)| leaf(&salt(seed, number), &subject.record))
        .collect();
    Tree::over(leaves)
}

pub(super) fn leaf(salt: &[u8; 32], record: &[u8]) -> merkle::Hash {
    merkle::leaf_hash(&[salt, record])
}

fn salt(seed: &[u8; 32], subject: u32) -> Zeroizing<[u8; 32]> {
    let parts: [&[u8]; 2] = [seed, &subject.to_le_bytes()];
    derive("veilmatch 2026-11 salt of a subject v1", &parts)
}

/// All inputs once, sorted, and whose each is.
fn distinct(subjects: &[Subject]) -> (Vec<&[u8]>, Vec<Vec<u32>>) {
    let mut pairs: Vec<(&[u8], u32)> = (0..u32::MAX)
        .zip(subjects)
        .flat_map(|(number, s)| s.inputs.iter().map(move |i| (i.as_slice(), number)))
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|run| Some((run.first()?.0, run.iter().map(|(_, n)| *n).collect())))
        .unzip()
}

/// Inputs and paddings in an order that follows from the seed alone.
fn shuffled(seed: &[u8; 32], inputs: &[&[u8]], padded: u64) -> Vec<Row> {
    let more = padded.saturating_sub(inputs.len() as u64);
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    let place = |mark: &[u8], bytes: &[u8]| {
        *derive(
            "veilmatch 2026-11 order of a request v1",
            &[seed, mark, bytes],
        )
    };
    let mut rows: Vec<([u8; 32], Row)> = inputs
        .par_iter()
        .enumerate()
        .map(|(number, input)| {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            (place(b"input", input), Row::Input(number))
        })
        .chain((0..more).into_par_iter().map(|number| {
            let place = place(b"padding", &number.to_le_bytes());
            (place, Row::Padding(number))
        }))
        .collect();
    rows.par_sort_unstable_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}
