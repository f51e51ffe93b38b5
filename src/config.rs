//! Settings from a TOML file. The command line wins over it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Problem, Result};
use crate::score::{Model, WeakAliases};

/// Settings of `screen --config`; every one has a flag of the same name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Lowest score of a hit, 0 to 1.
    pub threshold: Option<f64>,
    /// Most hits of one subject.
    pub top: Option<usize>,
    /// `corroborate`, `screen` or `ignore`.
    weak_aliases: Option<String>,
    /// Canonical field = header.
    #[serde(default)]
    pub map: std::collections::BTreeMap<String, String>,
    /// `dmy`, `mdy` or `ymd`.
    pub date_order: Option<String>,
    /// Delimiter of subject CSV files.
    pub delimiter: Option<String>,
    /// Encoding of subject files.
    pub encoding: Option<String>,
    /// File with the secret.
    pub secret_file: Option<PathBuf>,
    /// Most refused rows.
    pub max_refused: Option<u64>,
    /// File with figures of the score model.
    pub model: Option<PathBuf>,
    /// Memory to stay within, like `4G`.
    pub memory: Option<String>,
    /// Purpose code.
    pub purpose: Option<String>,
    /// Code of the legal basis.
    pub legal_basis: Option<String>,
}

impl Config {
    /// Reads a file; no file gives the defaults.
    ///
    /// # Errors
    /// A usage error for unreadable files and unknown settings; the text of the file is not shown.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(path).map_err(Problem::Read)?;
        toml::from_str(&text).map_err(|e| setting("--config", e.message()))
    }

    /// The policy for weak aliases.
    ///
    /// # Errors
    /// A usage error for other words than the three.
    pub fn weak_aliases(&self) -> Result<Option<WeakAliases>> {
        self.weak_aliases
            .as_deref()
            .map(|text| match text {
                "corroborate" => Ok(WeakAliases::Corroborate),
                "screen" => Ok(WeakAliases::Screen),
                "ignore" => Ok(WeakAliases::Ignore),
                _ => Err(setting(
                    "weak-aliases",
                    "is none of corroborate, screen, ignore",
                )),
            })
            .transpose()
    }
}

/// The score model of a TOML file with some of the fields of [`Model`]; no file gives the shipped one.
///
/// # Errors
/// Unreadable files; a usage error for unknown fields and figures out of their range.
pub fn model(path: Option<&Path>) -> Result<Model> {
    let Some(path) = path else {
        return Ok(Model::default());
    };
    let text = std::fs::read_to_string(path).map_err(Problem::Read)?;
    let model: Model = toml::from_str(&text).map_err(|e| setting("--model", e.message()))?;
    model.checked()
}

/// The bits of a threshold given as a score.
///
/// # Errors
/// A usage error outside 0 to 1.
pub fn threshold_bits(model: &Model, score: f64) -> Result<f64> {
    if (0.0..1.0).contains(&score) {
        Ok(model.bits(score))
    } else {
        Err(setting("--threshold", "is not in the range 0 to 1"))
    }
}

fn setting(setting: &'static str, reason: &str) -> crate::error::Error {
    Problem::Setting {
        setting,
        reason: reason.to_owned(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_refused() {
        let read = |text: &str| toml::from_str::<Config>(text);
        assert!(read("threshold = 0.6\ntop = 3").is_ok());
        assert!(read("treshold = 0.6").is_err());
    }

    #[test]
    fn a_threshold_of_zero_keeps_everything() {
        let model = Model::default();
        assert_eq!(threshold_bits(&model, 0.0).ok(), Some(f64::NEG_INFINITY));
        assert!(threshold_bits(&model, 1.0).is_err());
    }
}
