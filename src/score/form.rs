//! Scoring forms: as little of a notice as another organisation needs to score it.
//!
//! In: a prepared record. Out: bytes for the sealed box of an exchange: kind, type of notice, the
//! normalized tokens of names, years of birth. No day, no number, no country, no place, no id. And
//! back: the same as a [`Record`], which is prepared and scored like any other.
//!
//! **Shape**, version 1: the version; kind and type of notice as texts; how many names were left out;
//! a count of names, each a byte of flags and a count of tokens with tag, joint and script; a count of
//! dates, each its kind, first and last year. Texts stand behind a byte of length. Tokens come back
//! as they were, so that what was an input of the notice can be found again in its form.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

use crate::error::Result;
use crate::exchange::codec::Reader;
use crate::keys::{Prepared, PreparedId, PreparedName};
use crate::normalize::{Tag, Token};
use crate::record::{
    DateKind, Kind, Name, NameKind, NoticeType, PartialDate, Record, RecordId, Script, Strength,
    script_of,
};

/// First byte of a form.
const VERSION: u8 = 1;
/// Flag of a name: a weak alias.
const WEAK: u8 = 0x80;
/// Flags of a token: it is glued to the one before; its script is not that of its letters.
const GLUED: u8 = 0x80;
const SCRIPT: u8 = 0x40;
/// Most dates of a form.
const DATES: usize = 8;

/// What opens of a notice before its holder decides on anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoringForm {
    /// Kind of the record.
    pub kind: Kind,
    /// Type of the notice: says from how many bits on it may be asked for.
    pub notice_type: NoticeType,
    /// Names and dates that there was no room for.
    pub left_out: u8,
    /// Primary names first, weak aliases last.
    names: Vec<FormName>,
    /// Years of dates that are compared.
    dates: Vec<PartialDate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FormName {
    tokens: Vec<Token>,
    kind: NameKind,
    is_weak: bool,
}

impl ScoringForm {
    /// The form of a prepared notice.
    pub fn of(prepared: &Prepared, notice_type: NoticeType) -> Self {
        let mut names: Vec<FormName> = prepared.names.iter().map(FormName::of).collect();
        // What does not fit is cut at the end: the names that matter least.
        names.sort_by_key(|name| (name.is_weak, name.kind != NameKind::Primary));
        let mut dates: Vec<PartialDate> = prepared
            .dates
            .iter()
            .filter(|date| date.is_compared())
            .filter_map(years)
            .collect();
        dates.sort_unstable();
        dates.dedup();
        let left_out = count(dates.len().saturating_sub(DATES));
        dates.truncate(DATES);
        Self {
            kind: prepared.kind,
            notice_type,
            left_out,
            names,
            dates,
        }
    }

    /// At most `most` bytes. Names that do not fit are left out, the last ones first.
    pub fn encode(&self, most: usize) -> Vec<u8> {
        let mut tail = vec![count(self.dates.len())];
        for date in &self.dates {
            let (from, to) = date.years();
            put(&mut tail, date.kind.code().as_bytes());
            tail.push(u8::from(date.circa));
            tail.extend_from_slice(&from.to_le_bytes());
            tail.extend_from_slice(&to.to_le_bytes());
        }
        let mut out = vec![VERSION];
        put(&mut out, self.kind.code().as_bytes());
        put(&mut out, self.notice_type.code().as_bytes());
        let room = most.saturating_sub(out.len().saturating_add(tail.len()).saturating_add(2));
        let mut names = Vec::new();
        let mut kept = 0_usize;
        for name in self.names.iter().take(usize::from(u8::MAX)) {
            let Some(one) = name.encode().filter(|one| one.len() <= room) else {
                continue;
            };
            if names.len().saturating_add(one.len()) > room {
                break;
            }
            names.extend_from_slice(&one);
            kept = kept.saturating_add(1);
        }
        let left_out = count(self.names.len().saturating_sub(kept));
        out.push(self.left_out.saturating_add(left_out));
        out.push(count(kept));
        out.append(&mut names);
        out.append(&mut tail);
        out
    }

    /// Reads a form.
    ///
    /// # Errors
    /// Integrity: anything that [`ScoringForm::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, "scoring form");
        let form = Self::read(&mut reader)?.filter(|form| form.encode(bytes.len()) == bytes);
        form.ok_or_else(|| reader.refused("it is not a form in its one shape"))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>> {
        if reader.array()? != [VERSION] {
            return Err(reader.refused("it is of another version"));
        }
        let kind = Kind::from_code(text(reader)?);
        let notice_type = NoticeType::from_code(text(reader)?);
        let (Some(kind), Some(notice_type)) = (kind, notice_type) else {
            return Ok(None);
        };
        let [left_out, how_many] = reader.array()?;
        let mut names = Vec::new();
        for _ in 0..how_many {
            let Some(name) = FormName::read(reader)? else {
                return Ok(None);
            };
            names.push(name);
        }
        let [how_many] = reader.array()?;
        let mut dates = Vec::new();
        for _ in 0..how_many {
            let kind = DateKind::from_code(text(reader)?);
            let [circa] = reader.array()?;
            let from = i16::from_le_bytes(reader.array()?);
            let to = i16::from_le_bytes(reader.array()?);
            let (Some(kind), Some(date)) = (kind, PartialDate::from_years(from, to)) else {
                return Ok(None);
            };
            let circa = circa == 1;
            dates.push(PartialDate {
                kind,
                circa,
                ..date
            });
        }
        reader.end()?;
        Ok(Some(Self {
            kind,
            notice_type,
            left_out,
            names,
            dates,
        }))
    }

    /// The years of dates that are compared.
    pub fn dates(&self) -> &[PartialDate] {
        &self.dates
    }

    /// The form made ready for comparison, with these dates and identifiers: its own, and what else
    /// is known of its record.
    pub fn prepared(&self, dates: Vec<PartialDate>, ids: Vec<PreparedId>) -> Prepared {
        let names = (0..).zip(&self.names).filter_map(|(index, name)| {
            let mut one = PreparedName::new(&name.tokens, self.kind)?;
            one.index = index;
            one.is_weak = name.is_weak;
            one.kind = name.kind;
            Some(one)
        });
        Prepared::of_parts(self.kind, names.collect(), dates, ids)
    }

    /// The form as a record to be shown, under a name of the caller's choice.
    pub fn record(&self, id: &str) -> Record {
        Record {
            id: RecordId(id.to_owned()),
            kind: self.kind,
            names: self.names.iter().map(FormName::name).collect(),
            dates: self.dates.clone(),
            ..Record::default()
        }
    }
}

impl FormName {
    fn of(name: &PreparedName) -> Self {
        let token = |token: &crate::keys::Token| Token {
            text: token.text().into(),
            script: token.script,
            tag: token.tag,
            glued: token.is_glued,
        };
        Self {
            tokens: name.tokens.iter().map(token).collect(),
            kind: name.kind,
            is_weak: name.is_weak,
        }
    }

    /// `None` for a name of more tokens, or longer ones, than there are bytes to count them.
    fn encode(&self) -> Option<Vec<u8>> {
        let kind = NameKind::ALL.iter().position(|kind| *kind == self.kind)?;
        let mut out = vec![
            count(kind) | if self.is_weak { WEAK } else { 0 },
            u8::try_from(self.tokens.len()).ok()?,
        ];
        for token in &self.tokens {
            let tag = Tag::ALL.iter().position(|tag| *tag == token.tag)?;
            let script = (token.script != script_of(&token.text)).then_some(token.script);
            let glued = if token.glued { GLUED } else { 0 };
            out.push(count(tag) | glued | script.map_or(0, |_| SCRIPT));
            if let Some(script) = script {
                put(&mut out, script.short_name().as_bytes());
            }
            u8::try_from(token.text.len()).ok()?;
            put(&mut out, token.text.as_bytes());
        }
        Some(out)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>> {
        let [flags, how_many] = reader.array()?;
        let mut tokens = Vec::new();
        for _ in 0..how_many {
            let [flags] = reader.array()?;
            let tag = Tag::ALL.get(usize::from(flags & !(GLUED | SCRIPT)));
            let stated = match flags & SCRIPT {
                0 => None,
                _ => Some(Script::from_short_name(text(reader)?)),
            };
            let text = text(reader)?;
            let script = stated.unwrap_or_else(|| Some(script_of(text)));
            let (Some(tag), Some(script)) = (tag, script) else {
                return Ok(None);
            };
            tokens.push(Token {
                text: text.into(),
                script,
                tag: *tag,
                glued: flags & GLUED != 0,
            });
        }
        let kind = NameKind::ALL.get(usize::from(flags & !WEAK));
        Ok(kind.map(|kind| Self {
            tokens,
            kind: *kind,
            is_weak: flags & WEAK != 0,
        }))
    }

    fn name(&self) -> Name {
        let mut full = String::new();
        for token in &self.tokens {
            if !full.is_empty() {
                full.push(if token.glued { '-' } else { ' ' });
            }
            full.push_str(&token.text);
        }
        Name {
            full,
            kind: self.kind,
            strength: if self.is_weak {
                Strength::Weak
            } else {
                Strength::Unknown
            },
            ..Name::default()
        }
    }
}

/// A date without its day and month.
fn years(date: &PartialDate) -> Option<PartialDate> {
    let (from, to) = date.years();
    let mut only = PartialDate::from_years(from, to)?.with_kind(date.kind);
    only.circa = date.circa;
    Some(only)
}

/// A count that fits a byte: callers keep it below 256.
fn count(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

/// Appends a text behind its length; callers keep it below 256 bytes.
fn put(out: &mut Vec<u8>, text: &[u8]) {
    out.push(count(text.len()));
    out.extend_from_slice(text);
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<&'a str> {
    let [length] = reader.array()?;
    let bytes = reader.bytes(usize::from(length))?;
    std::str::from_utf8(bytes).map_err(|_| reader.refused("a text in it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prepared(names: &[&str], dates: &[&str]) -> Prepared {
        Prepared::new(&Record {
            kind: Kind::Person,
            names: names.iter().map(|name| Name::primary(*name)).collect(),
            dates: dates
                .iter()
                .filter_map(|date| PartialDate::parse(date, None).ok())
                .collect(),
            ..Record::default()
        })
    }

    /// Texts, tags and joints of all names.
    fn shape(prepared: &Prepared) -> Vec<String> {
        let name = |name: &PreparedName| {
            let tokens = name.tokens.iter();
            let token = |t: &crate::keys::Token| format!("{} {:?} {}", t.text(), t.tag, t.is_glued);
            tokens.map(token).collect::<Vec<_>>().join("|")
        };
        prepared.names.iter().map(name).collect()
    }

    #[test]
    fn a_form_says_names_and_years_and_nothing_else() {
        let form = ScoringForm::of(
            &prepared(&["Tarvo-Ilmar KVETANIK"], &["1970-05-03", "~1968"]),
            NoticeType::Wanted,
        );
        let bytes = form.encode(200);
        assert_eq!(ScoringForm::decode(&bytes).unwrap(), form);
        let record = form.record("x");
        assert_eq!(record.names[0].full, "tarvo-ilmar kvetanik");
        let dates: Vec<String> = record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(dates, ["~1968", "1970"]);
    }

    #[test]
    fn names_prepare_to_the_same_tokens_again() {
        for name in [
            "Dr. Jürgen MÜLLER-O'Brien, Jr.",
            "عبد الرحمن بن محمد",
            "Иван Петрович Кветаник",
            "김민준",
            "Abd al-Rahman ibn Khalid",
            "Maria de la Cruz",
        ] {
            let before = prepared(&[name], &[]);
            let form = ScoringForm::of(&before, NoticeType::Other);
            let form = ScoringForm::decode(&form.encode(500)).unwrap();
            let after = form.prepared(Vec::new(), Vec::new());
            assert_eq!(shape(&before), shape(&after), "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let names: Vec<String> = (0..40).map(|n| format!("tarvo kvetanik{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let form = ScoringForm::of(&prepared(&names, &["1970"]), NoticeType::Wanted);
        let bytes = form.encode(120);
        let back = ScoringForm::decode(&bytes).unwrap();
        assert!(bytes.len() <= 120 && back.left_out > 30, "{}", bytes.len());
        assert_eq!(back.names.len() + usize::from(back.left_out), 40);
    }

    proptest! {
        #[test]
        fn foreign_bytes_are_a_form_in_its_one_shape_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..80),
            at in 0_usize..60,
            flip in 1_u8..=255,
        ) {
            let _ = ScoringForm::decode(&bytes);
            let form = ScoringForm::of(&prepared(&["Ada Moran"], &["1970"]), NoticeType::Wanted);
            let mut bytes = form.encode(100);
            let place = at % bytes.len();
            bytes[place] ^= flip;
            if let Ok(other) = ScoringForm::decode(&bytes) {
                prop_assert_eq!(other.encode(bytes.len()), bytes);
            }
        }
    }
}
