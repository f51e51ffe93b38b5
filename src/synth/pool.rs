//! The name pools: `names.tsv` (made by `tools/name_pools.py`) and `origins.tsv`, parsed once.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::record::Sex;
use crate::synth::Draw;

const NAMES: &str = include_str!("names.tsv");
const ORIGINS: &str = include_str!("origins.tsv");

/// One name of a pool.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Usual Latin spelling.
    pub latin: &'static str,
    /// Native form, or empty.
    pub native: &'static str,
    /// Other Latin spellings, `|`-joined.
    pub variants: &'static str,
}

/// The names of one origin and slot with their weights added up.
#[derive(Debug, Default)]
struct Slot {
    entries: Vec<Entry>,
    sums: Vec<usize>,
}

/// How the native form of a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Native {
    /// The origin writes Latin letters.
    None,
    /// Parts in the order of the Latin form, with spaces.
    Spaced,
    /// The same without spaces.
    Joined,
    /// Without spaces and in reverse order.
    Reversed,
}

/// Where people come from: which pools, which countries, which kind of name.
#[derive(Debug)]
pub(super) struct Origin {
    /// Code, as in `names.tsv`.
    pub code: &'static str,
    /// Share of the population.
    pub share: u32,
    /// Nationalities with weights.
    pub countries: Vec<(&'static str, u32)>,
    /// Native form.
    pub native: Native,
    /// Parts of a name.
    pub pattern: Vec<Item>,
}

/// One part of a name pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Pool or role: `given`, `family`, ...; for a particle its Latin form.
    pub what: &'static str,
    /// Native form of a particle.
    pub native: &'static str,
    /// Whether it is a particle.
    pub particle: bool,
    /// Share of people who have it, in percent.
    pub percent: u32,
}

/// All pools.
#[derive(Debug)]
pub(super) struct Pools {
    slots: FxHashMap<(&'static str, &'static str), Slot>,
    by_latin: FxHashMap<String, Entry>,
    /// Origins in file order.
    pub origins: Vec<Origin>,
}

/// The pools.
pub(super) fn pools() -> &'static Pools {
    static POOLS: OnceLock<Pools> = OnceLock::new();
    POOLS.get_or_init(Pools::parse)
}

/// The rows of a table: cells of the lines that are no comments.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split('\t').collect())
}

impl Pools {
    fn parse() -> Self {
        let mut slots: FxHashMap<_, Slot> = FxHashMap::default();
        let mut by_latin = FxHashMap::default();
        for row in rows(NAMES) {
            let [origin, slot, weight, latin, native, variants] = row[..] else {
                continue;
            };
            let entry = Entry {
                latin,
                native,
                variants,
            };
            let slot = slots.entry((origin, slot)).or_default();
            let sum = slot.sums.last().copied().unwrap_or(0);
            slot.sums.push(sum + weight.parse::<usize>().unwrap_or(1));
            slot.entries.push(entry);
            let known: &mut Entry = by_latin.entry(latin.to_lowercase()).or_default();
            if known.native.is_empty() && (known.variants.is_empty() || !native.is_empty()) {
                *known = entry;
            }
        }
        Self {
            slots,
            by_latin,
            origins: rows(ORIGINS).filter_map(|row| origin(&row)).collect(),
        }
    }

    /// The origin of a code.
    pub(super) fn origin(&self, code: &str) -> Option<&Origin> {
        self.origins.iter().find(|o| o.code == code)
    }

    /// A name of a slot that may have one form per sex; `None` where the origin has no such slot.
    pub(super) fn draw(
        &self,
        origin: &Origin,
        what: &'static str,
        sex: Sex,
        draw: &mut Draw,
    ) -> Option<Entry> {
        let slot = self.slot(origin, what, sex)?;
        let at = draw.below(slot.sums.last().copied()?);
        let place = slot.sums.partition_point(|sum| *sum <= at);
        slot.entries.get(place).copied()
    }

    /// All names of a slot; none where the origin has no such slot.
    pub(super) fn entries(&self, origin: &Origin, what: &'static str, sex: Sex) -> &[Entry] {
        self.slot(origin, what, sex)
            .map_or(&[], |slot| slot.entries.as_slice())
    }

    /// Those names of a slot that half of the people have; pools begin with the most common ones.
    pub(super) fn common(&self, origin: &Origin, what: &'static str, sex: Sex) -> &[Entry] {
        self.slot(origin, what, sex).map_or(&[], |slot| {
            let half = slot.sums.last().copied().unwrap_or(0) / 2;
            &slot.entries[..slot.sums.partition_point(|sum| *sum <= half)]
        })
    }

    fn slot(&self, origin: &Origin, what: &'static str, sex: Sex) -> Option<&Slot> {
        let by_sex = match (what, sex) {
            ("given", Sex::Female) => "given_f",
            ("given", _) => "given_m",
            ("family", Sex::Female) => "family_f",
            ("family", _) => "family_m",
            ("patronymic", Sex::Female) => "patronymic_f",
            ("patronymic", _) => "patronymic_m",
            _ => what,
        };
        [by_sex, what]
            .iter()
            .find_map(|slot| self.slots.get(&(origin.code, *slot)))
    }

    /// A pool entry by its Latin spelling, in any letter case.
    pub(super) fn find(&self, latin: &str) -> Option<Entry> {
        self.by_latin.get(&latin.to_lowercase()).copied()
    }
}

fn origin(row: &[&'static str]) -> Option<Origin> {
    let [code, share, countries, native, pattern] = *row else {
        return None;
    };
    Some(Origin {
        code,
        share: share.parse().ok()?,
        countries: countries
            .split(' ')
            .filter_map(|c| c.split_once(':'))
            .filter_map(|(c, weight)| Some((c, weight.parse().ok()?)))
            .collect(),
        native: match native {
            "spaced" => Native::Spaced,
            "joined" => Native::Joined,
            "reversed" => Native::Reversed,
            _ => Native::None,
        },
        pattern: pattern.split(' ').map(item).collect(),
    })
}

fn item(text: &'static str) -> Item {
    let (text, percent) = text.split_once('/').unwrap_or((text, "100"));
    let particle = text.starts_with('~');
    let text = text.trim_start_matches('~');
    let (what, native) = text.split_once('=').unwrap_or((text, ""));
    Item {
        what,
        native,
        particle,
        percent: percent.parse().unwrap_or(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_can_fill_its_pattern() {
        let mut draw = Draw::new(1, 1);
        assert!(pools().origins.len() >= 12);
        for origin in &pools().origins {
            assert!(!origin.countries.is_empty(), "{}", origin.code);
            for item in origin.pattern.iter().filter(|i| !i.particle) {
                let slot = match item.what {
                    "middle" | "father" | "grandfather" => "given",
                    what => what,
                };
                for sex in [Sex::Male, Sex::Female] {
                    let entry = pools().draw(origin, slot, sex, &mut draw);
                    assert!(entry.is_some(), "{} {}", origin.code, item.what);
                }
            }
        }
    }

    #[test]
    fn common_names_come_up_often() {
        let origin = pools().origin("en").expect("is listed");
        let mut draw = Draw::new(1, 2);
        let smiths = (0..20_000)
            .filter_map(|_| pools().draw(origin, "family", Sex::Male, &mut draw))
            .filter(|e| e.latin == "Smith")
            .count();
        assert!((150..350).contains(&smiths), "{smiths}");
    }
}
