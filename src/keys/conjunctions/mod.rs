//! Conjunctions: what of a record, hashed by nobody alone, opens a notice in an exchange.
//!
//! In: a [`Prepared`] record. Out: inputs of the one-way function. Each is a **conjunction**: words
//! of one name and one date field that few strangers share, in one string, so that one input opens a
//! notice by itself and parts of several never add up. A [`List`] names the conjunctions; whether a
//! record makes one depends on it and on the shipped frequencies alone, never on the data at hand.
//!
//! **Encoding.** A byte for what is taken of the name, a byte for what is taken of the dates, then
//! the components, each behind a byte of length; the date is the last. So different conjunctions
//! are different inputs.

mod dates;
pub mod dictionary;
mod met;
mod names;
mod rules;

pub use dates::DatePart;
pub use names::NamePart;
pub use rules::{List, Rule};

use crate::keys::prepared::Prepared;
use crate::keys::recipes::Side;

use dates::Dates;
use names::{Words, put};

/// Most inputs of one name.
pub const MOST_PER_NAME: usize = 64;

/// Most inputs of a subject: what a subject counts as in caps.
pub const MOST_PER_SUBJECT: u32 = 128;

/// Most inputs of a notice.
pub const MOST_PER_NOTICE: u32 = 1_024;

/// Fewest characters of a document or registration number that stands alone.
const SHORTEST_ID: usize = 6;

/// Longest one, in bytes.
const LONGEST_ID: usize = 64;

/// What one record puts into the function.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Conjunctions {
    /// Each input once, sorted.
    pub inputs: Vec<Vec<u8>>,
    /// Joint spellings and inputs that there was no room for.
    pub truncated: u32,
}

impl Conjunctions {
    /// At most so many inputs, the first ones; what is cut counts as left out.
    #[must_use]
    pub fn capped(mut self, most: usize) -> Self {
        let cut = u32::try_from(self.inputs.len().saturating_sub(most)).unwrap_or(u32::MAX);
        self.inputs.truncate(most);
        self.truncated = self.truncated.saturating_add(cut);
        self
    }
}

impl std::fmt::Debug for Conjunctions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conjunctions")
            .field("count", &self.inputs.len())
            .field("truncated", &self.truncated)
            .finish_non_exhaustive()
    }
}

/// The inputs of a subject.
///
/// **Shape**: at most [`MOST_PER_SUBJECT`].
pub fn of_subject(list: List, record: &Prepared) -> Conjunctions {
    of(list, record, Side::Subject, MOST_PER_SUBJECT)
}

/// The inputs of a notice.
///
/// **Shape**: at most [`MOST_PER_NOTICE`].
pub fn of_notice(list: List, record: &Prepared) -> Conjunctions {
    of(list, record, Side::Notice, MOST_PER_NOTICE)
}

fn of(list: List, record: &Prepared, side: Side, most: u32) -> Conjunctions {
    let mut out = Conjunctions::default();
    let mut name = Vec::new();
    let mut number = None;
    let truncated = each(list.rules(), record, side, |at, _, _, input| {
        if number != at {
            name.clear();
            number = at;
        }
        if name.iter().any(|known| known == input) {
            return;
        }
        if at.is_some() && name.len() == MOST_PER_NAME {
            out.truncated = out.truncated.saturating_add(1);
            return;
        }
        name.push(input.to_vec());
        out.inputs.push(input.to_vec());
    });
    out.truncated = out.truncated.saturating_add(truncated);
    // Names in their order: what a publisher puts last goes first where there is no room.
    let mut known = rustc_hash::FxHashSet::default();
    out.inputs.retain(|input| known.insert(input.clone()));
    let most = most as usize;
    let beyond = out.inputs.len().saturating_sub(most);
    out.truncated = (out.truncated).saturating_add(u32::try_from(beyond).unwrap_or(u32::MAX));
    out.inputs.truncate(most);
    out.inputs.sort_unstable();
    out
}

/// Calls `see` with every conjunction that rules make of a record, repeats included: the place of the
/// name it is of (`None` for identifiers), the place of the rule, the bits of the name part, the
/// input. Returns the number of joint spellings that were left out.
///
/// Limits are not applied: this is what lists are chosen by.
pub fn each(
    rules: &[Rule],
    record: &Prepared,
    side: Side,
    mut see: impl FnMut(Option<usize>, usize, f32, &[u8]),
) -> u32 {
    let mut left_out = 0_u32;
    let dates = Dates::of(record, side);
    let dates: Vec<Vec<Vec<u8>>> = rules.iter().map(|rule| dates.pieces(rule.date)).collect();
    let mut input = Vec::with_capacity(64);
    for (at, rule) in rules.iter().enumerate() {
        let ids = record.ids.iter().filter(|id| id.kind.is_strong());
        for id in ids.filter(|_| rule.name == NamePart::Identifier) {
            if id.norm.chars().count() < SHORTEST_ID {
                continue;
            }
            if id.norm.len() > LONGEST_ID {
                left_out = left_out.saturating_add(1);
                continue;
            }
            input.clear();
            input.extend_from_slice(&[rule.name as u8, rule.date as u8]);
            put(&mut input, id.norm.as_bytes());
            put(&mut input, &[]);
            see(None, at, f32::MAX, &input);
        }
    }
    for (place, name) in record.names.iter().enumerate() {
        let words = Words::of(name);
        let mut made: Option<(NamePart, Vec<names::Piece>)> = None;
        for (at, (rule, dates)) in rules.iter().zip(&dates).enumerate() {
            if made.as_ref().map(|(part, _)| *part) != Some(rule.name) {
                let (pieces, left) = words.pieces(rule.name);
                left_out = left_out.saturating_add(left);
                made = Some((rule.name, pieces));
            }
            let pieces = made.iter().flat_map(|(_, pieces)| pieces);
            for piece in pieces.filter(|piece| piece.bits >= rule.least_bits) {
                for date in dates {
                    input.clear();
                    input.extend_from_slice(&[rule.name as u8, rule.date as u8]);
                    input.extend_from_slice(&piece.bytes);
                    put(&mut input, date);
                    see(Some(place), at, piece.bits, &input);
                }
            }
        }
    }
    left_out
}

/// A conjunction read back from its input.
#[derive(Clone, PartialEq, Eq)]
pub struct Conjunction<'a> {
    /// What it takes of the name.
    pub name: NamePart,
    /// What it takes of the dates.
    pub date: DatePart,
    /// Components of the name part.
    pub components: Vec<&'a [u8]>,
    /// The date field.
    pub field: &'a [u8],
}

impl std::fmt::Debug for Conjunction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conjunction")
            .field("name", &self.name)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

/// Which conjunction an input is. `None` for bytes that no record puts into the function.
pub fn parse(input: &[u8]) -> Option<Conjunction<'_>> {
    let ([name, date], mut rest) = input.split_first_chunk::<2>().map(|(a, b)| (*a, b))?;
    let (name, date) = (NamePart::of_byte(name)?, DatePart::of_byte(date)?);
    let mut take = || {
        let (length, behind) = rest.split_first()?;
        let (component, behind) = behind.split_at_checked(usize::from(*length))?;
        rest = behind;
        Some(component)
    };
    let components: Option<Vec<&[u8]>> = (0..name.components()).map(|_| take()).collect();
    let (components, field) = (components?, take()?);
    let is_whole = rest.is_empty() && field.len() == date.width();
    is_whole.then_some(Conjunction {
        name,
        date,
        components,
        field,
    })
}

impl Conjunction<'_> {
    /// The year that it states, if it states one.
    pub fn year(&self) -> Option<i16> {
        let year = |bytes: &[u8]| bytes.first_chunk().map(|y| i16::from_be_bytes(*y));
        match self.date {
            DatePart::Day | DatePart::Tens | DatePart::Year => year(self.field),
            DatePart::YearOnly => year(self.field.get(1..)?),
            DatePart::None | DatePart::MonthDay | DatePart::Missing => None,
        }
    }

    /// Whether a record has the name part: some name of it has all components. `None` for an
    /// identifier, which is no part of a name.
    ///
    /// For whoever was shown a record because of this conjunction, and wants to see that it is in it.
    pub fn is_in_names(&self, record: &Prepared) -> Option<bool> {
        if self.name == NamePart::Identifier {
            return None;
        }
        let mut bytes = Vec::new();
        for component in &self.components {
            put(&mut bytes, component);
        }
        let has = |name| {
            let (pieces, _) = Words::of(name).pieces(self.name);
            pieces.iter().any(|piece| piece.bytes == bytes)
        };
        Some(record.names.iter().any(has))
    }
}

#[cfg(test)]
mod tests;
