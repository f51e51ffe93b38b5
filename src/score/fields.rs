//! Evidence outside the name: dates, countries, sex, places, identifiers, kind.
//! Missing is not mismatch: where one side is silent there is no evidence.

use crate::keys::{Day, Form, Gist, Prepared, PreparedId, Years};
use crate::record::{IdKind, Kind, PartialDate, Sex};
use crate::score::evidence::{EvidenceKind, Level, Part};
use crate::score::kernels::osa_distance;
use crate::score::model::Model;

/// What the levels of date agreement are worth, in bits. Full dates of two unrelated people agree
/// about once in 15,000; published dates are wrong often enough that agreement is worth less and
/// conflict does not decide alone.
const DATES: &[(Level, f64)] = &[
    (Level::SameDay, 11.0),
    (Level::DayMonthSwapped, 8.0),
    (Level::SameMonth, 7.0),
    (Level::OneDigit, 3.5),
    (Level::SameYear, 4.0),
    (Level::InRange, 2.5),
    (Level::NearYear, 0.0),
    (Level::DayConflict, -3.5),
    (Level::YearOnlyConflict, -7.0),
    (Level::FarYear, -12.0),
];

/// Pushes the evidence of all fields but the name and returns its sum.
pub(super) fn compare_fields(
    model: &Model,
    a: &Prepared,
    b: &Prepared,
    parts: &mut Vec<Part>,
) -> f64 {
    let start = parts.len();
    parts.extend(kinds(model, a.kind, b.kind));
    parts.extend(dates(&a.dates, &b.dates));
    parts.extend(identifiers(model, a, b));
    parts.extend(countries(model, a, b));
    parts.extend(sexes(model, a.sex, b.sex));
    parts.extend(places(model, &a.birth_places, &b.birth_places));
    parts[start..].iter().map(|p| p.bits).sum()
}

/// The most that [`compare_fields`] can return, from the gists alone.
///
/// **Cost**: some twenty machine instructions.
pub(super) fn most(model: &Model, a: &Gist, b: &Gist) -> f64 {
    let kind = kinds(model, a.kind, b.kind).map_or(0.0, |p| p.bits);
    let date = match (a.years, b.years) {
        (Some(x), Some(y)) if x.kind != y.kind => 0.0,
        (Some(x), Some(y)) => most_of_dates(x, y),
        _ if a.has_dates && b.has_dates => weight_of(Level::SameDay),
        _ => 0.0,
    };
    let country = match (a.countries, b.countries) {
        (0, _) | (_, 0) => 0.0,
        (x, y) if x & y == 0 => model.country.1,
        _ => model.country.0,
    };
    let sex = sexes(model, a.sex, b.sex).map_or(0.0, |p| p.bits);
    let place = if a.has_place && b.has_place {
        model.place.max(0.0)
    } else {
        0.0
    };
    let id = if a.ids & b.ids != 0 {
        let (strong, weak, contradicted) = model.identifier;
        strong.max(weak).max(contradicted).max(0.0)
    } else {
        0.0
    };
    kind + date + country + sex + place + id
}

/// The most that dates within these years can be worth. Only a whole date can differ in one digit
/// alone from one of another year.
fn most_of_dates(x: Years, y: Years) -> f64 {
    let apart = (y.from - x.to).max(x.from - y.to);
    let level = match (apart, x.day, y.day) {
        (_, Some(x), Some(y)) => day_level(apart.max(0), x, y),
        (..=0, ..) => Level::SameDay,
        (1..=10, ..) if !(x.is_one() && y.is_one()) => Level::OneDigit,
        (1 | 10, ..) => Level::OneDigit,
        (2, ..) => Level::NearYear,
        (3..=8, ..) => Level::YearOnlyConflict,
        _ => Level::FarYear,
    };
    weight_of(level)
}

fn weight_of(level: Level) -> f64 {
    let row = DATES.iter().find(|(l, _)| *l == level);
    row.map_or(0.0, |(_, bits)| *bits)
}

fn kinds(model: &Model, a: Kind, b: Kind) -> Option<Part> {
    let conflict = a != Kind::Unknown && b != Kind::Unknown && a != b;
    conflict.then(|| Part::new(EvidenceKind::Kind, Level::Differ, model.kind_conflict))
}

/// The best agreement over all pairs of dates of one kind.
fn dates(a: &[PartialDate], b: &[PartialDate]) -> Option<Part> {
    let mut best: Option<Part> = None;
    for (i, x) in a.iter().enumerate().filter(|(_, d)| d.is_compared()) {
        for (j, y) in b
            .iter()
            .enumerate()
            .filter(|(_, d)| d.kind == x.kind && d.is_compared())
        {
            let level = date_level(x, y);
            let bits = weight_of(level);
            if best.is_none_or(|p| p.bits < bits) {
                best = Some(Part::tokens(EvidenceKind::Date, level, bits, at(i), at(j)));
            }
        }
    }
    best
}

fn at(i: usize) -> (u8, u8) {
    u8::try_from(i).map_or((0, 0), |i| (i, 1))
}

#[allow(
    clippy::many_single_char_names,
    reason = "x and y are the two sides of a pair"
)]
pub(super) fn date_level(x: &PartialDate, y: &PartialDate) -> Level {
    let ((x_from, x_to), (y_from, y_to)) = (x.years(), y.years());
    let apart = (y_from - x_to).max(x_from - y_to).max(0);
    let is_range = x_to > x_from || y_to > y_from;
    let is_vague = is_range || x.circa || y.circa;
    if apart == 0 && is_range {
        return Level::InRange;
    }
    let whole = |date: &PartialDate| {
        let (month, day) = date.month.zip(date.day)?;
        Some(Day { month, day })
    };
    match (apart, whole(x).zip(whole(y)), x.month.zip(y.month)) {
        (_, Some((x, y)), _) if !is_vague => day_level(apart, x, y),
        (0, Some((x, y)), _) if x == y => Level::SameMonth,
        (0, Some((x, y)), _) if x.is_swapped(y) => Level::DayMonthSwapped,
        (0, Some((x, y)), _) if x.month == y.month || x.day == y.day => Level::OneDigit,
        (0, None, Some(month)) if month.0 == month.1 => Level::SameMonth,
        (0, None, Some(_)) if !is_vague => Level::DayConflict,
        (0, ..) => Level::SameYear,
        (1 | 10, Some((x, y)), _) if x == y && !x.is_new_year() => Level::OneDigit,
        (1, None, _) => Level::NearYear,
        (1..=2, ..) if is_vague => Level::NearYear,
        (1..=8, ..) => Level::YearOnlyConflict,
        _ => Level::FarYear,
    }
}

/// The level of two whole dates whose years are so far apart.
fn day_level(years: i16, x: Day, y: Day) -> Level {
    match years {
        0 if x == y => Level::SameDay,
        0 if x.is_swapped(y) => Level::DayMonthSwapped,
        0 if x.month == y.month || x.day == y.day => Level::OneDigit,
        // January 1st stands for "some day of the year" in many registers.
        0 if x.is_new_year() || y.is_new_year() => Level::SameYear,
        0 => Level::DayConflict,
        1 | 10 if x == y && !x.is_new_year() => Level::OneDigit,
        1..=8 => Level::YearOnlyConflict,
        _ => Level::FarYear,
    }
}

fn countries(model: &Model, a: &Prepared, b: &Prepared) -> Option<Part> {
    if a.gist.countries == 0 || b.gist.countries == 0 {
        return None;
    }
    for (i, x) in a
        .countries
        .iter()
        .enumerate()
        .filter(|(_, c)| c.is_compared())
    {
        let shared = b
            .countries
            .iter()
            .position(|y| y.is_compared() && y.iso2 == x.iso2);
        if let Some(j) = shared {
            let bits = model.country.0;
            return Some(Part::tokens(
                EvidenceKind::Country,
                Level::Shared,
                bits,
                at(i),
                at(j),
            ));
        }
    }
    Some(Part::new(
        EvidenceKind::Country,
        Level::NoneShared,
        model.country.1,
    ))
}

fn sexes(model: &Model, a: Sex, b: Sex) -> Option<Part> {
    let stated = |s: Sex| matches!(s, Sex::Male | Sex::Female);
    (stated(a) && stated(b)).then(|| {
        let (level, bits) = if a == b {
            (Level::Same, model.sex.0)
        } else {
            (Level::Differ, model.sex.1)
        };
        Part::new(EvidenceKind::Sex, level, bits)
    })
}

fn places(model: &Model, a: &[Box<[Form]>], b: &[Box<[Form]>]) -> Option<Part> {
    let agree = |x: &[Form], y: &[Form]| {
        let close = |f: &Form, g: &Form| {
            f == g || (f.len() > 5 && osa_distance(f.as_bytes(), g.as_bytes()) <= 1)
        };
        x.first().is_some_and(|f| y.iter().any(|g| close(f, g)))
    };
    a.iter()
        .any(|x| b.iter().any(|y| agree(x, y) || agree(y, x)))
        .then(|| Part::new(EvidenceKind::Place, Level::Same, model.place))
}

fn identifiers(model: &Model, a: &Prepared, b: &Prepared) -> Option<Part> {
    let mut best: Option<Part> = None;
    for (i, x) in a.ids.iter().enumerate() {
        for (j, y) in b.ids.iter().enumerate() {
            let Some((level, bits)) = identifier_level(model, x, y) else {
                continue;
            };
            if best.is_none_or(|p| p.bits < bits) {
                best = Some(Part::tokens(
                    EvidenceKind::Identifier,
                    level,
                    bits,
                    at(i),
                    at(j),
                ));
            }
        }
    }
    best
}

fn identifier_level(model: &Model, x: &PreparedId, y: &PreparedId) -> Option<(Level, f64)> {
    let (strong, weak, contradicted) = model.identifier;
    let one_each = |kind: IdKind| {
        use IdKind::{AircraftRegistration, Imo, Lei, Mmsi, SerialNumber};
        matches!(kind, Imo | Lei | Mmsi | AircraftRegistration | SerialNumber)
    };
    if x.norm != y.norm {
        let conflict = x.kind == y.kind && one_each(x.kind);
        return conflict.then_some((Level::OtherNumber, model.identifier_conflict));
    }
    let vague = |kind: IdKind| kind == IdKind::Other;
    let kinds_fit = x.kind == y.kind || vague(x.kind) || vague(y.kind);
    let countries_fit = x.country.is_empty() || y.country.is_empty() || x.country == y.country;
    if !kinds_fit || !countries_fit {
        return Some((Level::SameNumberOtherKind, contradicted));
    }
    let is_strong = x.kind.is_strong() || y.kind.is_strong();
    Some((Level::SameNumber, if is_strong { strong } else { weak }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Country, CountryKind, Name, Record};

    fn check(a: &str, b: &str, expected: Level) {
        let parse = |t| PartialDate::parse(t, None).expect("a date");
        assert_eq!(date_level(&parse(a), &parse(b)), expected, "{a} {b}");
        assert_eq!(date_level(&parse(b), &parse(a)), expected, "{b} {a}");
    }

    #[test]
    fn dates_agree_by_levels() {
        check("1970-05-03", "1970-05-03", Level::SameDay);
        check("1970-05-03", "1970-03-05", Level::DayMonthSwapped);
        check("1970-05-03", "1970-05-13", Level::OneDigit);
        check("1970-05-03", "1971-05-03", Level::OneDigit);
        check("1970-05", "1970-05-03", Level::SameMonth);
        check("1970", "1970-05-03", Level::SameYear);
        check("~1970", "1971-05-03", Level::NearYear);
        check("1968..1971", "1970-05-03", Level::InRange);
        check("1970-05-03", "1970-08-21", Level::DayConflict);
        check("1970-05-03", "1974-08-21", Level::YearOnlyConflict);
        check("1970-05-03", "1990-08-21", Level::FarYear);
    }

    #[test]
    fn every_date_level_has_a_weight() {
        let years = [
            "1970",
            "1970-05",
            "1970-05-03",
            "~1970",
            "1960..1980",
            "1971-02-02",
            "1999",
        ];
        for a in years {
            for b in years {
                let parse = |t| PartialDate::parse(t, None).expect("a date");
                let level = date_level(&parse(a), &parse(b));
                assert!(DATES.iter().any(|(l, _)| *l == level), "{a} {b}");
            }
        }
    }

    /// Records of all kinds of fields, each with a few values.
    fn records() -> Vec<Prepared> {
        let dates = [
            &[][..],
            &["1970-05-03"],
            &["1970-03-05"],
            &["1971-05-03"],
            &["1980-05-03"],
            &["1970-05"],
            &["~1970"],
            &["1968..1971"],
            &["1990-08-21"],
            &["1961-01-02", "1990-08-21"],
        ];
        let country = |iso2: &str| Country {
            kind: CountryKind::Nationality,
            iso2: iso2.to_owned(),
            raw: String::new(),
        };
        let mut all = Vec::new();
        for (at, texts) in dates.iter().enumerate() {
            for (sex, iso2) in [(Sex::Unknown, ""), (Sex::Male, "FR"), (Sex::Female, "DE")] {
                let dates = texts
                    .iter()
                    .filter_map(|t| PartialDate::parse(t, None).ok());
                all.push(Prepared::new(&Record {
                    kind: [Kind::Person, Kind::Unknown, Kind::Organization][at % 3],
                    names: vec![Name::primary("Ada")],
                    dates: dates.collect(),
                    countries: vec![country(iso2)],
                    sex,
                    ..Record::default()
                }));
            }
        }
        all
    }

    #[test]
    fn the_gist_errs_upwards_only() {
        let model = Model::default();
        let (all, mut exact) = (records(), 0);
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            let sum = compare_fields(&model, a, b, &mut Vec::new());
            let bound = most(&model, &a.gist, &b.gist);
            assert!(
                sum <= bound + 1e-9,
                "{:?} {:?} {sum} {bound}",
                a.gist,
                b.gist
            );
            exact += u32::from((sum - bound).abs() < 1e-9);
        }
        assert!(
            exact > 400,
            "a bound that is seldom exact sees little: {exact}"
        );
    }
}
