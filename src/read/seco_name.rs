//! Names of the Swiss list, put together from parts and from spelling variants of parts.
//!
//! In: one `name` element. Out: the name in reading order, its maiden name as a birth name, and one
//! more name per language and script of the variants.

use super::draft::name_from_parts;
use super::xml::Element;
use crate::record::{Name, NameKind, PartKind, Strength};

/// Types of parts, their kind, and their place in the reading order of a person's name; `None`
/// keeps a part out of the full name.
const PARTS: &[(&str, PartKind, Option<u8>)] = &[
    ("whole-name", PartKind::Whole, Some(0)),
    ("given-name", PartKind::Given, Some(1)),
    ("further-given-name", PartKind::Middle, Some(2)),
    ("father-name", PartKind::Patronymic, Some(3)),
    ("grand-father-name", PartKind::Grandfather, Some(4)),
    ("family-name", PartKind::Family, Some(5)),
    ("tribal-name", PartKind::Tribal, Some(6)),
    ("suffix", PartKind::Suffix, Some(8)),
    ("title", PartKind::Title, None),
    ("maiden-name", PartKind::Maiden, None),
];

/// One part with its place in the reading order.
struct Part<'a> {
    kind: PartKind,
    rank: Option<u8>,
    element: &'a Element,
}

/// The names in a `name` element. `is_main` says whether the identity is the main one: the primary
/// name of another identity is an alias.
pub(super) fn names(element: &Element, is_main: bool) -> Vec<Name> {
    let kind = match element.attr("name-type") {
        "primary-name" if is_main => NameKind::Primary,
        "formerly-known-as" => NameKind::Former,
        _ => NameKind::Alias,
    };
    let strength = match element.attr("quality") {
        "good" => Strength::Strong,
        "low" => Strength::Weak,
        _ => Strength::Unknown,
    };
    let parts = sorted_parts(element);
    let lang = element.attr("lang");
    let mut names = Vec::new();
    let mut put = |texts: Vec<(PartKind, String)>, kind, lang: &str| {
        let mut name = name_from_parts(texts);
        if name.full.is_empty() {
            return;
        }
        // A whole name has no parts worth telling.
        name.parts.retain(|p| p.kind != PartKind::Whole);
        name.kind = kind;
        name.strength = strength;
        lang.clone_into(&mut name.lang);
        names.push(name);
    };
    let value = |p: &Part<'_>| (p.kind, p.element.get("value").to_owned());
    let in_full = |p: &&Part<'_>| p.rank.is_some();
    put(
        parts.iter().filter(in_full).map(value).collect(),
        kind,
        lang,
    );
    if parts.iter().any(|p| p.kind == PartKind::Maiden) {
        let born = |p: &&Part<'_>| matches!(p.kind, PartKind::Given | PartKind::Middle);
        let maiden = |p: &&Part<'_>| p.kind == PartKind::Maiden;
        let texts = parts.iter().filter(born).chain(parts.iter().filter(maiden));
        put(texts.map(value).collect(), NameKind::Birth, lang);
    }
    for (lang, script) in variant_groups(&parts) {
        let is_latin = script.eq_ignore_ascii_case("LATN");
        let variant = if is_latin {
            NameKind::Variant
        } else {
            NameKind::OriginalScript
        };
        let spellings = |p: &Part<'_>| -> Vec<String> {
            p.element
                .all("spelling-variant")
                .filter(|v| v.attr("lang") == lang && v.attr("script") == script)
                .map(|v| v.value().to_owned())
                .collect()
        };
        let rows: Vec<(PartKind, Vec<String>, String)> = parts
            .iter()
            .filter(in_full)
            .map(|p| (p.kind, spellings(p), p.element.get("value").to_owned()))
            .collect();
        let most = rows.iter().map(|(_, s, _)| s.len()).max().unwrap_or(0);
        for nth in 0..most {
            let texts = rows.iter().map(|(kind, spellings, value)| {
                // A part without its own variant: the last one, else its Latin value.
                let text = spellings.get(nth).or(spellings.last());
                let text = match text {
                    Some(text) => text.clone(),
                    None if is_latin => value.clone(),
                    None => String::new(),
                };
                (*kind, text)
            });
            put(texts.collect(), variant, lang);
        }
    }
    names
}

fn sorted_parts(element: &Element) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = element
        .all("name-part")
        .map(|part| {
            let known = PARTS
                .iter()
                .find(|(name, _, _)| *name == part.attr("name-part-type"));
            let (kind, rank) = known.map_or((PartKind::Other, Some(7)), |(_, k, r)| (*k, *r));
            Part {
                kind,
                rank,
                element: part,
            }
        })
        .collect();
    parts.sort_by_key(|p| (p.rank, p.element.attr("order").parse::<u32>().unwrap_or(0)));
    parts
}

/// Language and script of the variants, in the order of first mention.
fn variant_groups<'a>(parts: &[Part<'a>]) -> Vec<(&'a str, &'a str)> {
    let mut groups: Vec<(&str, &str)> = Vec::new();
    for part in parts {
        for variant in &part.element.children {
            let group = (variant.attr("lang"), variant.attr("script"));
            if variant.name == "spelling-variant" && !groups.contains(&group) {
                groups.push(group);
            }
        }
    }
    groups
}
