//! `veilmatch evaluate`: how much of what is known to be true was found, and at what price.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::cli::list::read_lists;
use crate::cli::{Exit, ModelFile, conjunctions};
use crate::error::{Place, Problem, Result};
use crate::evaluate::{
    Evaluation, GroupBy, HitRow, TruthRow, aliases_off, conjunction_trial, curve, key_trial,
    scripts, strangers, table, variation,
};
use crate::keys::conjunctions::List;
use crate::keys::{KeyMaker, Prepared, Secret};
use crate::learn::pairs::read_pairs;
use crate::read::{ListSettings, SubjectSettings, read_all_subjects, read_list};
use crate::record::{Kind, Notice, Record, Script};
use crate::report::{Output, read_hits};
use crate::score::Model;
use crate::synth;

/// Measure recall, precision, keys and evasion families on labelled data.
#[derive(Args, Debug)]
pub(super) struct Evaluate {
    #[command(subcommand)]
    verb: EvaluateVerb,
}

#[derive(Debug, Subcommand)]
enum EvaluateVerb {
    Hits(HitsFile),
    Keys(Keys),
    Conjunctions(Inputs),
    Scripts(Scripts),
    Strangers(Strangers),
    Variation(Variation),
}

/// Recall, precision and F1 of a hits file against the truth, by threshold and kind of corruption.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch screen d/subjects.csv --list d/notices.csv --threshold 0 -o d/hits.parquet
  veilmatch evaluate hits d/hits.parquet --truth d/truth.csv --subjects 10000 --curve d/curve.csv")]
struct HitsFile {
    /// Hits, best made with `--threshold 0`.
    hits: PathBuf,
    /// truth.csv: `subject_id,list_id,source_id,kind,date_kind`.
    #[arg(long, value_name = "T.csv")]
    truth: PathBuf,
    /// Subjects screened in all, for the rate of false alerts.
    #[arg(long, value_name = "N")]
    subjects: u64,
    /// Score at which the tables are made [default: 0.5, the default threshold of `screen`].
    #[arg(long, value_name = "S", default_value_t = 0.5)]
    threshold: f64,
    /// Write the curve as CSV.
    #[arg(long, value_name = "F.csv")]
    curve: Option<PathBuf>,
    /// Write the curve as SVG.
    #[arg(long, value_name = "F.svg")]
    svg: Option<PathBuf>,
}

/// Recall against candidates, recipe by recipe.
///
/// On labelled data (`--subjects`, `--truth`), or on real lists alone: an alias taken off its notice
/// must share a key with it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch evaluate keys --list ofac.parquet
  veilmatch evaluate keys --list d/notices.csv --subjects d/subjects.csv --truth d/truth.csv")]
struct Keys {
    /// The list.
    #[arg(long, value_name = "LIST")]
    list: PathBuf,
    /// Labelled subjects; without them aliases are taken off the list.
    #[arg(long, value_name = "S.csv", requires = "truth")]
    subjects: Option<PathBuf>,
    /// truth.csv of the subjects.
    #[arg(long, value_name = "T.csv", requires = "subjects")]
    truth: Option<PathBuf>,
    /// Only records of this kind.
    #[arg(long, value_name = "KIND", value_parser = super::compare::kind)]
    kind: Option<Kind>,
}

/// What the inputs of an exchange find, and what they open, conjunction by conjunction.
///
/// Recall by what is known of the birth dates, the share of unrelated notices that open, false
/// candidates, inputs; the same as conjunctions are added; and what somebody opens who has no subjects
/// and asks for likely inputs.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch synth --subjects 10000 --notices 20000 --seed 11 -o d
  veilmatch evaluate conjunctions d/subjects.csv --list d/notices.csv --truth d/truth.csv")]
struct Inputs {
    /// Labelled subjects.
    subjects: PathBuf,
    /// The list.
    #[arg(long, value_name = "LIST")]
    list: PathBuf,
    /// truth.csv of the subjects.
    #[arg(long, value_name = "T.csv")]
    truth: PathBuf,
    /// Which conjunctions: narrow (few unrelated notices open) or wide (more is found).
    #[arg(long, value_name = "CODE", default_value = "wide", value_parser = conjunctions)]
    conjunctions: List,
}

/// One figure per family of evasion and error, on invented people.
///
/// Names of listed people are changed in one way and screened by name only, keys included. The limit
/// is where 5 of 100 near misses alert: people who are not on the list and nearly have the name of
/// somebody who is.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch evaluate variation --seed 2 --write d")]
struct Variation {
    /// People on the list.
    #[arg(long, value_name = "M", default_value_t = 2_000)]
    notices: usize,
    /// Changed copies per family.
    #[arg(long, value_name = "N", default_value_t = 500)]
    each: usize,
    /// Near misses per rule.
    #[arg(long, value_name = "N", default_value_t = 500)]
    near: usize,
    /// The seed.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    model: ModelFile,
    /// Write list, copies, near misses and answers there, as CSV, for other matchers.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl Evaluate {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            EvaluateVerb::Hits(verb) => verb.run(),
            EvaluateVerb::Keys(verb) => verb.run(),
            EvaluateVerb::Conjunctions(verb) => verb.run(),
            EvaluateVerb::Scripts(verb) => verb.run(),
            EvaluateVerb::Strangers(verb) => verb.run(),
            EvaluateVerb::Variation(verb) => verb.run(),
        }
    }
}

/// Recall of cross-script pairs of names that no table was learned from.
///
/// The shares of strangers are those of random other words of the same file.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch evaluate scripts --script Cyrl --pairs cyrl.tsv.gz")]
struct Scripts {
    /// Write the pairs that 0.1 % of strangers reach there, as CSV.
    #[arg(long, value_name = "F.csv")]
    misses: Option<PathBuf>,
    /// The script, four letters of ISO 15924.
    #[arg(long, value_name = "SCRIPT", value_parser = super::learn::script)]
    script: Script,
    /// Gzipped table of pairs with the columns source, latin, tag, type.
    #[arg(long, value_name = "F.tsv.gz")]
    pairs: PathBuf,
    /// Only pairs with this language before the script in their tag.
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    #[command(flatten)]
    model: ModelFile,
}

/// How often people who are on no list alert, by name only and with birth dates.
///
/// As many rows as there are values of a column: the fairness table of the model card.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch evaluate strangers --strangers datasets-synthetic/strangers/strangers.csv --list ofac.parquet --by origin")]
struct Strangers {
    /// Subjects of whom none is on the lists.
    #[arg(long = "strangers", value_name = "S.csv")]
    people: PathBuf,
    /// A list; several count as one.
    #[arg(short, long = "list", required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// A row for each value of this column; locales stand under their group.
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    #[command(flatten)]
    model: ModelFile,
}

impl Strangers {
    fn run(self) -> anyhow::Result<Exit> {
        let lists = read_lists(&self.lists)?;
        let (mut people, _) = read_all_subjects(&[self.people], &SubjectSettings::default())?;
        // A file of people need not say so.
        for person in &mut people {
            if person.record.kind == Kind::Unknown {
                person.record.kind = Kind::Person;
            }
        }
        let table = strangers(&self.model.or(None)?, lists, &people, self.by.as_deref())?;
        write!(std::io::stdout().lock(), "{table}")?;
        Ok(Exit::Done)
    }
}

impl Scripts {
    fn run(self) -> anyhow::Result<Exit> {
        let mut pairs = read_pairs(File::open(&self.pairs).context("cannot read the pairs")?)?;
        if let Some(language) = &self.language {
            pairs.retain(|p| p.tag.split('-').next() == Some(language));
        }
        let mut misses = Vec::new();
        let model = self.model.or(None)?;
        let table = scripts(&model, &pairs, self.script, |miss| {
            let [names, pairs, measure] = miss.sample.map(str::to_owned);
            let [bits, limit] = [miss.bits, miss.limit].map(|bits| format!("{bits:.1}"));
            let (source, latin) = (miss.pair.source.clone(), miss.pair.latin.clone());
            misses.push([names, pairs, measure, source, latin, bits, limit]);
        });
        if let Some(path) = &self.misses {
            let header = [
                "names", "pairs", "measure", "source", "latin", "bits", "limit",
            ];
            write_csv(path, header, misses.into_iter())?;
        }
        write!(std::io::stdout().lock(), "{table}")?;
        Ok(Exit::Done)
    }
}

impl Variation {
    fn run(self) -> anyhow::Result<Exit> {
        let world = synth::Variation::new(self.notices, self.each, self.near, self.seed);
        let result = variation(&self.model.or(None)?, &world)?;
        if let Some(dir) = &self.write {
            std::fs::create_dir_all(dir).context("cannot make the directory")?;
            let person = |id: usize| world.listed[id].id.clone();
            let listed = world.listed.iter().map(|l| [l.id.clone(), l.name.clone()]);
            write_csv(&dir.join("list.csv"), ["id", "name"], listed)?;
            let header = ["id", "family", "manner", "listed_id", "name"];
            let copies = world.copies.iter().map(|c| {
                let (family, manner) = (c.family.code(), c.family.manner().code());
                let codes = [family.to_owned(), manner.to_owned()];
                let [family, manner] = codes;
                [
                    c.id.clone(),
                    family,
                    manner,
                    person(c.listed),
                    c.name.clone(),
                ]
            });
            write_csv(&dir.join("copies.csv"), header, copies)?;
            let near = world.near.iter().map(|n| {
                let rule = n.rule.code().to_owned();
                [n.id.clone(), rule, person(n.listed), n.name.clone()]
            });
            write_csv(
                &dir.join("near.csv"),
                ["id", "rule", "listed_id", "name"],
                near,
            )?;
            let answers = result.copies.iter().chain(&result.near).map(|a| {
                let flag = |yes: bool| u8::from(yes).to_string();
                let bits = a.best.to_string();
                [a.id.clone(), bits, flag(a.shares_key), flag(a.is_first)]
            });
            let header = ["id", "best_bits", "shares_key", "is_first"];
            write_csv(&dir.join("veilmatch.csv"), header, answers)?;
        }
        write!(std::io::stdout().lock(), "{}", result.table(&world))?;
        Ok(Exit::Done)
    }
}

fn write_csv<const N: usize>(
    path: &Path,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(Output::create(path)?);
    csv.write_record(header).map_err(Output::cannot_write)?;
    for row in rows {
        csv.write_record(row).map_err(Output::cannot_write)?;
    }
    let output = csv.into_inner();
    let output = output.map_err(|e| Output::cannot_write(e.into_error()))?;
    output.finish()?.commit()?;
    Ok(())
}

impl HitsFile {
    fn run(self) -> anyhow::Result<Exit> {
        let truth = read_truth(&self.truth)?;
        let hits: Vec<HitRow> = read_hits(&self.hits)?
            .map(|hit| hit.map(|h| HitRow::new(&h.subject_id, &h.notice_uid, h.bits, h.score)))
            .collect::<Result<_>>()?;
        let evaluation = Evaluation::new(&truth, &hits, self.subjects);
        let bits = crate::config::threshold_bits(&Model::default(), self.threshold)?;
        let mut out = std::io::stdout().lock();
        let mut points = vec![("at the threshold", evaluation.at(bits))];
        points.extend(evaluation.best().map(|p| ("highest F1", p)));
        let one_percent = evaluation
            .threshold_for_alerts(0.01)
            .map(|b| evaluation.at(b));
        points.extend(one_percent.map(|p| ("1 % of strangers alert", p)));
        writeln!(out, "{}", table::points(&points))?;
        for (heading, by) in [("kind", GroupBy::Kind), ("date", GroupBy::DateKind)] {
            writeln!(
                out,
                "{}",
                table::groups(heading, &evaluation.groups(by, bits))
            )?;
        }
        let points = evaluation.curve(100);
        for (path, text) in [
            (&self.curve, curve::csv(&points)),
            (
                &self.svg,
                curve::svg(&points, "Recall and precision by threshold"),
            ),
        ] {
            if let Some(path) = path {
                Output::whole(path, text.as_bytes())?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Keys {
    fn run(self) -> anyhow::Result<Exit> {
        let (mut list, _) = read_list(std::slice::from_ref(&self.list), &ListSettings::default())?;
        if let Some(kind) = self.kind {
            list.notices.retain(|n| n.record.kind == kind);
        }
        let (subjects, notices, truth) = match (&self.subjects, &self.truth) {
            (Some(subjects), Some(truth)) => {
                let records = read_records(subjects)?;
                let pairs = places(&read_truth(truth)?, &records, &list.notices);
                (records, list.notices, pairs)
            }
            _ => aliases_off(&list.notices),
        };
        let subjects: Vec<Prepared> = subjects.iter().map(Prepared::new).collect();
        let notices: Vec<Prepared> = notices.iter().map(|n| Prepared::new(&n.record)).collect();
        let trial = key_trial(
            &KeyMaker::new(&Secret::fresh()?),
            &subjects,
            &notices,
            &truth,
        );
        write!(std::io::stdout().lock(), "{}", trial.table())?;
        Ok(Exit::Done)
    }
}

impl Inputs {
    fn run(self) -> anyhow::Result<Exit> {
        let (list, _) = read_list(std::slice::from_ref(&self.list), &ListSettings::default())?;
        let records = read_records(&self.subjects)?;
        let truth = places(&read_truth(&self.truth)?, &records, &list.notices);
        let subjects: Vec<Prepared> = records.iter().map(Prepared::new).collect();
        let notices = list.notices.iter().map(|n| Prepared::new(&n.record));
        let notices: Vec<Prepared> = notices.collect();
        let trial = conjunction_trial(self.conjunctions, &subjects, &notices, &truth);
        write!(std::io::stdout().lock(), "{}", trial.table())?;
        Ok(Exit::Done)
    }
}

/// All records of a subject file.
fn read_records(path: &PathBuf) -> Result<Vec<Record>> {
    let (subjects, _) = read_all_subjects(std::slice::from_ref(path), &SubjectSettings::default())?;
    Ok(subjects.into_iter().map(|s| s.record).collect())
}

/// The places of true pairs among subjects and notices; pairs of which a side is not there fall out.
fn places(truth: &[TruthRow], subjects: &[Record], notices: &[Notice]) -> Vec<(usize, usize)> {
    let subject_at: BTreeMap<&str, usize> = subjects
        .iter()
        .enumerate()
        .map(|(i, r)| (r.id.0.as_str(), i))
        .collect();
    let notice_at: BTreeMap<&str, usize> = notices
        .iter()
        .enumerate()
        .map(|(i, n)| (n.record.id.0.as_str(), i))
        .collect();
    let pairs = truth.iter().filter_map(|t| {
        let subject = subject_at.get(t.subject_id.as_str())?;
        Some((*subject, *notice_at.get(t.source_id.as_str())?))
    });
    pairs.collect()
}

/// Rows of a truth file.
pub(super) fn read_truth(path: &Path) -> Result<Vec<TruthRow>> {
    let columns = "subject_id, list_id, source_id, kind, date_kind";
    let bad = |row: u64| {
        Problem::Malformed {
            format: "truth CSV",
            why: "a row does not fit the header",
        }
        .at(Place::row(1, row))
    };
    let mut reader = csv::Reader::from_path(path).map_err(|e| match e.into_kind() {
        csv::ErrorKind::Io(io) => Problem::Read(io),
        _ => Problem::Malformed {
            format: "truth CSV",
            why: "it cannot be read",
        },
    })?;
    let headers = reader.headers().map_err(|_| bad(1))?.clone();
    let position = |name: &'static str| {
        headers
            .iter()
            .position(|h| h == name)
            .ok_or(Problem::MissingColumn {
                field: name,
                expected: columns.into(),
            })
    };
    let (subject, list, source) = (
        position("subject_id")?,
        position("list_id")?,
        position("source_id")?,
    );
    let (kind, date_kind) = (position("kind")?, position("date_kind")?);
    let mut rows = Vec::new();
    for (record, row) in reader.records().zip(2_u64..) {
        let record = record.map_err(|_| bad(row))?;
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let mut truth = TruthRow::new(cell(subject), cell(list), cell(source));
        cell(kind).clone_into(&mut truth.kind);
        cell(date_kind).clone_into(&mut truth.date_kind);
        rows.push(truth);
    }
    Ok(rows)
}
