//! `veilmatch exchange agree`: what two parties agree on, written, signed, checked and shown.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::cli::keys::{Passphrase, party, party_name};
use crate::cli::{Exit, code, conjunctions};
use crate::error::Problem;
use crate::exchange::agreement::Agreement;
use crate::exchange::identity::Party;
use crate::exchange::name::{Code, PartyName};
use crate::exchange::padding::padme;
use crate::keys::conjunctions::{List, MOST_PER_NOTICE, MOST_PER_SUBJECT};
use crate::record::hex;
use crate::report::{Output, RELEASE_FIELDS, table};

/// Write, sign, check and show the agreement that every step of an exchange rests on.
#[derive(Args, Debug)]
pub(super) struct Agree {
    #[command(subcommand)]
    verb: AgreeVerb,
}

#[derive(Debug, Subcommand)]
enum AgreeVerb {
    New(Box<New>),
    Sign(Sign),
    Verify(Verify),
    Show(Show),
}

/// Write a draft with every field, each with a comment. Read it, change what does not fit, sign it.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange agree new north.pub south.pub --learns south --list north:wanted-list \\
    --type wanted --purpose BORDER-CHECK --legal-basis TREATY-7:3 -o agreement.toml")]
struct New {
    /// Public identity of one party.
    #[arg(value_name = "A.pub")]
    one: PathBuf,
    /// Public identity of the other.
    #[arg(value_name = "B.pub")]
    other: PathBuf,
    /// A party that may learn which of its subjects are on the other's lists. Repeatable.
    #[arg(long, required = true, value_name = "NAME", value_parser = party_name)]
    learns: Vec<PartyName>,
    /// A list that may be asked about, and who holds it. Repeatable.
    #[arg(long = "list", required = true, value_name = "HOLDER:LIST-ID", value_parser = pair)]
    lists: Vec<(PartyName, Code)>,
    /// A type of notice that takes part, as in the lists. Repeatable.
    #[arg(long = "type", required = true, value_name = "TYPE", value_parser = code)]
    types: Vec<Code>,
    /// Code of a purpose. Repeatable.
    #[arg(long = "purpose", required = true, value_name = "CODE", value_parser = code)]
    purposes: Vec<Code>,
    /// Code of a legal basis. Repeatable.
    #[arg(long = "legal-basis", required = true, value_name = "CODE", value_parser = code)]
    legal_bases: Vec<Code>,
    /// A party and its country, two letters. Repeatable.
    #[arg(long = "country", value_name = "NAME:CC", value_parser = pair)]
    countries: Vec<(PartyName, Code)>,
    /// Which conjunctions open a notice: few unrelated notices, or more true pairs.
    #[arg(long, value_name = "narrow|wide", default_value = "narrow", value_parser = conjunctions)]
    rules: List,
    /// Most subjects that may be asked about in an epoch.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    subjects: u64,
    /// Most notices of an index.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    notices: u64,
    /// First day of the first epoch [default: today].
    #[arg(long, value_name = "DATE")]
    first_day: Option<Date>,
    /// Days of an epoch.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u16,
    /// Number of epochs.
    #[arg(long, value_name = "N", default_value_t = 12)]
    epochs: u16,
    /// Whom to turn to in a dispute.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "the data protection officers of both"
    )]
    disputes: String,
    /// Where the draft goes.
    #[arg(short, long, value_name = "F.toml")]
    output: PathBuf,
}

/// Put your signature under an agreement.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange agree sign agreement.toml --key north.key")]
struct Sign {
    /// A draft, or an agreement that the other side has signed. It is signed in place.
    #[arg(value_name = "F.toml")]
    agreement: PathBuf,
    /// Your key file.
    #[arg(long, value_name = "F.key")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Check that both parties, and nobody else, have signed.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange agree verify agreement.toml --identity north.pub --identity south.pub")]
struct Verify {
    /// The agreement.
    #[arg(value_name = "F.toml")]
    agreement: PathBuf,
    /// A public identity that must be one of the two parties. Repeatable.
    #[arg(long = "identity", value_name = "F.pub")]
    identities: Vec<PathBuf>,
}

/// Show an agreement in words.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange agree show agreement.toml")]
struct Show {
    /// The agreement, signed or not.
    #[arg(value_name = "F.toml")]
    agreement: PathBuf,
}

fn pair(text: &str) -> Result<(PartyName, Code), String> {
    let (name, rest) = text.split_once(':').ok_or("a party, `:`, and a code")?;
    Ok((party_name(name)?, code(rest)?))
}

/// An agreement as it lies on disk: signed by nobody, by one or by both.
pub(super) fn read(path: &Path) -> anyhow::Result<Agreement> {
    let text = std::fs::read_to_string(path).context("cannot read the agreement")?;
    let is_note = text.lines().any(|line| line.starts_with("\u{2014} "));
    if is_note {
        return Ok(Agreement::decode(text.as_bytes())?);
    }
    // A draft may have been changed by an editor, which ends files as it likes.
    Ok(Agreement::draft(&format!("{}\n", text.trim_end()))?)
}

impl Agree {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            AgreeVerb::New(new) => new.run(),
            AgreeVerb::Sign(sign) => sign.run(),
            AgreeVerb::Verify(verify) => verify.run(),
            AgreeVerb::Show(show) => show.run(),
        }
    }
}

/// Texts as they stand in a TOML array. Codes and names hold nothing that needs escaping.
fn array<T: std::fmt::Display>(items: &[T]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

impl New {
    fn run(self) -> anyhow::Result<Exit> {
        let parties = [party(&self.one)?, party(&self.other)?];
        let text = self.text(&parties);
        // What this writes can be read, or the options do not fit each other.
        let agreement = Agreement::draft(&text)?;
        Output::whole(&self.output, agreement.encode().as_bytes())?;
        eprintln!("a draft: read it, change what does not fit, then `exchange agree sign`");
        Ok(Exit::Done)
    }

    fn text(&self, parties: &[Party; 2]) -> String {
        let first_day = self.first_day.unwrap_or_else(|| jiff::Zoned::now().date());
        let mut text = format!(
            r#"# veilmatch agreement/1
# Between the two parties below. Every field is needed. Lines like this one are part of what is
# signed, and mean nothing to the program.

# Who may learn which of its subjects are on the other's lists.
learns = {learns}
# Codes of purposes and legal bases. Every run states one of each.
purposes = {purposes}
legal_bases = {bases}
# Digest of the rules that make inputs ({rules}); both sides need a version of veilmatch that has it.
recipe_digest = "{digest}"
# Fields that a release may carry.
releasable_fields = {fields}
# Countries (two letters) that no notice is sent to, and handling codes that keep a notice here.
no_send = []
barred_handling = ["H3"]
# Whether notices about victims and witnesses take part. People decide on each of them.
protected_roles = false
# Days after which what was opened or received is deleted.
retention_days = 30
disputes = {disputes}
"#,
            learns = array(&self.learns),
            purposes = array(&self.purposes),
            bases = array(&self.legal_bases),
            rules = self.rules.code(),
            digest = hex(&self.rules.digest()),
            fields = array(&RELEASE_FIELDS.map(|field| field.code)),
            disputes = toml::Value::from(self.disputes.as_str()),
        );
        for party in parties {
            let own = self
                .countries
                .iter()
                .filter(|(name, _)| name == party.name());
            let own: Vec<&Code> = own.map(|(_, country)| country).collect();
            let _ = write!(
                text,
                "\n# Fingerprint, to be compared by telephone: {}\n[[party]]\nname = \"{}\"\n\
                 sign = \"{}\"\nseal = \"{}\"\ncountries = {}\n",
                party.fingerprint(),
                party.name(),
                hex(party.signatory.key.as_bytes()),
                hex(&party.seal.bytes()),
                array(&own),
            );
        }
        text.push_str(
            "\n# Lists. One that waits for a review of political entries takes no part.\n",
        );
        for (holder, list) in &self.lists {
            let _ = write!(
                text,
                "[[list]]\nid = \"{list}\"\nholder = \"{holder}\"\npolitical_review = false\n\n",
            );
        }
        text.push_str(TYPES);
        for notice_type in &self.types {
            let _ = write!(
                text,
                "[[notice]]\ntype = \"{notice_type}\"\nthreshold_bits = 0.0\n\
                 automatic_up_to = 0\ndeciders = 1\n\n",
            );
        }
        let _ = write!(
            text,
            r#"# Limits of one epoch: subjects, inputs of one subject or notice, rows of all requests and of an
# index (padding included), notices asked for; bytes of every scoring form and of every release.
[caps]
subjects = {subjects}
inputs_per_record = {MOST_PER_NOTICE}
request_rows = {request_rows}
index_rows = {index_rows}
asks = {asks}
form_bytes = 512
release_bytes = 4096

# Keys, caps and cached outputs end with their epoch.
[epochs]
first_day = "{first_day}"
days = {days}
count = {count}
"#,
            subjects = self.subjects,
            request_rows = padme(self.subjects.saturating_mul(u64::from(MOST_PER_SUBJECT))),
            index_rows = padme(self.notices.saturating_mul(MEAN_OF_NOTICE)),
            asks = (self.subjects / 20).max(100),
            days = self.days,
            count = self.epochs,
        );
        text
    }
}

/// Inputs that a notice with its aliases has on average, with room to spare.
const MEAN_OF_NOTICE: u64 = 384;

const TYPES: &str = "\
# Types of notices: the lowest bits at which the full notice may be asked for; the highest
# sensitivity that the program releases by itself (handling public 0, H0 1, H1 2, H2 3, H3 4;
# leave the line out and people decide on all); how many people decide on the others: 1 or 2.
";

impl Sign {
    fn run(self) -> anyhow::Result<Exit> {
        let identity = self.passphrase.identity(&self.key)?;
        let mut agreement = read(&self.agreement)?;
        for field in &agreement.terms().releasable_fields {
            if !RELEASE_FIELDS
                .iter()
                .any(|known| known.code == field.as_str())
            {
                let known = RELEASE_FIELDS.map(|field| field.code).join(", ");
                return Err(setting(format!("releasable_fields are of: {known}")));
            }
        }
        let mut parties = agreement.terms().parties.iter();
        if !parties.any(|party| party == identity.party()) {
            return Err(setting("the key file is of no party to it".into()));
        }
        identity.sign(agreement.note_mut());
        Output::whole(&self.agreement, agreement.encode().as_bytes())?;
        let signers: Vec<&str> = agreement.signers().map(PartyName::as_str).collect();
        eprintln!("signed by {}", signers.join(" and "));
        Ok(Exit::Done)
    }
}

fn setting(reason: String) -> anyhow::Error {
    let problem = Problem::Setting {
        setting: "agreement",
        reason,
    };
    crate::error::Error::from(problem).into()
}

impl Verify {
    fn run(self) -> anyhow::Result<Exit> {
        let agreement = read(&self.agreement)?;
        agreement.verify()?;
        for path in &self.identities {
            let known = party(path)?;
            if !agreement.terms().parties.contains(&known) {
                let problem = Problem::Refused {
                    what: "agreement",
                    why: "it is between other parties, or names another key",
                };
                return Err(crate::error::Error::from(problem).into());
            }
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "signed by both")?;
        for party in &agreement.terms().parties {
            writeln!(out, "{}  {}", party.fingerprint(), party.name())?;
        }
        Ok(Exit::Done)
    }
}

impl Show {
    fn run(self) -> anyhow::Result<Exit> {
        let agreement = read(&self.agreement)?;
        write!(std::io::stdout().lock(), "{}", words(&agreement))?;
        Ok(Exit::Done)
    }
}

/// An agreement in words, a line for each thing agreed.
fn words(agreement: &Agreement) -> String {
    let terms = agreement.terms();
    let join = |codes: &[Code]| {
        let codes: Vec<&str> = codes.iter().map(Code::as_str).collect();
        if codes.is_empty() {
            "none".to_owned()
        } else {
            codes.join(", ")
        }
    };
    let names = |names: &mut dyn Iterator<Item = &PartyName>| {
        let names: Vec<&str> = names.map(PartyName::as_str).collect();
        if names.is_empty() {
            "nobody".to_owned()
        } else {
            names.join(", ")
        }
    };
    let mut rows: Vec<[String; 2]> = Vec::new();
    let mut row = |what: &str, how: String| rows.push([what.to_owned(), how]);
    let signed = match agreement.verify() {
        Ok(()) => "by both".to_owned(),
        Err(_) => format!(
            "not by both; names under it: {}",
            names(&mut agreement.signers())
        ),
    };
    row("signed", signed);
    for party in &terms.parties {
        let countries = join(terms.countries_of(party.name()));
        row("party", format!("{}, countries: {countries}", party.name()));
        row("fingerprint", party.fingerprint());
    }
    row("may learn", names(&mut terms.learns.iter()));
    row("purposes", join(&terms.purposes));
    row("legal bases", join(&terms.legal_bases));
    for list in &terms.lists {
        let review = if list.political_review {
            ", waits for a review: takes no part"
        } else {
            ""
        };
        row("list", format!("{} of {}{review}", list.id, list.holder));
    }
    for notice in &terms.notices {
        let people = if notice.deciders == 1 {
            "one person decides"
        } else {
            "two people decide"
        };
        let automatic = match notice.automatic_up_to {
            Some(most) => format!("released by itself up to sensitivity {most}, else {people}"),
            None => people.to_owned(),
        };
        let bits = notice.threshold_bits;
        row(
            "notices",
            format!(
                "{}: asked for from {bits} bits; {automatic}",
                notice.notice_type
            ),
        );
    }
    row("released", join(&terms.releasable_fields));
    row("never sent to", join(&terms.no_send));
    row("never sent with", join(&terms.barred_handling));
    let protected = if terms.protected_roles {
        "people decide on each"
    } else {
        "take no part"
    };
    row("victims, witnesses", protected.to_owned());
    row("deleted after", format!("{} days", terms.retention_days));
    row("disputes", crate::report::safe(&terms.disputes));
    let caps = &terms.caps;
    row(
        "in each epoch",
        format!(
            "{} subjects with {} inputs each; {} rows of requests, {} of an index; {} asks",
            caps.subjects, caps.inputs_per_record, caps.request_rows, caps.index_rows, caps.asks
        ),
    );
    row(
        "a form, a release",
        format!("{} and {} bytes", caps.form_bytes, caps.release_bytes),
    );
    let epochs = &terms.epochs;
    row(
        "epochs",
        format!(
            "{} of {} days, from {}",
            epochs.count, epochs.days, epochs.first_day
        ),
    );
    row("recipe digest", hex(&terms.recipe_digest));
    let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
    table(&["what", "how"], &rows)
}
