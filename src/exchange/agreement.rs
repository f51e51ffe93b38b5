//! What two parties have agreed, in a file that both have signed.
//!
//! The agreement is TOML in a signed note. Its bytes, without the signatures, give `ctx`: 32 bytes
//! that go into every key, label and manifest of the exchange, so that nothing made under one
//! agreement means anything under another. Steps of the exchange ask for a [`Deal`], and there is
//! no way to a deal but through an agreement that both have signed, on a day of one of its epochs,
//! for a purpose and on a legal basis that it names.

use jiff::civil::Date;

use crate::error::{Problem, Result};
use crate::exchange::identity::Party;
use crate::exchange::name::{Code, PartyName};
use crate::exchange::note::Note;
use crate::exchange::terms::{Caps, ListTerms, NoticeTerms, Terms};

/// First line of an agreement, a comment to TOML.
const FIRST: &str = "# veilmatch agreement/1\n";

/// An agreement as drafted or received: its terms make sense; who has signed is asked later.
#[derive(Clone, Debug)]
pub struct Agreement {
    note: Note,
    terms: Terms,
    ctx: [u8; 32],
}

/// What somebody wants to do under an agreement.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Who asks and learns.
    pub asker: PartyName,
    /// Who holds the notices.
    pub holder: PartyName,
    /// Why, as a code of the agreement.
    pub purpose: Code,
    /// On what legal basis, as a code of the agreement.
    pub legal_basis: Code,
    /// Digest of the tables and rules that make the inputs.
    pub recipe_digest: [u8; 32],
    /// The day; decides the epoch.
    pub today: Date,
}

/// Leave to run one exchange: asker, holder, epoch and limits, under one agreement.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Stands for the agreement in everything that is derived and signed.
    pub(crate) ctx: [u8; 32],
    /// Number of the epoch, from 1. Keys and caps are of one epoch.
    pub(crate) epoch: u32,
    /// Who asks and learns.
    pub(crate) asker: Party,
    /// Who holds the notices.
    pub(crate) holder: Party,
    /// Why.
    pub(crate) purpose: Code,
    /// On what legal basis.
    pub(crate) legal_basis: Code,
    /// Limits of an epoch.
    pub(crate) caps: Caps,
    terms: Terms,
}

impl Agreement {
    /// A draft from TOML, without signatures. The first line must be `# veilmatch agreement/1`.
    ///
    /// # Errors
    /// Usage: a field is missing, unknown or makes no sense.
    pub fn draft(toml: &str) -> Result<Self> {
        Self::from_note(Note::new(toml.to_owned())?)
    }

    /// Reads an agreement, signed or not.
    ///
    /// # Errors
    /// Integrity, where it is not a note in its one form; usage, where the terms make no sense.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::from_note(Note::decode(bytes)?)
    }

    fn from_note(note: Note) -> Result<Self> {
        let text = note.text();
        if !text.starts_with(FIRST) {
            return Err(Problem::Setting {
                setting: "agreement",
                reason: "does not begin with `# veilmatch agreement/1`".into(),
            }
            .into());
        }
        let terms = Terms::parse(text)?;
        let ctx = blake3::derive_key("veilmatch 2026-11 agreement ctx v1", text.as_bytes());
        Ok(Self { note, terms, ctx })
    }

    /// What was agreed.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The note, to be signed.
    pub fn note_mut(&mut self) -> &mut Note {
        &mut self.note
    }

    /// The bytes of the file.
    pub fn encode(&self) -> String {
        self.note.encode()
    }

    /// The names of those who seem to have signed; [`Agreement::verify`] says whether they did.
    pub fn signers(&self) -> impl Iterator<Item = &PartyName> {
        self.note.signers()
    }

    /// Stands for the agreement in everything that is derived from it.
    pub fn ctx(&self) -> [u8; 32] {
        self.ctx
    }

    /// Both parties, and nobody else, have signed these bytes with the keys that stand in them.
    /// Whether those keys are the peer's is for people to compare, once.
    ///
    /// # Errors
    /// Integrity: a signature is missing, foreign, or does not hold.
    pub fn verify(&self) -> Result<()> {
        let [a, b] = &self.terms.parties;
        self.note.verified(&[&a.signatory, &b.signatory]).map(drop)
    }

    /// Leave for an intent.
    ///
    /// # Errors
    /// Integrity, where not both have signed; otherwise outside the agreement: other parties, who
    /// may not learn, a purpose or legal basis that is not named, another recipe, a day outside the
    /// epochs.
    pub fn deal(&self, intent: &Intent) -> Result<Deal> {
        self.verify()?;
        let terms = &self.terms;
        let party = |name: &PartyName| {
            let found = terms.parties.iter().find(|party| party.name() == name);
            found
                .cloned()
                .ok_or(outside("one of the two is no party to it"))
        };
        let (asker, holder) = (party(&intent.asker)?, party(&intent.holder)?);
        if asker == holder {
            return Err(outside("asker and holder are one party").into());
        }
        if !terms.learns.contains(asker.name()) {
            return Err(outside("the asker is not one who may learn").into());
        }
        if !terms.purposes.contains(&intent.purpose) {
            return Err(outside("the purpose is not one of those named").into());
        }
        if !terms.legal_bases.contains(&intent.legal_basis) {
            return Err(outside("the legal basis is not one of those named").into());
        }
        if terms.recipe_digest != intent.recipe_digest {
            return Err(Problem::RecipeDigest.into());
        }
        let epoch = terms.epoch(intent.today)?;
        Ok(Deal {
            ctx: self.ctx,
            epoch,
            asker,
            holder,
            purpose: intent.purpose.clone(),
            legal_basis: intent.legal_basis.clone(),
            caps: terms.caps.clone(),
            terms: terms.clone(),
        })
    }
}

/// What a notice is, as far as the agreement cares.
#[derive(Clone, Debug)]
pub struct Traits<'a> {
    /// The list that it stands on.
    pub list: &'a Code,
    /// Its type.
    pub notice_type: &'a Code,
    /// Codes of the originator on who may see it.
    pub handling: &'a [Code],
    /// Countries that it must not be sent to.
    pub no_send: &'a [Code],
    /// How sensitive it is, from 0.
    pub sensitivity: u8,
    /// The person is a victim or a witness.
    pub protected: bool,
}

/// Why a notice is kept from an asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Its list or its type is not agreed.
    NotAgreed,
    /// The list waits for a review of politically motivated entries.
    PoliticalReview,
    /// A handling code bars it.
    Handling,
    /// The asker's country is one that it must not go to.
    Country,
    /// It is about a victim or a witness.
    Protected,
}

/// Who decides on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The program.
    Automatic,
    /// So many people, each on their own: one or two.
    People(u8),
}

impl Deal {
    /// Stands for the agreement in everything that is derived and signed.
    pub fn ctx(&self) -> [u8; 32] {
        self.ctx
    }

    /// Number of the epoch, from 1.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Who asks and learns.
    pub fn asker(&self) -> &Party {
        &self.asker
    }

    /// Who holds the notices.
    pub fn holder(&self) -> &Party {
        &self.holder
    }

    /// Why, and on what legal basis.
    pub fn reason(&self) -> (&Code, &Code) {
        (&self.purpose, &self.legal_basis)
    }

    /// Limits of an epoch.
    pub fn caps(&self) -> &Caps {
        &self.caps
    }

    /// The asker and the holder, in this order: who asks is part of every key.
    pub(crate) fn pair(&self) -> [&[u8]; 2] {
        [&self.asker, &self.holder].map(|party| party.name().as_str().as_bytes())
    }

    /// Whether a purpose and a legal basis are named by the agreement.
    pub(crate) fn names(&self, purpose: &Code, legal_basis: &Code) -> bool {
        self.terms.purposes.contains(purpose) && self.terms.legal_bases.contains(legal_basis)
    }

    /// Whether a notice may be in an index for this asker.
    ///
    /// # Errors
    /// The first bar that it meets.
    pub fn publishable(&self, traits: &Traits<'_>) -> std::result::Result<(), Bar> {
        let list = self.list(traits.list).ok_or(Bar::NotAgreed)?;
        self.rule(traits.notice_type).ok_or(Bar::NotAgreed)?;
        if list.political_review {
            return Err(Bar::PoliticalReview);
        }
        let barred = &self.terms.barred_handling;
        if traits.handling.iter().any(|code| barred.contains(code)) {
            return Err(Bar::Handling);
        }
        let asker = self.terms.countries_of(self.asker.name());
        let mut closed = traits.no_send.iter().chain(&self.terms.no_send);
        if closed.any(|country| asker.contains(country)) {
            return Err(Bar::Country);
        }
        if traits.protected && !self.terms.protected_roles {
            return Err(Bar::Protected);
        }
        Ok(())
    }

    /// Who decides whether a notice is released. Victims and witnesses are never released by the
    /// program.
    ///
    /// # Errors
    /// The bar that forbids a release.
    pub fn decider(&self, traits: &Traits<'_>) -> std::result::Result<Decider, Bar> {
        self.publishable(traits)?;
        let rule = self.rule(traits.notice_type).ok_or(Bar::NotAgreed)?;
        let automatic = rule
            .automatic_up_to
            .is_some_and(|most| traits.sensitivity <= most);
        if automatic && !traits.protected {
            return Ok(Decider::Automatic);
        }
        Ok(Decider::People(rule.deciders))
    }

    /// Lowest bits at which a notice of a type may be asked for. `None` where the type is not
    /// agreed.
    pub fn threshold(&self, notice_type: &Code) -> Option<f64> {
        self.rule(notice_type).map(|rule| rule.threshold_bits)
    }

    /// The fields that a release may carry.
    pub fn releasable_fields(&self) -> &[Code] {
        &self.terms.releasable_fields
    }

    fn list(&self, id: &Code) -> Option<&ListTerms> {
        let mut lists = self.terms.lists.iter();
        lists.find(|list| list.id == *id && list.holder == *self.holder.name())
    }

    fn rule(&self, notice_type: &Code) -> Option<&NoticeTerms> {
        let mut rules = self.terms.notices.iter();
        rules.find(|rule| rule.notice_type == *notice_type)
    }
}

fn outside(why: &'static str) -> Problem {
    Problem::Agreement { why }
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod tests;
