//! The asker's steps: a question about its subjects, what opens, what it asks for and what comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::audit::Act;
use crate::error::{Problem, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::manifest;
use crate::exchange::name::Code;
use crate::exchange::sealed::{
    self, AskBook, Asked, AskerState, Opening, Outputs, Question, Subject as Encoded, ask,
};
use crate::exchange::table::Kind;
use crate::hits::{Hit, rank};
use crate::keys::Prepared;
use crate::keys::conjunctions::{List, of_subject};
use crate::party::desk::{Desk, copy, leave, private_folder, read_file, receive, short};
use crate::party::opened::{self, Scoring};
use crate::record::{Band, Subject, hex};
use crate::report::{
    HitSettings, HitWriter, Output, ReleasedRow, commit, read_hits, read_release, read_subject,
    subject_bytes, write_released,
};
use crate::tally::Tally;

/// Names of files in the folder of a session.
const STATE: &str = "asker.state";
const SUBJECTS: &str = "subjects.jsonl";
const OUTPUTS: &str = "outputs";
/// Names of files in the folder of an ask.
const BOOK: &str = "ask.book";
const CASES: &str = "cases.jsonl";

/// What [`Desk::ask`] is asked to do.
#[derive(Clone, Debug)]
pub struct Asking<'r> {
    /// The folder with index, forms and response.
    pub from: &'r Path,
    /// Where the ask goes.
    pub to: &'r Path,
    /// Only what stands in this hits file; all hits otherwise.
    pub hits: Option<&'r Path>,
    /// How forms are scored.
    pub scoring: &'r Scoring,
}

/// A session taken up again, with what opens.
struct Session<'s> {
    folder: &'s Path,
    outputs: &'s Outputs<'s>,
    opening: &'s Opening,
    hits: Vec<Hit>,
    tally: Tally,
}

impl Desk<'_> {
    /// C2: a request about subjects, for the index in a folder. The same subjects and index under the
    /// same deal are the same request, byte for byte.
    ///
    /// # Errors
    /// Outside the agreement; integrity of the index; the disk.
    pub fn request(
        &mut self,
        deal: &Deal,
        subjects: &[Subject],
        from: &Path,
        to: &Path,
    ) -> Result<Tally> {
        let index = self.take(deal, from, Kind::Index)?;
        let (encoded, mut tally) = encoded(self.list, deal, subjects, &prepared(subjects))?;
        let folder = self
            .folder(deal)?
            .join(session_name(deal, &index.id, &encoded));
        private_folder(&folder)?;
        if folder.join("request.manifest").exists() {
            tally.add("made_before", 1);
            copy(&folder, to, Kind::Request)?;
            return Ok(tally);
        }
        let mut state = match read_file(&folder.join(STATE), u64::MAX)? {
            Some(bytes) => AskerState::decode(&bytes)?,
            None => AskerState::new(deal)?,
        };
        let side = self.side(deal);
        let question = Question::new(&side, &mut state, &index, &encoded)?;
        Output::whole(&folder.join(SUBJECTS), &lines(&encoded))?;
        copy(from, &folder, Kind::Index)?;
        Output::whole(&folder.join(STATE), &state.encode())?;
        let request = question.request(&side)?;
        let mut taken = self.entry(Act::IndexTaken, deal);
        taken.counts.push(index.manifest.head.rows);
        taken.digests.push(index.id);
        let mut requested = self.entry(Act::Requested, deal);
        let rows = question.rows();
        requested.counts.extend([rows, subjects.len() as u64]);
        requested.digests.push(request.id);
        self.note(vec![taken, requested])?;
        leave(&folder, &[(Kind::Request, &request)])?;
        tally.add("rows", rows);
        copy(&folder, to, Kind::Request)?;
        Ok(tally)
    }

    /// Opens what the response in a folder opens of index and forms there, scores it, and writes hits
    /// that name notices by handles alone.
    ///
    /// # Errors
    /// Integrity of any file; outside the agreement; the disk.
    pub fn open_response(
        &mut self,
        from: &Path,
        output: &Path,
        settings: &HitSettings,
        scoring: &Scoring,
    ) -> Result<Tally> {
        self.with_session(from, scoring, |desk, deal, session| {
            let ranked = rank(session.hits, None);
            let mut tally = session.tally;
            let mut writer = HitWriter::create(output, settings)?;
            writer.write(&ranked.hits)?;
            let (file, written) = writer.finish()?;
            tally.merge(written);
            let mut entry = desk.entry(Act::Opened, deal);
            entry.counts.extend(
                [
                    "notices_opened",
                    "candidates",
                    "hits_written",
                    "labels_refused",
                ]
                .map(|what| tally.count(what)),
            );
            desk.note(vec![entry])?;
            commit(vec![file])?;
            Ok(tally)
        })
    }

    /// C4: asks for the notices of hits that reach the agreed threshold of their type.
    ///
    /// # Errors
    /// Outside the agreement: nothing to ask for, or too much; integrity; the disk.
    pub fn ask(&mut self, what: &Asking<'_>) -> Result<Tally> {
        let chosen = what.hits.map(chosen).transpose()?;
        self.with_session(what.from, what.scoring, |desk, deal, session| {
            let mut tally = Tally::new();
            // The best hit on each notice, and whose it is.
            let mut wanted: BTreeMap<&str, (f64, Band, BTreeSet<&str>)> = BTreeMap::new();
            for hit in &session.hits {
                let threshold = Code::new(hit.notice_type.code());
                let threshold = threshold.and_then(|code| deal.threshold(&code));
                if threshold.is_none_or(|least| hit.bits < least) {
                    tally.add("below_the_agreed_threshold", 1);
                    continue;
                }
                if chosen
                    .as_ref()
                    .is_some_and(|chosen| !chosen.contains(&hit.source_id))
                {
                    tally.add("not_chosen", 1);
                    continue;
                }
                let best =
                    wanted
                        .entry(&hit.source_id)
                        .or_insert((hit.bits, hit.band, BTreeSet::new()));
                if hit.bits > best.0 {
                    (best.0, best.1) = (hit.bits, hit.band);
                }
                best.2.insert(&hit.subject_id);
            }
            tally.add("notices_asked_for", wanted.len() as u64);
            let name = ask_name(&session.opening.index, wanted.keys().copied());
            let folder = session.folder.join(name);
            if folder.join("ask.manifest").exists() {
                tally.add("made_before", 1);
                copy(&folder, what.to, Kind::Ask)?;
                return Ok(tally);
            }
            let mut asked = Vec::new();
            let mut cases = Vec::new();
            for record in &session.opening.records {
                let handle = record.handle.to_string();
                let Some((_, band, subjects)) = wanted.get(handle.as_str()) else {
                    continue;
                };
                let mut case = [0; 16];
                getrandom::fill(&mut case)
                    .map_err(|_| Problem::Internal("no system randomness"))?;
                let band = match band {
                    Band::Strong => 0,
                    Band::Possible => 1,
                    Band::Weak => 2,
                };
                asked.push(Asked { record, band, case });
                cases.push(Case {
                    subjects: subjects.iter().map(|id| (*id).to_owned()).collect(),
                    reference: hex(&case),
                    handle,
                });
            }
            let side = desk.side(deal);
            let (book, sent) = ask(&side, session.outputs, session.opening, &asked)?;
            private_folder(&folder)?;
            Output::whole(&folder.join(CASES), &Case::lines(&cases)?)?;
            Output::whole(&folder.join(BOOK), &book.encode())?;
            let mut entry = desk.entry(Act::Asked, deal);
            entry.counts.push(asked.len() as u64);
            entry.digests.push(sent.id);
            desk.note(vec![entry])?;
            leave(&folder, &[(Kind::Ask, &sent)])?;
            copy(&folder, what.to, Kind::Ask)?;
            Ok(tally)
        })
    }

    /// Opens the release in a folder and writes what it says of each notice that was asked for.
    ///
    /// # Errors
    /// Integrity; usage, where no ask of this state is answered by it; the disk.
    pub fn receive(&mut self, from: &Path, output: &Path) -> Result<Tally> {
        let deal = self.deal_of(from, Kind::Release)?;
        let release = self.take(&deal, from, Kind::Release)?;
        let folder = self.folder(&deal)?;
        let (ask_folder, book) = ask_of(&folder, &release.manifest.answers)?;
        let released = book.receive(&self.side(&deal), &release)?;
        let cases = Case::read(&ask_folder.join(CASES))?;
        let mut tally = Tally::new();
        let mut rows = Vec::new();
        for one in released {
            let handle = one.handle.to_string();
            let case = cases.iter().find(|case| case.handle == handle);
            let (decision, fields) = match &one.outcome {
                Ok(bytes) => ("released", read_release(bytes)?),
                Err(_) => ("refused", BTreeMap::new()),
            };
            tally.add(decision, 1);
            rows.push(ReleasedRow {
                case: case.map(|case| case.reference.clone()).unwrap_or_default(),
                subject_ids: case.map(|case| case.subjects.clone()).unwrap_or_default(),
                decision,
                reason: one.outcome.err().map_or("", sealed::Refusal::word),
                handle,
                fields,
            });
        }
        let agreed: Vec<&str> = deal.releasable_fields().iter().map(Code::as_str).collect();
        let file = write_released(output, &agreed, &rows)?;
        let mut entry = self.entry(Act::Received, &deal);
        entry
            .counts
            .extend([tally.count("released"), tally.count("refused")]);
        entry.digests.push(release.id);
        self.note(vec![entry])?;
        commit(vec![file])?;
        Ok(tally)
    }

    /// Takes up the session of the response in a folder: its question, outputs and what they open.
    fn with_session<T>(
        &mut self,
        from: &Path,
        scoring: &Scoring,
        then: impl FnOnce(&mut Self, &Deal, Session<'_>) -> Result<T>,
    ) -> Result<T> {
        let deal = self.deal_of(from, Kind::Response)?;
        let response = self.take(&deal, from, Kind::Response)?;
        let folder = session_of(&self.folder(&deal)?, &response)?;
        let index = self.take(&deal, from, Kind::Index)?;
        let forms = self.take(&deal, from, Kind::Forms)?;
        let side = self.side(&deal);
        let subjects = read_subjects(&folder)?;
        let prepared = prepared(&subjects);
        let (encoded, _) = encoded(self.list, &deal, &subjects, &prepared)?;
        let (question, request) = question(&side, &folder, &encoded)?;
        let outputs = if let Some(bytes) = read_file(&folder.join(OUTPUTS), u64::MAX)? {
            Outputs::decode(&bytes, &question)?
        } else {
            let outputs = question.finish(&request, &response)?;
            Output::whole(&folder.join(OUTPUTS), &outputs.encode())?;
            outputs
        };
        let opening = outputs.open(&index, &forms)?;
        let holder = deal.holder().name();
        let pairs: Vec<(&Subject, &Prepared)> = subjects.iter().zip(&prepared).collect();
        let (hits, tally) = opened::hits(self.list, holder, &question, &opening, &pairs, scoring);
        let session = Session {
            folder: &folder,
            outputs: &outputs,
            opening: &opening,
            hits,
            tally,
        };
        then(self, &deal, session)
    }
}

/// The question of a session that was made before, with its request.
pub(super) fn question<'s>(
    side: &manifest::Side<'s>,
    folder: &Path,
    encoded: &'s [Encoded],
) -> Result<(Question<'s>, manifest::Received)> {
    let state = read_file(&folder.join(STATE), u64::MAX)?.unwrap_or_default();
    let mut state = AskerState::decode(&state)?;
    let index = receive(side.deal, folder, Kind::Index)?;
    let request = receive(side.deal, folder, Kind::Request)?;
    Ok((Question::new(side, &mut state, &index, encoded)?, request))
}

/// Subjects, ready for keys and scores.
pub(super) fn prepared(subjects: &[Subject]) -> Vec<Prepared> {
    let subjects = subjects.par_iter();
    subjects
        .map(|subject| Prepared::new(&subject.record))
        .collect()
}

/// Subjects as the exchange takes them: the bytes that are committed to, and their inputs.
pub(super) fn encoded(
    list: List,
    deal: &Deal,
    subjects: &[Subject],
    prepared: &[Prepared],
) -> Result<(Vec<Encoded>, Tally)> {
    let most = usize::from(deal.caps().inputs_per_record);
    let encoded: Vec<(Encoded, u32)> = subjects
        .par_iter()
        .zip(prepared)
        .map(|(subject, prepared)| {
            let record = subject_bytes(subject)?;
            let made = of_subject(list, prepared).capped(most);
            let inputs = made.inputs;
            Ok((Encoded { record, inputs }, made.truncated))
        })
        .collect::<Result<_>>()?;
    let mut tally = Tally::new();
    tally.add("subjects", encoded.len() as u64);
    for (subject, cut) in &encoded {
        tally.add("inputs", subject.inputs.len() as u64);
        tally.add("inputs_and_spellings_left_out", u64::from(*cut));
        tally.add(
            "subjects_without_input",
            u64::from(subject.inputs.is_empty()),
        );
    }
    Ok((
        encoded.into_iter().map(|(subject, _)| subject).collect(),
        tally,
    ))
}

/// The name of the folder of a session: the same question has the same.
fn session_name(deal: &Deal, index: &[u8; 32], subjects: &[Encoded]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 name of a session v1");
    let (purpose, legal_basis) = deal.reason();
    for part in [
        index.as_slice(),
        purpose.as_str().as_bytes(),
        legal_basis.as_str().as_bytes(),
    ]
    .into_iter()
    .chain(subjects.iter().map(|subject| subject.record.as_slice()))
    {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    format!("session-{}", short(hasher.finalize().as_bytes()))
}

/// The name of the folder of an ask: the same notices have the same.
fn ask_name<'h>(index: &[u8; 32], handles: impl Iterator<Item = &'h str>) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 name of an ask v1");
    hasher.update(index);
    for handle in handles {
        hasher.update(handle.as_bytes());
    }
    format!("ask-{}", short(hasher.finalize().as_bytes()))
}

/// Folders in a folder whose names begin so, sorted.
pub(super) fn folders(within: &Path, prefix: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(within).map_err(Problem::Read)? {
        let path = entry.map_err(Problem::Read)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with(prefix) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The folder of the session that a file states.
pub(super) fn session_of(folder: &Path, file: &manifest::Received) -> Result<PathBuf> {
    for session in folders(folder, "session-")? {
        let Some(bytes) = read_file(&session.join(STATE), u64::MAX)? else {
            continue;
        };
        if AskerState::decode(&bytes)?.session() == file.manifest.head.session {
            return Ok(session);
        }
    }
    let problem = Problem::Refused {
        what: "response",
        why: "no request of its session was made from this state",
    };
    Err(problem.into())
}

/// The ask that a release answers.
fn ask_of(folder: &Path, answers: &[u8; 32]) -> Result<(PathBuf, AskBook)> {
    for session in folders(folder, "session-")? {
        for ask in folders(&session, "ask-")? {
            let Some(bytes) = read_file(&ask.join(BOOK), u64::MAX)? else {
                continue;
            };
            let book = AskBook::decode(&bytes)?;
            if book.id() == *answers {
                return Ok((ask, book));
            }
        }
    }
    let problem = Problem::Refused {
        what: "release",
        why: "it answers no ask that was made from this state",
    };
    Err(problem.into())
}

/// Records as lines; they hold no line feed.
fn lines(encoded: &[Encoded]) -> Vec<u8> {
    let mut out = Vec::new();
    for subject in encoded {
        out.extend_from_slice(&subject.record);
        out.push(b'\n');
    }
    out
}

/// The subjects of a session.
pub(super) fn read_subjects(folder: &Path) -> Result<Vec<Subject>> {
    each_line(&folder.join(SUBJECTS), read_subject)
}

/// What stands in the lines of a file of state; nothing where there is no file.
fn each_line<T>(path: &Path, read: impl Fn(&[u8]) -> Result<T>) -> Result<Vec<T>> {
    let bytes = read_file(path, u64::MAX)?.unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.is_empty()).map(read).collect()
}

/// Handles of the notices in a hits file.
fn chosen(path: &Path) -> Result<BTreeSet<String>> {
    read_hits(path)?
        .map(|hit| hit.map(|hit| hit.source_id))
        .collect()
}

/// What the asker remembers of a notice that it asked for.
#[derive(serde::Serialize, serde::Deserialize)]
struct Case {
    handle: String,
    reference: String,
    subjects: Vec<String>,
}

impl Case {
    fn lines(cases: &[Self]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for case in cases {
            serde_json::to_writer(&mut out, case)
                .map_err(|_| Problem::Internal("a case as JSON"))?;
            out.push(b'\n');
        }
        Ok(out)
    }

    fn read(path: &Path) -> Result<Vec<Self>> {
        each_line(path, |line| {
            serde_json::from_slice(line).map_err(|_| {
                Problem::Refused {
                    what: "state",
                    why: "its cases were changed",
                }
                .into()
            })
        })
    }
}
