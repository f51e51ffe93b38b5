//! What a record looks like once it is normalized, romanized and weighed: keys are made of it and
//! scores compare it.

use std::sync::Arc;

use crate::keys::form::Form;
use crate::keys::gist::Gist;
use crate::keys::outline::{NameOutlines, Outlines};
use crate::keys::sound::sound_form;
use crate::keys::word::{Usage, Word};
use crate::normalize::{self, Tag};
use crate::record::{
    Country, IdKind, Kind, NameKind, PartialDate, PlaceKind, Record, Script, Sex, Strength,
};
use crate::translit::{self, Native};

/// Neighbours of a name written as one: `abd` `al` `rahman` as `abdalrahman`.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// First token.
    pub start: u8,
    /// Number of tokens: 2, or 3 with a particle between.
    pub len: u8,
    /// The joined form.
    pub form: Form,
    /// Its sound form.
    pub sound: Form,
    /// Rarity of the core tokens in it, in bits.
    pub bits: f32,
    /// The whole name, written without a space in its own script: where it was cut is a guess.
    pub is_run: bool,
}

/// All joins of a name, in order.
fn joins(tokens: &[Token]) -> Box<[Join]> {
    let is_joinable = |t: &Token| t.is_core() && t.tag != Tag::Number;
    let is_glued_on = |t: &Token| t.is_glued && matches!(t.tag, Tag::Suffix | Tag::Title);
    (2..=3_u8)
        .flat_map(|len| {
            tokens
                .windows(usize::from(len))
                .zip(0_u8..)
                .map(move |w| (len, w))
        })
        .filter_map(|(len, (window, start))| {
            let (first, last) = (window.first()?, window.last()?);
            let fits = (is_joinable(first) || first.tag == Tag::Particle)
                && (is_joinable(last) || is_glued_on(last))
                && (len == 2 || window[1].tag == Tag::Particle);
            let form = window
                .iter()
                .skip(1)
                .fold(*first.form(), |f, t| f.joined(t.form()));
            fits.then(|| Join {
                start,
                len,
                form,
                sound: sound_form(&form),
                bits: window
                    .iter()
                    .filter(|t| t.tag != Tag::Particle)
                    .map(|t| t.bits)
                    .sum(),
                is_run: window.len() == tokens.len() && is_run(tokens),
            })
        })
        .collect()
}

/// Whether a name was written in one run and cut into two tokens.
fn is_run(tokens: &[Token]) -> bool {
    let is_unspaced = |t: &Token| matches!(t.script, Script::Han | Script::Hangul);
    matches!(tokens, [family, given] if given.is_glued && is_unspaced(family) && is_unspaced(given))
}

/// Tokens in one learned script, as one word.
pub(crate) fn natives(tokens: &[Token]) -> Option<Native> {
    let (first, rest) = tokens.split_first()?;
    rest.iter()
        .try_fold((**first.native.as_ref()?).clone(), |all, next| {
            all.joined(next.native.as_ref()?)
        })
}

/// One token of a name, ready to be compared: a word, and what it is in this name.
#[derive(Clone, Debug)]
pub struct Token {
    word: Arc<Word>,
    /// What the token is in its name.
    pub tag: Tag,
    /// Joined to the token before it by a hyphen or an article.
    pub is_glued: bool,
}

impl Token {
    /// Whether the token carries identity: not a particle, title, legal form and the like.
    pub fn is_core(&self) -> bool {
        matches!(
            self.tag,
            Tag::Word | Tag::Patronymic | Tag::Number | Tag::Descriptor
        )
    }
}

impl std::ops::Deref for Token {
    type Target = Word;

    fn deref(&self) -> &Word {
        &self.word
    }
}

/// One name of a record, ready to be compared.
#[derive(Clone, Debug)]
pub struct PreparedName {
    /// Position among the names of the record.
    pub index: u32,
    /// Tokens in the order of the name.
    pub tokens: Box<[Token]>,
    /// Neighbours written as one.
    pub joins: Box<[Join]>,
    /// The whole name as one word, where it stands without spaces in a learned script.
    pub whole: Option<Box<Native>>,
    /// Spellings of the whole name where it was written in one run, likeliest first; else none. Where
    /// such a name was cut into tokens is a guess.
    pub run: Box<[Form]>,
    /// A weak alias.
    pub is_weak: bool,
    /// What the name is to its bearer.
    pub kind: NameKind,
    /// Homoglyphs of another script stood inside a token.
    pub is_mixed_script: bool,
}

impl PreparedName {
    /// A name of normalized tokens, the first and strong one of a record of this kind. `None` where
    /// no token can be compared.
    pub fn new(tokens: &[normalize::Token], kind: Kind) -> Option<Self> {
        let tokens: Box<[Token]> = tokens.iter().filter_map(|t| token(t, kind)).collect();
        let seen = compared(&tokens);
        let joins = joins(seen);
        let is_glued = seen.iter().skip(1).all(|t| t.is_glued);
        let whole = is_glued.then(|| natives(seen)).flatten();
        let run = whole.as_ref().filter(|_| is_run(&tokens));
        let run = run.map_or_else(Vec::new, |n| n.spellings(translit::MAX_FORMS));
        (!tokens.is_empty()).then(|| Self {
            index: 0,
            run: run.iter().map(|s| Form::new(s)).collect(),
            whole: whole.map(Box::new),
            joins,
            tokens,
            is_weak: false,
            kind: NameKind::default(),
            is_mixed_script: false,
        })
    }

    /// The tokens that are compared: the first [`COMPARED_TOKENS`].
    pub fn compared(&self) -> &[Token] {
        compared(&self.tokens)
    }
}

/// A name and what a quick look sees of it.
#[derive(Clone, Copy, Debug)]
pub struct NameView<'a> {
    /// The name.
    pub name: &'a PreparedName,
    /// Its outlines.
    pub outlines: NameOutlines<'a>,
}

impl std::ops::Deref for NameView<'_> {
    type Target = PreparedName;

    fn deref(&self) -> &PreparedName {
        self.name
    }
}

/// Most tokens of a name that are compared.
pub const COMPARED_TOKENS: usize = 16;

fn compared(tokens: &[Token]) -> &[Token] {
    &tokens[..tokens.len().min(COMPARED_TOKENS)]
}

/// A strong identifier, ready to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedId {
    /// What it is.
    pub kind: IdKind,
    /// Normalized value.
    pub norm: String,
    /// Issuing country, ISO 3166-1 alpha-2, or empty.
    pub country: String,
}

/// A record, ready for keys and scores. Holds clear text.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Kind of the record.
    pub kind: Kind,
    /// What a quick look sees of all but the names.
    pub gist: Gist,
    /// What a quick look sees of the names, in their order.
    pub outlines: Outlines,
    /// Names with at least one token.
    pub names: Vec<PreparedName>,
    /// Dates.
    pub dates: Vec<PartialDate>,
    /// Identifiers that are no placeholders.
    pub ids: Vec<PreparedId>,
    /// Countries with a code.
    pub countries: Vec<Country>,
    /// Sex.
    pub sex: Sex,
    /// Names of places of birth, folded to Latin tokens.
    pub birth_places: Vec<Box<[Form]>>,
}

impl Prepared {
    /// Normalizes, romanizes and weighs a record.
    ///
    /// **Cost**: about a microsecond a token.
    pub fn new(record: &Record) -> Self {
        let names = (0..).zip(&record.names).filter_map(|(index, name)| {
            let normal = normalize::normalize(&name.full, record.kind);
            let mut one = PreparedName::new(&normal.tokens, record.kind)?;
            one.index = index;
            one.is_weak = name.strength == Strength::Weak;
            one.kind = name.kind;
            one.is_mixed_script = normal.mixed_script;
            Some(one)
        });
        let names: Vec<PreparedName> = names.collect();
        let mut prepared = Self {
            kind: record.kind,
            gist: Gist::default(),
            outlines: Outlines::new(&names),
            names,
            dates: record.dates.clone(),
            ids: ids(record),
            countries: record
                .countries
                .iter()
                .filter(|c| !c.iso2.is_empty())
                .cloned()
                .collect(),
            sex: record.sex,
            birth_places: birth_places(record),
        };
        prepared.gist = Gist::of(&prepared);
        prepared
    }

    /// A record of which no more is known than normalized names, dates and identifiers.
    pub fn of_parts(
        kind: Kind,
        names: Vec<PreparedName>,
        dates: Vec<PartialDate>,
        ids: Vec<PreparedId>,
    ) -> Self {
        let mut prepared = Self {
            kind,
            gist: Gist::default(),
            outlines: Outlines::new(&names),
            names,
            dates,
            ids,
            countries: Vec::new(),
            sex: Sex::Unknown,
            birth_places: Vec::new(),
        };
        prepared.gist = Gist::of(&prepared);
        prepared
    }

    /// The same record with no date but this one.
    #[must_use]
    pub fn dated(mut self, date: PartialDate) -> Self {
        self.dates = vec![date];
        self.gist = Gist::of(&self);
        self
    }

    /// A number for the rarest word of the first name: equal for records that share it, and of no
    /// other meaning.
    pub fn rarest_word(&self) -> Option<u32> {
        let tokens = self.names.first()?.tokens.iter();
        let rarest = tokens.max_by(|x, y| x.bits.total_cmp(&y.bits));
        rarest.map(|t| t.number())
    }

    /// A name with its outlines, by its place among [`Prepared::names`].
    pub fn view(&self, at: usize) -> NameView<'_> {
        NameView {
            name: &self.names[at],
            outlines: self.outlines.name(at),
        }
    }
}

fn token(token: &normalize::Token, kind: Kind) -> Option<Token> {
    let word = Word::shared(&token.text, token.script, Usage::of(kind, token.tag));
    (!word.forms().is_empty()).then_some(Token {
        word,
        tag: token.tag,
        is_glued: token.glued,
    })
}

/// Placeholders of four characters and more that stand where an identifier is not known. Source:
/// values seen in the published lists of 2018 to 2026 and in customer files.
const PLACEHOLDERS: &[&str] = &[
    "NONE",
    "NULL",
    "UNKNOWN",
    "NOTAVAILABLE",
    "NOTKNOWN",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
];

fn ids(record: &Record) -> Vec<PreparedId> {
    record
        .ids
        .iter()
        .filter(|id| !is_placeholder(&id.norm))
        .map(|id| PreparedId {
            kind: id.kind,
            norm: id.norm.clone(),
            country: id.country.clone(),
        })
        .collect()
}

/// Whether a normalized identifier says nothing: too short, a known filler, or one repeated
/// character.
pub(crate) fn is_placeholder(norm: &str) -> bool {
    let mut chars = norm.chars();
    let first = chars.next();
    norm.chars().count() < 4 || PLACEHOLDERS.contains(&norm) || chars.all(|c| Some(c) == first)
}

fn birth_places(record: &Record) -> Vec<Box<[Form]>> {
    record
        .places
        .iter()
        .filter(|p| p.kind == PlaceKind::Birth)
        .filter_map(|p| {
            let text = if p.city.is_empty() { &p.text } else { &p.city };
            let latin = translit::latinize(&normalize::normalize(text, Kind::Unknown));
            let forms: Box<[Form]> = latin
                .tokens
                .iter()
                .filter_map(|t| t.forms.first())
                .map(|f| Form::new(f))
                .filter(|f| f.len() > 2)
                .collect();
            (!forms.is_empty()).then_some(forms)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_identifiers() {
        for text in ["", "NA", "000000", "AAAA", "12345", "UNKNOWN"] {
            assert!(is_placeholder(text), "{text}");
        }
        assert!(!is_placeholder("A1234567"));
    }
}
