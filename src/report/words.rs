//! Plain words for codes, from `words.tsv`.

const TABLE: &str = include_str!("words.tsv");

/// The words for a code; the code itself where the table has none.
pub(crate) fn words<'a>(what: &str, code: &'a str) -> &'a str {
    TABLE
        .lines()
        .find_map(|line| {
            let mut cells = line.split('\t');
            (cells.next()? == what && cells.next()? == code).then(|| cells.next())?
        })
        .unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::Conflict;
    use crate::record::{Handling, Status};
    use crate::score::EvidenceKind;

    #[test]
    fn every_code_that_is_explained_has_its_words() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let evidence = EvidenceKind::ALL.iter().map(|c| ("evidence", c.code()));
        let conflict = Conflict::ALL.iter().map(|c| ("conflict", c.code()));
        let status = Status::ALL.iter().map(|c| ("status", c.code()));
        let handling = Handling::ALL.iter().map(|c| ("handling", c.code()));
        let codes: Vec<_> = evidence
            .chain(conflict)
            .chain(status)
            .chain(handling)
            .collect();
        for (what, code) in &codes {
            let row = format!("{what}\t{code}\t");
            assert!(
                TABLE.lines().any(|line| line.starts_with(&row)),
                "{what} {code}"
            );
            assert!(!words(what, code).is_empty());
        }
        assert_eq!(rows, codes.len());
    }
}
