//! The recipes: which parts of a record make a key.
//!
//! Chosen by recall against candidates (`veilmatch evaluate keys`). Each recipe is cheap where it is
//! selective and stays silent where it is not: whether it speaks depends on the record and on the
//! shipped frequencies alone. What names make is joined by an era of birth where it is common
//! ([`Eras`]); a whole name, a date and a number are not.

use crate::keys::class::{ClassKey, Prefix, beginning_bits, prefix_bits, prefix_of};
use crate::keys::clear::ClearKey;
use crate::keys::era::Eras;
use crate::keys::form::Form;
use crate::keys::prepared::{Prepared, PreparedName, Token};
use crate::keys::word::Class;
use crate::normalize::Tag;

/// Version of the rules in this file, part of the recipe digest.
pub(crate) const RULES: &str = "recipes/6";

/// Fewest bits a pair of class keys needs to be a key of its own. Unit: bits of rarity, summed over
/// both classes. 14 bits: an unrelated name makes the same pair about once in 16,000.
const PAIR_BITS: f32 = 14.0;

/// Fewest bits a single class key needs. 15 bits: about one unrelated token in 32,000.
const SINGLE_CLASS_BITS: f32 = 15.0;

/// Fewest bits a single written token needs. 15 bits: a token that a name table of 32,000 people
/// would hold once.
const SINGLE_TOKEN_BITS: f32 = 15.0;

/// Fewest bits a class key needs beside an initial, and the written token that it is made of: an initial
/// is worth so little that a more common token and it stay far below the threshold.
const BESIDE_INITIAL_BITS: (f32, f32) = (6.0, 12.0);

/// Bits of an initial, about: one of eleven classes.
const INITIAL_BITS: f32 = 3.5;

/// Fewest bits a class key and the beginning of another one need together.
const BEGINNING_BITS: f32 = 18.0;

/// Fewest bits the prefixes of two tokens need together. 17 bits: an unrelated name makes the same two about
/// once in 130,000.
const PREFIX_BITS: f32 = 17.0;

/// Fewest bits the class key of joined neighbours needs that stand for a whole name.
const WHOLE_JOINED_BITS: f32 = 12.0;

/// Fewest and most classes of a whole name that make deletion keys.
const SKELETON_LENGTH: std::ops::RangeInclusive<usize> = 7..=16;

/// Fewest bits a class key needs beside a year of birth. 10 bits: one token in a thousand; a more
/// common one and the year alone stay below the threshold.
const BESIDE_YEAR_BITS: f32 = 10.0;

/// Most core tokens of one name that are looked at; names beyond are cut, pairs grow quadratically.
const TOKENS: usize = 8;

/// Longest joined name that makes deletion keys, in bytes.
const JOINED_LENGTH: usize = 30;

/// Which side of the comparison makes the keys. Equality needs only one side to try alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The side whose records are looked up.
    Subject,
    /// The side whose records are found.
    Notice,
}

macro_rules! recipes {
    ($($(#[$meta:meta])* $name:ident = $code:literal,)*) => {
        /// A rule that makes keys from a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(usize)]
        pub enum Recipe { $($(#[$meta])* $name,)* }

        impl Recipe {
            /// Every recipe.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Stable short code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Context string of the recipe's sub-key.
            pub(crate) const fn context(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("veilmatch 2026-11 blocking key v1 ", $code),)*
                }
            }
        }
    };
}

recipes!(
    /// Two class keys of one name, in any order, rare enough together.
    PairClass = "pair-class",
    /// Three class keys of one name: for pairs that are too common.
    TripleClass = "triple-class",
    /// Two written tokens of one name, in any order.
    PairToken = "pair-token",
    /// One class key and the year of birth.
    ClassYear = "class-year",
    /// First class of a token and the full date of birth.
    InitialDate = "initial-date",
    /// All core tokens sorted and joined, one letter deleted.
    JoinedDeletion = "joined-del1",
    /// One class key and the first two classes of another token, rare enough together.
    PairBeginning = "pair-begin",
    /// The first letters of two tokens as they sound, rare enough together.
    PairPrefix = "pair-prefix",
    /// The classes of all core tokens, joined, one class deleted.
    SkeletonDeletion = "skeleton-del1",
    /// One rare class key and the first two classes of another token.
    RareClass = "rare-class",
    /// One rare written token and the first two classes of another token.
    RareToken = "rare-token",
    /// A class key and an initial that the subject's name has.
    SubjectInitial = "subject-initial",
    /// A class key and an initial that the notice's name has.
    NoticeInitial = "notice-initial",
    /// The class key of a name that is one token.
    Mononym = "mononym",
    /// A document or registration number.
    Identifier = "identifier",
    /// The core of an organisation name, legal form and descriptors left out.
    OrganizationCore = "org-core",
);

/// Calls `emit` with the recipe and the clear bytes of every key of a record, repeats included.
/// Clear keys never leave: see `KeyMaker::blind`.
pub fn clear_keys(record: &Prepared, side: Side, mut emit: impl FnMut(Recipe, ClearKey)) {
    let bearer = Bearer {
        side,
        years: birth_years(record, side),
        days: birth_days(record, side),
        eras: Eras::of(record, side),
    };
    for name in &record.names {
        name_keys(name, &bearer, &mut emit);
    }
    for id in &record.ids {
        if id.kind.is_strong() {
            emit(Recipe::Identifier, ClearKey::new(&[id.norm.as_bytes()]));
        }
    }
}

/// What keys say of who bears a name.
struct Bearer {
    side: Side,
    years: Vec<i16>,
    days: Vec<[u8; 4]>,
    eras: Eras,
}

/// A token or two joined neighbours, as keys see them.
struct Unit<'a> {
    classes: Classes<'a>,
    form: Form,
    token_bits: f32,
    /// Of the class key of the form: the same for equal forms, whatever script they come from.
    form_bits: f32,
    /// First letters of a token's first sound form.
    prefix: Prefix,
    /// First and last core token it covers.
    first: usize,
    last: usize,
    is_descriptor: bool,
    is_initial: bool,
    /// The classes that an initial of it has.
    initials: Firsts,
}

/// Class keys of a unit, likeliest first.
enum Classes<'a> {
    /// Those of a word.
    Word(&'a [Class]),
    /// Those of joined neighbours, and how many there are.
    Joined([Class; JOINED_CLASSES], usize),
}

/// Most class keys of joined neighbours: with the particles between them, without, and those of
/// the eight spellings of a name that was written in one run.
const JOINED_CLASSES: usize = 10;

impl std::ops::Deref for Classes<'_> {
    type Target = [Class];

    fn deref(&self) -> &[Class] {
        match self {
            Self::Word(classes) => classes,
            Self::Joined(classes, count) => &classes[..*count],
        }
    }
}

impl Unit<'_> {
    fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

fn units(name: &PreparedName, side: Side) -> (Vec<Unit<'_>>, usize) {
    let is_unit = |t: &Token| t.is_core() || t.tag == Tag::Initial;
    let core = || {
        let numbered = name.tokens.iter().enumerate();
        numbered.filter(|(_, t)| is_unit(t)).take(TOKENS)
    };
    let mut units: Vec<Unit<'_>> = Vec::with_capacity(2 * name.tokens.len());
    units.extend(core().enumerate().map(|(i, (_, t))| {
        // What one side tries need not be tried by the other.
        let classes = match side {
            Side::Subject => t.classes_with_slips(),
            Side::Notice => t.classes(),
        };
        let taken = if t.is_foreign() { 8 } else { 5 };
        let classes = &classes[..classes.len().min(taken)];
        Unit {
            initials: initials(t.form(), classes),
            classes: Classes::Word(classes),
            form: *t.form(),
            token_bits: t.bits,
            form_bits: Class::of(t.form().as_bytes()).bits,
            prefix: t.sounds().first().map(prefix_of).unwrap_or_default(),
            first: i,
            last: i,
            is_descriptor: t.tag == Tag::Descriptor,
            is_initial: t.tag == Tag::Initial,
        }
    }));
    let real = units.len();
    for (i, ((at, a), (to, b))) in core().zip(core().skip(1)).enumerate() {
        if a.tag == Tag::Initial || b.tag == Tag::Initial || a.tag == Tag::Number {
            continue;
        }
        // With and without the particles between them: Abd al-Rahman, Abdulrahman, Abdrahman.
        let between = &name.tokens[at + 1..to];
        let with = between
            .iter()
            .fold(*a.form(), |form, t| form.joined(t.form()))
            .joined(b.form());
        let classes = joined_classes(name, &with, (!between.is_empty()).then_some((a, b)));
        units.push(Unit {
            initials: initials(&with, &classes),
            classes,
            form: with,
            token_bits: a.bits + b.bits,
            form_bits: Class::of(with.as_bytes()).bits,
            prefix: Prefix::default(),
            first: i,
            last: i + 1,
            is_descriptor: a.tag == Tag::Descriptor && b.tag == Tag::Descriptor,
            is_initial: false,
        });
    }
    (units, real)
}

fn joined_classes(
    name: &PreparedName,
    with: &Form,
    apart: Option<(&Token, &Token)>,
) -> Classes<'static> {
    let without = apart.map(|(a, b)| a.form().joined(b.form()));
    let spelled = std::iter::once(with).chain(&without).chain(&name.run);
    let mut classes = [Class::default(); JOINED_CLASSES];
    let mut count = 0;
    for class in spelled.map(|f| Class::of(f.as_bytes())) {
        if count < JOINED_CLASSES && !classes[..count].contains(&class) {
            classes[count] = class;
            count += 1;
        }
    }
    Classes::Joined(classes, count)
}

fn name_keys(name: &PreparedName, bearer: &Bearer, emit: &mut impl FnMut(Recipe, ClearKey)) {
    let eras = &bearer.eras;
    let (units, real) = units(name, bearer.side);
    for (i, unit) in units.iter().enumerate() {
        let covers_all = unit.first == 0 && unit.last + 1 == real;
        let beginnings = beside(unit, &units);
        for class in unit.classes.iter().filter(|_| !unit.is_initial) {
            let class_bytes = class.key.0.to_be_bytes();
            let years = bearer.years.iter();
            for year in years.filter(|_| class.bits >= BESIDE_YEAR_BITS) {
                emit(
                    Recipe::ClassYear,
                    ClearKey::new(&[&class_bytes, &year.to_be_bytes()]),
                );
            }
            let is_joined = unit.first < unit.last;
            let stands_alone =
                class.key.len() > 2 && (!is_joined || class.bits >= WHOLE_JOINED_BITS);
            if covers_all && stands_alone {
                for era in eras.beside(class.bits) {
                    emit(Recipe::Mononym, ClearKey::new(&[&class_bytes, era]));
                }
            }
            if class.key.len() > 3 && class.bits >= SINGLE_CLASS_BITS {
                for begun in &*beginnings {
                    for era in eras.beside(class.bits + beginning_bits(*begun)) {
                        let key = ClearKey::new(&[&class_bytes, &[*begun], era]);
                        emit(Recipe::RareClass, key);
                    }
                }
            }
        }
        if let Some(class) = unit.classes.first().filter(|_| i < real) {
            for day in &bearer.days {
                let key = ClearKey::new(&[&[class.key.first()], day]);
                emit(Recipe::InitialDate, key);
            }
        }
        if unit.token_bits >= SINGLE_TOKEN_BITS && unit.form.len() > 3 && !unit.is_descriptor {
            for begun in &*beginnings {
                for era in eras.beside(unit.form_bits + beginning_bits(*begun)) {
                    let key = ClearKey::new(&[unit.form.as_bytes(), &[0, *begun], era]);
                    emit(Recipe::RareToken, key);
                }
            }
        }
        for other in units[i + 1..].iter().filter(|o| !unit.overlaps(o)) {
            pair_keys(unit, other, bearer, emit);
        }
    }
    triple_keys(&units[..real], eras, emit);
    beginning_keys(&units[..real], eras, emit);
    prefix_keys(&units[..real], eras, emit);
    skeleton_keys(&units[..real], emit);
    joined_keys(&units[..real], emit);
}

/// The first two classes of other tokens, four bits each, each pair of them once; 0 stands for a name
/// that has no other token.
struct Beginnings {
    each: [u8; BEGINNINGS],
    count: usize,
}

/// Most beginnings that are looked at.
const BEGINNINGS: usize = 16;

impl std::ops::Deref for Beginnings {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.each[..self.count]
    }
}

/// How each other token of the name begins. A rare token alone does not reach the threshold, so
/// something else must be there, if only a beginning.
fn beside(unit: &Unit<'_>, units: &[Unit<'_>]) -> Beginnings {
    let mut found = Beginnings {
        each: [0; BEGINNINGS],
        count: 0,
    };
    let others = units
        .iter()
        .filter(|o| !o.overlaps(unit) && !o.is_descriptor);
    for class in others.flat_map(|o| o.classes.iter()) {
        let begun = class.key.beginning();
        if found.count < BEGINNINGS && !found.contains(&begun) {
            found.each[found.count] = begun;
            found.count += 1;
        }
    }
    // A lone 0 where there is nothing.
    found.count = found.count.max(1);
    found
}

/// A set of first classes, one bit each.
#[derive(Clone, Copy)]
struct Firsts(u16);

impl Firsts {
    fn iter(self) -> impl Iterator<Item = u8> {
        (0..16).filter(move |class| self.0 & 1 << class != 0)
    }
}

fn pair_keys(a: &Unit<'_>, b: &Unit<'_>, bearer: &Bearer, emit: &mut impl FnMut(Recipe, ClearKey)) {
    initial_keys(a, b, bearer, emit);
    initial_keys(b, a, bearer, emit);
    if a.is_initial || b.is_initial || (a.is_descriptor && b.is_descriptor) {
        return;
    }
    let (low, high) = if a.form <= b.form { (a, b) } else { (b, a) };
    for era in bearer.eras.beside(low.form_bits + high.form_bits) {
        let key = ClearKey::new(&[low.form.as_bytes(), &[0], high.form.as_bytes(), era]);
        emit(Recipe::PairToken, key);
    }
    for (x, y) in product(&a.classes, &b.classes) {
        if x.bits + y.bits >= PAIR_BITS {
            let (low, high) = (x.key.min(y.key), x.key.max(y.key));
            for era in bearer.eras.beside(x.bits + y.bits) {
                let key = ClearKey::new(&[&low.0.to_be_bytes(), &high.0.to_be_bytes(), era]);
                emit(Recipe::PairClass, key);
            }
        }
    }
}

/// A full token beside the first class of another one. The side whose name has a real initial makes
/// one key, the other side tries each of its tokens as that initial: only pairs in which somebody
/// wrote an initial meet.
fn initial_keys(
    full: &Unit<'_>,
    other: &Unit<'_>,
    bearer: &Bearer,
    emit: &mut impl FnMut(Recipe, ClearKey),
) {
    let (least, least_written) = BESIDE_INITIAL_BITS;
    if full.is_initial || full.token_bits < least_written {
        return;
    }
    for class in full.classes.iter().filter(|c| c.bits >= least) {
        for initial in other.initials.iter() {
            for era in bearer.eras.beside(class.bits + INITIAL_BITS) {
                let key = ClearKey::new(&[&class.key.0.to_be_bytes(), &[initial], era]);
                if bearer.side == Side::Notice || other.is_initial {
                    emit(Recipe::SubjectInitial, key);
                }
                if bearer.side == Side::Subject || other.is_initial {
                    emit(Recipe::NoticeInitial, key);
                }
            }
        }
    }
}

/// The classes that an initial of a token has: of its first letter, which need not be its first sound
/// (`C.` for Charles); of other spellings the first class.
fn initials(form: &Form, classes: &[Class]) -> Firsts {
    let letter = form.as_bytes().get(..1).map(ClassKey::of);
    let others = classes.iter().skip(1).map(|c| c.key);
    let set = letter.into_iter().chain(others);
    Firsts(set.fold(0, |set, class| set | 1 << class.first()))
}

/// The tokens that are neither initials nor descriptive.
fn words<'a, 'b>(units: &'b [Unit<'a>]) -> impl Iterator<Item = &'b Unit<'a>> {
    units.iter().filter(|u| !u.is_initial && !u.is_descriptor)
}

/// Three class keys where some pair of them is too common to be a key.
fn triple_keys(units: &[Unit<'_>], eras: &Eras, emit: &mut impl FnMut(Recipe, ClearKey)) {
    let mut classes = [Class::default(); TOKENS];
    let firsts = words(units).filter_map(|u| u.classes.first());
    let mut count = 0;
    for (place, class) in classes.iter_mut().zip(firsts) {
        *place = *class;
        count += 1;
    }
    let classes = &classes[..count];
    for (i, x) in classes.iter().enumerate() {
        for (j, y) in classes.iter().enumerate().skip(i + 1) {
            for z in &classes[j + 1..] {
                // In one order, for the same sum on both sides.
                let mut triple = [x, y, z];
                triple.sort_unstable_by_key(|c| c.key);
                let all: f32 = triple.iter().map(|c| c.bits).sum();
                if triple.iter().any(|c| all - c.bits < PAIR_BITS) {
                    let [x, y, z] = triple.map(|c| c.key.0.to_be_bytes());
                    for era in eras.beside(all) {
                        emit(Recipe::TripleClass, ClearKey::new(&[&x, &y, &z, era]));
                    }
                }
            }
        }
    }
}

/// A class key beside the first two classes of each other token: where the other one was cut off, or
/// has two slips.
fn beginning_keys(units: &[Unit<'_>], eras: &Eras, emit: &mut impl FnMut(Recipe, ClearKey)) {
    for whole in words(units) {
        for other in words(units).filter(|o| !o.overlaps(whole)) {
            let (Some(class), Some(begun)) = (whole.classes.first(), other.classes.first()) else {
                continue;
            };
            let is_long = begun.key.len() > 1;
            let begun = begun.key.beginning();
            let bits = class.bits + beginning_bits(begun);
            if is_long && bits >= BEGINNING_BITS {
                for era in eras.beside(bits) {
                    let key = ClearKey::new(&[&class.key.0.to_be_bytes(), &[begun], era]);
                    emit(Recipe::PairBeginning, key);
                }
            }
        }
    }
}

/// The first letters of two tokens: where both were cut off, end otherwise or have a slip behind.
fn prefix_keys(units: &[Unit<'_>], eras: &Eras, emit: &mut impl FnMut(Recipe, ClearKey)) {
    for (i, x) in words(units).enumerate() {
        for y in words(units).skip(i + 1) {
            let (low, high) = (x.prefix.min(y.prefix), x.prefix.max(y.prefix));
            let bits = prefix_bits(low) + prefix_bits(high);
            if bits >= PREFIX_BITS {
                for era in eras.beside(bits) {
                    emit(Recipe::PairPrefix, ClearKey::new(&[&low, &high, era]));
                }
            }
        }
    }
}

/// The classes of a whole name, tokens in the order of the alphabet, and the same with one class left
/// out: slips that change no class do no harm, one that does is made good.
fn skeleton_keys(units: &[Unit<'_>], emit: &mut impl FnMut(Recipe, ClearKey)) {
    const LONGEST: usize = *SKELETON_LENGTH.end();
    let mut words: Vec<(&Form, ClassKey)> = words(units)
        .filter_map(|u| Some((&u.form, u.classes.first()?.key)))
        .collect();
    let length: u32 = words.iter().map(|(_, class)| class.len()).sum();
    if words.len() < 2 || !SKELETON_LENGTH.contains(&(length as usize)) {
        return;
    }
    words.sort_unstable();
    let mut classes = [0; LONGEST];
    let each = words.iter().flat_map(|(_, class)| class.each());
    for (place, class) in classes.iter_mut().zip(each) {
        *place = class;
    }
    let classes = &classes[..length as usize];
    emit(Recipe::SkeletonDeletion, ClearKey::new(&[classes]));
    ClearKey::without_one(classes, |key| emit(Recipe::SkeletonDeletion, key));
}

fn joined_keys(units: &[Unit<'_>], emit: &mut impl FnMut(Recipe, ClearKey)) {
    let empty = Form::default();
    let mut forms = [&empty; TOKENS];
    for (place, unit) in forms.iter_mut().zip(units) {
        *place = &unit.form;
    }
    let forms = &mut forms[..units.len()];
    forms.sort_unstable();
    let length: usize = forms.iter().map(|f| f.len()).sum();
    if (5..=JOINED_LENGTH).contains(&length) {
        let joined = forms.iter().fold(empty, |all, f| all.joined(f));
        let joined = joined.as_bytes();
        emit(Recipe::JoinedDeletion, ClearKey::new(&[joined]));
        ClearKey::without_one(joined, |key| emit(Recipe::JoinedDeletion, key));
    }
    if let [unit] = units
        && !unit.is_descriptor
    {
        let key = ClearKey::new(&[unit.form.as_bytes()]);
        emit(Recipe::OrganizationCore, key);
        return;
    }
    let mut core: [&[u8]; TOKENS] = [&[]; TOKENS];
    for (place, unit) in core.iter_mut().zip(units) {
        if !unit.is_descriptor {
            *place = unit.form.as_bytes();
        }
    }
    if core.iter().map(|f| f.len()).sum::<usize>() >= 3 {
        emit(Recipe::OrganizationCore, ClearKey::new(&core));
    }
}

/// At most 16 combinations.
fn product<'a>(
    a: &'a [Class],
    b: &'a [Class],
) -> impl Iterator<Item = (&'a Class, &'a Class)> + 'a {
    a.iter()
        .flat_map(|x| b.iter().map(move |y| (x, y)))
        .take(16)
}

/// Years for `class-year`. The notice side widens approximate dates by one year and spells out
/// ranges of up to four years; wider ranges say too little.
fn birth_years(record: &Prepared, side: Side) -> Vec<i16> {
    let mut years: Vec<i16> = record
        .dates
        .iter()
        .filter(|d| d.is_compared())
        .flat_map(|d| {
            let (from, to) = d.years();
            let widen = i16::from(d.circa && side == Side::Notice);
            let to = if to - from > 3 {
                from - 1 - 2 * widen
            } else {
                to
            };
            from - widen..=to + widen
        })
        .collect();
    years.sort_unstable();
    years.dedup();
    years
}

/// Full days for `initial-date`. The subject side also tries day and month swapped.
fn birth_days(record: &Prepared, side: Side) -> Vec<[u8; 4]> {
    let mut days: Vec<[u8; 4]> = record
        .dates
        .iter()
        .filter(|d| d.is_compared())
        .filter_map(|d| Some((d.year, d.month?, d.day?)))
        .flat_map(|(year, month, day)| {
            let [a, b] = year.to_be_bytes();
            let swapped = side == Side::Subject && day <= 12 && day != month;
            [
                Some([a, b, month, day]),
                swapped.then_some([a, b, day, month]),
            ]
        })
        .flatten()
        .collect();
    days.sort_unstable();
    days.dedup();
    days
}
