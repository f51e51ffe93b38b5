//! Class keys: a token reduced to its consonant classes, so that spellings of one name meet.
//!
//! `Mohammed`, `Muhamad` and `mhmd` all become `MMD`. Vowels count only at the start.

use std::fmt;
use std::sync::OnceLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::keys::form::Form;
use crate::keys::sound::sound_form;
use crate::rarity::{self, Share};

/// Up to six consonant classes, four bits each, first class in the lowest bits; 0 is the end.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassKey(pub u32);

const LIMIT: u32 = 6;

/// The classes in the order of their numbers, from 1. `A` is a vowel (or `h`, `y`) at the start.
const NAMES: &[u8] = b"APFKSDLMNR0";

const A: u32 = 1;
const P: u32 = 2;
const F: u32 = 3;
const K: u32 = 4;
const S: u32 = 5;
const D: u32 = 6;
const L: u32 = 7;
const M: u32 = 8;
const N: u32 = 9;
const R: u32 = 10;
const DIGIT: u32 = 11;

impl fmt::Debug for ClassKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while rest != 0 {
            let name = NAMES.get((rest & 15) as usize - 1).copied().unwrap_or(b'?');
            write!(f, "{}", char::from(name))?;
            rest >>= 4;
        }
        Ok(())
    }
}

impl ClassKey {
    /// The class key of a Latin form (`[a-z0-9]`).
    pub fn of(form: &[u8]) -> Self {
        Self(Classes::read(form, false).packed)
    }

    /// The class key of a Latin form in another reading, if it has one: `j` as in German, `ch` and
    /// `x` as `kh`, `kh` as `h`, `c` at the end as `ts`. Which language it is, is not known.
    pub fn other_reading(form: &[u8]) -> Option<Self> {
        let key = Classes::read(form, true);
        key.is_other.then_some(Self(key.packed))
    }

    /// The number of its first class, 1 to 15; 0 where there is none.
    pub(crate) fn first(self) -> u8 {
        self.0.to_le_bytes()[0] & 15
    }

    /// The class key of a form whose vowels may have been left out between any two consonants, if they
    /// were all this one: `ssn` for Susan; `ccl` for Cecilia, where it is `e`.
    pub(crate) fn parted(form: &[u8], vowel: u8) -> Self {
        let parted: Vec<u8> = form.iter().flat_map(|b| [*b, vowel]).collect();
        Self::of(&parted)
    }

    /// Its first two classes, the first one in the lower four bits.
    pub(crate) fn beginning(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    /// Its classes in their order.
    pub(crate) fn each(self) -> impl Iterator<Item = u8> {
        (0..self.len()).map(move |at| (self.0 >> (4 * at)).to_le_bytes()[0] & 15)
    }

    /// How many classes it has, 0 to 6.
    pub fn len(self) -> u32 {
        (32 - self.0.leading_zeros()).div_ceil(4)
    }

    /// Whether nothing is left of the token.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Rarity of a class key in bits: of an unrelated name's tokens, one in `2^bits` has it. The smaller
/// of the figures for people and organisations, so that both sides agree whatever kind they state.
///
/// **Range**: 0 to 17; classes that no table token has get 17.
pub(crate) fn class_bits(class: ClassKey) -> f32 {
    shares().whole.get(&class).map_or(RAREST, bits_of)
}

/// The same of the first two classes of a class key ([`ClassKey::beginning`]); 0 where there are none.
pub(crate) fn beginning_bits(beginning: u8) -> f32 {
    if beginning == 0 {
        return 0.0;
    }
    bits_of(&shares().beginnings[usize::from(beginning)])
}

/// Rarity of the first letters of a sound form in bits, as [`class_bits`].
pub(crate) fn prefix_bits(prefix: Prefix) -> f32 {
    prefixes().get(&prefix).map_or(RAREST, bits_of)
}

/// The first four letters of a sound form; of a shorter one all, with zeros behind.
pub(crate) type Prefix = [u8; 4];

/// The prefix of a sound form.
pub(crate) fn prefix_of(sound: &Form) -> Prefix {
    let mut prefix = Prefix::default();
    for (place, letter) in prefix.iter_mut().zip(sound.as_bytes()) {
        *place = *letter;
    }
    prefix
}

/// A share among people and one among organisations, 0 to 1.
type Sums = (f64, f64);

fn add(sums: &mut Sums, share: Share) {
    match share {
        Share::Person(share) => sums.0 += share,
        Share::Organization(share) => sums.1 += share,
    }
}

/// Shares of prefixes: apart, for who makes no keys does not ask.
fn prefixes() -> &'static FxHashMap<Prefix, Sums> {
    static PREFIXES: OnceLock<FxHashMap<Prefix, Sums>> = OnceLock::new();
    PREFIXES.get_or_init(|| {
        let mut all = FxHashMap::with_capacity_and_hasher(CLASSES, FxBuildHasher);
        rarity::for_each_share(|token, share| {
            let prefix = prefix_of(&sound_form(&Form::new(token)));
            add(all.entry(prefix).or_default(), share);
        });
        all
    })
}

/// Shares of class keys and of their beginnings.
struct Shares {
    whole: FxHashMap<ClassKey, Sums>,
    beginnings: [Sums; 256],
}

fn shares() -> &'static Shares {
    static SHARES: OnceLock<Shares> = OnceLock::new();
    SHARES.get_or_init(|| {
        let mut this = Shares {
            whole: FxHashMap::with_capacity_and_hasher(CLASSES, FxBuildHasher),
            beginnings: [(0.0, 0.0); 256],
        };
        rarity::for_each_share(|token, share| {
            let class = ClassKey::of(token.as_bytes());
            add(this.whole.entry(class).or_default(), share);
            let begun = usize::from(class.beginning());
            add(&mut this.beginnings[begun], share);
        });
        this
    })
}

fn bits_of((person, organization): &Sums) -> f32 {
    let bits = -person.max(*organization).max(f64::MIN_POSITIVE).log2();
    narrow(bits.clamp(0.0, f64::from(RAREST)))
}

/// Room for the classes of all tokens.
const CLASSES: usize = 14_000;

#[allow(
    clippy::cast_possible_truncation,
    reason = "0 to 17; tables keep three digits"
)]
fn narrow(bits: f64) -> f32 {
    bits as f32
}

/// Bits of a class that the tables do not know.
const RAREST: f32 = 17.0;

#[derive(Default)]
struct Classes {
    packed: u32,
    count: u32,
    last: u32,
    /// Some letter was read in the other way.
    is_other: bool,
}

impl Classes {
    fn read(form: &[u8], other: bool) -> Self {
        let mut key = Self::default();
        let mut i = 0;
        while i < form.len() {
            let taken = if other { key.other_step(form, i) } else { 0 };
            key.is_other |= taken > 0;
            i += match taken {
                0 => key.step(form, i),
                taken => taken,
            };
        }
        key
    }

    /// Takes a letter or digraph that has another reading; returns how many bytes it took.
    fn other_step(&mut self, form: &[u8], at: usize) -> usize {
        let before = at.checked_sub(1).map(|i| form[i]);
        let (class, taken) = match form[at..] {
            [b'j', ..] => (None, 1),
            [b'k', b'h', ..] => (None, 2),
            [b'c', b'h', ..] if !matches!(before, Some(b's' | b't')) => (Some(K), 2),
            [b'x', ..] => (Some(K), 1),
            [b'c'] => (Some(S), 1),
            _ => return 0,
        };
        match class {
            Some(class) => self.push(class),
            None => self.vowel(at == 0),
        }
        taken
    }

    fn vowel(&mut self, at_start: bool) {
        if at_start {
            self.push(A);
        } else {
            // A vowel or h separates equal consonants: `Mehmet` and `mhmd` keep both m.
            self.last = 0;
        }
    }

    fn push(&mut self, class: u32) {
        if class != self.last && self.count < LIMIT {
            self.packed |= class << (4 * self.count);
            self.count += 1;
        }
        self.last = class;
    }

    /// Takes one letter or digraph; returns how many bytes it took.
    fn step(&mut self, form: &[u8], at: usize) -> usize {
        let (rest, at_start) = (&form[at..], at == 0);
        let next = rest.get(1).copied().unwrap_or(0);
        let soft = matches!(next, b'e' | b'i' | b'y');
        let (class, taken) = match (rest[0], next) {
            (b'p', b'h') => (F, 2),
            (b'd', b's') if rest.starts_with(b"dsch") => (S, 4),
            (b't', b'x') => (S, 2),
            (b's' | b'c', b'h' | b'z')
            | (b'z', b'h')
            | (b't', b's' | b'z')
            | (b'd', b'j' | b'z') => (S, if rest.starts_with(b"tsch") { 4 } else { 2 }),
            (b't', b'c') if rest.get(2) == Some(&b'h') => (S, 3),
            (b'c', b'k') => (K, 2),
            (b'c', _) if soft => (S, 1),
            (b'x', _) => {
                self.push(K);
                (S, 1)
            }
            (b'o', b'u') if matches!(rest.get(2), Some(b'a' | b'e' | b'i')) && at_start => (F, 2),
            (b'b' | b'p', _) => (P, 1),
            (b'f' | b'v', _) => (F, 1),
            // `-owski` is the Polish and German spelling of `-ovskiy`; `Brown` is no `Brovn`.
            (b'w', _) if rest.starts_with(b"wsk") => (F, 1),
            (b'w', n) if at_start || is_vowel(n) => (F, 1),
            // So is `-ow`; short names are English or Chinese.
            (b'w', 0) if at > 3 => (F, 1),
            (b'k' | b'q' | b'g' | b'c', _) => (K, 1),
            (b's' | b'z' | b'j', _) => (S, 1),
            (b'd' | b't', _) => (D, 1),
            (b'l', _) => (L, 1),
            (b'm', _) => (M, 1),
            (b'n', _) => (N, 1),
            (b'r', _) => (R, 1),
            (digit, _) if digit.is_ascii_digit() => {
                // Two digits that are the same in a row still count twice.
                self.last = 0;
                self.push(DIGIT);
                self.last = 0;
                return 1;
            }
            _ => {
                self.vowel(at_start);
                return 1;
            }
        };
        self.push(class);
        taken
    }
}

pub(super) fn is_vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(forms: &[&str], expected: &str) {
        for form in forms {
            assert_eq!(
                format!("{:?}", ClassKey::of(form.as_bytes())),
                expected,
                "{form}"
            );
        }
    }

    #[test]
    fn spellings_of_one_name_share_their_class_key() {
        check(&["mohammed", "muhamad", "mohamed", "mhmd"], "MMD");
        check(&["hussein", "husayn", "usein", "hsyn"], "ASN");
        check(&["yevgeny", "evgeniy", "ievgueni"], "AFKN");
        check(&["gaddafi", "qadhafi", "kadafi", "khadafy"], "KDF");
        check(&["chaykovskiy", "tschaikowski", "tchaikovsky"], "SKFSK");
        check(&["aleksandr", "alexander"], "ALKSND");
        check(&["wladimir", "vladimir"], "FLDMR");
        check(&["7", "3"], "0");
        check(&["abramow", "abramov"], "APRMF");
        check(&["abadschjan", "abajjan"], "APSN");
    }

    #[test]
    fn letters_of_several_sounds_have_another_reading() {
        for (a, b) in [
            ("abdullajev", "abdullayev"),
            ("juri", "yuri"),
            ("ahmet", "akhmet"),
            ("achanov", "akhanov"),
            ("axmed", "akhmed"),
            ("abramec", "abramets"),
        ] {
            let keys = |form: &str| {
                let form = form.as_bytes();
                [Some(ClassKey::of(form)), ClassKey::other_reading(form)]
            };
            let theirs = keys(b);
            assert!(
                keys(a).iter().flatten().any(|k| theirs.contains(&Some(*k))),
                "{a} {b}"
            );
        }
        assert_eq!(ClassKey::other_reading(b"maria"), None);
    }
}
