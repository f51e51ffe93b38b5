use super::*;

const CASES: &str = include_str!("../../tests/cases/names.tsv");

fn texts(name: &str, kind: Kind) -> Vec<String> {
    let tokens = normalize(name, kind).tokens.into_iter();
    tokens.map(|t| t.text.into()).collect()
}

fn letter(token: &Token) -> char {
    let letter = match token.tag {
        Tag::Word => 'w',
        Tag::Particle => 'p',
        Tag::Title => 't',
        Tag::Suffix => 's',
        Tag::Patronymic => 'm',
        Tag::Initial => 'i',
        Tag::OrgForm => 'f',
        Tag::Descriptor => 'd',
        Tag::Number => 'n',
    };
    if token.glued {
        letter.to_ascii_uppercase()
    } else {
        letter
    }
}

#[test]
fn names_are_cut_and_tagged_as_the_cases_say() {
    let mut wrong = Vec::new();
    for line in CASES.lines().filter(|l| !l.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let name = cells[1].replace("\\t", "\t");
        let made = normalize(&name, Kind::from_code(cells[0]).unwrap());
        let texts: Vec<&str> = made.tokens.iter().map(|t| t.text.as_str()).collect();
        let tags: String = made.tokens.iter().map(letter).collect();
        if (texts.join(" ").as_str(), tags.as_str()) != (cells[2], cells[3]) {
            wrong.push(format!("{line}\n    gave {} {tags}", texts.join(" ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn folded_homoglyphs_are_told() {
    assert!(normalize("Lоvelасe", Kind::Person).mixed_script);
    assert!(!normalize("Ada Щукин", Kind::Person).mixed_script);
}

#[test]
fn length_is_capped() {
    let name = normalize(&"abcdefgh".repeat(200_000), Kind::Person);
    assert_eq!(name.tokens[0].text.len(), MAX_TOKEN_CHARS);
    assert_eq!(
        normalize(&"a b ".repeat(500), Kind::Person).tokens.len(),
        MAX_TOKENS
    );
}

proptest::proptest! {
    #[test]
    fn normalizing_twice_changes_nothing(name in text(), kind in 0..Kind::ALL.len()) {
        let kind = Kind::ALL[kind];
        let once = texts(&name, kind);
        proptest::prop_assert_eq!(texts(&once.join(" "), kind), once);
    }

    #[test]
    fn marks_and_order_of_case_do_not_change_the_tokens(name in "[a-zA-Z' .,-]{0,40}") {
        let upper = texts(&name.to_uppercase(), Kind::Person);
        proptest::prop_assert_eq!(texts(&name.to_lowercase(), Kind::Person), upper);
    }
}

/// Any text, and text of the letters, marks and words that the rules are about.
fn text() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let piece = prop_oneof![
        "\\PC{1,6}",
        "[a-z0-9]{1,3}",
        "[A-Za-zа-яА-Яα-ωا-ی0-9]{1,5}",
        "[\u{300}-\u{310}\u{64b}\u{200d}'.\\-/() ,&]{1,3}",
        "[가-힣一-丏ァ-ー]{1,3}",
        proptest::sample::select(vec![
            "al",
            "bin",
            "abd",
            "s",
            "a",
            "de",
            "cv",
            "sa",
            "ltd",
            "iii",
            "mv",
            "no",
            "dr",
            "aka",
            "also known as",
            "عبدال",
            "ال",
            "limited",
            "liability",
            "company",
            "İ",
            "ß",
            "ﬁ",
            "1st",
        ])
        .prop_map(str::to_owned),
    ];
    let space = prop_oneof!["", " ", " ", "-", "."];
    proptest::collection::vec((piece, space), 0..10)
        .prop_map(|parts| parts.into_iter().map(|(a, b)| a + &b).collect())
}
