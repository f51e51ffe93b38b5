//! Output files that appear whole or not at all.
//!
//! An [`Output`] is a temporary file beside its target, mode 0600. [`Output::finish`] makes it
//! durable, [`commit`] renames several finished files into place. Dropped before that, it leaves
//! nothing behind; the temporary file of a killed run goes when the same target is written again.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Problem, Result};
use crate::record::Digest;

/// Characters that `tempfile` puts between prefix and suffix.
const RANDOM: usize = 6;
const SUFFIX: &str = ".tmp";

/// An output being written.
pub struct Output {
    writer: BufWriter<Hashed>,
    target: PathBuf,
}

/// A finished output that is not visible yet.
pub struct PendingOutput {
    temporary: NamedTempFile,
    target: PathBuf,
    digest: Digest,
    bytes: u64,
}

/// Counts and digests what is written, so that no file is read again for the manifest.
struct Hashed {
    temporary: NamedTempFile,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Output {
    /// Opens the temporary file of an output and removes those that killed runs left for the same
    /// target. A file that a living process still writes is locked and stays.
    ///
    /// # Errors
    /// Usage, where the target is a folder or a device; the disk, where its folder cannot be written.
    pub fn create(target: &Path) -> Result<Self> {
        let name = target.file_name().ok_or_else(not_a_file)?;
        if std::fs::metadata(target).is_ok_and(|found| !found.is_file()) {
            return Err(not_a_file().into());
        }
        let folder = folder_of(target);
        let mut prefix = OsString::from(".veilmatch-");
        prefix.push(name);
        prefix.push(".");
        remove_leftovers(folder, &prefix);
        let temporary = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(SUFFIX)
            .rand_bytes(RANDOM)
            .tempfile_in(folder)
            .map_err(|e| Problem::write(&e))?;
        // Marks the file as alive. Where the file system knows no locks nothing is lost: what
        // cannot be locked is not removed either.
        temporary.as_file().try_lock().ok();
        Ok(Self {
            writer: BufWriter::with_capacity(
                1 << 16,
                Hashed {
                    temporary,
                    hasher: blake3::Hasher::new(),
                    bytes: 0,
                },
            ),
            target: target.to_owned(),
        })
    }

    /// Writes a small file whole: it stands there with all its bytes, or as it was.
    ///
    /// # Errors
    /// The disk; nothing is left behind then.
    pub fn whole(target: &Path, bytes: &[u8]) -> Result<()> {
        let mut output = Self::create(target)?;
        output.write_all(bytes).map_err(Self::cannot_write)?;
        output.finish()?.commit()
    }

    /// What a library could not write through an output, as an error of ours.
    pub fn cannot_write(error: impl Into<io::Error>) -> Error {
        Problem::write(&error.into()).into()
    }

    /// The folder the output will stand in.
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }

    /// Writes everything to disk. The target is still untouched.
    ///
    /// # Errors
    /// The disk; nothing is left behind then.
    pub fn finish(self) -> Result<PendingOutput> {
        let hashed = self
            .writer
            .into_inner()
            .map_err(|e| Problem::write(e.error()))?;
        hashed
            .temporary
            .as_file()
            .sync_all()
            .map_err(|e| Problem::write(&e))?;
        Ok(PendingOutput {
            digest: Digest(*hashed.hasher.finalize().as_bytes()),
            bytes: hashed.bytes,
            temporary: hashed.temporary,
            target: self.target,
        })
    }
}

impl PendingOutput {
    /// BLAKE3 of the whole content.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Length of the content.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Renames the file into place.
    ///
    /// # Errors
    /// The target cannot be replaced; it stays as it was.
    pub fn commit(self) -> Result<()> {
        let folder = folder_of(&self.target).to_owned();
        self.temporary
            .persist(&self.target)
            .map_err(|e| Problem::write(&e.error))?;
        // Makes the rename durable where folders can be synced; elsewhere it is so already.
        File::open(folder).and_then(|f| f.sync_all()).ok();
        Ok(())
    }
}

/// Renames the outputs of one run into place, in the order given: the manifest comes last, so a
/// manifest whose digests fit says that its run is complete.
///
/// # Errors
/// A target cannot be replaced; the outputs after it are not renamed.
pub fn commit(outputs: Vec<PendingOutput>) -> Result<()> {
    if outputs.iter().any(|o| o.target.is_dir()) {
        return Err(not_a_file().into());
    }
    outputs.into_iter().try_for_each(PendingOutput::commit)
}

/// `hits.csv` and `refused.csv` give `hits.refused.csv`, in the same folder.
pub fn beside(hits: &Path, ending: &str) -> PathBuf {
    let mut name = hits.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    hits.with_file_name(name)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.temporary.as_file_mut().write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.as_file_mut().flush()
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}

impl fmt::Debug for PendingOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingOutput")
            .field("digest", &self.digest)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

fn not_a_file() -> Problem {
    Problem::Setting {
        setting: "output",
        reason: "stands for a folder or a device, not for a file".into(),
    }
}

/// The folder that a file stands in.
pub(crate) fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn remove_leftovers(folder: &Path, prefix: &OsString) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let is_ours = bytes.len() == prefix.len() + RANDOM + SUFFIX.len()
            && bytes.starts_with(prefix.as_encoded_bytes())
            && bytes.ends_with(SUFFIX.as_bytes());
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            // Whoever cannot remove it cannot write here either, which is reported next.
            std::fs::remove_file(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_output_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("hits.csv");
        std::fs::write(&target, "old").unwrap();
        let mut output = Output::create(&target).unwrap();
        output.write_all(b"half").unwrap();
        output.flush().unwrap();
        assert_eq!(names_in(folder.path()).len(), 2);
        drop(output);
        let finished = {
            let mut output = Output::create(&target).unwrap();
            output.write_all(b"whole").unwrap();
            output.finish().unwrap()
        };
        drop(finished);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(names_in(folder.path()), ["hits.csv"]);
    }

    #[test]
    fn a_committed_output_is_whole_private_and_digested() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("hits.csv");
        let mut output = Output::create(&target).unwrap();
        output.write_all(b"whole").unwrap();
        let pending = output.finish().unwrap();
        assert_eq!(pending.digest().0, *blake3::hash(b"whole").as_bytes());
        assert_eq!(pending.bytes(), 5);
        commit(vec![pending]).unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "whole");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&target).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_leftover_of_a_killed_run_goes_and_that_of_a_living_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("hits.csv");
        for name in [
            ".veilmatch-hits.csv.AbCdEf.tmp",
            ".veilmatch-other.csv.AbCdEf.tmp",
        ] {
            std::fs::write(folder.path().join(name), "left").unwrap();
        }
        let living = Output::create(&target).unwrap();
        let second = Output::create(&target).unwrap();
        let names = names_in(folder.path());
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(names.contains(&".veilmatch-other.csv.AbCdEf.tmp".to_owned()));
        drop((living, second));
    }

    #[test]
    fn folders_and_devices_are_refused_and_errors_hold_no_path() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Output::create(folder.path()).unwrap_err().is_usage());
        assert!(
            Output::create(Path::new("/dev/null"))
                .unwrap_err()
                .is_usage()
        );
        let missing = folder.path().join("ada").join("hits.csv");
        let text = Output::create(&missing).unwrap_err().to_string();
        assert!(!text.contains("ada"), "{text}");
    }

    #[test]
    fn neighbours_are_named_after_the_hits() {
        let hits = Path::new("out/hits.csv");
        assert_eq!(
            beside(hits, "refused.csv"),
            Path::new("out/hits.refused.csv")
        );
        assert_eq!(
            beside(hits, "manifest.json"),
            Path::new("out/hits.manifest.json")
        );
    }
}
