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
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            if let Some((token, parts)) = line.split_once('\t') {
                see(token, share(parts.parse().unwrap_or(0.0) / 1e9));
            }
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
fn parse(table: &str, ceiling: f32) -> FxHashMap<Box<str>, f32> {
    table
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|line| {
            let (token, share) = line.split_once('\t')?;
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
    fn common_names_have_few_bits_and_strange_words_the_ceiling() {
        assert!(bits("john") < 10.0);
        assert!((bits("xqzzy") - UNSEEN_BITS).abs() < f32::EPSILON);
        assert!(org_bits("trading") < 7.0);
    }
}
