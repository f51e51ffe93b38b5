//! The fuzz targets over mutations of real files: a fixed number of them, from a fixed seed, so that
//! every run of the tests goes through each door.

mod targets;

use crate::parties::{NOTICES, Parties, SUBJECTS};
use crate::support::{self, Desk};

/// Mutations at doors that take bytes, and at doors that take a file.
const OF_BYTES: usize = 2_000;
const OF_FILES: usize = 200;

/// Draws that follow from a seed.
struct Draws(blake3::OutputReader);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_le_bytes(bytes)).unwrap() % limit.max(1)
    }

    /// A file with one to three things done to it.
    fn mutated(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut file = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(3) {
            let at = self.below(file.len() + 1);
            let end = (at + self.below(64)).min(file.len());
            match self.below(8) {
                0 if at < file.len() => file[at] ^= 1 << self.below(8),
                1 => file.truncate(at),
                2 => drop(file.drain(at..end)),
                3 => {
                    let again = file[at..end].to_vec();
                    file.splice(at..at, again);
                }
                4 => file[at..end].fill(0xff),
                5 => file[at..end].fill(0),
                6 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    file.truncate(at);
                    file.extend_from_slice(&other[from..]);
                }
                _ => {
                    let odd = [
                        "\"",
                        "<!DOCTYPE a>",
                        "\u{202e}",
                        "{",
                        "\0",
                        ";;;",
                        "99999999999",
                    ];
                    file.splice(at..end, odd[self.below(odd.len())].bytes());
                }
            }
        }
        file
    }
}

/// Real files for a door.
fn seeds(door: &str) -> Vec<Vec<u8>> {
    let notices = support::NOTICES.as_bytes();
    let (parties, files) = {
        let parties = Parties::new(1_000);
        let files = parties.exchange(NOTICES, SUBJECTS);
        (parties, files)
    };
    let rows = || {
        vec![
            notices.to_vec(),
            support::gzip(notices),
            support::parquet(support::NOTICES),
            support::xlsx(support::NOTICES),
            support::jsonl(support::NOTICES).into_bytes(),
        ]
    };
    let envelopes = || files.sent.iter().map(|sent| sent.envelope.clone());
    let manifests = || {
        files
            .sent
            .iter()
            .map(|sent| sent.manifest.clone().into_bytes())
    };
    let logged = || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("north.log");
        let mut log = veilmatch::audit::LogFile::open(&path, &parties.north).unwrap();
        let time = jiff::civil::datetime(2026, 1, 2, 3, 4, 5, 0);
        let entry = veilmatch::audit::Entry {
            counts: vec![7],
            digests: vec![[3; 32]],
            ..veilmatch::audit::Entry::new(time, veilmatch::audit::Act::Answered)
        };
        log.append(vec![entry.clone(), entry.clone(), entry], &parties.north)
            .unwrap();
        let proofs = [log.log().prove_inclusion(1), log.log().prove_consistency(2)];
        let proofs = proofs
            .into_iter()
            .flatten()
            .map(|proof| proof.encode().into_bytes());
        (std::fs::read(&path).unwrap(), proofs.collect::<Vec<_>>())
    };
    let state = || {
        vec![
            files.book.encode().to_vec(),
            files.state.encode().to_vec(),
            files.ask_book.encode(),
            files.sample.clone(),
        ]
    };
    match door {
        "list" => {
            let mut lists = rows();
            lists.push(support::imported().to_vec());
            lists.push(include_bytes!("../../src/read/ofac_advanced_sample.xml").to_vec());
            lists
        }
        "subjects" => rows(),
        "hits" => {
            let desk = Desk::with_list();
            desk.put("s.csv", notices);
            let written = ["h.csv", "h.jsonl", "h.parquet", "h.xlsx"].map(|name| {
                let done = desk.run(&["screen", "s.csv", "--list", "list.parquet", "-o", name]);
                assert_eq!(done.code, 0, "{}", done.err);
                desk.bytes(name)
            });
            written.to_vec()
        }
        "envelope" => envelopes().collect(),
        "manifest" => manifests().collect(),
        "agreement" => vec![parties.agreement.encode().into_bytes()],
        "identity" => vec![parties.north.public_note().unwrap().into_bytes()],
        "log" => vec![logged().0],
        "proof" => logged().1,
        "state" => state(),
        "name" => NOTICES
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect(),
        "leakage" => envelopes()
            .chain(manifests())
            .chain(state())
            .chain(rows())
            .collect(),
        "index" => {
            let desk = Desk::with_list();
            desk.put("run.secret", "0123456789abcdef");
            let done = desk.index(&[]);
            assert_eq!(done.code, 0, "{}", done.err);
            vec![desk.bytes("list.vmx")]
        }
        _ => panic!("a door without seeds: {door}"),
    }
}

#[test]
fn no_door_panics_on_mutations_of_real_files() {
    for (number, (name, door)) in (0_u64..).zip(targets::DOORS) {
        let seeds = seeds(name);
        let mut draws = Draws(
            blake3::Hasher::new()
                .update(&number.to_le_bytes())
                .finalize_xof(),
        );
        let is_file = ["list", "subjects", "hits", "identity", "log"].contains(name);
        for seed in &seeds {
            door(seed);
        }
        for _ in 0..if is_file { OF_FILES } else { OF_BYTES } {
            door(&draws.mutated(&seeds));
        }
    }
}

#[test]
fn each_door_has_a_fuzz_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz");
    let manifest = std::fs::read_to_string(format!("{folder}/Cargo.toml")).unwrap();
    for (name, _) in targets::DOORS {
        let target = std::fs::read_to_string(format!("{folder}/fuzz_targets/{name}.rs")).unwrap();
        assert!(target.contains("doors::") && manifest.contains(&format!("name = \"{name}\"")));
    }
    let files = std::fs::read_dir(format!("{folder}/fuzz_targets"))
        .unwrap()
        .count();
    assert_eq!(files, targets::DOORS.len());
}
