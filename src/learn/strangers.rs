//! Invented people with realistic names, for measuring how often strangers alert.
//!
//! Their frequent names are those of the committed sources, with their shares; their rare names
//! are the held-out eighth that the rarity table was made without. The README beside the file
//! says why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use crate::error::{Problem, Result};
use crate::learn::frequencies::{HELD_OUT_OF, Part, Source, held_out, latin_tokens};

/// People in the committed file.
pub const COUNT: u32 = 6_000;
/// Seed of the committed file. Choose with another one: what is tuned on these people says nothing
/// about others.
pub const SEED: u64 = 20_261_122;

/// Writes `id,name,birth_date,country,origin` rows of `count` people.
///
/// The same sources, count and seed give the same bytes.
///
/// # Errors
/// The output cannot be written.
pub fn write(sources: &[Source], count: u32, seed: u64, out: &mut dyn Write) -> Result<()> {
    let populations = populations(sources);
    let mut dice = Dice::new(seed);
    let mut text = String::from("id,name,birth_date,country,origin\n");
    for id in 1..=count {
        let population = pick(&populations, |p| p.weight, &mut dice);
        let Some(population) = population else { break };
        let name = name(population, &mut dice);
        let date = birth_date(&mut dice);
        let country = country(population.locale);
        let origin = population.locale;
        let _ = writeln!(text, "S{id:05},{name},{date},{country},{origin}");
    }
    out.write_all(text.as_bytes()).map_err(Problem::Write)?;
    Ok(())
}

struct Population<'a> {
    locale: &'a str,
    weight: f64,
    parts: BTreeMap<Part, Vec<(&'a str, f64)>>,
}

fn populations(sources: &[Source]) -> Vec<Population<'_>> {
    let held_out = held_out(sources);
    let mut populations: BTreeMap<&str, Population<'_>> = BTreeMap::new();
    for source in sources {
        let population = populations.entry(&source.locale).or_insert(Population {
            locale: &source.locale,
            weight: source.weight,
            parts: BTreeMap::new(),
        });
        let share = if !source.tail {
            source.share
        } else if held_out.contains(source.name.as_str()) {
            source.share * f64::from(HELD_OUT_OF)
        } else {
            continue;
        };
        let names = population.parts.entry(source.part).or_default();
        names.push((&source.name, share));
    }
    populations.into_values().collect()
}

/// A name in Latin letters, by the custom of the population.
fn name(population: &Population<'_>, dice: &mut Dice) -> String {
    let language = population.locale.split('_').next().unwrap_or_default();
    let chance = dice.share();
    let order: &[Part] = match language {
        "es" | "pt" => &[Part::Given, Part::Family, Part::Family],
        "ru" | "uk" | "bg" if chance < 0.5 => &[Part::Given, Part::Middle, Part::Family],
        "ar" if chance < 0.5 => &[Part::Given, Part::Given, Part::Family],
        "en" if chance < 0.3 => &[Part::Given, Part::Given, Part::Family],
        "zh" | "ko" | "vi" if chance < 0.7 => &[Part::Family, Part::Given],
        _ => &[Part::Given, Part::Family],
    };
    let mut words: Vec<String> = Vec::new();
    for part in order {
        let names = population.parts.get(part).map_or(&[][..], Vec::as_slice);
        if let Some((name, _)) = pick(names, |n| n.1, dice) {
            words.extend(latin_tokens(name).into_iter().map(|token| {
                let rank = usize::from(dice.share() > 0.75) + usize::from(dice.share() > 0.85);
                capital(&token.forms[rank.min(token.forms.len() - 1)])
            }));
        }
    }
    words.join(" ")
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Adults: years are even from 1945 to 2006; one in fifty is born on 1 January, as in registers.
fn birth_date(dice: &mut Dice) -> String {
    let year = 1945 + dice.below(62);
    if dice.share() < 0.02 {
        return format!("{year}-01-01");
    }
    let month = 1 + dice.below(12);
    let day = 1 + dice.below(28);
    format!("{year}-{month:02}-{day:02}")
}

/// The country of a locale; languages without one get their largest.
fn country(locale: &str) -> &str {
    match locale.split_once('_') {
        Some((_, "AA")) => "EG",
        Some((_, "QC")) => "CA",
        Some((_, country)) => country,
        None if locale == "sw" => "TZ",
        None => "GB",
    }
}

fn pick<'a, T>(items: &'a [T], weight: impl Fn(&T) -> f64, dice: &mut Dice) -> Option<&'a T> {
    let total: f64 = items.iter().map(&weight).sum();
    let mut left = dice.share() * total;
    items.iter().find(|item| {
        left -= weight(item);
        left <= 0.0
    })
}

/// A seeded stream of numbers that is the same everywhere.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11-22 strangers 1");
        hasher.update(&seed.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    fn number(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        f64::from(self.number()) / (f64::from(u32::MAX) + 1.0)
    }

    fn below(&mut self, n: u32) -> u32 {
        self.number() % n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::frequencies::{SOURCES, read};
    use std::path::Path;

    #[test]
    fn the_committed_strangers_are_what_the_verb_writes() {
        let mut made = Vec::new();
        write(&read(SOURCES).unwrap(), COUNT, SEED, &mut made).unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("datasets-synthetic/strangers/strangers.csv");
        assert!(
            made == std::fs::read(file).unwrap(),
            "run `veilmatch learn strangers -o datasets-synthetic/strangers/strangers.csv`"
        );
        let rows = String::from_utf8(made).unwrap().lines().count();
        assert_eq!(rows, COUNT as usize + 1);
    }
}
