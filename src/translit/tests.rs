#![allow(
    clippy::print_stdout,
    reason = "tests may fail loudly and tell what they measured"
)]
use std::collections::BTreeMap;
use std::io::Read as _;

use super::*;
use crate::read::testing::shared;

fn all_forms(name: &str) -> Vec<Vec<String>> {
    latinize(&normalize(name, Kind::Person))
        .tokens
        .into_iter()
        .map(|t| t.forms)
        .collect()
}

#[test]
fn usual_spellings_are_among_the_forms() {
    for (name, expected) in [
        ("Müller", "mueller"),
        ("Müller", "muller"),
        ("Søren", "soeren"),
        ("Åkesson", "aakesson"),
        ("Ђорђе", "djordje"),
        ("Хрущёв", "khrushchev"),
        ("Хрущев", "khruschev"),
        ("Юлия", "yulia"),
        ("Жуков", "zhukov"),
        ("Μπούμπας", "boumpas"),
        ("Ευάγγελος", "evangelos"),
        ("Παπαδόπουλος", "papadopoulos"),
        ("محمد", "mohammed"),
        ("کوروش", "kurush"),
        ("דוד", "david"),
        ("სტალინი", "stalini"),
        ("Արամ", "aram"),
        ("さくら", "sakura"),
        ("タロウ", "taro"),
        ("ジョン", "jon"),
        ("राजकुमार", "rajkumar"),
        ("रवीन्द्र", "ravindra"),
        ("রহমান", "rahman"),
    ] {
        let forms = all_forms(name).concat();
        assert!(forms.iter().any(|f| f == expected), "{name}: {forms:?}");
    }
}

#[test]
fn east_asian_names_are_spelt_by_surname_and_given_name() {
    let korean = all_forms("이순신");
    assert!(korean[0].contains(&"lee".into()) && korean[1].contains(&"sunsin".into()));
    let chinese = all_forms("司马光");
    assert!(chinese[0].contains(&"sima".into()) && chinese[1].contains(&"kuang".into()));
}

#[test]
fn a_romanized_name_reads_well() {
    assert_eq!(romanize("孙中山"), "Sun Zhongshan");
    assert_eq!(romanize("Фёдор ДОСТОЕВСКИЙ"), "Fyodor Dostoevsky");
}

proptest::proptest! {
    #[test]
    fn forms_are_lower_case_ascii_and_few(name in "\\PC{0,40}") {
        for token in latinize(&normalize(&name, Kind::Unknown)).tokens {
            proptest::prop_assert!((1..=MAX_FORMS).contains(&token.forms.len()));
            for form in &token.forms {
                proptest::prop_assert!(!form.is_empty());
                proptest::prop_assert!(form.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
            }
        }
    }
}

/// Share of source tokens with a published Latin spelling among their forms, by script, on the
/// shared name pairs where they are at hand.
#[test]
fn published_spellings_are_found_about_as_often_as_measured() {
    let Some(folder) = shared("data/names") else {
        return;
    };
    for (file, least) in [
        ("cyrl", 0.55),
        ("arab", 0.22),
        ("hebr", 0.26),
        ("grek", 0.6),
        ("armn", 0.6),
        ("geor", 0.7),
        ("deva", 0.6),
        ("beng", 0.62),
        ("kana", 0.33),
        ("hang", 0.58),
    ] {
        let (found, all) = measure(&folder.join(format!("{file}.tsv.gz")));
        let share = f64::from(found) / f64::from(all);
        println!("{file}: {found} of {all} ({share:.3})");
        assert!(share >= least, "{file}: {share:.3}");
    }
}

fn measure(path: &std::path::Path) -> (u32, u32) {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    let mut spellings: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[3] == "token" && !cells[0].contains(' ') {
            let latin = all_forms(cells[1]).into_iter().map(|mut f| f.remove(0));
            spellings.entry(cells[0]).or_default().push(latin.collect());
        }
    }
    let (mut found, mut all) = (0, 0);
    for (source, latin) in spellings.iter().step_by(1 + spellings.len() / 3000) {
        let source = normalize(source, Kind::Organization);
        let Some(token) = latinize(&source).tokens.into_iter().next() else {
            continue;
        };
        all += 1;
        found += u32::from(token.forms.iter().any(|f| latin.contains(f)));
    }
    (found, all)
}
