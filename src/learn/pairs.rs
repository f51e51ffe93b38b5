//! Pairs of a name in its own script and in Latin letters, as training and measuring need them.

use std::io::Read;

use crate::error::{Place, Problem, Result};
use crate::normalize::{Tag, normalize};
use crate::record::{Kind, Script};
use crate::translit::{self, Unit};

/// A name and one way it is written in Latin letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptPair {
    /// The name in its own script.
    pub source: String,
    /// The name in Latin letters.
    pub latin: String,
    /// It has several parts.
    pub is_full: bool,
    /// Language and script, `ja-Hani`.
    pub tag: String,
    /// Who collected the pair; empty where the table does not say.
    pub origin: String,
}

impl ScriptPair {
    /// Whether the pair is kept from training. By source name, so that all forms of one name are
    /// on one side: one name in five.
    pub fn is_held_out(&self) -> bool {
        blake3::hash(self.source.as_bytes()).as_bytes()[0] < 51
    }

    /// The words of the two sides that stand for each other, as characters and Latin letters; none
    /// where the sides have different numbers of words.
    pub fn words(&self, script: Script, unit: Unit) -> Vec<(Vec<char>, Vec<u8>)> {
        let wanted = |tag: Tag| !matches!(tag, Tag::Particle | Tag::Title | Tag::Initial);
        let ours = normalize(&self.source, Kind::Person);
        let ours: Vec<Vec<char>> = ours
            .tokens
            .iter()
            .filter(|t| wanted(t.tag))
            .map(|t| translit::characters(&t.text, script, unit))
            .collect();
        let theirs = translit::latinize(&normalize(&self.latin, Kind::Person));
        let theirs: Vec<Vec<u8>> = theirs
            .tokens
            .iter()
            .filter(|t| wanted(t.tag))
            .map(|t| t.forms[0].bytes().collect())
            .collect();
        // Hangul and Han write the parts of a name without a space between them.
        let is_joined = matches!(script, Script::Hangul | Script::Han);
        if is_joined && (ours.len() == 1 || theirs.len() == 1) {
            return vec![(ours.concat(), theirs.concat())];
        }
        if ours.len() == theirs.len() {
            ours.into_iter().zip(theirs).collect()
        } else {
            Vec::new()
        }
    }
}

/// Reads a gzipped table of pairs with the columns `source`, `latin`, `tag`, `type`.
///
/// # Errors
/// Unreadable bytes; a missing column; a row with too few cells, with its line.
pub fn read_pairs(input: impl Read) -> Result<Vec<ScriptPair>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(input)
        .read_to_string(&mut text)
        .map_err(Problem::Read)?;
    let mut lines = (1..).zip(text.lines());
    let header: Vec<&str> = lines
        .next()
        .map_or_else(Vec::new, |(_, l)| l.split('\t').collect());
    let column = |field: &'static str| {
        let at = header.iter().position(|name| *name == field);
        at.ok_or_else(|| Problem::MissingColumn {
            field,
            expected: "source, latin, tag, type".into(),
        })
    };
    let (source, latin, tag, kind) = (
        column("source")?,
        column("latin")?,
        column("tag")?,
        column("type")?,
    );
    let origin = header.iter().position(|name| *name == "origin");
    let mut pairs = Vec::new();
    for (line, row) in lines {
        let cells: Vec<&str> = row.split('\t').collect();
        let cell = |at: usize| {
            let text = cells.get(at).map(|c| (*c).to_owned());
            text.ok_or_else(|| {
                let why = "a row has too few cells";
                Problem::Malformed {
                    format: "name pairs",
                    why,
                }
                .at(Place::row(1, line))
            })
        };
        pairs.push(ScriptPair {
            source: cell(source)?,
            latin: cell(latin)?,
            is_full: cell(kind)? == "full",
            tag: cell(tag)?,
            origin: origin.map_or_else(|| Ok(String::new()), cell)?,
        });
    }
    Ok(pairs)
}
