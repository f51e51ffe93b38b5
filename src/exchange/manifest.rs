//! The signed paper that goes with every envelope.
//!
//! A manifest says what the file is, of which agreement, epoch, session and index, from whom to
//! whom, how long it is and what its digest is, which manifest it answers, and where the sender's
//! log stands. What a kind of file needs besides (a public key, proofs, a commitment) stands here
//! too, so that envelopes are rows and nothing else. It is a signed note: a person can read it.

use std::fmt::Write;
use std::str::Lines;

use jiff::civil::Date;

use crate::error::{Error, Problem, Result};
use crate::exchange::agreement::{Agreement, Deal, Intent};
use crate::exchange::codec::{hex, unhex};
use crate::exchange::identity::{Identity, Party};
use crate::exchange::name::{Code, PartyName};
use crate::exchange::note::Note;
use crate::exchange::padding::power;
use crate::exchange::table::{Head, Kind, Table};
use crate::merkle;
use crate::oprf::{Proof, PublicKey};

/// First line of a manifest.
const FIRST: &str = "veilmatch manifest/1";
/// Bytes that sealing adds to a row.
const TAG: u32 = 16;
/// Bytes of a row of an ask, before it is sealed: a mark, a band, a reference of the case, a
/// handle, and the proof that it was opened.
pub(crate) const ASK_BYTES: u16 = 1 + 1 + 16 + 32 + 32;

/// What a file is and who vouches for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// What stands in the file besides its rows.
    pub head: Head,
    /// The epoch of the agreement.
    pub epoch: u32,
    /// Who made the file.
    pub from: PartyName,
    /// Whom it is for.
    pub to: PartyName,
    /// Why.
    pub purpose: Code,
    /// On what legal basis.
    pub legal_basis: Code,
    /// BLAKE3 of the file.
    pub digest: [u8; 32],
    /// Id of the manifest that it answers; zero where it answers none.
    pub answers: [u8; 32],
    /// Size and root of the sender's log before this file.
    pub log: merkle::Head,
    /// What this kind of file needs besides.
    pub detail: Detail,
}

/// What one kind of file needs besides.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// C0 and C1: the key that responses will be proved under.
    Key(PublicKey),
    /// C2: how many subjects there are, and the root of the commitment to them.
    Subjects {
        /// Declared number.
        count: u64,
        /// Root of the tree of salted leaves.
        root: merkle::Hash,
    },
    /// C3: a proof for each chunk of rows.
    Proofs(Vec<Proof>),
    /// C4 and C5: what the rows were sealed with.
    Encapsulated([u8; 32]),
}

impl Detail {
    fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Key(_) => matches!(kind, Kind::Index | Kind::Forms),
            Self::Subjects { .. } => kind == Kind::Request,
            Self::Proofs(_) => kind == Kind::Response,
            Self::Encapsulated(_) => matches!(kind, Kind::Ask | Kind::Release),
        }
    }
}

/// A file with its manifest, as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The rows.
    pub envelope: Vec<u8>,
    /// The signed manifest.
    pub manifest: String,
    /// Names the two: [`Manifest::id`].
    pub id: [u8; 32],
}

/// A file whose manifest is signed by whom it should be and fits it and the deal.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The rows.
    pub table: Table,
    /// What the sender says of them.
    pub manifest: Manifest,
    /// Names it: [`Manifest::id`].
    pub id: [u8; 32],
}

/// One side at work: who it is, under which deal, where its log stands.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Who works.
    pub identity: &'a Identity,
    /// Under which deal.
    pub deal: &'a Deal,
    /// Size and root of its log.
    pub log: merkle::Head,
}

impl Side<'_> {
    /// The asker's side of its deal?
    ///
    /// # Errors
    /// Outside the agreement: it is somebody else's.
    pub(crate) fn is_asker(&self) -> Result<()> {
        self.is(&self.deal.asker)
    }

    /// The holder's side of its deal?
    ///
    /// # Errors
    /// Outside the agreement: it is somebody else's.
    pub(crate) fn is_holder(&self) -> Result<()> {
        self.is(&self.deal.holder)
    }

    fn is(&self, party: &Party) -> Result<()> {
        if self.identity.party() == party {
            return Ok(());
        }
        Err(Problem::Agreement {
            why: "this step is the other party's",
        }
        .into())
    }

    /// The head of a file under this deal; the table counts its rows.
    pub(crate) fn head(&self, kind: Kind, session: [u8; 32], index: [u8; 32]) -> Head {
        Head {
            kind,
            ctx: self.deal.ctx,
            session,
            index,
            rows: 0,
            width: 0,
        }
    }

    /// Puts a manifest to a table and signs it.
    pub(crate) fn send(&self, table: &Table, answers: [u8; 32], detail: Detail) -> Result<Sent> {
        let envelope = table.encode();
        let deal = self.deal;
        let is_asker = self.identity.party() == &deal.asker;
        let to = if is_asker { &deal.holder } else { &deal.asker };
        let manifest = Manifest {
            head: *table.head(),
            epoch: deal.epoch,
            from: self.identity.party().name().clone(),
            to: to.name().clone(),
            purpose: deal.purpose.clone(),
            legal_basis: deal.legal_basis.clone(),
            digest: *blake3::hash(&envelope).as_bytes(),
            answers,
            log: self.log,
            detail,
        };
        let mut note = Note::new(manifest.text())?;
        self.identity.sign(&mut note);
        Ok(Sent {
            envelope,
            manifest: note.encode(),
            id: manifest.id(),
        })
    }
}

impl Deal {
    /// Takes a file from the one who should have made it: checks signature, agreement, epoch, kind,
    /// length and digest before a row is looked at.
    ///
    /// # Errors
    /// Integrity: any of these differs, or the file has more rows than are agreed.
    pub fn receive(&self, kind: Kind, envelope: &[u8], manifest: &[u8]) -> Result<Received> {
        let by_asker = matches!(kind, Kind::Request | Kind::Ask);
        let (from, to) = if by_asker {
            (&self.asker, &self.holder)
        } else {
            (&self.holder, &self.asker)
        };
        let note = Note::decode(manifest)?;
        let text = note.verified(&[&from.signatory])?;
        let manifest =
            Manifest::parse(text).ok_or_else(|| refused("it is not a manifest in its one form"))?;
        if manifest.head.kind != kind {
            return Err(refused("it is of another kind of file"));
        }
        if (&manifest.from, &manifest.to) != (from.name(), to.name()) {
            return Err(refused("it is from or for somebody else"));
        }
        if manifest.head.ctx != self.ctx {
            return Err(refused("it is of another agreement"));
        }
        if manifest.epoch != self.epoch {
            return Err(refused("it is of another epoch"));
        }
        // An index serves requests for any agreed purpose.
        let stated = (&manifest.purpose, &manifest.legal_basis);
        let fits = match kind {
            Kind::Index | Kind::Forms => self.names(stated.0, stated.1),
            _ => stated == (&self.purpose, &self.legal_basis),
        };
        if !fits {
            return Err(refused("it states another purpose or legal basis"));
        }
        let of_no_session = ([0; 32], [0; 32]);
        let is_index = matches!(kind, Kind::Index | Kind::Forms);
        if is_index && (manifest.head.session, manifest.answers) != of_no_session {
            return Err(refused("an index serves all sessions, and it is of one"));
        }
        if manifest.digest != *blake3::hash(envelope).as_bytes() {
            return Err(refused("the file beside it is another"));
        }
        let (most, width) = self.bounds(kind);
        if manifest.head.width != width {
            return Err(refused("its rows are of another width than agreed"));
        }
        let table = Table::decode(envelope, most)?;
        if *table.head() != manifest.head {
            return Err(refused("the file beside it states another head"));
        }
        let id = manifest.id();
        Ok(Received {
            table,
            manifest,
            id,
        })
    }

    /// Most rows that a file of a kind may have, and the width of its column that varies.
    pub(crate) fn bounds(&self, kind: Kind) -> (u64, u32) {
        let caps = &self.caps;
        let sealed = |bytes: u16| u32::from(bytes).saturating_add(TAG);
        match kind {
            Kind::Index => (caps.index_rows, 0),
            Kind::Forms => (caps.index_rows, sealed(caps.form_bytes)),
            Kind::Request | Kind::Response => (caps.request_rows, 0),
            Kind::Ask => (power(caps.asks), sealed(ASK_BYTES)),
            Kind::Release => (power(caps.asks), sealed(caps.release_bytes)),
            // Linked files have papers of their own and are of no deal.
            Kind::LinkedSubjects
            | Kind::LinkedNotices
            | Kind::LinkedPairs
            | Kind::SubjectMarks
            | Kind::NoticeMarks => (0, 0),
        }
    }
}

impl Agreement {
    /// What the sender of a file intends, from its manifest: the way to the deal under which the
    /// file is then received. Checks the signature, and nothing of the file.
    ///
    /// # Errors
    /// Integrity: it is no manifest, or not signed by the party that it is from.
    pub fn intent_of(
        &self,
        manifest: &[u8],
        recipe_digest: [u8; 32],
        today: Date,
    ) -> Result<Intent> {
        let form = || refused("it is not a manifest in its one form");
        let note = Note::decode(manifest)?;
        let stated = Manifest::parse(note.text()).ok_or_else(form)?;
        let mut parties = self.terms().parties.iter();
        let from = parties.find(|party| *party.name() == stated.from);
        let from = from.ok_or_else(|| refused("it is from or for somebody else"))?;
        note.verified(&[&from.signatory])?;
        let by_asker = matches!(stated.head.kind, Kind::Request | Kind::Ask);
        let (asker, holder) = if by_asker {
            (stated.from, stated.to)
        } else {
            (stated.to, stated.from)
        };
        Ok(Intent {
            asker,
            holder,
            purpose: stated.purpose,
            legal_basis: stated.legal_basis,
            recipe_digest,
            today,
        })
    }
}

impl Received {
    /// It must be of a session and an index, and answer a manifest.
    pub(crate) fn belongs(
        &self,
        session: &[u8; 32],
        index: &[u8; 32],
        to: &[u8; 32],
    ) -> Result<()> {
        let head = &self.manifest.head;
        if head.index != *index {
            return Err(refused("it is of another index"));
        }
        if head.session != *session {
            return Err(refused("it is of another session"));
        }
        if self.manifest.answers != *to {
            return Err(refused("it answers another file"));
        }
        Ok(())
    }
}

impl Manifest {
    /// Names what the manifest says of its file, wherever the sender's log stood: a request that is
    /// made again after the log has grown is the same request.
    pub fn id(&self) -> [u8; 32] {
        let log = (0, [0; 32]);
        let text = Self {
            log,
            ..self.clone()
        }
        .text();
        blake3::derive_key("veilmatch 2026-11 id of a manifest v1", text.as_bytes())
    }

    /// What a manifest says, whoever signed it: for a look at the file, never to act on it.
    ///
    /// # Errors
    /// Integrity: it is no manifest in its one form.
    pub fn stated(bytes: &[u8]) -> Result<Self> {
        let note = Note::decode(bytes)?;
        Self::parse(note.text()).ok_or_else(|| refused("it is not a manifest in its one form"))
    }

    /// What stands in it, line by line: name and value.
    pub fn lines(&self) -> Vec<(String, String)> {
        let text = self.text();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let owned = lines.map(|(name, value)| (name.to_owned(), value.to_owned()));
        owned.collect()
    }

    /// The text that is signed.
    fn text(&self) -> String {
        let head = &self.head;
        let mut out = String::new();
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a string does not fail.
            writeln!(out, "{name} {value}").ok();
        };
        line("veilmatch", &"manifest/1");
        line("kind", &head.kind.code());
        line("ctx", &hex(&head.ctx));
        line("epoch", &self.epoch);
        line("session", &hex(&head.session));
        line("index", &hex(&head.index));
        line("from", &self.from);
        line("to", &self.to);
        line("purpose", &self.purpose);
        line("legal-basis", &self.legal_basis);
        line("rows", &head.rows);
        line("width", &head.width);
        line("digest", &hex(&self.digest));
        line("answers", &hex(&self.answers));
        line("log-size", &self.log.0);
        line("log-root", &hex(&self.log.1));
        match &self.detail {
            Detail::Key(key) => line("key", &hex(&key.bytes())),
            Detail::Subjects { count, root } => {
                line("subjects", count);
                line("commitment", &hex(root));
            }
            Detail::Proofs(proofs) => {
                for proof in proofs {
                    line("proof", &hex(&proof.bytes()));
                }
            }
            Detail::Encapsulated(key) => line("encapsulated", &hex(key)),
        }
        out
    }

    /// Reads what [`Manifest::text`] writes and nothing else.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == FIRST).then_some(())?;
        let kind = Kind::of(value(&mut lines, "kind")?)?;
        let ctx = unhex(value(&mut lines, "ctx")?)?;
        let epoch = value(&mut lines, "epoch")?.parse().ok()?;
        let session = unhex(value(&mut lines, "session")?)?;
        let index = unhex(value(&mut lines, "index")?)?;
        let from = PartyName::new(value(&mut lines, "from")?)?;
        let to = PartyName::new(value(&mut lines, "to")?)?;
        let purpose = Code::new(value(&mut lines, "purpose")?)?;
        let legal_basis = Code::new(value(&mut lines, "legal-basis")?)?;
        let rows = value(&mut lines, "rows")?.parse().ok()?;
        let width = value(&mut lines, "width")?.parse().ok()?;
        let digest = unhex(value(&mut lines, "digest")?)?;
        let answers = unhex(value(&mut lines, "answers")?)?;
        let log_size = value(&mut lines, "log-size")?.parse().ok()?;
        let log_root = unhex(value(&mut lines, "log-root")?)?;
        let detail = match kind {
            Kind::Index | Kind::Forms => {
                Detail::Key(PublicKey::decode(unhex(value(&mut lines, "key")?)?)?)
            }
            Kind::Request => Detail::Subjects {
                count: value(&mut lines, "subjects")?.parse().ok()?,
                root: unhex(value(&mut lines, "commitment")?)?,
            },
            Kind::Response => Detail::Proofs(proofs(&mut lines)?),
            Kind::Ask | Kind::Release => {
                Detail::Encapsulated(unhex(value(&mut lines, "encapsulated")?)?)
            }
            Kind::LinkedSubjects
            | Kind::LinkedNotices
            | Kind::LinkedPairs
            | Kind::SubjectMarks
            | Kind::NoticeMarks => return None,
        };
        let head = Head {
            kind,
            ctx,
            session,
            index,
            rows,
            width,
        };
        let manifest = Self {
            head,
            epoch,
            from,
            to,
            purpose,
            legal_basis,
            digest,
            answers,
            log: (log_size, log_root),
            detail,
        };
        // One form only: no leading zeros, no further lines.
        (manifest.detail.fits(kind) && manifest.text() == text).then_some(manifest)
    }
}

fn value<'a>(lines: &mut Lines<'a>, name: &str) -> Option<&'a str> {
    lines.next()?.strip_prefix(name)?.strip_prefix(' ')
}

fn proofs(lines: &mut Lines<'_>) -> Option<Vec<Proof>> {
    lines
        .map(|line| Proof::decode(&unhex(line.strip_prefix("proof ")?)?))
        .collect()
}

fn refused(why: &'static str) -> Error {
    Problem::Refused {
        what: "manifest",
        why,
    }
    .into()
}
