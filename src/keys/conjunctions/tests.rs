use super::*;
use crate::record::{IdKind, Identifier, Kind, Name, PartialDate, Record};

fn person(names: &[&str], date: &str) -> Prepared {
    Prepared::new(&Record {
        kind: Kind::Person,
        names: names.iter().map(|n| Name::primary(*n)).collect(),
        dates: PartialDate::parse(date, None).into_iter().collect(),
        ..Record::default()
    })
}

fn meet(list: List, subject: &Prepared, notice: &Prepared) -> bool {
    let notice = of_notice(list, notice).inputs;
    let subject = of_subject(list, subject).inputs;
    subject
        .iter()
        .any(|input| notice.binary_search(input).is_ok())
}

#[test]
fn who_shares_a_name_and_a_date_meets_and_brothers_do_not() {
    for list in List::ALL {
        let notice = person(&["Sergei Mikhailov"], "1968-04-09");
        let meets = |name: &str, date: &str| meet(*list, &person(&[name], date), &notice);
        assert!(meets("Sergey Mihajlov", "1968-04-09"), "{list:?}");
        assert!(meets("MIKHAILOV, Sergei", "1968-09-04"), "{list:?}");
        assert!(meets("Sergei Mikhaillov", "1968-04-09"), "{list:?}");
        assert!(!meets("Andrei Popescu", "1968-04-09"), "{list:?}");
        assert!(!meets("Sergei Mikhailov", "1971-12-30"), "{list:?}");
        assert!(!meets("Oleg Mikhailov", "1971-12-30"), "{list:?}");
    }
}

#[test]
fn a_missing_date_opens_rare_names_alone_and_only_in_the_wide_list() {
    let rare = "Zdzislawa Grzegrzolkowska Brzeczyszczykiewicz";
    for list in List::ALL {
        let meets = |name: &str, subject: &str, notice: &str| {
            meet(*list, &person(&[name], subject), &person(&[name], notice))
        };
        for (subject, notice) in [("", "1968-04-09"), ("1968-04-09", ""), ("", "")] {
            assert_eq!(
                meets(rare, subject, notice),
                *list == List::Wide,
                "{list:?}"
            );
            assert!(!meets("Maria Garcia", subject, notice), "{list:?}");
        }
        assert!(!meets(rare, "1968-04-09", "1971-12-30"), "{list:?}");
    }
}

#[test]
fn a_long_number_is_a_conjunction_by_itself() {
    let with_id = |name: &str, id: &str| {
        let mut record = Record {
            names: vec![Name::primary(name)],
            ..Record::default()
        };
        record.ids.push(Identifier::new(IdKind::Passport, id, ""));
        Prepared::new(&record)
    };
    let notice = with_id("Ana Silva", "X 7745120");
    for list in List::ALL {
        assert!(meet(*list, &with_id("Bo Li", "x7745120"), &notice));
        assert!(!meet(*list, &with_id("Bo Li", "x7745121"), &notice));
    }
    let short = with_id("Ana Silva", "77451");
    assert!(!meet(List::Wide, &with_id("Bo Li", "77451"), &short));
}

#[test]
fn inputs_are_read_back_and_stay_within_their_limits() {
    let names = [
        "Мухаммад Абдуррахман аль-Харири",
        "محمد عبد الرحمن الحريري",
        "王小明",
        "Cher",
    ];
    let record = person(&names, "1968-04-09");
    for list in List::ALL {
        for (made, most) in [
            (of_subject(*list, &record), MOST_PER_SUBJECT),
            (of_notice(*list, &record), MOST_PER_NOTICE),
        ] {
            assert!(made.inputs.is_sorted_by(|a, b| a < b));
            assert!(made.inputs.len() > names.len() && made.inputs.len() <= most as usize);
            for input in &made.inputs {
                let conjunction = parse(input).expect("ours");
                assert_eq!(conjunction.is_in_names(&record), Some(true));
                assert!(conjunction.year().is_none_or(|year| year == 1968));
                let mut cut = input.clone();
                cut.pop();
                assert_eq!(parse(&cut), None);
                cut.extend([0, 0]);
                assert!(parse(&cut).is_none_or(|c| c.field != conjunction.field));
            }
        }
    }
    let many: Vec<String> = (0..60)
        .map(|i| format!("Abdul{i} Rahman{i} Harir{i}"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let made = of_subject(List::Wide, &person(&many, "1968-04-09"));
    assert_eq!(made.inputs.len(), MOST_PER_SUBJECT as usize);
    assert!(made.truncated > 0);
}

/// One name of strange length cannot make an input of another.
#[test]
fn components_and_their_borders_are_told_apart() {
    let piece = |parts: &[&[u8]]| {
        let mut bytes = vec![NamePart::Pair as u8, DatePart::None as u8];
        for part in parts {
            put(&mut bytes, part);
        }
        put(&mut bytes, b"");
        bytes
    };
    let (a, b) = (piece(&[b"ab", b"c"]), piece(&[b"a", b"bc"]));
    assert_ne!(a, b);
    assert_eq!(parse(&a).expect("two parts").components, [&b"ab"[..], b"c"]);
    for input in [
        &[][..],
        &[0],
        &[2, 0],
        &[2, 0, 255, 1],
        &[99, 0, 0, 0, 0],
        &[2, 99, 0, 0, 0],
    ] {
        assert_eq!(parse(input), None);
    }
}

#[test]
fn lists_are_told_apart_by_their_digests() {
    assert_ne!(List::Narrow.digest(), List::Wide.digest());
    for list in List::ALL {
        assert_eq!(List::of_digest(&list.digest()), Some(*list));
        assert_eq!(List::of_code(list.code()), Some(*list));
    }
    assert_eq!(List::of_digest(&[0; 32]), None);
}
