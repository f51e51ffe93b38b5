//! Eras: what a key says of years of birth where the names in it are common.
//!
//! Two people of a common name and of different generations are not each other, and comparing them
//! is most of the work. So such a key is made once for each era that a record may fall in. Who has no
//! date meets everybody.

use crate::keys::prepared::Prepared;
use crate::keys::recipes::Side;
use crate::record::DateKind;

/// Bits of a key from which on it stands alone. 20 bits: one unrelated name in a million.
const RARE_BITS: f32 = 20.0;

/// Years of an era.
const YEARS: i16 = 4;

/// Years that two dates of one person may lie apart and still be sure to share an era: beyond it they
/// speak against each other (`score::fields`), and a common name does not outweigh that.
const APART: i16 = 2;

/// Most eras of a record; dates that are spread further say nothing.
const MOST: usize = 6;

/// The era in which undated subjects look for anybody.
const ANYBODY: [u8; 2] = [u8::MAX; 2];

/// The era in which dated subjects look for undated notices.
const UNDATED: [u8; 2] = [u8::MAX, 0];

/// The eras of a record, as one side writes them.
///
/// | | dated notice | undated notice |
/// | --- | --- | --- |
/// | dated subject | within [`APART`] years, or a little more | meet |
/// | undated subject | meet | meet |
#[derive(Debug)]
pub(super) struct Eras(Vec<[u8; 2]>);

impl Eras {
    pub(super) fn of(record: &Prepared, side: Side) -> Self {
        // One side looks around.
        let around = if side == Side::Subject { APART } else { 0 };
        let born = record.gist.years.filter(|y| y.kind == DateKind::Birth);
        let dated = born.and_then(|years| {
            let (from, to) = (years.from - around, years.to + around);
            let eras = from.div_euclid(YEARS)..=to.div_euclid(YEARS);
            (eras.clone().count() <= MOST).then_some(eras)
        });
        let to_all = match (side, &dated) {
            (Side::Subject, Some(_)) => &[UNDATED][..],
            (Side::Subject, None) | (Side::Notice, Some(_)) => &[ANYBODY],
            (Side::Notice, None) => &[ANYBODY, UNDATED],
        };
        let dated = dated.into_iter().flatten().map(i16::to_be_bytes);
        Self(to_all.iter().copied().chain(dated).collect())
    }

    /// The last part of a key of so many bits, once for each era; nothing, once, if the key is rare.
    ///
    /// The bits must be the same on both sides of a comparison. No part begins with a letter or a digit.
    pub(super) fn beside(&self, bits: f32) -> impl Iterator<Item = &[u8]> {
        let (alone, eras) = if bits < RARE_BITS {
            (None, &*self.0)
        } else {
            (Some(&[][..]), &[][..])
        };
        alone.into_iter().chain(eras.iter().map(|era| &era[..]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{Kind, Name, PartialDate, Record};

    fn eras(dates: &[&str], side: Side) -> Eras {
        let parse = |text: &&str| PartialDate::parse(text, None).expect("a date");
        let record = Prepared::new(&Record {
            kind: Kind::Person,
            names: vec![Name::primary("Ada Moran")],
            dates: dates.iter().map(parse).collect(),
            ..Record::default()
        });
        Eras::of(&record, side)
    }

    /// Whether a common name meets.
    fn meet(subject: &[&str], notice: &[&str]) -> bool {
        let (ours, theirs) = (eras(subject, Side::Subject), eras(notice, Side::Notice));
        ours.beside(0.0).any(|x| theirs.beside(0.0).any(|y| x == y))
    }

    #[test]
    fn a_rare_key_has_no_era() {
        let eras = eras(&["1970"], Side::Subject);
        let rare: Vec<&[u8]> = eras.beside(RARE_BITS).collect();
        assert_eq!(rare, [b""]);
        assert!(eras.beside(RARE_BITS - 1.0).all(|era| era.len() == 2));
    }

    #[test]
    fn who_has_no_date_meets_everybody() {
        let wide = ["1950..1990"];
        for dates in [&[][..], &["1970-05-03"], &["~1970", "1980"], &wide] {
            for undated in [&[][..], &wide] {
                assert!(meet(undated, dates) && meet(dates, undated), "{dates:?}");
            }
        }
    }

    #[test]
    fn generations_do_not_meet() {
        assert!(!meet(&["1970-05-03"], &["1990-08-21"]));
        assert!(!meet(&["1990"], &["1968..1971"]));
        assert!(meet(&["1970-05-03"], &["1990-08-21", "1971"]));
    }

    proptest! {
        #[test]
        fn dates_of_one_person_meet(year in 1900_i16..2020, apart in -APART..=APART, width in 0_i16..12) {
            let subject = year.to_string();
            let (from, to) = (year + apart, year + apart + width);
            let notice = format!("{from}..{to}");
            prop_assert!(meet(&[&subject], &[&notice]) && meet(&[&notice], &[&subject]));
        }

        #[test]
        fn a_year_costs_few_keys(year in 1900_i16..2020) {
            let year = year.to_string();
            let count = |dates: &[&str], side| eras(dates, side).beside(0.0).count();
            prop_assert_eq!(count(&[], Side::Subject), 1);
            prop_assert_eq!(count(&[], Side::Notice), 2);
            prop_assert_eq!(count(&[&year], Side::Subject), 3);
            prop_assert_eq!(count(&[&year], Side::Notice), 2);
        }
    }
}
