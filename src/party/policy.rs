//! What policy says of a notice: who may find it, and who decides on its release.

use crate::exchange::agreement::{Bar, Deal, Decider, Traits};
use crate::exchange::name::Code;
use crate::record::columns::Column;
use crate::record::{Action, Handling, Notice, NoticeType};

/// How sensitive a handling code is, from 0: `automatic_up_to` of the agreement counts in this.
pub const fn sensitivity(handling: Handling) -> u8 {
    match handling {
        Handling::Public => 0,
        Handling::H0 => 1,
        Handling::H1 => 2,
        Handling::H2 => 3,
        Handling::H3 => 4,
    }
}

/// Roles of people who are never released by the program, as they stand in a column of a list.
const PROTECTED_ROLES: [&str; 2] = ["victim", "witness"];

/// Whether a notice is about somebody who must be protected: by its role where the list has one, by
/// its type, or by what is asked.
fn is_protected(notice: &Notice) -> bool {
    let role = notice
        .extra
        .get(Column::Role.name())
        .map(|role| role.trim().to_lowercase());
    role.is_some_and(|role| PROTECTED_ROLES.contains(&role.as_str()))
        || notice.notice_type == NoticeType::SisVulnerable
        || notice.action_requested == Action::Protect
}

/// A notice as policy sees it.
pub(super) struct Seen {
    list: Code,
    notice_type: Code,
    handling: [Code; 1],
    no_send: Vec<Code>,
    sensitivity: u8,
    is_protected: bool,
}

impl Seen {
    /// What policy sees of a notice, under an agreement with these purposes.
    ///
    /// # Errors
    /// The bar, where the notice itself forbids it: it is limited to other purposes, or must not go
    /// to a country that cannot be read.
    pub(super) fn of(notice: &Notice, purposes: &[Code]) -> Result<Self, Bar> {
        let code = |text: &str| Code::new(text).ok_or(Bar::NotAgreed);
        // An index may be asked for any agreed purpose, so a notice must allow all of them.
        let own = &notice.handling.purposes;
        let allows = |purpose: &Code| own.iter().any(|text| text.as_str() == purpose.as_str());
        if !own.is_empty() && !purposes.iter().all(allows) {
            return Err(Bar::Handling);
        }
        let no_send = notice.handling.no_send_to.iter();
        let no_send = no_send.map(|country| Code::new(country).ok_or(Bar::Country));
        Ok(Self {
            list: code(notice.list_id.as_str())?,
            notice_type: code(notice.notice_type.code())?,
            handling: [code(notice.handling.code.code())?],
            no_send: no_send.collect::<Result<_, _>>()?,
            sensitivity: sensitivity(notice.handling.code),
            is_protected: is_protected(notice),
        })
    }

    fn traits(&self) -> Traits<'_> {
        Traits {
            list: &self.list,
            notice_type: &self.notice_type,
            handling: &self.handling,
            no_send: &self.no_send,
            sensitivity: self.sensitivity,
            protected: self.is_protected,
        }
    }

    /// Whether the notice may be in an index for the asker of a deal.
    pub(super) fn publishable(&self, deal: &Deal) -> Result<(), Bar> {
        deal.publishable(&self.traits())
    }

    /// Who decides on its release.
    pub(super) fn decider(&self, deal: &Deal) -> Result<Decider, Bar> {
        deal.decider(&self.traits())
    }

    /// Codes for the log: the list, and the type of notice.
    pub(super) fn codes(&self) -> [Code; 2] {
        [self.list.clone(), self.notice_type.clone()]
    }
}

/// What a bar is called in tallies.
pub(super) const fn word(bar: Bar) -> &'static str {
    match bar {
        Bar::NotAgreed => "notices_not_agreed",
        Bar::PoliticalReview => "notices_under_political_review",
        Bar::Handling => "notices_barred_by_handling",
        Bar::Country => "notices_barred_by_country",
        Bar::Protected => "notices_of_protected_people",
    }
}
