//! `veilmatch synth`: labelled synthetic data.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Exit;
use crate::error::Problem;
use crate::synth::{self, Settings, scenarios};

/// Write labelled synthetic data: subjects.csv, notices.csv, truth.csv. All people are invented.
///
/// The same sizes and seed give the same bytes everywhere.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch synth --subjects 10000 --notices 10000 --seed 7 -o synthetic/
  veilmatch synth --scenario money -o money/")]
pub(super) struct Synth {
    /// Rows of the subject file.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    subjects: usize,
    /// Notices on the list.
    #[arg(long, value_name = "M", default_value_t = 1_000)]
    notices: usize,
    /// The seed.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Share of subjects that are a changed copy of a notice, 0 to 1.
    #[arg(long, value_name = "F", default_value_t = 0.10)]
    overlap: f64,
    /// One of the committed scenario sets instead; sizes and seed are then its own.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["subjects", "notices", "seed", "overlap"])]
    scenario: Option<String>,
    /// Folder of the three files.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Synth {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        if let Some(name) = &self.scenario {
            let known = || {
                scenarios()
                    .iter()
                    .map(|s| s.name)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            if !synth::write_scenario(&self.output, name)? {
                let reason = format!("is none of {}", known());
                let problem = Problem::Setting {
                    setting: "--scenario",
                    reason,
                };
                return Err(crate::error::Error::from(problem).into());
            }
            return Ok(Exit::Done);
        }
        if !(0.0..=1.0).contains(&self.overlap) {
            let reason = "is not in the range 0 to 1".to_owned();
            let problem = Problem::Setting {
                setting: "--overlap",
                reason,
            };
            return Err(crate::error::Error::from(problem).into());
        }
        let settings = Settings {
            overlap: self.overlap,
            ..Settings::sized(self.subjects, self.notices, self.seed)
        };
        let pairs = synth::write_large(&self.output, &settings)?;
        eprintln!(
            "{} subjects, {} notices, {pairs} true pairs; all people invented",
            self.subjects, self.notices
        );
        Ok(Exit::Done)
    }
}
