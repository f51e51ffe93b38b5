//! Corruptions of a birth date.

use jiff::{ToSpan as _, civil::Date};

use crate::record::PartialDate;
use crate::synth::{DateCorruption, Draw};

/// The changed date, none where it is left out; `None` where the kind changes nothing.
pub(in crate::synth) fn corrupt_date(
    date: &PartialDate,
    kind: DateCorruption,
    draw: &mut Draw,
) -> Option<Vec<PartialDate>> {
    let (year, month, day) = (date.year, date.month?, date.day?);
    let of = PartialDate::from_ymd;
    let changed = match kind {
        DateCorruption::Exact => return Some(vec![date.clone()]),
        DateCorruption::Missing => return Some(Vec::new()),
        DateCorruption::Swapped => of(year, day, month),
        DateCorruption::Day => off_by_one_day(date, draw),
        DateCorruption::Year => of(year + if draw.percent(50) { 1 } else { -1 }, month, day),
        DateCorruption::Digits => {
            let (tens, ones) = (year / 10 % 10, year % 10);
            of(year / 100 * 100 + ones * 10 + tens, month, day).filter(|d| d.year <= 2020)
        }
        DateCorruption::YearOnly => of(year, 0, 0),
        DateCorruption::MonthOnly => of(year, month, 0),
        DateCorruption::NewYear => of(year, 1, 1),
        DateCorruption::Circa => of(year, 0, 0).map(PartialDate::about),
    }?;
    (changed != *date).then(|| vec![changed])
}

fn off_by_one_day(date: &PartialDate, draw: &mut Draw) -> Option<PartialDate> {
    let month = i8::try_from(date.month?).ok()?;
    let day = Date::new(date.year, month, i8::try_from(date.day?).ok()?).ok()?;
    let span = if draw.percent(50) { 1 } else { -1 };
    let day = day.checked_add(span.days()).ok()?;
    let part = |n: i8| u8::try_from(n).unwrap_or(0);
    PartialDate::from_ymd(day.year(), part(day.month()), part(day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: DateCorruption, expected: &str) {
        let date = PartialDate::from_ymd(1970, 5, 3).expect("is a day");
        let changed = corrupt_date(&date, kind, &mut Draw::new(1, 1));
        let text = changed.map(|d| d.first().map(PartialDate::to_text).unwrap_or_default());
        assert_eq!(text.as_deref(), Some(expected), "{}", kind.code());
    }

    #[test]
    fn each_kind_changes_what_its_name_says() {
        check(DateCorruption::Exact, "1970-05-03");
        check(DateCorruption::Swapped, "1970-03-05");
        check(DateCorruption::Digits, "1907-05-03");
        check(DateCorruption::YearOnly, "1970");
        check(DateCorruption::MonthOnly, "1970-05");
        check(DateCorruption::NewYear, "1970-01-01");
        check(DateCorruption::Circa, "~1970");
        check(DateCorruption::Missing, "");
    }

    #[test]
    fn a_day_that_no_month_has_is_not_swapped() {
        let date = PartialDate::from_ymd(1970, 5, 30).expect("is a day");
        let mut draw = Draw::new(1, 1);
        assert_eq!(
            corrupt_date(&date, DateCorruption::Swapped, &mut draw),
            None
        );
    }
}
