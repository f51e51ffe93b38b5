//! What a publisher's label of an identifier means: `id_types.tsv`.

use std::sync::OnceLock;

use crate::record::IdKind;

const TABLE: &str = include_str!("id_types.tsv");

/// The meaning of a label such as "Passport", "Gender" or "Secondary sanctions risk:".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdMeaning {
    /// An identifier of this kind.
    Id(IdKind),
    /// The sex of a person.
    Sex,
    /// The flag of a ship.
    Flag,
    /// The country a firm or thing is registered in.
    Jurisdiction,
    /// The day a firm was founded.
    Founded,
    /// The year a ship was built.
    Built,
    /// A fact without a place in the schema.
    Note,
    /// A label that the table does not know.
    Unknown,
}

/// Looks a label up; the codes of [`IdKind`] are labels too.
pub(super) fn meaning(label: &str) -> IdMeaning {
    static ROWS: OnceLock<Vec<(&str, IdMeaning)>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        TABLE
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once('\t'))
            .map(|(words, code)| (words, of_code(code)))
            .collect()
    });
    if let Some(kind) = IdKind::from_code(label) {
        return IdMeaning::Id(kind);
    }
    let label = label.to_lowercase();
    rows.iter()
        .find(|(words, _)| contains_words(&label, words))
        .map_or(IdMeaning::Unknown, |(_, meaning)| *meaning)
}

/// The kind of an identifier with this label; [`IdKind::Other`] where it is none or unknown.
pub(super) fn kind(label: &str) -> IdKind {
    match meaning(label) {
        IdMeaning::Id(kind) => kind,
        _ => IdKind::Other,
    }
}

fn of_code(code: &str) -> IdMeaning {
    match code {
        "sex" => IdMeaning::Sex,
        "flag" => IdMeaning::Flag,
        "jurisdiction" => IdMeaning::Jurisdiction,
        "founded" => IdMeaning::Founded,
        "built" => IdMeaning::Built,
        "note" => IdMeaning::Note,
        _ => IdKind::from_code(code).map_or(IdMeaning::Unknown, IdMeaning::Id),
    }
}

/// Whether the words stand in the label, beginning where a word begins.
fn contains_words(label: &str, words: &str) -> bool {
    label.match_indices(words).any(|(at, _)| {
        label
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_apart() {
        let check = |label, expected| assert_eq!(meaning(label), expected, "{label}");
        check("Passport", IdMeaning::Id(IdKind::Passport));
        check("Numéro de passeport", IdMeaning::Id(IdKind::Passport));
        check("Gender", IdMeaning::Sex);
        check("Secondary sanctions risk:", IdMeaning::Note);
        check(
            "Digital Currency Address - XBT",
            IdMeaning::Id(IdKind::Wallet),
        );
        check("SWIFT/BIC", IdMeaning::Id(IdKind::Bic));
        check("Identification Number", IdMeaning::Id(IdKind::NationalId));
        check("Tax ID No.", IdMeaning::Id(IdKind::Tax));
        check("Cheese ration", IdMeaning::Unknown);
    }

    #[test]
    fn every_row_of_the_table_has_a_known_meaning() {
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let (_, code) = line.split_once('\t').expect("two columns");
            assert_ne!(of_code(code), IdMeaning::Unknown, "{line}");
        }
    }
}
