//! The one table of `FollowTheMoney` properties, shared by import and export: `ftm_properties.tsv`.

use std::sync::OnceLock;

use crate::record::{CountryKind, DateKind, IdKind, NameKind, PartKind, PlaceKind, Strength};

const TABLE: &str = include_str!("ftm_properties.tsv");

/// What a property is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A name.
    Name(NameKind, Strength),
    /// A part of some name of the entity.
    Part(PartKind),
    /// A date.
    Date(DateKind),
    /// A country.
    Country(CountryKind),
    /// An identifier.
    Id(IdKind),
    /// A place as one line.
    Place(PlaceKind),
    /// A position.
    Position,
    /// Sex.
    Sex,
    /// Free text.
    Remark,
}

/// The table: properties with their meaning, in order of preference for export.
pub(crate) fn properties() -> &'static [(&'static str, Meaning)] {
    static ROWS: OnceLock<Vec<(&str, Meaning)>> = OnceLock::new();
    ROWS.get_or_init(|| {
        TABLE
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|line| {
                let mut cells = line.split('\t');
                let (property, field) = (cells.next()?, cells.next()?);
                let meaning = of_codes(field, cells.next().unwrap_or_default())?;
                Some((property, meaning))
            })
            .collect()
    })
}

/// What a property means; `None` where it has no place in the schema.
pub(crate) fn meaning(property: &str) -> Option<Meaning> {
    properties()
        .iter()
        .find(|(name, _)| *name == property)
        .map(|(_, meaning)| *meaning)
}

/// The property that a value of this meaning is written to.
pub(crate) fn property(wanted: Meaning) -> Option<&'static str> {
    properties()
        .iter()
        .find(|(_, meaning)| *meaning == wanted)
        .map(|(name, _)| *name)
}

/// Several values as one text that [`unpack`] takes apart again: joined with `; `, or a JSON array
/// where a value holds that separator itself.
pub(crate) fn pack<T: AsRef<str> + serde::Serialize>(values: &[T]) -> String {
    let joined: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    if joined.iter().any(|v| v.contains(';') || v.starts_with('[')) {
        serde_json::to_string(values).unwrap_or_default()
    } else {
        joined.join("; ")
    }
}

/// The values of a packed text.
pub(crate) fn unpack(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| text.split("; ").map(str::to_owned).collect())
}

fn of_codes(field: &str, code: &str) -> Option<Meaning> {
    Some(match field {
        "name" if code == "weak" => Meaning::Name(NameKind::Alias, Strength::Weak),
        "name" => Meaning::Name(NameKind::from_code(code)?, Strength::Unknown),
        "part" => Meaning::Part(PartKind::from_code(code)?),
        "date" => Meaning::Date(DateKind::from_code(code)?),
        "country" => Meaning::Country(CountryKind::from_code(code)?),
        "id" => Meaning::Id(IdKind::from_code(code)?),
        "place" => Meaning::Place(PlaceKind::from_code(code)?),
        "position" => Meaning::Position,
        "sex" => Meaning::Sex,
        "remark" => Meaning::Remark,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_come_apart_again() {
        for values in [vec!["a", "b"], vec!["a; b", "c"], vec!["[a"], vec!["1"]] {
            assert_eq!(unpack(&pack(&values)), values);
        }
    }

    #[test]
    fn every_row_of_the_table_is_understood() {
        let rows = TABLE.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(properties().len(), rows);
        assert_eq!(property(Meaning::Id(IdKind::Imo)), Some("imoNumber"));
        assert_eq!(
            meaning("weakAlias"),
            Some(Meaning::Name(NameKind::Alias, Strength::Weak))
        );
    }
}
