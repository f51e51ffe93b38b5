//! What somebody can guess who has the shipped tables and no subjects.
//!
//! The function answers whoever asks, so an asker may ask for likely inputs instead of those of its
//! subjects. How far that leads depends on how many inputs are likely: that is counted here.

use rustc_hash::FxHashSet;

use super::names::INITIAL_BITS;
use super::{DatePart, NamePart};
use crate::keys::class::{ClassKey, class_bits};
use crate::rarity::{self, Share};

/// Guesses are counted in steps of a quarter of a bit.
pub const STEPS_A_BIT: f32 = 4.0;

/// Years in which people on a list may be born.
const YEARS: f64 = 80.0;

/// First classes that a word may have.
const FIRSTS: f64 = 10.0;

/// Bits of having but one word as a name: some three in a hundred names on lists do.
pub const ONE_WORD_BITS: f32 = 5.0;

/// How many name parts there are of each number of steps, made of the words that the tables hold.
/// Names of four words and more are left out: they are rarer than all others.
pub fn name_guesses(part: NamePart) -> Vec<f64> {
    let mut words = Vec::new();
    let mut classes = Vec::new();
    let mut seen = FxHashSet::default();
    let count = |counts: &mut Vec<f64>, bits: f32| {
        let step = steps(bits);
        counts.resize(counts.len().max(step + 1), 0.0);
        counts[step] += 1.0;
    };
    rarity::for_each_share(|token, share| {
        if matches!(share, Share::Person(_)) {
            count(&mut words, rarity::bits(token));
            let class = ClassKey::of(token.as_bytes());
            if !class.is_empty() && seen.insert(class) {
                count(&mut classes, class_bits(class));
            }
        }
    });
    let rarer_by = |bits: f32, counts: &[f64]| -> Vec<f64> {
        let none = std::iter::repeat_n(0.0, steps(bits));
        none.chain(counts.iter().copied()).collect()
    };
    match part {
        NamePart::Identifier => Vec::new(),
        NamePart::Pair => unordered::<2>(&classes),
        NamePart::TokenInitial => {
            let beside: Vec<f64> = words.iter().map(|n| n * FIRSTS).collect();
            rarer_by(INITIAL_BITS, &beside)
        }
        NamePart::Letters | NamePart::LettersLess => {
            let one = rarer_by(ONE_WORD_BITS, &words);
            sum(&[one, unordered::<2>(&words), unordered::<3>(&words)])
        }
    }
}

/// How many dates there are to guess beside a name: days of eighty years, or as much of them as the
/// part takes. Who asks may say that its subject lacks the date, and needs not guess it.
pub fn date_guesses(part: DatePart) -> f64 {
    // Month and day in either order: 66 pairs of the 366 are said twice.
    match part {
        DatePart::None | DatePart::Missing => 1.0,
        DatePart::Day => YEARS * 300.0,
        DatePart::Tens => YEARS * 12.0 * 4.0,
        DatePart::MonthDay => 366.0,
        DatePart::Year | DatePart::YearOnly => YEARS,
    }
}

/// Bits in steps, rounded.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bits of names are between 0 and some hundred"
)]
pub fn steps(bits: f32) -> usize {
    (bits.clamp(0.0, 1e4) * STEPS_A_BIT).round() as usize
}

/// Choices of `N` in any order, by the sum of their steps.
fn unordered<const N: usize>(counts: &[f64]) -> Vec<f64> {
    let mut all = counts.to_vec();
    let mut orders = 1.0;
    for chosen in 2..=u32::try_from(N).unwrap_or(u32::MAX) {
        let mut more = vec![0.0; all.len() + counts.len()];
        for (a, x) in all.iter().enumerate() {
            for (b, y) in counts.iter().enumerate() {
                more[a + b] += x * y;
            }
        }
        all = more;
        orders *= f64::from(chosen);
    }
    all.iter().map(|n| n / orders).collect()
}

fn sum(parts: &[Vec<f64>]) -> Vec<f64> {
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let at = |step: usize| parts.iter().filter_map(|part| part.get(step)).sum();
    (0..longest).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_counted_once_for_all_orders() {
        assert_eq!(unordered::<2>(&[0.0, 2.0]), [0.0, 0.0, 2.0, 0.0]);
        let total = |part| name_guesses(part).iter().sum::<f64>();
        let (pairs, words) = (
            total(NamePart::Pair),
            total(NamePart::TokenInitial) / FIRSTS,
        );
        assert!(words > 30_000.0 && pairs > 1e6 && total(NamePart::Letters) > pairs);
        assert!(date_guesses(DatePart::Day) > date_guesses(DatePart::Tens));
    }
}
