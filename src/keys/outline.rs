//! Outlines: as much of a record as a quick look needs to see that it cannot agree with another one.
//!
//! The outlines of all names of a record stand side by side in memory; the tokens themselves are
//! opened only where the outlines leave room for agreement.

use crate::keys::form::Form;
use crate::keys::prepared::{COMPARED_TOKENS, PreparedName, Token};
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

    /// The letters that the one form has and the other lacks, one bit each.
    pub fn apart(self, other: Self) -> u64 {
        self.letters ^ other.letters
    }

    /// The letter or digit that a bit of [`LetterSet::apart`] stands for; `None` for those of no letter.
    pub fn letter(bit: u8) -> Option<u8> {
        match bit {
            0..26 => Some(b'a' + bit),
            26..52 => Some(b'a' + bit - 26),
            52..62 => Some(b'0' + bit - 52),
            _ => None,
        }
    }

    /// Edits between the two forms, at least.
    pub fn least_edits(self, other: Self) -> u32 {
        let apart = self.apart(other).count_ones().div_ceil(2);
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

/// What a quick look sees of a token or of joined neighbours. 32 bytes: two to a cache line.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    letters: u64,
    /// Marks of the names of which it is a form: two that are forms of one name share one.
    pub kin: u64,
    /// Rarity, in bits.
    pub bits: f32,
    /// First letters of the forms of a token, one bit each: the initials that it may have.
    pub begins: u32,
    /// [`Word::number`](crate::keys::Word) of a token.
    pub word: u32,
    /// Length of the form, 1 to 31, and what [`Outline::ABJAD`] and its neighbours say.
    shape: u8,
    /// How it is compared.
    pub look: Look,
    /// First token it stands for.
    pub start: u8,
    /// Number of tokens it stands for.
    pub len: u8,
}

impl Outline {
    /// No short vowels are written.
    const ABJAD: u8 = 1 << 7;
    /// Tables of names hold the word.
    const KNOWN: u8 = 1 << 6;
    /// The word stands in a script that has been learned.
    const NATIVE: u8 = 1 << 5;

    /// The letters of the form.
    pub fn set(&self) -> LetterSet {
        LetterSet {
            letters: self.letters,
            len: self.shape & (Self::NATIVE - 1),
        }
    }

    /// [`Word::is_known`](crate::keys::Word::is_known).
    pub fn is_known(&self) -> bool {
        self.shape & Self::KNOWN != 0
    }

    /// Whether [`Word::native`](crate::keys::Word) is there.
    pub fn is_native(&self) -> bool {
        self.shape & Self::NATIVE != 0
    }

    /// The letters that forms of both tokens begin with; digits as `0`.
    pub fn shared_initials(&self, other: &Self) -> impl Iterator<Item = u8> + use<> {
        let shared = self.begins & other.begins;
        let letters = (b'a'..=b'z').filter(move |l| shared & letter(*l) != 0);
        letters.chain((shared >> 26 != 0).then_some(b'0'))
    }

    /// Whether no short vowels are written.
    pub fn is_abjad(&self) -> bool {
        self.shape & Self::ABJAD != 0
    }

    /// The tokens it stands for, one bit each.
    pub fn tokens(&self) -> u16 {
        token_set(self.start, self.len)
    }

    fn of_token(token: &Token, at: u8, set: LetterSet) -> Self {
        let begins = token.forms().iter().filter_map(|f| f.as_bytes().first());
        let marks = [
            (token.is_abjad, Self::ABJAD),
            (token.is_known(), Self::KNOWN),
            (token.native.is_some(), Self::NATIVE),
        ];
        let marks = marks.iter().filter(|(is_so, _)| *is_so);
        Self {
            letters: set.letters,
            kin: token.kin.marks(),
            bits: token.bits,
            begins: begins.fold(0, |all, first| all | letter(*first)),
            word: token.number(),
            shape: marks.fold(set.len, |shape, (_, mark)| shape | mark),
            look: Look::of(token.tag),
            start: at,
            len: 1,
        }
    }
}

/// So many neighbouring tokens from a place on, 16 at most, one bit each.
pub(crate) fn token_set(start: u8, len: u8) -> u16 {
    u16::MAX.checked_shr(16 - u32::from(len)).unwrap_or(0) << start
}

/// A bit for each letter; digits share six.
fn letter(byte: u8) -> u32 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        _ => 1 << (26 + byte % 6),
    }
}

/// How an outline is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A word that identifies.
    Word,
    /// A patronymic.
    Patronymic,
    /// A descriptive word.
    Descriptor,
    /// A number.
    Number,
    /// An initial: fits any form that begins with it.
    Initial,
    /// A title, a particle: counts little.
    Minor,
    /// Neighbours joined to one form.
    Joined,
    /// A whole name, written in one run: fits any name.
    Run,
}

impl Look {
    fn of(tag: Tag) -> Self {
        match tag {
            Tag::Word => Self::Word,
            Tag::Patronymic => Self::Patronymic,
            Tag::Descriptor => Self::Descriptor,
            Tag::Number => Self::Number,
            Tag::Initial => Self::Initial,
            Tag::Particle | Tag::Title | Tag::Suffix | Tag::OrgForm => Self::Minor,
        }
    }
}

/// The outlines of all names of a record: three allocations, however many names.
#[derive(Clone, Debug)]
pub struct Outlines {
    names: Box<[Head]>,
    all: Box<[Outline]>,
    /// The sound forms of the tokens, name by name.
    forms: Box<[Form]>,
}

/// What a quick look sees of a name as a whole, and where its outlines stand.
#[derive(Clone, Copy, Debug)]
struct Head {
    forms_end: u32,
    wholes_from: u32,
    joins_from: u32,
    end: u32,
    choices: u32,
    full: u16,
    tokens: u8,
    has_light: bool,
    is_of_person: bool,
}

/// The outlines of one name.
#[derive(Clone, Copy, Debug)]
pub struct NameOutlines<'a> {
    /// The sound forms of every token but legal forms.
    pub sounds: &'a [Outline],
    /// The letters of these, in their order.
    pub forms: &'a [Form],
    /// Sound forms of the tokens that joined neighbours of another name may be.
    pub wholes: &'a [Outline],
    /// Joined neighbours, in the order of [`PreparedName::joins`].
    pub joins: &'a [Outline],
    /// Number of tokens that are compared.
    pub count: u8,
    /// Tokens whose lack of a partner is a full conflict, one bit each.
    pub full: u16,
    /// Rows of the table of words that exclude each other that the name has a word of, one bit each.
    pub choices: u32,
    /// Some token weighs less than others when it lacks a partner: an initial, a descriptive word.
    pub has_light: bool,
    /// No token says that it is no name of a person: [`Tag::is_of_person`].
    pub is_of_person: bool,
}

impl<'a> NameOutlines<'a> {
    /// One outline a token, that of its first sound form.
    pub fn tokens(&self) -> impl Iterator<Item = &'a Outline> + use<'a> {
        // Further sound forms of a token come right behind its first one.
        let mut before = u8::MAX;
        let is_first = move |o: &&Outline| std::mem::replace(&mut before, o.start) != o.start;
        self.sounds.iter().filter(is_first)
    }
}

/// Shortest token that may be two joined neighbours, in bytes.
const SHORTEST_WHOLE: usize = 4;

impl Outlines {
    pub(crate) fn new(names: &[PreparedName]) -> Self {
        let tokens: usize = names.iter().map(|n| n.compared().len()).sum();
        let mut all: Vec<Outline> = Vec::with_capacity(4 * tokens);
        let mut forms: Vec<Form> = Vec::with_capacity(2 * tokens);
        let each = names.iter();
        let names = each.map(|name| outline(name, &mut all, &mut forms));
        Self {
            names: names.collect(),
            all: all.into(),
            forms: forms.into(),
        }
    }

    /// The outlines of a name, by its place among the names.
    pub fn name(&self, at: usize) -> NameOutlines<'_> {
        let head = &self.names[at];
        let before = at.checked_sub(1).map(|i| &self.names[i]);
        let (start, forms) = before.map_or((0, 0), |h| (h.end as usize, h.forms_end as usize));
        let (wholes, joins) = (head.wholes_from as usize, head.joins_from as usize);
        NameOutlines {
            sounds: &self.all[start..wholes],
            forms: &self.forms[forms..head.forms_end as usize],
            wholes: &self.all[wholes..joins],
            joins: &self.all[joins..head.end as usize],
            count: head.tokens,
            full: head.full,
            choices: head.choices,
            has_light: head.has_light,
            is_of_person: head.is_of_person,
        }
    }

    /// A number that depends on all the outlines: to work it out is to fetch them.
    pub fn glance(&self) -> u32 {
        // Two to a cache line.
        let outlines = self.all.iter().step_by(2).map(|o| o.word);
        let forms = self
            .forms
            .iter()
            .step_by(2)
            .map(|f| u32::from(f.byte_len()));
        let names = self.names.iter().step_by(2).map(|n| n.end);
        outlines
            .chain(forms)
            .chain(names)
            .fold(0, u32::wrapping_add)
    }
}

/// **Shape**: at most [`COMPARED_TOKENS`] tokens of at most 8 forms.
fn outline(name: &PreparedName, all: &mut Vec<Outline>, forms: &mut Vec<Form>) -> Head {
    let tokens = name.compared();
    let numbered = || tokens.iter().zip(0_u8..);
    // Some 80 outlines a name and fewer than 2^24 names a record.
    let place = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    for (token, at) in numbered().filter(|(t, _)| t.tag != Tag::OrgForm) {
        let sets = token.sound_sets().iter();
        all.extend(sets.map(|set| Outline::of_token(token, at, *set)));
        forms.extend(token.sounds());
    }
    let wholes_from = place(all.len());
    let wholes = numbered().filter(|(t, _)| t.is_core() && t.form().len() >= SHORTEST_WHOLE);
    all.extend(wholes.map(|(t, at)| Outline::of_token(t, at, t.sound_sets()[0])));
    let joins_from = place(all.len());
    all.extend(name.joins.iter().map(|join| {
        let set = LetterSet::of(&join.sound);
        Outline {
            letters: set.letters,
            kin: 0,
            bits: join.bits,
            begins: 0,
            word: 0,
            shape: set.len,
            look: if join.is_run { Look::Run } else { Look::Joined },
            start: join.start,
            len: join.len,
        }
    }));
    Head {
        forms_end: place(forms.len()),
        wholes_from,
        joins_from,
        end: place(all.len()),
        choices: tokens
            .iter()
            .filter_map(|t| t.choice)
            .fold(0, |set, choice| set | choice.mark()),
        full: numbered()
            .filter(|(t, _)| t.is_core() && t.tag != Tag::Descriptor)
            .fold(0, |set, (_, at)| set | 1 << at),
        // At most 16.
        tokens: u8::try_from(tokens.len()).unwrap_or(u8::MAX),
        has_light: tokens
            .iter()
            .any(|t| matches!(t.tag, Tag::Initial | Tag::Descriptor)),
        is_of_person: tokens.iter().all(|t| t.tag.is_of_person()),
    }
}

const _: () = assert!(COMPARED_TOKENS <= 16, "tokens are bits of a u16");
const _: () = assert!(
    Form::MOST < 32,
    "a length has the five bits below the marks"
);
const _: () = assert!(size_of::<Outline>() == 32, "two to a cache line");
#[cfg(test)]
mod tests {
    use super::*;

    fn set(form: &str) -> LetterSet {
        LetterSet::of(&Form::new(form))
    }

    #[test]
    fn a_set_of_tokens_holds_none_to_all() {
        assert_eq!((token_set(3, 0), token_set(0, 16)), (0, u16::MAX));
        assert_eq!(token_set(2, 3), 0b1_1100);
    }

    #[test]
    fn letters_count_to_two() {
        assert_eq!(set("anna").letters.count_ones(), 4);
        assert_eq!(set("annaa").letters, set("naan").letters);
        assert_ne!(set("ana").letters, set("anna").letters);
        assert_eq!(set("7").letters.count_ones(), 1);
    }

    #[test]
    fn each_bit_tells_its_letter() {
        for letter in (b'a'..=b'z').chain(b'0'..=b'9') {
            let twice = LetterSet::of(&Form::of(&[letter, letter])).letters;
            let bits = (0..64).filter(|bit| twice & 1 << bit != 0);
            assert!(bits.map(LetterSet::letter).all(|l| l == Some(letter)));
        }
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
