//! The whole way, in parallel: lists once, then subjects batch by batch.
//!
//! In: read lists, a secret, settings. Out: hits and a tally for each batch. The local run is the
//! two-party run with both files at hand: candidates come from blind keys and handles alone.
//! [`Run`] touches no file and reads no clock: the caller states the day. [`ScreenJob`] wraps it
//! with files.

mod index_job;
mod lists;
mod memory;
mod screen;
mod shard;

pub use index_job::IndexJob;
pub use memory::Memory;
pub use screen::{ScreenJob, Summary};
pub use shard::Shard;

use lists::{Lists, Piece};
use shard::Sealing;

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::candidates::{self, Group};
use crate::error::Result;
use crate::exchange::{Envelope, Handle, HandleBook};
use crate::hits::{Hit, LiveNotice, make_hit};
use crate::index::{IndexShard, StoredNotices};
use crate::keys::{KeyMaker, Prepared, Recipe, Secret, Side};
use crate::read::{List, PairRow};
use crate::record::{Kind, Name, Notice, PartialDate, Record, Status, Subject};
use crate::report::mask;
use crate::score::{Model, Scored, Scorer, WeakAliases};
use crate::tally::Tally;

/// What a run is asked to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The score model.
    pub model: Model,
    /// Lowest bits of a hit; minus infinity keeps every scored candidate.
    pub threshold_bits: f64,
    /// What weak aliases may do.
    pub weak_aliases: WeakAliases,
    /// The day on which expiry is judged.
    pub as_of: Date,
    /// Show names of victims and witnesses; else their hits are masked.
    pub unmask: bool,
}

impl Settings {
    /// The shipped model and threshold, judged on a day.
    pub fn on(as_of: Date) -> Self {
        Self {
            model: Model::default(),
            threshold_bits: 0.0,
            weak_aliases: WeakAliases::default(),
            as_of,
            unmask: false,
        }
    }
}

/// Lists made ready, or as much of them as there is room for: prepared notices, their blind keys,
/// and the handles only this side can read.
#[derive(Debug)]
pub struct Run {
    settings: Settings,
    sealing: Sealing,
    shards: Vec<Shard>,
    tally: Tally,
}

/// A batch of subjects made ready: prepared, their blind keys sealed.
#[derive(Debug)]
pub struct Batch<'a> {
    subjects: &'a [Subject],
    prepared: Vec<Prepared>,
    envelope: Envelope,
    book: HandleBook,
}

impl Run {
    /// A run without notices.
    pub fn empty(secret: Secret, settings: Settings) -> Self {
        Self {
            settings,
            sealing: Sealing::new(secret),
            shards: Vec::new(),
            tally: Tally::new(),
        }
    }

    /// Prepares the notices in force and seals their keys.
    ///
    /// **Cost**: about 40 keys a name, 20 bytes a key; about 700 bytes a name besides.
    ///
    /// # Errors
    /// When the lists hold more than 2^32 notices.
    pub fn new(lists: Vec<List>, secret: Secret, settings: Settings) -> Result<Self> {
        let mut run = Self::empty(secret, settings);
        let mut live = Vec::new();
        for list in lists {
            live.append(&mut run.prepare(list.notices, list.info.date));
        }
        run.add(live)?;
        Ok(run)
    }

    /// Makes the next notices of the lists ready: as many as there is room for.
    fn fill(&mut self, lists: &mut Lists, memory: Memory) -> Result<()> {
        let (mut live, mut room) = (Vec::new(), memory.notices());
        while room > 0 {
            let taken = match lists.take(memory.block())? {
                Some(Piece::Notices(notices, list_date)) => {
                    // The next ones are read while these are prepared.
                    let (mut some, next) = rayon::join(
                        || self.prepare(notices, list_date),
                        || lists.read_ahead(memory.block()),
                    );
                    next?;
                    let taken = some.iter().map(memory::weight).sum();
                    live.append(&mut some);
                    taken
                }
                Some(Piece::Shard(shard)) => {
                    let taken = shard.weight;
                    self.restore(*shard)?;
                    taken
                }
                None => break,
            };
            room = room.saturating_sub(taken);
        }
        if !live.is_empty() {
            self.add(live)?;
        }
        Ok(())
    }

    /// Takes over a shard of an index.
    fn restore(&mut self, shard: IndexShard<StoredNotices>) -> Result<()> {
        let (delisted, listed) = (shard.delisted, shard.notices.glances().len());
        self.tally.add("notices_in", delisted + listed as u64);
        self.tally.add("notices_skipped_delisted", delisted);
        let shard = Shard::restored(&self.sealing, shard, self.settings.as_of)?;
        self.push(shard);
        Ok(())
    }

    /// Prepares those of some notices of an edition that are in force; the others are counted.
    fn prepare(&mut self, notices: Vec<Notice>, list_date: Option<Date>) -> Vec<LiveNotice> {
        let mut live = Vec::new();
        for notice in notices {
            self.tally.add("notices_in", 1);
            match notice.status_on(self.settings.as_of) {
                Status::Delisted => self.tally.add("notices_skipped_delisted", 1),
                Status::Expired => self.tally.add("notices_skipped_expired", 1),
                status => live.push((notice, status)),
            }
        }
        let live = live.into_par_iter();
        live.map(|(notice, status)| LiveNotice::new(&notice, status, list_date))
            .collect()
    }

    /// Seals the keys of prepared notices: a shard of the lists.
    fn add(&mut self, notices: Vec<LiveNotice>) -> Result<()> {
        let shard = Shard::new(&self.sealing, notices)?;
        self.push(shard);
        Ok(())
    }

    fn push(&mut self, shard: Shard) {
        let counts = shard.counts();
        for (what, n) in [
            ("notices_skipped_expired", counts.expired),
            ("notices_screened", counts.screened),
            ("notice_names", counts.names),
            ("notice_keys", shard.envelope().row_count() as u64),
        ] {
            self.tally.add(what, n);
        }
        self.shards.push(shard);
    }

    /// Counts of the list side: notices in, skipped and why, names, keys.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The shards at hand; one where all notices were given at once.
    pub fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// Prepares a batch and seals its keys: all that the subject side shows of it.
    ///
    /// # Errors
    /// When the batch holds more than 2^32 subjects.
    pub fn batch<'a>(&self, subjects: &'a [Subject]) -> Result<Batch<'a>> {
        let prepared = subjects.par_iter().map(|s| Prepared::new(&s.record));
        let prepared: Vec<Prepared> = prepared.collect();
        let (envelope, book) = self.sealing.seal(Side::Subject, &prepared, |p| p)?;
        Ok(Batch {
            subjects,
            prepared,
            envelope,
            book,
        })
    }

    /// Screens a batch: a pure function of the subjects and the lists. Hits come in no stated
    /// order; `hits::rank` puts them in theirs.
    ///
    /// **Cost**: O(keys) to make and join, then about a microsecond per candidate name pair.
    ///
    /// # Errors
    /// When the batch holds more than 2^32 subjects.
    pub fn screen_batch(&self, subjects: &[Subject]) -> Result<(Vec<Hit>, Tally)> {
        let batch = self.batch(subjects)?;
        let mut tally = batch.tally();
        let (hits, counts) = self.screen(&batch)?;
        tally.merge(counts);
        Ok((hits, tally))
    }

    /// Screens a batch against the shards at hand.
    ///
    /// # Errors
    /// Integrity, where a shard was made with other recipes or its index is damaged.
    pub fn screen(&self, batch: &Batch<'_>) -> Result<(Vec<Hit>, Tally)> {
        let (mut hits, mut tally) = (Vec::new(), Tally::new());
        for shard in &self.shards {
            let (mut some, counts) = self.screen_shard(batch, shard)?;
            hits.append(&mut some);
            tally.merge(counts);
        }
        tally.add("pairs_over_threshold", hits.len() as u64);
        Ok((hits, tally))
    }

    fn screen_shard(&self, batch: &Batch<'_>, shard: &Shard) -> Result<(Vec<Hit>, Tally)> {
        let (candidates, mut tally) = candidates::join(&batch.envelope, shard.envelope())?;
        let mut groups: Vec<Group<'_>> = candidates.groups().collect();
        shard.open(
            groups
                .par_iter()
                .flat_map_iter(|group| group.notices.iter().copied()),
        )?;
        // Subjects that share their rarest word share candidates and word pairs: one after the other
        // they find them near the processor.
        groups.par_sort_by_cached_key(|group| batch.get(group.subject)?.1.rarest_word());
        // A scorer remembers pairs of words: who is done hands his on.
        let idle = Mutex::new(Vec::new());
        let lent = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let score = |groups: &[Group<'_>]| {
            let known = lent().pop();
            let mut scorer = known.unwrap_or_else(|| self.scorer());
            let (mut hits, mut held_back) = (Vec::new(), 0);
            for group in groups {
                if let Some(subject) = batch.get(group.subject) {
                    let (mut some, held) =
                        self.score_group(&mut scorer, subject, shard, group.notices);
                    hits.append(&mut some);
                    held_back += held;
                }
            }
            lent().push(scorer);
            (hits, held_back)
        };
        let scored: Vec<(Vec<Hit>, u64)> = groups.par_chunks(SUBJECTS_AT_ONCE).map(score).collect();
        let mut hits = Vec::new();
        for (mut some, held_back) in scored {
            hits.append(&mut some);
            tally.add("weak_aliases_held_back", held_back);
        }
        Ok((hits, tally))
    }

    fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.settings.model, self.settings.weak_aliases)
            .from_bits(self.settings.threshold_bits)
    }

    fn score_group(
        &self,
        scorer: &mut Scorer<'_>,
        (subject, prepared): (&Subject, &Prepared),
        shard: &Shard,
        notices: &[Handle],
    ) -> (Vec<Hit>, u64) {
        let mut held_back = 0;
        let lives = notices.chunks(FETCHED).flat_map(|some| {
            let lives = some.iter().filter_map(|handle| shard.notice(*handle));
            // They lie scattered in memory: asked for together, they come together.
            std::hint::black_box(
                lives
                    .clone()
                    .map(|l| l.prepared.outlines.glance())
                    .fold(0, u32::wrapping_add),
            );
            lives
        });
        let hits = lives
            .filter_map(|live| {
                let outcome = scorer.score(prepared, &live.prepared)?;
                held_back += u64::from(outcome.is_held_back);
                (outcome.bits >= self.settings.threshold_bits).then(|| {
                    let model = &self.settings.model;
                    let hit = make_hit(model, scorer, &outcome, (subject, prepared), live);
                    if subject.is_protected() && !self.settings.unmask {
                        mask(hit)
                    } else {
                        hit
                    }
                })
            })
            .collect();
        (hits, held_back)
    }
}

impl Batch<'_> {
    /// Blind keys and handles of the subjects.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The subject that a handle stands for, and the same prepared.
    pub fn get(&self, handle: Handle) -> Option<(&Subject, &Prepared)> {
        let row = self.book.row(handle)? as usize;
        Some((self.subjects.get(row)?, self.prepared.get(row)?))
    }

    /// Counts of the subject side.
    fn tally(&self) -> Tally {
        let mut tally = Tally::new();
        let names = self.prepared.iter().map(|p| p.names.len());
        for (what, n) in [
            ("subjects_screened", self.subjects.len()),
            ("subject_names", names.sum()),
            ("subject_keys", self.envelope.row_count()),
        ] {
            tally.add(what, n as u64);
        }
        tally
    }
}

/// Subjects that a thread takes at a time: few, for some have a thousand times the candidates of others.
const SUBJECTS_AT_ONCE: usize = 32;

/// Candidates that are fetched from memory together.
const FETCHED: usize = 16;

/// Pairs of names that one scorer takes at least.
const PAIRS_A_SCORER: usize = 8_192;

/// Scores two records without keys or lists, with the evidence in words; `None` where one of them
/// has no name to compare.
pub fn compare(model: &Model, a: &Record, b: &Record) -> Option<Scored> {
    let (x, y) = (Prepared::new(a), Prepared::new(b));
    let mut scorer = Scorer::new(model, WeakAliases::Screen);
    let outcome = scorer.score(&x, &y)?;
    let side = |record, prepared| crate::score::Side { record, prepared };
    Some(scorer.explain(&outcome, side(a, &x), side(b, &y)))
}

/// Scores name pairs, batch by batch; a name that was met in a batch before need not be prepared again.
#[derive(Debug)]
pub struct PairScorer<'a> {
    model: &'a Model,
    /// Where each name stands among those prepared.
    places: FxHashMap<Kind, FxHashMap<Box<str>, u32>>,
    prepared: Vec<Prepared>,
}

impl<'a> PairScorer<'a> {
    /// Most names that are kept from batch to batch.
    const KEPT: usize = 1 << 19;

    /// A scorer that has met no name.
    pub fn new(model: &'a Model) -> Self {
        Self {
            model,
            places: FxHashMap::default(),
            prepared: Vec::new(),
        }
    }

    /// Bits in the order of the rows; minus infinity where there is no name to compare.
    ///
    /// **Cost**: about two microseconds a pair and some eight a distinct name. Names stay in memory, half a
    /// million and those of one batch at most.
    pub fn score(&mut self, rows: &[PairRow]) -> Vec<f64> {
        if self.prepared.len() > Self::KEPT {
            self.places.clear();
            self.prepared.clear();
        }
        let mut new: Vec<(&str, Kind)> = Vec::new();
        let (places, first) = (&mut self.places, self.prepared.len());
        let mut place = |name, kind| {
            let places = places.entry(kind).or_default();
            if let Some(place) = places.get(name) {
                return *place;
            }
            let place = u32::try_from(first + new.len()).unwrap_or(u32::MAX);
            new.push((name, kind));
            places.insert(name.into(), place);
            place
        };
        let mut sides: Vec<[u32; 2]> = Vec::with_capacity(rows.len());
        for row in rows {
            sides.push([place(&row.a, row.kind), place(&row.b, row.kind)]);
        }
        self.prepared.par_extend(new.par_iter().map(|(name, kind)| {
            Prepared::new(&Record {
                kind: *kind,
                names: vec![Name::primary(*name)],
                ..Record::default()
            })
        }));
        rows.par_iter()
            .zip(&sides)
            .with_min_len(PAIRS_A_SCORER)
            .map_init(
                || Scorer::new(self.model, WeakAliases::Screen),
                |scorer, (row, sides)| {
                    let [x, y] = sides.map(|i| &self.prepared[i as usize]);
                    let bits = match (&row.a_birth, &row.b_birth) {
                        (Some(a), Some(b)) => {
                            let dated = |p: &Prepared, d: &PartialDate| p.clone().dated(d.clone());
                            scorer.bits(&dated(x, a), &dated(y, b))
                        }
                        _ => scorer.bits(x, y),
                    };
                    bits.unwrap_or(f64::NEG_INFINITY)
                },
            )
            .collect()
    }
}

/// Recipes that two prepared records share a key of, under a throw-away secret.
pub fn shared_recipes(keys: &KeyMaker, subject: &Prepared, notice: &Prepared) -> Vec<Recipe> {
    let collect = |record: &Prepared, side| {
        let mut all = Vec::new();
        keys.blind([(0, record)], side, |_, recipe, key| {
            all.push((recipe, key));
        });
        all.sort_unstable();
        all.dedup();
        all
    };
    let (a, b) = (
        collect(subject, Side::Subject),
        collect(notice, Side::Notice),
    );
    let mut shared: Vec<Recipe> = a
        .iter()
        .filter(|k| b.binary_search(k).is_ok())
        .map(|(recipe, _)| *recipe)
        .collect();
    shared.dedup();
    shared
}
