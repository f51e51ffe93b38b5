//! The terms of an agreement: every field, what it means, and what makes no sense.
//!
//! All fields must be there and no others may be: a misspelt limit is an error, not no limit.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::error::{Problem, Result};
use crate::exchange::codec::unhex;
use crate::exchange::identity::Party;
use crate::exchange::name::{Code, PartyName};

/// What two parties have agreed.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The two parties, sorted by name.
    pub parties: [Party; 2],
    /// Who may learn whether its subjects are on the other's lists: one party or both.
    pub learns: Vec<PartyName>,
    /// Codes of the purposes that a run may have; at least one.
    pub purposes: Vec<Code>,
    /// Codes of the legal bases that a run may have; at least one.
    pub legal_bases: Vec<Code>,
    /// Digest of the tables and rules that make the inputs.
    pub recipe_digest: [u8; 32],
    /// The lists that may be asked about.
    pub lists: Vec<ListTerms>,
    /// What holds for each type of notice.
    pub notices: Vec<NoticeTerms>,
    /// The fields of a notice that a release may carry.
    pub releasable_fields: Vec<Code>,
    /// Countries that nothing is sent to (ISO 3166-1 alpha-2).
    pub no_send: Vec<Code>,
    /// Handling codes that keep a notice from the other party.
    pub barred_handling: Vec<Code>,
    /// Whether notices about victims and witnesses take part. Never released by the program.
    pub protected_roles: bool,
    /// Days after which what was opened or received must be deleted.
    pub retention_days: u16,
    /// Whom to turn to in a dispute.
    pub disputes: String,
    /// Limits of an epoch.
    pub caps: Caps,
    /// The schedule of epochs.
    pub epochs: Epochs,
    /// Countries of each party, in the order of `parties`.
    countries: [Vec<Code>; 2],
}

/// A list that may be asked about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListTerms {
    /// Id of the list.
    pub id: Code,
    /// The party that holds it.
    pub holder: PartyName,
    /// It waits for a review of politically motivated entries; until then it takes no part.
    pub political_review: bool,
}

/// What holds for a type of notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTerms {
    /// The type, as in the lists.
    #[serde(rename = "type")]
    pub notice_type: Code,
    /// Lowest bits at which the full notice may be asked for.
    pub threshold_bits: f64,
    /// Highest sensitivity that the program releases by itself. Left out: people decide on all.
    pub automatic_up_to: Option<u8>,
    /// How many people decide on the others, each on their own: 1 or 2.
    pub deciders: u8,
}

/// Limits, each for one pair of asker and holder and one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Most subjects that the asker may declare, over all requests.
    pub subjects: u64,
    /// Most inputs of one subject or notice.
    pub inputs_per_record: u16,
    /// Most rows of requests, padding included, over all requests.
    pub request_rows: u64,
    /// Most rows of an index.
    pub index_rows: u64,
    /// Most notices that may be asked for, over all asks.
    pub asks: u64,
    /// Bytes of every sealed scoring form, filled up to this length: 64 to 4,096.
    pub form_bytes: u16,
    /// Bytes of every row of a release, filled up to this length: 256 to 65,000.
    pub release_bytes: u16,
}

/// When epochs begin and end. Keys, caps and cached outputs end with their epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epochs {
    /// First day of the first epoch.
    pub first_day: Date,
    /// Days of each epoch: 1 to 366.
    pub days: u16,
    /// How many epochs follow each other: 1 to 1,000.
    pub count: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    party: Vec<RawParty>,
    learns: Vec<PartyName>,
    purposes: Vec<Code>,
    legal_bases: Vec<Code>,
    recipe_digest: String,
    list: Vec<ListTerms>,
    notice: Vec<NoticeTerms>,
    releasable_fields: Vec<Code>,
    no_send: Vec<Code>,
    barred_handling: Vec<Code>,
    protected_roles: bool,
    retention_days: u16,
    disputes: String,
    caps: Caps,
    epochs: RawEpochs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEpochs {
    first_day: String,
    days: u16,
    count: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParty {
    name: PartyName,
    sign: String,
    seal: String,
    countries: Vec<Code>,
}

impl Terms {
    /// Reads terms from TOML.
    ///
    /// # Errors
    /// Usage: a field is missing, unknown, of the wrong form, or makes no sense.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        // The message of the TOML reader quotes the line, and what stands there is in an agreement,
        // not in a record.
        let raw: Raw = toml::from_str(text).map_err(|e| setting(e.message()))?;
        let mut parties = raw
            .party
            .into_iter()
            .map(RawParty::into_party)
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| setting("a key of a party is not 64 digits of hexadecimal, or weak"))?;
        parties.sort_by(|(a, _), (b, _)| a.name().cmp(b.name()));
        let Ok([(first, here), (second, there)]) = <[_; 2]>::try_from(parties) else {
            return Err(setting("an agreement has two parties"));
        };
        let recipe_digest = unhex(&raw.recipe_digest)
            .ok_or_else(|| setting("recipe_digest is not 64 digits of hexadecimal"))?;
        let epochs = Epochs {
            first_day: (raw.epochs.first_day.parse())
                .map_err(|_| setting("first_day is not a date in quotes, as \"2026-11-01\""))?,
            days: raw.epochs.days,
            count: raw.epochs.count,
        };
        let terms = Self {
            parties: [first, second],
            learns: raw.learns,
            purposes: raw.purposes,
            legal_bases: raw.legal_bases,
            recipe_digest,
            lists: raw.list,
            notices: raw.notice,
            releasable_fields: raw.releasable_fields,
            no_send: raw.no_send,
            barred_handling: raw.barred_handling,
            protected_roles: raw.protected_roles,
            retention_days: raw.retention_days,
            disputes: raw.disputes,
            caps: raw.caps,
            epochs,
            countries: [here, there],
        };
        match terms.nonsense() {
            None => Ok(terms),
            Some(why) => Err(setting(why)),
        }
    }

    /// The first thing that makes no sense.
    fn nonsense(&self) -> Option<&'static str> {
        let [a, b] = &self.parties;
        let is_party = |name: &PartyName| name == a.name() || name == b.name();
        let caps = &self.caps;
        let rules: [(bool, &'static str); 19] = [
            (a.name() == b.name(), "both parties have one name"),
            (
                a.signatory.key == b.signatory.key || a.seal == b.seal,
                "both parties have one key",
            ),
            (self.learns.is_empty(), "learns names nobody"),
            (
                !self.learns.iter().all(is_party),
                "learns names a third party",
            ),
            (self.purposes.is_empty(), "no purpose is named"),
            (self.legal_bases.is_empty(), "no legal basis is named"),
            (self.lists.is_empty(), "no list is named"),
            (
                !self.lists.iter().all(|list| is_party(&list.holder)),
                "a list is held by a third party",
            ),
            (self.notices.is_empty(), "no type of notice is named"),
            (
                is_twice(self.lists.iter().map(|list| (&list.id, &list.holder))),
                "a list stands there twice",
            ),
            (
                is_twice(self.notices.iter().map(|notice| &notice.notice_type)),
                "a type of notice stands there twice",
            ),
            (
                !self.notices.iter().all(|n| n.threshold_bits.is_finite()),
                "a threshold is no number",
            ),
            (
                !self.notices.iter().all(|n| (1..=2).contains(&n.deciders)),
                "one or two people decide",
            ),
            (self.retention_days == 0, "retention_days is 0"),
            (
                self.disputes.trim().is_empty(),
                "no contact for disputes is named",
            ),
            (
                !(1..=1_024).contains(&caps.inputs_per_record),
                "inputs_per_record is not within 1 to 1024",
            ),
            (
                !(64..=4_096).contains(&caps.form_bytes),
                "form_bytes is not within 64 to 4096",
            ),
            (
                !(256..=65_000).contains(&caps.release_bytes),
                "release_bytes is not within 256 to 65000",
            ),
            (
                !(1..=366).contains(&self.epochs.days) || !(1..=1_000).contains(&self.epochs.count),
                "days is not within 1 to 366, or count not within 1 to 1000",
            ),
        ];
        rules
            .into_iter()
            .find(|(wrong, _)| *wrong)
            .map(|(_, why)| why)
    }

    /// The epoch of a day, from 1.
    ///
    /// # Errors
    /// Outside the agreement: before the first epoch or after the last.
    pub fn epoch(&self, day: Date) -> Result<u32> {
        let outside = |why| Problem::Agreement { why };
        let first = self.epochs.first_day;
        let passed = first
            .until(day)
            .map_err(|_| outside("the day is beyond the calendar"))?
            .get_days();
        let passed = u32::try_from(passed).map_err(|_| outside("its first epoch has not begun"))?;
        let number = passed
            .checked_div(u32::from(self.epochs.days))
            .unwrap_or(u32::MAX);
        if number >= u32::from(self.epochs.count) {
            return Err(outside("its last epoch has ended").into());
        }
        Ok(number.saturating_add(1))
    }

    /// The first day after an epoch, from which its keys and outputs must be gone. `None` for an
    /// epoch that is not in the schedule.
    pub fn end_of(&self, epoch: u32) -> Option<Date> {
        (1..=u32::from(self.epochs.count))
            .contains(&epoch)
            .then_some(())?;
        let days = i64::from(epoch).checked_mul(i64::from(self.epochs.days))?;
        self.epochs.first_day.checked_add(days.days()).ok()
    }

    /// The countries of a party.
    pub(crate) fn countries_of(&self, name: &PartyName) -> &[Code] {
        let mut sides = self.parties.iter().zip(&self.countries);
        let found = sides.find(|(party, _)| party.name() == name);
        found.map_or(&[], |(_, countries)| countries)
    }
}

impl RawParty {
    fn into_party(self) -> Option<(Party, Vec<Code>)> {
        let party = Party::new(self.name, &unhex(&self.sign)?, unhex(&self.seal)?)?;
        Some((party, self.countries))
    }
}

fn setting(reason: &str) -> crate::error::Error {
    Problem::Setting {
        setting: "agreement",
        reason: reason.to_owned(),
    }
    .into()
}

/// Whether something stands there twice: a reader could take the one and the program the other.
fn is_twice<T: Ord>(things: impl Iterator<Item = T>) -> bool {
    let mut things: Vec<T> = things.collect();
    things.sort_unstable();
    things.windows(2).any(|two| matches!(two, [a, b] if a == b))
}
