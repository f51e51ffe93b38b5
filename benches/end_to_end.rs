//! End to end on labelled synthetic data: `cargo bench --bench end_to_end [-- N...]`.
//!
//! N subjects are screened against N notices (10,000 unless told), seed 7. Prints CPU and wall
//! seconds of each stage, candidates, recall and peak memory; each size in a process of its own.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::process::Command;
use std::time::Instant;

use jiff::civil::date;
use rayon::prelude::*;
use veilmatch::candidates;
use veilmatch::error::Result;
use veilmatch::evaluate::{Evaluation, HitRow, TruthRow, share};
use veilmatch::hits::rank;
use veilmatch::keys::{Prepared, Secret};
use veilmatch::read::List;
use veilmatch::run::{Run, Settings};
use veilmatch::synth;
use veilmatch::tally::Tally;

/// Marks the process that does the work.
const WORKER: &str = "--worker";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    if arguments.iter().any(|a| a == WORKER) {
        return sizes.into_iter().try_for_each(measure);
    }
    let sizes = if sizes.is_empty() {
        vec![10_000]
    } else {
        sizes
    };
    for size in sizes {
        let program = std::env::current_exe().expect("this program");
        let mut worker = Command::new(program);
        let status = worker.arg(WORKER).arg(size.to_string()).status();
        assert!(status.is_ok_and(|s| s.success()), "{size} did not end well");
    }
    Ok(())
}

/// CPU and wall seconds since the last look.
struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_seconds(),
        }
    }

    /// Prints a stage, and begins the next.
    fn stage(&mut self, name: &str) {
        let now = Self::start();
        let wall = (now.wall - self.wall).as_secs_f64();
        println!("{name:<34}{:>8.2} CPU s{wall:>8.2} s", now.cpu - self.cpu);
        *self = now;
    }
}

fn measure(size: usize) -> Result<()> {
    let world = synth::generate(&synth::Settings::sized(size, size, 7));
    println!("{size} subjects x {size} notices, seed 7");
    let mut clock = Clock::start();
    let prepare = |n: &veilmatch::record::Notice| Prepared::new(&n.record).names.len() as u64;
    let names: u64 = world.notices.par_iter().map(prepare).sum();
    clock.stage("prepare notices (once more below)");
    let list = List {
        notices: world.notices,
        ..List::default()
    };
    let run = Run::new(vec![list], Secret::fresh()?, Settings::on(date(2026, 1, 1)))?;
    clock.stage("prepare, keys, sort: notices");
    let (mut hits, mut tally) = (Vec::new(), Tally::new());
    let mut batches = Vec::new();
    for chunk in world.subjects.chunks(8_192) {
        batches.push(run.batch(chunk)?);
    }
    clock.stage("prepare, keys, sort: subjects");
    for batch in &batches {
        for shard in run.shards() {
            candidates::join(batch.envelope(), shard.envelope())?;
        }
    }
    clock.stage("join (once more below)");
    for batch in &batches {
        let (some, counts) = run.screen(batch)?;
        hits.extend(some);
        tally.merge(counts);
    }
    clock.stage("join and score");
    let hits = rank(hits, None).hits;
    clock.stage("rank");
    let truth: Vec<TruthRow> = world
        .truth
        .iter()
        .map(|t| TruthRow::new(&t.subject_id.0, t.list_id.as_str(), &t.source_id.0))
        .collect();
    let rows: Vec<HitRow> = hits
        .iter()
        .map(|h| HitRow::new(&h.subject_id, &h.notice_uid, h.bits, h.score))
        .collect();
    let subjects = size as u64;
    let point = Evaluation::new(&truth, &rows, subjects).at(0.0);
    for (what, figure) in [
        ("threads", rayon::current_num_threads().to_string()),
        ("notice names", names.to_string()),
        ("notice keys", run.tally().count("notice_keys").to_string()),
        (
            "candidates a subject",
            format!("{:.1}", share(tally.count("candidates"), subjects)),
        ),
        ("recall", format!("{:.3}", point.recall())),
        (
            "false alerts of 1,000 strangers",
            format!("{:.1}", point.alerts_per_thousand()),
        ),
        ("peak memory, records included", peak_memory()),
    ] {
        println!("{what:<34}{figure:>14}");
    }
    Ok(())
}

/// CPU seconds of this process so far, where the system tells them; in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets: state is the first field, times of user and system the 12th and 13th.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Peak resident memory, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.map_or("not known here".to_owned(), |l| l.trim().to_owned())
}
