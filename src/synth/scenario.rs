//! The five committed sets of `datasets-synthetic`: settings with a name and a story, read from
//! `scenarios.tsv`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::error::Result;
use crate::record::{Action, Kind, NoticeType, Role};
use crate::synth::pool::rows;
use crate::synth::{Profile, Settings, World, generate, write, write::write_text};

const TABLE: &str = include_str!("scenarios.tsv");

/// One committed set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// Name of the folder.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// What is imagined. Everything is invented.
    pub story: &'static str,
    /// How it is generated.
    pub settings: Settings,
}

/// The sets, in the order of their folders.
pub fn scenarios() -> Vec<Scenario> {
    rows(TABLE).filter_map(|row| parse(&row)).collect()
}

/// The set of a name; `None` for an unknown one.
pub fn scenario(name: &str) -> Option<Scenario> {
    scenarios().into_iter().find(|s| s.name == name)
}

fn parse(row: &[&'static str]) -> Option<Scenario> {
    let [
        name,
        seed,
        subjects,
        notices,
        births,
        origins,
        kinds,
        types,
        roles,
        handles,
        accounts,
        wallets,
        title,
        story,
    ] = *row
    else {
        return None;
    };
    let (first, last) = births.split_once('-')?;
    let profile = Profile {
        list_id: format!("synthetic-{name}"),
        origins: origins.split(' ').filter(|o| *o != "-").collect(),
        births: (first.parse().ok()?, last.parse().ok()?),
        kinds: weights(kinds, Kind::from_code)?,
        types: weights(types, |code| {
            let (notice_type, action) = code.split_once('/')?;
            Some((
                NoticeType::from_code(notice_type)?,
                Action::from_code(action)?,
            ))
        })?,
        roles: weights(roles, Role::from_code)?,
        handles: handles.parse().ok()?,
        accounts: accounts.parse().ok()?,
        wallets: wallets.parse().ok()?,
    };
    Some(Scenario {
        name,
        title,
        story,
        settings: Settings {
            subjects: subjects.parse().ok()?,
            notices: notices.parse().ok()?,
            overlap: 0.25,
            namesakes: 0.04,
            seed: seed.parse().ok()?,
            profile,
            ..Settings::default()
        },
    })
}

/// `code:weight` values; codes may hold colons themselves.
fn weights<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<(T, u32)>> {
    text.split(' ')
        .map(|value| {
            let (code, weight) = value.rsplit_once(':')?;
            Some((read(code)?, weight.parse().ok()?))
        })
        .collect()
}

/// Writes a set with its README; `Ok(false)` for an unknown name.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_scenario(dir: &Path, name: &str) -> Result<bool> {
    let Some(scenario) = scenario(name) else {
        return Ok(false);
    };
    let world = generate(&scenario.settings);
    write(dir, &world)?;
    write_text(dir, "README.md", &readme(&scenario, &world))?;
    Ok(true)
}

fn readme(scenario: &Scenario, world: &World) -> String {
    let kinds = |kinds: &mut dyn Iterator<Item = &'static str>| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for kind in kinds {
            *counts.entry(kind).or_default() += 1;
        }
        let parts: Vec<String> = counts.iter().map(|(k, n)| format!("{k} {n}")).collect();
        parts.join(", ")
    };
    let notices = kinds(&mut world.notices.iter().map(|n| n.record.kind.code()));
    let types = kinds(&mut world.notices.iter().map(|n| n.notice_type.code()));
    let roles = kinds(&mut world.subjects.iter().map(|s| s.role.code()));
    let corruptions = kinds(&mut world.truth.iter().map(|t| t.kind.code()));
    let dates = kinds(&mut world.truth.iter().map(|t| t.date_kind.code()));
    let names: usize = world.notices.iter().map(|n| n.record.names.len()).sum();
    let mut text = format!("# {}\n\n{}\n\n", scenario.title, wrapped(scenario.story));
    text.push_str(
        "**All people, firms, ships and numbers here are invented.** Names are drawn part by part \
         from public\nfrequency tables; a name that somebody bears is chance. Nothing tells of a \
         real operation.\n\n",
    );
    let rows = [
        ("seed", scenario.settings.seed.to_string()),
        (
            "subjects.csv",
            format!("{} rows; roles: {roles}", world.subjects.len()),
        ),
        (
            "notices.csv",
            format!("{} notices with {names} names", world.notices.len()),
        ),
        ("kinds of notices", notices),
        ("types of notices", types),
        ("truth.csv", format!("{} true pairs", world.truth.len())),
        ("names changed by", corruptions),
        ("birth dates changed by", dates),
    ];
    text.push_str("| what | count |\n|---|---|\n");
    for (what, count) in rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {what} | {count} |");
    }
    text.push_str(
        "\nMade by `VEILMATCH_WRITE_DATASETS=1 cargo test --test it datasets`; the same test \
         without the variable\nchecks that the bytes are still the same. Columns and kinds: \
         `../README.md`.\n",
    );
    text
}

/// Lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let space = usize::from(width > 0);
        if width + space + word.len() > 100 {
            out.push('\n');
            width = 0;
        } else if space > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_settings_and_a_share_of_true_pairs() {
        assert_eq!(scenarios().len(), 5);
        for scenario in scenarios() {
            let world = generate(&scenario.settings);
            let share = world.truth.len() * 100 / world.subjects.len();
            assert!((12..40).contains(&share), "{}: {share}", scenario.name);
        }
        assert!(scenario("unknown").is_none());
    }
}
