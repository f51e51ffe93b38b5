use super::*;

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
