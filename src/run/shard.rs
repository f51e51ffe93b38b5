//! A shard: as many notices as are held in memory together.

use jiff::civil::Date;
use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::exchange::{Envelope, Handle, HandleBook, Sealer};
use crate::hits::LiveNotice;
use crate::index::IndexShard;
use crate::keys::{KeyMaker, Prepared, Secret, Side, recipe_digest};

/// Notices in force, prepared, and all that this side shows of them.
#[derive(Debug)]
pub struct Shard {
    notices: Vec<LiveNotice>,
    book: HandleBook,
    envelope: Envelope,
}

impl Shard {
    pub(super) fn new(sealing: &Sealing, notices: Vec<LiveNotice>) -> Result<Self> {
        let (envelope, book) = sealing.seal(Side::Notice, &notices, |live| &live.prepared)?;
        Ok(Self {
            notices,
            book,
            envelope,
        })
    }

    /// A shard of an index, as it stands on a day: what is no longer in force has no keys here.
    pub(super) fn restored(sealing: &Sealing, shard: IndexShard, as_of: Date) -> Result<Self> {
        let IndexShard {
            mut notices,
            mut envelope,
            ..
        } = shard;
        let book = sealing.book(Side::Notice, notices.len())?;
        for live in &mut notices {
            live.status = live.status.on(as_of, live.valid_to);
        }
        if !notices.iter().all(|live| live.status.is_live()) {
            envelope.retain(|handle| {
                let live = book.row(handle).and_then(|row| notices.get(row as usize));
                live.is_some_and(|live| live.status.is_live())
            });
        }
        Ok(Self {
            notices,
            book,
            envelope,
        })
    }

    /// Notices and envelope, for an index.
    pub(super) fn into_parts(self) -> (Vec<LiveNotice>, Envelope) {
        (self.notices, self.envelope)
    }

    /// The notices; those of an index that are not in force among them.
    pub fn notices(&self) -> &[LiveNotice] {
        &self.notices
    }

    /// The notice that a handle stands for.
    pub fn notice(&self, handle: Handle) -> Option<&LiveNotice> {
        self.notices.get(self.book.row(handle)? as usize)
    }

    /// Blind keys and handles of the notices.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
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
