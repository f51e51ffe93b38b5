//! The paper that goes with a linked file: its head and digest, signed where there is an identity.

use crate::error::Result;
use crate::exchange::codec::{hex, unhex};
use crate::exchange::identity::{Identity, Party};
use crate::exchange::note::Note;
use crate::exchange::table::{Head, Kind, ROW_LIMIT, Table};

use super::refused;

/// First line of a paper.
const FIRST: &str = "veilmatch linked/1";

/// A file with its paper, as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedFile {
    /// The rows.
    pub envelope: Vec<u8>,
    /// The paper: a note, which may have a signature.
    pub paper: String,
}

/// A file that fits its paper.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Paper {
    /// The rows.
    pub table: Table,
    /// BLAKE3 of the file.
    pub digest: [u8; 32],
}

impl LinkedFile {
    pub(super) fn new(table: &Table, identity: Option<&Identity>) -> Result<Self> {
        let envelope = table.encode();
        let digest = *blake3::hash(&envelope).as_bytes();
        let mut note = Note::new(text(table.head(), &digest))?;
        if let Some(identity) = identity {
            identity.sign(&mut note);
        }
        Ok(Self {
            envelope,
            paper: note.encode(),
        })
    }
}

fn text(head: &Head, digest: &[u8; 32]) -> String {
    format!("{FIRST}\nhead {}\ndigest {}\n", head.text(), hex(digest))
}

impl Paper {
    /// The head that a paper states, whoever signed it: for a look at the file, never to act on it.
    ///
    /// # Errors
    /// Integrity: it is no paper in its one form.
    pub fn stated(paper: &[u8]) -> Result<Head> {
        let note = Note::decode(paper)?;
        let mut lines = note.text().lines();
        let mut value = |name: &str| lines.next()?.strip_prefix(name);
        let stated = value(FIRST).and_then(|_| {
            let head = Head::parse(value("head ")?)?;
            Some((head, unhex(value("digest ")?)?))
        });
        let stated = stated.filter(|(head, digest)| text(head, digest) == note.text());
        let (head, _) = stated.ok_or_else(|| refused("its paper is not in its one form"))?;
        Ok(head)
    }

    /// Takes a file of a kind. Where the sender's identity is known its signature is checked; without
    /// one the paper only shows that the file is whole.
    ///
    /// # Errors
    /// Integrity: file and paper do not fit, or are of another kind, or the signature is missing.
    pub fn receive(
        kind: Kind,
        envelope: &[u8],
        paper: &[u8],
        from: Option<&Party>,
    ) -> Result<Self> {
        let note = Note::decode(paper)?;
        let stated = match from {
            Some(party) => note.verified(&[&party.signatory])?,
            None => note.text(),
        };
        let digest = (stated.lines().nth(2))
            .and_then(|line| unhex(line.strip_prefix("digest ")?))
            .ok_or_else(|| refused("its paper is not in its one form"))?;
        if digest != *blake3::hash(envelope).as_bytes() {
            return Err(refused("it is not the file of its paper"));
        }
        let table = Table::decode(envelope, ROW_LIMIT)?;
        if text(table.head(), &digest) != stated {
            return Err(refused("it is not the file of its paper"));
        }
        if table.head().kind != kind {
            return Err(refused("it is of another kind"));
        }
        Ok(Self { table, digest })
    }
}
