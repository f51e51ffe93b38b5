//! A shard: as many notices as are held in memory together.

use std::sync::OnceLock;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::exchange::{Envelope, Handle, HandleBook, Sealer};
use crate::hits::LiveNotice;
use crate::index::{Glance, IndexShard, StoredNotices};
use crate::keys::{KeyMaker, Prepared, Secret, Side, recipe_digest};
use crate::record::Status;

/// Notices, and all that this side shows of them.
#[derive(Debug)]
pub struct Shard {
    /// Those that have been made ready.
    notices: Vec<OnceLock<Box<LiveNotice>>>,
    /// Where the others are.
    source: Option<Source>,
    book: HandleBook,
    envelope: Envelope,
    counts: Counts,
}

/// Notices of an index, as they stand on a day.
#[derive(Debug)]
struct Source {
    stored: StoredNotices,
    as_of: Date,
}

/// What a shard holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Notices in force.
    pub(super) screened: u64,
    /// Their names that are compared.
    pub(super) names: u64,
    /// Notices that are no longer in force.
    pub(super) expired: u64,
}

impl Counts {
    fn of(notices: impl Iterator<Item = (Status, u64)>) -> Self {
        let mut counts = Self::default();
        for (status, names) in notices {
            if status.is_live() {
                counts.screened += 1;
                counts.names += names;
            } else {
                counts.expired += 1;
            }
        }
        counts
    }
}

impl Shard {
    /// Prepared notices in force.
    pub(super) fn new(sealing: &Sealing, notices: Vec<LiveNotice>) -> Result<Self> {
        let (envelope, book) = sealing.seal(Side::Notice, &notices, |live| &live.prepared)?;
        let counts = notices.iter();
        let counts = counts.map(|live| (live.status, live.prepared.names.len() as u64));
        Ok(Self {
            counts: Counts::of(counts),
            notices: (notices.into_iter())
                .map(|live| Box::new(live).into())
                .collect(),
            source: None,
            book,
            envelope,
        })
    }

    /// A shard of an index, as it stands on a day: what is no longer in force has no keys here.
    pub(super) fn restored(
        sealing: &Sealing,
        shard: IndexShard<StoredNotices>,
        as_of: Date,
    ) -> Result<Self> {
        let (stored, mut envelope) = (shard.notices, shard.envelope);
        let glances = stored.glances();
        let book = sealing.book(Side::Notice, glances.len())?;
        let status = |glance: &Glance| glance.status.on(as_of, glance.valid_to);
        if !glances.iter().all(|glance| status(glance).is_live()) {
            envelope.retain(|handle| {
                let glance = book.row(handle).and_then(|row| glances.get(row as usize));
                glance.is_some_and(|glance| status(glance).is_live())
            });
        }
        let counts = glances.iter();
        let counts = counts.map(|glance| (status(glance), u64::from(glance.names)));
        Ok(Self {
            counts: Counts::of(counts),
            notices: glances.iter().map(|_| OnceLock::new()).collect(),
            source: Some(Source { stored, as_of }),
            book,
            envelope,
        })
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Makes those notices ready that have not been asked for before.
    ///
    /// # Errors
    /// Integrity: the index is damaged.
    pub(super) fn open(&self, notices: impl ParallelIterator<Item = Handle>) -> Result<()> {
        let Some(source) = &self.source else {
            return Ok(());
        };
        let rows = notices.filter_map(|handle| self.book.row(handle));
        let is_closed = |row: &u32| self.place(*row).is_some_and(|p| p.get().is_none());
        let mut closed: Vec<u32> = rows.filter(is_closed).collect();
        closed.par_sort_unstable();
        closed.dedup();
        closed.par_iter().try_for_each(|row| {
            let live = source.notice(*row as usize)?;
            if let Some(place) = self.place(*row) {
                place.get_or_init(|| Box::new(live));
            }
            Ok(())
        })
    }

    /// The notice that a handle stands for; of an index, once a batch had it as a candidate.
    pub fn notice(&self, handle: Handle) -> Option<&LiveNotice> {
        self.place(self.book.row(handle)?)?
            .get()
            .map(|live| &**live)
    }

    fn place(&self, row: u32) -> Option<&OnceLock<Box<LiveNotice>>> {
        self.notices.get(row as usize)
    }

    /// Blind keys and handles of the notices.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

impl Drop for Shard {
    /// Notices are many small pieces of memory: all threads give them back.
    fn drop(&mut self) {
        let notices = std::mem::take(&mut self.notices);
        notices.into_par_iter().for_each(drop);
    }
}

impl Source {
    fn notice(&self, at: usize) -> Result<LiveNotice> {
        let mut live = self.stored.read(at)?;
        live.status = live.status.on(self.as_of, live.valid_to);
        Ok(live)
    }
}

/// What makes blind keys and handles: the secret of a run and what is derived from it.
#[derive(Debug)]
pub(super) struct Sealing {
    pub(super) secret: Secret,
    keys: KeyMaker,
}

/// Records that a thread takes at a time.
const RECORDS: usize = 1024;

/// Keys of a token, at most of many.
const KEYS_A_TOKEN: usize = 28;

impl Sealing {
    pub(super) fn new(secret: Secret) -> Self {
        let keys = KeyMaker::new(&secret);
        Self { secret, keys }
    }

    /// The handles of so many records: the same for the same secret.
    pub(super) fn book(&self, side: Side, records: usize) -> Result<HandleBook> {
        let rows = u32::try_from(records).map_err(|_| Problem::TooMany {
            what: "records of one batch",
            limit: u64::from(u32::MAX),
        })?;
        let purpose = match side {
            Side::Subject => "veilmatch 2026-11 subject handles v1",
            Side::Notice => "veilmatch 2026-11 notice handles v1",
        };
        Ok(HandleBook::deal(&self.secret, purpose, rows))
    }

    /// Makes the blind keys of prepared records and seals them under handles of their own.
    pub(super) fn seal<T: Sync>(
        &self,
        side: Side,
        records: &[T],
        prepared: impl Fn(&T) -> &Prepared + Sync,
    ) -> Result<(Envelope, HandleBook)> {
        let book = self.book(side, records.len())?;
        let names = records
            .par_iter()
            .flat_map_iter(|record| &prepared(record).names);
        let tokens: usize = names.map(|name| name.tokens.len()).sum();
        let sealer = Sealer::new(recipe_digest().0, tokens * KEYS_A_TOKEN);
        records.par_chunks(RECORDS).enumerate().for_each_init(
            || sealer.sheaf(),
            |sheaf, (chunk, records)| {
                // Below 2^32 rows, checked above.
                let first = u32::try_from(chunk * RECORDS).unwrap_or(u32::MAX);
                let rows = (first..).zip(records.iter().map(&prepared));
                self.keys.blind(rows, side, |row, _, key| {
                    if let Some(handle) = book.handle(row) {
                        sheaf.add(key, handle);
                    }
                });
            },
        );
        Ok((sealer.seal(), book))
    }
}
