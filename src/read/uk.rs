//! What the two flat British lists have in common: names in six parts, addresses in six lines,
//! documents in free text.
//!
//! In: cells of the OFSI consolidated list and of the UK Sanctions List. Out: values in a draft.

use crate::read::draft::{Draft, name_from_parts};
use crate::read::grouped::Group;
use crate::read::id_types::{self, IdMeaning};
use crate::read::{documents, habits};
use crate::record::{
    CountryKind, IdKind, Kind, Location, Name, NameKind, PartKind, PlaceKind, Strength,
};

/// Adds the names of a group: parts 1 to 5, then part 6, the family name or the whole name of a
/// firm or ship. `type_column` and `strength_column` tell what a name is.
pub(super) fn names(
    group: &Group,
    kind: Kind,
    type_column: &str,
    strength_column: &str,
    draft: &mut Draft<'_>,
) {
    let columns = [
        "Name 1",
        "Name 2",
        "Name 3",
        "Name 4",
        "Name 5",
        "Name 6",
        type_column,
        strength_column,
    ];
    for [n1, n2, n3, n4, n5, n6, what, strength] in group.combinations(columns) {
        let name = if kind == Kind::Person {
            let parts = [
                (PartKind::Given, n1),
                (PartKind::Middle, n2),
                (PartKind::Middle, n3),
                (PartKind::Middle, n4),
                (PartKind::Middle, n5),
                (PartKind::Family, n6),
            ];
            name_from_parts(parts.map(|(k, v)| (k, v.to_owned())).to_vec())
        } else {
            Name::primary([n1, n2, n3, n4, n5, n6].join(" "))
        };
        draft.name(Name {
            kind: name_kind(what),
            strength: strength_of(strength),
            ..name
        });
    }
}

fn name_kind(text: &str) -> NameKind {
    match text.to_lowercase().as_str() {
        "prime alias" | "primary name" => NameKind::Primary,
        "primary name variation" => NameKind::Variant,
        "fka" => NameKind::Former,
        _ => NameKind::Alias,
    }
}

fn strength_of(text: &str) -> Strength {
    let text = text.to_lowercase();
    if text.starts_with("good") || text.starts_with("high") {
        Strength::Strong
    } else if text.starts_with("low") {
        Strength::Weak
    } else {
        Strength::Unknown
    }
}

/// Adds the names in other scripts with their language.
pub(super) fn original_names(group: &Group, columns: [&str; 2], draft: &mut Draft<'_>) {
    for [text, language] in group.combinations(columns) {
        for full in habits::numbered_items(text) {
            draft.name(Name {
                full,
                kind: NameKind::OriginalScript,
                lang: language.to_owned(),
                ..Name::default()
            });
        }
    }
}

/// Adds addresses: six lines, postal code, country.
pub(super) fn addresses(group: &Group, columns: [&str; 8], draft: &mut Draft<'_>) {
    for [a, b, c, d, e, f, postal, country] in group.combinations(columns) {
        let lines: Vec<&str> = [a, b, c, d, e, f]
            .into_iter()
            .filter(|l| !l.is_empty())
            .collect();
        let text = lines.join(", ");
        if country.is_empty() && postal.is_empty() {
            habits::place_line(PlaceKind::Address, &text, draft);
            continue;
        }
        let place = Location {
            kind: PlaceKind::Address,
            text,
            postal: postal.to_owned(),
            ..Location::default()
        };
        draft.place(place, habits::plain_country(country));
    }
}

/// Adds places of birth. Towns and countries are numbered lists in two cells, paired where they
/// have the same length.
pub(super) fn birth_places(group: &Group, draft: &mut Draft<'_>) {
    for [towns, countries] in group.combinations(["Town of birth", "Country of birth"]) {
        let towns = habits::numbered_items(towns);
        let countries = habits::numbered_items(countries);
        let birth = |town: &str| Location {
            kind: PlaceKind::Birth,
            text: town.to_owned(),
            city: town.to_owned(),
            ..Location::default()
        };
        match (towns.as_slice(), countries.as_slice()) {
            (towns, [country]) if !towns.is_empty() => {
                for town in towns {
                    draft.place(birth(town), habits::plain_country(country));
                }
            }
            (towns, countries) if towns.len() == countries.len() => {
                for (town, country) in towns.iter().zip(countries) {
                    draft.place(birth(town), habits::plain_country(country));
                }
            }
            (towns, countries) => {
                for town in towns {
                    habits::place_line(PlaceKind::Birth, town, draft);
                }
                for country in countries {
                    draft.country(CountryKind::Birth, habits::plain_country(country));
                }
            }
        }
    }
}

/// Adds the documents of a number column with its column of details.
pub(super) fn documents(group: &Group, kind: IdKind, columns: [&str; 2], draft: &mut Draft<'_>) {
    for [numbers, details] in group.combinations(columns) {
        let numbers = habits::numbered_items(numbers);
        let details = habits::numbered_items(details);
        if numbers.is_empty() {
            // The older layout has all in one cell.
            for text in &details {
                document(kind, "", text, draft);
            }
        } else if details.len() == numbers.len() {
            for (number, detail) in numbers.iter().zip(&details) {
                document(kind, number, detail, draft);
            }
        } else {
            for number in &numbers {
                document(kind, number, &details.join("; "), draft);
            }
        }
    }
}

fn document(kind: IdKind, number: &str, details: &str, draft: &mut Draft<'_>) {
    let text = format!("{number} {details}");
    let kind = match id_types::meaning(&text) {
        // "Italian Fiscal Code" among identity cards is a tax number all the same.
        IdMeaning::Id(other) if kind == IdKind::NationalId && other != IdKind::Passport => other,
        _ => kind,
    };
    if !documents::free_text(kind, number, details, draft) {
        draft.count("documents_unparsed");
        draft.extra("document", text.trim());
    }
}

/// Adds countries of a numbered list.
pub(super) fn countries(kind: CountryKind, text: &str, draft: &mut Draft<'_>) {
    for item in habits::numbered_items(text) {
        draft.country(kind, habits::plain_country(&item));
    }
}
