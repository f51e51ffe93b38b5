//! Character cleaning: what is no part of a name goes, what is written in two ways becomes one.

use std::borrow::Cow;

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization as _;

/// Longest input that is looked at, in bytes; a name has at most 40 tokens of 64 characters.
const MAX_BYTES: usize = 16_384;

/// Cleans a text; case, marks of letters and separators stay. ASCII without apostrophes is
/// returned as it came.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let text = cut_to(text, MAX_BYTES);
    if text.is_ascii() && !text.bytes().any(|b| b == b'\'' || b == b'`') {
        return Cow::Borrowed(text);
    }
    let cleaned = text
        .nfkc()
        .filter(|c| !is_dropped(*c))
        .map(unify)
        .collect::<String>();
    // Deleting a character can bring a base and a mark together.
    if cleaned.is_ascii() {
        Cow::Owned(cleaned)
    } else {
        Cow::Owned(cleaned.nfkc().filter(|c| !is_dropped(*c)).collect())
    }
}

fn cut_to(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Format characters, apostrophes of every kind, vowel points and the Arabic tatweel.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\'' | '`' | '\u{00B4}' | '\u{02B0}'..='\u{02FF}' | '\u{2018}'..='\u{201B}' | '\u{2032}'
        | '\u{2035}' | '\u{055A}' | '\u{05F3}' | '\u{05F4}' | '\u{FF07}' | '\u{A78B}' | '\u{A78C}'
        // Cf: soft hyphen, Arabic marks, zero width, bidi, word joiner, BOM, tags.
        | '\u{00AD}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}'
        | '\u{08E2}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1345F}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}'
        // Arabic harakat, superscript alef, Koranic marks, tatweel.
        | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        // Hebrew points and accents; Syriac points; Thaana needs its vowels.
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}'
        | '\u{05C5}' | '\u{05C7}' | '\u{0730}'..='\u{074A}'
    )
}

/// Letters that writers exchange freely, and digits of every script.
fn unify(c: char) -> char {
    match c {
        'ي' | 'ى' | 'ئ' | 'ې' | 'ۍ' => 'ی',
        'ك' | 'ڪ' => 'ک',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ة' | 'ۀ' | 'ہ' | 'ۃ' | 'ە' | 'ھ' => 'ه',
        'İ' => 'I',
        _ => digit(c).unwrap_or(c),
    }
}

/// First digits of the decimal digit blocks in names seen so far (Unicode general category Nd).
const ZEROS: [u32; 24] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0xA9D0, 0xAA50, 0xABF0,
];

fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    if code < 0x0660 {
        return None;
    }
    ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))
        .and_then(|zero| char::from_digit(code - zero, 10))
}

/// Whether a mark is dropped from the letter under it. Vowel signs of scripts that write their
/// vowels as marks stay.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}' | '\u{0483}'..='\u{0489}')
}

/// Letters with marks that stay because `translit` knows more than one spelling for them.
pub(crate) const KEPT: &str = "äöüåøæœðþđšžčćşçğñőűėęăâёйїў";

/// Appends the lower-case letter without marks; nothing where nothing is left.
pub(super) fn fold_into(c: char, out: &mut CompactString) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'ß' | 'ẞ' => out.push_str("ss"),
        'ς' => out.push('σ'),
        'ı' => out.push('i'),
        'ł' | 'Ł' => out.push('l'),
        'ĸ' => out.push('k'),
        'ħ' | 'Ħ' => out.push('h'),
        'ŧ' | 'Ŧ' => out.push('t'),
        'ŋ' | 'Ŋ' => out.push('n'),
        'ə' | 'Ə' => out.push('a'),
        _ => c.to_lowercase().for_each(|l| fold_lower(l, out)),
    }
}

fn fold_lower(l: char, out: &mut CompactString) {
    if KEPT.contains(l) {
        out.push(l);
    } else if matches!(l, '\u{0041}'..='\u{024F}' | '\u{0370}'..='\u{052F}' | '\u{1E00}'..='\u{1FFF}')
    {
        // ẚ and the like: only the letter itself.
        std::iter::once(l)
            .nfd()
            .filter(|d| !is_mark(*d))
            .for_each(|d| out.push(d));
    } else if !is_mark(l) {
        out.push(l);
    }
}
