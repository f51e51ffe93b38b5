//! Hits as JSON lines: one object per hit, the names and order of the CSV columns, `conflicts` and
//! `evidence` as arrays, a missing day as null.

use std::borrow::Cow;
use std::io::{BufRead, Write};

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::error::{Error, Place, Problem, Result};
use crate::hits::{Conflict, Hit};
use crate::report::Output;
use crate::report::columns::{COLUMNS, Cell, EvidenceWire, NEEDED, Shape, blank};
use crate::report::write_hits::{Sink, render};
use crate::tally::Tally;

pub(crate) struct JsonlSink {
    output: Output,
}

impl JsonlSink {
    pub(crate) fn create(output: Output) -> Self {
        Self { output }
    }
}

impl Sink for JsonlSink {
    fn write(&mut self, hits: &[Hit], _: &mut Tally) -> Result<()> {
        let lines = |some: &[Hit]| {
            let mut lines = Vec::new();
            for hit in some {
                lines.append(&mut line_of(hit)?);
                lines.push(b'\n');
            }
            Ok(lines)
        };
        render(hits, lines, |lines| {
            let written = self.output.write_all(&lines);
            written.map_err(|e| Problem::write(&e).into())
        })
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        Ok(self.output)
    }
}

/// A hit as a JSON object, without the end of the line.
pub(crate) fn line_of(hit: &Hit) -> Result<Vec<u8>> {
    let line = serde_json::to_vec(&Line(hit));
    line.map_err(|_| Problem::Internal("a hit does not serialize").into())
}

struct Line<'a>(&'a Hit);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len()))?;
        for column in COLUMNS {
            map.serialize_key(column.name)?;
            match (column.cell)(self.0) {
                Cell::Number(number) => map.serialize_value(&number)?,
                Cell::Count(count) => map.serialize_value(&count)?,
                Cell::Day(None) => map.serialize_value(&())?,
                Cell::Conflicts(conflicts) => {
                    let codes: Vec<_> = conflicts.iter().map(|c| c.code()).collect();
                    map.serialize_value(&codes)?;
                }
                Cell::Evidence(evidence) => {
                    let wires: Vec<_> = evidence.iter().map(EvidenceWire::of).collect();
                    map.serialize_value(&wires)?;
                }
                cell @ (Cell::Text(_) | Cell::Day(_) | Cell::Digest(_)) => {
                    map.serialize_value(&*cell.to_text().map_err(S::Error::custom)?)?;
                }
            }
        }
        map.end()
    }
}

/// Hits of a JSON lines file, one at a time. Fields that are not known are passed over.
pub(crate) struct JsonlHits {
    stream: Box<dyn BufRead + Send>,
    row: u64,
    file: u32,
}

impl JsonlHits {
    pub(crate) fn new(stream: Box<dyn BufRead + Send>, file: u32) -> Self {
        Self {
            stream,
            row: 0,
            file,
        }
    }
}

impl Iterator for JsonlHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            self.row += 1;
            let place = Place::row(self.file, self.row);
            match self.stream.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Err(e) => return Some(Err(Problem::Read(e).at(place))),
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => return Some(hit_of_line(&line, place)),
            }
        }
    }
}

/// The hit of a JSON object.
pub(crate) fn hit_of_line(line: &[u8], place: Place) -> Result<Hit> {
    let malformed = |why| -> Error {
        Problem::Malformed {
            format: "JSON line",
            why,
        }
        .at(place)
    };
    let mut object: Map<String, Value> =
        serde_json::from_slice(line).map_err(|_| malformed("no JSON object"))?;
    let mut hit = blank();
    for column in COLUMNS {
        match object.get_mut(column.name) {
            Some(value) => cell_of(column.shape, value.take())
                .and_then(|cell| (column.put)(&mut hit, cell))
                .ok_or_else(|| malformed("a value does not fit its field"))?,
            None if NEEDED.contains(&column.name) => {
                return Err(malformed("no hit_id, subject_id or notice_uid"));
            }
            None => {}
        }
    }
    Ok(hit)
}

fn cell_of(shape: Shape, value: Value) -> Option<Cell<'static>> {
    match (shape, value) {
        (Shape::Number, Value::Number(n)) => n.as_f64().map(Cell::Number),
        (Shape::Count, Value::Number(n)) => n.as_u64()?.try_into().ok().map(Cell::Count),
        (Shape::Day, Value::Null) => Some(Cell::Day(None)),
        (Shape::Conflicts, Value::Array(codes)) => codes
            .iter()
            .map(|code| Conflict::from_code(code.as_str()?))
            .collect::<Option<_>>()
            .map(Cell::Conflicts),
        (Shape::Evidence, Value::Array(pieces)) => pieces
            .into_iter()
            .map(|piece| {
                serde_json::from_value::<EvidenceWire<'_>>(piece)
                    .ok()?
                    .read()
            })
            .collect::<Option<Vec<_>>>()
            .map(|evidence| Cell::Evidence(Cow::Owned(evidence))),
        (Shape::Text | Shape::Day | Shape::Digest, Value::String(text)) => shape.parse(&text),
        _ => None,
    }
}
