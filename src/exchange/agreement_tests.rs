//! What an agreement allows, and what it does not.
use jiff::civil::date;
use zeroize::Zeroizing;

use super::*;
use crate::exchange::identity::Identity;
use crate::exchange::sealed::agreement_text;

fn parties() -> (Identity, Identity) {
    let party = |name, seed| {
        let name = PartyName::new(name).unwrap();
        Identity::from_seed(name, Zeroizing::new([seed; 32]))
    };
    (party("north", 1), party("south", 2))
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn signed() -> Agreement {
    let (north, south) = parties();
    let mut agreement = Agreement::draft(&agreement_text(&north, &south)).unwrap();
    north.sign(agreement.note_mut());
    south.sign(agreement.note_mut());
    agreement
}

fn intent() -> Intent {
    Intent {
        asker: PartyName::new("south").unwrap(),
        holder: PartyName::new("north").unwrap(),
        purpose: code("VISA"),
        legal_basis: code("TREATY-7:3"),
        recipe_digest: [9; 32],
        today: date(2026, 11, 1),
    }
}

#[test]
fn an_agreement_comes_back_and_its_signatures_do_not_change_what_it_stands_for() {
    let (north, south) = parties();
    let draft = Agreement::draft(&agreement_text(&north, &south)).unwrap();
    let agreement = signed();
    assert_eq!(draft.ctx(), agreement.ctx());
    assert!(draft.verify().is_err() && draft.deal(&intent()).is_err());
    let back = Agreement::decode(agreement.encode().as_bytes()).unwrap();
    back.verify().unwrap();
    assert_eq!(back.signers().count(), 2);
    let mut half = draft;
    south.sign(half.note_mut());
    assert!(half.deal(&intent()).unwrap_err().is_integrity());
}

#[test]
fn a_deal_is_given_within_the_agreement_only() {
    let agreement = signed();
    let deal = agreement.deal(&intent()).unwrap();
    assert_eq!((deal.epoch, deal.ctx), (1, agreement.ctx()));
    let name = |text: &str| PartyName::new(text).unwrap();
    let outside = [
        Intent {
            purpose: code("MARKETING"),
            ..intent()
        },
        Intent {
            legal_basis: code("NONE"),
            ..intent()
        },
        Intent {
            asker: name("north"),
            holder: name("south"),
            ..intent()
        },
        Intent {
            asker: name("west"),
            ..intent()
        },
        Intent {
            holder: name("south"),
            ..intent()
        },
        Intent {
            today: date(2026, 10, 31),
            ..intent()
        },
        Intent {
            today: date(2027, 1, 30),
            ..intent()
        },
    ];
    for intent in outside {
        assert!(
            agreement.deal(&intent).unwrap_err().is_usage(),
            "{intent:?}"
        );
    }
    let recipe = Intent {
        recipe_digest: [8; 32],
        ..intent()
    };
    assert!(agreement.deal(&recipe).unwrap_err().is_integrity());
}

#[test]
fn epochs_follow_each_other_and_end() {
    let agreement = signed();
    let epoch = |day| {
        agreement
            .deal(&Intent {
                today: day,
                ..intent()
            })
            .map(|d| d.epoch)
    };
    assert_eq!(epoch(date(2026, 11, 30)).unwrap(), 1);
    assert_eq!(epoch(date(2026, 12, 1)).unwrap(), 2);
    assert_eq!(epoch(date(2027, 1, 29)).unwrap(), 3);
    assert!(epoch(date(2027, 1, 30)).is_err());
    let terms = agreement.terms();
    assert_eq!(terms.end_of(1), Some(date(2026, 12, 1)));
    assert_eq!((terms.end_of(0), terms.end_of(4)), (None, None));
}

#[test]
fn terms_that_make_no_sense_are_refused() {
    let (north, south) = parties();
    let text = agreement_text(&north, &south);
    let wrong = [
        ("# veilmatch agreement/1", "# an agreement"),
        ("legal_bases = [\"TREATY-7:3\"]", "legal_bases = []"),
        ("legal_bases = [\"TREATY-7:3\"]\n", ""),
        (
            "purposes = [\"BORDER-CHECK\", \"VISA\"]",
            "purposes = [\"two words\"]",
        ),
        ("learns = [\"south\"]", "learns = [\"west\"]"),
        ("learns = [\"south\"]", "learns = []"),
        ("name = \"south\"", "name = \"north\""),
        ("holder = \"north\"", "holder = \"west\""),
        ("retention_days = 30", "retention_days = 0"),
        (
            "retention_days = 30",
            "retention_days = 30\nretention_weeks = 4",
        ),
        ("subjects = 100", "subjects = -1"),
        ("asks = 20", "asks = 20\nask = 21"),
        ("form_bytes = 64", "form_bytes = 63"),
        ("deciders = 2", "deciders = 0"),
        ("threshold_bits = 5.0", "threshold_bits = nan"),
        ("days = 30", "days = 0"),
        ("2026-11-01", "2026-02-30"),
    ];
    for (from, to) in wrong {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        assert!(Agreement::draft(&changed).is_err(), "{to}");
    }
    let doubled = text.replace(
        &crate::exchange::codec::hex(&south.party().seal.bytes()),
        &crate::exchange::codec::hex(&north.party().seal.bytes()),
    );
    assert!(Agreement::draft(&doubled).is_err());
}

#[test]
fn policy_keeps_notices_from_an_asker_and_says_who_decides() {
    let deal = signed().deal(&intent()).unwrap();
    let (wanted, missing, red) = (code("wanted"), code("missing"), code("red"));
    let (list, doubtful, here) = (
        code("north-wanted"),
        code("north-doubtful"),
        code("south-list"),
    );
    let plain = Traits {
        list: &list,
        notice_type: &wanted,
        handling: &[],
        no_send: &[],
        sensitivity: 1,
        protected: false,
    };
    let (barred, asker, everywhere) = ([code("NOFORN")], [code("SS")], [code("ZZ")]);
    assert_eq!(deal.decider(&plain), Ok(Decider::Automatic));
    let sensitive = Traits {
        sensitivity: 2,
        ..plain.clone()
    };
    assert_eq!(deal.decider(&sensitive), Ok(Decider::People(2)));
    let by_hand = Traits {
        notice_type: &missing,
        sensitivity: 0,
        ..plain.clone()
    };
    assert_eq!(deal.decider(&by_hand), Ok(Decider::People(1)));
    let elsewhere = Traits {
        no_send: &everywhere,
        ..plain.clone()
    };
    assert_eq!(deal.publishable(&elsewhere), Ok(()));
    let bars = [
        (
            Traits {
                list: &here,
                ..plain.clone()
            },
            Bar::NotAgreed,
        ),
        (
            Traits {
                notice_type: &red,
                ..plain.clone()
            },
            Bar::NotAgreed,
        ),
        (
            Traits {
                list: &doubtful,
                ..plain.clone()
            },
            Bar::PoliticalReview,
        ),
        (
            Traits {
                handling: &barred,
                ..plain.clone()
            },
            Bar::Handling,
        ),
        (
            Traits {
                no_send: &asker,
                ..plain.clone()
            },
            Bar::Country,
        ),
        (
            Traits {
                protected: true,
                ..plain.clone()
            },
            Bar::Protected,
        ),
    ];
    for (traits, bar) in bars {
        assert_eq!(deal.publishable(&traits), Err(bar));
        assert_eq!(deal.decider(&traits), Err(bar));
    }
    assert_eq!(deal.threshold(&missing), Some(3.0));
    assert_eq!(deal.threshold(&red), None);
    assert_eq!(deal.releasable_fields().len(), 2);
}

#[test]
fn victims_and_witnesses_are_never_released_by_the_program() {
    let (north, south) = parties();
    let text = agreement_text(&north, &south);
    let text = text.replace("protected_roles = false", "protected_roles = true");
    let mut agreement = Agreement::draft(&text).unwrap();
    north.sign(agreement.note_mut());
    south.sign(agreement.note_mut());
    let deal = agreement.deal(&intent()).unwrap();
    let traits = Traits {
        list: &code("north-wanted"),
        notice_type: &code("wanted"),
        handling: &[],
        no_send: &[],
        sensitivity: 0,
        protected: true,
    };
    assert_eq!(deal.decider(&traits), Ok(Decider::People(2)));
}
