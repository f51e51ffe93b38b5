//! Proofs about a log, as files that a third party checks without the log.

use crate::audit::Checkpoint;
use crate::error::{Problem, Result};
use crate::exchange::codec::{hex, unhex};
use crate::exchange::identity::Party;
use crate::merkle::{self, Hash};

/// First line of a proof.
const FIRST: &str = "veilmatch proof/1";
/// Most hashes of a proof: the way up a tree of 2^64 leaves, twice.
const HASHES: usize = 128;

/// What is proved of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// An entry stands in the log.
    Inclusion {
        /// Its number, from 0.
        entry: u64,
        /// Its line. Shows the entry to whoever checks the proof.
        line: String,
        /// The hashes beside its way up.
        hashes: Vec<Hash>,
    },
    /// The log begins with what it was at an earlier size.
    Consistency {
        /// The earlier size.
        from: u64,
        /// The hashes that lead from one root to the other.
        hashes: Vec<Hash>,
    },
}

impl Proof {
    /// The bytes of the proof: lines of text.
    pub fn encode(&self) -> String {
        let (what, hashes) = match self {
            Self::Inclusion {
                entry,
                line,
                hashes,
            } => (format!("entry {entry}\nline {line}\n"), hashes),
            Self::Consistency { from, hashes } => (format!("from {from}\n"), hashes),
        };
        let hashes = hashes.iter().map(|hash| format!("hash {}\n", hex(hash)));
        format!("{FIRST}\n{what}{}", hashes.collect::<String>())
    }

    /// Reads a proof; whether it holds is another question.
    ///
    /// # Errors
    /// Integrity: anything that [`Proof::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes).ok_or_else(|| refused("it is not a proof in its one form"))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        (lines.next()? == FIRST).then_some(())?;
        let mut line = || lines.next()?.split_once(' ');
        let proof = match line()? {
            ("entry", number) => {
                let ("line", text) = line()? else { return None };
                Self::Inclusion {
                    entry: number.parse().ok()?,
                    line: text.to_owned(),
                    hashes: hashes(lines)?,
                }
            }
            ("from", size) => Self::Consistency {
                from: size.parse().ok()?,
                hashes: hashes(lines)?,
            },
            _ => return None,
        };
        (proof.encode().as_bytes() == bytes).then_some(proof)
    }

    /// Checks an inclusion against a signed checkpoint.
    ///
    /// # Errors
    /// Integrity: the checkpoint is not the party's, or the entry is not in its log there.
    pub fn check_inclusion(&self, checkpoint: &[u8], party: &Party) -> Result<()> {
        let (size, root) = Checkpoint::decode(checkpoint, party)?.head;
        let Self::Inclusion {
            entry,
            line,
            hashes,
        } = self
        else {
            return Err(refused("it proves something else"));
        };
        let leaf = merkle::leaf_hash(&[line.as_bytes()]);
        if merkle::included(&leaf, *entry, size, &root, hashes) {
            return Ok(());
        }
        Err(refused("it does not lead to the checkpoint"))
    }

    /// Checks that a log at a newer checkpoint begins with the log at an older one.
    ///
    /// # Errors
    /// Integrity: a checkpoint is not the party's, or the log was cut or changed in between.
    pub fn check_consistency(&self, older: &[u8], newer: &[u8], party: &Party) -> Result<()> {
        let older = Checkpoint::decode(older, party)?.head;
        let newer = Checkpoint::decode(newer, party)?.head;
        let Self::Consistency { from, hashes } = self else {
            return Err(refused("it proves something else"));
        };
        if *from == older.0 && merkle::consistent(older, newer, hashes) {
            return Ok(());
        }
        Err(refused("it does not lead from one checkpoint to the other"))
    }
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Vec<Hash>> {
    let hashes: Vec<Hash> = lines
        .take(HASHES.saturating_add(1))
        .map(|line| unhex(line.strip_prefix("hash ")?))
        .collect::<Option<_>>()?;
    (hashes.len() <= HASHES).then_some(hashes)
}

fn refused(why: &'static str) -> crate::error::Error {
    Problem::Refused { what: "proof", why }.into()
}
