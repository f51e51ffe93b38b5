//! What to generate: sizes, seed, and the profile of a population.

use crate::record::{Action, Kind, NoticeType, Role};
use crate::synth::Corruption;

/// Settings of one synthetic pair of files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Rows of the subject file.
    pub subjects: usize,
    /// Notices on the list.
    pub notices: usize,
    /// Share of subjects that are a corrupted copy of a notice, 0 to 1.
    pub overlap: f64,
    /// Share of subjects that bear the name of a notice and are somebody else, 0 to 1.
    pub namesakes: f64,
    /// The seed. The same settings and seed give the same bytes for ever.
    pub seed: u64,
    /// What happens to names and dates on the way.
    pub corruption: Corruption,
    /// What kind of population.
    pub profile: Profile,
}

impl Default for Settings {
    /// 1,000 subjects, 1,000 notices, 10 % overlap, 1 % namesakes, seed 1, a general population.
    fn default() -> Self {
        Self {
            subjects: 1_000,
            notices: 1_000,
            overlap: 0.10,
            namesakes: 0.01,
            seed: 1,
            corruption: Corruption::default(),
            profile: Profile::default(),
        }
    }
}

impl Settings {
    /// The default population in other sizes.
    pub fn sized(subjects: usize, notices: usize, seed: u64) -> Self {
        Self {
            subjects,
            notices,
            seed,
            ..Self::default()
        }
    }
}

/// What kind of population: the same for a whole file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// Id of the list.
    pub list_id: String,
    /// Codes of the origins that people have; empty for all, by their shares.
    pub origins: Vec<&'static str>,
    /// First and last year of birth.
    pub births: (i16, i16),
    /// What notices are about, with weights.
    pub kinds: Vec<(Kind, u32)>,
    /// Types of notice and what is asked, with weights.
    pub types: Vec<((NoticeType, Action), u32)>,
    /// Roles of subjects, with weights.
    pub roles: Vec<(Role, u32)>,
    /// Percent of persons on the list with a name on a market as a weak alias.
    pub handles: u32,
    /// Percent of persons and organisations on the list with an account number.
    pub accounts: u32,
    /// Percent of persons on the list with a wallet address.
    pub wallets: u32,
}

impl Default for Profile {
    /// A mixed list: 70 % persons, 25 % organisations, 3 % vessels, 2 % aircraft.
    fn default() -> Self {
        Self {
            list_id: "list".to_owned(),
            origins: Vec::new(),
            births: (1930, 2005),
            kinds: vec![
                (Kind::Person, 70),
                (Kind::Organization, 25),
                (Kind::Vessel, 3),
                (Kind::Aircraft, 2),
            ],
            types: vec![
                ((NoticeType::Sanction, Action::Freeze), 60),
                ((NoticeType::Red, Action::Arrest), 20),
                ((NoticeType::Blue, Action::Locate), 10),
                ((NoticeType::Wanted, Action::Arrest), 10),
            ],
            roles: vec![(Role::Customer, 70), (Role::Traveller, 30)],
            handles: 0,
            accounts: 2,
            wallets: 1,
        }
    }
}
