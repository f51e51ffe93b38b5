//! What codes mean, in plain words, for reports and help.

const TABLE: &str = include_str!("codes.tsv");

/// The definition of a code in a code list (`notice_type`, `handling`, `legal_basis`, ...).
///
/// ```
/// use veilmatch::record::definition;
/// assert!(definition("notice_type", "red").is_some_and(|d| d.contains("not convicted")));
/// assert_eq!(definition("notice_type", "infrared"), None);
/// ```
pub fn definition(list: &str, code: &str) -> Option<&'static str> {
    rows()
        .find(|(l, c, _)| *l == list && *c == code)
        .map(|(_, _, text)| text)
}

/// Every code with a definition: code list, code, definition, in the order of the table.
pub fn definitions() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    rows()
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TABLE
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.splitn(3, '\t');
            Some((cells.next()?, cells.next()?, cells.next()?))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{
        Action, Band, CountryKind, DateKind, Grade, Handling, IdFlag, IdKind, InfoGrade, Kind,
        NameKind, NoticeType, PartKind, PlaceKind, Role, Sex, Status, Strength,
    };

    #[test]
    fn every_code_has_a_definition_and_every_definition_a_code() {
        let mut expected: Vec<(&str, &str)> = Vec::new();
        macro_rules! list {
            ($name:literal, $codes:ty) => {
                expected.extend(<$codes>::ALL.iter().map(|c| ($name, c.code())))
            };
        }
        list!("kind", Kind);
        list!("name_kind", NameKind);
        list!("strength", Strength);
        list!("part", PartKind);
        list!("id_type", IdKind);
        list!("id_flag", IdFlag);
        list!("place", PlaceKind);
        list!("country", CountryKind);
        list!("sex", Sex);
        list!("role", Role);
        list!("status", Status);
        list!("notice_type", NoticeType);
        list!("action", Action);
        list!("handling", Handling);
        list!("source_grade", Grade);
        list!("info_grade", InfoGrade);
        list!("band", Band);
        list!("date", DateKind);
        for (list, code) in &expected {
            assert!(
                definition(list, code).is_some_and(|d| d.ends_with('.')),
                "{list} {code}"
            );
        }
        for (list, code, _) in rows().filter(|(list, ..)| *list != "legal_basis") {
            assert!(expected.contains(&(list, code)), "{list} {code}");
        }
        assert!(definition("legal_basis", "UNTOC").is_some());
    }
}
