//! Outlines: as much of a name as a quick look needs to see that two names cannot agree.
//!
//! An outline is 16 bytes and stands beside its neighbours in memory; the tokens themselves are
//! opened only where the outlines leave room for agreement.

use crate::keys::form::Form;
use crate::keys::kin::Kin;
use crate::keys::prepared::{COMPARED_TOKENS, Join, Token};
use crate::normalize::Tag;

/// The letters of a form as a set: the first and the second occurrence of each letter have a bit of
/// their own, digits share one each. One edit changes at most two bits.
pub(crate) fn letters(form: &[u8]) -> u64 {
    form.iter().fold(0, |set, byte| match byte {
        b'a'..=b'z' => {
            let first = 1 << (byte - b'a');
            set | if set & first == 0 { first } else { first << 26 }
        }
        _ => set | 1 << (52 + byte % 12),
    })
}

/// What a quick look sees of a token or of joined neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// The letters of the form: a bit for the first and one for the second of each.
    pub letters: u64,
    /// Rarity, in bits.
    pub bits: f32,
    /// The tokens it stands for, one bit each.
    pub tokens: u16,
    /// Length of the form, 1 to 31 bytes.
    pub len: u8,
    /// How it is compared.
    pub look: Look,
}

/// How an outline is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The sound form of a token.
    Sound,
    /// The same, of a script that writes no short vowels.
    Abjad,
    /// The sound form of a token whose script has been learned.
    Learned,
    /// The same, of a script that writes no short vowels.
    LearnedAbjad,
    /// A title, a particle, a suffix.
    Minor,
    /// An initial: fits any form that begins with it.
    Initial,
    /// The sound form of a whole token, or of joined neighbours.
    Written,
}

/// A token that is a form of a known name.
#[derive(Clone, Copy, Debug)]
pub struct Relative {
    /// The names.
    pub kin: Kin,
    /// The token, one bit.
    pub tokens: u16,
    /// Rarity, in bits.
    pub bits: f32,
}

/// The outlines of a name, side by side in memory.
#[derive(Clone, Debug)]
pub struct Outlines {
    all: Box<[Outline]>,
    wholes_from: u8,
    joins_from: u8,
    relatives: Box<[Relative]>,
    /// Tokens whose lack of a partner is a full conflict, one bit each.
    pub full: u16,
    /// Some token weighs less than others when it lacks a partner: an initial, a descriptive word.
    pub has_light: bool,
}

/// Shortest token that may be two joined neighbours, in bytes.
const SHORTEST_WHOLE: usize = 4;

impl Outlines {
    /// **Shape**: at most [`COMPARED_TOKENS`] tokens of at most 8 forms.
    pub(crate) fn new(tokens: &[Token], joins: &[Join]) -> Self {
        let numbered = || {
            tokens
                .iter()
                .zip((0..COMPARED_TOKENS).map(|at| 1_u16 << at))
        };
        let outline = |form: &Form, bits, tokens, look| Outline {
            letters: letters(form.as_bytes()),
            bits,
            tokens,
            len: form.byte_len(),
            look,
        };
        let mut all: Vec<Outline> = Vec::new();
        for (token, at) in numbered().filter(|(t, _)| t.tag != Tag::OrgForm) {
            let look = match token.tag {
                Tag::Initial => Look::Initial,
                _ if !token.is_core() => Look::Minor,
                _ if token.native.is_some() && token.is_abjad => Look::LearnedAbjad,
                _ if token.native.is_some() => Look::Learned,
                _ if token.is_abjad => Look::Abjad,
                _ => Look::Sound,
            };
            let from = all.len();
            for form in token.sounds() {
                let seen = outline(form, token.bits, at, look);
                let is_new = |o: &Outline| (o.letters, o.len) != (seen.letters, seen.len);
                if all[from..].iter().all(is_new) {
                    all.push(seen);
                }
            }
        }
        let wholes_from = all.len();
        let wholes = numbered().filter(|(t, _)| t.is_core() && t.form().len() >= SHORTEST_WHOLE);
        all.extend(wholes.map(|(t, at)| outline(&t.sounds()[0], t.bits, at, Look::Written)));
        let joins_from = all.len();
        all.extend(joins.iter().map(|j| {
            let span = ((1 << j.len) - 1) << j.start;
            let look = if j.is_run {
                Look::Learned
            } else {
                Look::Written
            };
            outline(&j.sound, j.bits, span, look)
        }));
        // At most 80 sounds, 16 wholes.
        let place = |at| u8::try_from(at).unwrap_or(u8::MAX);
        Self {
            all: all.into(),
            wholes_from: place(wholes_from),
            joins_from: place(joins_from),
            relatives: numbered()
                .filter(|(t, _)| t.tag == Tag::Word && !t.kin.is_empty())
                .map(|(t, tokens)| Relative {
                    kin: t.kin,
                    tokens,
                    bits: t.bits,
                })
                .collect(),
            full: numbered()
                .filter(|(t, _)| t.is_core() && t.tag != Tag::Descriptor)
                .fold(0, |set, (_, at)| set | at),
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

    /// Tokens that are forms of known names.
    pub fn relatives(&self) -> &[Relative] {
        &self.relatives
    }

    /// Joined neighbours, in the order of [`crate::keys::PreparedName::joins`].
    pub fn joins(&self) -> &[Outline] {
        &self.all[usize::from(self.joins_from)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_to_two() {
        assert_eq!(letters(b"anna").count_ones(), 4);
        assert_eq!(letters(b"annaa"), letters(b"naan"));
        assert_ne!(letters(b"ana"), letters(b"anna"));
        assert_eq!(letters(b"7").count_ones(), 1);
    }

    #[test]
    fn one_edit_changes_at_most_two_bits() {
        for (a, b) in [
            ("anna", "anno"),
            ("ab", "b"),
            ("omar", "omra"),
            ("x1", "x2"),
        ] {
            let apart = letters(a.as_bytes()) ^ letters(b.as_bytes());
            assert!(apart.count_ones() <= 2, "{a} {b}");
        }
    }
}
