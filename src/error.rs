//! The one public error: what went wrong, where, and what to do next.
//!
//! An error names a place (file number, row, column), never a value: the value may be somebody's
//! name. Files are numbered in the order they were given, because a path can hold a name too.

use std::fmt;

/// Everything in this crate that can fail, fails with this.
pub type Result<T> = std::result::Result<T, Error>;

/// Where in the input something happened. Rows and columns count from 1; a row is a line for
/// text formats, a data row for tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the list, in the order given, from 1.
    pub list: Option<u32>,
    /// Number of the file, in the order given, from 1.
    pub file: Option<u32>,
    /// Row or line.
    pub row: Option<u64>,
    /// Column within the row, or character within the line.
    pub column: Option<u64>,
}

impl Place {
    /// A file as a whole.
    pub const fn file(file: u32) -> Self {
        Self {
            list: None,
            file: Some(file),
            row: None,
            column: None,
        }
    }

    /// A row or line in a file.
    pub const fn row(file: u32, row: u64) -> Self {
        Self {
            list: None,
            file: Some(file),
            row: Some(row),
            column: None,
        }
    }

    /// A position in a line of a file.
    pub const fn at(file: u32, row: u64, column: u64) -> Self {
        Self {
            list: None,
            file: Some(file),
            row: Some(row),
            column: Some(column),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.list.map(|n| format!("list {n}")),
            self.file.map(|n| format!("file {n}")),
            self.row.map(|n| format!("row {n}")),
            self.column.map(|n| format!("column {n}")),
        ];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&text.join(", "))
    }
}

/// An error with its place, its cause and advice.
///
/// Opaque on purpose: ask it with the `is_*` predicates, show it with `Display`, and print
/// [`Error::help`] below it.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    place: Place,
}

/// What went wrong. Crate-private: rooms build errors from it, callers see predicates.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("{setting}: {reason}")]
    Setting {
        setting: &'static str,
        reason: String,
    },
    #[error("cannot read the file: {0}")]
    Read(#[source] std::io::Error),
    #[error("cannot write the output: {0}")]
    Write(#[source] std::io::Error),
    #[error("no known list or subject format was recognised in the content")]
    UnknownFormat,
    #[error("not well-formed {format}: {why}")]
    Malformed {
        format: &'static str,
        why: &'static str,
    },
    #[error("the text does not read as {encoding}")]
    Encoding { encoding: &'static str },
    #[error("no column for {field}; expected one of: {expected}")]
    MissingColumn {
        field: &'static str,
        expected: String,
    },
    #[error("the file states {published} records but {parsed} were read")]
    CountMismatch { published: u64, parsed: u64 },
    #[error("the list has no records")]
    EmptyList,
    #[error("every row was refused ({refused})")]
    AllRefused { refused: u64 },
    #[error("{refused} rows were refused, more than the {allowed} allowed")]
    TooManyRefused { refused: u64, allowed: u64 },
    #[error("written by a different schema: found {found}, need {needed}")]
    Schema { found: String, needed: &'static str },
    #[error("{what} do not fit in {limit}")]
    TooMany { what: &'static str, limit: u64 },
    #[error("no {what} with that id")]
    NotFound { what: &'static str },
    #[error("{what} fits more than one")]
    Ambiguous { what: &'static str },
    #[error("two sides do not use the same recipe digest")]
    RecipeDigest,
    #[error("{what} refused: {why}")]
    Refused {
        what: &'static str,
        why: &'static str,
    },
    #[error("the index is not used: {why}")]
    Index { why: &'static str },
    #[error("outside the agreement: {why}")]
    Agreement { why: &'static str },
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl Problem {
    /// A write error without the path that some libraries put into its text.
    pub(crate) fn write(error: &std::io::Error) -> Self {
        Self::Write(match error.raw_os_error() {
            Some(code) => std::io::Error::from_raw_os_error(code),
            None => error.kind().into(),
        })
    }

    /// Attaches a place.
    pub(crate) fn at(self, place: Place) -> Error {
        Error(Box::new(Inner {
            problem: self,
            place,
        }))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        problem.at(Place::default())
    }
}

impl Error {
    /// The same error, said of a list rather than of a subject file.
    #[must_use]
    pub(crate) fn in_list(mut self, number: u32) -> Self {
        self.0.place.list = Some(number);
        self.0.place.file = None;
        self
    }

    /// Where it happened.
    pub fn place(&self) -> Place {
        self.0.place
    }

    /// A setting, option or configuration is wrong. Exit code 2.
    pub fn is_usage(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::Setting { .. }
                | Problem::NotFound { .. }
                | Problem::Ambiguous { .. }
                | Problem::TooMany { .. }
                | Problem::Agreement { .. }
        )
    }

    /// An input was refused as a whole. Exit code 3.
    pub fn is_input(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::Read(_)
                | Problem::UnknownFormat
                | Problem::Malformed { .. }
                | Problem::Encoding { .. }
                | Problem::MissingColumn { .. }
                | Problem::AllRefused { .. }
                | Problem::TooManyRefused { .. }
                | Problem::Schema { .. }
        )
    }

    /// A guard kept a doubtful list from replacing a good one. Exit code 4.
    pub fn is_guard(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::CountMismatch { .. } | Problem::EmptyList
        )
    }

    /// Two things that must agree do not. Exit code 5.
    pub fn is_integrity(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::RecipeDigest | Problem::Refused { .. } | Problem::Index { .. }
        )
    }

    /// What to do next, in one sentence.
    pub fn help(&self) -> &'static str {
        match &self.0.problem {
            Problem::Setting { .. } => "Correct the option; `--help` lists what it takes.",
            Problem::Read(_) => {
                "Check that the file exists, is complete and may be read, then run again."
            }
            Problem::Write(_) => {
                "Check the folder, its permissions and the free space; the previous output stands."
            }
            Problem::UnknownFormat => {
                "Name the format with `--format`, or describe a CSV list with `--mapping`."
            }
            Problem::Malformed { .. } => {
                "Fetch the file again: it is cut short or was changed; nothing was imported."
            }
            Problem::Encoding { .. } => {
                "State the encoding, for example `--encoding windows-1251`."
            }
            Problem::MissingColumn { .. } => {
                "Add a header row with these names, or, where the verb has it, `--map field='Header'`."
            }
            Problem::CountMismatch { .. } => {
                "Fetch the list again; if the publisher's count is wrong, use `--allow-count-mismatch`."
            }
            Problem::EmptyList => "Fetch the list again: an empty list would find nobody.",
            Problem::AllRefused { .. } | Problem::TooManyRefused { .. } => {
                "See `subjects check FILE` for what was read; then correct the file, `--map`, or `--max-refused`."
            }
            Problem::Schema { .. } => "Import the list again with this version of veilmatch.",
            Problem::TooMany { .. } => "Raise the threshold, use `--top`, or write Parquet or CSV.",
            Problem::NotFound { .. } => "Check the id; a unique beginning of it is enough.",
            Problem::Ambiguous { .. } => "Give more characters of the id.",
            Problem::RecipeDigest => {
                "Both sides must use the same veilmatch version and tables; update the older one."
            }
            Problem::Refused { .. } => {
                "Nothing of it was used. Ask the other side for the file again, by the agreed channel."
            }
            Problem::Index { .. } => {
                "Make it again with `list index`, this version of veilmatch, and the secret file of the screening."
            }
            Problem::Agreement { .. } => {
                "See `exchange agree show`; what it does not allow needs an agreement signed anew."
            }
            Problem::Internal(_) => "This is a defect in veilmatch; please report it.",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.place == Place::default() {
            write!(f, "{}", self.0.problem)
        } else {
            write!(f, "{}: {}", self.0.place, self.0.problem)
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.problem {
            // The text of the problem has its text already.
            Problem::Read(e) | Problem::Write(e) => std::error::Error::source(e),
            _ => None,
        }
    }
}

/// Runs a decoder of another crate that may panic on damaged bytes; `None` where it did. What the
/// decoder borrowed must not be used again then.
pub(crate) fn decode<T>(decoder: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decoder)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_place_before_the_problem() {
        let e = Problem::Malformed {
            format: "XML",
            why: "the document ends early",
        }
        .at(Place::at(2, 10, 7));
        assert_eq!(
            e.to_string(),
            "file 2, row 10, column 7: not well-formed XML: the document ends early"
        );
        assert!(e.is_input() && !e.is_usage() && !e.help().is_empty());
    }
}
