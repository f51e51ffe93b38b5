//! What is deleted, and when: retention.
//!
//! The agreement says how long what was opened may stay, and when an epoch ends. What a party keeps
//! of it in its folder of state is deleted here; files that it had written elsewhere are its own to
//! delete.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::audit::{Act, Entry};
use crate::error::{Problem, Result};
use crate::exchange::manifest::Manifest;
use crate::exchange::name::PartyName;
use crate::exchange::note;
use crate::exchange::table::Kind;
use crate::party::asker::folders;
use crate::party::desk::{Desk, epoch_folder, manifest_path, read_file};
use crate::tally::Tally;

impl Desk<'_> {
    /// Deletes what may not stay longer: of a holder, what it keeps of an epoch, from the day after it;
    /// of an asker, each session, the agreed number of days after its request was made.
    ///
    /// A request that never left goes when its epoch has ended. The log stays: it holds nobody.
    ///
    /// # Errors
    /// The disk. What was deleted until then is gone, and stands in the log.
    pub fn purge(&mut self) -> Result<Tally> {
        let (own, other) = self.both();
        let terms = self.agreement.terms();
        let epochs = (1..).map_while(|epoch| Some((epoch, terms.end_of(epoch)?)));
        let epochs: Vec<(u32, Date)> = epochs.collect();
        let mut tally = Tally::new();
        for (epoch, end) in epochs {
            let has_ended = self.state.today >= end;
            let held = self.epoch_folder(&other, &own, epoch);
            if has_ended && held.is_dir() {
                self.delete(&held, epoch)?;
                tally.add("epochs_deleted", 1);
            }
            let asked = self.epoch_folder(&own, &other, epoch);
            if !asked.is_dir() {
                continue;
            }
            for session in folders(&asked, "session-")? {
                if self.is_due(&session)?.unwrap_or(has_ended) {
                    self.delete(&session, epoch)?;
                    tally.add("sessions_deleted", 1);
                } else {
                    tally.add("sessions_kept", 1);
                }
            }
        }
        Ok(tally)
    }

    fn epoch_folder(&self, asker: &PartyName, holder: &PartyName, epoch: u32) -> PathBuf {
        let name = epoch_folder(&self.agreement.ctx(), asker, holder, epoch);
        self.state.folder.join(name)
    }

    /// Whether the time of a session has passed; `None` where its request never left.
    fn is_due(&self, session: &Path) -> Result<Option<bool>> {
        let Some(bytes) = read_file(&manifest_path(session, Kind::Request), note::LIMIT as u64)?
        else {
            return Ok(None);
        };
        let id = Manifest::stated(&bytes)?.id();
        let mut entries = self.log().entries().iter();
        let made = entries.find(|e| e.act == Act::Requested && e.digests.contains(&id));
        let days = i64::from(self.agreement.terms().retention_days);
        let last = made.and_then(|entry| entry.time.date().checked_add(days.days()).ok());
        Ok(last.map(|last| self.state.today >= last))
    }

    fn delete(&mut self, folder: &Path, epoch: u32) -> Result<()> {
        let mut entry = Entry::new(self.state.now, Act::Purged);
        entry.counts.push(u64::from(epoch));
        entry.digests.push(self.agreement.ctx());
        self.note(vec![entry])?;
        std::fs::remove_dir_all(folder).map_err(|e| Problem::write(&e).into())
    }
}
