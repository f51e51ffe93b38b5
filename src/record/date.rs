//! Dates as sources give them: complete, partial, approximate or a range of years.

/// Order of day, month and year where only numbers are written (`03/05/1970`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayMonthYear,
    /// Month, day, year.
    MonthDayYear,
    /// Year, month, day.
    YearMonthDay,
}

/// Why a text gives no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateProblem {
    /// Not in the calendar, or no known form.
    Unreadable,
    /// Day and month could be swapped and no order was stated.
    Ambiguous,
}

/// Result of reading a date.
pub type ReadDate = Result<PartialDate, DateProblem>;

/// What a date is to a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the definitions of the codes are in codes.tsv")]
pub enum DateKind {
    #[default]
    Birth,
    Death,
    Incorporation,
    Build,
    Missing,
    Event,
}

impl DateKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Birth,
        Self::Death,
        Self::Incorporation,
        Self::Build,
        Self::Missing,
        Self::Event,
    ];

    /// Stable text code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::Death => "death",
            Self::Incorporation => "incorporation",
            Self::Build => "build",
            Self::Missing => "missing",
            Self::Event => "event",
        }
    }

    /// The kind of a text code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }
}

/// Calendar of the source. Only Gregorian dates are compared; others are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Calendar {
    #[default]
    Gregorian,
    Islamic,
    Persian,
    Other,
}

impl Calendar {
    /// Stable text code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gregorian => "gregorian",
            Self::Islamic => "islamic",
            Self::Persian => "persian",
            Self::Other => "other",
        }
    }

    /// The calendar of a text code; unknown codes are [`Calendar::Other`].
    pub fn from_code(code: &str) -> Self {
        [Self::Gregorian, Self::Islamic, Self::Persian]
            .into_iter()
            .find(|c| c.code().eq_ignore_ascii_case(code))
            .unwrap_or(Self::Other)
    }
}

/// A date that may lack day or month, be approximate, or span years.
///
/// **Invariants**, held by the constructors: `month` is in 1–12; `day` exists in that month and is
/// only there with a month; a range (`year_to`) has neither month nor day and does not run backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    /// What the date is.
    pub kind: DateKind,
    /// Year, 1000 to 2200.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: Option<u8>,
    /// Day, 1 to 31.
    pub day: Option<u8>,
    /// Last year of a range.
    pub year_to: Option<i16>,
    /// Approximate.
    pub circa: bool,
    /// Calendar.
    pub calendar: Calendar,
    /// As published where it says more than the other fields, or empty.
    pub raw: String,
}

impl PartialDate {
    /// Whether the date tells one record from another: of birth, of incorporation or of building, in
    /// the calendar of all others.
    pub fn is_compared(&self) -> bool {
        let tells = matches!(
            self.kind,
            DateKind::Birth | DateKind::Incorporation | DateKind::Build
        );
        tells && self.calendar == Calendar::Gregorian
    }

    /// A birth date from numbers; `None` where no such day exists. Zero month or day means unknown.
    pub fn from_ymd(year: i16, month: u8, day: u8) -> Option<Self> {
        if !(1000..=2200).contains(&year) {
            return None;
        }
        let mut date = Self {
            year,
            ..Self::default()
        };
        if month == 0 {
            return Some(date);
        }
        if month > 12 {
            return None;
        }
        date.month = Some(month);
        if day > 0 {
            jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
                .ok()?;
            date.day = Some(day);
        }
        Some(date)
    }

    /// A range of years, both included.
    pub fn from_years(from: i16, to: i16) -> Option<Self> {
        let mut date = Self::from_ymd(from, 0, 0)?;
        match to.cmp(&from) {
            std::cmp::Ordering::Equal => Some(date),
            std::cmp::Ordering::Greater if to <= 2200 => {
                date.year_to = Some(to);
                Some(date)
            }
            std::cmp::Ordering::Less | std::cmp::Ordering::Greater => None,
        }
    }

    /// The same date as another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: DateKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same date, marked as approximate.
    #[must_use]
    pub fn about(mut self) -> Self {
        self.circa = true;
        self
    }

    /// Reads the forms that subject files and lists use: `1970-05-03`, `1970-05`, `1970`,
    /// `19700503`, `1970/05/03`, `3 May 1970`, `May 1970`, `May 3, 1970`, `00/00/1970`, `~1970`,
    /// `circa 1970`, `1968..1970`, `1968-1970`, `between 1968 and 1970`, `1970s`. All-number forms
    /// with the year last need `order` unless only one reading exists.
    ///
    /// # Errors
    /// [`DateProblem`]: no such day, another form, or an order of day and month that is not stated.
    pub fn parse(text: &str, order: Option<DateOrder>) -> ReadDate {
        let text = text.trim().trim_end_matches('.').to_lowercase();
        if text.is_empty() {
            return Err(DateProblem::Unreadable);
        }
        let (text, circa) = strip_circa(&text);
        let date = parse_range(text, order)
            .or_else(|| parse_decade(text))
            .map_or_else(|| parse_single(text, order), Ok)?;
        Ok(if circa { date.about() } else { date })
    }

    /// First and last year it may mean, circa not widened.
    pub fn years(&self) -> (i16, i16) {
        (self.year, self.year_to.unwrap_or(self.year))
    }

    /// Complete: year, month and day, one Gregorian day.
    pub fn is_complete(&self) -> bool {
        self.day.is_some() && !self.circa && self.calendar == Calendar::Gregorian
    }

    /// Canonical text: `1970-05-03`, `1970-05`, `~1970`, `1968..1970`.
    pub fn to_text(&self) -> String {
        let circa = if self.circa { "~" } else { "" };
        let rest = match (self.month, self.day, self.year_to) {
            (Some(m), Some(d), _) => format!("-{m:02}-{d:02}"),
            (Some(m), None, _) => format!("-{m:02}"),
            (None, _, Some(to)) => format!("..{to}"),
            (None, _, None) => String::new(),
        };
        let calendar = match self.calendar {
            Calendar::Gregorian => String::new(),
            other => format!(" ({})", other.code()),
        };
        format!("{circa}{:04}{rest}{calendar}", self.year)
    }
}

const CIRCA: &[&str] = &[
    "approximately",
    "approx.",
    "approx",
    "circa",
    "about",
    "around",
    "ca.",
    "ca ",
    "c.",
    "~",
];

fn strip_circa(text: &str) -> (&str, bool) {
    CIRCA
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .map_or((text, false), |rest| (rest.trim(), true))
}

fn parse_range(text: &str, order: Option<DateOrder>) -> Option<PartialDate> {
    let inner = text.strip_prefix("between ").map(|t| (t, " and "));
    let (from, to) = match inner {
        Some((t, and)) => t.split_once(and)?,
        None => ["..", " to ", " - ", "–", "-"].iter().find_map(|sep| {
            let (a, b) = text.split_once(sep)?;
            let plain = *sep != "-" || (is_year(a.trim()) && is_year(b.trim()));
            plain.then_some((a, b))
        })?,
    };
    let from = parse_single(strip_circa(from.trim()).0, order).ok()?;
    let to = parse_single(strip_circa(to.trim()).0, order).ok()?;
    PartialDate::from_years(from.year, to.year)
}

fn parse_decade(text: &str) -> Option<PartialDate> {
    let year = text
        .strip_suffix('s')
        .filter(|y| is_year(y) && y.ends_with('0'))?;
    let year: i16 = year.parse().ok()?;
    PartialDate::from_years(year, year + 9).map(PartialDate::about)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const LONG_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_of(word: &str) -> Option<u8> {
    let word = word.trim_end_matches('.');
    let fits = |i: usize| word == MONTHS[i] || word == LONG_MONTHS[i] || (i == 8 && word == "sept");
    (0..12)
        .find(|i| fits(*i))
        .and_then(|i| u8::try_from(i + 1).ok())
}

fn parse_single(text: &str, order: Option<DateOrder>) -> ReadDate {
    // A time of day after an ISO date says nothing here.
    let text = match text.split_once(['t', ' ']) {
        Some((date, time)) if date.len() == 10 && time.contains(':') => date,
        _ => text,
    };
    let separators = |c: char| c.is_whitespace() || "-/.,\u{a0}".contains(c);
    let parts: Vec<&str> = text.split(separators).filter(|p| !p.is_empty()).collect();
    let date = match parts.as_slice() {
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            ymd(&one[..4], &one[4..6], &one[6..])
        }
        [y] if is_year(y) => ymd(y, "0", "0"),
        [y, m] if is_year(y) => match month_of(m) {
            Some(m) => number(y).and_then(|y| PartialDate::from_ymd(y, m, 0)),
            None => ymd(y, m, "0"),
        },
        [m, y] if is_year(y) => match month_of(m) {
            Some(m) => number(y).and_then(|y| PartialDate::from_ymd(y, m, 0)),
            None => ymd(y, m, "0"),
        },
        [d, m, y] if is_year(y) => match (month_of(d), month_of(m)) {
            (_, Some(m)) => with_month(y, m, d),
            (Some(m), None) => with_month(y, m, m_day(parts[1])),
            (None, None) => return numeric(d, m, y, order),
        },
        [y, m, d] if is_year(y) => match month_of(m) {
            Some(m) => with_month(y, m, d),
            None => ymd(y, m, d),
        },
        _ => None,
    };
    date.ok_or(DateProblem::Unreadable)
}

fn m_day(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_ascii_alphabetic())
}

fn with_month(year: &str, month: u8, day: &str) -> Option<PartialDate> {
    PartialDate::from_ymd(number(year)?, month, number(m_day(day))?)
}

fn ymd(year: &str, month: &str, day: &str) -> Option<PartialDate> {
    PartialDate::from_ymd(number(year)?, number(month)?, number(day)?)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

fn numeric(a: &str, b: &str, year: &str, order: Option<DateOrder>) -> ReadDate {
    // `00/05/1961` has no day; as month first it would have a day without a month.
    let reading = |month: &str, day: &str| {
        let lacks_month = number::<u8>(month) == Some(0) && number::<u8>(day) != Some(0);
        (!lacks_month).then(|| ymd(year, month, day)).flatten()
    };
    let (day_first, month_first) = (reading(b, a), reading(a, b));
    let chosen = match order {
        Some(DateOrder::DayMonthYear) => day_first,
        Some(DateOrder::MonthDayYear) => month_first,
        Some(DateOrder::YearMonthDay) => None,
        None => match (day_first, month_first) {
            (Some(x), Some(y)) if x != y => return Err(DateProblem::Ambiguous),
            (x, y) => x.or(y),
        },
    };
    chosen.ok_or(DateProblem::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let got = PartialDate::parse(text, None).map(|d| d.to_text());
        assert_eq!(got.as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn the_forms_of_lists_and_subject_files_are_read() {
        check("1970-05-03", "1970-05-03");
        check("1970-05-03T00:00:00", "1970-05-03");
        check("1970-05", "1970-05");
        check("1970", "1970");
        check("~1970", "~1970");
        check("1968..1970", "1968..1970");
        check("1968-1970", "1968..1970");
        check("1968 to 1970", "1968..1970");
        check("between 1968 and 1970", "1968..1970");
        check("circa 1970", "~1970");
        check("c. 1970", "~1970");
        check("03 May 1970", "1970-05-03");
        check("May 3, 1970", "1970-05-03");
        check("Nov. 1973", "1973-11");
        check("00/00/1961", "1961");
        check("00/05/1961", "1961-05");
        check("25/12/1970", "1970-12-25");
        check("1970/05/03", "1970-05-03");
        check("19700503", "1970-05-03");
        check("1960s", "~1960..1969");
        check("01 Jan 1968 to 31 Dec 1970", "1968..1970");
    }

    #[test]
    fn impossible_days_and_unstated_orders_are_not_guessed() {
        let parse = |t| PartialDate::parse(t, None);
        assert_eq!(parse("1970-02-31"), Err(DateProblem::Unreadable));
        assert_eq!(parse("03/05/1970"), Err(DateProblem::Ambiguous));
        assert_eq!(parse("soon"), Err(DateProblem::Unreadable));
        let stated = PartialDate::parse("03/05/1970", Some(DateOrder::MonthDayYear));
        assert_eq!(stated.map(|d| d.to_text()), Ok("1970-03-05".to_owned()));
    }
}
