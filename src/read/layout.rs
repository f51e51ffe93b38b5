//! Headers to columns: which position of a flat file holds what.
//!
//! In: the headers of a generic file and the user's `--map`. Out: a target per position. Headers
//! that no table knows become extra columns: nothing of a source is dropped.

use crate::error::{Place, Problem, Result};
use crate::record::columns::{Column, fold_header};

/// Where the cells of one position go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A canonical column.
    Column(Column),
    /// Kept under its own header.
    Extra(String),
}

/// A target for each position.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    targets: Vec<Target>,
}

/// Columns that may stand several times in a file; of the others the best header is taken.
const REPEATABLE: &[Column] = &[
    Column::Alias,
    Column::WeakAlias,
    Column::FormerName,
    Column::OriginalName,
    Column::BirthDate,
    Column::BirthPlace,
    Column::Nationality,
    Column::Citizenship,
    Column::Country,
    Column::IdType,
    Column::IdNumber,
    Column::IdCountry,
    Column::Passport,
    Column::NationalId,
    Column::TaxId,
    Column::Phone,
    Column::Email,
    Column::Address,
    Column::Program,
    Column::Charge,
    Column::Position,
    Column::Reference,
    Column::Remarks,
];

/// Columns any of which gives a record its name.
pub(super) const NAMES: &[Column] = &[
    Column::Name,
    Column::Given,
    Column::Family,
    Column::Alias,
    Column::OriginalName,
];

impl Layout {
    /// Finds the columns of a file and asks for id and name.
    ///
    /// # Errors
    /// A field of `map` is no column, its header is not in the file, or there is no column for an
    /// id or a name. The headers of the file are never named: without a header row the first row
    /// is a person.
    pub(super) fn new(headers: &[String], map: &[(String, String)], place: Place) -> Result<Self> {
        if let Some((field, _)) = map.iter().find(|(_, h)| position_of(headers, h).is_none()) {
            return Err(Problem::MissingColumn {
                field: mapped_column(field)?.name(),
                expected: "the header that --map names".into(),
            }
            .at(place));
        }
        Self::growing(headers, map)?.checked(place)
    }

    /// The layout, if it has an id and a name.
    pub(super) fn checked(self, place: Place) -> Result<Self> {
        for needed in [&[Column::Id][..], NAMES] {
            if !needed.iter().any(|column| self.has(*column)) {
                let field = needed.first().map_or("", |column| column.name());
                let expected = Column::expected(needed);
                return Err(Problem::MissingColumn { field, expected }.at(place));
            }
        }
        Ok(self)
    }

    /// Finds the columns among the keys met so far; JSON lines show theirs one by one.
    pub(super) fn growing(headers: &[String], map: &[(String, String)]) -> Result<Self> {
        let mut ranked: Vec<Option<(Column, usize)>> =
            headers.iter().map(|header| rank(header)).collect();
        // What the user says wins over what the headers say.
        let stated: Vec<Column> = map
            .iter()
            .map(|(field, _)| mapped_column(field))
            .collect::<Result<_>>()?;
        for slot in &mut ranked {
            *slot = slot.filter(|(column, _)| !stated.contains(column));
        }
        for (column, (_, header)) in stated.into_iter().zip(map) {
            let Some(position) = position_of(headers, header) else {
                continue;
            };
            if let Some(slot) = ranked.get_mut(position) {
                *slot = Some((column, 0));
            }
        }
        let best: Vec<Option<Column>> = ranked
            .iter()
            .enumerate()
            .map(|(position, slot)| {
                let (column, rank) = (*slot)?;
                let beaten = ranked.iter().enumerate().any(|(other, slot)| {
                    slot.is_some_and(|(c, r)| c == column && (r, other) < (rank, position))
                });
                (!beaten || REPEATABLE.contains(&column)).then_some(column)
            })
            .collect();
        let targets = headers
            .iter()
            .zip(best)
            .map(|(header, column)| {
                column.map_or_else(|| Target::Extra(header.trim().to_owned()), Target::Column)
            })
            .collect();
        Ok(Self { targets })
    }

    /// A layout known beforehand.
    pub(super) fn from_targets(targets: Vec<Target>) -> Self {
        Self { targets }
    }

    /// The target of each position, in order.
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Whether a column was found.
    pub(super) fn has(&self, column: Column) -> bool {
        self.targets.contains(&Target::Column(column))
    }

    /// Number of positions.
    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }
}

fn mapped_column(field: &str) -> Result<Column> {
    let folded = fold_header(field);
    Column::ALL
        .iter()
        .copied()
        .find(|column| fold_header(column.name()) == folded)
        .ok_or_else(|| {
            let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
            Problem::Setting {
                setting: "map",
                reason: format!("no such field; there are {}", names.join(", ")),
            }
            .into()
        })
}

fn position_of(headers: &[String], wanted: &str) -> Option<usize> {
    let exact = headers.iter().position(|h| h.trim() == wanted.trim());
    exact.or_else(|| {
        let folded = fold_header(wanted);
        headers.iter().position(|h| fold_header(h) == folded)
    })
}

/// The column of a header, and how far down the table it stands.
fn rank(header: &str) -> Option<(Column, usize)> {
    let folded = fold_header(header);
    if folded.is_empty() {
        return None;
    }
    let place = |text: &str| {
        Column::ALL.iter().find_map(|column| {
            if fold_header(column.name()) == text {
                return Some((*column, 0));
            }
            let at = column.synonyms().iter().position(|s| *s == text)?;
            Some((*column, at.saturating_add(1)))
        })
    };
    place(&folded).or_else(|| {
        // `alias_1`, `nationality 2`
        let base = folded
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end();
        let (column, rank) = place(base).filter(|_| base.len() < folded.len())?;
        REPEATABLE.contains(&column).then_some((column, rank))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(headers: &[&str], map: &[(&str, &str)]) -> Result<Vec<Target>> {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        let map: Vec<(String, String)> = map
            .iter()
            .map(|(f, h)| ((*f).to_owned(), (*h).to_owned()))
            .collect();
        Layout::new(&headers, &map, Place::file(1)).map(|l| l.targets)
    }

    #[test]
    fn canonical_headers_win_over_synonyms_and_the_rest_is_extra() {
        let targets = layout(
            &["Reference", "ID", "Name", "alias 1", "alias_2", "Colour"],
            &[],
        );
        assert_eq!(
            targets.unwrap(),
            [
                Target::Extra("Reference".into()),
                Target::Column(Column::Id),
                Target::Column(Column::Name),
                Target::Column(Column::Alias),
                Target::Column(Column::Alias),
                Target::Extra("Colour".into()),
            ]
        );
    }

    #[test]
    fn the_users_word_wins() {
        let targets = layout(
            &["id", "name", "dob", "Erfasst"],
            &[("birth_date", "Erfasst")],
        );
        assert_eq!(
            targets.unwrap()[2..],
            [
                Target::Extra("dob".into()),
                Target::Column(Column::BirthDate)
            ]
        );
    }

    #[test]
    fn a_missing_column_is_told_without_the_headers_found() {
        let error = layout(&["Ada Example", "1970"], &[]).unwrap_err();
        assert!(error.is_input());
        let text = error.to_string();
        assert!(
            text.contains("subject id") && !text.contains("Ada"),
            "{text}"
        );
        let error = layout(&["id", "1970"], &[]).unwrap_err().to_string();
        assert!(error.contains("full name"), "{error}");
    }

    #[test]
    fn a_field_that_does_not_exist_is_a_wrong_setting() {
        assert!(
            layout(&["id", "name"], &[("shoe_size", "id")])
                .unwrap_err()
                .is_usage()
        );
        let absent = layout(&["id", "name"], &[("birth_date", "Geb.")]).unwrap_err();
        assert!(absent.is_input() && !absent.to_string().contains("Geb"));
    }
}
