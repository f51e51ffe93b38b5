//! `list index`: a list made ready once, for many runs with the same secret.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::error::Result;
use crate::hits::LiveNotice;
use crate::index::{Head, IndexShard, IndexWriter};
use crate::keys::{Secret, Side, recipe_digest};
use crate::read::ListParts;
use crate::record::{ListInfo, Status};
use crate::report::Output;
use crate::run::memory::{self, Memory};
use crate::run::shard::Sealing;
use crate::tally::Tally;

/// The making of an index.
#[derive(Debug)]
#[non_exhaustive]
pub struct IndexJob {
    /// An imported list, or any published one.
    pub list: PathBuf,
    /// The index file.
    pub output: PathBuf,
    /// The secret of its blind keys: screening needs the same one.
    pub secret: Secret,
    /// How much memory the job may take. Shards of an index are as big as it allows, up to
    /// 256 MiB of notices.
    pub memory: Memory,
}

/// Most bytes of notices in a shard of an index: so much is at least held in memory by a run that
/// uses it.
const SHARD: u64 = 256 << 20;

impl IndexJob {
    /// Writes the index, shard by shard. Returns the edition and counts.
    ///
    /// # Errors
    /// An unreadable list; the disk. What stood at the output before is then untouched.
    pub fn run(self) -> Result<(ListInfo, Tally)> {
        let mut list = ListParts::open(&self.list)?;
        let sealing = Sealing::new(self.secret);
        let head = Head {
            info: list.info().clone(),
            key_epoch: sealing.secret.epoch_id(),
            recipe_digest: recipe_digest().0,
        };
        let mut writer = IndexWriter::new(Output::create(&self.output)?, &head)?;
        let room = self.memory.notices().min(SHARD);
        let mut tally = Tally::new();
        loop {
            let (mut notices, mut delisted, mut weight) = (Vec::new(), 0, 0);
            while weight < room {
                let some = list.take(self.memory.block())?;
                if some.is_empty() {
                    break;
                }
                let listed = some.par_iter().filter(|n| n.status != Status::Delisted);
                let listed = listed.map(|n| LiveNotice::new(n, n.status, head.info.date));
                let mut listed: Vec<LiveNotice> = listed.collect();
                delisted += (some.len() - listed.len()) as u64;
                weight += listed.iter().map(memory::weight).sum::<u64>();
                notices.append(&mut listed);
            }
            if notices.is_empty() && delisted == 0 {
                break;
            }
            let (envelope, _) = sealing.seal(Side::Notice, &notices, |live| &live.prepared)?;
            tally.add("notices", notices.len() as u64);
            tally.add("notices_skipped_delisted", delisted);
            tally.add("notice_keys", envelope.row_count() as u64);
            tally.add("shards", 1);
            writer.add(&IndexShard {
                notices,
                envelope,
                delisted,
                weight,
            })?;
        }
        writer.finish(list.tally())?.finish()?.commit()?;
        Ok((head.info, tally))
    }
}
