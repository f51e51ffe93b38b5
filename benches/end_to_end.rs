//! End to end on labelled synthetic data: `cargo bench --bench end_to_end [-- N]`.
//!
//! Prints subjects per second beside candidates per subject, recall and peak memory. N subjects are
//! screened against N notices (10,000 unless told), seed 7.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use jiff::civil::date;
use veilmatch::evaluate::{Evaluation, HitRow, TruthRow, share};
use veilmatch::keys::Secret;
use veilmatch::read::List;
use veilmatch::run::{Run, Settings};
use veilmatch::synth;
use veilmatch::tally::Tally;

fn main() -> veilmatch::error::Result<()> {
    let size = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(10_000);
    let world = synth::generate(&synth::Settings::sized(size, size, 7));
    let start = Instant::now();
    let list = List {
        notices: world.notices,
        ..List::default()
    };
    let run = Run::new(vec![list], Secret::fresh()?, Settings::on(date(2026, 1, 1)))?;
    let prepared = start.elapsed();
    let (mut hits, mut tally) = (Vec::new(), Tally::new());
    for chunk in world.subjects.chunks(16_384) {
        let (some, counts) = run.screen_batch(chunk)?;
        hits.extend(some);
        tally.merge(counts);
    }
    let whole = start.elapsed();
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
    println!(
        "{size} subjects x {size} notices, {} notice names",
        run.tally().count("notice_names")
    );
    println!("list ready      {:.2} s", prepared.as_secs_f64());
    println!(
        "all             {:.2} s on {} threads",
        whole.as_secs_f64(),
        rayon::current_num_threads()
    );
    let per_second = share(
        subjects * 1_000,
        u64::try_from(whole.as_millis()).unwrap_or(1).max(1),
    );
    println!("subjects/s      {per_second:.0}");
    println!(
        "candidates      {:.1} a subject",
        share(tally.count("candidates"), subjects)
    );
    println!(
        "recall          {:.3} ({} of {})",
        point.recall(),
        point.found,
        truth.len()
    );
    println!(
        "false alerts    {:.1} per 1,000 strangers",
        point.alerts_per_thousand()
    );
    println!("peak memory     {}", peak_memory());
    Ok(())
}

/// Peak resident memory, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.map_or("not known here".to_owned(), |l| l.trim().to_owned())
}
