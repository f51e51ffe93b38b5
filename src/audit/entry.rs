//! One line of the log.

use std::fmt::Write;

use jiff::civil::DateTime;

use crate::exchange::codec::{hex, unhex};
use crate::exchange::name::Code;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Act {
    /// An agreement was signed.
    Agreed,
    /// An index was made.
    Published,
    /// An index was taken.
    IndexTaken,
    /// A request was made.
    Requested,
    /// A request was let in and answered.
    Answered,
    /// A file of the peer was refused.
    Refused,
    /// A response was opened.
    Opened,
    /// Notices were asked for.
    Asked,
    /// An ask was read.
    AskRead,
    /// A decision on one notice.
    Decided,
    /// An ask was answered.
    Released,
    /// A release was opened.
    Received,
    /// Notices were withdrawn.
    Withdrawn,
    /// Rows of a request were opened to an auditor.
    Sampled,
    /// What an agreement bids to delete was deleted.
    Purged,
    /// The peer's log stands here.
    PeerHead,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Agreed,
        Self::Published,
        Self::IndexTaken,
        Self::Requested,
        Self::Answered,
        Self::Refused,
        Self::Opened,
        Self::Asked,
        Self::AskRead,
        Self::Decided,
        Self::Released,
        Self::Received,
        Self::Withdrawn,
        Self::Sampled,
        Self::Purged,
        Self::PeerHead,
    ];

    /// Stable word for the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Published => "published",
            Self::IndexTaken => "index_taken",
            Self::Requested => "requested",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Opened => "opened",
            Self::Asked => "asked",
            Self::AskRead => "ask_read",
            Self::Decided => "decided",
            Self::Released => "released",
            Self::Received => "received",
            Self::Withdrawn => "withdrawn",
            Self::Sampled => "sampled",
            Self::Purged => "purged",
            Self::PeerHead => "peer_head",
        }
    }
}

/// What happened, when, why, how much of it, and about which files. There is no place for a name, a
/// record or a digest of one: files are named by the digest of their manifest, counts are counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in UTC, to the second; the caller's clock.
    pub time: DateTime,
    /// What.
    pub act: Act,
    /// Why, as a code of the agreement.
    pub purpose: Option<Code>,
    /// What was decided, or what kind of notice or list it is about: codes.
    pub codes: Vec<Code>,
    /// How much: rows, subjects, notices.
    pub counts: Vec<u64>,
    /// Which files, agreements or roots.
    pub digests: Vec<[u8; 32]>,
}

/// Longest line that is looked at.
pub(super) const LIMIT: usize = 2_048;

impl Entry {
    /// An entry that says when and what; fill in the rest.
    pub fn new(time: DateTime, act: Act) -> Self {
        Self {
            time,
            act,
            purpose: None,
            codes: Vec::new(),
            counts: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// The line, without its end. `None` where it would be longer than a line may be.
    pub(super) fn line(&self) -> Option<String> {
        let time = self.time.strftime("%Y-%m-%dT%H:%M:%SZ");
        let mut line = format!("{time} {}", self.act.word());
        let mut add = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a string does not fail.
            write!(line, " {name}={value}").ok();
        };
        self.purpose.iter().for_each(|code| add("purpose", code));
        self.codes.iter().for_each(|code| add("code", code));
        self.counts.iter().for_each(|count| add("count", count));
        self.digests.iter().for_each(|d| add("digest", &hex(d)));
        (line.len() <= LIMIT).then_some(line)
    }

    /// Reads a line that [`Entry::line`] wrote. `None` for any other.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let time = words.next()?.strip_suffix('Z')?.parse().ok()?;
        let word = words.next()?;
        let act = Act::ALL.into_iter().find(|act| act.word() == word)?;
        let mut entry = Self::new(time, act);
        for word in words {
            match word.split_once('=')? {
                ("purpose", code) => entry.purpose = Some(Code::new(code)?),
                ("code", code) => entry.codes.push(Code::new(code)?),
                ("count", count) => entry.counts.push(count.parse().ok()?),
                ("digest", digest) => entry.digests.push(unhex(digest)?),
                _ => return None,
            }
        }
        (entry.line()? == line).then_some(entry)
    }
}
