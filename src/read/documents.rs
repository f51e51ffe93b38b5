//! Documents in free text: "Passport No: 592667 (Qatari passport issued on 3 May 2007)".
//!
//! In: a cell about one document. Out: an identifier with number, country, dates of issue and
//! expiry as far as they can be told; the cell as a whole in `raw`. Names inside are not taken.

use crate::read::draft::Draft;
use crate::record::{DateOrder, IdKind, PartialDate, country};

/// Adds the document that a text describes. `number` may be empty: then it is searched in
/// `details`. `false` where no number can be told.
pub(super) fn free_text(kind: IdKind, number: &str, details: &str, draft: &mut Draft<'_>) -> bool {
    let whole = [number, details].join(" ");
    let found = find_number(number)
        .or_else(|| find_number(details))
        .unwrap_or_default();
    if found.is_empty() {
        return false;
    }
    let country = issuer(&whole).unwrap_or_default();
    let date = |words: &[&str]| words.iter().find_map(|w| date_after(&whole, w));
    let issue = date(&["issued on", "issue date", "issued in", "issued"]);
    let expiry = date(&[
        "expiry date",
        "expires on",
        "expired on",
        "expiring on",
        "expir",
        "until",
    ]);
    if let Some(id) = draft.id(kind, &found, country) {
        id.issued = issue;
        id.expires = expiry;
        if whole.trim() != found {
            whole.trim().clone_into(&mut id.raw);
        }
        true
    } else {
        false
    }
}

/// The first word that looks like a number and is no date, with a letter or two before it
/// (`D 000952`); else a number written in groups (`842 781`).
fn find_number(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split([' ', '\u{a0}', ',', ';', '(', ')'])
        .filter(|w| !w.is_empty())
        .collect();
    let single = words.iter().enumerate().find_map(|(i, word)| {
        let word = strip_label(word);
        if !is_number(word) || is_year_or_date(word) {
            return None;
        }
        let before = i
            .checked_sub(1)
            .and_then(|b| words.get(b))
            .filter(|b| b.len() <= 2 && b.bytes().all(|c| c.is_ascii_uppercase()));
        Some(before.map_or_else(|| word.to_owned(), |b| format!("{b} {word}")))
    });
    single.or_else(|| {
        let groups = text
            .split(['(', ',', ';'])
            .next()?
            .split(". ")
            .next()?
            .trim();
        let is_group = |w: &str| w.len() <= 4 && !w.contains(|c: char| c.is_ascii_lowercase());
        let fits = groups.split(' ').all(is_group) && digits(groups) >= 5;
        fits.then(|| groups.trim_end_matches('.').to_owned())
    })
}

fn digits(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}

fn is_number(word: &str) -> bool {
    let no_word = !word.contains(|c: char| c.is_lowercase());
    digits(word) >= 4 || (digits(word) == 3 && word.len() >= 6 && no_word)
}

/// `no.F800691` and `no.:TR024417` without the label and the brackets around them.
fn strip_label(word: &str) -> &str {
    let lower = word.to_ascii_lowercase();
    let label = ["no.:", "no.", "no:", "number:", "n°", "nr."]
        .into_iter()
        .find(|l| lower.starts_with(l));
    let word = label.map_or(word, |l| word.get(l.len()..).unwrap_or(word));
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_year_or_date(word: &str) -> bool {
    let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let parts = word.split(['.', '/', '-']).count();
    year || (parts == 3 && PartialDate::parse(word, Some(DateOrder::DayMonthYear)).is_ok())
}

/// The first run of one to four words that is a country or an adjective of one.
fn issuer(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic() && c != '\'' && c != '-')
        .filter(|w| !w.is_empty())
        .collect();
    (0..words.len()).find_map(|start| {
        (1..=4_usize).rev().find_map(|n| {
            let run = words.get(start..start.saturating_add(n))?;
            // Two letters may be a code, but also "in", "no" or initials.
            let is_name = run
                .first()
                .is_some_and(|w| w.starts_with(char::is_uppercase));
            let joined = run.join(" ");
            let is_code = joined.len() <= 2 && !matches!(joined.as_str(), "US" | "UK");
            (is_name && !is_code)
                .then(|| country::iso2(&joined))
                .flatten()
        })
    })
}

/// The date that follows some words, in up to four words of its own.
fn date_after(text: &str, label: &str) -> Option<PartialDate> {
    let lower = text.to_ascii_lowercase();
    let (at, _) = lower.match_indices(label).next()?;
    let rest = text.get(at.saturating_add(label.len())..)?;
    let words: Vec<&str> = rest
        .split(|c: char| c.is_whitespace() || "(),;:".contains(c))
        .filter(|w| !w.is_empty())
        .take(6)
        .collect();
    (0..words.len()).find_map(|start| {
        (1..=3_usize).rev().find_map(|n| {
            let run = words.get(start..start.saturating_add(n))?;
            let joined = run.join(" ");
            let has_digit = run.first()?.starts_with(|c: char| c.is_ascii_digit()) || run.len() > 1;
            has_digit
                .then(|| PartialDate::parse(&joined, Some(DateOrder::DayMonthYear)).ok())
                .flatten()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Kind, Name};
    use crate::tally::Tally;

    fn check(text: &str, norm: &str, country: &str, issued: &str, expires: &str) {
        let (mut tally, mut notices) = (Tally::new(), Vec::new());
        let mut draft = Draft::sanction(&mut tally, 1, 1, Kind::Person);
        draft.name(Name::primary("Ada Example"));
        let read = free_text(IdKind::Passport, "", text, &mut draft);
        draft.finish("1", &mut notices);
        assert_eq!(read, !norm.is_empty(), "{text}");
        let Some(id) = notices[0].record.ids.first() else {
            return;
        };
        let day =
            |d: &Option<PartialDate>| d.as_ref().map(PartialDate::to_text).unwrap_or_default();
        assert_eq!(
            (
                id.norm.as_str(),
                id.country.as_str(),
                day(&id.issued),
                day(&id.expires)
            ),
            (norm, country, issued.to_owned(), expires.to_owned()),
            "{text}"
        );
    }

    #[test]
    fn free_texts_give_number_issuer_and_dates() {
        check(
            "Passport No: 592667 (Qatari passport issued on 3 May 2007).",
            "592667",
            "QA",
            "2007-05-03",
            "",
        );
        check("D9004878", "D9004878", "", "", "");
        check(
            "D 000952 (Afghan). Issued on 7 Jan 1999",
            "D000952",
            "AF",
            "1999-01-07",
            "",
        );
        check("Saudi Arabian passport no.F800691", "F800691", "SA", "", "");
        check("no.: 0216155930", "0216155930", "", "", "");
        check(
            "Tunisian Passport No x599070 issued in November 2016 expiring on 21.11.2021.",
            "X599070",
            "TN",
            "2016-11",
            "2021-11-21",
        );
        check("B/014965. Expires end 2013", "B014965", "", "", "2013");
        check(
            "CV9157521(Pakistan) Issued 8.9.2008",
            "CV9157521",
            "PK",
            "2008-09-08",
            "",
        );
        check("403062567 (US)", "403062567", "US", "", "");
        check("842 781", "842781", "", "", "");
        check("TR-P 614 166 (Turkish)", "TRP614166", "TR", "", "");
        check("C17HLRL3. Issued in 1996", "C17HLRL3", "", "1996", "");
        check("unknown", "", "", "", "");
        check("(Egypt). Issued 1993.", "", "", "", "");
    }
}
