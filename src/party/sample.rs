//! Rows of a request that an auditor draws, the asker opens and the auditor checks.

use std::path::Path;

use jiff::civil::Date;

use crate::audit::Act;
use crate::error::{Place, Problem, Result};
use crate::exchange::agreement::{Agreement, Deal};
use crate::exchange::manifest::Received;
use crate::exchange::sealed::{Sample, SampleTally};
use crate::exchange::table::Kind;
use crate::keys::Prepared;
use crate::keys::conjunctions::of_subject;
use crate::party::asker::{encoded, prepared, question, read_subjects, session_of};
use crate::party::conjunctions_of;
use crate::party::desk::{Desk, deal_of, read_file, receive};
use crate::report::{Output, read_subject};

/// Most bytes of a sample that is looked at.
const LIMIT: u64 = 1 << 30;

/// Draws rows of the request in a folder, all alike likely, for the auditor to keep.
///
/// # Errors
/// Integrity of the request; outside the agreement: more rows than it has.
pub fn draw_rows(agreement: &Agreement, today: Date, from: &Path, count: u64) -> Result<Vec<u64>> {
    let (_, request) = request(agreement, today, from)?;
    Sample::draw(&request, count)
}

/// Row numbers as a file: one a line, from 1.
///
/// # Errors
/// The disk.
pub fn write_rows(path: &Path, rows: &[u64]) -> Result<()> {
    let lines: Vec<String> = rows
        .iter()
        .map(|row| format!("{}\n", row.saturating_add(1)))
        .collect();
    Output::whole(path, lines.concat().as_bytes())
}

/// Reads a file of row numbers.
///
/// # Errors
/// The disk; usage, where a line is no row number.
pub fn read_rows(path: &Path) -> Result<Vec<u64>> {
    let text = std::fs::read_to_string(path).map_err(Problem::Read)?;
    let row = |(at, line): (u64, &str)| {
        let row = line
            .trim()
            .parse::<u64>()
            .ok()
            .and_then(|row| row.checked_sub(1));
        row.ok_or_else(|| {
            Problem::Setting {
                setting: "--rows",
                reason: "a line of the file is no row number".into(),
            }
            .at(Place::row(1, at))
        })
    };
    (1..).zip(text.lines()).map(row).collect()
}

/// Checks that a sample opens exactly the rows that were drawn of the request in a folder, each to a
/// subject that was committed to before, or to nothing.
///
/// # Errors
/// Integrity, with the first row that is not what it should be.
pub fn check_sample(
    agreement: &Agreement,
    today: Date,
    from: &Path,
    rows: &[u64],
    sample: &Path,
) -> Result<SampleTally> {
    let (deal, request) = request(agreement, today, from)?;
    let bytes = std::fs::metadata(sample).map_err(Problem::Read)?.len();
    if bytes > LIMIT {
        return Err(Problem::Refused {
            what: "sample",
            why: "it is too long",
        }
        .into());
    }
    let bytes = read_file(sample, LIMIT)?.unwrap_or_default();
    let list = conjunctions_of(agreement)?;
    let most = usize::from(deal.caps().inputs_per_record);
    Sample::decode(&bytes)?.verify(&deal, &request, rows, |record| {
        let subject = read_subject(record).ok();
        subject.map_or_else(Vec::new, |subject| {
            let prepared = Prepared::new(&subject.record);
            of_subject(list, &prepared).capped(most).inputs
        })
    })
}

fn request(agreement: &Agreement, today: Date, from: &Path) -> Result<(Deal, Received)> {
    let list = conjunctions_of(agreement)?;
    let deal = deal_of(agreement, list, today, from, Kind::Request)?;
    let request = receive(&deal, from, Kind::Request)?;
    Ok((deal, request))
}

impl Desk<'_> {
    /// Opens the rows that an auditor has drawn of the request in a folder. The file shows subjects in
    /// clear: it is for the auditor, never for the holder.
    ///
    /// # Errors
    /// Integrity: the request was not made from this state, or has no such row; the disk.
    pub fn open_sample(&mut self, from: &Path, rows: &[u64], output: &Path) -> Result<()> {
        let (deal, request) = request(self.agreement, self.state.today, from)?;
        let folder = session_of(&self.folder(&deal)?, &request)?;
        let subjects = read_subjects(&folder)?;
        let prepared = prepared(&subjects);
        let (encoded, _) = encoded(self.list, &deal, &subjects, &prepared)?;
        let (question, _) = question(&self.side(&deal), &folder, &encoded)?;
        let sample = question.open_sample(&request, rows)?;
        let mut entry = self.entry(Act::Sampled, &deal);
        entry.counts.push(rows.len() as u64);
        entry.digests.push(request.id);
        self.note(vec![entry])?;
        Output::whole(output, &sample.encode())
    }
}
