//! Arabic and Hebrew script: short vowels are not written and have to be guessed.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::record::Script;
use crate::translit::{MAX_FORMS, rules, tables, vowels};

/// Names whose usual spellings no rule finds.
pub(super) const NAMES: [&str; 2] = [
    include_str!("arabic-names.tsv"),
    include_str!("hebrew-names.tsv"),
];

/// Known spellings first; then the likeliest consonants with guessed vowels, and without.
pub(super) fn forms(token: &str, script: Script) -> Vec<String> {
    static INDEX: OnceLock<FxHashMap<&'static str, Vec<String>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| NAMES.into_iter().flat_map(rules::lexicon).collect());
    let mut forms = index.get(token).cloned().unwrap_or_default();
    // The bare consonants of the best guess take the last place.
    forms.truncate(MAX_FORMS - 2);
    let spellings = tables::of(script).spell(token);
    let Some(best) = spellings.first() else {
        return forms;
    };
    // After a long a, the next vowel is most often i (the active participle: khalid, salih).
    let order = if best.contains('a') {
        ['i', 'a', 'u']
    } else {
        ['a', 'i', 'u']
    };
    let mut guesses: Vec<String> = vec![
        vowels::syllables(best, order[0]),
        vowels::syllables(best, order[1]),
    ];
    guesses.extend(
        spellings
            .iter()
            .skip(1)
            .take(3)
            .map(|s| vowels::syllables(s, order[0])),
    );
    guesses.push(vowels::syllables(best, order[2]));
    guesses.extend(
        spellings
            .iter()
            .skip(4)
            .map(|s| vowels::syllables(s, order[0])),
    );
    for guess in guesses {
        if forms.len() < MAX_FORMS - 1 && !forms.contains(&guess) {
            forms.push(guess);
        }
    }
    forms.push(vowels::bare(best));
    forms
}
