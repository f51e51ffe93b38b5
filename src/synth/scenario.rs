//! The five committed sets of `datasets-synthetic`: settings with a name and a story.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::error::Result;
use crate::record::{Action, Kind, NoticeType, Role};
use crate::synth::{Profile, Settings, World, generate, write, write::write_text};

/// One committed set.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Name of the folder.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// What is imagined. Everything is invented.
    pub story: &'static str,
}

/// The sets, in the order of their folders.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "child-protection",
        title: "Missing children and those who look for them",
        story: "A list of yellow notices for missing minors, with some blue notices for adults who \
                may know more. A child-protection desk screens shelter and border registers. \
                Missing persons, victims and witnesses are protected roles.",
    },
    Scenario {
        name: "cyber",
        title: "Names on dark markets",
        story: "A cybercrime unit lists suspects known by a name, a handle and a wallet address. An \
                exchange screens its customers. Many origins, many scripts.",
    },
    Scenario {
        name: "drugs",
        title: "A container route",
        story: "Two customs services look for the same firms, vessels and people on a route from \
                Latin America to European ports. Two surnames, particles, organisations with \
                legal forms, ships with IMO numbers.",
    },
    Scenario {
        name: "money",
        title: "Accounts and firms",
        story: "A financial intelligence unit lists organisations and their owners with company \
                numbers and account numbers. A bank screens its customers. United Kingdom and \
                European Union names beside Russian, Arabic, Chinese and Korean ones.",
    },
    Scenario {
        name: "trafficking",
        title: "Trafficking in persons",
        story: "A list of suspects and of missing persons across South and South-East Asia and West \
                Africa: Indonesian single names, patronymics, Tamil, Bengali and Vietnamese names. \
                The subject file holds suspects beside victims and witnesses, whose names are \
                masked in outputs.",
    },
];

/// The settings of a committed set; `None` for an unknown name.
pub fn scenario(name: &str) -> Option<Settings> {
    let general = Profile::default();
    let (seed, subjects, notices, profile) = match name {
        "child-protection" => (
            2_026_111,
            150,
            80,
            Profile {
                list_id: "synthetic-child-protection",
                births: (2008, 2021),
                kinds: vec![(Kind::Person, 1)],
                types: vec![
                    ((NoticeType::Yellow, Action::Locate), 85),
                    ((NoticeType::Blue, Action::Locate), 15),
                ],
                roles: vec![(Role::Missing, 60), (Role::Victim, 20), (Role::Witness, 20)],
                accounts: 0,
                wallets: 0,
                ..general
            },
        ),
        "cyber" => (
            2_026_112,
            240,
            100,
            Profile {
                list_id: "synthetic-cyber",
                births: (1970, 2005),
                kinds: vec![(Kind::Person, 90), (Kind::Organization, 10)],
                types: vec![
                    ((NoticeType::Red, Action::Arrest), 60),
                    ((NoticeType::Blue, Action::Identify), 40),
                ],
                handles: 70,
                wallets: 45,
                ..general
            },
        ),
        "drugs" => (
            2_026_113,
            240,
            120,
            Profile {
                list_id: "synthetic-drugs",
                origins: vec!["es", "pt", "nl", "de", "en", "it", "hr", "tr", "ar", "ng"],
                kinds: vec![
                    (Kind::Person, 65),
                    (Kind::Organization, 20),
                    (Kind::Vessel, 13),
                    (Kind::Aircraft, 2),
                ],
                types: vec![
                    ((NoticeType::Red, Action::Arrest), 50),
                    ((NoticeType::Purple, Action::Check), 20),
                    ((NoticeType::SisObject, Action::Seize), 30),
                ],
                roles: vec![(Role::Suspect, 40), (Role::Traveller, 60)],
                ..general
            },
        ),
        "money" => (
            2_026_114,
            260,
            140,
            Profile {
                list_id: "synthetic-money",
                origins: vec![
                    "en", "de", "fr", "it", "el", "ru", "uk", "ar", "fa", "zh", "ko", "ja", "tr",
                    "he",
                ],
                kinds: vec![
                    (Kind::Person, 45),
                    (Kind::Organization, 47),
                    (Kind::Vessel, 5),
                    (Kind::Aircraft, 3),
                ],
                types: vec![
                    ((NoticeType::Sanction, Action::Freeze), 60),
                    ((NoticeType::Silver, Action::Freeze), 25),
                    ((NoticeType::Regulatory, Action::Warn), 15),
                ],
                accounts: 55,
                ..general
            },
        ),
        "trafficking" => (
            2_026_115,
            220,
            110,
            Profile {
                list_id: "synthetic-trafficking",
                origins: vec![
                    "id", "vi", "bn", "in", "ta", "pk", "ng", "gh", "ke", "ro", "uk", "ar",
                ],
                births: (1955, 2008),
                kinds: vec![(Kind::Person, 92), (Kind::Organization, 8)],
                types: vec![
                    ((NoticeType::Red, Action::Arrest), 45),
                    ((NoticeType::Yellow, Action::Locate), 35),
                    ((NoticeType::Green, Action::Warn), 20),
                ],
                roles: vec![
                    (Role::Suspect, 35),
                    (Role::Victim, 30),
                    (Role::Witness, 20),
                    (Role::Traveller, 15),
                ],
                ..general
            },
        ),
        _ => return None,
    };
    Some(Settings {
        subjects,
        notices,
        overlap: 0.25,
        namesakes: 0.04,
        seed,
        profile,
        ..Settings::default()
    })
}

/// Writes a set with its README; `Ok(false)` for an unknown name.
///
/// **Errors** where the folder cannot be written.
pub fn write_scenario(dir: &Path, name: &str) -> Result<bool> {
    let named = SCENARIOS.iter().find(|s| s.name == name);
    let (Some(named), Some(settings)) = (named, scenario(name)) else {
        return Ok(false);
    };
    let world = generate(&settings);
    write(dir, &world)?;
    write_text(dir, "README.md", &readme(named, &settings, &world))?;
    Ok(true)
}

fn readme(scenario: &Scenario, settings: &Settings, world: &World) -> String {
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
        ("seed", settings.seed.to_string()),
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
        for named in SCENARIOS {
            let settings = scenario(named.name).expect("has settings");
            let world = generate(&settings);
            let share = world.truth.len() * 100 / world.subjects.len();
            assert!((12..40).contains(&share), "{}: {share}", named.name);
        }
        assert!(scenario("unknown").is_none());
    }
}
