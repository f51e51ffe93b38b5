//! Kin: tokens that are other forms of one name, or its usual short forms, by table.
//!
//! `ihor` and `igor`, `giuseppe` and `joseph`, `wang` and `wong`, `bill` and `william`: no letters
//! tell. Three tables: spellings that stand under one name in several scripts
//! (`veilmatch learn variants` makes it), one name in many languages with its short forms, and the
//! surnames of Han and Hangul. A name is found by its sound form, so a table needs one of
//! the spellings that sound alike.

use std::sync::OnceLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::keys::class::ClassKey;
use crate::keys::form::Form;
use crate::keys::sound::sound_form;
use crate::translit::surnames;

const VARIANTS: &str = include_str!("variants.tsv");
const NICKNAMES: &str = include_str!("nicknames.tsv");

/// Names that a token may be a form of, at most.
const MOST: usize = 4;

/// Room for the forms of the tables.
const FORMS: usize = 24_000;

/// How two tokens are forms of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// One is a usual short form.
    Short,
    /// The forms of two languages.
    Equivalent,
    /// Spellings of one name.
    Spelling,
}

/// The names that a token may be a form of.
///
/// **Shape**: numbers of names with how the token is a form of them, 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    of: [u32; MOST],
    /// Class key of the usual form of the first name, where it is not that of the token.
    class: ClassKey,
}

/// The token is a short form of the name.
const SHORT: u32 = 1 << 31;
/// The name stands in several languages.
const EQUIVALENT: u32 = 1 << 30;

impl Kin {
    /// What the tables say of a sound form.
    pub(crate) fn of(sound: &Form) -> Self {
        table().get(sound).map_or_else(Self::default, Row::kin)
    }

    /// The strongest tie of two tokens.
    pub fn tie(&self, other: &Self) -> Option<Tie> {
        let ours = self.names().iter();
        let ties = ours.flat_map(|x| other.names().iter().filter_map(|y| tie(*x, *y)));
        ties.max()
    }

    /// A bit for each name, several names to a bit: two forms of one name share one.
    pub(crate) fn marks(&self) -> u64 {
        let numbers = self.names().iter().map(|name| name & !(SHORT | EQUIVALENT));
        numbers.fold(0, |set, number| set | 1 << (number % 64))
    }

    /// Whether the token is known at all.
    pub fn is_empty(&self) -> bool {
        self.of[0] == 0
    }

    /// Class key of the usual form, where it is not that of the token.
    pub(crate) fn class(&self) -> Option<ClassKey> {
        (!self.class.is_empty()).then_some(self.class)
    }

    fn names(&self) -> &[u32] {
        names(&self.of)
    }
}

fn names(of: &[u32; MOST]) -> &[u32] {
    let known = of.iter().position(|name| *name == 0);
    &of[..known.unwrap_or(MOST)]
}

/// What the tables say of a sound form: class keys are made when it is asked for.
#[derive(Default)]
struct Row {
    of: [u32; MOST],
    /// The first spelling with this sound, and the usual form of its name.
    form: &'static str,
    usual: &'static str,
}

impl Row {
    fn add(&mut self, name: u32) {
        let is_known = names(&self.of).iter().any(|n| (n ^ name) & !SHORT == 0);
        if let Some(free) = self.of.iter_mut().find(|n| **n == 0).filter(|_| !is_known) {
            *free = name;
        }
    }

    fn kin(&self) -> Kin {
        let class = |form: &str| ClassKey::of(form.as_bytes());
        let usual = class(self.usual);
        let differs = class(self.form) != usual;
        Kin {
            of: self.of,
            class: if differs { usual } else { ClassKey::default() },
        }
    }
}

fn tie(x: u32, y: u32) -> Option<Tie> {
    if (x ^ y) & !SHORT != 0 {
        None
    } else if (x | y) & SHORT != 0 {
        Some(Tie::Short)
    } else if x & EQUIVALENT != 0 {
        Some(Tie::Equivalent)
    } else {
        Some(Tie::Spelling)
    }
}

fn table() -> &'static FxHashMap<Form, Row> {
    static TABLE: OnceLock<FxHashMap<Form, Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: FxHashMap<Form, Row> =
            FxHashMap::with_capacity_and_hasher(FORMS, FxBuildHasher);
        let mut number = 0;
        let mut add = |full: &'static str, short: &'static str, how: u32| {
            number += 1;
            let usual = full.split(' ').next().unwrap_or_default();
            let forms = full.split(' ').map(|form| (form, 0));
            for (form, is_short) in forms.chain(short.split(' ').map(|form| (form, SHORT))) {
                // A lone letter is an initial.
                if form.len() < 2 {
                    continue;
                }
                let sound = sound_form(&Form::new(form));
                let row = table.entry(sound).or_insert_with(|| Row {
                    form,
                    usual,
                    ..Row::default()
                });
                row.add(number | how | is_short);
            }
        };
        for (full, short) in rows(NICKNAMES) {
            add(full, short, EQUIVALENT);
        }
        for surnames in surnames() {
            add(surnames, "", 0);
        }
        for (forms, _) in rows(VARIANTS) {
            add(forms, "", 0);
        }
        table
    })
}

/// Rows of a table, cut at the first tab.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines.map(|line| line.split_once('\t').unwrap_or((line, "")))
}

/// Digest of the tables, for the recipe digest.
pub(super) fn digest() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for table in [VARIANTS, NICKNAMES] {
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, expected: Option<Tie>) {
        let kin = |form: &str| Kin::of(&sound_form(&Form::new(form)));
        assert_eq!(kin(a).tie(&kin(b)), expected, "{a} {b}");
        assert_eq!(kin(b).tie(&kin(a)), expected, "{b} {a}");
    }

    #[test]
    fn forms_of_one_name_are_kin() {
        check("ihor", "igor", Some(Tie::Spelling));
        check("giuseppe", "joseph", Some(Tie::Equivalent));
        check("bill", "wilhelm", Some(Tie::Short));
        check("pepe", "joseph", Some(Tie::Short));
        check("wong", "wang", Some(Tie::Spelling));
    }

    #[test]
    fn other_names_are_not() {
        check("maria", "mario", None);
        check("peter", "paul", None);
        check("xqzzy", "xqzzy", None);
    }

    #[test]
    fn every_row_has_letters_alone() {
        assert!(VARIANTS.lines().count() > 1_000);
        for (full, short) in rows(NICKNAMES).chain(rows(VARIANTS)) {
            for form in full.split(' ').chain(short.split(' ')) {
                assert!(form.bytes().all(|b| b.is_ascii_lowercase()), "{form}");
            }
        }
    }
}
