//! The holder's steps: an index of its notices, answers to requests, decisions and releases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::audit::Act;
use crate::error::{Problem, Result};
use crate::exchange::agreement::{Bar, Deal, Decider};
use crate::exchange::manifest::{Detail, Sent};
use crate::exchange::name::Code;
use crate::exchange::sealed::{
    Admission, AskedRow, Decision, HeldRecord, HolderBook, Refusal, publish, release,
};
use crate::exchange::table::Kind;
use crate::keys::Prepared;
use crate::keys::conjunctions::of_notice;
use crate::party::decisions::{Decided, Pending, Verdict, read_decisions, write_decisions};
use crate::party::desk::{Desk, copy, leave, private_folder, read_file, short};
use crate::party::policy::{self, Seen};
use crate::read::List;
use crate::record::{Notice, hex};
use crate::report::{Output, Redaction, release_bytes};
use crate::score::ScoringForm;
use crate::tally::Tally;

/// Name of the book in the folder of a deal.
const BOOK: &str = "holder.book";
/// Name of the decisions of people in the folder of an ask.
const DECISIONS: &str = "decisions.csv";

/// What a release is asked to do.
#[derive(Clone, Debug)]
pub struct Release<'r> {
    /// The folder with the ask.
    pub from: &'r Path,
    /// Where the release goes.
    pub to: &'r Path,
    /// The lists as they are today.
    pub lists: &'r [List],
    /// A file of decisions.
    pub decisions: Option<&'r Path>,
}

/// How far an ask has come.
#[derive(Clone, Debug)]
pub enum ReleaseState {
    /// People have to decide on these first; nothing left.
    Pending(Vec<Pending>),
    /// The release left.
    Left(Tally),
}

impl Desk<'_> {
    /// C0 and C1: an index of all notices in force that policy lets the asker find, as the current
    /// one.
    ///
    /// # Errors
    /// Outside the agreement; the disk.
    pub fn index(&mut self, deal: &Deal, lists: &[List], to: &Path) -> Result<Tally> {
        let mut tally = Tally::new();
        let today = self.state.today;
        let mut held: Vec<&Notice> = Vec::new();
        for notice in lists.iter().flat_map(|list| &list.notices) {
            tally.add("notices_in", 1);
            if !notice.status_on(today).is_live() {
                tally.add("notices_not_in_force", 1);
                continue;
            }
            match self.seen(notice).and_then(|seen| seen.publishable(deal)) {
                Ok(()) => held.push(notice),
                Err(bar) => tally.add(policy::word(bar), 1),
            }
        }
        let caps = deal.caps();
        let made: Vec<(HeldRecord, u32, u8)> = held
            .par_iter()
            .map(|notice| {
                let prepared = Prepared::new(&notice.record);
                let most = usize::from(caps.inputs_per_record);
                let inputs = of_notice(self.list, &prepared).capped(most);
                // Two bytes of the box state how long the form is.
                let room = usize::from(caps.form_bytes).saturating_sub(2);
                let form = ScoringForm::of(&prepared, notice.notice_type).encode(room);
                let left_out = ScoringForm::decode(&form).map_or(0, |form| form.left_out);
                let record = HeldRecord {
                    inputs: inputs.inputs,
                    form,
                    reference: notice.uid().into_bytes(),
                };
                (record, inputs.truncated, left_out)
            })
            .collect();
        let mut records = Vec::with_capacity(made.len());
        for (record, cut, left_out) in made {
            tally.add("inputs", record.inputs.len() as u64);
            tally.add("inputs_and_spellings_left_out", u64::from(cut));
            tally.add("names_left_out_of_forms", u64::from(left_out));
            records.push(record);
        }
        tally.add("notices_in_index", records.len() as u64);
        let folder = self.folder(deal)?;
        let mut book = kept(deal, &folder)?;
        let (index, forms) = publish(&self.side(deal), &mut book, &records)?;
        save(&folder, &book)?;
        let mut entry = self.entry(Act::Published, deal);
        entry.counts.push(records.len() as u64);
        entry.digests.extend([index.id, forms.id]);
        self.note(vec![entry])?;
        leave(to, &[(Kind::Index, &index), (Kind::Forms, &forms)])?;
        Ok(tally)
    }

    /// C3: the answer to a request. A request that was answered before gets the stored answer.
    ///
    /// # Errors
    /// Integrity and outside the agreement, as [`HolderBook::admit`]; the disk.
    pub fn respond(&mut self, from: &Path, to: &Path) -> Result<Tally> {
        let deal = self.deal_of(from, Kind::Request)?;
        let request = self.take(&deal, from, Kind::Request)?;
        let folder = self.folder(&deal)?;
        let mut book = kept(&deal, &folder)?;
        let stored = folder.join(format!("request-{}", short(&request.id)));
        let mut tally = Tally::new();
        tally.add("rows", request.manifest.head.rows);
        if let Detail::Subjects { count, .. } = request.manifest.detail {
            tally.add("subjects_declared", count);
        }
        let side = self.side(&deal);
        match book.admit(&side, &request)? {
            Admission::Answered(_) => tally.add("answered_before", 1),
            Admission::New(admitted) => {
                save(&folder, &book)?;
                let response = admitted.respond(&side, &mut book)?;
                leave(&stored, &[(Kind::Response, &response)])?;
                let mut entry = self.entry(Act::Answered, &deal);
                entry.counts.push(request.manifest.head.rows);
                entry.counts.push(tally.count("subjects_declared"));
                entry.digests.extend([request.id, response.id]);
                self.note(vec![entry])?;
                save(&folder, &book)?;
            }
        }
        tally.add("rows_of_this_epoch", book.rows_spent());
        tally.add("subjects_of_this_epoch", book.subjects_declared());
        copy(&stored, to, Kind::Response)?;
        Ok(tally)
    }

    /// C5: the answer to an ask, once everything in it is decided. An ask that was answered before
    /// gets the stored answer.
    ///
    /// # Errors
    /// Integrity and outside the agreement, as [`HolderBook::read_ask`]; usage, where a decision
    /// makes no sense; the disk.
    pub fn release(&mut self, what: &Release<'_>) -> Result<ReleaseState> {
        let deal = self.deal_of(what.from, Kind::Ask)?;
        let ask = self.take(&deal, what.from, Kind::Ask)?;
        let folder = self.folder(&deal)?;
        let stored = folder.join(format!("ask-{}", short(&ask.id)));
        private_folder(&stored)?;
        let mut tally = Tally::new();
        if stored.join("release.manifest").exists() {
            tally.add("answered_before", 1);
            copy(&stored, what.to, Kind::Release)?;
            return Ok(ReleaseState::Left(tally));
        }
        let mut book = kept(&deal, &folder)?;
        let mut rows = book.read_ask(&self.side(&deal), &ask)?;
        let notices = current(what.lists, self.state.today);
        let gone = rows
            .iter()
            .filter(|row| !row.withdrawn && notice_of(&notices, row).is_none());
        let gone: BTreeSet<Vec<u8>> = gone.map(|row| row.reference.clone()).collect();
        book.withdraw(&gone.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for row in &mut rows {
            row.withdrawn |= gone.contains(&row.reference);
        }
        save(&folder, &book)?;
        self.note_reading(&deal, &stored, &ask.id, rows.len(), gone.len())?;
        let fates: Vec<Fate<'_>> = rows
            .iter()
            .map(|row| self.fate(&deal, row, &notices))
            .collect();
        let mut decided = read_decisions(&stored.join(DECISIONS))?;
        if let Some(path) = what.decisions {
            let new = Self::accept(path, &fates, &decided)?;
            decided.extend(new.iter().cloned());
            write_decisions(&stored.join(DECISIONS), &decided)?;
            self.note_decisions(&deal, &ask.id, &fates, &new)?;
        }
        let pending = pending(&rows, &fates, &decided);
        if !pending.is_empty() {
            return Ok(ReleaseState::Pending(pending));
        }
        let mut decisions = Vec::new();
        let mut entries = Vec::new();
        for (number, fate) in (1..).zip(&fates) {
            let decision = decision(&deal, fate, number, &decided)?;
            let (name, word) = match &decision {
                Decision::Release(_) => ("released", "release"),
                Decision::Refuse(refusal) => ("refused", refusal.word()),
            };
            tally.add(name, 1);
            if !matches!(fate, Fate::People { .. }) {
                entries.push(self.decided(&deal, &ask.id, fate, number, [word, "automatic"]));
            }
            decisions.push(decision);
        }
        let sent: Sent = release(&self.side(&deal), &ask, &rows, &decisions)?;
        let mut entry = self.entry(Act::Released, &deal);
        entry
            .counts
            .extend([tally.count("released"), tally.count("refused")]);
        entry.digests.extend([ask.id, sent.id]);
        entries.push(entry);
        self.note(entries)?;
        leave(&stored, &[(Kind::Release, &sent)])?;
        copy(&stored, what.to, Kind::Release)?;
        Ok(ReleaseState::Left(tally))
    }

    fn seen(&self, notice: &Notice) -> std::result::Result<Seen, Bar> {
        Seen::of(notice, &self.agreement.terms().purposes)
    }

    /// Logs that an ask was read, the first time; and what was found withdrawn.
    fn note_reading(
        &mut self,
        deal: &Deal,
        stored: &Path,
        ask: &[u8; 32],
        rows: usize,
        gone: usize,
    ) -> Result<()> {
        let mark = stored.join("read");
        let mut entries = Vec::new();
        if !mark.exists() {
            let mut entry = self.entry(Act::AskRead, deal);
            entry.counts.push(rows as u64);
            entry.digests.push(*ask);
            entries.push(entry);
        }
        if gone > 0 {
            let mut entry = self.entry(Act::Withdrawn, deal);
            entry.counts.push(gone as u64);
            entry.digests.push(*ask);
            entries.push(entry);
        }
        if !entries.is_empty() {
            self.note(entries)?;
        }
        Output::whole(&mark, b"")
    }

    /// What policy makes of a row of an ask.
    fn fate<'n>(
        &self,
        deal: &Deal,
        row: &AskedRow,
        notices: &BTreeMap<String, &'n Notice>,
    ) -> Fate<'n> {
        let Some(notice) = notice_of(notices, row).filter(|_| !row.withdrawn) else {
            return Fate::Refused(Refusal::Withdrawn, Vec::new());
        };
        let seen = match self.seen(notice) {
            Ok(seen) => seen,
            Err(bar) => return Fate::Refused(refusal(bar), Vec::new()),
        };
        let codes = seen.codes().to_vec();
        match seen.decider(deal) {
            Err(bar) => Fate::Refused(refusal(bar), codes),
            Ok(Decider::Automatic) => Fate::Automatic(notice, codes),
            Ok(Decider::People(deciders)) => Fate::People {
                notice,
                codes,
                deciders,
            },
        }
    }

    /// Decisions of a file that are new, each on a row that waits for people.
    fn accept(path: &Path, fates: &[Fate<'_>], known: &[Decided]) -> Result<Vec<Decided>> {
        // Without this a misspelt name would count as no decision.
        std::fs::metadata(path).map_err(Problem::Read)?;
        let mut new: Vec<Decided> = Vec::new();
        for decided in read_decisions(path)? {
            let fate = usize::try_from(decided.row)
                .ok()
                .and_then(|row| fates.get(row.checked_sub(1)?));
            let Some(Fate::People { .. }) = fate else {
                return Err(decided.senseless("is on a row that waits for nobody"));
            };
            let mut before = known.iter().chain(&new);
            match before.find(|d| (d.row, &d.by) == (decided.row, &decided.by)) {
                None => new.push(decided),
                Some(same) if same.verdict == decided.verdict => {}
                Some(_) => return Err(decided.senseless("is another than the same person made")),
            }
        }
        Ok(new)
    }

    fn note_decisions(
        &mut self,
        deal: &Deal,
        ask: &[u8; 32],
        fates: &[Fate<'_>],
        new: &[Decided],
    ) -> Result<()> {
        let entries = new.iter().filter_map(|decided| {
            let fate = fates.get(usize::try_from(decided.row).ok()?.checked_sub(1)?)?;
            let words = match decided.verdict {
                Verdict::Release(redaction) => ["release", redaction.word()],
                Verdict::Refuse(refusal) => ["refuse", refusal.word()],
            };
            Some(self.decided(deal, ask, fate, decided.row, words))
        });
        let entries: Vec<_> = entries.collect();
        if entries.is_empty() {
            return Ok(());
        }
        self.note(entries)
    }

    /// The entry of a decision: what was decided on which row of which ask, and what kind of notice
    /// it is. Who decided stands in the folder of the ask.
    fn decided(
        &self,
        deal: &Deal,
        ask: &[u8; 32],
        fate: &Fate<'_>,
        row: u64,
        words: [&str; 2],
    ) -> crate::audit::Entry {
        let mut entry = self.entry(Act::Decided, deal);
        entry
            .codes
            .extend(words.iter().filter_map(|word| Code::new(word)));
        entry.codes.extend(fate.codes().iter().cloned());
        entry.counts.push(row);
        entry.digests.push(*ask);
        entry
    }
}

/// What becomes of a row of an ask.
enum Fate<'n> {
    /// Policy refuses it.
    Refused(Refusal, Vec<Code>),
    /// The program releases it.
    Automatic(&'n Notice, Vec<Code>),
    /// So many people decide.
    People {
        notice: &'n Notice,
        codes: Vec<Code>,
        deciders: u8,
    },
}

impl Fate<'_> {
    fn codes(&self) -> &[Code] {
        match self {
            Self::Refused(_, codes) | Self::Automatic(_, codes) | Self::People { codes, .. } => {
                codes
            }
        }
    }
}

/// The book of a deal, as it was kept, or a new one.
fn kept(deal: &Deal, folder: &Path) -> Result<HolderBook> {
    match read_file(&folder.join(BOOK), u64::MAX)? {
        Some(bytes) => HolderBook::decode(&bytes),
        None => HolderBook::new(deal),
    }
}

/// What is answered to a row, once all is decided on it.
fn decision(deal: &Deal, fate: &Fate<'_>, row: u64, decided: &[Decided]) -> Result<Decision> {
    let (notice, redaction) = match fate {
        Fate::Refused(refusal, _) => return Ok(Decision::Refuse(*refusal)),
        Fate::Automatic(notice, _) => (notice, Redaction::None),
        Fate::People { notice, .. } => {
            let on_it = || decided.iter().filter(|d| d.row == row);
            let refused = on_it().find_map(|d| match d.verdict {
                Verdict::Refuse(refusal) => Some(refusal),
                Verdict::Release(_) => None,
            });
            if let Some(refusal) = refused {
                return Ok(Decision::Refuse(refusal));
            }
            // Where two decide, the one who lets out less prevails.
            let levels = on_it().filter_map(|d| match d.verdict {
                Verdict::Release(redaction) => Some(redaction),
                Verdict::Refuse(_) => None,
            });
            (notice, levels.max().unwrap_or(Redaction::Contact))
        }
    };
    let agreed = deal.releasable_fields().iter().map(Code::as_str);
    // A byte says what was decided, two how long the fields are.
    let room = usize::from(deal.caps().release_bytes).saturating_sub(3);
    Ok(Decision::Release(release_bytes(
        notice, agreed, redaction, room,
    )?))
}

/// Rows that wait for people: nobody refused, and fewer released than must.
fn pending(rows: &[AskedRow], fates: &[Fate<'_>], decided: &[Decided]) -> Vec<Pending> {
    let rows = (1..).zip(rows.iter().zip(fates));
    let waiting = rows.filter_map(|(number, (row, fate))| {
        let Fate::People {
            notice, deciders, ..
        } = fate
        else {
            return None;
        };
        let on_it: Vec<&Decided> = decided.iter().filter(|d| d.row == number).collect();
        let refused = on_it
            .iter()
            .any(|d| matches!(d.verdict, Verdict::Refuse(_)));
        (!refused && on_it.len() < usize::from(*deciders)).then(|| Pending {
            row: number,
            notice_uid: notice.uid(),
            notice_type: notice.notice_type.code(),
            handling: notice.handling.code.code(),
            band: ["strong", "possible", "weak"]
                .get(usize::from(row.band))
                .copied()
                .unwrap_or(""),
            case: hex(&row.case),
            deciders: *deciders,
            decided: on_it.len(),
        })
    });
    waiting.collect()
}

/// Notices in force, by their uid.
fn current(lists: &[List], today: jiff::civil::Date) -> BTreeMap<String, &Notice> {
    let notices = lists.iter().flat_map(|list| &list.notices);
    let live = notices.filter(|notice| notice.status_on(today).is_live());
    live.map(|notice| (notice.uid(), notice)).collect()
}

fn notice_of<'n>(notices: &BTreeMap<String, &'n Notice>, row: &AskedRow) -> Option<&'n Notice> {
    let uid = std::str::from_utf8(&row.reference).ok()?;
    notices.get(uid).copied()
}

/// What the asker is told of a bar.
const fn refusal(bar: Bar) -> Refusal {
    match bar {
        Bar::Protected => Refusal::Protected,
        Bar::NotAgreed | Bar::PoliticalReview | Bar::Handling | Bar::Country => Refusal::Handling,
    }
}

fn save(folder: &Path, book: &HolderBook) -> Result<()> {
    let path: PathBuf = folder.join(BOOK);
    Output::whole(&path, &book.encode())
}
