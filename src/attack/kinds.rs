//! The kinds of files that there are, and which of them may leave.
//!
//! A new file that leaves needs a row in [`MARKS`], or, as an envelope, one in [`shape_of`]; what is
//! in neither is not known, and fails.

use crate::exchange::padding::{padme, power};
use crate::exchange::table::Kind;

/// Whether a file may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It may; what it shows is in the table of the protocol.
    Leaves,
    /// It may not, and why.
    Stays(&'static str),
}

/// A kind of file that is known by how it begins.
pub(super) struct Mark {
    pub(super) begins: &'static str,
    pub(super) kind: &'static str,
    pub(super) fate: Fate,
}

const fn leaves(begins: &'static str, kind: &'static str) -> Mark {
    let fate = Fate::Leaves;
    Mark { begins, kind, fate }
}

const fn stays(begins: &'static str, kind: &'static str, why: &'static str) -> Mark {
    let fate = Fate::Stays(why);
    Mark { begins, kind, fate }
}

/// Files besides envelopes.
pub(super) const MARKS: &[Mark] = &[
    leaves("veilmatch manifest/1\n", "manifest"),
    leaves("veilmatch identity/1\n", "identity"),
    leaves("# veilmatch agreement/1\n", "agreement"),
    leaves("veilmatch proof/1\n", "proof"),
    leaves("veilmatch linked/1\n", "paper of a linked file"),
    stays(
        "veilmatch secret identity/1\n",
        "key file",
        "whoever has it signs and opens in this party's name",
    ),
    stays(
        "age-encryption.org/v1\n",
        "encrypted file",
        "what is encrypted by `age` here is a key file",
    ),
    stays(
        "veilmatch log/1\n",
        "log",
        "it lists all acts with all peers; a peer gets checkpoints and proofs",
    ),
    stays(
        "VMENVEL1",
        "local envelope",
        "it shows how many records share a key, and whoever has the secret can test names on it",
    ),
    stays(
        "VMINDEX2",
        "index of a list",
        "it holds the names of the list in clear",
    ),
    stays(
        "VMHOLD01",
        "holder's book",
        "whoever has it can test names on the index, and open what is hit",
    ),
    stays(
        "VMLINK01",
        "book of linked records",
        "whoever has it finds the records behind the handles",
    ),
    stays(
        "VMASKR01",
        "asker's state",
        "whoever has it can test names on the request",
    ),
    stays(
        "VMOUTS01",
        "outputs",
        "whoever has them opens what the asker's subjects open",
    ),
    stays(
        "VMASK_01",
        "ask book",
        "it names the notices that were asked for",
    ),
    stays(
        "VMSAMP01",
        "sample",
        "it holds subjects in clear; it is for the auditor alone, never for the holder",
    ),
];

/// What an envelope of a kind should look like.
pub(super) struct Shape {
    /// What the row count is filled up to.
    pub(super) bucket: fn(u64) -> u64,
    pub(super) bucket_name: &'static str,
    /// Rows rise by their first column; otherwise their order says nothing.
    pub(super) is_sorted: bool,
    /// Columns in which rows may be equal, in blocks that are filled up to powers of one number.
    pub(super) blocks: &'static [&'static str],
    /// Rows are elements of the group.
    pub(super) is_elements: bool,
    /// It belongs to one session.
    pub(super) has_session: bool,
}

/// The shape of an envelope.
pub(super) fn shape_of(kind: Kind) -> Shape {
    let padded = Shape {
        bucket: padme,
        bucket_name: "Padmé",
        is_sorted: false,
        blocks: &[],
        is_elements: false,
        has_session: true,
    };
    match kind {
        Kind::LinkedSubjects | Kind::LinkedNotices => Shape {
            is_sorted: true,
            blocks: &["key"],
            ..padded
        },
        Kind::LinkedPairs => Shape {
            is_sorted: true,
            blocks: &["subject", "notice"],
            ..padded
        },
        Kind::SubjectMarks | Kind::NoticeMarks => padded,
        Kind::Index | Kind::Forms => Shape {
            is_sorted: true,
            has_session: false,
            ..padded
        },
        Kind::Request | Kind::Response => Shape {
            is_elements: true,
            ..padded
        },
        Kind::Ask | Kind::Release => Shape {
            bucket: power,
            bucket_name: "power of two from 16",
            ..padded
        },
    }
}

/// One word and one line for an envelope.
pub(super) const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Index => "C0 index",
        Kind::Forms => "C1 forms",
        Kind::Request => "C2 request",
        Kind::Response => "C3 response",
        Kind::Ask => "C4 ask",
        Kind::Release => "C5 release",
        Kind::LinkedSubjects | Kind::LinkedNotices => "linked keys",
        Kind::LinkedPairs => "linked pairs",
        Kind::SubjectMarks | Kind::NoticeMarks => "linked marks",
    }
}
