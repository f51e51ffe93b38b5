//! `veilmatch leak`: what files show to whoever has them.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::attack::{Leakage, leak};
use crate::cli::Exit;
use crate::error::{Place, Problem, Result};

/// What a file that leaves reveals, recomputed from its bytes.
///
/// Columns, number of rows, equal rows, order, container, and what stands in clear. Ends with exit
/// code 5 where a file shows more than docs/protocol.md, section 5, allows, or must never leave.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch leak out/index.parquet out/index.manifest")]
pub(super) struct Leak {
    /// Files that are about to leave.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One JSON object a file and line.
    #[arg(long)]
    json: bool,
}

/// Longest file that is looked at.
const LIMIT: u64 = 1 << 36;
/// Block sizes that are shown in words; `--json` has all.
const SHOWN: usize = 8;

impl Leak {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = std::io::stdout().lock();
        let mut held_back = Vec::new();
        for (number, path) in (1..).zip(&self.files) {
            let leakage = leak(&read(path, number)?);
            if self.json {
                writeln!(out, "{}", serde_json::to_string(&leakage)?)?;
            } else {
                write!(out, "{}", text(number, &leakage))?;
            }
            if !leakage.may_leave() {
                held_back.push(number.to_string());
            }
        }
        if held_back.is_empty() {
            return Ok(Exit::Done);
        }
        eprintln!("veilmatch: do not send file {}", held_back.join(", "));
        Ok(Exit::Integrity)
    }
}

/// The bytes of a file; errors name its number, never its path.
pub(super) fn read(path: &Path, number: u32) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT).read_to_end(&mut bytes))
        .map_err(|e| Problem::Read(e).at(Place::file(number)))?;
    Ok(bytes)
}

fn text(number: u32, leakage: &Leakage) -> String {
    let mut out = format!("file {number}: {}, {} bytes\n", leakage.kind, leakage.bytes);
    let mut line = |name: &str, text: &str| {
        // Writing to a string does not fail.
        writeln!(out, "  {name:<10} {text}").ok();
    };
    if let Some(rows) = &leakage.rows {
        let (least, most) = rows.stands_for;
        let size = if rows.is_bucket {
            "filled up to"
        } else {
            "exact; bucket:"
        };
        let stands = format!("{}, {size} {}", rows.count, rows.bucket);
        line(
            "rows",
            &format!("{stands}, stands for {least} to {most}; {}", rows.order),
        );
    }
    for column in &leakage.columns {
        let equal = match column.blocks.as_slice() {
            [] => "no rows".to_owned(),
            [(1, _)] => "all rows differ".to_owned(),
            blocks => {
                let shown = blocks.iter().rev().take(SHOWN);
                let shown: Vec<String> = shown.map(|(s, n)| format!("{n} of {s} rows")).collect();
                format!("values by size of block: {}", shown.join(", "))
            }
        };
        let random = if column.looks_random {
            "random bytes"
        } else {
            "not random bytes"
        };
        line(
            "column",
            &format!("{}, {} bytes, {random}, {equal}", column.name, column.width),
        );
    }
    if let Some(alike) = &leakage.alike {
        let (records, set, bits) = (alike.records, alike.smallest_set, alike.bits_per_record);
        line(
            "alike",
            &format!("{set} of {records} at least, {bits:.2} bits a record"),
        );
    }
    if let Some(container) = &leakage.container {
        let c = container;
        let found = [
            (c.statistics, "statistics"),
            (c.dictionaries, "dictionaries"),
            (c.page_indexes, "page indexes"),
            (c.bloom_filters, "Bloom filters"),
            (c.compressed, "compressed chunks"),
            (c.optional_columns, "optional columns"),
        ];
        let found = found.iter().filter(|(count, _)| *count > 0);
        let found: Vec<String> = found
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let found = if found.is_empty() {
            "nothing else".to_owned()
        } else {
            found.join(", ")
        };
        line(
            "container",
            &format!(
                "{} columns, written by {:?}, {found}",
                c.columns, c.created_by
            ),
        );
    }
    for (name, value) in &leakage.fields {
        line("in clear", &format!("{name} {value}"));
    }
    for what in &leakage.excess {
        line("EXCEEDS", what);
    }
    if leakage.may_leave() {
        line(
            "may leave",
            "no more than docs/protocol.md, section 5, allows",
        );
    }
    out
}
