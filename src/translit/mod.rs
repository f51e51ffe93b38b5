//! Tokens to Latin letters: script by script, one cited table each, several spellings a token.
//!
//! In: a [`NormalName`]. Out: a [`LatinName`] whose tokens carry up to [`MAX_FORMS`] spellings in
//! `[a-z0-9]`, the most usual first. Example: `щукин` becomes `shchukin`, `schukin`, ...
//!
//! Not here: language guessing, comparison, keys. Short vowels that Arabic and Hebrew do not
//! write are guessed, not known. The door for better knowledge is [`forms`]: whatever maps a
//! token and its script to spellings can stand behind it.

mod abugida;
mod arabic;
mod han;
mod hangul;
mod learned;
mod rules;
mod tables;
mod vowels;

pub(crate) use learned::{EDGE, characters};
use learned::{Learned, varied};
pub use learned::{Native, Transducer, Unit};

use crate::normalize::{self, NormalName, Tag, Token, normalize};
use crate::record::{Kind, Script};

/// At most so many spellings a token.
pub const MAX_FORMS: usize = 8;

/// A name in Latin letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatinName {
    /// One for each token of the [`NormalName`] that has any Latin form, in its order.
    pub tokens: Vec<LatinToken>,
}

/// A token in Latin letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatinToken {
    /// **Shape**: 1 to [`MAX_FORMS`] different spellings in `[a-z0-9]+`, most usual first.
    pub forms: Vec<String>,
    /// As in [`Token`].
    pub tag: Tag,
    /// As in [`Token`].
    pub script: Script,
    /// The text of the token in its own script.
    pub source: String,
    /// As in [`Token`].
    pub glued: bool,
}

/// The spellings of each surname of Han and Hangul, spaces between; rows that come again once.
pub(crate) fn surnames() -> impl Iterator<Item = &'static str> {
    let lines = han::SURNAMES.lines().chain(hangul::SURNAMES.lines());
    let rows =
        lines.filter_map(|line| Some(line.split_once('\t').filter(|_| !line.starts_with('#'))?.1));
    // Simplified and traditional characters stand side by side.
    let mut before = "";
    rows.filter(move |spellings| std::mem::replace(&mut before, spellings) != *spellings)
}

/// Romanises each token of a name.
///
/// ```
/// use veilmatch::{normalize::normalize, record::Kind, translit::latinize};
/// let name = latinize(&normalize("Борис Щукин", Kind::Person));
/// assert_eq!(name.tokens[0].forms[0], "boris");
/// assert_eq!(name.tokens[1].forms[0], "shchukin");
/// ```
pub fn latinize(name: &NormalName) -> LatinName {
    let tokens = name.tokens.iter().filter_map(latin_token).collect();
    LatinName { tokens }
}

fn latin_token(token: &Token) -> Option<LatinToken> {
    let forms = forms(&token.text, token.script);
    (!forms.is_empty()).then(|| LatinToken {
        forms,
        tag: token.tag,
        script: token.script,
        source: token.text.to_string(),
        glued: token.glued,
    })
}

/// The spellings of one normalized token; empty where no character has a Latin form.
///
/// This is the door behind which the knowledge of scripts lies: the rest of the crate knows no
/// script. **Cost**: one allocation for ASCII tokens, a small beam search for the others.
pub fn forms(token: &str, script: Script) -> Vec<String> {
    if token
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    {
        return if token.is_empty() {
            Vec::new()
        } else {
            normalize::readings(token)
        };
    }
    let mut forms = match script {
        Script::Arabic | Script::Hebrew => arabic::forms(token, script),
        Script::Han => han::forms(token),
        Script::Hangul => hangul::forms(token),
        Script::Devanagari | Script::Bengali | Script::Sinhala => abugida::forms(token, script),
        Script::Hiragana => tables::of(Script::Katakana).spell(&katakana(token)),
        _ => tables::of(script).spell(token),
    };
    if let Some(learned) = Learned::of(script) {
        forms.truncate(RULED);
        forms.extend(varied(&learned.spell(token), MAX_FORMS));
    }
    keep_first(&mut forms);
    forms
}

/// Spellings by rule that stand before the learned ones.
const RULED: usize = 2;

/// Hiragana as katakana: the two blocks have the same order.
fn katakana(token: &str) -> String {
    token
        .chars()
        .map(|c| match c {
            'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Removes empty and repeated spellings and what is over the limit.
fn keep_first(forms: &mut Vec<String>) {
    let mut kept: Vec<String> = Vec::with_capacity(forms.len().min(MAX_FORMS));
    for form in forms.drain(..) {
        if kept.len() < MAX_FORMS && !form.is_empty() && !kept.contains(&form) {
            kept.push(form);
        }
    }
    *forms = kept;
}

/// One romanisation of a whole name for people to read, in title case.
///
/// ```
/// assert_eq!(veilmatch::translit::romanize("Борис Щукин"), "Boris Shchukin");
/// ```
pub fn romanize(text: &str) -> String {
    let name = latinize(&normalize(text, Kind::Person));
    let mut out = String::new();
    for token in &name.tokens {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut chars = token.forms[0].chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

/// Digest of the tables of this room, for the recipe digest.
pub fn digest() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for table in tables::ALL.iter().copied().chain(learned::shipped()) {
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table.as_bytes());
    }
    // Raised when the rules in the code of this room change what comes out.
    hasher.update(b"translit rules 3");
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests;
