//! Countries: names and codes of many lists to ISO 3166-1 alpha-2.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

const TABLE: &str = include_str!("countries.tsv");

/// The ISO 3166-1 alpha-2 code of a code, a name or an adjective of nationality, in any letter
/// case and punctuation. `None` for what no table knows: states that no longer exist are not
/// turned into one of their successors.
///
/// ```
/// use veilmatch::record::country::iso2;
/// assert_eq!(iso2("Korea, North"), Some("KP"));
/// assert_eq!(iso2("Iran (Islamic Republic of)"), Some("IR"));
/// assert_eq!(iso2("syrian"), Some("SY"));
/// assert_eq!(iso2("N/A"), None);
/// ```
pub fn iso2(text: &str) -> Option<&'static str> {
    exact(text)
        .or_else(|| exact(without_remark(text)?))
        .or_else(|| {
            let (one, other) = text.split_once('/')?;
            exact(one).filter(|code| exact(other) == Some(*code))
        })
}

/// Whether a text is a code or name of a country as a whole, without any remark around it.
pub fn is_name(text: &str) -> bool {
    exact(text).is_some()
}

fn exact(text: &str) -> Option<&'static str> {
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
    // Upper-case codes, the common case, need no folding.
    if let [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] = text.as_bytes() {
        let code = [a.to_ascii_lowercase(), b.to_ascii_lowercase()];
        return index.get(std::str::from_utf8(&code).ok()?).copied();
    }
    let folded = fold(text);
    // "N/A" is no Namibia: a slash may part names, not the letters of a code.
    if folded.len() <= 3 && text.contains('/') {
        return None;
    }
    let without_article = || folded.strip_prefix("the").and_then(|rest| index.get(rest));
    index.get(&folded).or_else(without_article).copied()
}

/// `Pakistan (previous address)` without what is in brackets, `Kuwaiti citizenship` without the
/// last word.
fn without_remark(text: &str) -> Option<&str> {
    let before = text.split_once(" (").map(|(before, _)| before);
    before.or_else(|| {
        [
            " citizenship",
            " citizen",
            " nationality",
            " national",
            " passport",
        ]
        .iter()
        .find_map(|word| text.trim_end().strip_suffix(word))
    })
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            folded.extend(c.to_lowercase());
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(iso2(text).unwrap_or(""), expected, "{text}");
    }

    #[test]
    fn the_spellings_of_lists_are_known() {
        check("de", "DE");
        check("DEU", "DE");
        check("Korea, South", "KR");
        check("Democratic People's Republic of Korea", "KP");
        check("Burma", "MM");
        check("Congo, Democratic Republic of the", "CD");
        check("Republic of Congo", "CG");
        check("Syrian Arab Republic", "SY");
        check("Russian Federation", "RU");
        check("Россия", "RU");
        check("Allemagne", "DE");
        check("إيران", "IR");
        check("中国", "CN");
        check("The Gambia", "GM");
        check("Palestinian, occupied territory", "PS");
        check("Türkiye", "TR");
        check("Turkiye", "TR");
        check("U.S.A.", "US");
        check("Pakistan (previous address)", "PK");
        check("Tunisian passport", "TN");
        check("Syria / Syrie", "SY");
        check("Sudan / South Sudan", "");
    }

    #[test]
    fn placeholders_and_vanished_states_are_no_country() {
        check("N/A", "");
        check("00", "");
        check("unknown", "");
        check("USSR", "");
        check("", "");
    }

    #[test]
    fn no_name_stands_for_two_countries() {
        let mut seen: FxHashMap<String, &str> = FxHashMap::default();
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let code = line.split('\t').next().unwrap_or_default();
            for name in line.split('\t') {
                let first = *seen.entry(fold(name)).or_insert(code);
                assert_eq!(first, code, "{name}");
            }
        }
    }
}
