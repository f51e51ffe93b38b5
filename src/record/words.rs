//! Words of files to codes: `Natural Person` to `person`, `männlich` to `m`. A table, no guessing.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::record::columns::fold_header;

const TABLE: &str = include_str!("values.tsv");

/// The code of a word in a code list (`kind`, `role`, `sex`, `id_type`, `name_kind`,
/// `name_strength`, `status`, `notice_type`, `action_requested`).
///
/// ```
/// use veilmatch::record::words::code_of;
/// assert_eq!(code_of("sex", "Weiblich"), Some("f"));
/// assert_eq!(code_of("kind", "perhaps"), None);
/// ```
pub fn code_of(list: &str, word: &str) -> Option<&'static str> {
    static INDEX: OnceLock<FxHashMap<(&str, String), &'static str>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index = FxHashMap::default();
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let list = cells.next().unwrap_or_default();
            let code = cells.clone().next().unwrap_or_default();
            for word in cells {
                index.entry((list, fold_header(word))).or_insert(code);
            }
        }
        index
    });
    index.get(&(list, fold_header(word))).copied()
}

/// Whether a text stands for "nothing": N/A, unknown, a dash.
pub fn is_placeholder(text: &str) -> bool {
    // Longer than the longest one of the table, so no look-up; most names are.
    const LONGEST: usize = 16;
    let mut letters = text.chars().filter(|c| c.is_alphanumeric());
    match letters.next() {
        None => true,
        Some(_) if text.len() > LONGEST => false,
        Some(first) => {
            first.is_ascii()
                && "nuidtkxm0".contains(first.to_ascii_lowercase())
                && code_of("placeholder", text).is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Action, IdKind, Kind, NameKind, NoticeType, Role, Sex, Status, Strength};

    #[test]
    fn every_code_of_the_table_exists() {
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let list = cells.next().unwrap_or_default();
            let code = cells.next().unwrap_or_default();
            let known = match list {
                "kind" => Kind::from_code(code).is_some(),
                "role" => Role::from_code(code).is_some(),
                "sex" => Sex::from_code(code).is_some(),
                "id_type" => IdKind::from_code(code).is_some(),
                "name_kind" => NameKind::from_code(code).is_some(),
                "name_strength" => Strength::from_code(code).is_some(),
                "status" => Status::from_code(code).is_some(),
                "notice_type" => NoticeType::from_code(code).is_some(),
                "action_requested" => Action::from_code(code).is_some(),
                "placeholder" => true,
                _ => false,
            };
            assert!(known, "{list} {code}");
        }
    }

    #[test]
    fn every_placeholder_of_the_table_is_found() {
        let line = TABLE.lines().find(|l| l.starts_with("placeholder\t"));
        for word in line.unwrap_or_default().split('\t').skip(1) {
            assert!(is_placeholder(word), "{word}");
        }
    }

    #[test]
    fn placeholders_are_told_from_names() {
        for text in ["", "-", "N/A", "NULL", "?", "unknown", "-0- "] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["Na Li", "Nil Example", "李娜", "No 7"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
