//! What a conjunction says of a record that it is known to be in: fields that met, and whether it can
//! be in what else is known of that record.

use super::{Conjunction, DatePart, List, NamePart, each};
use crate::keys::prepared::Prepared;
use crate::keys::recipes::Side;
use crate::record::PartialDate;

impl Conjunction<'_> {
    /// The number that it is about, if it is about one.
    pub fn identifier(&self) -> Option<&str> {
        let number = self
            .components
            .first()
            .filter(|_| self.name == NamePart::Identifier)?;
        std::str::from_utf8(number).ok()
    }

    /// Dates of a notice that it is in, as far as it says more of them than their years, which are
    /// known. Where it leaves open which number is the month, both readings.
    pub fn dates(&self, known: &[PartialDate]) -> Vec<PartialDate> {
        let one_year = |date: &&PartialDate| date.year_to.is_none() && !date.circa;
        let years = || known.iter().filter(one_year).map(|date| date.year);
        let days: Vec<(i16, u8, u8)> = match (self.date, self.field) {
            (DatePart::Day, [_, _, first, second]) => {
                let year = self.year().into_iter();
                year.flat_map(|year| [(year, *first, *second), (year, *second, *first)])
                    .collect()
            }
            (DatePart::Tens, [_, _, month, _]) => self
                .year()
                .into_iter()
                .map(|year| (year, *month, 0))
                .collect(),
            (DatePart::MonthDay, [month, day]) => {
                years().map(|year| (year, *month, *day)).collect()
            }
            _ => Vec::new(),
        };
        // A year that stands beside others may be that of another date.
        let is_sure = days
            .iter()
            .all(|(year, _, _)| Some(year) == days.first().map(|d| &d.0));
        let days = days.into_iter().filter(|_| is_sure);
        let mut dates: Vec<PartialDate> = days
            .filter_map(|(year, month, day)| {
                let kind = known
                    .iter()
                    .find(|date| date.year == year)
                    .map(|date| date.kind);
                PartialDate::from_ymd(year, month, day)
                    .map(|date| date.with_kind(kind.unwrap_or_default()))
            })
            .collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    /// Whether it can be in a notice of which names and years are known: every component that these
    /// decide is in them. `input` is the conjunction's own.
    pub fn fits(&self, list: List, input: &[u8], known: &Prepared) -> bool {
        let spans = |from: i16, to: i16| {
            let mut dates = known.dates.iter().filter(|date| date.is_compared());
            dates.any(|date| date.years().0 <= to && from <= date.years().1)
        };
        let in_names = || self.is_in_names(known) == Some(true);
        match self.date {
            _ if self.name == NamePart::Identifier => true,
            DatePart::Day | DatePart::Tens => {
                self.year().is_some_and(|year| spans(year, year)) && in_names()
            }
            DatePart::MonthDay => in_names(),
            DatePart::None | DatePart::Year | DatePart::YearOnly | DatePart::Missing => {
                let mut found = false;
                each(list.rules(), known, Side::Notice, |_, _, _, other| {
                    found |= other == input;
                });
                found
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::conjunctions::{of_notice, of_subject, parse};
    use crate::record::{Kind, Name, Record};

    fn prepared(name: &str, date: &str) -> Prepared {
        Prepared::new(&Record {
            kind: Kind::Person,
            names: vec![Name::primary(name)],
            dates: PartialDate::parse(date, None).into_iter().collect(),
            ..Record::default()
        })
    }

    #[test]
    fn what_two_records_share_fits_the_years_and_names_of_the_notice() {
        for list in List::ALL {
            let mut met = 0;
            for (ours, theirs) in [
                ("1970-05-03", "1970-05-03"),
                ("1970-05-03", "1970-03-05"),
                ("1971-05-03", "1970-05-03"),
                ("1970", "1970-05-03"),
                ("", "1970-05-03"),
                ("1970-05-03", ""),
            ] {
                let notice = prepared("Tarvo Ilmar Kvetanik", theirs);
                let subject = of_subject(*list, &prepared("Kvetanik Tarvo Ilmar", ours));
                let shared = of_notice(*list, &notice).inputs;
                let known = prepared("Tarvo Ilmar Kvetanik", theirs.get(..4).unwrap_or(""));
                let other = prepared("Zdenmira Olvaskova", "1990");
                for input in subject.inputs.iter().filter(|i| shared.contains(i)) {
                    let conjunction = parse(input).unwrap();
                    assert!(conjunction.fits(*list, input, &known), "{conjunction:?}");
                    assert!(!conjunction.fits(*list, input, &other), "{conjunction:?}");
                    let dates = conjunction.dates(&known.dates);
                    let is_of_notice = |date: &PartialDate| {
                        let text = notice.dates[0].to_text();
                        text.starts_with(&date.to_text())
                            || text == "1970-03-05"
                            || dates.len() == 2
                    };
                    assert!(dates.iter().all(is_of_notice), "{conjunction:?} {dates:?}");
                    met += 1;
                }
            }
            assert!(met > 20, "{met}");
        }
    }
}
