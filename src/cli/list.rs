//! `veilmatch list`: published lists in, canonical notices out; and looking at them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::subjects::{Order, delimiter_byte};
use crate::error::{Problem, Result};
use crate::read::{Format, List, ListSettings, Mapping, read_list};
use crate::record::{DateOrder, ListId, Notice};
use crate::report::{self, Output, safe};
use crate::run::{IndexJob, Memory};
use crate::tally::Tally;

/// Import, check, compare, show and index lists of notices.
#[derive(Args, Debug)]
pub(super) struct ListCommand {
    #[command(subcommand)]
    verb: ListVerb,
}

#[derive(Debug, Subcommand)]
enum ListVerb {
    Import(Import),
    Check(Check),
    Diff(Diff),
    Show(Show),
    Export(Export),
    Index(Index),
}

/// Lists, one a file, imported or as published; an error names its number.
pub(super) fn read_lists(paths: &[PathBuf]) -> Result<Vec<List>> {
    let one = |(path, number): (&PathBuf, u32)| {
        let read = read_list(std::slice::from_ref(path), &ListSettings::default());
        read.map(|(list, _)| list).map_err(|e| e.in_list(number))
    };
    paths.iter().zip(1..).map(one).collect()
}

/// How list files are read.
#[derive(Args, Debug)]
struct Reading {
    /// The files of one list edition (OFAC CSV: sdn, alt, add and comments together).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Format; `auto` decides by content.
    #[arg(long, default_value = "auto", value_name = "FORMAT", value_parser = format)]
    format: Wanted,
    /// Short name of the list [default: by format, see docs/formats.md].
    #[arg(long, value_name = "ID", value_parser = list_id)]
    list_id: Option<ListId>,
    /// Import although the published record count differs from what was read.
    #[arg(long)]
    allow_count_mismatch: bool,
    /// TOML file that says which column is which field, for a CSV list of your own.
    #[arg(long, value_name = "F.toml")]
    mapping: Option<PathBuf>,
    /// Canonical field and the header it stands under. Repeatable.
    #[arg(long, value_name = "FIELD=HEADER", value_parser = super::subjects::assignment)]
    map: Vec<(String, String)>,
    /// Order of day and month in dates like 03/05/1970.
    #[arg(long, value_enum, value_name = "ORDER")]
    date_order: Option<Order>,
    /// Delimiter of generic CSV files [default: sniffed].
    #[arg(long, value_name = "C")]
    delimiter: Option<String>,
    /// Encoding [default: by content].
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

/// A format, or `auto`.
#[derive(Clone, Copy, Debug)]
struct Wanted(Option<Format>);

fn format(text: &str) -> std::result::Result<Wanted, String> {
    if text == "auto" {
        return Ok(Wanted(None));
    }
    let known = || {
        Format::all()
            .map(Format::code)
            .collect::<Vec<_>>()
            .join(", ")
    };
    Format::from_code(text)
        .map(|f| Wanted(Some(f)))
        .ok_or_else(|| format!("auto, {}", known()))
}

fn list_id(text: &str) -> std::result::Result<ListId, String> {
    ListId::parse(text).ok_or_else(|| "lower-case letters, digits, - _ and . only".into())
}

impl Reading {
    fn read(self) -> anyhow::Result<(List, Tally)> {
        let mut settings = ListSettings {
            format: self.format.0,
            list_id: self.list_id,
            allow_count_mismatch: self.allow_count_mismatch,
            map: self.map,
            date_order: self.date_order.map(DateOrder::from),
            delimiter: self.delimiter.as_deref().map(delimiter_byte).transpose()?,
            encoding: self.encoding,
            ..ListSettings::default()
        };
        if let Some(path) = self.mapping {
            let text = std::fs::read_to_string(path).context("cannot read the mapping file")?;
            let mapping: Mapping = toml::from_str(&text)
                .map_err(|e| Problem::Setting {
                    setting: "--mapping",
                    reason: e.message().to_owned(),
                })
                .map_err(crate::error::Error::from)?;
            settings.mapping = Some(mapping);
        }
        Ok(read_list(&self.files, &settings)?)
    }
}

/// Any published list to canonical notices in Parquet.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch list import sdn.csv alt.csv add.csv sdn_comments.csv -o ofac.parquet
  veilmatch list import consolidated.xml.gz -o un.parquet
  veilmatch list import partners.csv --mapping partners.toml -o partners.parquet")]
struct Import {
    #[command(flatten)]
    reading: Reading,
    /// Where the notices go.
    #[arg(short, long, value_name = "N.parquet")]
    output: PathBuf,
}

/// Read a list and say what was understood, without writing anything.
#[derive(Args, Debug)]
struct Check {
    #[command(flatten)]
    reading: Reading,
    /// Machine-readable output.
    #[arg(long)]
    json: bool,
}

/// Which notices were added, removed or changed between two editions, by record hash.
#[derive(Args, Debug)]
struct Diff {
    /// The older edition.
    old: PathBuf,
    /// The newer edition.
    new: PathBuf,
    /// Machine-readable output.
    #[arg(long)]
    json: bool,
}

/// Show a list, or one notice of it.
#[derive(Args, Debug)]
struct Show {
    /// An imported list, or a published one.
    list: PathBuf,
    /// Show this notice: its uid, or the publisher's own id.
    #[arg(long, value_name = "U")]
    uid: Option<String>,
}

/// Write a list in another format.
#[derive(Args, Debug)]
struct Export {
    /// An imported list, or a published one.
    list: PathBuf,
    /// `ftm`: `FollowTheMoney` entities, one JSON object a line.
    #[arg(long, value_parser = ["ftm"])]
    format: String,
    /// Where it goes.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Make a list ready once, for many runs of `screen` with the same secret.
///
/// The index holds names in clear and blind keys: keep it where the list is. Its blind keys belong
/// to one secret: `screen --list N.vmx` needs the same `--secret-file`, and refuses an index of
/// another one. Make it again for a new edition of the list, a new secret, or a new version of
/// veilmatch.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch list index un.parquet --secret-file run.secret -o un.vmx
  veilmatch screen customers.csv --list un.vmx --secret-file run.secret -o hits.csv")]
struct Index {
    /// An imported list, or a published one.
    list: PathBuf,
    /// Where the index goes.
    #[arg(short, long, value_name = "N.vmx")]
    output: PathBuf,
    /// File with the secret of the blind keys: any 16 bytes or more that nobody can guess.
    #[arg(long, value_name = "F")]
    secret_file: PathBuf,
    /// Memory to stay within, like 512M or 4G [default: 4G].
    #[arg(long, value_name = "SIZE", value_parser = super::memory)]
    memory: Option<Memory>,
}

impl Index {
    fn run(self) -> anyhow::Result<()> {
        let job = IndexJob {
            list: self.list,
            output: self.output,
            secret: super::secret_of(&self.secret_file)?,
            memory: self.memory.unwrap_or_default(),
        };
        let (info, tally) = job.run()?;
        eprintln!(
            "{}: {} notices and {} blind keys, {} de-listed left out",
            info.list_id.as_str(),
            tally.count("notices"),
            tally.count("notice_keys"),
            tally.count("notices_skipped_delisted"),
        );
        Ok(())
    }
}

impl ListCommand {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = std::io::stdout().lock();
        match self.verb {
            ListVerb::Import(import) => {
                let (list, tally) = import.reading.read()?;
                report::write_notices(&import.output, &list)?;
                eprint!("{}", describe(&list, &tally));
            }
            ListVerb::Check(check) => {
                let json = check.json;
                let (list, tally) = check.reading.read()?;
                if json {
                    writeln!(
                        out,
                        "{}",
                        serde_json::to_string_pretty(&counts(&list, &tally))?
                    )?;
                } else {
                    write!(out, "{}", describe(&list, &tally))?;
                }
            }
            ListVerb::Diff(diff) => write!(out, "{}", diff.text()?)?,
            ListVerb::Show(show) => write!(out, "{}", show.text()?)?,
            ListVerb::Export(export) => {
                let (list, _) = open(&export.list)?;
                let mut file = Output::create(&export.output)?;
                report::write_ftm(&list.notices, &mut file)?;
                file.finish()?.commit()?;
            }
            ListVerb::Index(index) => index.run()?,
        }
        Ok(Exit::Done)
    }
}

fn open(path: &Path) -> Result<(List, Tally)> {
    read_list(&[path.to_owned()], &ListSettings::default())
}

/// What was read, count by count: what came out, and everything the reader tallied.
fn counts(list: &List, tally: &Tally) -> BTreeMap<String, u64> {
    let sum = |f: fn(&Notice) -> usize| list.notices.iter().map(|n| f(n) as u64).sum::<u64>();
    let mut counts: BTreeMap<String, u64> = [
        ("notices", list.notices.len() as u64),
        ("names", sum(|n| n.record.names.len())),
        ("dates", sum(|n| n.record.dates.len())),
        ("ids", sum(|n| n.record.ids.len())),
        ("countries", sum(|n| n.record.countries.len())),
        ("places", sum(|n| n.record.places.len())),
        ("programs", sum(|n| n.programs.len())),
    ]
    .map(|(what, n)| (what.to_owned(), n))
    .into();
    for kind in crate::record::Kind::ALL {
        let n = list
            .notices
            .iter()
            .filter(|n| n.record.kind == *kind)
            .count() as u64;
        if n > 0 {
            counts.insert(format!("kind {}", kind.code()), n);
        }
    }
    for status in crate::record::Status::ALL {
        let n = list.notices.iter().filter(|n| n.status == *status).count() as u64;
        if n > 0 {
            counts.insert(format!("status {}", status.code()), n);
        }
    }
    if let Some(published) = list.info.published_count {
        counts.insert("published".into(), published);
    }
    for (what, n) in tally.counts() {
        counts.insert(format!("read: {}", what.replace('_', " ")), n);
    }
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for r in tally.refusals() {
        let what = if r.is_row() { "refused" } else { "emptied" };
        *reasons
            .entry(format!("{what}: {} {}", r.field, r.reason.code()))
            .or_insert(0) += 1;
    }
    counts.extend(reasons);
    counts
}

fn describe(list: &List, tally: &Tally) -> String {
    let info = &list.info;
    let date = info.date.map_or("undated".to_owned(), |d| d.to_string());
    let rows: Vec<Vec<String>> = counts(list, tally)
        .into_iter()
        .map(|(what, n)| vec![what, n.to_string()])
        .collect();
    format!(
        "{} ({}), {date}\n{}",
        info.list_id.as_str(),
        info.format,
        report::table(&["what", "count"], &rows)
    )
}

impl Diff {
    fn text(&self) -> anyhow::Result<String> {
        let hashes = |path: &Path| -> Result<BTreeMap<String, String>> {
            let (list, _) = open(path)?;
            Ok(list
                .notices
                .iter()
                .map(|n| (n.uid(), n.record_hash_hex()))
                .collect())
        };
        let (old, new) = (hashes(&self.old)?, hashes(&self.new)?);
        let mut lines = Vec::new();
        for (uid, hash) in &new {
            match old.get(uid) {
                None => lines.push(("added", uid)),
                Some(before) if before != hash => lines.push(("changed", uid)),
                Some(_) => {}
            }
        }
        lines.extend(
            old.keys()
                .filter(|uid| !new.contains_key(*uid))
                .map(|uid| ("removed", uid)),
        );
        lines.sort_unstable();
        let count = |what: &str| lines.iter().filter(|(w, _)| *w == what).count();
        let (added, changed, removed) = (count("added"), count("changed"), count("removed"));
        if self.json {
            let ids = |what: &str| -> Vec<&String> {
                lines
                    .iter()
                    .filter(|(w, _)| *w == what)
                    .map(|(_, uid)| *uid)
                    .collect()
            };
            let json = serde_json::json!({
                "added": ids("added"), "changed": ids("changed"), "removed": ids("removed"),
                "unchanged": new.len() - added - changed,
            });
            return Ok(format!("{json:#}\n"));
        }
        let mut text = String::new();
        for (what, uid) in &lines {
            let _ = writeln!(text, "{what}\t{}", safe(uid));
        }
        let unchanged = new.len() - added - changed;
        let _ = writeln!(
            text,
            "{added} added, {changed} changed, {removed} removed, {unchanged} unchanged"
        );
        Ok(text)
    }
}

impl Show {
    fn text(&self) -> anyhow::Result<String> {
        let (list, tally) = open(&self.list)?;
        let Some(uid) = &self.uid else {
            return Ok(describe(&list, &tally));
        };
        let found = list
            .notices
            .iter()
            .find(|n| n.uid() == *uid || n.record.id.0 == *uid);
        let notice = found
            .ok_or(Problem::NotFound { what: "notice" })
            .map_err(crate::error::Error::from)?;
        Ok(report::table(&["field", "value"], &notice_rows(notice)))
    }
}

/// A notice as rows of field and value, everything foreign escaped.
fn notice_rows(n: &Notice) -> Vec<Vec<String>> {
    let mut rows: Vec<(&str, String)> = vec![
        ("uid", n.uid()),
        ("kind", n.record.kind.code().into()),
        ("type", n.notice_type.code().into()),
        ("action", n.action_requested.code().into()),
        ("status", n.status.code().into()),
        ("handling", n.handling.code.code().into()),
        ("record hash", n.record_hash_hex()),
    ];
    for name in &n.record.names {
        rows.push((
            "name",
            format!(
                "{} ({}, {})",
                name.full,
                name.kind.code(),
                name.strength.code()
            ),
        ));
    }
    for d in &n.record.dates {
        rows.push(("date", format!("{} ({})", d.to_text(), d.kind.code())));
    }
    for i in &n.record.ids {
        rows.push((
            "id",
            format!("{} ({} {})", i.value, i.kind.code(), i.country),
        ));
    }
    for c in &n.record.countries {
        let country = if c.iso2.is_empty() { &c.raw } else { &c.iso2 };
        rows.push(("country", format!("{country} ({})", c.kind.code())));
    }
    for p in &n.record.places {
        rows.push(("place", format!("{} ({})", p.text, p.kind.code())));
    }
    for p in &n.programs {
        rows.push(("program", format!("{} {}", p.code, p.title)));
    }
    for c in &n.charges {
        rows.push(("charge", format!("{} {}", c.country, c.text)));
    }
    for r in &n.refs {
        rows.push(("reference", format!("{} {}", r.scheme, r.value)));
    }
    for r in &n.relations {
        rows.push(("relation", format!("{} {}", r.kind, r.to_uid)));
    }
    rows.extend((!n.remarks.is_empty()).then(|| ("remarks", n.remarks.clone())));
    rows.extend(n.extra.iter().map(|(k, v)| ("extra", format!("{k}: {v}"))));
    rows.into_iter()
        .map(|(field, value)| vec![field.to_owned(), safe(&value)])
        .collect()
}
