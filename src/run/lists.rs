//! The lists of a job, in their order, as far as they have been read.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::error::{Problem, Result};
use crate::index::{self, IndexReader, IndexShard, StoredNotices};
use crate::keys::recipe_digest;
use crate::read::{Input, ListParts};
use crate::record::{ListInfo, Notice};
use crate::report::ListEdition;
use crate::tally::Tally;

/// Open lists.
pub(super) struct Lists {
    sources: Vec<Source>,
    /// The list that is being read.
    at: usize,
    /// What was read ahead.
    ahead: Option<Piece>,
}

/// A list as a file holds it.
enum Source {
    /// Records.
    List(Box<ListParts>),
    /// Prepared records and their blind keys.
    Index(Box<IndexReader>),
}

/// What a list gives at a time.
pub(super) enum Piece {
    /// Notices of an edition, with its date.
    Notices(Vec<Notice>, Option<Date>),
    /// A shard of an index.
    Shard(Box<IndexShard<StoredNotices>>),
}

impl Lists {
    /// Opens all lists; an error names the number of the list. An index must have been made with
    /// the secret of this key epoch.
    pub(super) fn open(paths: &[PathBuf], key_epoch: &str) -> Result<Self> {
        let open = |(path, number): (&PathBuf, u32)| {
            Source::open(path, key_epoch).map_err(|e| e.in_list(number))
        };
        let sources: Result<Vec<Source>> = paths.iter().zip(1..).map(open).collect();
        Ok(Self {
            sources: sources?,
            at: 0,
            ahead: None,
        })
    }

    /// The next notices, at most so many, or the next shard of an index; `None` at the end of all
    /// lists.
    pub(super) fn take(&mut self, most: usize) -> Result<Option<Piece>> {
        let mut piece = self.ahead.take();
        while let Some(list) = self.sources.get_mut(self.at).filter(|_| piece.is_none()) {
            let number = u32::try_from(self.at + 1).unwrap_or(u32::MAX);
            piece = list.take(most).map_err(|e| e.in_list(number))?;
            self.at += usize::from(piece.is_none());
        }
        Ok(piece)
    }

    /// Reads what [`Lists::take`] gives next.
    pub(super) fn read_ahead(&mut self, most: usize) -> Result<()> {
        self.ahead = self.take(most)?;
        Ok(())
    }

    /// Whether everything was taken.
    pub(super) fn is_at_end(&mut self) -> Result<bool> {
        self.read_ahead(1)?;
        Ok(self.ahead.is_none())
    }

    /// What the manifest says of the lists.
    pub(super) fn editions(&self, as_of: Date) -> Vec<ListEdition> {
        let edition = |list: &Source| ListEdition::new(list.info(), as_of, list.tally());
        self.sources.iter().map(edition).collect()
    }

    /// The editions with their age in days.
    pub(super) fn ages(&self, as_of: Date) -> Vec<(ListInfo, Option<i64>)> {
        let age = |date: Date| i64::from((as_of - date).get_days());
        let lists = self.sources.iter().map(Source::info);
        lists
            .map(|info| (info.clone(), info.date.map(age)))
            .collect()
    }
}

impl Source {
    fn open(path: &Path, key_epoch: &str) -> Result<Self> {
        let input = Input::new(path, 1);
        if !index::is_index(&input.head(index::MAGIC.len() as u64)?) {
            return Ok(Self::List(Box::new(ListParts::open(path)?)));
        }
        let reader = IndexReader::new(input.bytes()?)?;
        let refused = |why| Err(Problem::Index { why }.into());
        if reader.head().recipe_digest != recipe_digest().0 {
            return refused("it was made with other tables or rules");
        }
        if reader.head().key_epoch != key_epoch {
            return refused("it was made with another secret");
        }
        Ok(Self::Index(Box::new(reader)))
    }

    fn take(&mut self, most: usize) -> Result<Option<Piece>> {
        match self {
            Self::List(list) => {
                let notices = list.take(most)?;
                let date = list.info().date;
                Ok((!notices.is_empty()).then_some(Piece::Notices(notices, date)))
            }
            Self::Index(reader) => {
                let shard = reader.next_shard()?;
                Ok(shard.map(|shard| Piece::Shard(Box::new(shard))))
            }
        }
    }

    fn info(&self) -> &ListInfo {
        match self {
            Self::List(list) => list.info(),
            Self::Index(reader) => &reader.head().info,
        }
    }

    fn tally(&self) -> &Tally {
        match self {
            Self::List(list) => list.tally(),
            Self::Index(reader) => reader.tally(),
        }
    }
}
