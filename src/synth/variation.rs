//! A list of invented people, copies of their names changed in one way each, and names of people who
//! are nearly on the list.
//!
//! The near misses are what makes the copies hard: a matcher that forgives everything finds every
//! copy and these as well. Each is drawn by one [`NearRule`] from the pools of the origin of a listed
//! person, at the frequency that names have there; who has the same words in the name as anybody on
//! the list, in any order, is left out.

use rustc_hash::FxHashSet;
use strsim::osa_distance;

use crate::record::{Kind, Name, Notice, PartKind, Record, RecordId, Sex, Subject};
use crate::synth::corrupt::{apply, are_spellings};
use crate::synth::person::{Part, Person, Wording};
use crate::synth::pool::{Entry, Origin, pools};
use crate::synth::{CorruptionKind, Draw};

/// One listed person, under one name.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The id of the notice.
    pub id: String,
    /// The name.
    pub name: String,
    wording: Wording,
    sex: Sex,
}

/// The name of a listed person, changed in one way.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The id of the subject.
    pub id: String,
    /// The way.
    pub family: CorruptionKind,
    /// Position of the person on the list.
    pub listed: usize,
    /// The name.
    pub name: String,
}

/// How a name that is nearly on the list is made from one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NearRule {
    /// One part, whichever, exchanged for another of the same kind and origin.
    OnePart,
    /// Another given name, all else the same.
    Sibling,
    /// Another given name with the same first letter, all else the same.
    SiblingInitial,
    /// Another family name, all else the same.
    SameGiven,
    /// One part exchanged for a name of one or two letters' difference, both of them common: Maria,
    /// Mario.
    Similar,
    /// Father and son: Ivan Petrovich, Petr Ivanovich.
    Patronymic,
}

impl NearRule {
    /// Every rule.
    pub const ALL: &'static [Self] = &[
        Self::OnePart,
        Self::Sibling,
        Self::SiblingInitial,
        Self::SameGiven,
        Self::Similar,
        Self::Patronymic,
    ];

    /// Stable text code.
    pub fn code(self) -> &'static str {
        match self {
            Self::OnePart => "one_part",
            Self::Sibling => "sibling",
            Self::SiblingInitial => "sibling_initial",
            Self::SameGiven => "same_given",
            Self::Similar => "similar",
            Self::Patronymic => "father_and_son",
        }
    }

    /// The name of somebody else who is near to a listed person; `None` where the rule does not
    /// fit.
    fn apply(self, listed: &Listed, draw: &mut Draw) -> Option<String> {
        let name = &listed.wording;
        let places = |fits: fn(PartKind) -> bool| -> Vec<usize> {
            let all = 0..name.parts.len();
            all.filter(|i| fits(name.parts[*i].kind)).collect()
        };
        match self {
            Self::OnePart => {
                let at = *draw.pick(&places(|kind| kind != PartKind::Other))?;
                exchanged(listed, at, |_| true, draw)
            }
            Self::Sibling => {
                let at = *places(|kind| kind == PartKind::Given).first()?;
                exchanged(listed, at, |_| true, draw)
            }
            Self::SiblingInitial => {
                let at = *places(|kind| kind == PartKind::Given).first()?;
                let first = name.parts[at].latin.chars().next();
                exchanged(listed, at, |e| e.latin.chars().next() == first, draw)
            }
            Self::SameGiven => {
                let at = *draw.pick(&places(|kind| kind == PartKind::Family))?;
                exchanged(listed, at, |_| true, draw)
            }
            Self::Similar => {
                let at = *draw.pick(&places(|kind| kind != PartKind::Other))?;
                let part = &name.parts[at];
                let common = common(listed, part.kind);
                common.iter().find(|e| e.latin == part.latin)?;
                let near: Vec<&Entry> = common.iter().filter(|e| is_similar(part, e)).collect();
                Some(with(name, at, **draw.pick(&near)?))
            }
            Self::Patronymic => father_and_son(listed),
        }
    }
}

/// A list, copies, near misses.
#[derive(Clone, Debug, Default)]
pub struct Variation {
    /// The list: no two people with the same words in their names.
    pub listed: Vec<Listed>,
    /// The copies, family by family.
    pub copies: Vec<Changed>,
    /// People who are not on the list, rule by rule.
    pub near: Vec<NearMiss>,
}

/// The name of somebody who is not on the list and near to somebody who is.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// The id of the subject.
    pub id: String,
    /// The rule.
    pub rule: NearRule,
    /// Position on the list of the person it was made from.
    pub listed: usize,
    /// The name.
    pub name: String,
}

/// Streams of draws of one seed.
const PEOPLE: u64 = 3 << 40;
const FAMILIES: u64 = 4 << 40;
const RULES: u64 = 5 << 40;

impl Variation {
    /// Draws people of all origins, up to `each` copies a family and up to `near` near misses a
    /// rule.
    pub fn new(people: usize, each: usize, near: usize, seed: u64) -> Self {
        let mut words: FxHashSet<String> = FxHashSet::default();
        let drawn =
            (0..).map(|i| Person::draw(&[], (1930, 2005), &mut Draw::new(seed, PEOPLE + i)));
        let listed: Vec<Listed> = drawn
            .filter(|p| p.name.parts.len() > 1 && words.insert(words_of(&p.name.latin())))
            .take(people)
            .zip(1..)
            .map(|(person, number)| Listed {
                id: format!("N{number:07}"),
                name: person.name.latin(),
                wording: person.name,
                sex: person.sex,
            })
            .collect();
        let mut copies = Vec::new();
        for (family, stream) in CorruptionKind::all().zip(FAMILIES..) {
            let mut draw = Draw::new(seed, stream);
            let changed = some_of(&listed, each, &mut draw, |person, draw| {
                let name = apply(&person.wording, family, draw)?;
                let is_anothers =
                    words_of(&name) != words_of(&person.name) && words.contains(&words_of(&name));
                (!is_anothers && is_a_name(&name, family)).then_some(name)
            });
            copies.extend(changed.map(|(i, listed, name)| Changed {
                id: format!("{}-{i:05}", family.code()),
                family,
                listed,
                name,
            }));
        }
        let mut misses = Vec::new();
        for (rule, stream) in NearRule::ALL.iter().zip(RULES..) {
            let mut draw = Draw::new(seed, stream);
            let found = some_of(&listed, near, &mut draw, |person, draw| {
                let name = rule.apply(person, draw)?;
                (!words.contains(&words_of(&name))).then_some(name)
            });
            misses.extend(found.map(|(i, listed, name)| NearMiss {
                id: format!("near-{}-{i:05}", rule.code()),
                rule: *rule,
                listed,
                name,
            }));
        }
        Self {
            listed,
            copies,
            near: misses,
        }
    }

    /// The list as notices: a person, a name, nothing else.
    pub fn notices(&self) -> Vec<Notice> {
        let notice = |listed: &Listed| Notice {
            record: record(&listed.id, &listed.name),
            ..Notice::default()
        };
        self.listed.iter().map(notice).collect()
    }
}

/// A subject of whom only the name is known.
pub(crate) fn subject(id: &str, name: &str) -> Subject {
    Subject {
        record: record(id, name),
        ..Subject::default()
    }
}

fn record(id: &str, name: &str) -> Record {
    Record {
        id: RecordId(id.to_owned()),
        kind: Kind::Person,
        names: vec![Name::primary(name)],
        ..Record::default()
    }
}

/// Up to `count` people, from a drawn place on, of whom something can be made: a number from 1, the
/// place on the list, what was made.
fn some_of(
    listed: &[Listed],
    count: usize,
    draw: &mut Draw,
    make: impl Fn(&Listed, &mut Draw) -> Option<String>,
) -> impl Iterator<Item = (u32, usize, String)> {
    let start = draw.below(listed.len());
    let order = (start..listed.len()).chain(0..start);
    let results = order.filter_map(move |at| Some((at, make(&listed[at], draw)?)));
    (1..)
        .zip(results.take(count))
        .map(|(number, (at, name))| (number, at, name))
}

/// The words of a name in plain letters, sorted: what makes two names the same here.
fn words_of(name: &str) -> String {
    let plain = any_ascii::any_ascii(name).to_lowercase();
    let mut words: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether enough is left of a name: a word that is more than an initial, and more than the first
/// word where a line was cut.
fn is_a_name(changed: &str, family: CorruptionKind) -> bool {
    let words = || changed.split([' ', ',', '.']).filter(|w| !w.is_empty());
    match family {
        CorruptionKind::Initials | CorruptionKind::FamilyInitials => {
            words().any(|w| w.chars().nth(1).is_some())
        }
        CorruptionKind::Narrow | CorruptionKind::Truncation => words().nth(1).is_some(),
        _ => true,
    }
}

/// A name with another one in the place of one part.
fn with(name: &Wording, at: usize, entry: Entry) -> String {
    let mut changed = name.clone();
    entry.latin.clone_into(&mut changed.parts[at].latin);
    changed.latin()
}

/// The slot and sex of the pool that a kind of part comes from.
fn slot(listed: &Listed, kind: PartKind) -> (&'static Origin, &'static str, Sex) {
    let origin = listed.wording.origin.unwrap_or(&pools().origins[0]);
    let has = |what| !pools().entries(origin, what, listed.sex).is_empty();
    match kind {
        PartKind::Family => (origin, "family", listed.sex),
        PartKind::Middle if has("middle") => (origin, "middle", listed.sex),
        PartKind::Patronymic if has("patronymic") => (origin, "patronymic", listed.sex),
        PartKind::Patronymic | PartKind::Grandfather => (origin, "given", Sex::Male),
        _ => (origin, "given", listed.sex),
    }
}

fn entries(listed: &Listed, kind: PartKind) -> &'static [Entry] {
    let (origin, what, sex) = slot(listed, kind);
    pools().entries(origin, what, sex)
}

/// The common names of a pool: those that half of its people have. A rare one of one letter's
/// difference may well be a slip or a spelling.
fn common(listed: &Listed, kind: PartKind) -> &'static [Entry] {
    let (origin, what, sex) = slot(listed, kind);
    pools().common(origin, what, sex)
}

/// A part exchanged for another one of its pool that is no spelling of it, drawn by frequency.
fn exchanged(
    listed: &Listed,
    at: usize,
    fits: impl Fn(&Entry) -> bool,
    draw: &mut Draw,
) -> Option<String> {
    const TRIES: usize = 40;
    let part = &listed.wording.parts[at];
    let (origin, what, sex) = slot(listed, part.kind);
    (0..TRIES)
        .filter_map(|_| pools().draw(origin, what, sex, draw))
        .find(|e| fits(e) && !is_same(part, e))
        .map(|e| with(&listed.wording, at, e))
}

/// Whether a pool entry is the same name as a part, or another spelling of it.
fn is_same(part: &Part, entry: &Entry) -> bool {
    let is_variant = |all: &str, one: &str| all.split('|').any(|v| v.eq_ignore_ascii_case(one));
    skeleton(&part.latin) == skeleton(entry.latin)
        || (!part.native.is_empty() && part.native == entry.native)
        || is_variant(part.variants, entry.latin)
        || is_variant(entry.variants, &part.latin)
        || are_spellings(&part.latin, entry.latin)
}

/// One or two letters apart, and no spelling of the same name.
fn is_similar(part: &Part, entry: &Entry) -> bool {
    let plain = |text: &str| any_ascii::any_ascii(text).to_lowercase();
    let (a, b) = (plain(&part.latin), plain(entry.latin));
    let most = if a.len().min(b.len()) < 6 { 1 } else { 2 };
    a.len().abs_diff(b.len()) <= most
        && (1..=most).contains(&osa_distance(&a, &b))
        && !is_same(part, entry)
}

/// A name with the letters gone that spellings exchange: `Brian`, `Bryan`; `Eric`, `Erik`.
fn skeleton(name: &str) -> String {
    let plain = any_ascii::any_ascii(name).to_lowercase();
    let plain = plain.replace("ph", "f").replace("ck", "k");
    let mut out = String::new();
    for letter in plain
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() && *c != 'h')
    {
        let letter = match letter {
            'c' | 'q' => 'k',
            'y' | 'j' => 'i',
            'w' => 'v',
            'z' => 's',
            other => other,
        };
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out.trim_end_matches('e').to_owned()
}

/// The name of the son of a man who is named after his father: Ivan Petrovich, Petr Ivanovich.
fn father_and_son(listed: &Listed) -> Option<String> {
    let place = |kind| listed.wording.parts.iter().position(|p| p.kind == kind);
    let (given, patronymic) = (place(PartKind::Given)?, place(PartKind::Patronymic)?);
    let (_, what, sex) = slot(listed, PartKind::Patronymic);
    if what != "patronymic" || sex == Sex::Female {
        return None;
    }
    let of = |at: usize| listed.wording.parts[at].latin.to_lowercase();
    let stem = |text: &str| -> Option<String> {
        let ends = ["ovich", "evich", "yevich", "ovych", "evych"];
        let stem = ends.iter().find_map(|e| text.strip_suffix(e))?;
        (stem.len() > 2).then(|| stem.to_owned())
    };
    let father = stem(&of(patronymic))?;
    let own: String = of(given).chars().take(4).collect();
    let fathers = entries(listed, PartKind::Given).iter();
    let sons = entries(listed, PartKind::Patronymic).iter();
    let father = fathers
        .clone()
        .find(|e| e.latin.to_lowercase().starts_with(&father))?;
    let son = sons
        .clone()
        .find(|e| e.latin.to_lowercase().starts_with(&own))?;
    let mut changed = listed.wording.clone();
    father.latin.clone_into(&mut changed.parts[given].latin);
    son.latin.clone_into(&mut changed.parts[patronymic].latin);
    Some(changed.latin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_who_is_nearly_on_the_list_is_on_it() {
        let world = Variation::new(300, 20, 60, 1);
        let words: FxHashSet<String> = world.listed.iter().map(|l| words_of(&l.name)).collect();
        assert_eq!(words.len(), 300);
        assert!(world.near.len() > 250);
        for miss in &world.near {
            assert!(!words.contains(&words_of(&miss.name)), "{}", miss.name);
        }
    }

    #[test]
    fn a_near_miss_differs_in_what_its_rule_says() {
        let world = Variation::new(300, 1, 60, 1);
        for miss in &world.near {
            let of = &world.listed[miss.listed];
            let theirs: Vec<&str> = of.name.split(' ').collect();
            let shared = miss.name.split(' ').filter(|w| theirs.contains(w)).count();
            assert!(shared > 0, "{} {}", of.name, miss.name);
        }
        let rule = |rule| world.near.iter().filter(move |m| m.rule == rule);
        assert!(rule(NearRule::Patronymic).count() > 0);
        for miss in rule(NearRule::SiblingInitial) {
            let of = &world.listed[miss.listed];
            let part = of.wording.parts.iter().find(|p| p.kind == PartKind::Given);
            let first = part.and_then(|p| p.latin.chars().next());
            let has = |c| miss.name.split(' ').any(|w| w.starts_with(c));
            assert!(first.is_some_and(has), "{} {}", of.name, miss.name);
        }
    }

    #[test]
    fn spellings_of_one_name_are_no_near_miss() {
        let part = |latin: &str| Part::latin(PartKind::Given, latin);
        let entry = |latin| Entry {
            latin,
            ..Entry::default()
        };
        assert!(is_same(&part("Brian"), &entry("Bryan")));
        assert!(is_same(&part("Muhammad"), &entry("Mohamed")));
        assert!(is_similar(&part("Maria"), &entry("Mario")));
        assert!(!is_similar(&part("Eric"), &entry("Erik")));
    }

    #[test]
    fn a_seed_gives_the_same_people_for_ever() {
        let (one, other) = (Variation::new(50, 3, 3, 7), Variation::new(50, 3, 3, 7));
        let names = |w: &Variation| -> Vec<String> {
            let copies = w.copies.iter().map(|c| c.name.clone());
            copies
                .chain(w.near.iter().map(|n| n.name.clone()))
                .collect()
        };
        assert_eq!(names(&one), names(&other));
    }
}
