//! Options for reading subjects, and `veilmatch subjects check`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::Exit;
use crate::config::Config;
use crate::error::{Problem, Result};
use crate::read::{SubjectSettings, inspect_subjects};
use crate::record::DateOrder;

/// How subject files are read.
#[derive(Args, Debug, Default)]
pub(super) struct SubjectOptions {
    /// Canonical field and the header it stands under, e.g. `birth_date='Geb.-Datum'`. Repeatable.
    #[arg(long, value_name = "FIELD=HEADER", value_parser = assignment)]
    map: Vec<(String, String)>,
    /// Order of day and month in dates like 03/05/1970; without it they are emptied and counted.
    #[arg(long, value_enum, value_name = "ORDER")]
    date_order: Option<Order>,
    /// Delimiter of CSV files [default: sniffed].
    #[arg(long, value_name = "C")]
    delimiter: Option<String>,
    /// Encoding, e.g. windows-1251 [default: UTF-8, UTF-16 with BOM, else windows-1252].
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

impl From<Order> for DateOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::Dmy => Self::DayMonthYear,
            Order::Mdy => Self::MonthDayYear,
            Order::Ymd => Self::YearMonthDay,
        }
    }
}

pub(super) fn assignment(text: &str) -> std::result::Result<(String, String), String> {
    let (field, header) = text.split_once('=').ok_or("write it as field='Header'")?;
    Ok((field.trim().to_owned(), header.trim().to_owned()))
}

impl SubjectOptions {
    /// The settings, the command line winning over the file.
    pub(super) fn settings(self, config: &Config) -> Result<SubjectSettings> {
        let order = match (self.date_order, config.date_order.as_deref()) {
            (Some(order), _) => Some(order),
            (None, Some(text)) => {
                Some(Order::from_str(text, true).map_err(|_| Problem::Setting {
                    setting: "date-order",
                    reason: "is none of dmy, mdy, ymd".into(),
                })?)
            }
            (None, None) => None,
        };
        let delimiter = self.delimiter.or_else(|| config.delimiter.clone());
        Ok(SubjectSettings {
            map: config.map.clone().into_iter().chain(self.map).collect(),
            date_order: order.map(DateOrder::from),
            delimiter: delimiter.map(|d| delimiter_byte(&d)).transpose()?,
            encoding: self.encoding.or_else(|| config.encoding.clone()),
            ..SubjectSettings::default()
        })
    }
}

/// A delimiter as typed: one ASCII character, or `tab`.
pub(super) fn delimiter_byte(text: &str) -> Result<u8> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, [byte]) if byte.is_ascii() => Ok(*byte),
        _ => Err(Problem::Setting {
            setting: "--delimiter",
            reason: "is not one character or `tab`".into(),
        }
        .into()),
    }
}

/// Look at subject files without screening them.
#[derive(Args, Debug)]
pub(super) struct Subjects {
    #[command(subcommand)]
    verb: SubjectsVerb,
}

#[derive(Debug, Subcommand)]
enum SubjectsVerb {
    /// Encoding, column → field, unused columns, fill rates; never a value.
    #[command(after_help = "Example:
  veilmatch subjects check customers.csv --map birth_date='Geb.-Datum'")]
    Check {
        /// A subject file.
        file: PathBuf,
        #[command(flatten)]
        reading: SubjectOptions,
    },
}

impl Subjects {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        use std::io::Write as _;
        let SubjectsVerb::Check { file, reading } = self.verb;
        let inspection = inspect_subjects(&file, &reading.settings(&Config::default())?)?;
        write!(std::io::stdout().lock(), "{}", inspection.to_text())?;
        Ok(Exit::Done)
    }
}
