//! Habits that publishers of flat lists share.
//!
//! In: one cell as published. Out: a name in reading order, the items of a list inside a cell, a
//! place with its country. Nothing is dropped here: what fits no habit comes out as it went in.

use crate::read::draft::Draft;
use crate::record::{
    DateKind, DateOrder, Kind, Location, Name, NamePart, PartKind, PartialDate, PlaceKind, country,
};

/// `FAMILY, Given` of a person in reading order, with its parts; the published order stays in
/// `raw`. Names without comma, and names of things and firms, come out as they are.
///
/// **Example**: `EXAMPLE, Ada Mary, Jr.` → `Ada Mary EXAMPLE Jr.`
pub(super) fn family_first(text: &str, kind: Kind) -> Name {
    let text = text.trim();
    let cut = text.split_once(',').filter(|_| kind == Kind::Person);
    let Some((family, rest)) = cut else {
        return Name::primary(text);
    };
    let (given, suffix) = match rest.rsplit_once(',') {
        Some((given, suffix)) if is_suffix(suffix) => (given.trim(), suffix.trim()),
        _ => (rest.trim(), ""),
    };
    let parts: Vec<NamePart> = [
        (PartKind::Given, given),
        (PartKind::Family, family.trim()),
        (PartKind::Suffix, suffix),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(kind, value)| NamePart {
        kind,
        value: value.to_owned(),
    })
    .collect();
    let full: Vec<&str> = parts.iter().map(|p| p.value.as_str()).collect();
    Name {
        full: full.join(" "),
        raw: text.to_owned(),
        parts,
        ..Name::default()
    }
}

fn is_suffix(text: &str) -> bool {
    const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv"];
    let text = text.trim().trim_end_matches('.');
    SUFFIXES.iter().any(|s| s.eq_ignore_ascii_case(text))
}

/// The items of `1) X 2) Y`, `(1) X (2) Y`, `a) X b) Y` or `(a) X (b) Y`; a cell without such
/// marks is one item. Empty items and `-` are left out; words before the first mark go with the
/// first item.
pub(super) fn numbered_items(text: &str) -> Vec<String> {
    let marks = |first: u8| -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut from = 0;
        for n in 0..26_u8 {
            let mark = match (first, n.saturating_add(1)) {
                (b'1', number) => number.to_string(),
                (letter, _) => char::from(letter.saturating_add(n)).to_string(),
            };
            let Some((start, end)) = mark_after(text, &mark, from) else {
                break;
            };
            found.push((start, end));
            from = end;
        }
        found
    };
    let marks = [b'1', b'a', b'i', b'A']
        .map(marks)
        .into_iter()
        .max_by_key(Vec::len);
    let marks = marks.filter(|m| m.len() > 1).unwrap_or_default();
    let ends = marks.iter().map(|(start, _)| *start).skip(1);
    let bodies = marks
        .iter()
        .zip(ends.chain([text.len()]))
        .map(|((_, from), to)| text.get(*from..to).unwrap_or_default());
    let before = marks
        .first()
        .map_or(text, |(start, _)| text.get(..*start).unwrap_or_default());
    let mut items: Vec<String> = bodies.map(tidy).collect();
    match items.first_mut() {
        Some(first) if !before.trim().is_empty() => *first = format!("{} {first}", before.trim()),
        Some(_) => {}
        None => items.push(tidy(before)),
    }
    items.retain(|i| !i.is_empty() && i != "-");
    items
}

fn tidy(item: &str) -> String {
    item.trim()
        .trim_end_matches([',', ';'])
        .trim_end()
        .to_owned()
}

/// Where `mark)` or `(mark)` stands at the start of a word, and where it ends.
fn mark_after(text: &str, mark: &str, from: usize) -> Option<(usize, usize)> {
    let closed = format!("{mark})");
    text.get(from..)?
        .match_indices(&closed)
        .map(|(at, _)| at.saturating_add(from))
        .find_map(|at| {
            let before = text.get(..at)?;
            let start = before.strip_suffix('(').map_or(at, str::len);
            let word_start = text.get(..start)?.chars().next_back();
            let fits = word_start.is_none_or(|c| c.is_whitespace() || ",;.".contains(c));
            fits.then_some((start, at.saturating_add(closed.len())))
        })
}

/// "City, Region, Country": the longest ending that is a country, cut off where there is one.
pub(super) fn split_country(text: &str) -> (&str, &str) {
    let text = text.trim().trim_end_matches('.');
    let starts =
        std::iter::once(0).chain(text.match_indices(',').map(|(at, _)| at.saturating_add(1)));
    for start in starts {
        let ending = text.get(start..).unwrap_or_default().trim();
        if country::iso2(ending).is_some() {
            let rest = text.get(..start).unwrap_or_default();
            return (rest.trim_end_matches(',').trim(), ending);
        }
    }
    (text, "")
}

/// The country in what is said about it: `Old Province (now Norland)` → `Norland`, `Town, Norland` →
/// `Norland`. A text that is one, or has none, comes out as it is.
pub(super) fn plain_country(text: &str) -> &str {
    let text = text.trim().trim_end_matches('.');
    let (before, inside) = text.split_once('(').unwrap_or((text, ""));
    let inside = inside.split(')').next().unwrap_or_default();
    let now = inside.strip_prefix("now ").unwrap_or_default();
    [
        text,
        before,
        now,
        split_country(text).1,
        split_country(before).1,
    ]
    .into_iter()
    .map(str::trim)
    .find(|c| country::iso2(c).is_some())
    .unwrap_or(text)
}

/// Adds a place that is one line with the country last.
pub(super) fn place_line(kind: PlaceKind, text: &str, draft: &mut Draft<'_>) {
    let (rest, country) = split_country(text);
    let place = Location {
        kind,
        text: rest.to_owned(),
        ..Location::default()
    };
    draft.place(place, country);
}

/// Adds a date, as published in `raw` where it is a range: the days of its ends are more than the
/// years tell.
pub(super) fn date_or_range(
    kind: DateKind,
    text: &str,
    order: Option<DateOrder>,
    draft: &mut Draft<'_>,
) {
    match PartialDate::parse(text, order) {
        Ok(mut date) if text.contains(" to ") => {
            text.trim().clone_into(&mut date.raw);
            draft.date_of(kind, Some(date), text);
        }
        _ => draft.date(kind, text, order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_name_is_put_in_reading_order() {
        let check = |text, expected| assert_eq!(family_first(text, Kind::Person).full, expected);
        check("EXAMPLE, Ada", "Ada EXAMPLE");
        check("DE LOS EXAMPLE, Ada Mary", "Ada Mary DE LOS EXAMPLE");
        check("EXAMPLE, Bo, Jr.", "Bo EXAMPLE Jr.");
        check("MONONYM", "MONONYM");
        let name = family_first("EXAMPLE, Ada", Kind::Person);
        assert_eq!(name.raw, "EXAMPLE, Ada");
        assert_eq!(name.parts[1].kind, PartKind::Family);
    }

    #[test]
    fn a_firms_comma_is_no_family_name() {
        let name = family_first("EXAMPLE TRADING CO., LTD.", Kind::Organization);
        assert_eq!(name.full, "EXAMPLE TRADING CO., LTD.");
        assert!(name.parts.is_empty());
    }

    #[test]
    fn lists_inside_a_cell_come_apart() {
        let check = |text, expected: &[&str]| assert_eq!(numbered_items(text), expected, "{text}");
        check("1) Norland 2) Sudland", &["Norland", "Sudland"]);
        check("(1) Norland (2) Sudland", &["Norland", "Sudland"]);
        check("a) General b)Major General", &["General", "Major General"]);
        check("(a) 12 (Norland). (b) 34", &["12 (Norland).", "34"]);
        check("(1) - (2) Sudland", &["Sudland"]);
        check("(1) (2) Sudland", &["Sudland"]);
        check("number (1) 12 (2) 34", &["number 12", "34"]);
        check("Norland (since 2009)", &["Norland (since 2009)"]);
        check(
            "Example Group (a.k.a. Sample)",
            &["Example Group (a.k.a. Sample)"],
        );
        check("", &[]);
    }

    #[test]
    fn a_country_is_found_in_what_is_said_about_it() {
        let check =
            |text, code| assert_eq!(country::iso2(plain_country(text)), Some(code), "{text}");
        check("Egypt (since 2009)", "EG");
        check("Moldavian SSR (now Moldova)", "MD");
        check("(now Kazakhstan)", "KZ");
        check("Example Province, Syria", "SY");
        check("Iran (Islamic Republic of)", "IR");
        assert_eq!(plain_country("Atlantis (lost)"), "Atlantis (lost)");
    }

    #[test]
    fn the_country_is_the_longest_ending_that_is_one() {
        assert_eq!(split_country("Smolny, Russia"), ("Smolny", "Russia"));
        assert_eq!(split_country("Atlantis"), ("Atlantis", ""));
        assert_eq!(
            split_country("Goma, Korea, North"),
            ("Goma", "Korea, North")
        );
    }
}
