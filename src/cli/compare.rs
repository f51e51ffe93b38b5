//! `veilmatch compare`: scores name pairs without any list.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::cli::{Exit, ModelFile};
use crate::read::PairRow;
use crate::record::{Kind, Name, Record};
use crate::report::{self, Output, safe};
use crate::run::{PairScorer, compare};
use crate::score::Model;

/// Score name pairs without any list.
///
/// Two names on the command line, or a CSV of pairs. `--stdin` keeps names out of the shell history.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch compare 'Iwan Petrow' 'Иван Петров' --explain
  veilmatch compare --pairs pairs.csv -o scores.csv      (columns id,a,b[,kind,a_birth,b_birth])
  printf 'Iwan Petrow\\nИван Петров\\n' | veilmatch compare --stdin")]
pub(super) struct Compare {
    /// The two names.
    #[arg(num_args = 0..=2, value_names = ["A", "B"])]
    names: Vec<String>,
    /// Read the two names from standard input, a line each.
    #[arg(long, conflicts_with_all = ["names", "pairs"])]
    stdin: bool,
    /// CSV of pairs: id,a,b and optionally `kind,a_birth,b_birth`.
    #[arg(
        long,
        value_name = "P.csv",
        requires = "output",
        conflicts_with = "names"
    )]
    pairs: Option<PathBuf>,
    /// Where the scores of `--pairs` go: id,score,bits,band.
    #[arg(short, long, value_name = "O.csv")]
    output: Option<PathBuf>,
    /// Kind of both names: person, organization, vessel, aircraft.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<Kind>,
    #[command(flatten)]
    model: ModelFile,
    /// Show the evidence.
    #[arg(long)]
    explain: bool,
}

pub(super) fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_code(text).ok_or_else(|| "person, organization, vessel, aircraft or object".into())
}

impl Compare {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let model = self.model.or(None)?;
        if let (Some(pairs), Some(output)) = (&self.pairs, &self.output) {
            return self.score_pairs(&model, pairs, output);
        }
        let names = if self.stdin {
            std::io::stdin()
                .lines()
                .take(2)
                .collect::<Result<Vec<_>, _>>()?
        } else {
            self.names.clone()
        };
        let [a, b] = names.as_slice() else {
            bail!("give two names, or --stdin, or --pairs P.csv -o O.csv");
        };
        let record = |name: &str| Record {
            kind: self.kind.unwrap_or_default(),
            names: vec![Name::primary(name)],
            ..Record::default()
        };
        let mut out = std::io::stdout().lock();
        let Some(scored) = compare(&model, &record(a), &record(b)) else {
            writeln!(out, "no name in one of the two texts")?;
            return Ok(Exit::Done);
        };
        let band = model.band(scored.bits).code();
        writeln!(
            out,
            "{:.3} ({:+.1} bits, {band})",
            scored.score, scored.bits
        )?;
        if self.explain {
            let rows: Vec<Vec<String>> = scored
                .evidence
                .iter()
                .map(|e| {
                    let kind = e.kind.code().replace('_', " ");
                    vec![
                        kind,
                        safe(&e.subject),
                        safe(&e.notice),
                        e.note.clone(),
                        format!("{:+.1}", e.bits),
                    ]
                })
                .collect();
            write!(
                out,
                "{}",
                report::table(&["evidence", "a", "b", "how", "bits"], &rows)
            )?;
        }
        Ok(Exit::Done)
    }

    fn score_pairs(
        &self,
        model: &Model,
        pairs: &std::path::Path,
        output: &std::path::Path,
    ) -> anyhow::Result<Exit> {
        const CHUNK: usize = 1 << 17;
        let mut reader = crate::read::read_pairs(pairs, self.kind)?;
        let out = Output::create(output)?;
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["id", "score", "bits", "band"])
            .map_err(Output::cannot_write)?;
        let mut scorer = PairScorer::new(model);
        loop {
            let chunk: Vec<PairRow> = reader.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                break;
            }
            for (row, bits) in chunk.iter().zip(scorer.score(&chunk)) {
                let score = format!("{:.6}", model.score(bits));
                let shown = format!("{bits:.3}");
                csv.write_record([&row.id, &score, &shown, model.band(bits).code()])
                    .map_err(Output::cannot_write)?;
            }
        }
        let out = csv.into_inner();
        let out = out.map_err(|e| Output::cannot_write(e.into_error()))?;
        out.finish()?.commit()?;
        Ok(Exit::Done)
    }
}
