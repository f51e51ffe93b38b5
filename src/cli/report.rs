//! `veilmatch report`: counts for those who oversee.

use std::io::Write as _;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::audit::{OversightRow, Period, oversight};
use crate::cli::Exit;
use crate::cli::audit::LogOf;
use crate::cli::exchange::today;
use crate::report::table;

/// Reports for overseers; no personal data.
#[derive(Args, Debug)]
pub(super) struct Report {
    #[command(subcommand)]
    verb: ReportVerb,
}

#[derive(Debug, Subcommand)]
enum ReportVerb {
    Oversight(Oversight),
}

/// Counts of exchanges from a party's log: by purpose, list, type of notice, decision and time to
/// decision; refused files and overdue asks.
///
/// Small counts are not shown: they may be known cases.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch report oversight north-state --by north.pub --since 2026-11-01")]
struct Oversight {
    #[command(flatten)]
    log: LogOf,
    /// First day [default: all].
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Last day [default: today].
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Days after which an ask that was not answered is overdue.
    #[arg(long, value_name = "N", default_value_t = 14)]
    due_days: u32,
    /// Smallest count that is shown as it is.
    #[arg(long, value_name = "N", default_value_t = 5)]
    least: u64,
    /// Machine-readable output.
    #[arg(long)]
    json: bool,
}

impl Report {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let ReportVerb::Oversight(verb) = self.verb;
        verb.run()
    }
}

impl Oversight {
    fn run(self) -> anyhow::Result<Exit> {
        let log = self.log.read()?;
        let period = Period {
            from: self.since.unwrap_or(Date::MIN),
            to: today(self.until),
            due_days: self.due_days,
            least: self.least,
        };
        let rows = oversight(log.entries(), &period);
        let few = format!("< {}", self.least);
        let count = |row: &OversightRow| row.count.map_or(few.clone(), |n| n.to_string());
        let mut out = std::io::stdout().lock();
        if self.json {
            for row in &rows {
                let line = serde_json::json!({
                    "what": row.what,
                    "purpose": row.purpose,
                    "list": row.list,
                    "notice_type": row.notice_type,
                    "detail": row.detail,
                    "count": row.count,
                });
                writeln!(out, "{line}")?;
            }
            return Ok(Exit::Done);
        }
        let cells = rows.iter().map(|row| {
            let texts = [&row.purpose, &row.list, &row.notice_type, &row.detail];
            let texts = texts.into_iter().cloned();
            let what = std::iter::once(row.what.to_owned());
            what.chain(texts).chain([count(row)]).collect()
        });
        let header = ["what", "purpose", "list", "type", "detail", "count"];
        write!(out, "{}", table(&header, &cells.collect::<Vec<_>>()))?;
        Ok(Exit::Done)
    }
}
