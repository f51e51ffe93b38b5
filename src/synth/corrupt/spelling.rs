//! Other spellings of one name: known groups, the pool's variants, and habits per origin.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::synth::Draw;
use crate::synth::person::{Part, Wording};
use crate::synth::pool::rows;

const GROUPS: &str = include_str!("groups.tsv");
const HABITS: &str = include_str!("spellings.tsv");

#[derive(Debug, Default)]
struct Groups {
    spelling: FxHashMap<String, Vec<&'static str>>,
    nickname: FxHashMap<String, Vec<&'static str>>,
}

fn groups() -> &'static Groups {
    static GROUPS_PARSED: OnceLock<Groups> = OnceLock::new();
    GROUPS_PARSED.get_or_init(|| {
        let mut groups = Groups::default();
        for row in rows(GROUPS) {
            let [kind, names] = row[..] else { continue };
            let names: Vec<&'static str> = names.split('|').collect();
            if kind == "nickname" {
                let short = names.iter().skip(1).copied();
                let formal = names[0].to_lowercase();
                groups.nickname.entry(formal).or_default().extend(short);
                continue;
            }
            for name in &names {
                let others = names.iter().filter(|n| *n != name).copied();
                groups
                    .spelling
                    .entry(name.to_lowercase())
                    .or_default()
                    .extend(others);
            }
        }
        groups
    })
}

/// One to all parts of a name in another spelling.
pub(super) fn spelling(name: &Wording, draw: &mut Draw) -> Option<String> {
    let mut changed = name.clone();
    let first = draw.below(name.parts.len());
    for (i, part) in changed.parts.iter_mut().enumerate() {
        if (i == first || draw.percent(35))
            && let Some(other) = spell(part, name.origin_code(), draw)
        {
            part.latin = other;
        }
    }
    let text = changed.latin();
    (text != name.latin()).then_some(text)
}

/// Another spelling of one part; `None` where no table knows one.
pub(in crate::synth) fn spell(part: &Part, origin: &str, draw: &mut Draw) -> Option<String> {
    let mut known: Vec<&str> = part.variants.split('|').filter(|v| !v.is_empty()).collect();
    if let Some(group) = groups().spelling.get(&part.latin.to_lowercase()) {
        known.extend(group);
    }
    if !known.is_empty() && draw.percent(75) {
        return draw.pick(&known).map(|s| (*s).to_owned());
    }
    let lower = part.latin.to_lowercase();
    let found: Vec<String> = habits()
        .iter()
        .filter(|h| origin.is_empty() || h.origins.contains(&origin))
        .filter_map(|h| h.apply(&lower))
        .collect();
    match draw.pick(&found) {
        Some(text) => Some(capitalized(text)),
        None => draw.pick(&known).map(|s| (*s).to_owned()),
    }
}

/// Whether a table knows two names as spellings or short forms of one.
pub(in crate::synth) fn are_spellings(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let knows = |table: &FxHashMap<String, Vec<&'static str>>, one: &str, other: &str| {
        let others = table.get(one);
        others.is_some_and(|names| names.iter().any(|n| n.to_lowercase() == other))
    };
    let tables = [&groups().spelling, &groups().nickname];
    tables.iter().any(|t| knows(t, &a, &b) || knows(t, &b, &a))
}

/// The native form written in Latin letters, letter by letter, as machines do it. Only of scripts
/// that write their vowels and their spaces.
pub(super) fn romanized(name: &Wording) -> Option<String> {
    matches!(name.origin_code(), "ru" | "uk" | "bg" | "el" | "ka").then_some(())?;
    let native = name.native()?;
    Some(any_ascii::any_ascii(&native).replace('\'', ""))
}

/// One row of `spellings.tsv`.
#[derive(Debug)]
struct Habit {
    origins: Vec<&'static str>,
    place: &'static str,
    from: &'static str,
    to: &'static str,
}

impl Habit {
    fn apply(&self, text: &str) -> Option<String> {
        let Self { from, to, .. } = self;
        match self.place {
            "start" => text.strip_prefix(from).map(|rest| format!("{to}{rest}")),
            "end" => text.strip_suffix(from).map(|rest| format!("{rest}{to}")),
            _ => text.contains(from).then(|| text.replacen(from, to, 1)),
        }
        .filter(|t| t != text && t.chars().count() > 2)
    }
}

fn habits() -> &'static [Habit] {
    static HABITS_PARSED: OnceLock<Vec<Habit>> = OnceLock::new();
    HABITS_PARSED.get_or_init(|| {
        let habit = |row: Vec<&'static str>| match row[..] {
            [origins, place, from, to] => Some(Habit {
                origins: origins.split(',').collect(),
                place,
                from,
                to,
            }),
            _ => None,
        };
        rows(HABITS).filter_map(habit).collect()
    })
}

/// A short or pet form of the first part that has one.
pub(super) fn nickname(name: &Wording, draw: &mut Draw) -> Option<String> {
    let mut changed = name.clone();
    let nicknames = &groups().nickname;
    let part = changed
        .parts
        .iter_mut()
        .find(|p| nicknames.contains_key(&p.latin.to_lowercase()))?;
    let short = nicknames.get(&part.latin.to_lowercase())?;
    (*draw.pick(short)?).clone_into(&mut part.latin);
    Some(changed.latin())
}

/// The first letter of every word in upper case.
fn capitalized(text: &str) -> String {
    let mut start = true;
    text.chars()
        .flat_map(|c| {
            let upper = start && c.is_lowercase();
            start = c == ' ' || c == '-';
            let cased: Vec<char> = if upper {
                c.to_uppercase().collect()
            } else {
                vec![c]
            };
            cased
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PartKind;

    fn all(latin: &str, origin: &str) -> Vec<String> {
        let part = Part::latin(PartKind::Given, latin);
        (0..60)
            .filter_map(|i| spell(&part, origin, &mut Draw::new(1, i)))
            .collect()
    }

    #[test]
    fn groups_and_habits_give_other_spellings() {
        assert!(all("Muhammad", "ar").contains(&"Mohamed".to_owned()));
        assert!(all("Petrov", "ru").contains(&"Petroff".to_owned()));
        assert!(all("Yuriev", "ru").contains(&"Iuriev".to_owned()));
        assert!(all("Brrm", "en").is_empty());
    }

    #[test]
    fn words_are_capitalized_after_spaces_and_hyphens() {
        assert_eq!(capitalized("abd al-rahman"), "Abd Al-Rahman");
    }
}
