//! An input file: opened as often as a reader needs, gunzipped by its magic bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::error::{Place, Problem, Result};

/// First bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One file, with the number that errors name it by.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    path: PathBuf,
    /// Number of the file, from 1.
    pub file: u32,
}

impl Input {
    /// A file and its number.
    pub(crate) fn new(path: &Path, file: u32) -> Self {
        Self {
            path: path.to_owned(),
            file,
        }
    }

    /// The path, for readers that need random access (Parquet, XLSX).
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file as a place.
    pub(crate) fn place(&self) -> Place {
        Place::file(self.file)
    }

    /// Opens the content as a stream, through gzip where the file begins with its magic bytes.
    pub(crate) fn open(&self) -> Result<Box<dyn BufRead + Send>> {
        let read = |e| Problem::Read(e).at(self.place());
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.path).map_err(read)?);
        let is_gzip = reader.fill_buf().map_err(read)?.starts_with(&GZIP);
        Ok(if is_gzip {
            Box::new(BufReader::with_capacity(
                1 << 16,
                flate2::bufread::MultiGzDecoder::new(reader),
            ))
        } else {
            Box::new(reader)
        })
    }

    /// The whole content. A plain file is mapped: processes that read it share it, and it must not be
    /// changed where it lies while they do; every output of this crate appears by a rename.
    pub(crate) fn bytes(&self) -> Result<Bytes> {
        let read = |e| Problem::Read(e).at(self.place());
        let file = File::open(&self.path).map_err(read)?;
        if file.metadata().map_err(read)?.is_file() {
            #[allow(unsafe_code, reason = "there is no other way to map a file")]
            // SAFETY: the map is read only, and the file is never written in place, see above. What is
            // read from it is foreign bytes, checked and parsed like any others.
            let map = unsafe { memmap2::Mmap::map(&file) }.map_err(read)?;
            if !map.starts_with(&GZIP) {
                return Ok(Bytes::from_owner(map));
            }
        }
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(read)?;
        Ok(bytes.into())
    }

    /// The first `limit` bytes of the content, for format detection.
    pub(crate) fn head(&self, limit: u64) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?
            .take(limit)
            .read_to_end(&mut head)
            .map_err(|e| Problem::Read(e).at(self.place()))?;
        Ok(head)
    }
}
