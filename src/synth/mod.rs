//! Labelled synthetic data: notices, subjects, and which subject is which notice.
//!
//! In: [`Settings`] with a written seed. Out: a [`World`], or the files `subjects.csv`,
//! `notices.csv` and `truth.csv`. All people are invented: names are drawn part by part from public
//! frequency tables. Record `i` is a function of the settings and `i` alone, so any number of
//! threads gives the same bytes. Nothing here is used to screen.

mod corrupt;
mod draw;
mod notice;
mod person;
mod pool;
mod scenario;
mod settings;
mod subject;
mod things;
mod variation;
mod write;

pub use corrupt::{Corruption, CorruptionKind, DateCorruption, Manner, corrupt};
pub use draw::Draw;
pub use scenario::{Scenario, scenario, scenarios, write_scenario};
pub use settings::{Profile, Settings};
pub(crate) use variation::subject as plain_subject;
pub use variation::{Changed, Listed, NearMiss, NearRule, Variation};
pub use write::{write, write_large};

use rayon::prelude::*;

use crate::record::{ListId, Notice, RecordId, Subject};
use crate::synth::notice::Identity;

/// A list, a subject file, and the truth about them.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The list, by id.
    pub notices: Vec<Notice>,
    /// The subject file, by id.
    pub subjects: Vec<Subject>,
    /// The true pairs, by subject id. Subjects that are not here are on no list.
    pub truth: Vec<Truth>,
}

/// One true pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The subject.
    pub subject_id: RecordId,
    /// The list.
    pub list_id: ListId,
    /// The publisher's id of the notice.
    pub source_id: RecordId,
    /// What happened to the name.
    pub kind: CorruptionKind,
    /// What happened to the birth date; exact for what has none.
    pub date_kind: DateCorruption,
    /// Code of the origin (`origins.tsv`), or empty for ships and aircraft.
    pub origin: &'static str,
}

/// Makes single records of a world.
#[derive(Clone, Debug)]
pub struct Generator {
    settings: Settings,
}

/// Streams of draws of one seed.
const NOTICES: u64 = 1 << 40;
const SUBJECTS: u64 = 2 << 40;

impl Generator {
    /// A generator.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn identity(&self, index: usize) -> Identity {
        let mut draw = Draw::new(self.settings.seed, NOTICES + index as u64);
        notice::identity(&self.settings.profile, index + 1, &mut draw)
    }

    /// The notice of an index from 0.
    pub fn notice(&self, index: usize) -> Notice {
        self.identity(index).notice
    }

    /// The subject of an index from 0, with the truth about it.
    pub fn subject(&self, index: usize) -> (Subject, Option<Truth>) {
        let settings = &self.settings;
        let mut draw = Draw::new(settings.seed, SUBJECTS + index as u64);
        let on_list = settings.notices > 0;
        if on_list && draw.share(settings.overlap) {
            let identity = self.identity(draw.below(settings.notices));
            let (subject, truth) = subject::copy(settings, &identity, index + 1, &mut draw);
            return (subject, Some(truth));
        }
        if on_list && draw.share(settings.namesakes) {
            let identity = self.identity(draw.below(settings.notices));
            let subject = subject::namesake(settings, &identity, index + 1, &mut draw);
            return (subject, None);
        }
        (subject::stranger(settings, index + 1, &mut draw), None)
    }
}

/// A whole world in memory. **Cost**: about a kilobyte a record.
pub fn generate(settings: &Settings) -> World {
    let generator = Generator::new(settings.clone());
    let notices = (0..settings.notices)
        .into_par_iter()
        .map(|i| generator.notice(i))
        .collect();
    let (subjects, truth): (Vec<Subject>, Vec<Option<Truth>>) = (0..settings.subjects)
        .into_par_iter()
        .map(|i| generator.subject(i))
        .unzip();
    World {
        notices,
        subjects,
        truth: truth.into_iter().flatten().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Kind;

    fn world() -> World {
        generate(&Settings {
            subjects: 4_000,
            notices: 2_000,
            overlap: 0.5,
            ..Settings::default()
        })
    }

    #[test]
    fn records_do_not_depend_on_how_they_are_made() {
        let world = world();
        let generator = Generator::new(Settings {
            subjects: 4_000,
            notices: 2_000,
            overlap: 0.5,
            ..Settings::default()
        });
        assert_eq!(world.notices.get(77), Some(&generator.notice(77)));
        assert_eq!(world.subjects.get(99), Some(&generator.subject(99).0));
    }

    #[test]
    fn lists_look_like_real_lists() {
        let world = world();
        let people: Vec<&Notice> = world
            .notices
            .iter()
            .filter(|n| n.record.kind == Kind::Person)
            .collect();
        let names: usize = people.iter().map(|n| n.record.names.len()).sum();
        let mean = names * 100 / people.len();
        assert!((330..420).contains(&mean), "{mean} names per 100 people");
        let alone = people.iter().filter(|n| n.record.names.len() == 1).count();
        let alone = alone * 100 / people.len();
        assert!((4..25).contains(&alone), "{alone} % without an alias");
        assert!((1_300..1_500).contains(&people.len()), "{}", people.len());
    }

    #[test]
    fn true_pairs_keep_their_birth_date_in_85_of_100() {
        let world = world();
        let dated = world.truth.iter().filter(|t| !t.origin.is_empty());
        let kept = dated
            .clone()
            .filter(|t| t.date_kind == DateCorruption::Exact);
        let share = kept.count() * 100 / dated.count();
        assert!((83..92).contains(&share), "{share} %");
    }

    #[test]
    fn every_kind_of_corruption_comes_up() {
        let world = world();
        for kind in CorruptionKind::all().filter(|k| k.is_drawn()) {
            assert!(
                world.truth.iter().any(|t| t.kind == kind),
                "{}",
                kind.code()
            );
        }
        for kind in DateCorruption::all() {
            assert!(
                world.truth.iter().any(|t| t.date_kind == kind),
                "{}",
                kind.code()
            );
        }
    }

    #[test]
    fn the_truth_points_to_records_that_are_there() {
        let world = world();
        assert!(world.truth.len() > 1_800);
        for pair in &world.truth {
            let notice = world.notices.iter().find(|n| n.record.id == pair.source_id);
            assert!(notice.is_some_and(|n| n.list_id == pair.list_id));
        }
    }
}
