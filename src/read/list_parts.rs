//! A list some notices at a time.
//!
//! In: a file. Out: its notices in their order. An imported list (`notices/1`) is read as far as it
//! is asked for. In any other format rows that lie far apart may be one notice, so it is read whole.

use std::path::{Path, PathBuf};

use crate::error::{Problem, Result};
use crate::read::notices_file::{NoticesFile, is_notices};
use crate::read::{Input, ListSettings, read_list};
use crate::record::{ListInfo, Notice};
use crate::tally::Tally;

/// An open list.
pub struct ListParts {
    info: ListInfo,
    tally: Tally,
    /// What is still to be read from the file.
    file: Option<NoticesFile>,
    /// Read and not given out yet.
    waiting: std::vec::IntoIter<Notice>,
}

impl ListParts {
    /// Opens a list of any format.
    ///
    /// # Errors
    /// As [`read_list`]; damage further on in an imported list shows when it is read.
    pub fn open(path: &Path) -> Result<Self> {
        let input = Input::new(path, 1);
        let is_ours = input.head(4)? == b"PAR1" && is_notices(&input)?;
        if !is_ours {
            let paths: [PathBuf; 1] = [path.to_owned()];
            let (list, tally) = read_list(&paths, &ListSettings::default())?;
            return Ok(Self {
                info: list.info,
                tally,
                file: None,
                waiting: list.notices.into_iter(),
            });
        }
        let file = NoticesFile::open(&input)?;
        let mut list = Self {
            info: file.info.clone(),
            tally: Tally::new(),
            file: Some(file),
            waiting: Vec::new().into_iter(),
        };
        list.read_on()?;
        if list.waiting.len() == 0 {
            return Err(Problem::EmptyList.at(input.place()));
        }
        Ok(list)
    }

    /// The edition.
    pub fn info(&self) -> &ListInfo {
        &self.info
    }

    /// Counts of what was read so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next notices, at most so many; none at the end.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn take(&mut self, most: usize) -> Result<Vec<Notice>> {
        if self.waiting.len() == 0 {
            self.read_on()?;
        }
        Ok(self.waiting.by_ref().take(most).collect())
    }

    fn read_on(&mut self) -> Result<()> {
        if let Some(file) = &mut self.file {
            match file.next_rows()? {
                Some((notices, counts)) => {
                    self.waiting = notices.into_iter();
                    self.tally.merge(counts);
                }
                None => self.file = None,
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for ListParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListParts").finish_non_exhaustive()
    }
}
