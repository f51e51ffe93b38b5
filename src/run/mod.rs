//! The whole way, in parallel: lists once, then subjects batch by batch.
//!
//! In: read lists, a secret, settings. Out: hits and a tally for each batch. The local run is the
//! two-party run with both files at hand: candidates come from blind keys and handles alone.
//! [`Run`] touches no file and reads no clock: the caller states the day. [`ScreenJob`] wraps it
//! with files.

mod screen;

pub use screen::{ScreenJob, Summary};

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::candidates;
use crate::error::{Problem, Result};
use crate::exchange::{Envelope, Handle, HandleBook};
use crate::hits::{Hit, LiveNotice, make_hit};
use crate::keys::{KeyMaker, Prepared, Recipe, Secret, Side, recipe_digest};
use crate::read::{List, PairRow};
use crate::record::{Kind, Name, PartialDate, Record, Status, Subject};
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

/// Lists made ready: prepared notices, their blind keys, and the handles only this side can read.
#[derive(Debug)]
pub struct Run {
    settings: Settings,
    secret: Secret,
    keys: KeyMaker,
    notices: Vec<LiveNotice>,
    book: HandleBook,
    envelope: Envelope,
    tally: Tally,
}

impl Run {
    /// Prepares the notices in force and seals their keys.
    ///
    /// **Cost**: about 30 keys a name; 24 bytes a key.
    ///
    /// # Errors
    /// When the lists hold more than 2^32 notices.
    pub fn new(lists: Vec<List>, secret: Secret, settings: Settings) -> Result<Self> {
        let mut tally = Tally::new();
        let mut live: Vec<(crate::record::Notice, Status, Option<Date>)> = Vec::new();
        for list in lists {
            for notice in list.notices {
                tally.add("notices_in", 1);
                match notice.status_on(settings.as_of) {
                    Status::Delisted => tally.add("notices_skipped_delisted", 1),
                    Status::Expired => tally.add("notices_skipped_expired", 1),
                    status => live.push((notice, status, list.info.date)),
                }
            }
        }
        let notices: Vec<LiveNotice> = live
            .into_par_iter()
            .map(|(notice, status, list_date)| LiveNotice {
                prepared: Prepared::new(&notice.record),
                record_hash: notice.record_hash(),
                status,
                list_date,
                notice,
            })
            .collect();
        tally.add("notices_screened", notices.len() as u64);
        tally.add(
            "notice_names",
            notices.iter().map(|n| n.prepared.names.len() as u64).sum(),
        );
        let keys = KeyMaker::new(&secret);
        let prepared: Vec<&Prepared> = notices.iter().map(|n| &n.prepared).collect();
        let (envelope, book) = seal(
            &keys,
            &secret,
            "veilmatch 2026-11 notice handles v1",
            Side::Notice,
            &prepared,
        )?;
        tally.add("notice_keys", envelope.rows().len() as u64);
        Ok(Self {
            settings,
            secret,
            keys,
            notices,
            book,
            envelope,
            tally,
        })
    }

    /// Counts of the list side: notices in, skipped and why, names, keys.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The notices in force, prepared.
    pub fn notices(&self) -> &[LiveNotice] {
        &self.notices
    }

    /// The notice that a handle stands for, on the side that owns the book.
    pub fn notice(&self, handle: Handle) -> Option<&LiveNotice> {
        self.notices.get(self.book.row(handle)? as usize)
    }

    /// All that the list side shows: blind keys and handles.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// All that the subject side shows of a batch.
    ///
    /// # Errors
    /// When the batch holds more than 2^32 subjects.
    pub fn subject_envelope(&self, prepared: &[&Prepared]) -> Result<(Envelope, HandleBook)> {
        seal(
            &self.keys,
            &self.secret,
            "veilmatch 2026-11 subject handles v1",
            Side::Subject,
            prepared,
        )
    }

    /// Screens a batch: a pure function of the subjects and the lists. Hits come in no stated
    /// order; `hits::rank` puts them in theirs.
    ///
    /// **Cost**: O(keys) to make and join, then about a microsecond per candidate name pair.
    ///
    /// # Errors
    /// When the batch holds more than 2^32 subjects.
    pub fn screen_batch(&self, subjects: &[Subject]) -> Result<(Vec<Hit>, Tally)> {
        let prepared: Vec<Prepared> = subjects
            .par_iter()
            .map(|s| Prepared::new(&s.record))
            .collect();
        let borrowed: Vec<&Prepared> = prepared.iter().collect();
        let (envelope, book) = self.subject_envelope(&borrowed)?;
        let (pairs, mut tally) = candidates::join(&envelope, &self.envelope)?;
        tally.add("subjects_screened", subjects.len() as u64);
        tally.add(
            "subject_names",
            prepared.iter().map(|p| p.names.len() as u64).sum(),
        );
        tally.add("subject_keys", envelope.rows().len() as u64);
        let mut groups: Vec<&[candidates::Pair]> =
            pairs.chunk_by(|a, b| a.subject == b.subject).collect();
        // Subjects that share their rarest word share candidates and word pairs: one after the other
        // they find them near the processor.
        groups.par_sort_by_cached_key(|group| {
            let row = group.first().and_then(|p| book.row(p.subject));
            row.and_then(|row| prepared.get(row as usize)?.rarest_word())
        });
        let scored: Vec<(Vec<Hit>, u64)> = groups
            .into_par_iter()
            .with_min_len(SUBJECTS_A_SCORER)
            .map_init(
                || {
                    Scorer::new(&self.settings.model, self.settings.weak_aliases)
                        .from_bits(self.settings.threshold_bits)
                },
                |scorer, group| {
                    let row = group.first().and_then(|p| book.row(p.subject));
                    let Some(row) = row.map(|r| r as usize) else {
                        return (Vec::new(), 0);
                    };
                    self.score_group(scorer, &subjects[row], &prepared[row], group)
                },
            )
            .collect();
        let mut hits = Vec::new();
        for (mut some, held_back) in scored {
            hits.append(&mut some);
            tally.add("weak_aliases_held_back", held_back);
        }
        tally.add("pairs_over_threshold", hits.len() as u64);
        Ok((hits, tally))
    }

    fn score_group(
        &self,
        scorer: &mut Scorer<'_>,
        subject: &Subject,
        prepared: &Prepared,
        group: &[candidates::Pair],
    ) -> (Vec<Hit>, u64) {
        let mut held_back = 0;
        let lives = group.chunks(FETCHED).flat_map(|some| {
            let lives = some.iter().filter_map(|pair| self.notice(pair.notice));
            // They lie scattered in memory: asked for together, they come together.
            std::hint::black_box(
                lives
                    .clone()
                    .map(|l| l.prepared.outlines.glance())
                    .sum::<u32>(),
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

    /// Published references and strong identifiers of a notice, as texts: what `same_entity` groups
    /// by.
    pub fn links(live: &LiveNotice) -> Vec<String> {
        let ids = live.prepared.ids.iter().filter(|i| i.kind.is_strong());
        let ids = ids.map(|i| format!("{}:{}", i.kind.code(), i.norm));
        let refs = live
            .notice
            .refs
            .iter()
            .map(|r| format!("ref {}:{}", r.scheme, r.value));
        refs.chain(ids).collect()
    }
}

/// Subjects that one scorer takes at least: it remembers pairs of words, so a new one is slow at first.
const SUBJECTS_A_SCORER: usize = 256;

/// Candidates that are fetched from memory together.
const FETCHED: usize = 16;

/// Pairs of names that one scorer takes at least.
const PAIRS_A_SCORER: usize = 8_192;

/// Makes the blind keys of prepared records and seals them under fresh handles.
fn seal(
    keys: &KeyMaker,
    secret: &Secret,
    purpose: &'static str,
    side: Side,
    prepared: &[&Prepared],
) -> Result<(Envelope, HandleBook)> {
    let rows = u32::try_from(prepared.len()).map_err(|_| Problem::TooMany {
        what: "records of one batch",
        limit: u64::from(u32::MAX),
    })?;
    let book = HandleBook::deal(secret, purpose, rows);
    let sealed: Vec<Vec<_>> = prepared
        .par_chunks(1024)
        .enumerate()
        .map(|(chunk, records)| {
            let mut out = Vec::with_capacity(records.len() * 64);
            // Below 2^32 rows, checked above.
            let first = u32::try_from(chunk * 1024).unwrap_or(u32::MAX);
            let rows = (first..).zip(records.iter().copied());
            keys.blind(rows, side, |row, _, key| {
                out.extend(book.handle(row).map(|handle| (key, handle)));
            });
            out
        })
        .collect();
    Ok((Envelope::seal(recipe_digest().0, sealed.concat()), book))
}

/// Scores two records without keys or lists, with the evidence in words; `None` where one of them
/// has no name to compare.
pub fn compare(model: &Model, a: &Record, b: &Record) -> Option<Scored> {
    let (x, y) = (Prepared::new(a), Prepared::new(b));
    let mut scorer = Scorer::new(model, WeakAliases::Screen);
    let outcome = scorer.score(&x, &y)?;
    let side = |record, prepared| crate::score::Side { record, prepared };
    Some(scorer.explain(&outcome, side(a, &x), side(b, &y)))
}

/// Scores name pairs, each distinct name prepared once. Bits in the order of the rows; minus
/// infinity where there is no name to compare.
///
/// **Cost**: about a microsecond a pair and a few more a distinct name.
pub fn compare_pairs(model: &Model, rows: &[PairRow]) -> Vec<f64> {
    let mut distinct: FxHashMap<(&str, Kind), u32> = FxHashMap::default();
    let mut names: Vec<(&str, Kind)> = Vec::new();
    let sides: Vec<[u32; 2]> = rows
        .iter()
        .map(|row| {
            [row.a.as_str(), row.b.as_str()].map(|name| {
                *distinct.entry((name, row.kind)).or_insert_with(|| {
                    names.push((name, row.kind));
                    u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
                })
            })
        })
        .collect();
    let prepared: Vec<Prepared> = names
        .par_iter()
        .map(|(name, kind)| {
            Prepared::new(&Record {
                kind: *kind,
                names: vec![Name::primary(*name)],
                ..Record::default()
            })
        })
        .collect();
    rows.par_iter()
        .zip(&sides)
        .with_min_len(PAIRS_A_SCORER)
        .map_init(
            || Scorer::new(model, WeakAliases::Screen),
            |scorer, (row, sides)| {
                let [x, y] = sides.map(|i| &prepared[i as usize]);
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
