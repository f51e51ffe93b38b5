//! The committed synthetic sets: they regenerate byte for byte, and hold what their README says.

use std::path::{Path, PathBuf};

use veilmatch::synth::{scenarios, write_scenario};

const FILES: &[&str] = &["subjects.csv", "notices.csv", "truth.csv", "README.md"];

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("datasets-synthetic")
        .join(name)
}

#[test]
fn committed_sets_regenerate_byte_for_byte() {
    let write = std::env::var_os("VEILMATCH_WRITE_DATASETS").is_some();
    for scenario in scenarios() {
        let fresh = tempfile::tempdir().expect("a folder for the fresh set");
        let dir = if write {
            committed(scenario.name)
        } else {
            fresh.path().to_owned()
        };
        assert!(write_scenario(&dir, scenario.name).expect("the set can be written"));
        for file in FILES {
            let made = std::fs::read(dir.join(file)).expect("the file was written");
            let kept = std::fs::read(committed(scenario.name).join(file)).unwrap_or_default();
            assert!(made == kept, "{}/{file} differs", scenario.name);
        }
    }
}
