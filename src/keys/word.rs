//! Words: everything about a token that depends on its text alone, worked out once.
//!
//! Names are made of few different words. A word is romanized, weighed and given its class keys when
//! it is first met; from then on its tokens share it.

use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::keys::choice::Choice;
use crate::keys::class::{ClassKey, class_bits, is_vowel};
use crate::keys::form::Form;
use crate::keys::kin::Kin;
use crate::keys::outline::LetterSet;
use crate::keys::slip;
use crate::keys::sound::{parted_sound, sound_form};
use crate::normalize::Tag;
use crate::rarity::Company;
use crate::record::{Kind, Script};
use crate::translit::Native;
use crate::{rarity, translit};

/// What a word is used for: what names it is weighed among, and whether it is a number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    names: Names,
    is_number: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Of people.
    People,
    /// Of organisations, vessels and aircraft.
    Organizations,
    /// Of either.
    Any,
}

impl Usage {
    /// The usage of a token with this tag in a name of this kind.
    pub(crate) fn of(kind: Kind, tag: Tag) -> Self {
        let names = match kind {
            Kind::Organization | Kind::Vessel | Kind::Aircraft | Kind::Object => {
                Names::Organizations
            }
            Kind::Person => Names::People,
            _ => Names::Any,
        };
        let is_number = tag == Tag::Number;
        Self { names, is_number }
    }

    /// A byte of its own.
    fn code(self) -> u8 {
        (self.names as u8) << 1 | u8::from(self.is_number)
    }

    /// A word that may be somebody's name.
    fn is_of_people(self) -> bool {
        self.names != Names::Organizations && !self.is_number
    }

    /// Bits of a word that no table holds.
    fn unseen(self) -> f32 {
        match self.names {
            Names::Organizations => rarity::UNSEEN_ORG_BITS,
            Names::People => rarity::UNSEEN_BITS,
            Names::Any => rarity::UNSEEN_BITS.min(rarity::UNSEEN_ORG_BITS),
        }
    }

    fn bits(self, form: &str) -> f32 {
        match self.names {
            Names::People => rarity::bits(form),
            Names::Organizations => rarity::org_bits(form),
            Names::Any => rarity::bits(form).min(rarity::org_bits(form)),
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
    /// Script, usage and text: equal for equal words.
    key: Box<[u8]>,
    /// Told apart by it while the program runs; never written, never a key.
    number: u32,
    forms: Box<[Form]>,
    sounds: Box<[Form]>,
    sound_sets: Box<[LetterSet]>,
    classes: Box<[Class]>,
    /// The classes and those of the names that the word may be a slip of, once asked.
    with_slips: OnceLock<Box<[Class]>>,
    is_known: bool,
    may_be_slip: bool,
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
    words: HashTable<Arc<Word>>,
    /// Words at which those that nobody holds are dropped next, if that is more than [`FEW`].
    limit: usize,
}

impl Part {
    fn find(&self, hash: u64, key: &[u8]) -> Option<&Arc<Word>> {
        self.words.find(hash, |word| *word.key == *key)
    }

    fn keep(&mut self, hash: u64, word: Word) -> Arc<Word> {
        if let Some(word) = self.find(hash, &word.key) {
            return Arc::clone(word);
        }
        if self.words.len() >= self.limit.max(FEW) {
            self.words.retain(|word| Arc::strong_count(word) > 1);
            self.limit = self.words.len() * 2;
        }
        let word = Arc::new(word);
        let kept = Arc::clone(&word);
        self.words.insert_unique(hash, kept, |w| hash_of(&w.key));
        word
    }
}

fn hash_of(key: &[u8]) -> u64 {
    FxBuildHasher.hash_one(key)
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
            place[1] = usage.code();
            place[2..].copy_from_slice(text.as_bytes());
            place
        } else {
            long = [&[script as u8, usage.code()], text.as_bytes()].concat();
            &long
        };
        // The middle bits choose the part, for the table inside it uses the others.
        let hash = hash_of(key);
        let part = &WORDS[usize::try_from(hash >> 40).unwrap_or(0) % PARTS];
        let lock = || part.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = lock().find(hash, key) {
            return Arc::clone(word);
        }
        let word = Self::new(key.into(), text, script, usage);
        lock().keep(hash, word)
    }

    fn new(key: Box<[u8]>, text: &str, script: Script, usage: Usage) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let forms: Box<[Form]> = translit::forms(text, script)
            .iter()
            .map(|f| Form::new(f))
            .filter(|f| !f.is_empty())
            .collect();
        let rarest = forms.iter().map(|f| usage.bits(f.as_str()));
        let bits = rarest.fold(f32::MAX, f32::min);
        let longest = forms.iter().map(|f| f32::from(f.byte_len()));
        let most = BITS_A_LETTER * longest.fold(0.0, f32::max);
        let bits = if usage.is_number {
            bits.min(NUMBER_BITS)
        } else {
            bits.min(most)
        };
        let is_known = bits < most.min(usage.unseen()) - 0.05;
        let latin = forms.first().filter(|_| is_latin(script));
        let unvoiced = latin.filter(|form| {
            let least = if is_known || !usage.is_of_people() {
                3
            } else {
                2
            };
            script == Script::Latin && !usage.is_number && lacks_vowels(form.as_bytes(), least)
        });
        let unknown = latin.filter(|_| !is_known && usage.is_of_people());
        let mut sounds: Vec<Form> = Vec::with_capacity(forms.len());
        let mut classes: Vec<Class> = Vec::with_capacity(forms.len());
        // Letter by letter where vowels are missing, and where two letters of an unknown word may be two
        // sounds.
        let apart = unvoiced.or(unknown.filter(|f| has_digraph(f.as_bytes())));
        let parted = apart
            .into_iter()
            .flat_map(|f| [b'k', b's'].map(|c| parted_sound(f, c)));
        let seen_as = unknown.and_then(slip::seen_as).map(|f| sound_form(&f));
        for sound in forms.iter().map(sound_form).chain(parted).chain(seen_as) {
            if sounds.len() < MAX_SOUNDS && !sounds.contains(&sound) {
                sounds.push(sound);
            }
        }
        let (mut kin, mut company) = (Kin::default(), Company::UNKNOWN);
        if usage.is_of_people() {
            kin = sounds.first().map(Kin::of).unwrap_or_default();
            company = Company::of(forms.iter().map(Form::as_str));
        }
        let parted = unvoiced.into_iter();
        let parted = parted.flat_map(|f| [b'a', b'e'].map(|v| ClassKey::parted(f.as_bytes(), v)));
        let other = latin.and_then(|f| ClassKey::other_reading(f.as_bytes()));
        let own = forms.iter().map(|f| ClassKey::of(f.as_bytes()));
        let own = own.chain(parted).chain(other).chain(kin.class());
        own.for_each(|key| add_class(&mut classes, key));
        let may_be_slip = unknown.is_some();
        let is_abjad = unvoiced.is_some()
            || matches!(script, Script::Arabic | Script::Hebrew | Script::Syriac);
        Self {
            key,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            company,
            choice: forms.first().and_then(Choice::of),
            forms,
            sound_sets: sounds.iter().map(LetterSet::of).collect(),
            sounds: sounds.into(),
            classes: classes.into(),
            with_slips: OnceLock::new(),
            is_known,
            may_be_slip,
            bits,
            script,
            is_abjad,
            native: Native::new(text, script)
                .filter(|_| !usage.is_number)
                .map(Box::new),
            kin,
        }
    }

    /// What tells it from other words; never 0.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The normalized text, in its own script.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.key[2..]).unwrap_or_default()
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

    /// The sets of letters of the sound forms, in their order.
    pub(crate) fn sound_sets(&self) -> &[LetterSet] {
        &self.sound_sets
    }

    /// Distinct class keys: of the forms, in their order; then of the form without its vowels, of the
    /// other reading of a Latin form and of the usual form of the name; at most 12.
    pub fn class_keys(&self) -> impl Iterator<Item = ClassKey> + '_ {
        self.classes().iter().map(|c| c.key)
    }

    /// The same with their rarities.
    pub(crate) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The same, and those of the names that the word may be a slip of: at most two more.
    pub(crate) fn classes_with_slips(&self) -> &[Class] {
        if !self.may_be_slip {
            return &self.classes;
        }
        self.with_slips.get_or_init(|| {
            let mut classes = self.classes.to_vec();
            let meant = slip::meant(self.form());
            meant.for_each(|f| add_class(&mut classes, ClassKey::of(f.as_bytes())));
            classes.into()
        })
    }

    /// Whether tables of names hold the word: it is less rare than its length alone would have it.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Whether the word may be a slip of a name: a Latin word that tables of people's names do not hold.
    pub(crate) fn may_be_slip(&self) -> bool {
        self.may_be_slip
    }

    /// Whether the source is not written in Latin letters.
    pub fn is_foreign(&self) -> bool {
        !is_latin(self.script)
    }
}

/// Adds a class key that is not there yet.
fn add_class(classes: &mut Vec<Class>, key: ClassKey) {
    if !key.is_empty() && !classes.iter().any(|c| c.key == key) {
        classes.push(key.into());
    }
}

fn is_latin(script: Script) -> bool {
    matches!(script, Script::Latin | Script::Common)
}

/// Whether somebody left out the vowels: so many letters or more, none of them a vowel but the first.
fn lacks_vowels(form: &[u8], least: usize) -> bool {
    form.len() >= least && !form[1..].iter().any(|b| is_vowel(*b))
}

/// Whether two letters stand side by side that are read as one, unless a vowel is missing between them.
fn has_digraph(form: &[u8]) -> bool {
    let is_one = |pair: &[u8]| {
        matches!(
            pair,
            [b'c' | b'd' | b'g' | b'k' | b'p' | b's' | b't' | b'z', b'h']
        )
    };
    form.windows(2).any(is_one)
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

    const PERSON: Usage = Usage {
        names: Names::People,
        is_number: false,
    };
    const ORGANIZATION: Usage = Usage {
        names: Names::Organizations,
        is_number: false,
    };

    #[test]
    fn a_word_is_made_once_and_told_from_others() {
        let word = |text, usage| Word::shared(text, Script::Latin, usage);
        let first = word("zorblax", PERSON);
        assert!(Arc::ptr_eq(&first, &word("zorblax", PERSON)));
        assert_ne!(first.number(), word("zorblax", ORGANIZATION).number());
        assert_ne!(first.number(), word("zorblay", PERSON).number());
        assert_eq!(first.form().as_str(), "zorblax");
    }

    #[test]
    fn a_word_that_no_table_holds_is_known_to_none() {
        for names in [Names::People, Names::Organizations, Names::Any] {
            let usage = Usage {
                names,
                is_number: false,
            };
            let is_known = |text| Word::shared(text, Script::Latin, usage).is_known();
            assert!(!is_known("zorblaxi"), "{names:?}");
            assert!(is_known(if names == Names::Organizations {
                "pacific"
            } else {
                "maria"
            }));
        }
    }

    #[test]
    fn words_that_nobody_holds_are_dropped() {
        let mut part = Part::default();
        let mut keep = |i: usize| {
            let key: Box<[u8]> = i.to_le_bytes().into();
            let hash = hash_of(&key);
            let word = part.keep(hash, Word::new(key, "a", Script::Latin, PERSON));
            (word, part.words.len())
        };
        let held: Vec<Arc<Word>> = (0..10).map(|i| keep(i).0).collect();
        assert!((10..FEW * 3).all(|i| keep(i).1 <= FEW));
        assert!((0..10).all(|i| Arc::ptr_eq(&held[i], &keep(i).0)));
    }
}
