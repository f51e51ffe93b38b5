//! `veilmatch demo`: the main job on invented people, with what is known about them beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use jiff::civil::date;

use crate::cli::Exit;
use crate::evaluate::{Evaluation, HitRow, Point, TruthRow, share};
use crate::exchange::Envelope;
use crate::hits::{Conflict, Hit};
use crate::keys::{KeyMaker, Prepared, Secret};
use crate::read::{ListSettings, SubjectSettings, read_list};
use crate::record::{Kind, PartialDate, Record, Script, script_of};
use crate::report::{self, HitFormat, HitSettings, read_hits, safe};
use crate::run::{Memory, Run, ScreenJob, Settings, Shard, Summary, compare, shared_recipes};
use crate::score::{EvidenceKind, Model};
use crate::synth::{self, World};

/// See the main job work on invented people: no input needed.
///
/// Writes a synthetic list and subjects, screens them, and measures what was found.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Where the files go.
    #[arg(long, value_name = "D", default_value = "veilmatch-demo")]
    dir: PathBuf,
}

const SEED: u64 = 7;
const SUBJECTS: usize = 2_000;
const NOTICES: usize = 1_000;

/// Rows that cannot be screened, as every real file has some: one without id, one without name.
const BROKEN_ROWS: &str = ",person,customer,Nobody Known\nbroken-2,person,customer,\n";

/// Shortest name token that is searched for: shorter ones turn up in random bytes by chance.
const SEARCHED: usize = 5;

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let world = world();
        let hits_path = self.dir.join("hits.csv");
        let list_path = self.dir.join("list.parquet");
        let summary = screen(&world, &self.dir, &list_path, &hits_path)?;
        let hits: Vec<Hit> = read_hits(&hits_path)?.collect::<Result<_, _>>()?;
        let tour = Tour::new(&world, &hits)?;
        let mut out = std::io::stdout().lock();
        for line in tour.lines(&summary)? {
            writeln!(out, "{}", cut(&line))?;
        }
        let (hits_path, list_path) = (hits_path.display(), list_path.display());
        let id = tour.shown.map_or("HIT_ID", |hit| &hit.hit_id[..9]);
        writeln!(out, "\nhits       {hits_path}")?;
        writeln!(out, "explain    veilmatch explain {hits_path} {id}")?;
        writeln!(
            out,
            "your file  veilmatch screen YOURS.csv --list {list_path} -o yours.csv"
        )?;
        writeln!(out, "These are possible matches; a person decides.")?;
        Ok(Exit::Done)
    }
}

fn world() -> World {
    synth::generate(&synth::Settings::sized(SUBJECTS, NOTICES, SEED))
}

fn settings() -> Settings {
    Settings::on(date(2026, 1, 1))
}

/// Writes the files and runs the main job on them, as an analyst would.
fn screen(world: &World, dir: &Path, list: &Path, hits: &Path) -> anyhow::Result<Summary> {
    synth::write(dir, world)?;
    let subjects = dir.join("subjects.csv");
    std::fs::OpenOptions::new()
        .append(true)
        .open(&subjects)
        .and_then(|mut file| file.write_all(BROKEN_ROWS.as_bytes()))
        .context("cannot write the demo's subjects")?;
    let (notices, _) = read_list(&[dir.join("notices.csv")], &ListSettings::default())?;
    report::write_notices(list, &notices)?;
    let job = ScreenJob {
        subjects: vec![subjects],
        lists: vec![list.to_owned()],
        output: hits.to_owned(),
        hits: HitSettings::new(HitFormat::Csv),
        subject_settings: SubjectSettings::default(),
        secret: Secret::fresh()?,
        settings: settings(),
        top: None,
        max_refused: None,
        purpose: Some("demo".into()),
        legal_basis: None,
        memory: Memory::default(),
    };
    Ok(job.run(&|_, _| {})?)
}

/// What there is to see in the results.
struct Tour<'a> {
    world: &'a World,
    hits: &'a [Hit],
    truth: Vec<TruthRow>,
    model: Model,
    run: Run,
    undated: Vec<Hit>,
    shown: Option<&'a Hit>,
}

impl<'a> Tour<'a> {
    fn new(world: &'a World, hits: &'a [Hit]) -> anyhow::Result<Self> {
        let list = crate::read::List {
            notices: world.notices.clone(),
            ..Default::default()
        };
        let run = Run::new(vec![list], Secret::fresh()?, settings())?;
        let mut subjects = world.subjects.clone();
        for subject in &mut subjects {
            subject.record.dates.clear();
        }
        let (undated, _) = run.screen_batch(&subjects)?;
        let truth: Vec<TruthRow> = world
            .truth
            .iter()
            .map(|t| TruthRow::new(&t.subject_id.0, t.list_id.as_str(), &t.source_id.0))
            .collect();
        let mut tour = Self {
            world,
            hits,
            truth,
            model: Model::default(),
            run,
            undated,
            shown: None,
        };
        tour.shown = tour.across_scripts();
        Ok(tour)
    }

    fn lines(&self, summary: &Summary) -> anyhow::Result<Vec<String>> {
        let dated = self.measure(self.hits);
        let undated = self.measure(&self.undated);
        let count = |what| summary.tally.count(what);
        let mut lines = vec![
            format!("veilmatch demo: all people invented (seed {SEED})"),
            format!(
                "rows       {} in, {} screened, {} refused (see hits.refused.csv)",
                summary.screened + summary.refused,
                summary.screened,
                summary.refused
            ),
            format!(
                "notices    {} with {} names; {:.1} candidates a subject from blind keys alone",
                count("notices_screened"),
                count("notice_names"),
                share(count("candidates"), summary.screened)
            ),
            format!(
                "recall     {} of {} ({:.3}); precision {:.3}",
                dated.found,
                dated.found + dated.missed,
                dated.recall(),
                dated.precision()
            ),
            format!(
                "strangers  {:.1} false alerts per 1,000 with birth dates, {:.1} without",
                dated.alerts_per_thousand(),
                undated.alerts_per_thousand()
            ),
            String::new(),
        ];
        lines.extend(self.shown.map(waterfall).unwrap_or_default());
        lines.extend(self.kept_out());
        lines.extend(self.missed(summary)?);
        lines.push(self.search()?);
        Ok(lines)
    }

    fn measure(&self, hits: &[Hit]) -> Point {
        let rows: Vec<HitRow> = hits
            .iter()
            .map(|h| HitRow::new(&h.subject_id, &h.notice_uid, h.bits, h.score))
            .collect();
        Evaluation::new(&self.truth, &rows, self.world.subjects.len() as u64).at(0.0)
    }

    fn is_true(&self, hit: &Hit) -> bool {
        self.truth
            .iter()
            .any(|t| t.subject_id == hit.subject_id && hit.source_id == t.source_id)
    }

    /// The strongest true hit of a person written in Cyrillic or Greek on one side only.
    fn across_scripts(&self) -> Option<&'a Hit> {
        let is_wanted = |name: &str| matches!(script_of(name), Script::Cyrillic | Script::Greek);
        self.hits
            .iter()
            .filter(|h| h.notice_kind == Kind::Person && h.matched_id.is_empty() && self.is_true(h))
            .filter(|h| is_wanted(&h.matched_subject_name) != is_wanted(&h.matched_notice_name))
            .max_by(|a, b| {
                a.bits
                    .total_cmp(&b.bits)
                    .then_with(|| b.hit_id.cmp(&a.hit_id))
            })
    }

    /// A stranger who would be a hit by name, and is none thanks to the birth date.
    fn kept_out(&self) -> Vec<String> {
        let dated: BTreeSet<(&str, &str)> = self
            .hits
            .iter()
            .map(|h| (h.subject_id.as_str(), h.notice_uid.as_str()))
            .collect();
        let candidates = self.undated.iter().filter(|h| {
            h.notice_kind == Kind::Person
                && !dated.contains(&(h.subject_id.as_str(), h.notice_uid.as_str()))
                && !self.is_true(h)
                && !h.conflicts.contains(&Conflict::Name)
        });
        let found = candidates.filter_map(|h| {
            let (subject, notice) = self.records(h)?;
            let scored = compare(&self.model, subject, notice)?;
            scored
                .evidence
                .iter()
                .find(|e| e.kind == EvidenceKind::Date && e.bits < 0.0)?;
            Some((h, scored.bits, subject, notice))
        });
        let Some((hit, bits, subject, notice)) = found.max_by(|a, b| {
            a.0.bits
                .total_cmp(&b.0.bits)
                .then(b.0.hit_id.cmp(&a.0.hit_id))
        }) else {
            return Vec::new();
        };
        let birth = |r: &Record| {
            r.dates
                .first()
                .map(PartialDate::to_text)
                .unwrap_or_default()
        };
        vec![
            format!(
                "kept out by the birth date: {} {} / {} {}",
                safe(&hit.matched_subject_name),
                birth(subject),
                safe(&hit.matched_notice_name),
                birth(notice)
            ),
            format!(
                "  {:+.1} bits without the dates, {bits:+.1} with them",
                hit.bits
            ),
        ]
    }

    fn records(&self, hit: &Hit) -> Option<(&'a Record, &'a Record)> {
        self.pair(&hit.subject_id, &hit.source_id)
    }

    fn pair(&self, subject: &str, source: &str) -> Option<(&'a Record, &'a Record)> {
        let subject = self
            .world
            .subjects
            .iter()
            .find(|s| s.record.id.0 == subject)?;
        let notice = self
            .world
            .notices
            .iter()
            .find(|n| n.record.id.0 == source)?;
        Some((&subject.record, &notice.record))
    }

    /// The first true pair that was not found, and why.
    fn missed(&self, _summary: &Summary) -> anyhow::Result<Vec<String>> {
        let found: BTreeSet<(&str, &str)> = self
            .hits
            .iter()
            .map(|h| (h.subject_id.as_str(), h.source_id.as_str()))
            .collect();
        let missed = self
            .truth
            .iter()
            .filter(|t| !found.contains(&(t.subject_id.as_str(), t.source_id.as_str())))
            .find_map(|t| self.pair(&t.subject_id, &t.source_id));
        let Some((subject, notice)) = missed else {
            return Ok(vec!["missed: nobody".into()]);
        };
        let keys = KeyMaker::new(&Secret::fresh()?);
        let shared = shared_recipes(&keys, &Prepared::new(subject), &Prepared::new(notice));
        let name = |r: &Record| safe(r.primary_name().map_or("", |n| n.full.as_str()));
        let why = match compare(&self.model, subject, notice) {
            _ if shared.is_empty() => "no blind key in common".to_owned(),
            Some(scored) => {
                let against = scored
                    .evidence
                    .iter()
                    .filter(|e| e.kind != EvidenceKind::Prior)
                    .min_by(|a, b| a.bits.total_cmp(&b.bits));
                let note = against.map_or("", |e| e.note.as_str());
                format!(
                    "{:+.1} bits, {:.1} short; {note}",
                    scored.bits, -scored.bits
                )
            }
            None => "no name to compare".to_owned(),
        };
        Ok(vec![
            format!("missed: {} / {}", name(subject), name(notice)),
            format!("  {why}"),
        ])
    }

    /// Looks for every name token in the bytes that cross the wall.
    fn search(&self) -> anyhow::Result<String> {
        let batch = self.run.batch(&self.world.subjects)?;
        let notices = self.run.shards().iter().map(Shard::envelope);
        let bytes: Vec<u8> = notices
            .chain([batch.envelope()])
            .flat_map(Envelope::encode)
            .collect();
        let names = self.world.subjects.iter().map(|s| &s.record);
        let names = names.chain(self.world.notices.iter().map(|n| &n.record));
        let mut tokens: BTreeSet<String> = BTreeSet::new();
        for name in names.flat_map(|r| &r.names) {
            for token in name.full.split_whitespace().filter(|t| t.len() >= SEARCHED) {
                tokens.extend([token.to_owned(), token.to_lowercase()]);
            }
        }
        let found = find_any(&bytes, &tokens);
        let mib = share(bytes.len() as u64, 1 << 20);
        Ok(format!(
            "searched the envelopes ({mib:.1} MiB) for all {} name tokens: {found} found",
            tokens.len()
        ))
    }
}

/// How many of the tokens stand in the bytes: by their first bytes, then in full.
fn find_any(bytes: &[u8], tokens: &BTreeSet<String>) -> usize {
    let mut by_start: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    for token in tokens {
        by_start
            .entry(&token.as_bytes()[..SEARCHED])
            .or_default()
            .push(token.as_bytes());
    }
    let starts: rustc_hash::FxHashSet<&[u8]> = by_start.keys().copied().collect();
    let mut found: BTreeSet<&[u8]> = BTreeSet::new();
    for (at, window) in bytes.windows(SEARCHED).enumerate() {
        if starts.contains(window) {
            let here = by_start.get(window).into_iter().flatten();
            found.extend(here.filter(|t| bytes[at..].starts_with(t)));
        }
    }
    found.len()
}

/// A hit in a few lines: what adds, what subtracts, the sum.
fn waterfall(hit: &Hit) -> Vec<String> {
    let mut lines = vec![format!(
        "across scripts: {} / {}",
        safe(&hit.matched_subject_name),
        safe(&hit.matched_notice_name)
    )];
    let shown = hit.evidence.iter().filter(|e| e.bits.abs() >= 0.5);
    lines.extend(shown.take(6).map(|e| {
        let pair = match (e.subject.as_str(), e.notice.as_str()) {
            ("", "") => String::new(),
            (a, b) => format!(" {} / {}:", safe(a), safe(b)),
        };
        format!(
            "  {:+6.1}  {}{pair} {}",
            e.bits,
            e.kind.code().replace('_', " "),
            e.note
        )
    }));
    lines.push(format!(
        "  {:+6.1}  bits in all: {}",
        hit.bits,
        hit.band.code()
    ));
    lines
}

/// A line of at most 80 columns.
fn cut(line: &str) -> String {
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    line.chars().take(79).chain(['…']).collect()
}
