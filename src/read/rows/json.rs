//! JSON lines: one object per line, its keys are the headers.

use std::io::{BufRead, Read as _};

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::error::{Place, Problem, Result};
use crate::read::generic::LIST_MARK;
use crate::read::table::Row;
use crate::read::{Input, text};
use crate::tally::Tally;

/// Longest line, in bytes.
const LINE_LIMIT: u64 = 64 << 20;

/// The rows of a JSON lines file.
pub(crate) struct JsonRows {
    file: u32,
    reader: Box<dyn BufRead + Send>,
    line: String,
    number: u64,
    header: Vec<String>,
    positions: FxHashMap<String, usize>,
    cells: Vec<String>,
    record: csv::StringRecord,
    place: Place,
    /// The first object is read on opening, so that its keys are known.
    primed: bool,
}

impl JsonRows {
    /// Opens a file; the header has the keys of the first object.
    pub(super) fn open(input: &Input, encoding: Option<&str>, tally: &mut Tally) -> Result<Self> {
        let mut rows = Self {
            file: input.file,
            reader: text::open_text(input, encoding, tally)?,
            line: String::new(),
            number: 0,
            header: Vec::new(),
            positions: FxHashMap::default(),
            cells: Vec::new(),
            record: csv::StringRecord::new(),
            place: input.place(),
            primed: false,
        };
        rows.primed = rows.advance()?;
        Ok(rows)
    }

    /// Keys met so far, in order of first mention.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The object that stands.
    pub(super) fn row(&self) -> Row<'_> {
        Row::new(&self.record, self.place)
    }

    /// Goes to the next object; `false` at the end.
    ///
    /// # Errors
    /// A line is no JSON object: the file was cut short or is something else.
    pub(super) fn advance(&mut self) -> Result<bool> {
        if std::mem::take(&mut self.primed) {
            return Ok(true);
        }
        let place = loop {
            self.line.clear();
            self.number = self.number.saturating_add(1);
            let place = Place::row(self.file, self.number);
            let read = self
                .reader
                .by_ref()
                .take(LINE_LIMIT)
                .read_line(&mut self.line)
                .map_err(|e| Problem::Read(e).at(place))?;
            if read == 0 {
                return Ok(false);
            }
            if !self.line.trim().is_empty() {
                break place;
            }
        };
        let object: serde_json::Map<String, Value> =
            serde_json::from_str(&self.line).map_err(|e| {
                Problem::Malformed {
                    format: "JSON lines",
                    why: "the line is no complete JSON object",
                }
                .at(Place::at(self.file, self.number, e.column() as u64))
            })?;
        for cell in &mut self.cells {
            cell.clear();
        }
        for (key, value) in object {
            let known = self.positions.get(&key).copied();
            let position = known.unwrap_or(self.header.len());
            if known.is_none() {
                self.positions.insert(key.clone(), position);
                self.header.push(key);
                self.cells.push(String::new());
            }
            if let Some(cell) = self.cells.get_mut(position) {
                write_value(cell, &value);
            }
        }
        self.record.clear();
        for cell in &self.cells {
            self.record.push_field(cell);
        }
        self.place = place;
        Ok(true)
    }
}

/// A scalar as text, a list as its values between list marks, an object as JSON.
fn write_value(cell: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(text) => cell.push_str(text),
        Value::Array(values) => {
            for value in values.iter().filter(|v| !v.is_null()) {
                write_value(cell, value);
                // One value in a list is a list too: its semicolons are its own.
                cell.push(LIST_MARK);
            }
        }
        other => cell.push_str(&other.to_string()),
    }
}
