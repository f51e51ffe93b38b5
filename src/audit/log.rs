//! The log: a file that is only added to, and the checkpoint beside it.
//!
//! An entry is written and made durable first, then the checkpoint over it takes the place of the
//! one before. A run that is killed in between leaves a line that the checkpoint does not cover
//! yet; the next entry covers both. Half a line, which only a killed run leaves, is cut off when
//! the log is opened for writing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::audit::entry::{Entry, LIMIT};
use crate::audit::{Checkpoint, Proof};
use crate::error::{Place, Problem, Result};
use crate::exchange::identity::{Identity, Party};
use crate::merkle::{self, Tree};
use crate::report::{Output, beside};

/// First line of a log file; not an entry.
const FIRST: &str = "veilmatch log/1";
/// Longest log that is read: some tens of millions of entries.
const BYTES: u64 = 1 << 33;

/// A log in memory.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
    tree: Tree,
}

/// A log on disk, open for writing.
#[derive(Debug)]
pub struct LogFile {
    log: Log,
    file: File,
    path: PathBuf,
}

impl Log {
    /// Reads the text of a log. Gives what can be read of the last line too, where it has no end.
    ///
    /// # Errors
    /// Integrity, with the number of the first line that is no entry.
    fn parse(text: &[u8]) -> Result<(Self, usize)> {
        let broken = |row: u64| {
            Problem::Refused {
                what: "log",
                why: "a line is not an entry",
            }
            .at(Place {
                row: Some(row),
                ..Place::default()
            })
        };
        let whole = text.iter().rposition(|b| *b == b'\n');
        let whole = whole.map_or(0, |at| at.saturating_add(1));
        let (lines, _) = text.split_at_checked(whole).unwrap_or_default();
        let lines = std::str::from_utf8(lines).map_err(|_| broken(1))?;
        let mut log = Self::default();
        for (row, line) in (1..).zip(lines.split_terminator('\n')) {
            if row == 1 {
                if line != FIRST {
                    return Err(broken(1));
                }
                continue;
            }
            let entry = Some(line).filter(|line| line.len() <= LIMIT);
            let entry = entry.and_then(Entry::parse).ok_or_else(|| broken(row))?;
            log.tree.push(merkle::leaf_hash(&[line.as_bytes()]));
            log.entries.push(entry);
        }
        Ok((log, whole))
    }

    /// Reads a log and checks it against the checkpoint beside it.
    ///
    /// # Errors
    /// Integrity: a line is no entry, half a line, not covered by the checkpoint, or the checkpoint
    /// is another log's. Lines after the checkpoint are what a killed run leaves; the next entry
    /// covers them.
    pub fn verify(path: &Path, party: &Party) -> Result<Self> {
        let text = read(path)?;
        let (log, whole) = Self::parse(&text)?;
        let checkpoint = Checkpoint::decode(&read(&beside(path, "checkpoint"))?, party)?;
        let refused = |why| Problem::Refused { what: "log", why };
        if checkpoint.head != log.head() {
            return Err(match log.tree.root_at(checkpoint.head.0) {
                Some(root) if root == checkpoint.head.1 => {
                    refused("lines after its checkpoint are not signed yet").into()
                }
                _ => refused("it was cut or changed after its checkpoint was signed").into(),
            });
        }
        if whole != text.len() {
            return Err(refused("its last line has no end").into());
        }
        Ok(log)
    }

    /// Size and root.
    pub fn head(&self) -> merkle::Head {
        (self.tree.size(), self.tree.root())
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Proof that an entry is in the log as it is now.
    pub fn prove_inclusion(&self, entry: u64) -> Option<Proof> {
        let at = usize::try_from(entry).ok()?;
        Some(Proof::Inclusion {
            entry,
            line: self.entries.get(at)?.line()?,
            hashes: self.tree.inclusion(entry, self.tree.size())?,
        })
    }

    /// Proof that the log as it is now begins with the log of an earlier size.
    pub fn prove_consistency(&self, from: u64) -> Option<Proof> {
        Some(Proof::Consistency {
            from,
            hashes: self.tree.consistency(from, self.tree.size())?,
        })
    }
}

impl LogFile {
    /// Opens a log to write to it, or begins one. Locked until dropped: one program writes at a
    /// time. A log has a checkpoint before it has its first entry, so one without is refused.
    ///
    /// # Errors
    /// The disk; usage, where another program writes to it; integrity, where it does not begin with
    /// what its checkpoint covers, or has none.
    pub fn open(path: &Path, identity: &Identity) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(|e| Problem::write(&e))?;
        // Where the file system knows no locks, whoever runs two programs must see to it.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Problem::Setting {
                setting: "log",
                reason: "is being written by another program".into(),
            }
            .into());
        }
        let mut text = Vec::new();
        (&file)
            .take(BYTES)
            .read_to_end(&mut text)
            .map_err(Problem::Read)?;
        if text.is_empty() {
            write_checkpoint(path, Log::default().head(), identity)?;
            writeln!(file, "{FIRST}").map_err(|e| Problem::write(&e))?;
            text = format!("{FIRST}\n").into_bytes();
        }
        let (log, whole) = Log::parse(&text)?;
        let signed = read(&beside(path, "checkpoint"))?;
        let covered = Checkpoint::decode(&signed, identity.party())?.head;
        if log.tree.root_at(covered.0) != Some(covered.1) {
            return Err(Problem::Refused {
                what: "log",
                why: "it was cut or changed after its checkpoint was signed",
            }
            .into());
        }
        file.set_len(whole as u64)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(|e| Problem::write(&e))?;
        Ok(Self {
            log,
            file,
            path: path.to_owned(),
        })
    }

    /// The log as it stands.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Adds entries and signs a checkpoint over all there is.
    ///
    /// # Errors
    /// The disk; internal, where an entry is longer than a line may be.
    pub fn append(&mut self, entries: Vec<Entry>, identity: &Identity) -> Result<()> {
        let lines: Option<Vec<String>> = entries.iter().map(Entry::line).collect();
        let lines = lines.ok_or(Problem::Internal("an entry too long for its line"))?;
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|e| Problem::write(&e))?;
        for (line, entry) in lines.iter().zip(entries) {
            self.log.tree.push(merkle::leaf_hash(&[line.as_bytes()]));
            self.log.entries.push(entry);
        }
        write_checkpoint(&self.path, self.log.head(), identity)
    }
}

/// Puts a signed checkpoint beside a log, in the place of the one before.
fn write_checkpoint(path: &Path, head: merkle::Head, identity: &Identity) -> Result<()> {
    let signed = Checkpoint::sign(head, identity)?;
    Output::whole(&beside(path, "checkpoint"), signed.as_bytes())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(BYTES).read_to_end(&mut bytes))
        .map_err(Problem::Read)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use zeroize::Zeroizing;

    use super::*;
    use crate::audit::Act;
    use crate::exchange::name::{Code, PartyName};

    fn identity(seed: u8) -> Identity {
        let name = PartyName::new("north").unwrap();
        Identity::from_seed(name, Zeroizing::new([seed; 32]))
    }

    fn entry(n: u8) -> Entry {
        Entry {
            purpose: Code::new("VISA"),
            codes: vec![Code::new("wanted").unwrap()],
            counts: vec![u64::from(n), 128],
            digests: vec![[n; 32]],
            ..Entry::new(datetime(2026, 11, 22, 10, 0, 0, 0), Act::Answered)
        }
    }

    /// A folder with a log of some entries.
    fn written(entries: u8) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("north.log");
        let mut log = LogFile::open(&path, &identity(1)).unwrap();
        for n in 0..entries {
            log.append(vec![entry(n)], &identity(1)).unwrap();
        }
        drop(log);
        (folder, path)
    }

    #[test]
    fn a_log_comes_back_grows_and_is_covered_by_its_checkpoint() {
        let (_folder, path) = written(3);
        let north = identity(1);
        let log = Log::verify(&path, north.party()).unwrap();
        assert_eq!(log.entries(), [entry(0), entry(1), entry(2)]);
        let mut file = LogFile::open(&path, &north).unwrap();
        assert!(LogFile::open(&path, &north).unwrap_err().is_usage());
        file.append(vec![entry(3), entry(4)], &north).unwrap();
        assert_eq!(
            Log::verify(&path, north.party()).unwrap().head(),
            file.log().head()
        );
        assert!(Log::verify(&path, identity(2).party()).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn any_flipped_byte_of_log_and_checkpoint_is_caught() {
        let (_folder, path) = written(4);
        let party = identity(1).party().clone();
        for path_of in [path.clone(), beside(&path, "checkpoint")] {
            let bytes = std::fs::read(&path_of).unwrap();
            for at in 0..bytes.len() {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 7);
                std::fs::write(&path_of, &flipped).unwrap();
                assert!(Log::verify(&path, &party).is_err(), "byte {at}");
            }
            for cut in 0..bytes.len() {
                std::fs::write(&path_of, &bytes[..cut]).unwrap();
                assert!(Log::verify(&path, &party).is_err(), "cut at {cut}");
            }
            std::fs::write(&path_of, &bytes).unwrap();
        }
        assert!(Log::verify(&path, &party).is_ok());
    }

    #[test]
    fn a_killed_run_loses_nothing_that_was_signed() {
        let (_folder, path) = written(2);
        let north = identity(1);
        // Killed after a line, before its checkpoint; and within the next line.
        let line = entry(2).line().unwrap();
        let mut raw = OpenOptions::new().append(true).open(&path).unwrap();
        raw.write_all(format!("{line}\n{}", &line[..20]).as_bytes())
            .unwrap();
        assert!(
            Log::verify(&path, north.party())
                .unwrap_err()
                .is_integrity()
        );
        let mut file = LogFile::open(&path, &north).unwrap();
        assert_eq!(file.log().entries().len(), 3);
        file.append(vec![entry(3)], &north).unwrap();
        assert_eq!(
            Log::verify(&path, north.party()).unwrap().entries().len(),
            4
        );
    }

    #[test]
    fn a_log_that_was_cut_or_written_anew_is_not_added_to() {
        let (_folder, path) = written(3);
        let text = std::fs::read_to_string(&path).unwrap();
        let short: String = text.split_inclusive('\n').take(3).collect();
        std::fs::write(&path, &short).unwrap();
        assert!(
            LogFile::open(&path, &identity(1))
                .unwrap_err()
                .is_integrity()
        );
        std::fs::write(&path, text.replace("count=1 ", "count=7 ")).unwrap();
        assert!(
            LogFile::open(&path, &identity(1))
                .unwrap_err()
                .is_integrity()
        );
        std::fs::write(&path, &text).unwrap();
        assert!(
            LogFile::open(&path, &identity(2))
                .unwrap_err()
                .is_integrity()
        );
        std::fs::remove_file(beside(&path, "checkpoint")).unwrap();
        assert!(LogFile::open(&path, &identity(1)).is_err());
    }

    #[test]
    fn proofs_are_checked_without_the_log_and_any_flipped_byte_is_caught() {
        let (_folder, path) = written(5);
        let north = identity(1);
        let at = |size: u8| {
            let tree = Tree::over(
                (0..size).map(|n| merkle::leaf_hash(&[entry(n).line().unwrap().as_bytes()])),
            );
            Checkpoint::sign((tree.size(), tree.root()), &north).unwrap()
        };
        let (older, newer) = (at(3), at(5));
        let log = Log::verify(&path, north.party()).unwrap();
        let inclusion = log.prove_inclusion(2).unwrap().encode();
        let consistency = log.prove_consistency(3).unwrap().encode();
        let party = north.party();
        let included = |bytes: &[u8]| {
            let proof = Proof::decode(bytes)?;
            proof.check_inclusion(newer.as_bytes(), party)
        };
        let consistent = |bytes: &[u8]| {
            let proof = Proof::decode(bytes)?;
            proof.check_consistency(older.as_bytes(), newer.as_bytes(), party)
        };
        assert!(included(inclusion.as_bytes()).is_ok());
        assert!(consistent(consistency.as_bytes()).is_ok());
        for (bytes, check) in [
            (
                inclusion.as_bytes(),
                &included as &dyn Fn(&[u8]) -> Result<()>,
            ),
            (consistency.as_bytes(), &consistent),
        ] {
            for (byte, bit) in (0..bytes.len()).flat_map(|b| (0..8).map(move |i| (b, i))) {
                let mut flipped = bytes.to_vec();
                flipped[byte] ^= 1 << bit;
                assert!(check(&flipped).is_err(), "bit {bit} of byte {byte}");
            }
            (0..bytes.len()).for_each(|cut| assert!(check(&bytes[..cut]).is_err()));
        }
        assert!(included(consistency.as_bytes()).is_err());
        assert!(consistent(inclusion.as_bytes()).is_err());
        assert!(log.prove_inclusion(5).is_none() && log.prove_consistency(6).is_none());
    }

    #[test]
    fn lines_have_one_form_and_no_place_for_a_name() {
        let line = entry(7).line().unwrap();
        assert_eq!(Entry::parse(&line), Some(entry(7)));
        for bad in [
            line.replace("count=7", "count=07"),
            line.replace("answered", "answered name=Moriarty"),
            line.replace("code=wanted", "code=James Moriarty"),
            line.replace("10:00:00Z", "10:00:00.5Z"),
            line.replace('Z', ""),
            format!("{line} "),
        ] {
            assert_eq!(Entry::parse(&bad), None, "{bad}");
        }
        let long = Entry {
            digests: vec![[1; 32]; 40],
            ..entry(1)
        };
        assert_eq!(long.line(), None);
        for act in Act::ALL {
            let entry = Entry::new(datetime(2026, 1, 2, 3, 4, 5, 0), act);
            assert_eq!(Entry::parse(&entry.line().unwrap()), Some(entry));
        }
    }
}
