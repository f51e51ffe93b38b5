//! The recipes: which parts of a record make a key.
//!
//! Chosen by recall against candidates (`veilmatch evaluate keys`). Each recipe is cheap where it is
//! selective and stays silent where it is not: whether it speaks depends on the record and on the
//! shipped frequencies alone.

use crate::keys::class::{ClassKey, class_bits};
use crate::keys::prepared::{Form, Prepared, PreparedName, Token};
use crate::normalize::Tag;
use crate::record::{Calendar, DateKind, PartialDate};

/// Version of the rules in this file, part of the recipe digest.
pub(crate) const RULES: &str = "recipes/1";

/// Fewest bits a pair of class keys needs to be a key of its own. Unit: bits of rarity, summed over
/// both classes. 13 bits: an unrelated name makes the same pair about once in 8,000.
const PAIR_BITS: f32 = 13.0;

/// Fewest bits a single class key needs. 15 bits: about one unrelated token in 32,000.
const SINGLE_CLASS_BITS: f32 = 15.0;

/// Fewest bits a single written token needs. 15 bits: a token that a name table of 32,000 people
/// would hold once.
const SINGLE_TOKEN_BITS: f32 = 15.0;

/// Fewest bits a class key needs beside an initial.
const BESIDE_INITIAL_BITS: f32 = 9.0;

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
    /// One rare class key and the first class of another token.
    RareClass = "rare-class",
    /// One rare written token and the first class of another token.
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
/// The bytes are injective within a recipe. Clear keys never leave: see `KeyMaker::blind`.
pub fn clear_keys(record: &Prepared, side: Side, mut emit: impl FnMut(Recipe, &[u8])) {
    let years = birth_years(record, side);
    let days = birth_days(record, side);
    for name in &record.names {
        name_keys(name, side, &years, &days, &mut emit);
    }
    for id in &record.ids {
        if id.kind.is_strong() {
            emit(Recipe::Identifier, id.norm.as_bytes());
        }
    }
}

/// A token or two joined neighbours, as keys see them.
struct Unit {
    classes: Vec<ClassKey>,
    form: Form,
    token_bits: f32,
    /// First and last core token it covers.
    first: usize,
    last: usize,
    is_descriptor: bool,
    is_initial: bool,
}

impl Unit {
    fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

fn units(name: &PreparedName) -> (Vec<Unit>, usize) {
    let core: Vec<(usize, &Token)> = name
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| t.is_core() || t.tag == Tag::Initial)
        .take(TOKENS)
        .collect();
    let mut units: Vec<Unit> = core
        .iter()
        .enumerate()
        .map(|(i, (_, t))| Unit {
            classes: t
                .class_keys()
                .take(if t.is_foreign() { 8 } else { 2 })
                .collect(),
            form: *t.form(),
            token_bits: t.bits,
            first: i,
            last: i,
            is_descriptor: t.tag == Tag::Descriptor,
            is_initial: t.tag == Tag::Initial,
        })
        .collect();
    let real = units.len();
    for (i, window) in core.windows(2).enumerate() {
        let [(at, a), (to, b)] = window else { continue };
        if a.tag == Tag::Initial || b.tag == Tag::Initial || a.tag == Tag::Number {
            continue;
        }
        // With and without the particles between them: Abd al-Rahman, Abdulrahman, Abdrahman.
        let between = &name.tokens[at + 1..*to];
        let with = between
            .iter()
            .fold(*a.form(), |form, t| form.joined(t.form()));
        let mut classes = vec![ClassKey::of(with.joined(b.form()).as_bytes())];
        let without = ClassKey::of(a.form().joined(b.form()).as_bytes());
        let spelled = name.run.iter().map(|f| ClassKey::of(f.as_bytes()));
        for class in std::iter::once(without).chain(spelled) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        units.push(Unit {
            classes,
            form: with.joined(b.form()),
            token_bits: a.bits + b.bits,
            first: i,
            last: i + 1,
            is_descriptor: a.tag == Tag::Descriptor && b.tag == Tag::Descriptor,
            is_initial: false,
        });
    }
    (units, real)
}

fn name_keys(
    name: &PreparedName,
    side: Side,
    years: &[i16],
    days: &[[u8; 4]],
    emit: &mut impl FnMut(Recipe, &[u8]),
) {
    let (units, real) = units(name);
    for (i, unit) in units.iter().enumerate() {
        let covers_all = unit.first == 0 && unit.last + 1 == real;
        for class in unit.classes.iter().filter(|_| !unit.is_initial) {
            let class_bytes = class.0.to_be_bytes();
            let bits = class_bits(*class);
            for year in years.iter().filter(|_| bits >= BESIDE_YEAR_BITS) {
                let [a, b] = year.to_be_bytes();
                emit(Recipe::ClassYear, &[&class_bytes[..], &[a, b]].concat());
            }
            if covers_all && class.len() > 2 {
                emit(Recipe::Mononym, &class_bytes);
            }
            if class.len() > 3 && bits >= SINGLE_CLASS_BITS {
                beside(unit, &units, |initial| {
                    emit(Recipe::RareClass, &[&class_bytes[..], &[initial]].concat());
                });
            }
        }
        if let Some(class) = unit.classes.first().filter(|_| i < real) {
            let initial = u8::try_from(class.0 & 15).unwrap_or(0);
            for day in days {
                emit(Recipe::InitialDate, &[&[initial][..], day].concat());
            }
        }
        if unit.token_bits >= SINGLE_TOKEN_BITS && unit.form.len() > 3 && !unit.is_descriptor {
            beside(unit, &units, |initial| {
                emit(
                    Recipe::RareToken,
                    &[unit.form.as_bytes(), &[0, initial]].concat(),
                );
            });
        }
        for other in units[i + 1..].iter().filter(|o| !unit.overlaps(o)) {
            pair_keys(unit, other, side, emit);
        }
    }
    triple_keys(&units[..real], emit);
    joined_keys(&units[..real], emit);
}

/// The first class of each other token of the name; 0 for a name that has none. A rare token alone
/// does not reach the threshold, so something else must be there, if only a beginning.
fn beside(unit: &Unit, units: &[Unit], see: impl FnMut(u8)) {
    let others = units
        .iter()
        .filter(|o| !o.overlaps(unit) && !o.is_descriptor);
    let mut initials: Vec<u8> = others
        .flat_map(|o| &o.classes)
        .map(|class| u8::try_from(class.0 & 15).unwrap_or(0))
        .collect();
    initials.sort_unstable();
    initials.dedup();
    if initials.is_empty() {
        initials.push(0);
    }
    initials.into_iter().for_each(see);
}

fn pair_keys(a: &Unit, b: &Unit, side: Side, emit: &mut impl FnMut(Recipe, &[u8])) {
    initial_keys(a, b, side, emit);
    initial_keys(b, a, side, emit);
    if a.is_initial || b.is_initial || (a.is_descriptor && b.is_descriptor) {
        return;
    }
    let (low, high) = if a.form <= b.form { (a, b) } else { (b, a) };
    let separator = [0];
    emit(
        Recipe::PairToken,
        &[low.form.as_bytes(), &separator, high.form.as_bytes()].concat(),
    );
    for (x, y) in product(&a.classes, &b.classes) {
        if class_bits(x) + class_bits(y) >= PAIR_BITS {
            let (low, high) = (x.min(y), x.max(y));
            emit(
                Recipe::PairClass,
                &[low.0.to_be_bytes(), high.0.to_be_bytes()].concat(),
            );
        }
    }
}

/// A full token beside the first class of another one. The side whose name has a real initial makes
/// one key, the other side tries each of its tokens as that initial: only pairs in which somebody
/// wrote an initial meet.
fn initial_keys(full: &Unit, other: &Unit, side: Side, emit: &mut impl FnMut(Recipe, &[u8])) {
    if full.is_initial {
        return;
    }
    for (class, first) in product(&full.classes, &other.classes) {
        if class_bits(class) < BESIDE_INITIAL_BITS {
            continue;
        }
        let initial = u8::try_from(first.0 & 15).unwrap_or(0);
        let key = [&class.0.to_be_bytes()[..], &[initial]].concat();
        if side == Side::Notice || other.is_initial {
            emit(Recipe::SubjectInitial, &key);
        }
        if side == Side::Subject || other.is_initial {
            emit(Recipe::NoticeInitial, &key);
        }
    }
}

/// Three class keys where some pair of them is too common to be a key.
fn triple_keys(units: &[Unit], emit: &mut impl FnMut(Recipe, &[u8])) {
    let classes: Vec<ClassKey> = units
        .iter()
        .filter(|u| !u.is_initial && !u.is_descriptor)
        .filter_map(|u| u.classes.first().copied())
        .collect();
    for (i, x) in classes.iter().enumerate() {
        for (j, y) in classes.iter().enumerate().skip(i + 1) {
            for z in classes.iter().skip(j + 1) {
                let mut triple = [x, y, z];
                let bits = triple.map(|c| class_bits(*c));
                let all: f32 = bits.iter().sum();
                let some_pair_is_common = bits.iter().any(|b| all - b < PAIR_BITS);
                if some_pair_is_common {
                    triple.sort_unstable();
                    let bytes = triple.map(|c| c.0.to_be_bytes()).concat();
                    emit(Recipe::TripleClass, &bytes);
                }
            }
        }
    }
}

fn joined_keys(units: &[Unit], emit: &mut impl FnMut(Recipe, &[u8])) {
    let mut forms: Vec<&Form> = units.iter().map(|u| &u.form).collect();
    forms.sort_unstable();
    let joined: Vec<u8> = forms.iter().flat_map(|f| f.as_bytes()).copied().collect();
    if joined.len() >= 5 && joined.len() <= JOINED_LENGTH {
        emit(Recipe::JoinedDeletion, &joined);
        for i in 0..joined.len() {
            if i > 0 && joined[i] == joined[i - 1] {
                continue;
            }
            let shorter = [&joined[..i], &joined[i + 1..]].concat();
            emit(Recipe::JoinedDeletion, &shorter);
        }
    }
    if units.iter().any(|u| u.is_descriptor) || units.len() > 1 {
        let core: Vec<u8> = units
            .iter()
            .filter(|u| !u.is_descriptor)
            .flat_map(|u| u.form.as_bytes())
            .copied()
            .collect();
        if core.len() >= 3 {
            emit(Recipe::OrganizationCore, &core);
        }
    } else if let Some(unit) = units.first() {
        emit(Recipe::OrganizationCore, unit.form.as_bytes());
    }
}

/// At most 16 combinations.
fn product<'a>(
    a: &'a [ClassKey],
    b: &'a [ClassKey],
) -> impl Iterator<Item = (ClassKey, ClassKey)> + 'a {
    a.iter().flat_map(|x| b.iter().map(|y| (*x, *y))).take(16)
}

fn comparable(record: &Prepared) -> impl Iterator<Item = &PartialDate> {
    record.dates.iter().filter(|d| {
        matches!(
            d.kind,
            DateKind::Birth | DateKind::Incorporation | DateKind::Build
        ) && d.calendar == Calendar::Gregorian
    })
}

/// Years for `class-year`. The notice side widens approximate dates by one year and spells out
/// ranges of up to four years; wider ranges say too little.
fn birth_years(record: &Prepared, side: Side) -> Vec<i16> {
    let mut years: Vec<i16> = comparable(record)
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
    let mut days: Vec<[u8; 4]> = comparable(record)
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
