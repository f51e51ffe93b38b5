//! String kernels of the hot loop: bit-parallel edit distance and weighted sound distance.
//! `tests/it/reference` holds the naive twins; `strsim` is the one of the first.

use std::sync::LazyLock;

use crate::keys::LetterSet;

/// Optimal string alignment distance (insert, delete, substitute, swap neighbours) of two strings
/// of at most 64 bytes of `[a-z0-9]` each; longer ones are cut to 64.
///
/// **Cost**: O(length of `b`), one machine word a step. **Source**: Hyyrö, "A bit-vector algorithm
/// for computing Levenshtein and Damerau edit distances", Nordic Journal of Computing 10 (2003).
pub fn osa_distance(a: &[u8], b: &[u8]) -> u32 {
    let mut edits = Edits::new();
    edits.note(a);
    edits.to(b)
}

/// The places of the letters of a string, from which its [`osa_distance`] to others is worked out.
pub(super) struct Edits<'a> {
    of: &'a [u8],
    positions: [u64; 64],
}

impl<'a> Edits<'a> {
    /// Those of the empty string.
    pub(super) fn new() -> Self {
        Self {
            of: &[],
            positions: [0; 64],
        }
    }

    /// Notes the places of the first 64 letters of a string, in place of those of another one.
    pub(super) fn note(&mut self, a: &'a [u8]) {
        for byte in self.of {
            self.positions[usize::from(*byte & 63)] = 0;
        }
        self.of = &a[..a.len().min(64)];
        for (i, byte) in self.of.iter().enumerate() {
            self.positions[usize::from(*byte & 63)] |= 1 << i;
        }
    }

    /// The distance to another string.
    pub(super) fn to(&self, b: &[u8]) -> u32 {
        let b = &b[..b.len().min(64)];
        let narrow = |len: usize| u32::try_from(len).unwrap_or(64);
        let len = self.of.len();
        if len == 0 || b.is_empty() {
            return narrow(len.max(b.len()));
        }
        let top = 1_u64 << (len - 1);
        let (mut vp, mut vn, mut d0, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
        let mut distance = narrow(len);
        for byte in b {
            let pm = self.positions[usize::from(*byte & 63)];
            let swaps = ((!d0 & pm) << 1) & before;
            d0 = ((pm & vp).wrapping_add(vp) ^ vp) | pm | vn | swaps;
            let hp = vn | !(d0 | vp);
            let hn = d0 & vp;
            distance = distance + u32::from(hp & top != 0) - u32::from(hn & top != 0);
            let shifted = (hp << 1) | 1;
            vp = (hn << 1) | !(d0 | shifted);
            vn = d0 & shifted;
            before = pm;
        }
        distance
    }
}

/// Longest sound form, in bytes.
const LONGEST: usize = 31;

/// A form and whether its script leaves out short vowels.
type Written<'a> = (&'a [u8], bool);

/// Share of its usual cost that a vowel costs where the other script does not write it.
const UNWRITTEN: f32 = 0.25;

/// Weighted edit distance of two sound forms (see `sounds.tsv`): a whole consonant costs 1; vowels,
/// `h` and letters that stand for each other in romanisation cost less. A form marked `abjad`
/// comes from a script without short vowels: vowels that it lacks are almost free.
///
/// Longer forms are cut to 31 bytes. **Cost**: O(n·m).
pub fn sound_distance(a: &[u8], a_is_abjad: bool, b: &[u8], b_is_abjad: bool) -> f32 {
    weighted_distance(&COSTS, (a, a_is_abjad), (b, b_is_abjad))
}

/// How often two names that tables hold are spellings of one, in halvings, going by the changes of letters
/// between their sound forms (see `changes.tsv`): 2 to the power of minus this is the share of their
/// bits that they keep.
///
/// As [`sound_distance`] otherwise, for scripts with vowels.
pub(super) fn known_distance(a: &[u8], b: &[u8]) -> f32 {
    weighted_distance(&KNOWN, (a, false), (b, false))
}

/// The least sum of the costs of edits that bring one form to the other.
fn weighted_distance(
    costs: &Costs,
    (a, a_is_abjad): Written<'_>,
    (b, b_is_abjad): Written<'_>,
) -> f32 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    // A letter of `a` without partner in `b`, and the other way round.
    let gap = |letter: u8, unwritten: bool| {
        let cost = costs.gap[slot(letter)];
        if unwritten && is_vowel(letter) {
            cost * UNWRITTEN
        } else {
            cost
        }
    };
    let mut rows = [[0.0_f32; LONGEST + 1]; 3];
    for (j, y) in b.iter().enumerate() {
        rows[0][j + 1] = rows[0][j] + gap(*y, a_is_abjad);
    }
    for (i, x) in a.iter().enumerate() {
        let (up, here, up_two) = (i % 3, (i + 1) % 3, (i + 2) % 3);
        let drop_x = gap(*x, b_is_abjad);
        let substitute = &costs.substitute[slot(*x)];
        rows[here][0] = rows[up][0] + drop_x;
        for (j, y) in b.iter().enumerate() {
            let mut best = (rows[up][j] + substitute[slot(*y)])
                .min(rows[up][j + 1] + drop_x)
                .min(rows[here][j] + gap(*y, a_is_abjad));
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y && x != y {
                best = best.min(rows[up_two][j - 1] + costs.swap);
            }
            rows[here][j + 1] = best;
        }
    }
    rows[a.len() % 3][b.len()]
}

/// [`sound_distance`] of two forms, at least: from the letters that only one of them has, as
/// [`LetterSet::apart`] says, and the difference of their lengths. An edit brings about two of these
/// letters at most, and costs no less than the cheapest edit of either.
///
/// **Cost**: a few machine words.
pub(crate) fn least_distance(a: LetterSet, b: LetterSet, is_abjad: bool) -> f32 {
    LEAST.between(a, b, is_abjad)
}

/// [`known_distance`] of two forms, at least.
pub(super) fn least_known_distance(a: LetterSet, b: LetterSet) -> f32 {
    LEAST_KNOWN.between(a, b, false)
}

/// A count of bits as a number of any kind.
fn small(count: u32) -> f32 {
    f32::from(u8::try_from(count).unwrap_or(64))
}

/// What letters cost at least.
struct Least {
    /// Letters of which every edit costs at least the sum of the steps up to here, one bit each.
    levels: [(u64, f32); LEVELS],
    vowels: u64,
    /// The cheapest gap.
    gap: f32,
}

/// Costs at which the letters are told apart.
const LEVELS: usize = 4;

static LEAST: LazyLock<Least> = LazyLock::new(|| Least::new(&COSTS, [0.2, 0.3, 0.42, 0.6]));
static LEAST_KNOWN: LazyLock<Least> = LazyLock::new(|| Least::new(&KNOWN, [0.4, 0.6, 1.2, 2.4]));

impl Least {
    /// **Shape**: any rising levels will do.
    fn new(costs: &Costs, levels: [f32; LEVELS]) -> Self {
        let cheapest = |slot: usize| {
            let others = (1..SLOTS).filter(|other| *other != slot);
            let substitutes = others.map(|other| costs.substitute[slot][other]);
            substitutes.fold(costs.gap[slot], f32::min)
        };
        let letters = |fits: &dyn Fn(u8) -> bool| {
            let bits = (0..64).filter(|bit| LetterSet::letter(*bit).is_some_and(fits));
            bits.fold(0, |set, bit| set | 1 << bit)
        };
        let mut before = 0.0;
        Self {
            levels: levels.map(|level| {
                let step = level - std::mem::replace(&mut before, level);
                (letters(&|letter| cheapest(slot(letter)) >= level), step)
            }),
            vowels: letters(&is_vowel),
            gap: costs.gap[1..].iter().copied().fold(f32::MAX, f32::min),
        }
    }

    fn between(&self, a: LetterSet, b: LetterSet, is_abjad: bool) -> f32 {
        let apart = a.apart(b);
        let (apart, gaps) = if is_abjad {
            (apart & !self.vowels, 0)
        } else {
            (apart, a.form_len().abs_diff(b.form_len()))
        };
        let levels = self.levels.iter();
        let halves: f32 = levels
            .map(|(letters, step)| step * small((apart & letters).count_ones()))
            .sum();
        (halves / 2.0).max(self.gap * f32::from(gaps))
    }
}

const SLOTS: usize = 37;

/// Letters 1 to 26, digits 27 to 36, anything else 0.
fn slot(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a') + 1,
        b'0'..=b'9' => usize::from(byte - b'0') + 27,
        _ => 0,
    }
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

struct Costs {
    gap: [f32; SLOTS],
    substitute: [[f32; SLOTS]; SLOTS],
    /// Of swapping two neighbours.
    swap: f32,
}

static COSTS: LazyLock<Costs> = LazyLock::new(|| {
    let unlisted = 1.0;
    Costs::read(include_str!("sounds.tsv"), unlisted, 0.7, |cost| cost)
});

static KNOWN: LazyLock<Costs> = LazyLock::new(|| {
    let unlisted = -LEAST_SHARE.log2();
    let cost = |share: f32| -share.log2();
    Costs::read(include_str!("changes.tsv"), unlisted, unlisted, cost)
});

/// Share of their bits that two known names keep where a change tells them apart that `changes.tsv` does
/// not list.
pub(crate) const LEAST_SHARE: f32 = 0.02;

impl Costs {
    /// Reads rows of a letter, another one or `-` for none, and a figure.
    fn read(table: &str, unlisted: f32, swap: f32, cost: fn(f32) -> f32) -> Self {
        let mut costs = Self {
            gap: [unlisted; SLOTS],
            substitute: [[unlisted; SLOTS]; SLOTS],
            swap,
        };
        for i in 0..SLOTS {
            costs.substitute[i][i] = 0.0;
        }
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let mut letter = || cells.next()?.bytes().next();
            let (Some(x), Some(y)) = (letter(), letter()) else {
                continue;
            };
            let figure = cells.next().and_then(|f| f.parse().ok());
            let cost = figure.map_or(unlisted, cost);
            if y == b'-' {
                costs.gap[slot(x)] = cost;
            } else {
                costs.substitute[slot(x)][slot(y)] = cost;
                costs.substitute[slot(y)][slot(x)] = cost;
            }
        }
        costs
    }
}

#[cfg(test)]
#[allow(
    clippy::float_cmp,
    reason = "the same sums in the same order are the same bits"
)]
mod tests {
    use super::*;
    use crate::keys::Form;

    fn distance(a: &str, b: &str) -> f32 {
        sound_distance(a.as_bytes(), false, b.as_bytes(), false)
    }

    #[test]
    fn the_bit_parallel_distance_is_that_of_strsim() {
        let words = [
            "", "a", "ab", "ba", "mohamed", "muhammad", "ivanov", "vianov", "ca", "abc",
        ];
        for a in words {
            for b in words {
                let naive = strsim::osa_distance(a, b);
                assert_eq!(
                    osa_distance(a.as_bytes(), b.as_bytes()) as usize,
                    naive,
                    "{a} {b}"
                );
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_least_distance_is_never_more_than_the_distance(
            a in "[a-z0-9]{1,12}|[aehijsz]{1,7}",
            b in "[a-z0-9]{1,12}|[aehijsz]{1,7}",
            a_is_abjad: bool,
            b_is_abjad: bool,
        ) {
            let set = |form: &str| LetterSet::of(&Form::new(form));
            let least = least_distance(set(&a), set(&b), a_is_abjad || b_is_abjad);
            let distance = sound_distance(a.as_bytes(), a_is_abjad, b.as_bytes(), b_is_abjad);
            proptest::prop_assert!(least <= distance + 1e-5, "{least} {distance}");
            let least = least_known_distance(set(&a), set(&b));
            let distance = known_distance(a.as_bytes(), b.as_bytes());
            proptest::prop_assert!(least <= distance + 1e-4, "{least} {distance}");
        }
    }

    #[test]
    fn letters_that_sound_like_no_other_count_most() {
        let least = |a: &str, b: &str| {
            let set = |form: &str| LetterSet::of(&Form::new(form));
            least_distance(set(a), set(b), false)
        };
        assert!(least("maria", "mario") < least("maria", "malia"));
        assert!(least("ivan", "ivan") == 0.0 && least("petrov", "lebedin") > 1.0);
    }

    #[test]
    fn vowels_weigh_less_than_consonants() {
        assert_eq!(distance("mohamed", "mohamed"), 0.0);
        assert!(distance("mohamed", "muhamad") < 1.0);
        assert!(distance("bush", "bus") < distance("bus", "bul"));
        assert!(distance("ab", "ba") <= COSTS.swap);
    }

    #[test]
    fn vowels_that_the_script_does_not_write_are_almost_free() {
        let written = distance("mhmd", "mohamed");
        let unwritten = sound_distance(b"mhmd", true, b"mohamed", false);
        assert!(unwritten < written / 2.0);
        assert_eq!(unwritten, sound_distance(b"mohamed", false, b"mhmd", true));
    }
}
