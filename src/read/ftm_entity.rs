//! `FollowTheMoney` entities as they lie in files: whole exports and delta operations.
//!
//! In: `entities.ftm.json` (one entity a line) and `entities.delta.json` (`{"op", "entity"}` a
//! line), in the order given. Out: the entities that are left after all operations, in the order of
//! their first mention. A line that is no JSON refuses the file: a list cut short clears people.

use std::io::BufRead as _;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;

use super::Input;
use super::text::open_text;
use crate::error::{Place, Problem, Result};
use crate::record::ftm::pack;
use crate::tally::{Reason, Refusal, Tally};

/// One entity.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Entity {
    /// Id of the entity.
    #[serde(default)]
    pub id: String,
    /// The label that stands for the entity.
    #[serde(default)]
    pub caption: String,
    /// Schema, for example `Person`.
    #[serde(default)]
    pub schema: String,
    #[serde(default)]
    properties: serde_json::Map<String, Value>,
    /// Ids under which the same entity is known elsewhere.
    #[serde(default)]
    pub referents: Vec<String>,
    /// Data sets that hold it.
    #[serde(default)]
    pub datasets: Vec<String>,
    #[serde(default)]
    first_seen: Option<String>,
    #[serde(default)]
    last_seen: Option<String>,
    #[serde(default)]
    last_change: Option<String>,
    #[serde(default)]
    target: Option<bool>,
    /// File and line.
    #[serde(skip)]
    pub place: Place,
}

impl Entity {
    /// The properties with their text values.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.properties.iter().map(|(name, value)| {
            let texts = match value {
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
                Value::String(text) => vec![text.as_str()],
                _ => vec![],
            };
            (name.as_str(), texts)
        })
    }

    /// The values of one property.
    pub(super) fn all(&self, property: &str) -> Vec<&str> {
        self.properties()
            .find(|(name, _)| *name == property)
            .map_or_else(Vec::new, |(_, values)| values)
    }

    /// The first value of a property, or empty.
    pub(super) fn get(&self, property: &str) -> &str {
        self.all(property).first().copied().unwrap_or_default()
    }

    /// Facts about the entity as a row of an export.
    pub(super) fn facts(&self) -> [(&'static str, String); 5] {
        let text = |v: &Option<String>| v.clone().unwrap_or_default();
        [
            ("datasets", pack(&self.datasets)),
            ("first_seen", text(&self.first_seen)),
            ("last_seen", text(&self.last_seen)),
            ("last_change", text(&self.last_change)),
            (
                "target",
                self.target.map(|t| t.to_string()).unwrap_or_default(),
            ),
        ]
    }
}

/// A line of a file: an entity, or an operation on one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Delta { op: String, entity: Entity },
    Whole(Entity),
}

/// Reads all files in order and applies the operations.
pub(super) fn load(inputs: &[Input], tally: &mut Tally) -> Result<Vec<Entity>> {
    let mut entities: Vec<Option<Entity>> = Vec::new();
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    for input in inputs {
        let mut reader = open_text(input, Some("utf-8"), tally)?;
        let mut line = String::new();
        let mut row = 0_u64;
        loop {
            line.clear();
            row = row.saturating_add(1);
            let place = Place::row(input.file, row);
            if reader
                .read_line(&mut line)
                .map_err(|e| Problem::Read(e).at(place))?
                == 0
            {
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            let (op, mut entity) = parse(&line, input.file, row)?;
            entity.place = place;
            tally.add("entities_in", 1);
            if entity.id.is_empty() {
                tally.refuse(Refusal {
                    file: input.file,
                    row,
                    field: "row",
                    reason: Reason::NoId,
                });
                continue;
            }
            let known = index.get(&entity.id).copied();
            match (op, known.and_then(|i| entities.get_mut(i))) {
                (Op::Delete, Some(slot)) => {
                    tally.add("entities_deleted", u64::from(slot.take().is_some()));
                }
                (Op::Delete, None) => tally.add("deletions_of_unknown_entities", 1),
                (Op::Put, Some(slot)) => {
                    tally.add("entities_replaced", u64::from(slot.is_some()));
                    *slot = Some(entity);
                }
                (Op::Put, None) => {
                    index.insert(entity.id.clone(), entities.len());
                    entities.push(Some(entity));
                }
            }
        }
    }
    Ok(entities.into_iter().flatten().collect())
}

#[derive(Clone, Copy)]
enum Op {
    Put,
    Delete,
}

fn parse(line: &str, file: u32, row: u64) -> Result<(Op, Entity)> {
    let refuse = |why, column| {
        Problem::Malformed {
            format: "JSON",
            why,
        }
        .at(Place::at(file, row, column))
    };
    // First as plain JSON, so that a cut line is told apart from another layout.
    let value: Value = serde_json::from_str(line)
        .map_err(|e| refuse("the line is no JSON document", e.column() as u64))?;
    match Line::deserialize(value) {
        Ok(Line::Whole(entity)) => Ok((Op::Put, entity)),
        Ok(Line::Delta { op, entity }) => match op.as_str() {
            "ADD" | "MOD" => Ok((Op::Put, entity)),
            "DEL" => Ok((Op::Delete, entity)),
            _ => Err(refuse("an unknown operation", 1)),
        },
        Err(_) => Err(refuse("the line is no entity", 1)),
    }
}
