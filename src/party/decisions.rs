//! Decisions of people on what is asked for, as CSV: the program lists what waits, people fill in,
//! the program reads it back.

use std::path::Path;

use csv::{ReaderBuilder, WriterBuilder};

use crate::error::{Error, Place, Problem, Result};
use crate::exchange::name::Code;
use crate::exchange::sealed::Refusal;
use crate::party::desk::read_file;
use crate::report::{Output, Redaction};

/// Most bytes of a file of decisions.
const LIMIT: u64 = 1 << 26;

/// A row of an ask that waits for people.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Number of the row in the ask, from 1.
    pub row: u64,
    /// The notice.
    pub notice_uid: String,
    /// Its type.
    pub notice_type: &'static str,
    /// Its handling code.
    pub handling: &'static str,
    /// What the asker says: strong, possible or weak.
    pub band: &'static str,
    /// The asker's reference of its case.
    pub case: String,
    /// How many people decide.
    pub deciders: u8,
    /// How many have decided.
    pub decided: usize,
}

/// Columns of the file, in their order.
const COLUMNS: [&str; 12] = [
    "row",
    "notice_uid",
    "notice_type",
    "handling",
    "band",
    "case",
    "deciders",
    "decided",
    "decision",
    "by",
    "reason",
    "redact",
];

/// What waits for people, as CSV: fill in `decision` and `by`, and `reason` or `redact`.
///
/// # Errors
/// Internal, where a row cannot be written.
pub fn pending_csv(pending: &[Pending]) -> Result<String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let broken = |_| Problem::Internal("a list of what is pending");
    writer.write_record(COLUMNS).map_err(broken)?;
    for p in pending {
        let row = [
            &p.row.to_string(),
            &p.notice_uid,
            p.notice_type,
            p.handling,
            p.band,
            &p.case,
            &p.deciders.to_string(),
            &p.decided.to_string(),
        ];
        let empty = [""; 4];
        writer
            .write_record(row.into_iter().chain(empty))
            .map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| Problem::Internal("a list of what is pending"))?;
    String::from_utf8(bytes).map_err(|_| Problem::Internal("a list of what is pending").into())
}

/// What one person decided on one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) row: u64,
    /// Who decided, as a code.
    pub(super) by: Code,
    pub(super) verdict: Verdict,
    /// Line of the file.
    line: u64,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is released, as far as this.
    Release(Redaction),
    /// It is not, and why.
    Refuse(Refusal),
}

impl Decided {
    /// A decision that cannot be taken.
    pub(super) fn senseless(&self, why: &str) -> Error {
        setting(self.line, why)
    }
}

fn setting(line: u64, why: &str) -> Error {
    Problem::Setting {
        setting: "decision",
        reason: why.to_owned(),
    }
    .at(Place::row(1, line))
}

/// Reads decisions; rows without one are passed over. No file is no decision.
pub(super) fn read_decisions(path: &Path) -> Result<Vec<Decided>> {
    let Some(bytes) = read_file(path, LIMIT)? else {
        return Ok(Vec::new());
    };
    let mut reader = ReaderBuilder::new().from_reader(bytes.as_slice());
    let malformed = |_| Problem::Malformed {
        format: "CSV",
        why: "a row has another width than the header, or is not UTF-8",
    };
    let header = reader.headers().map_err(malformed)?.clone();
    let place = |name: &'static str| {
        header
            .iter()
            .position(|cell| cell == name)
            .ok_or_else(|| Problem::MissingColumn {
                field: name,
                expected: "row, decision, by, reason, redact".into(),
            })
    };
    let [row, decision, by] = [place("row")?, place("decision")?, place("by")?];
    let (reason, redact) = (place("reason").ok(), place("redact").ok());
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        let optional = |at: Option<usize>| at.map_or("", cell);
        let verdict = match (cell(decision), optional(reason), optional(redact)) {
            ("", _, _) => continue,
            ("release", "", "") => Verdict::Release(Redaction::None),
            ("release", "", level) => {
                let level = Redaction::of(level);
                let level = level.ok_or_else(|| setting(line, "redacts to no known level"))?;
                Verdict::Release(level)
            }
            ("refuse", "", "") => Verdict::Refuse(Refusal::Decided),
            ("refuse", reason, "") => {
                let known = Refusal::ALL
                    .into_iter()
                    .find(|refusal| refusal.word() == reason);
                let known = known.ok_or_else(|| setting(line, "gives no known reason"))?;
                Verdict::Refuse(known)
            }
            ("release" | "refuse", _, _) => {
                return Err(setting(
                    line,
                    "has a reason to release, or redacts a refusal",
                ));
            }
            _ => return Err(setting(line, "is neither release nor refuse")),
        };
        out.push(Decided {
            row: cell(row)
                .parse()
                .map_err(|_| setting(line, "is on no row"))?,
            by: Code::new(cell(by)).ok_or_else(|| {
                setting(
                    line,
                    "does not say by whom, as a code of letters, digits, . _ : -",
                )
            })?,
            verdict,
            line,
        });
    }
    Ok(out)
}

/// Writes decisions, in the form that [`read_decisions`] reads.
pub(super) fn write_decisions(path: &Path, decided: &[Decided]) -> Result<()> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let broken = |_| Problem::Internal("decisions that cannot be written");
    writer
        .write_record(["row", "decision", "by", "reason", "redact"])
        .map_err(broken)?;
    for d in decided {
        let (decision, reason, redact) = match d.verdict {
            Verdict::Release(level) => ("release", "", level.word()),
            Verdict::Refuse(refusal) => ("refuse", refusal.word(), ""),
        };
        let row = [&d.row.to_string(), decision, d.by.as_str(), reason, redact];
        writer.write_record(row).map_err(broken)?;
    }
    let bytes = writer.into_inner();
    let bytes = bytes.map_err(|_| Problem::Internal("decisions that cannot be written"))?;
    Output::whole(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Decided>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.csv");
        std::fs::write(&path, text).unwrap();
        read_decisions(&path)
    }

    #[test]
    fn decisions_come_back_and_empty_rows_are_passed_over() {
        let text = "row,decision,by,reason,redact\n1,release,desk-7,,\n2,,,,\n\
                    3,refuse,desk-7,more_needed,\n4,release,desk-8,,years\n5,refuse,desk-8,,\n";
        let decided = read(text).unwrap();
        let rows: Vec<u64> = decided.iter().map(|d| d.row).collect();
        assert_eq!(rows, [1, 3, 4, 5]);
        assert_eq!(decided[1].verdict, Verdict::Refuse(Refusal::MoreNeeded));
        assert_eq!(decided[2].verdict, Verdict::Release(Redaction::Years));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.csv");
        write_decisions(&path, &decided).unwrap();
        let again = read_decisions(&path).unwrap();
        assert!(
            again
                .iter()
                .map(|d| (d.row, d.verdict))
                .eq(decided.iter().map(|d| (d.row, d.verdict)))
        );
        assert!(
            read_decisions(&folder.path().join("none.csv"))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn decisions_that_make_no_sense_are_refused_with_their_line() {
        for row in [
            "1,maybe,desk-7,,",
            "1,release,,,",
            "1,release,two words,,",
            "x,release,desk-7,,",
            "1,release,desk-7,decided,",
            "1,release,desk-7,,half",
            "1,refuse,desk-7,weather,",
            "1,refuse,desk-7,,years",
        ] {
            let error = read(&format!("row,decision,by,reason,redact\n{row}\n")).unwrap_err();
            assert!(
                error.is_usage() && error.place().row == Some(2),
                "{row}: {error}"
            );
        }
        assert!(read("row,by\n1,a\n").unwrap_err().is_input());
    }

    #[test]
    fn what_is_pending_is_a_file_to_fill_in() {
        let pending = Pending {
            row: 2,
            notice_uid: "north:N-1".into(),
            notice_type: "wanted",
            handling: "H1",
            band: "strong",
            case: "00".into(),
            deciders: 2,
            decided: 1,
        };
        let text = pending_csv(&[pending]).unwrap();
        assert!(read(&text).unwrap().is_empty());
        let filled = text.replace(",2,1,,,,", ",2,1,release,desk-9,,contact");
        assert_eq!(
            read(&filled).unwrap()[0].verdict,
            Verdict::Release(Redaction::Contact)
        );
    }
}
