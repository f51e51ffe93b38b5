//! The three files of a synthetic set: subjects.csv, notices.csv, truth.csv.
//!
//! Each appears by rename from a temporary file beside it, so that a killed run leaves none.

use std::path::Path;

use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::record::{
    CountryKind, DateKind, Name, NameKind, Notice, PartialDate, PlaceKind, Record, Sex, Strength,
    Subject,
};
use crate::report::{Output, commit};
use crate::synth::{Generator, Settings, Truth, World};

const SUBJECT_COLUMNS: &[&str] = &[
    "id",
    "kind",
    "role",
    "name",
    "birth_date",
    "nationality",
    "jurisdiction",
    "sex",
    "id_type",
    "id_number",
    "id_country",
];
const NOTICE_COLUMNS: &[&str] = &[
    "id",
    "kind",
    "name",
    "alias",
    "weak_alias",
    "former_name",
    "original_name",
    "birth_date",
    "incorporation_date",
    "nationality",
    "jurisdiction",
    "flag",
    "sex",
    "id_type",
    "id_number",
    "id_country",
    "birth_place",
    "notice_type",
    "action_requested",
    "valid_to",
];
const TRUTH_COLUMNS: &[&str] = &["subject_id", "list_id", "source_id", "kind", "date_kind"];

/// Rows made and written at a time.
const CHUNK: usize = 16_384;

/// Writes a world. Existing files of the same names are replaced.
///
/// # Errors
/// Where the folder cannot be made or written.
pub fn write(dir: &Path, world: &World) -> Result<()> {
    let mut files = Files::new(dir)?;
    files.notices(&world.notices)?;
    files.subjects(&world.subjects)?;
    files.truth(&world.truth)?;
    files.finish()
}

/// Generates and writes in chunks: memory does not grow with the sizes. Returns the number of true
/// pairs.
///
/// # Errors
/// Where the folder cannot be made or written.
pub fn write_large(dir: &Path, settings: &Settings) -> Result<usize> {
    let generator = Generator::new(settings.clone());
    let mut files = Files::new(dir)?;
    let mut pairs = 0;
    for start in (0..settings.notices).step_by(CHUNK) {
        let end = settings.notices.min(start + CHUNK);
        let chunk: Vec<Notice> = (start..end)
            .into_par_iter()
            .map(|i| generator.notice(i))
            .collect();
        files.notices(&chunk)?;
    }
    for start in (0..settings.subjects).step_by(CHUNK) {
        let end = settings.subjects.min(start + CHUNK);
        let chunk: Vec<(Subject, Option<Truth>)> = (start..end)
            .into_par_iter()
            .map(|i| generator.subject(i))
            .collect();
        let (subjects, truth): (Vec<Subject>, Vec<Option<Truth>>) = chunk.into_iter().unzip();
        let truth: Vec<Truth> = truth.into_iter().flatten().collect();
        pairs += truth.len();
        files.subjects(&subjects)?;
        files.truth(&truth)?;
    }
    files.finish()?;
    Ok(pairs)
}

/// Writes one text file beside the tables.
pub(super) fn write_text(dir: &Path, name: &str, text: &str) -> Result<()> {
    Output::whole(&dir.join(name), text.as_bytes())
}

struct Files {
    subjects: Table,
    notices: Table,
    truth: Table,
}

type Table = csv::Writer<Output>;

impl Files {
    fn new(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(Problem::Write)?;
        Ok(Self {
            subjects: table(&dir.join("subjects.csv"), SUBJECT_COLUMNS)?,
            notices: table(&dir.join("notices.csv"), NOTICE_COLUMNS)?,
            truth: table(&dir.join("truth.csv"), TRUTH_COLUMNS)?,
        })
    }

    fn subjects(&mut self, subjects: &[Subject]) -> Result<()> {
        put(&mut self.subjects, subjects.iter().map(subject_row))
    }

    fn notices(&mut self, notices: &[Notice]) -> Result<()> {
        put(&mut self.notices, notices.iter().map(notice_row))
    }

    fn truth(&mut self, truth: &[Truth]) -> Result<()> {
        put(&mut self.truth, truth.iter().map(truth_row))
    }

    fn finish(self) -> Result<()> {
        let finished: Result<Vec<_>> = [self.subjects, self.notices, self.truth]
            .into_iter()
            .map(|table| {
                let output = table
                    .into_inner()
                    .map_err(|e| Output::cannot_write(e.into_error()))?;
                output.finish()
            })
            .collect();
        commit(finished?)
    }
}

fn table(path: &Path, columns: &[&str]) -> Result<Table> {
    let mut table = csv::WriterBuilder::new().from_writer(Output::create(path)?);
    table.write_record(columns).map_err(failed)?;
    Ok(table)
}

fn put(table: &mut Table, rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
    for row in rows {
        table.write_record(&row).map_err(failed)?;
    }
    Ok(())
}

fn failed(error: csv::Error) -> Problem {
    Problem::Write(match error.into_kind() {
        csv::ErrorKind::Io(e) => e,
        _ => std::io::Error::other("a row could not be written"),
    })
}

fn joined(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(";")
}

fn dates(record: &Record, kind: DateKind) -> String {
    let dates = record.dates.iter().filter(|d| d.kind == kind);
    joined(dates.map(PartialDate::to_text))
}

fn countries(record: &Record, kind: CountryKind) -> String {
    let countries = record.countries.iter().filter(|c| c.kind == kind);
    joined(countries.map(|c| c.iso2.clone()))
}

fn names(record: &Record, fits: impl Fn(&Name) -> bool) -> String {
    let names = record.names.iter().filter(|n| fits(n));
    joined(names.map(|n| n.full.clone()))
}

fn ids(record: &Record) -> [String; 3] {
    let ids = || record.ids.iter();
    let country = if ids().all(|i| i.country.is_empty()) {
        String::new()
    } else {
        joined(ids().map(|i| i.country.clone()))
    };
    [
        joined(ids().map(|i| i.kind.code().to_owned())),
        joined(ids().map(|i| i.value.clone())),
        country,
    ]
}

fn sex(record: &Record) -> String {
    match record.sex {
        Sex::Unknown => String::new(),
        sex => sex.code().to_owned(),
    }
}

fn primary(record: &Record) -> String {
    record
        .primary_name()
        .map_or(String::new(), |n| n.full.clone())
}

fn subject_row(subject: &Subject) -> Vec<String> {
    let record = &subject.record;
    let mut row = vec![
        record.id.0.clone(),
        record.kind.code().to_owned(),
        subject.role.code().to_owned(),
        primary(record),
        dates(record, DateKind::Birth),
        countries(record, CountryKind::Nationality),
        countries(record, CountryKind::Jurisdiction),
        sex(record),
    ];
    row.extend(ids(record));
    row
}

fn notice_row(notice: &Notice) -> Vec<String> {
    let record = &notice.record;
    let alias = |weak| {
        names(record, |n| {
            n.kind == NameKind::Alias && (n.strength == Strength::Weak) == weak
        })
    };
    let place = record.places.iter().find(|p| p.kind == PlaceKind::Birth);
    let mut row = vec![
        record.id.0.clone(),
        record.kind.code().to_owned(),
        primary(record),
        alias(false),
        alias(true),
        names(record, |n| n.kind == NameKind::Former),
        names(record, |n| n.kind == NameKind::OriginalScript),
        dates(record, DateKind::Birth),
        dates(record, DateKind::Incorporation),
        countries(record, CountryKind::Nationality),
        countries(record, CountryKind::Jurisdiction),
        countries(record, CountryKind::Flag),
        sex(record),
    ];
    row.extend(ids(record));
    row.extend([
        place.map_or(String::new(), |p| p.text.clone()),
        notice.notice_type.code().to_owned(),
        notice.action_requested.code().to_owned(),
        notice.valid_to.map_or(String::new(), |d| d.to_string()),
    ]);
    row
}

fn truth_row(truth: &Truth) -> Vec<String> {
    vec![
        truth.subject_id.0.clone(),
        truth.list_id.as_str().to_owned(),
        truth.source_id.0.clone(),
        truth.kind.code().to_owned(),
        truth.date_kind.code().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::generate;

    fn bytes(dir: &Path) -> Vec<Vec<u8>> {
        ["subjects.csv", "notices.csv", "truth.csv"]
            .iter()
            .map(|name| std::fs::read(dir.join(name)).unwrap())
            .collect()
    }

    #[test]
    fn chunked_and_whole_writing_give_the_same_bytes() {
        let settings = Settings {
            subjects: 300,
            notices: 200,
            ..Settings::default()
        };
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(a.path(), &generate(&settings)).unwrap();
        write_large(b.path(), &settings).unwrap();
        assert_eq!(bytes(a.path()), bytes(b.path()));
        assert_eq!(std::fs::read_dir(a.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_name_never_holds_the_separator_of_aliases() {
        let world = generate(&Settings::default());
        let names = world.notices.iter().flat_map(|n| &n.record.names);
        assert!(
            names
                .into_iter()
                .all(|n| !n.full.contains(';') && !n.full.is_empty())
        );
    }
}
