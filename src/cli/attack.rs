//! `veilmatch attack`: known attacks against files that are about to leave.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::attack::{Claims, Score, View, guesses, home};
use crate::cli::leak::read;
use crate::cli::{Exit, conjunctions, secret_of};
use crate::error::{Problem, Result};
use crate::evaluate::share;
use crate::exchange::sealed::{AskerState, HolderBook};
use crate::exchange::table::{Kind, ROW_LIMIT, Table};
use crate::keys::conjunctions::List;
use crate::keys::{Prepared, Side};
use crate::read::{ListSettings, SubjectSettings, read_all_subjects, read_list};

/// Run known attacks against files: dictionary, rank, degree-stripping, co-occurrence, matching.
///
/// The onlooker has the file and a list or a file of subjects of its own. Give it your own, and it
/// knows all that there is to know besides the secret. With the secret the dictionary opens what it
/// should, and what the other attacks claim is held against that; without it claims are counted.
#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("reference").required(true).args(["list", "subjects"])),
    after_help = "Examples:
  veilmatch attack out/index.parquet --list notices.parquet --holder-book holder.book
  veilmatch attack out/request.parquet --subjects customers.csv --asker-state asker.state"
)]
pub(super) struct Attack {
    /// Files that are about to leave.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the onlooker knows: a list.
    #[arg(long, value_name = "LIST")]
    list: Option<PathBuf>,
    /// What the onlooker knows: subjects.
    #[arg(long, value_name = "S.csv")]
    subjects: Option<PathBuf>,
    /// The conjunctions that the parties have agreed on: narrow or wide.
    #[arg(long, value_name = "NAME", default_value = "narrow", value_parser = conjunctions)]
    conjunctions: List,
    /// The holder's state, which opens an index (C0).
    #[arg(long, value_name = "F")]
    holder_book: Option<PathBuf>,
    /// The asker's state, which opens a request (C2).
    #[arg(long, value_name = "F")]
    asker_state: Option<PathBuf>,
    /// The secret file of a local run, which opens its envelope.
    #[arg(long, value_name = "F")]
    secret_file: Option<PathBuf>,
    /// One JSON object a file and attack, a line each.
    #[arg(long)]
    json: bool,
}

/// One attack on one file.
#[derive(Serialize)]
struct Line {
    file: u32,
    attack: &'static str,
    /// Rows that something is claimed of.
    claimed: u64,
    /// What is right of it, where the secret is at hand to tell.
    score: Option<Score>,
    /// Share of rows that would be right if claims were dealt at random.
    chance: f64,
}

/// A file with what the onlooker has at home for its kind.
struct Case {
    view: View,
    home: View,
    /// What the dictionary claims, with the secret.
    opened: Option<Claims>,
}

impl Attack {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let known = self.known()?;
        let mut out = std::io::stdout().lock();
        for (number, path) in (1..).zip(&self.files) {
            let case = self.case(&read(path, number)?, &known)?;
            let lines = case.lines(number);
            for line in &lines {
                if self.json {
                    writeln!(out, "{}", serde_json::to_string(line)?)?;
                }
            }
            if !self.json {
                write!(out, "{}", text(number, &case, &lines))?;
            }
        }
        Ok(Exit::Done)
    }

    /// What the onlooker knows.
    fn known(&self) -> Result<Vec<Prepared>> {
        let mut known = Vec::new();
        if let Some(list) = &self.list {
            let (list, _) = read_list(std::slice::from_ref(list), &ListSettings::default())?;
            known.extend(list.notices.iter().map(|n| Prepared::new(&n.record)));
        }
        if let Some(subjects) = &self.subjects {
            let subjects = std::slice::from_ref(subjects);
            let (subjects, _) = read_all_subjects(subjects, &SubjectSettings::default())?;
            known.extend(subjects.iter().map(|s| Prepared::new(&s.record)));
        }
        Ok(known)
    }

    fn side(&self) -> Side {
        if self.list.is_some() {
            Side::Notice
        } else {
            Side::Subject
        }
    }

    fn case(&self, bytes: &[u8], known: &[Prepared]) -> anyhow::Result<Case> {
        let view = View::of_file(bytes)?;
        if !bytes.starts_with(b"PAR1") {
            let (home, keys) = home::recipe_keys(known, self.side())?;
            let secret = self.secret_file.as_deref().map(secret_of).transpose()?;
            let guesses = secret.map(|secret| home::blind_keys(&secret, &keys));
            let opened = guesses.map(|keys| guesses::dictionary(&view, &keys));
            return Ok(Case { view, home, opened });
        }
        let table = Table::decode(bytes, ROW_LIMIT)?;
        let home = home::inputs(self.conjunctions, known, self.side())?;
        let secret = |path: &Option<PathBuf>| path.as_deref().map(state_file).transpose();
        let guesses = match table.head().kind {
            Kind::Index => secret(&self.holder_book)?
                .map(|bytes| HolderBook::decode(&bytes)?.guess(&table, &home.keys))
                .transpose()?,
            Kind::Request => secret(&self.asker_state)?
                .map(|bytes| AskerState::decode(&bytes)?.guess(&table, &home.keys))
                .transpose()?,
            _ => None,
        };
        let opened = guesses.map(|keys| guesses::dictionary(&view, &keys));
        Ok(Case { view, home, opened })
    }
}

/// The bytes of a party's state; errors do not say which file.
fn state_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = std::fs::read(path).map_err(Problem::Read)?;
    Ok(Zeroizing::new(bytes))
}

impl Case {
    fn lines(&self, file: u32) -> Vec<Line> {
        let (view, home) = (&self.view, &self.home);
        let truth = self
            .opened
            .as_ref()
            .map(|opened| home::truth(view, home, opened));
        let line = |attack, claims: &Claims| {
            let claimed = claims.rows(view);
            let score = truth.as_ref().map(|truth| claims.score(view, truth));
            let chance = share(1, home.keys.len() as u64);
            Line {
                file,
                attack,
                claimed,
                score,
                chance,
            }
        };
        let opened = self
            .opened
            .iter()
            .map(|opened| line("dictionary, with the secret", opened));
        let others = [
            line("rank", &guesses::rank(view, home)),
            line("degree-stripped rank", &guesses::stripped_rank(view, home)),
            line("co-occurrence", &guesses::co_occurrence(view, home)),
            line("graph matching", &guesses::matching(view, home)),
        ];
        opened.chain(others).collect()
    }
}

fn text(number: u32, case: &Case, lines: &[Line]) -> String {
    let (rows, keys) = (case.view.rows.len(), case.view.keys.len());
    let values = case.home.keys.len();
    let mut out = format!("file {number}: {rows} rows, {keys} keys; known: {values} values\n");
    for line in lines {
        // Writing to a string does not fail.
        write!(
            out,
            "  {:<28} {:>9} rows claimed",
            line.attack, line.claimed
        )
        .ok();
        if let Some(score) = line.score {
            let right = 100.0 * share(score.right, score.rows);
            let records = 100.0 * share(score.records_right, score.records);
            write!(
                out,
                ", {} right: {right:.3} % of {} rows, {records:.3} % of {} records; chance {:.4} %",
                score.right,
                score.rows,
                score.records,
                100.0 * line.chance,
            )
            .ok();
        }
        out.push('\n');
    }
    out
}
