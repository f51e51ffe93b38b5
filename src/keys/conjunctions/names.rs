//! What a conjunction takes of a name: a few of its words, and how rare they are together.

use crate::keys::class::ClassKey;
use crate::keys::form::Form;
use crate::keys::prepared::{PreparedName, Token};
use crate::keys::word::Class;
use crate::normalize::Tag;

/// Most joint spellings of the words of one conjunction, likeliest first.
pub(super) const SPELLINGS: usize = 16;

/// Most words of a name that are looked at; pairs grow quadratically.
const WORDS: usize = 8;

/// Bits of a first class beside a word: there are ten classes, some of them rare.
pub(super) const INITIAL_BITS: f32 = 3.0;

/// What is taken of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NamePart {
    /// Nothing of the name, but a document or registration number.
    Identifier = 1,
    /// The class keys of two words, in any order.
    Pair = 2,
    /// A word as it is written, and the first class of another.
    TokenInitial = 3,
    /// The letters of all words, sorted.
    Letters = 4,
    /// The same, and the same without one of them.
    LettersLess = 5,
}

impl NamePart {
    /// Every part.
    pub const ALL: &'static [Self] = &[
        Self::Identifier,
        Self::Pair,
        Self::TokenInitial,
        Self::Letters,
        Self::LettersLess,
    ];

    /// Stable short code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Pair => "pair",
            Self::TokenInitial => "token-initial",
            Self::Letters => "letters",
            Self::LettersLess => "letters-less",
        }
    }

    /// The part of its first byte in an input.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| *part as u8 == byte)
    }

    /// How many components it has.
    pub(super) const fn components(self) -> usize {
        match self {
            Self::Pair | Self::TokenInitial => 2,
            Self::Identifier | Self::Letters | Self::LettersLess => 1,
        }
    }
}

/// What a name gives a name part: components and how rare they are together.
pub(super) struct Piece {
    /// Components, each behind a byte of length.
    pub(super) bytes: Vec<u8>,
    /// How surprising it is that an unrelated name has them.
    pub(super) bits: f32,
}

impl Piece {
    fn new(components: &[&[u8]], bits: f32) -> Self {
        let mut bytes = Vec::with_capacity(24);
        for component in components {
            put(&mut bytes, component);
        }
        Self { bytes, bits }
    }

    /// Components whose order says nothing.
    fn unordered<const N: usize>(mut components: [&[u8]; N], bits: f32) -> Self {
        components.sort_unstable();
        Self::new(&components, bits)
    }
}

/// A component behind its length. No component is longer than 255 bytes: eight forms of 31.
pub(super) fn put(bytes: &mut Vec<u8>, component: &[u8]) {
    let length = u8::try_from(component.len()).unwrap_or(u8::MAX);
    bytes.push(length);
    bytes.extend_from_slice(&component[..usize::from(length)]);
}

/// A word of a name as conjunctions see it.
struct Word<'a> {
    token: &'a Token,
    /// Class keys, likeliest first.
    classes: &'a [Class],
    /// Its first classes, each once: of its first letter, which need not be its first sound, then
    /// those of its class keys.
    firsts: Vec<[u8; 1]>,
}

/// The words of a name, taken once for all its conjunctions.
pub(super) struct Words<'a> {
    all: Vec<Word<'a>>,
    /// Spellings of the whole name where it was written in one run.
    run: &'a [Form],
}

impl<'a> Words<'a> {
    pub(super) fn of(name: &'a PreparedName) -> Self {
        let words = name
            .tokens
            .iter()
            .filter(|t| t.is_core() || t.tag == Tag::Initial);
        let all = words.take(WORDS).map(|token| {
            let classes = token.classes();
            let taken = if token.is_foreign() { 8 } else { 3 };
            let classes = &classes[..classes.len().min(taken)];
            let letter = token.form().as_bytes().get(..1).map(ClassKey::of);
            let mut firsts: Vec<[u8; 1]> = Vec::with_capacity(2);
            for class in letter.into_iter().chain(classes.iter().map(|c| c.key)) {
                let first = [class.first()];
                if !firsts.contains(&first) {
                    firsts.push(first);
                }
            }
            Word {
                token,
                classes,
                firsts,
            }
        });
        Self {
            all: all.collect(),
            run: &name.run,
        }
    }

    /// What a part takes of the name, each once, likeliest spellings first. The number is that of joint
    /// spellings that were left out.
    pub(super) fn pieces(&self, part: NamePart) -> (Vec<Piece>, u32) {
        let mut out = Collector::default();
        match part {
            NamePart::Identifier => {}
            NamePart::Pair => self.pairs(&mut out),
            NamePart::TokenInitial => self.token_initials(&mut out),
            NamePart::Letters => self.letters(&mut out, false),
            NamePart::LettersLess => self.letters(&mut out, true),
        }
        (out.pieces, out.left_out)
    }

    /// Words that are more than an initial.
    fn full(&self) -> impl Iterator<Item = &Word<'a>> + Clone {
        self.all.iter().filter(|w| w.token.tag != Tag::Initial)
    }

    /// Pairs of words that say who it is: not both common words of organisations.
    fn couples(&self) -> impl Iterator<Item = (&Word<'a>, &Word<'a>)> {
        let numbered = || self.full().enumerate();
        numbered().flat_map(move |(i, a)| {
            let others = numbered().skip(i + 1).map(move |(_, b)| (a, b));
            others.filter(|(a, b)| !(is_descriptor(a) && is_descriptor(b)))
        })
    }

    fn pairs(&self, out: &mut Collector) {
        for (a, b) in self.couples() {
            out.joint(&[a.classes, b.classes], |c| {
                let keys = [c[0].key.0.to_be_bytes(), c[1].key.0.to_be_bytes()];
                Piece::unordered([&keys[0], &keys[1]], c[0].bits + c[1].bits)
            });
        }
    }

    /// Each full word with each other word.
    fn beside(&self) -> impl Iterator<Item = (&Word<'a>, &Word<'a>)> {
        self.full().filter(|w| !is_descriptor(w)).flat_map(|full| {
            let others = self
                .all
                .iter()
                .filter(move |other| !std::ptr::eq(*other, full));
            others.map(move |other| (full, other))
        })
    }

    fn token_initials(&self, out: &mut Collector) {
        for (full, other) in self.beside() {
            for first in &other.firsts {
                let bits = full.token.bits + INITIAL_BITS;
                out.joint(&[full.token.forms()], |f| {
                    Piece::new(&[f[0].as_bytes(), first], bits)
                });
            }
        }
    }

    fn letters(&self, out: &mut Collector, less: bool) {
        let bits = self.full().map(|w| w.token.bits).sum();
        let forms: Vec<&[Form]> = self.full().map(|w| w.token.forms()).collect();
        let emit = |out: &mut Collector, forms: &[&Form]| {
            let mut letters: Vec<u8> = forms.iter().flat_map(|f| f.as_bytes()).copied().collect();
            letters.sort_unstable();
            without_one(&letters, less, |letters| {
                out.push(Piece::new(&[letters], bits));
            });
        };
        for spelling in self.run.iter().take(SPELLINGS) {
            emit(out, &[spelling]);
        }
        out.left_out += best(&forms, |forms| emit(&mut *out, forms));
    }
}

fn is_descriptor(word: &Word<'_>) -> bool {
    word.token.tag == Tag::Descriptor
}

/// Sorted symbols, and if asked for the same without one of each kind.
fn without_one(symbols: &[u8], less: bool, mut see: impl FnMut(&[u8])) {
    see(symbols);
    for run in symbols.chunk_by(|a, b| a == b).filter(|_| less) {
        let mut rest = symbols.to_vec();
        let first = rest.partition_point(|symbol| *symbol < run[0]);
        rest.remove(first);
        see(&rest);
    }
}

/// Pieces, each once, in the order of their likelihood.
#[derive(Default)]
struct Collector {
    pieces: Vec<Piece>,
    left_out: u32,
}

impl Collector {
    fn push(&mut self, piece: Piece) {
        if self.pieces.iter().all(|p| p.bytes != piece.bytes) {
            self.pieces.push(piece);
        }
    }

    /// A piece for each joint choice of alternatives.
    fn joint<T>(&mut self, alternatives: &[&[T]], piece: impl Fn(&[&T]) -> Piece) {
        self.left_out += best(alternatives, |chosen| self.push(piece(chosen)));
    }
}

/// The [`SPELLINGS`] likeliest joint choices of one alternative each, those whose ranks add up to
/// less before others. Returns how many there are besides.
fn best<T>(alternatives: &[&[T]], mut see: impl FnMut(&[&T])) -> u32 {
    let count = alternatives
        .iter()
        .map(|a| a.len())
        .fold(1, usize::saturating_mul);
    if alternatives.is_empty() || count == 0 {
        return 0;
    }
    let highest: usize = alternatives.iter().map(|a| a.len() - 1).sum();
    let mut room = SPELLINGS;
    let mut chosen = Vec::with_capacity(alternatives.len());
    for sum in 0..=highest {
        choose(alternatives, sum, &mut chosen, &mut room, &mut see);
        if room == 0 {
            break;
        }
    }
    u32::try_from(count.saturating_sub(SPELLINGS)).unwrap_or(u32::MAX)
}

/// Every choice whose ranks add up to `sum`, as long as there is room.
fn choose<'a, T>(
    alternatives: &[&'a [T]],
    sum: usize,
    chosen: &mut Vec<&'a T>,
    room: &mut usize,
    see: &mut impl FnMut(&[&T]),
) {
    let Some((first, rest)) = alternatives.split_first() else {
        if sum == 0 && *room > 0 {
            *room -= 1;
            see(chosen);
        }
        return;
    };
    let others: usize = rest.iter().map(|a| a.len() - 1).sum();
    let least = sum.saturating_sub(others);
    for (rank, alternative) in first.iter().enumerate().take(sum + 1).skip(least) {
        if *room == 0 {
            return;
        }
        chosen.push(alternative);
        choose(rest, sum - rank, chosen, room, see);
        chosen.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_joint_choices_come_first_and_the_others_are_counted() {
        let (a, b) = ([0, 1, 2], [0, 10]);
        let mut seen = Vec::new();
        assert_eq!(best(&[&a[..], &b], |c| seen.push(c[0] + c[1])), 0);
        assert_eq!(seen, [0, 10, 1, 11, 2, 12]);
        let many = [0; 8];
        let mut count = 0;
        assert_eq!(best(&[&many[..], &many], |_| count += 1), 48);
        assert_eq!(count, SPELLINGS);
        assert_eq!(best::<u8>(&[&[], &[1]], |_| count += 1), 0);
        assert_eq!(count, SPELLINGS);
    }

    #[test]
    fn one_symbol_of_each_kind_is_left_out() {
        let mut seen = Vec::new();
        without_one(b"aabz", true, |s| seen.push(s.to_vec()));
        assert_eq!(seen, [&b"aabz"[..], b"abz", b"aaz", b"aab"]);
    }
}
