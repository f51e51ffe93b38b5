//! Outlines: as much of a name as a quick look needs to see that two names cannot agree.
//!
//! The outlines of a name stand side by side in memory; the tokens themselves are opened only where
//! the outlines leave room for agreement.

use crate::keys::form::Form;
use crate::keys::prepared::{COMPARED_TOKENS, Join, Token};
use crate::normalize::Tag;

/// The letters of a form as a set, and how many it has. The first and the second occurrence of each
/// letter have a bit of their own, digits share one each. One edit changes at most two bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LetterSet {
    letters: u64,
    /// Length of the form, 1 to 31 bytes.
    len: u8,
}

impl LetterSet {
    pub(crate) fn of(form: &Form) -> Self {
        let letters = form.as_bytes().iter().fold(0, |set, byte| match byte {
            b'a'..=b'z' => {
                let first = 1 << (byte - b'a');
                set | if set & first == 0 { first } else { first << 26 }
            }
            _ => set | 1 << (52 + byte % 12),
        });
        Self {
            letters,
            len: form.byte_len(),
        }
    }

    /// Edits between the two forms, at least.
    pub fn least_edits(self, other: Self) -> u32 {
        let apart = (self.letters ^ other.letters).count_ones().div_ceil(2);
        apart.max(u32::from(self.len.abs_diff(other.len)))
    }

    /// Whether the form may be the beginning of another one.
    pub fn may_begin(self, other: Self) -> bool {
        self.len < other.len && self.letters & !other.letters == 0
    }

    /// Length of the form, 1 to 31 bytes.
    pub fn form_len(self) -> u8 {
        self.len
    }

    /// The longer of the two, in bytes.
    pub fn longest(self, other: Self) -> u8 {
        self.len.max(other.len)
    }
}

/// What a quick look sees of a token or of joined neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// The letters of the form.
    pub set: LetterSet,
    /// How it is compared.
    pub look: Look,
    /// First token it stands for.
    pub start: u8,
    /// Number of tokens it stands for.
    pub len: u8,
    /// No short vowels are written.
    pub is_abjad: bool,
    /// Rarity, in bits.
    pub bits: f32,
    /// Marks of the names of which it is a form: two that are forms of one name share one.
    pub kin: u64,
}

impl Outline {
    /// The tokens it stands for, one bit each.
    pub fn tokens(&self) -> u16 {
        ((1 << self.len) - 1) << self.start
    }
}

/// How an outline is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The form of a token, or of joined neighbours.
    Form,
    /// An initial: fits any form that begins with it.
    Initial,
    /// A whole name, written in one run: fits any name.
    Run,
}

/// The outlines of a name, side by side in memory.
#[derive(Clone, Debug)]
pub struct Outlines {
    all: Box<[Outline]>,
    wholes_from: u8,
    joins_from: u8,
    /// Tokens whose lack of a partner is a full conflict, one bit each.
    pub full: u16,
    /// Rows of the table of words that exclude each other that the name has a word of, one bit each.
    pub choices: u32,
    /// Some token weighs less than others when it lacks a partner: an initial, a descriptive word.
    pub has_light: bool,
}

/// Shortest token that may be two joined neighbours, in bytes.
const SHORTEST_WHOLE: usize = 4;

impl Outlines {
    /// **Shape**: at most [`COMPARED_TOKENS`] tokens of at most 8 forms.
    pub(crate) fn new(tokens: &[Token], joins: &[Join]) -> Self {
        let numbered = || tokens.iter().zip(0_u8..);
        let outline = |set, bits, start, len, look| Outline {
            set,
            look,
            start,
            len,
            is_abjad: false,
            bits,
            kin: 0,
        };
        let mut all: Vec<Outline> = Vec::with_capacity(2 * tokens.len() + joins.len());
        for (token, at) in numbered().filter(|(t, _)| t.tag != Tag::OrgForm) {
            let look = match token.tag {
                Tag::Initial => Look::Initial,
                _ => Look::Form,
            };
            let sets = token.sound_sets().iter();
            let kin = token.kin.marks();
            all.extend(sets.map(|set| Outline {
                kin,
                is_abjad: token.is_abjad,
                ..outline(*set, token.bits, at, 1, look)
            }));
        }
        let wholes_from = all.len();
        let wholes = numbered().filter(|(t, _)| t.is_core() && t.form().len() >= SHORTEST_WHOLE);
        all.extend(wholes.map(|(t, at)| outline(t.sound_sets()[0], t.bits, at, 1, Look::Form)));
        let joins_from = all.len();
        all.extend(joins.iter().map(|j| {
            let look = if j.is_run { Look::Run } else { Look::Form };
            outline(LetterSet::of(&j.sound), j.bits, j.start, j.len, look)
        }));
        // At most 80 sounds, 16 wholes.
        let place = |at| u8::try_from(at).unwrap_or(u8::MAX);
        Self {
            all: all.into(),
            wholes_from: place(wholes_from),
            joins_from: place(joins_from),
            full: numbered()
                .filter(|(t, _)| t.is_core() && t.tag != Tag::Descriptor)
                .fold(0, |set, (_, at)| set | 1 << at),
            choices: tokens
                .iter()
                .filter_map(|t| t.choice)
                .fold(0, |set, choice| set | choice.mark()),
            has_light: tokens
                .iter()
                .any(|t| matches!(t.tag, Tag::Initial | Tag::Descriptor)),
        }
    }

    /// The sound forms of every token but legal forms; one for those of equal letters and length.
    pub fn sounds(&self) -> &[Outline] {
        &self.all[..usize::from(self.wholes_from)]
    }

    /// Sound forms of the tokens that joined neighbours of another name may be.
    pub fn wholes(&self) -> &[Outline] {
        &self.all[usize::from(self.wholes_from)..usize::from(self.joins_from)]
    }

    /// Joined neighbours, in the order of [`crate::keys::PreparedName::joins`].
    pub fn joins(&self) -> &[Outline] {
        &self.all[usize::from(self.joins_from)..]
    }
}

const _: () = assert!(COMPARED_TOKENS <= 16, "tokens are bits of a u16");

#[cfg(test)]
mod tests {
    use super::*;

    fn set(form: &str) -> LetterSet {
        LetterSet::of(&Form::new(form))
    }

    #[test]
    fn letters_count_to_two() {
        assert_eq!(set("anna").letters.count_ones(), 4);
        assert_eq!(set("annaa").letters, set("naan").letters);
        assert_ne!(set("ana").letters, set("anna").letters);
        assert_eq!(set("7").letters.count_ones(), 1);
    }

    proptest::proptest! {
        #[test]
        fn the_least_edits_are_never_more_than_the_edits(
            a in "[a-e17]{0,9}",
            b in "[a-e17]{0,9}",
        ) {
            let edits = strsim::osa_distance(&a, &b);
            proptest::prop_assert!(set(&a).least_edits(set(&b)) as usize <= edits);
        }
    }
}
