//! Hits subject by subject, however many there are.
//!
//! In: hits in any order. Out: all hits of one subject, then of the next, by subject id. What there
//! is no room for goes into sorted runs in one temporary file in the folder of the output: mode
//! 0600 and without a name, so it is gone when the process ends, however it ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::error::{Place, Problem, Result};
use crate::hits::Hit;
use crate::report::jsonl::{hit_of_line, line_of};
use crate::report::output::folder_of;
use crate::report::write_hits::render;
use crate::score::Evidence;

/// Collects hits.
pub struct HitRuns {
    folder: PathBuf,
    room: u64,
    held: Vec<Hit>,
    weight: u64,
    file: Option<File>,
    runs: Vec<Range<u64>>,
}

/// Least bytes of hits that are held: many short runs are slow to merge.
const LEAST_ROOM: u64 = 1 << 16;

/// Bytes that a hit takes in memory, about: its evidence and some 20 short texts.
fn weight(hit: &Hit) -> u64 {
    let evidence = hit.evidence.len() * (size_of::<Evidence>() + 32);
    (size_of::<Hit>() + hit.explanation.len() + evidence + 400) as u64
}

impl HitRuns {
    /// Holds about `room` bytes of hits in memory; more go to disk, beside `output`.
    pub fn beside(output: &Path, room: u64) -> Self {
        Self {
            folder: folder_of(output).to_owned(),
            room: room.max(LEAST_ROOM),
            held: Vec::new(),
            weight: 0,
            file: None,
            runs: Vec::new(),
        }
    }

    /// Adds hits.
    ///
    /// # Errors
    /// The disk.
    pub fn add(&mut self, hits: Vec<Hit>) -> Result<()> {
        for hit in hits {
            self.weight += weight(&hit);
            self.held.push(hit);
            if self.weight >= self.room {
                self.write_run()?;
            }
        }
        Ok(())
    }

    /// Runs on disk so far.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    fn write_run(&mut self) -> Result<()> {
        sort_by_subject(&mut self.held);
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.folder).map_err(|e| Problem::write(&e))?,
        };
        let start = self.runs.last().map_or(0, |run| run.end);
        let mut out = BufWriter::with_capacity(1 << 16, &mut file);
        render(&self.held, two_lines, |lines| {
            let written = out.write_all(&lines);
            written.map_err(|e| Problem::write(&e).into())
        })?;
        self.held.clear();
        out.flush().map_err(|e| Problem::write(&e))?;
        drop(out);
        let end = file.stream_position().map_err(|e| Problem::write(&e))?;
        self.runs.push(start..end);
        self.file = Some(file);
        self.weight = 0;
        Ok(())
    }

    /// The hits of one subject after the other, by subject id; those of one subject in any order.
    ///
    /// # Errors
    /// The disk, now and later.
    pub fn by_subject(mut self) -> Result<impl Iterator<Item = Result<Vec<Hit>>> + Send> {
        sort_by_subject(&mut self.held);
        let mut sources: Vec<Source> = vec![Box::new(self.held.into_iter().map(Ok))];
        if let Some(file) = self.file {
            let file = Arc::new(Mutex::new(file));
            let share = self.room / self.runs.len().max(1) as u64;
            let buffer = usize::try_from(share).unwrap_or(MOST_READ);
            for run in self.runs {
                let part = FilePart {
                    file: Arc::clone(&file),
                    at: run,
                };
                let buffer = buffer.clamp(LEAST_READ, MOST_READ);
                sources.push(Box::new(WrittenHits(BufReader::with_capacity(
                    buffer, part,
                ))));
            }
        }
        let mut merge = Merge {
            next: Vec::new(),
            order: BinaryHeap::new(),
            sources,
        };
        merge.next.resize_with(merge.sources.len(), || None);
        for number in 0..merge.sources.len() {
            merge.advance(number)?;
        }
        Ok(merge)
    }
}

/// Hits in the order of their subjects' ids; those of one subject stay as they came.
fn sort_by_subject(hits: &mut [Hit]) {
    hits.par_sort_by(|a, b| a.subject_id.cmp(&b.subject_id));
}

/// Two lines for each hit, as [`WrittenHits`] reads them: the hit and its links.
fn two_lines(hits: &[Hit]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for hit in hits {
        bytes.append(&mut line_of(hit)?);
        bytes.push(b'\n');
        serde_json::to_writer(&mut bytes, &hit.links)
            .map_err(|_| Problem::Internal("links do not serialize"))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// Bytes of a run that are read at a time.
const LEAST_READ: usize = 1 << 12;
const MOST_READ: usize = 1 << 20;

/// Hits by subject id.
type Source = Box<dyn Iterator<Item = Result<Hit>> + Send>;

struct Merge {
    sources: Vec<Source>,
    /// The next hit of each source.
    next: Vec<Option<Hit>>,
    /// Subject of the next hit of each source that has one.
    order: BinaryHeap<Reverse<(String, usize)>>,
}

impl Merge {
    /// Takes the next hit of a source and replaces it.
    fn advance(&mut self, number: usize) -> Result<Option<Hit>> {
        let following = self.sources[number].next().transpose()?;
        if let Some(hit) = &following {
            self.order.push(Reverse((hit.subject_id.clone(), number)));
        }
        Ok(std::mem::replace(&mut self.next[number], following))
    }

    fn subject(&mut self) -> Result<Option<Vec<Hit>>> {
        let Some(Reverse((subject, _))) = self.order.peek() else {
            return Ok(None);
        };
        let subject = subject.clone();
        let mut hits = Vec::new();
        while let Some(Reverse((_, number))) = self
            .order
            .peek()
            .filter(|Reverse((other, _))| *other == subject)
        {
            let number = *number;
            self.order.pop();
            hits.extend(self.advance(number)?);
        }
        Ok(Some(hits))
    }
}

impl Iterator for Merge {
    type Item = Result<Vec<Hit>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.subject().transpose()
    }
}

/// A part of a file that several readers share.
struct FilePart {
    file: Arc<Mutex<File>>,
    at: Range<u64>,
}

impl Read for FilePart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.at.end - self.at.start).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at.start))?;
        let read = file.read(&mut buffer[..most])?;
        self.at.start += read as u64;
        Ok(read)
    }
}

/// Hits of a run: two lines each, the hit and its links.
struct WrittenHits(BufReader<FilePart>);

impl Iterator for WrittenHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut read = [Vec::new(), Vec::new()];
        for line in &mut read {
            if let Err(e) = self.0.read_until(b'\n', line) {
                return Some(Err(Problem::Read(e).into()));
            }
        }
        let [first, second] = read;
        (!first.is_empty()).then(|| {
            let mut hit = hit_of_line(&first, Place::default())?;
            hit.links = serde_json::from_slice(&second)
                .map_err(|_| Problem::Internal("a run of hits was changed on disk"))?;
            Ok(hit)
        })
    }
}

impl fmt::Debug for HitRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HitRuns")
            .field("held", &self.held.len())
            .field("runs", &self.runs.len())
            .finish_non_exhaustive()
    }
}
