//! How rare a token is among people's names and among organisations' names, in bits.
//!
//! In: a Latin form of a token. Out: `-log2` of its share among all tokens of such names. Used by
//! keys (is this token rare enough to stand alone?) and score (what is agreement on it worth?).
//!
//! Not here: counting in the files at hand. The figures are shipped, so that a key depends only
//! on the record it is made of.

//! The tables are text in the program. Nothing is read of a row before it is asked for.

mod index;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use index::Index;

const PERSONS: &str = include_str!("persons.tsv");
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
    let row = people().rows.find(token);
    row.map_or(UNSEEN_BITS, |(_, cells)| person_bits(cells))
}

/// Groups of locales whose names were counted apart; `src/learn/cultures.tsv`.
pub const CULTURES: usize = 32;

/// In which name lists a token of people's names is at home, as far as the table knows.
///
/// Tells how surprising two tokens are *together*: after `Julio`, `Cesar` is no surprise. It says
/// nothing about a person and leaves no program.
#[derive(Clone, Copy)]
pub struct Company(Option<&'static [f32; CULTURES]>);

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Company(..)")
    }
}

impl Company {
    /// Of a token that the table does not hold.
    pub const UNKNOWN: Self = Self(None);

    /// Whether the table holds the token.
    pub fn is_known(self) -> bool {
        self.0.is_some()
    }

    /// Of a token of people's names, by the most common of its Latin spellings.
    pub fn of<'a>(forms: impl Iterator<Item = &'a str>) -> Self {
        let people = people();
        let known = forms.filter_map(|f| people.rows.find(f));
        let best = known.min_by(|a, b| person_bits(a.1).total_cmp(&person_bits(b.1)));
        best.map_or(Self::UNKNOWN, |(row, cells)| {
            Self(Some(people.lifts(row, cells)))
        })
    }
}

/// By how many bits tokens of one name are less surprising together than each for itself; 0 where
/// they are not, and for fewer than two known tokens.
///
/// With `P(a, b) = sum over groups of P(group) P(a | group) P(b | group)`, it is
/// `log2 P(a, b) / (P(a) P(b))`.
///
/// ```
/// use veilmatch::rarity::{Company, shared_bits};
/// let company = |token| Company::of([token].into_iter());
/// let together = |tokens: [&'static str; 2]| shared_bits(tokens.map(company).into_iter());
/// assert!(together(["kim", "jung"]) > together(["kim", "juan"]));
/// ```
pub fn shared_bits(tokens: impl Iterator<Item = Company>) -> f32 {
    /// More would not fit a float.
    const TOKENS: usize = 8;
    let people = people();
    let mut known = 0;
    let mut shares = people.groups;
    for lifts in tokens.filter_map(|t| t.0).take(TOKENS) {
        known += 1;
        for (share, lift) in shares.iter_mut().zip(lifts) {
            *share *= lift;
        }
    }
    if known < 2 {
        return 0.0;
    }
    shares.iter().sum::<f32>().log2().max(0.0)
}

struct People {
    rows: Index,
    /// How much likelier the token of each row is in each group than among all people, once asked.
    lifts: Box<[OnceLock<Box<[f32; CULTURES]>>]>,
    /// Share of each group.
    groups: [f32; CULTURES],
}

impl People {
    /// The lifts of a row, of which the cells behind the token are given.
    fn lifts(&self, row: usize, cells: &str) -> &[f32; CULTURES] {
        self.lifts[row].get_or_init(|| {
            let levels = cells.split_once('\t').map_or("", |(_, lifts)| lifts);
            let mut lifts = [1.0; CULTURES];
            for (lift, level) in lifts.iter_mut().zip(levels.bytes()) {
                // Quarters of a bit from four below upwards, as `learn::frequencies` writes them.
                let step = level.saturating_sub(b'0').min(48);
                *lift = (f32::from(step) / 4.0 - 4.0).exp2();
            }
            Box::new(lifts)
        })
    }
}

fn people() -> &'static People {
    static TABLE: OnceLock<People> = OnceLock::new();
    TABLE.get_or_init(|| {
        let head = PERSONS.lines().find_map(|l| l.strip_prefix("# shares\t"));
        let mut groups = [0.0; CULTURES];
        let shares = head.into_iter().flat_map(|h| h.split('\t'));
        for (group, share) in groups.iter_mut().zip(shares) {
            *group = share.parse().unwrap_or(0.0) / 1e6;
        }
        let rows = Index::new(PERSONS);
        People {
            lifts: (0..rows.len()).map(|_| OnceLock::new()).collect(),
            rows,
            groups,
        }
    })
}

/// Bits of a row of people's tokens, of which the cells behind the token are given.
fn person_bits(cells: &str) -> f32 {
    let share = cells.split('\t').next().unwrap_or_default();
    share_bits(share, UNSEEN_BITS).unwrap_or(UNSEEN_BITS)
}

/// Bits of a share in parts per thousand million.
fn share_bits(share: &str, ceiling: f32) -> Option<f32> {
    let share: f32 = share.parse().ok()?;
    Some((1e9 / share).log2().clamp(0.0, ceiling))
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
    static TABLE: OnceLock<FxHashMap<&str, f32>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let bits = |share| share_bits(share, UNSEEN_ORG_BITS);
        let each = rows(ORGANIZATIONS).filter_map(|(token, share)| Some((token, bits(share)?)));
        each.collect()
    });
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
        for (token, _) in people().rows.each() {
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

/// How surprising it is that a part of somebody's name begins with a letter, in bits.
///
/// **Units and range**: bits, 3 to 8; 8 for all but the letters `a` to `z`.
pub fn initial_bits(letter: u8) -> f64 {
    static LETTERS: OnceLock<[f64; EDGE]> = OnceLock::new();
    let letters = LETTERS.get_or_init(|| {
        let (mut shares, mut all) = ([0.0_f64; EDGE], 0.0_f64);
        for_each_share(|token, share| {
            let (Share::Person(share), Some(first)) = (share, token.bytes().next()) else {
                return;
            };
            if let Some(sum) = shares.get_mut(usize::from(first.wrapping_sub(b'a'))) {
                *sum += share;
                all += share;
            }
        });
        shares.map(|share: f64| (all / share).log2().min(RAREST_INITIAL))
    });
    let at = usize::from(letter.wrapping_sub(b'a'));
    letters.get(at).copied().unwrap_or(RAREST_INITIAL)
}

/// Most bits of a first letter.
const RAREST_INITIAL: f64 = 8.0;

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
    for (token, cells) in people().rows.each() {
        see(token, Share::Person(leading_number(cells) / 1e9));
    }
    for (token, cells) in rows(ORGANIZATIONS) {
        see(token, Share::Organization(leading_number(cells) / 1e9));
    }
}

/// The whole number that a text begins with.
fn leading_number(text: &str) -> f64 {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    f64::from(digits.fold(0, |n: u32, digit| {
        n.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
    }))
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
    for table in [PERSONS, ORGANIZATIONS] {
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Rows `token TAB share`, the share in parts per thousand million; behind it perhaps more.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t'))
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

    /// Rows are read when asked for: each as the text has it.
    #[test]
    fn every_row_of_the_table_is_found_and_read_as_written() {
        let people = people();
        assert!(people.rows.len() > 30_000 && people.groups.iter().sum::<f32>() > 0.99);
        for (number, (token, cells)) in rows(PERSONS).enumerate() {
            assert_eq!(people.rows.find(token), Some((number, cells)), "{token}");
            let (share, levels) = cells.split_once('\t').expect("two cells");
            let share: f32 = share.parse().expect("a number");
            assert!((bits(token) - (1e9 / share).log2()).abs() < 1e-4, "{token}");
            let lifts = people.lifts(number, cells);
            assert_eq!(levels.len(), CULTURES, "{token}");
            for (lift, level) in lifts.iter().zip(levels.bytes()) {
                let quarters = 4.0 * (lift.log2() + 4.0);
                assert!((quarters - f32::from(level - b'0')).abs() < 1e-3, "{token}");
            }
        }
    }

    #[test]
    fn usual_letters_surprise_less_than_unusual_ones() {
        let bits = |form: &str| letter_bits(form.as_bytes());
        assert!(bits("marina") < bits("mzrqnw"));
        assert!(bits("marina") > 10.0 && bits("") > 0.0);
    }

    #[test]
    fn few_names_begin_with_a_rare_letter() {
        assert!(initial_bits(b'a') < initial_bits(b'd') && initial_bits(b'd') < initial_bits(b'q'));
        assert!(initial_bits(b'q') < initial_bits(b'7'));
    }

    #[test]
    fn common_names_have_few_bits_and_strange_words_the_ceiling() {
        assert!(bits("john") < 10.0);
        assert!((bits("xqzzy") - UNSEEN_BITS).abs() < f32::EPSILON);
        assert!(org_bits("trading") < 7.0);
    }
}
