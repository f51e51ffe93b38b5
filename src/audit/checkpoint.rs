//! The log's size and root, signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Problem, Result};
use crate::exchange::identity::{Identity, Party};
use crate::exchange::name::PartyName;
use crate::exchange::note::Note;
use crate::merkle;

/// What the first line of a checkpoint ends in; before it stands the party whose log it is.
const ORIGIN: &str = "/veilmatch-log/1";

/// How far a party's log had come: size and root, under its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is.
    pub party: PartyName,
    /// Size and root.
    pub head: merkle::Head,
}

impl Checkpoint {
    /// Signs the head of one's own log.
    ///
    /// # Errors
    /// None in practice: the text is made here.
    pub fn sign(head: merkle::Head, identity: &Identity) -> Result<String> {
        let party = identity.party().name().clone();
        let mut note = Note::new(Self { party, head }.text())?;
        identity.sign(&mut note);
        Ok(note.encode())
    }

    /// Reads a checkpoint of a party.
    ///
    /// # Errors
    /// Integrity: it is none, of another party, or the signature does not hold.
    pub fn decode(bytes: &[u8], party: &Party) -> Result<Self> {
        let note = Note::decode(bytes)?;
        let checkpoint = Self::parse(note.verified(&[&party.signatory])?);
        checkpoint
            .filter(|checkpoint| checkpoint.party == *party.name())
            .ok_or_else(|| {
                Problem::Refused {
                    what: "checkpoint",
                    why: "it is not a checkpoint of this party in its one form",
                }
                .into()
            })
    }

    /// What a checkpoint says, whoever signed it: for a look at the file, never to act on it.
    ///
    /// # Errors
    /// Integrity: it is no checkpoint in its one form.
    pub fn stated(bytes: &[u8]) -> Result<Self> {
        let note = Note::decode(bytes)?;
        Self::parse(note.text()).ok_or_else(|| {
            Problem::Refused {
                what: "checkpoint",
                why: "it is not a checkpoint in its one form",
            }
            .into()
        })
    }

    fn text(&self) -> String {
        let (size, root) = &self.head;
        format!(
            "{}{ORIGIN}\n{size}\n{}\n",
            self.party,
            STANDARD.encode(root)
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let party = PartyName::new(lines.next()?.strip_suffix(ORIGIN)?)?;
        let size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let checkpoint = Self {
            party,
            head: (size, root),
        };
        (checkpoint.text() == text).then_some(checkpoint)
    }
}
