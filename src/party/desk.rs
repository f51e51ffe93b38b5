//! The desk: identity, agreement, folder of state, log; and files as they come and leave.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};

use crate::audit::{Act, Entry, Log, LogFile};
use crate::error::{Problem, Result};
use crate::exchange::agreement::{Agreement, Deal, Intent};
use crate::exchange::identity::{Identity, Party};
use crate::exchange::manifest::{Manifest, Received, Sent, Side};
use crate::exchange::name::{Code, PartyName};
use crate::exchange::note;
use crate::exchange::table::Kind;
use crate::keys::conjunctions::List;
use crate::party::conjunctions_of;
use crate::record::hex;
use crate::report::{Output, commit};

/// Name of the log in a folder of state.
pub const LOG_FILE: &str = "party.log";

/// Where a party's state lies, and what is known about the day.
#[derive(Clone, Debug)]
pub struct State {
    /// The folder; made where it is not there, mode 0700.
    pub folder: PathBuf,
    /// The time of the log's entries, in UTC.
    pub now: DateTime,
    /// The day that decides the epoch, and which notices are in force.
    pub today: Date,
}

/// A party at work under an agreement. While it is open, no other program writes to its state.
#[derive(Debug)]
pub struct Desk<'a> {
    pub(super) identity: &'a Identity,
    pub(super) agreement: &'a Agreement,
    pub(super) list: List,
    pub(super) state: State,
    log: LogFile,
}

impl<'a> Desk<'a> {
    /// Opens a folder of state.
    ///
    /// # Errors
    /// The disk; usage, where another program works there; integrity, where the log was changed, or
    /// this version of the program does not have the agreed conjunctions.
    pub fn open(identity: &'a Identity, agreement: &'a Agreement, state: State) -> Result<Self> {
        agreement.verify()?;
        private_folder(&state.folder)?;
        let log = LogFile::open(&state.folder.join(LOG_FILE), identity)?;
        Ok(Self {
            identity,
            agreement,
            list: conjunctions_of(agreement)?,
            state,
            log,
        })
    }

    /// Leave for a purpose and a legal basis; where the agreement names one of them only, it need
    /// not be stated. `as_asker` says which of the two this party is.
    ///
    /// # Errors
    /// Usage, where one has to be stated; outside the agreement, as [`Agreement::deal`].
    pub fn deal(
        &self,
        as_asker: bool,
        purpose: Option<Code>,
        legal_basis: Option<Code>,
    ) -> Result<Deal> {
        let terms = self.agreement.terms();
        let (own, other) = self.both();
        let (asker, holder) = if as_asker { (own, other) } else { (other, own) };
        self.agreement.deal(&Intent {
            asker,
            holder,
            purpose: the_one(purpose, &terms.purposes, "--purpose")?,
            legal_basis: the_one(legal_basis, &terms.legal_bases, "--legal-basis")?,
            recipe_digest: self.list.digest(),
            today: self.state.today,
        })
    }

    /// The name of this party, and that of the other one.
    pub(super) fn both(&self) -> (PartyName, PartyName) {
        let own = self.identity.party().name();
        let mut others = self.agreement.terms().parties.iter().map(Party::name);
        let other = others.find(|name| *name != own).unwrap_or(own);
        (own.clone(), other.clone())
    }

    /// Leave for what a file of the other party is for, by its manifest.
    ///
    /// # Errors
    /// Integrity, where it is not signed by a party; outside the agreement.
    pub(super) fn deal_of(&self, folder: &Path, kind: Kind) -> Result<Deal> {
        deal_of(self.agreement, self.list, self.state.today, folder, kind)
    }

    /// This party at work under a deal.
    pub(super) fn side<'d>(&self, deal: &'d Deal) -> Side<'d>
    where
        'a: 'd,
    {
        Side {
            identity: self.identity,
            deal,
            log: self.log().head(),
        }
    }

    /// The folder of what belongs to one agreement, asker, holder and epoch.
    pub(super) fn folder(&self, deal: &Deal) -> Result<PathBuf> {
        let (asker, holder) = (deal.asker().name(), deal.holder().name());
        let name = epoch_folder(&deal.ctx(), asker, holder, deal.epoch());
        let folder = self.state.folder.join(name);
        private_folder(&folder)?;
        Ok(folder)
    }

    /// An entry of now under a deal.
    pub(super) fn entry(&self, act: Act, deal: &Deal) -> Entry {
        Entry {
            purpose: Some(deal.reason().0.clone()),
            ..Entry::new(self.state.now, act)
        }
    }

    /// The log as it stands.
    pub(super) fn log(&self) -> &Log {
        self.log.log()
    }

    /// Writes entries to the log.
    pub(super) fn note(&mut self, entries: Vec<Entry>) -> Result<()> {
        self.log.append(entries, self.identity)
    }

    /// Takes a file of the other party from a folder. What is refused is written to the log, and so
    /// is how far the other party's log has come.
    pub(super) fn take(&mut self, deal: &Deal, folder: &Path, kind: Kind) -> Result<Received> {
        let taken = receive(deal, folder, kind);
        match taken {
            Ok(received) => {
                self.hold_head(&received.manifest)?;
                Ok(received)
            }
            Err(error) => {
                if error.is_integrity() {
                    let mut entry = self.entry(Act::Refused, deal);
                    entry.codes.extend(Code::new(file_stem(kind)));
                    self.note(vec![entry])?;
                }
                Err(error)
            }
        }
    }

    /// Keeps the head of the other party's log. Two roots for one size mean that it was written anew.
    fn hold_head(&mut self, manifest: &Manifest) -> Result<()> {
        let (size, root) = manifest.log;
        let peer = code_of(&manifest.from);
        let mut entry = Entry::new(self.state.now, Act::PeerHead);
        entry.codes.extend(peer);
        entry.counts.push(size);
        entry.digests.push(root);
        let held = self.log().entries().iter();
        let mut held = held.filter(|e| {
            (e.act, &e.codes, &e.counts) == (Act::PeerHead, &entry.codes, &entry.counts)
        });
        match held.next() {
            None => self.note(vec![entry]),
            Some(before) if before.digests == entry.digests => Ok(()),
            Some(_) => Err(Problem::Refused {
                what: "manifest",
                why: "the log of its sender was written anew since an earlier file",
            }
            .into()),
        }
    }
}

/// Ending of the manifest beside a file.
const MANIFEST: &str = "manifest";

/// Name, without its ending, of a file of a kind in a folder that is handed over.
pub const fn file_stem(kind: Kind) -> &'static str {
    match kind {
        Kind::Index => "index",
        Kind::Forms => "forms",
        Kind::Request => "request",
        Kind::Response => "response",
        Kind::Ask => "ask",
        Kind::Release => "release",
        linked => linked.code(),
    }
}

/// The manifest of a file of a kind in a folder.
pub(super) fn manifest_path(folder: &Path, kind: Kind) -> PathBuf {
    folder.join(file_stem(kind)).with_extension(MANIFEST)
}

/// Name of the folder of what belongs to one agreement, asker, holder and epoch.
pub(super) fn epoch_folder(
    ctx: &[u8; 32],
    asker: &PartyName,
    holder: &PartyName,
    epoch: u32,
) -> String {
    let ctx = hex(ctx);
    let ctx = ctx.get(..8).unwrap_or(&ctx);
    format!("{asker}-asks-{holder}-{ctx}-epoch{epoch}")
}

/// A name of a party as a code. Every name is one.
pub(super) fn code_of(name: &PartyName) -> Option<Code> {
    Code::new(name.as_str())
}

fn the_one(stated: Option<Code>, agreed: &[Code], setting: &'static str) -> Result<Code> {
    match (stated, agreed) {
        (Some(code), _) => Ok(code),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Problem::Setting {
            setting,
            reason: "has to be stated: the agreement names several".into(),
        }
        .into()),
    }
}

/// [`Desk::deal_of`], without a desk.
pub(super) fn deal_of(
    agreement: &Agreement,
    list: List,
    today: Date,
    folder: &Path,
    kind: Kind,
) -> Result<Deal> {
    let path = manifest_path(folder, kind);
    let manifest = read_file(&path, note::LIMIT as u64)?.ok_or_else(|| missing(kind))?;
    agreement.deal(&agreement.intent_of(&manifest, list.digest(), today)?)
}

/// The beginning of an id, for the name of a folder.
pub(super) fn short(id: &[u8; 32]) -> String {
    hex(id).chars().take(16).collect()
}

/// Reads a file of the other party, or one's own, with its manifest.
pub(super) fn receive(deal: &Deal, folder: &Path, kind: Kind) -> Result<Received> {
    let path = folder.join(file_stem(kind));
    let (rows, width) = deal.bounds(kind);
    // Rows of 64 bytes beside the column that varies, and the frame of the file.
    let most = rows
        .saturating_mul(u64::from(width).saturating_add(64))
        .saturating_add(1 << 20);
    let envelope = read_file(&path.with_extension("parquet"), most)?;
    let manifest = read_file(&manifest_path(folder, kind), note::LIMIT as u64)?;
    let envelope = envelope.ok_or_else(|| missing(kind))?;
    let manifest = manifest.ok_or_else(|| missing(kind))?;
    deal.receive(kind, &envelope, &manifest)
}

/// Writes files with their manifests into a folder: each manifest after its file.
pub(super) fn leave(folder: &Path, files: &[(Kind, &Sent)]) -> Result<()> {
    private_folder(folder)?;
    let mut outputs = Vec::new();
    for (kind, sent) in files {
        let path = folder.join(file_stem(*kind));
        for (ending, bytes) in [
            ("parquet", sent.envelope.as_slice()),
            (MANIFEST, sent.manifest.as_bytes()),
        ] {
            let mut output = Output::create(&path.with_extension(ending))?;
            output.write_all(bytes).map_err(Output::cannot_write)?;
            outputs.push(output.finish()?);
        }
    }
    commit(outputs)
}

/// Copies a file with its manifest, byte for byte.
pub(super) fn copy(from: &Path, to: &Path, kind: Kind) -> Result<()> {
    private_folder(to)?;
    for ending in ["parquet", MANIFEST] {
        let name = Path::new(file_stem(kind)).with_extension(ending);
        let bytes = read_file(&from.join(&name), u64::MAX)?.ok_or_else(|| missing(kind))?;
        Output::whole(&to.join(&name), &bytes)?;
    }
    Ok(())
}

/// Reads a file whole; `None` where there is none.
pub(super) fn read_file(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(Problem::Read)?,
    };
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Problem::Read)?;
    if bytes.len() as u64 > most {
        return Err(Problem::Refused {
            what: "file",
            why: "it is longer than agreed",
        }
        .into());
    }
    Ok(Some(bytes))
}

/// Makes a folder that only its owner opens.
pub(super) fn private_folder(folder: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .map_err(|e| Problem::write(&e).into())
}

fn missing(kind: Kind) -> Problem {
    let stem = file_stem(kind);
    Problem::Setting {
        setting: "--from",
        reason: format!("holds no {stem}.parquet with {stem}.manifest"),
    }
}
