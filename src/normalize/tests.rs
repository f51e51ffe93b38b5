#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn texts(name: &str, kind: Kind) -> Vec<String> {
    normalize(name, kind)
        .tokens
        .into_iter()
        .map(|t| t.text)
        .collect()
}

proptest::proptest! {
    #[test]
    fn normalizing_twice_changes_nothing(name in "\\PC{0,60}", kind in 0..Kind::ALL.len()) {
        let kind = Kind::ALL[kind];
        let once = texts(&name, kind);
        proptest::prop_assert_eq!(texts(&once.join(" "), kind), once);
    }
}
