//! Whatever a notice or subject holds comes back from its columns.

use proptest::prelude::*;

use super::*;
use crate::record::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-zа-яا-ي一-龥;\\n\u{1f}\"' ]{1,12}",]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn day() -> impl Strategy<Value = Option<jiff::civil::Date>> {
    prop::option::of(
        (1500_i16..2200, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| jiff::civil::date(y, m, d)),
    )
}

fn partial() -> impl Strategy<Value = PartialDate> {
    let shape = prop_oneof![
        (1900_i16..2020, 0_u8..13).prop_map(|(y, m)| PartialDate::from_ymd(y, m, 0).unwrap()),
        (1900_i16..2020, 1_u8..13, 1_u8..29)
            .prop_map(|(y, m, d)| PartialDate::from_ymd(y, m, d).unwrap()),
        (1900_i16..1950, 1_i16..50).prop_map(|(y, n)| PartialDate::from_years(y, y + n).unwrap()),
    ];
    (shape, one_of(DateKind::ALL), any::<bool>(), text()).prop_map(|(date, kind, circa, raw)| {
        PartialDate {
            kind,
            circa,
            raw,
            ..date
        }
    })
}

fn name() -> impl Strategy<Value = Name> {
    let part = (one_of(PartKind::ALL), text()).prop_map(|(kind, value)| NamePart { kind, value });
    let parts = prop::collection::vec(part, 0..3);
    (
        text(),
        one_of(NameKind::ALL),
        one_of(Strength::ALL),
        parts,
        text(),
        text(),
    )
        .prop_map(|(full, kind, strength, parts, lang, raw)| Name {
            full,
            kind,
            strength,
            parts,
            lang,
            raw,
        })
}

fn identifier() -> impl Strategy<Value = Identifier> {
    let flags = prop::collection::vec(one_of(IdFlag::ALL), 0..2);
    let dates = (prop::option::of(partial()), prop::option::of(partial()));
    (one_of(IdKind::ALL), text(), text(), dates, flags).prop_map(
        |(kind, value, country, (issued, expires), flags)| Identifier {
            issued,
            expires,
            flags,
            ..Identifier::new(kind, &value, &country)
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    let place = (one_of(PlaceKind::ALL), text(), text(), any::<bool>()).prop_map(
        |(kind, text, city, as_at)| Location {
            kind,
            text,
            city,
            as_at,
            ..Location::default()
        },
    );
    let country = (one_of(CountryKind::ALL), text(), text())
        .prop_map(|(kind, iso2, raw)| Country { kind, iso2, raw });
    (
        text(),
        (one_of(Kind::ALL), one_of(Sex::ALL)),
        prop::collection::vec(name(), 0..4),
        prop::collection::vec(partial(), 0..3),
        prop::collection::vec(place, 0..2),
        prop::collection::vec(identifier(), 0..3),
        prop::collection::vec(country, 0..3),
    )
        .prop_map(
            |(id, (kind, sex), names, dates, places, ids, countries)| Record {
                id: RecordId(id),
                kind,
                names,
                dates,
                places,
                ids,
                countries,
                sex,
            },
        )
}

fn notice() -> impl Strategy<Value = Notice> {
    let program = (text(), texts(), day()).prop_map(|(code, measures, listed_on)| Program {
        code,
        measures,
        listed_on,
        ..Program::default()
    });
    let grades = (
        prop::option::of(one_of(Grade::ALL)),
        prop::option::of(one_of(InfoGrade::ALL)),
    );
    let handling = (one_of(Handling::ALL), text(), texts(), grades).prop_map(
        |(code, caveat, no_send_to, (source_grade, info_grade))| HandlingNote {
            code,
            caveat,
            no_send_to,
            source_grade,
            info_grade,
            ..HandlingNote::default()
        },
    );
    let physical =
        (prop::option::of(0_f32..250.0), texts()).prop_map(|(height_cm, eyes)| Physical {
            height_cm,
            eyes,
            ..Physical::default()
        });
    (
        record(),
        (
            one_of(NoticeType::ALL),
            one_of(Action::ALL),
            one_of(Status::ALL),
        ),
        (day(), day(), day()),
        prop::collection::vec(program, 0..2),
        (handling, physical),
        (texts(), texts(), text()),
        prop::collection::btree_map("[a-z ]{1,5}", text(), 0..3),
    )
        .prop_map(
            |(
                record,
                (notice_type, action_requested, status),
                days,
                programs,
                more,
                words,
                extra,
            )| {
                Notice {
                    record,
                    list_id: ListId::parse("a-list").unwrap(),
                    notice_type,
                    action_requested,
                    status,
                    valid_from: days.0,
                    valid_to: days.1,
                    legality_checked_at: days.2,
                    programs,
                    handling: more.0,
                    physical: more.1,
                    positions: words.0,
                    legal_basis: words.1,
                    remarks: words.2,
                    extra,
                    ..Notice::default()
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn notices_come_back_as_they_were(notices in prop::collection::vec(notice(), 0..5)) {
        let info = ListInfo {
            list_id: ListId::parse("a-list").unwrap(),
            version: "2".into(),
            date: Some(jiff::civil::date(2026, 11, 22)),
            file_hash: Digest([7; 32]),
            format: "csv".into(),
            published_count: Some(3),
        };
        let batch = notices_to_batch(&notices.iter().collect::<Vec<_>>(), &info).unwrap();
        prop_assert_eq!(batch.num_rows(), notices.len());
        prop_assert_eq!(notices_from_batch(&batch).unwrap(), notices);
        prop_assert_eq!(info_of(batch.schema_ref()).unwrap(), info);
    }

    #[test]
    fn subjects_come_back_as_they_were(
        rows in prop::collection::vec((record(), one_of(Role::ALL), text()), 0..5),
    ) {
        let subjects: Vec<Subject> = rows
            .into_iter()
            .map(|(record, role, note)| Subject {
                record,
                role,
                extra: [("note".to_owned(), note)].into(),
            })
            .collect();
        let batch = subjects_to_batch(&subjects.iter().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(subjects_from_batch(&batch).unwrap(), subjects);
    }
}

#[test]
fn columns_that_are_missing_or_new_do_not_stop_a_reader() {
    let notice = Notice {
        record: Record {
            id: RecordId("7".into()),
            names: vec![Name::primary("Ada Example")],
            ..Record::default()
        },
        list_id: ListId::parse("a-list").unwrap(),
        remarks: "kept".into(),
        ..Notice::default()
    };
    let batch = notices_to_batch(&[&notice], &ListInfo::default()).unwrap();
    let position = |name: &str| batch.schema_ref().index_of(name).unwrap();
    let older = batch
        .project(&[
            position("source_id"),
            position("list_id"),
            position("names"),
        ])
        .unwrap();
    let read = notices_from_batch(&older).unwrap();
    assert_eq!(read.first().unwrap().record.names, notice.record.names);
    assert_eq!(read.first().unwrap().remarks, "");
}

#[test]
fn an_impossible_date_in_a_file_is_damage() {
    use arrow::array::{Int16Array, UInt8Array};
    let date = StructArray::from(vec![
        (
            Arc::new(Field::new("y", arrow::datatypes::DataType::Int16, true)),
            Arc::new(Int16Array::from(vec![1970])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("m", arrow::datatypes::DataType::UInt8, true)),
            Arc::new(UInt8Array::from(vec![13])) as ArrayRef,
        ),
    ]);
    let array: ArrayRef = Arc::new(date);
    assert!(PartialDate::read(&array).is_none());
}
