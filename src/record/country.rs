//! Countries: names and codes of many lists to ISO 3166-1 alpha-2.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

const TABLE: &str = include_str!("countries.tsv");

/// The ISO 3166-1 alpha-2 code of a code or name, in any letter case.
pub fn iso2(text: &str) -> Option<&'static str> {
    static INDEX: OnceLock<FxHashMap<String, &'static str>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index = FxHashMap::default();
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let code = cells.next().unwrap_or_default();
            index.insert(fold(code), code);
            for name in cells {
                index.entry(fold(name)).or_insert(code);
            }
        }
        index
    });
    index.get(&fold(text)).copied()
}

fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
