//! `veilmatch keys`: the identity of one party of an exchange.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use crate::cli::Exit;
use crate::exchange::identity::{Identity, Party};
use crate::exchange::name::PartyName;
use crate::report::{Output, beside};

/// Make and show the identity of your organisation in exchanges.
#[derive(Args, Debug)]
pub(super) struct Keys {
    #[command(subcommand)]
    verb: KeysVerb,
}

#[derive(Debug, Subcommand)]
enum KeysVerb {
    New(New),
    Show(Show),
}

/// Make a new identity: a secret key file, and beside it the public identity for the other side.
///
/// The key file signs for your organisation and opens what is sealed to it. It is never
/// overwritten; keep it where only the people who act for the organisation read.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch keys new north.key --name north        (writes north.key and north.pub)

Then read the fingerprint of the other side's identity to them by telephone: `keys show`.")]
struct New {
    /// The key file, mode 0600.
    #[arg(value_name = "F.key")]
    file: PathBuf,
    /// Name of the organisation in agreements and signatures: a-z, 0-9, `.` and `-`.
    #[arg(long, value_name = "NAME", value_parser = party_name)]
    name: PartyName,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Show who a key file or a public identity is, with the fingerprint to compare by telephone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch keys show south.pub
  veilmatch keys show north.key -o north.pub       (the public identity once more)")]
struct Show {
    /// A key file or a public identity.
    #[arg(value_name = "F")]
    file: PathBuf,
    /// Where the public identity goes.
    #[arg(short, long, value_name = "F.pub")]
    output: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// How a key file is opened.
#[derive(Args, Debug)]
pub(super) struct Passphrase {
    /// File with the passphrase of the key file, where it has one (`age` opens it too).
    #[arg(long, value_name = "F")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The passphrase: the first line of its file.
    fn read(&self) -> anyhow::Result<Option<Zeroizing<String>>> {
        let Some(path) = &self.passphrase_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).context("cannot read the passphrase file")?;
        let text = Zeroizing::new(text);
        let first = text.lines().next().unwrap_or_default();
        Ok(Some(Zeroizing::new(first.to_owned())))
    }

    /// The identity of a key file.
    pub(super) fn identity(&self, key: &Path) -> anyhow::Result<Identity> {
        let passphrase = self.read()?;
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        Ok(Identity::read(key, passphrase)?)
    }
}

pub(super) fn party_name(text: &str) -> Result<PartyName, String> {
    PartyName::new(text).ok_or_else(|| "1 to 64 of a-z, 0-9, `.` and `-`".into())
}

/// The party of a public identity.
pub(super) fn party(path: &Path) -> anyhow::Result<Party> {
    let bytes = std::fs::read(path).context("cannot read the public identity")?;
    Ok(Party::decode(&bytes)?)
}

impl Keys {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            KeysVerb::New(new) => new.run(),
            KeysVerb::Show(show) => show.run(),
        }
    }
}

impl New {
    fn run(self) -> anyhow::Result<Exit> {
        let identity = Identity::fresh(self.name)?;
        let passphrase = self.passphrase.read()?;
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        identity.write(&self.file, passphrase)?;
        let note = identity.public_note()?;
        Output::whole(&beside(&self.file, "pub"), note.as_bytes())?;
        describe(identity.party())
    }
}

impl Show {
    fn run(self) -> anyhow::Result<Exit> {
        let bytes = std::fs::read(&self.file).context("cannot read the file")?;
        let bytes = Zeroizing::new(bytes);
        if let Ok(party) = Party::decode(&bytes) {
            if let Some(output) = &self.output {
                Output::whole(output, &bytes)?;
            }
            return describe(&party);
        }
        let identity = self.passphrase.identity(&self.file)?;
        if let Some(output) = &self.output {
            Output::whole(output, identity.public_note()?.as_bytes())?;
        }
        describe(identity.party())
    }
}

fn describe(party: &Party) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "name         {}", party.name())?;
    writeln!(out, "fingerprint  {}", party.fingerprint())?;
    Ok(Exit::Done)
}
