//! Cleaned text to pieces: runs of letters or digits of one script, with what stood before them.

use std::borrow::Cow;

use compact_str::CompactString;
use unicode_script::UnicodeScript as _;

use crate::normalize::{MAX_TOKEN_CHARS, MAX_TOKENS, clean, homoglyph, leet};
use crate::record::{Kind, Script};

/// What stood between a piece and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Space,
    Hyphen,
    Dot,
    Slash,
    /// Nothing: the word changed its script or turned into digits.
    Nothing,
}

/// A folded run of letters or digits.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: CompactString,
    pub(super) script: Script,
    pub(super) gap: Gap,
    /// Number of the bracket it stands in, from 1; 0 outside.
    pub(super) bracket: u16,
}

/// Cuts cleaned text; also tells whether homoglyphs were folded.
pub(super) fn cut(text: &str, kind: Kind) -> (Vec<Piece>, bool) {
    let mut cutter = Cutter {
        kind,
        pieces: Vec::with_capacity(6),
        mixed: false,
        gap: Gap::Space,
        bracket: 0,
    };
    let mut brackets = 0_u16;
    let mut start = None;
    let mut before = None;
    let reads_signs = matches!(kind, Kind::Person | Kind::Unknown);
    for (i, c) in text.char_indices() {
        let is_letter = is_word_char(c) || {
            let after = || text[i + c.len_utf8()..].chars().next();
            reads_signs && leet::is_sign(c) && leet::is_letter_sign(before, c, after())
        };
        before = Some(c);
        if is_letter {
            start.get_or_insert(i);
            continue;
        }
        if let Some(from) = start.take() {
            cutter.word(&text[from..i]);
            cutter.gap = Gap::Nothing;
        }
        cutter.gap = wider(cutter.gap, gap_of(c));
        match c {
            '&' => {
                cutter.gap = Gap::Space;
                cutter.word("and");
                cutter.gap = Gap::Space;
            }
            '(' | '[' | '{' | '（' | '【' => {
                brackets = brackets.saturating_add(1);
                cutter.bracket = brackets;
            }
            ')' | ']' | '}' | '）' | '】' => cutter.bracket = 0,
            _ => {}
        }
        if cutter.pieces.len() >= MAX_TOKENS {
            break;
        }
    }
    if let Some(from) = start {
        cutter.word(&text[from..]);
    }
    cutter.pieces.truncate(MAX_TOKENS);
    (cutter.pieces, cutter.mixed)
}

fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    // Marks that survive cleaning are vowel signs; the long-vowel mark belongs to its kana.
    c.is_alphanumeric() || is_vowel_sign(c) || c == 'ー' || c == '々'
}

fn is_vowel_sign(c: char) -> bool {
    !matches!(c.script(), Script::Common)
        && !c.is_alphanumeric()
        && unicode_normalization::char::is_combining_mark(c)
}

fn gap_of(c: char) -> Gap {
    match c {
        '.' | '。' => Gap::Dot,
        '/' | '\\' => Gap::Slash,
        '-'
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{058A}'
        | '\u{05BE}'
        | '・'
        | '·'
        | '‧'
        | '\u{30A0}'
        | '_' => Gap::Hyphen,
        _ => Gap::Space,
    }
}

/// `J. - P.` is as far apart as its widest gap; `al - Rashid` counts as hyphenated.
fn wider(a: Gap, b: Gap) -> Gap {
    match (a, b) {
        (Gap::Hyphen, Gap::Space | Gap::Dot) | (Gap::Space, Gap::Hyphen) => Gap::Hyphen,
        (Gap::Nothing, gap) => gap,
        (gap, other) if gap == other => gap,
        _ => Gap::Space,
    }
}

struct Cutter {
    kind: Kind,
    pieces: Vec<Piece>,
    mixed: bool,
    gap: Gap,
    bracket: u16,
}

impl Cutter {
    /// A run of word characters: repaired where it is mixed, then cut where the script changes.
    fn word(&mut self, word: &str) {
        if word.is_ascii() {
            return self.ascii_word(word);
        }
        let mut word = Cow::Borrowed(word);
        if let Some(folded) = self.leet(&word) {
            word = folded.into();
        }
        if looks_mixed(&word)
            && let Some(folded) = homoglyph::fold(&word)
        {
            word = folded.into();
            self.mixed = true;
        }
        let mut rest = &*word;
        while !rest.is_empty() {
            let (run, script) = first_run(rest);
            let letters = run.chars().filter(|c| !leet::is_sign(*c));
            let mut text = CompactString::with_capacity(run.len());
            letters.for_each(|c| clean::fold_into(c, &mut text));
            self.push(text, script);
            rest = &rest[run.len()..];
        }
    }

    fn ascii_word(&mut self, word: &str) {
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        if letters == word.len() {
            return self.push(lower(word), Script::Latin);
        }
        if letters > 0
            && let Some(folded) = self.leet(word)
        {
            return self.push(lower(&folded), Script::Latin);
        }
        let of = |byte: u8| match byte {
            b if b.is_ascii_digit() => Some(Script::Common),
            b if b.is_ascii_alphabetic() => Some(Script::Latin),
            _ => None,
        };
        let mut rest = word;
        while let Some(script) = rest.bytes().next().map(of) {
            let end = rest.bytes().position(|b| of(b) != script);
            let (run, behind) = rest.split_at(end.unwrap_or(rest.len()));
            // Signs that stood for no letter after all.
            if let Some(script) = script {
                self.push(lower(run), script);
            }
            rest = behind;
        }
    }

    fn leet(&self, word: &str) -> Option<String> {
        match self.kind {
            Kind::Person | Kind::Unknown => leet::fold(word),
            _ => None,
        }
    }

    fn push(&mut self, mut text: CompactString, script: Script) {
        if script == Script::Common {
            // A zero stays where there is nothing else.
            let kept = text
                .trim_start_matches('0')
                .len()
                .clamp(1, text.len().max(1));
            text = CompactString::from(&text[text.len().saturating_sub(kept)..]);
        }
        if text.len() > MAX_TOKEN_CHARS
            && let Some((end, _)) = text.char_indices().nth(MAX_TOKEN_CHARS)
        {
            text.truncate(end);
        }
        if !text.is_empty() {
            self.pieces.push(Piece {
                text,
                script,
                gap: self.gap,
                bracket: self.bracket,
            });
        }
        self.gap = Gap::Nothing;
    }
}

/// An ASCII word in lower case.
fn lower(word: &str) -> CompactString {
    let mut text = CompactString::from(word);
    text.make_ascii_lowercase();
    text
}

fn looks_mixed(word: &str) -> bool {
    let mut seen = [false; 3];
    for c in word.chars() {
        match c.script() {
            Script::Latin => seen[0] = true,
            Script::Cyrillic => seen[1] = true,
            Script::Greek => seen[2] = true,
            _ => {}
        }
    }
    seen.iter().filter(|s| **s).count() > 1
}

/// The longest beginning of one script. Marks and shared letters go with what stands before them.
fn first_run(word: &str) -> (&str, Script) {
    let mut run = None;
    for (i, c) in word.char_indices() {
        let script = script_of_char(c);
        match (run, script) {
            (None, _) => run = Some(script),
            (Some(Script::Inherited), s) => run = Some(s),
            (_, Script::Inherited) => {}
            (Some(r), s) if r != s => return (&word[..i], r),
            _ => {}
        }
    }
    (word, run.unwrap_or(Script::Common))
}

/// Digits are common; other shared letters (the long-vowel mark) go with their neighbours.
fn script_of_char(c: char) -> Script {
    match c.script() {
        _ if c.is_ascii_digit() => Script::Common,
        Script::Common | Script::Inherited | Script::Unknown => Script::Inherited,
        script => script,
    }
}
