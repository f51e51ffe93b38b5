//! Words: everything about a token that depends on its text alone, worked out once.
//!
//! Names are made of few different words. A word is romanized, weighed and given its class keys when
//! it is first met; from then on its tokens share it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::keys::choice::Choice;
use crate::keys::class::{ClassKey, class_bits};
use crate::keys::form::Form;
use crate::keys::kin::Kin;
use crate::keys::outline::LetterSet;
use crate::keys::sound::sound_form;
use crate::normalize::Tag;
use crate::rarity::Company;
use crate::record::{Kind, Script};
use crate::translit::Native;
use crate::{rarity, translit};

/// Which names a word is weighed among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// A word of people's names.
    Person,
    /// A word of organisations', vessels' and aircraft's names.
    Organization,
    /// Either.
    Either,
    /// A number in a name of one of the three.
    PersonNumber,
    OrganizationNumber,
    EitherNumber,
}

impl Usage {
    /// The usage of a token with this tag in a name of this kind.
    pub(crate) fn of(kind: Kind, tag: Tag) -> Self {
        let is_number = tag == Tag::Number;
        match kind {
            Kind::Organization | Kind::Vessel | Kind::Aircraft | Kind::Object if is_number => {
                Self::OrganizationNumber
            }
            Kind::Organization | Kind::Vessel | Kind::Aircraft | Kind::Object => Self::Organization,
            Kind::Person if is_number => Self::PersonNumber,
            Kind::Person => Self::Person,
            _ if is_number => Self::EitherNumber,
            _ => Self::Either,
        }
    }

    fn is_number(self) -> bool {
        matches!(
            self,
            Self::PersonNumber | Self::OrganizationNumber | Self::EitherNumber
        )
    }

    fn is_of_people(self) -> bool {
        matches!(self, Self::Person | Self::Either)
    }

    /// Bits of a word that no table holds.
    fn unseen(self) -> f32 {
        match self {
            Self::Organization | Self::OrganizationNumber => rarity::UNSEEN_ORG_BITS,
            _ => rarity::UNSEEN_BITS,
        }
    }

    fn bits(self, form: &str) -> f32 {
        match self {
            Self::Person | Self::PersonNumber => rarity::bits(form),
            Self::Organization | Self::OrganizationNumber => rarity::org_bits(form),
            Self::Either | Self::EitherNumber => rarity::bits(form).min(rarity::org_bits(form)),
        }
    }

    fn company(self, forms: &[Form]) -> Company {
        match self {
            Self::Person | Self::Either => Company::of(forms.iter().map(Form::as_str)),
            _ => Company::UNKNOWN,
        }
    }
}

/// A class key and its rarity in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Class {
    pub(crate) key: ClassKey,
    pub(crate) bits: f32,
}

impl Class {
    pub(crate) fn of(form: &[u8]) -> Self {
        ClassKey::of(form).into()
    }

    /// That of a form whose vowels may have been left out.
    fn parted(form: &[u8]) -> Self {
        ClassKey::parted(form).into()
    }
}

impl From<ClassKey> for Class {
    fn from(key: ClassKey) -> Self {
        Self {
            key,
            bits: class_bits(key),
        }
    }
}

/// A distinct word, ready to be compared. Shared by all tokens with this text, script and usage.
pub struct Word {
    /// Told apart by it while the program runs; never written, never a key.
    number: u64,
    forms: Box<[Form]>,
    sounds: Box<[Form]>,
    sound_sets: Box<[LetterSet]>,
    classes: Box<[Class]>,
    is_known: bool,
    /// Rarity in bits: how surprising it is that an unrelated name has this word.
    pub bits: f32,
    /// With which other words it is usual, in people's names.
    pub company: Company,
    /// Script of the source.
    pub script: Script,
    /// The source script writes no short vowels (Arabic, Hebrew), or somebody left out all vowels.
    pub is_abjad: bool,
    /// The word in its own script, where that has been learned.
    pub native: Option<Box<Native>>,
    /// Names of people that it is a form of.
    pub kin: Kin,
    /// Its place in the table of words that exclude each other.
    pub choice: Option<Choice>,
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Word(..)")
    }
}

/// Words of a part before those that no name holds any more are dropped from it.
const FEW: usize = 1 << 12;

/// Parts, so that threads seldom wait for each other.
const PARTS: usize = 64;

#[derive(Default)]
struct Part {
    words: FxHashMap<Box<[u8]>, Arc<Word>>,
    /// Words at which those that nobody holds are dropped next, if that is more than [`FEW`].
    limit: usize,
}

impl Part {
    fn keep(&mut self, key: &[u8], word: Word) -> Arc<Word> {
        if self.words.len() >= self.limit.max(FEW) {
            self.words.retain(|_, word| Arc::strong_count(word) > 1);
            self.limit = self.words.len() * 2;
        }
        let word = self
            .words
            .entry(key.into())
            .or_insert_with(|| Arc::new(word));
        Arc::clone(word)
    }
}

static WORDS: LazyLock<[Mutex<Part>; PARTS]> =
    LazyLock::new(|| std::array::from_fn(|_| Mutex::default()));

impl Word {
    /// The word of a normalized token's text; the same one for the same three arguments as long as
    /// anybody holds it.
    pub(crate) fn shared(text: &str, script: Script, usage: Usage) -> Arc<Self> {
        let mut key = [0; 66];
        let len = text.len() + 2;
        let long;
        let key: &[u8] = if let Some(place) = key.get_mut(..len) {
            place[0] = script as u8;
            place[1] = usage as u8;
            place[2..].copy_from_slice(text.as_bytes());
            place
        } else {
            long = [&[script as u8, usage as u8], text.as_bytes()].concat();
            &long
        };
        // The high bits choose the part, for the map inside it uses the low ones.
        let hash = std::hash::BuildHasher::hash_one(&FxBuildHasher, key);
        let part = &WORDS[usize::try_from(hash >> 40).unwrap_or(0) % PARTS];
        let lock = || part.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = lock().words.get(key) {
            return Arc::clone(word);
        }
        let word = Self::new(text, script, usage);
        lock().keep(key, word)
    }

    fn new(text: &str, script: Script, usage: Usage) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let forms: Box<[Form]> = translit::forms(text, script)
            .iter()
            .map(|f| Form::new(f))
            .filter(|f| !f.is_empty())
            .collect();
        let rarest = forms.iter().map(|f| usage.bits(f.as_str()));
        let bits = rarest.fold(f32::MAX, f32::min);
        let longest = forms.iter().map(|f| f32::from(f.byte_len()));
        let most = BITS_A_LETTER * longest.fold(0.0, f32::max);
        let bits = if usage.is_number() {
            bits.min(NUMBER_BITS)
        } else {
            bits.min(most)
        };
        let mut sounds: Vec<Form> = Vec::with_capacity(forms.len());
        let mut sound_sets: Vec<LetterSet> = Vec::with_capacity(forms.len());
        let mut classes: Vec<Class> = Vec::with_capacity(forms.len());
        for form in &forms {
            let sound = sound_form(form);
            if sounds.len() < MAX_SOUNDS && !sounds.contains(&sound) {
                sounds.push(sound);
                let set = LetterSet::of(&sound);
                if !sound_sets.contains(&set) {
                    sound_sets.push(set);
                }
            }
            let class = Class::of(form.as_bytes());
            if !class.key.is_empty() && !classes.contains(&class) {
                classes.push(class);
            }
        }
        let known = sounds.first().filter(|_| usage.is_of_people());
        let kin = known.map(Kin::of).unwrap_or_default();
        let is_latin = matches!(script, Script::Latin | Script::Common);
        let latin = forms.first().filter(|_| is_latin);
        let other = latin.and_then(|f| ClassKey::other_reading(f.as_bytes()));
        let lacks_vowels = script == Script::Latin && !usage.is_number() && lacks_vowels(&forms);
        let parted = latin.filter(|_| lacks_vowels);
        let parted = parted.map(|f| Class::parted(f.as_bytes()));
        let others = other.into_iter().chain(kin.class()).map(Class::from);
        for class in parted.into_iter().chain(others) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            company: usage.company(&forms),
            choice: forms.first().and_then(Choice::of),
            forms,
            sounds: sounds.into(),
            sound_sets: sound_sets.into(),
            classes: classes.into(),
            is_known: bits < most.min(usage.unseen()) - 0.05,
            bits,
            script,
            is_abjad: lacks_vowels
                || matches!(script, Script::Arabic | Script::Hebrew | Script::Syriac),
            native: Native::new(text, script)
                .filter(|_| !usage.is_number())
                .map(Box::new),
            kin,
        }
    }

    /// What tells it from other words; never 0.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The principal form.
    pub fn form(&self) -> &Form {
        &self.forms[0]
    }

    /// Latin forms, best first; at least one in the word of a token.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The first five different sound forms of [`Word::forms`], in their order: fewer than spellings,
    /// which make keys as well.
    pub fn sounds(&self) -> &[Form] {
        &self.sounds
    }

    /// The sets of letters of the sound forms, one for those of equal letters and length.
    pub(crate) fn sound_sets(&self) -> &[LetterSet] {
        &self.sound_sets
    }

    /// Distinct class keys: of the forms, in their order; then of the form without its vowels, of the
    /// other reading of a Latin form and of the usual form of the name; at most 11.
    pub fn class_keys(&self) -> impl Iterator<Item = ClassKey> + '_ {
        self.classes.iter().map(|c| c.key)
    }

    /// The same with their rarities.
    pub(crate) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Whether tables of names hold the word: it is less rare than its length alone would have it.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Whether the source is not written in Latin letters.
    pub fn is_foreign(&self) -> bool {
        !matches!(self.script, Script::Latin | Script::Common)
    }
}

/// Whether somebody left out the vowels: three letters or more, none of them a vowel but the first.
fn lacks_vowels(forms: &[Form]) -> bool {
    let is_vowel = |b: &u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let is_bare = |f: &Form| f.len() > 2 && !f.as_bytes()[1..].iter().any(is_vowel);
    forms.first().is_some_and(is_bare)
}

/// Most sound forms of a word that are compared.
const MAX_SOUNDS: usize = 5;

/// Most bits a number can be worth: flight designators, years and branch numbers recur.
const NUMBER_BITS: f32 = 6.0;

/// Most bits a letter of a word can be worth: the entropy of single letters of English text
/// (Shannon, "Prediction and entropy of printed English", 1951). Three letters are never rare.
const BITS_A_LETTER: f32 = 4.1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_made_once_and_told_from_others() {
        let word = |text, usage| Word::shared(text, Script::Latin, usage);
        let first = word("zorblax", Usage::Person);
        assert!(Arc::ptr_eq(&first, &word("zorblax", Usage::Person)));
        assert_ne!(
            first.number(),
            word("zorblax", Usage::Organization).number()
        );
        assert_ne!(first.number(), word("zorblay", Usage::Person).number());
        assert_eq!(first.form().as_str(), "zorblax");
    }

    #[test]
    fn words_that_nobody_holds_are_dropped() {
        let mut part = Part::default();
        let mut keep = |i: usize| {
            let word = Word::new("a", Script::Latin, Usage::Person);
            let word = part.keep(&i.to_le_bytes(), word);
            (word, part.words.len())
        };
        let held: Vec<Arc<Word>> = (0..10).map(|i| keep(i).0).collect();
        assert!((10..FEW * 3).all(|i| keep(i).1 <= FEW));
        assert!((0..10).all(|i| Arc::ptr_eq(&held[i], &keep(i).0)));
    }
}
