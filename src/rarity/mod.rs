//! How rare a token is among people's names and among organisations' names, in bits.
//!
//! In: a Latin form of a token. Out: `-log2` of its share among all tokens of such names. Used by
//! keys (is this token rare enough to stand alone?) and score (what is agreement on it worth?).
//!
//! Not here: counting in the files at hand. The figures are shipped, so that a key depends only
//! on the record it is made of.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

const PERSONS: &[u8] = include_bytes!("persons.tsv.gz");
const ORGANIZATIONS: &str = include_str!("organizations.tsv");

/// Bits of a token of people's names that the table does not hold. Not more, because lists of names are
/// short: many a token that they lack is not as rare as that.
pub const UNSEEN_BITS: f32 = 18.0;
/// Bits of a token of organisations' names that the table does not hold.
pub const UNSEEN_ORG_BITS: f32 = 16.0;

/// Rarity of a token among the tokens of people's names.
///
/// **Units and range**: bits, from about 7 (`maria`) to [`UNSEEN_BITS`].
///
/// ```
/// use veilmatch::rarity::bits;
/// assert!(bits("john") < bits("ingeborg"));
/// ```
pub fn bits(token: &str) -> f32 {
    static TABLE: OnceLock<FxHashMap<Box<str>, f32>> = OnceLock::new();
    let table = TABLE.get_or_init(|| parse(&unpacked(PERSONS), UNSEEN_BITS));
    table.get(token).copied().unwrap_or(UNSEEN_BITS)
}

/// Rarity of a token by all its Latin spellings: that of the most common one. [`UNSEEN_BITS`]
/// where there is none.
pub fn bits_of(forms: &[String]) -> f32 {
    forms.iter().map(|f| bits(f)).fold(UNSEEN_BITS, f32::min)
}

/// Rarity of an organisation's token by all its Latin spellings, as [`bits_of`].
pub fn org_bits_of(forms: &[String]) -> f32 {
    forms
        .iter()
        .map(|f| org_bits(f))
        .fold(UNSEEN_ORG_BITS, f32::min)
}

/// Rarity of a token among the tokens of organisations' names.
///
/// **Units and range**: bits, from about 4 (`company`) to [`UNSEEN_ORG_BITS`].
pub fn org_bits(token: &str) -> f32 {
    static TABLE: OnceLock<FxHashMap<Box<str>, f32>> = OnceLock::new();
    let table = TABLE.get_or_init(|| parse(ORGANIZATIONS, UNSEEN_ORG_BITS));
    table.get(token).copied().unwrap_or(UNSEEN_ORG_BITS)
}

/// How surprising the letters of a Latin form are, in bits: `-log2` of its probability under a model
/// of letter pairs in people's names, each name of the table counted once.
///
/// **Units and range**: bits, some 4 a letter.
pub fn letter_bits(form: &[u8]) -> f32 {
    static PAIRS: OnceLock<[[f32; EDGE + 1]; EDGE + 1]> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        let mut counts = [[0.5_f32; EDGE + 1]; EDGE + 1];
        for (token, _) in rows(&unpacked(PERSONS)) {
            for_each_pair(token.as_bytes(), |a, b| counts[a][b] += 1.0);
        }
        counts.map(|row| {
            let total: f32 = row.iter().sum();
            row.map(|n| (total / n).log2())
        })
    });
    let mut bits = 0.0;
    for_each_pair(form, |a, b| bits += pairs[a][b]);
    bits
}

/// Number of what stands before the first letter and behind the last, and of all but letters.
const EDGE: usize = 26;

fn for_each_pair(form: &[u8], mut see: impl FnMut(usize, usize)) {
    let number = |byte: u8| match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        _ => EDGE,
    };
    let mut before = EDGE;
    for byte in form {
        see(before, number(*byte));
        before = number(*byte);
    }
    see(before, EDGE);
}

/// Every token of both tables with its share (0 to 1) among the tokens of people's names and of
/// organisations' names, in the order of the tables. For sums over classes of tokens.
pub fn for_each_share(mut see: impl FnMut(&str, Share)) {
    for (table, share) in [
        (
            unpacked(PERSONS).as_str(),
            Share::Person as fn(f64) -> Share,
        ),
        (ORGANIZATIONS, Share::Organization),
    ] {
        for (token, parts) in rows(table) {
            see(token, share(parts.parse().unwrap_or(0.0) / 1e9));
        }
    }
}

/// Share of a token among the tokens of one kind of names, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Among people's names.
    Person(f64),
    /// Among organisations' names.
    Organization(f64),
}

/// Digest of the tables of this room, for the recipe digest.
pub fn digest() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for table in [PERSONS, ORGANIZATIONS.as_bytes()] {
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table);
    }
    *hasher.finalize().as_bytes()
}

/// Rows `token TAB share`, the share in parts per thousand million.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t'))
}

fn parse(table: &str, ceiling: f32) -> FxHashMap<Box<str>, f32> {
    rows(table)
        .filter_map(|(token, share)| {
            let share: f32 = share.parse().ok()?;
            let bits = (1e9 / share).log2();
            Some((token.into(), bits.clamp(0.0, ceiling)))
        })
        .collect()
}

fn unpacked(gz: &[u8]) -> String {
    use std::io::Read as _;
    let mut text = String::new();
    // The bytes are part of the program; a test holds that they are sound.
    if flate2::read::GzDecoder::new(gz)
        .read_to_string(&mut text)
        .is_err()
    {
        text.clear();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_as_common_as_its_most_common_spelling() {
        let forms = ["xqzzy".to_owned(), "maria".to_owned()];
        assert!((bits_of(&forms) - bits("maria")).abs() < f32::EPSILON);
        assert!((bits_of(&[]) - UNSEEN_BITS).abs() < f32::EPSILON);
    }

    #[test]
    fn usual_letters_surprise_less_than_unusual_ones() {
        let bits = |form: &str| letter_bits(form.as_bytes());
        assert!(bits("marina") < bits("mzrqnw"));
        assert!(bits("marina") > 10.0 && bits("") > 0.0);
    }

    #[test]
    fn common_names_have_few_bits_and_strange_words_the_ceiling() {
        assert!(bits("john") < 10.0);
        assert!((bits("xqzzy") - UNSEEN_BITS).abs() < f32::EPSILON);
        assert!(org_bits("trading") < 7.0);
    }
}
