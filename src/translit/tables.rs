//! One table of spellings for each script, read on first use.

use std::sync::OnceLock;

use crate::record::Script;
use crate::translit::rules::Rules;

macro_rules! tables {
    ($($script:ident = $file:literal,)*) => {
        /// Every table, in a fixed order, for the digest.
        pub(super) const ALL: &[&str] = &[
            $(include_str!($file),)*
            crate::translit::han::SURNAMES,
            crate::translit::han::WADE_GILES,
            crate::translit::hangul::SURNAMES,
            crate::translit::arabic::NAMES[0],
            crate::translit::arabic::NAMES[1],
        ];

        /// The table of a script; without rows, hence general transliteration, for unknown ones.
        pub(super) fn of(script: Script) -> &'static Rules {
            match script {
                $(Script::$script => {
                    static RULES: OnceLock<Rules> = OnceLock::new();
                    RULES.get_or_init(|| Rules::parse(include_str!($file)))
                })*
                _ => {
                    static NONE: OnceLock<Rules> = OnceLock::new();
                    NONE.get_or_init(|| Rules::parse(""))
                }
            }
        }
    };
}

tables! {
    Latin = "latin.tsv",
    Cyrillic = "cyrillic.tsv",
    Greek = "greek.tsv",
    Arabic = "arabic.tsv",
    Hebrew = "hebrew.tsv",
    Armenian = "armenian.tsv",
    Georgian = "georgian.tsv",
    Katakana = "kana.tsv",
    Devanagari = "devanagari.tsv",
    Bengali = "bengali.tsv",
    Hangul = "hangul.tsv",
    Ethiopic = "ethiopic.tsv",
    Sinhala = "sinhala.tsv",
}
