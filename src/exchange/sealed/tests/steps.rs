//! What the steps do, from end to end.

use super::*;

#[test]
fn records_open_to_whom_shares_an_input_and_to_nobody_else() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let asker = world.asker(&deal);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let opening = outputs.open(&done.index, &done.forms).unwrap();
    assert_eq!(opened_texts(&question, &opening), expected());
    let labels = OpenTally {
        labels: 4,
        ..OpenTally::default()
    };
    assert_eq!(opening.tally, labels);
    let whose: BTreeSet<u32> = opening
        .records
        .iter()
        .flat_map(|r| r.inputs.iter().flat_map(|i| question.subjects_with(*i)))
        .copied()
        .collect();
    assert_eq!(whose, BTreeSet::from([1, 2]));
}

#[test]
fn a_notice_is_asked_for_and_released_or_refused() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let opening = outputs.open(&done.index, &done.forms).unwrap();
    let wanted: Vec<Asked<'_>> = (0..)
        .zip(&opening.records)
        .map(|(n, record)| Asked {
            record,
            band: n % 3,
            case: [n; 16],
        })
        .collect();
    let (ask_book, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    let ask_book = AskBook::decode(&ask_book.encode()).unwrap();
    let received = take(&deal, Kind::Ask, &c4);
    assert_eq!(received.table.head().rows, 16);

    done.book.withdraw(&[b"N-adler1858 irene-adler"]);
    let mut book = HolderBook::decode(&done.book.encode()).unwrap();
    let rows = book.read_ask(&holder, &received).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows.iter().filter(|row| row.withdrawn).count(), 1);
    // The same ask, and another for the same notices, are charged once.
    book.read_ask(&holder, &received).unwrap();
    let (_, again) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    book.read_ask(&holder, &take(&deal, Kind::Ask, &again))
        .unwrap();
    assert_eq!(book.notices_asked(), 3);

    let decisions: Vec<Decision> = rows
        .iter()
        .map(|row| match row.reference.as_slice() {
            b"N-moriarty1840 other-moriarty" => Decision::Refuse(Refusal::MoreNeeded),
            reference => Decision::Release([b"full ", reference].concat()),
        })
        .collect();
    let c5 = release(&holder, &received, &rows, &decisions).unwrap();
    let released = ask_book
        .receive(&asker, &take(&deal, Kind::Release, &c5))
        .unwrap();
    let mut outcomes: Vec<String> = released
        .iter()
        .map(|r| match &r.outcome {
            Ok(fields) => String::from_utf8(fields.to_vec()).unwrap(),
            Err(refusal) => refusal.word().to_owned(),
        })
        .collect();
    outcomes.sort();
    let full = "full N-moriarty1840 james-moriarty moriarty-prof";
    assert_eq!(outcomes, [full, "more_needed", "withdrawn"]);

    // Refusals and releases are of one length, and so are files.
    let none: Vec<Decision> = rows
        .iter()
        .map(|_| Decision::Refuse(Refusal::Decided))
        .collect();
    let refused = release(&holder, &received, &rows, &none).unwrap();
    assert_eq!(refused.envelope.len(), c5.envelope.len());
    // The answer to another ask is not taken.
    let (other_book, _) = ask(&asker, &outputs, &opening, &wanted[..1]).unwrap();
    assert!(
        other_book
            .receive(&asker, &take(&deal, Kind::Release, &c5))
            .is_err()
    );
    // Too few decisions, and a release that is too long.
    assert!(release(&holder, &received, &rows, &none[1..]).is_err());
    let long = vec![Decision::Release(vec![1; 255]); rows.len()];
    assert!(release(&holder, &received, &rows, &long).is_err());
}

#[test]
fn killing_either_side_at_any_step_gives_the_same_opened_set() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let book = HolderBook::new(&deal).unwrap();
    // Killed before the index left: it is made anew, and is another.
    let mut first = HolderBook::decode(&book.encode()).unwrap();
    let (lost, _) = publish(&holder, &mut first, &notices(NOTICES)).unwrap();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    let (c0, c1) = publish(&holder, &mut book, &notices(NOTICES)).unwrap();
    assert_ne!(lost, c0);
    let saved_book = book.encode();
    let (index, forms) = (take(&deal, Kind::Index, &c0), take(&deal, Kind::Forms, &c1));

    // Killed before the request left, and again after it; the order of subjects' inputs and where
    // the log stands do not matter.
    let mut state = AskerState::new(&deal).unwrap();
    Question::new(&asker, &mut state, &index, &subjects).unwrap();
    let saved_state = state.encode();
    let requests: Vec<Sent> = (0..2)
        .map(|log| {
            let mut state = AskerState::decode(&saved_state).unwrap();
            let question = Question::new(&asker, &mut state, &index, &subjects).unwrap();
            let asker = Side {
                log: (log, [0; 32]),
                ..asker
            };
            question.request(&asker).unwrap()
        })
        .collect();
    assert_eq!(requests[0].envelope, requests[1].envelope);
    assert_eq!(requests[0].id, requests[1].id);

    // Killed after it was let in; after it was answered; the asker sends it once more.
    let request = take(&deal, Kind::Request, &requests[0]);
    let again = take(&deal, Kind::Request, &requests[1]);
    let mut book = HolderBook::decode(&saved_book).unwrap();
    assert!(matches!(
        book.admit(&holder, &request),
        Ok(Admission::New(_))
    ));
    let spent = book.rows_spent();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    let Ok(Admission::New(admitted)) = book.admit(&holder, &again) else {
        panic!("it was not answered yet");
    };
    let c3 = admitted.respond(&holder, &mut book).unwrap();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    match book.admit(&holder, &again).unwrap() {
        Admission::Answered(id) => assert_eq!(id, c3.id),
        Admission::New(_) => panic!("it was answered"),
    }
    assert_eq!(book.rows_spent(), spent);

    // Killed while opening.
    for request in [&request, &again] {
        let mut state = AskerState::decode(&saved_state).unwrap();
        let question = Question::new(&asker, &mut state, &index, &subjects).unwrap();
        let response = take(&deal, Kind::Response, &c3);
        let outputs = question.finish(request, &response).unwrap();
        let opening = outputs.open(&index, &forms).unwrap();
        assert_eq!(opened_texts(&question, &opening), expected());
    }
}

#[test]
fn outputs_serve_a_new_index_of_the_same_epoch() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let saved = outputs.encode();
    let outputs = Outputs::decode(&saved, &question).unwrap();
    for at in 0..saved.len() {
        let mut flipped = saved.to_vec();
        flipped[at] ^= 4;
        assert!(Outputs::decode(&flipped, &question).is_err());
    }
    let mut another = AskerState::new(&deal).unwrap();
    let another = Question::new(&asker, &mut another, &done.index, &subjects).unwrap();
    assert!(Outputs::decode(&saved, &another).is_err());
    let more = notices(&["watson1852 john-h-watson", NOTICES[0]]);
    let (c0, c1) = publish(&holder, &mut done.book, &more).unwrap();
    let (index, forms) = (take(&deal, Kind::Index, &c0), take(&deal, Kind::Forms, &c1));
    let opening = outputs.open(&index, &forms).unwrap();
    let opened = opened_texts(&question, &opening);
    assert_eq!(
        opened.first().unwrap().0,
        "form of watson1852 john-h-watson"
    );
    assert_eq!(opened.len(), 1);
    // Asks may go by the new index; nothing goes by the old one any more.
    let wanted = [Asked {
        record: &opening.records[0],
        band: 0,
        case: [0; 16],
    }];
    let (_, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    done.book
        .read_ask(&holder, &take(&deal, Kind::Ask, &c4))
        .unwrap();
    let old = outputs.open(&done.index, &done.forms).unwrap();
    let wanted = [Asked {
        record: &old.records[0],
        band: 0,
        case: [0; 16],
    }];
    let (_, c4) = ask(&asker, &outputs, &old, &wanted).unwrap();
    assert!(
        done.book
            .read_ask(&holder, &take(&deal, Kind::Ask, &c4))
            .is_err()
    );
    let mut state = AskerState::new(&deal).unwrap();
    let question = Question::new(&asker, &mut state, &done.index, &subjects).unwrap();
    let late = take(&deal, Kind::Request, &question.request(&asker).unwrap());
    assert!(done.book.admit(&holder, &late).unwrap_err().is_integrity());
    // Rows of two indexes do not mix.
    assert!(outputs.open(&index, &done.forms).is_err());
}

#[test]
fn an_auditor_sees_that_every_row_drawn_asks_about_a_subject_or_nothing() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(&["a b c d e", "b f g h", "i j k l m n o", "p q"]);
    let mut done = exchange(&world, &deal, &subjects);
    let asker = world.asker(&deal);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let rows = done.request.manifest.head.rows;
    assert_eq!(rows, 18);
    let all = Sample::draw(&done.request, rows).unwrap();
    assert_eq!(all, (0..rows).collect::<Vec<_>>());
    assert!(Sample::draw(&done.request, rows + 1).is_err());
    let some = Sample::draw(&done.request, 5).unwrap();
    assert!(some.len() == 5 && some.is_sorted_by(|a, b| a < b));

    let sample = question.open_sample(&done.request, &all).unwrap();
    let bytes = sample.encode();
    let sample = Sample::decode(&bytes).unwrap();
    let tally = sample
        .verify(&deal, &done.request, &all, inputs_of)
        .unwrap();
    assert_eq!((tally.subjects, tally.paddings), (17, 1));
    // Other rows than drawn, another recipe, another request.
    assert!(
        sample
            .verify(&deal, &done.request, &some, inputs_of)
            .is_err()
    );
    assert!(
        sample
            .verify(&deal, &done.request, &all, |_| vec![])
            .is_err()
    );
    let other = exchange(&world, &deal, &subjects);
    assert!(
        sample
            .verify(&deal, &other.request, &all, inputs_of)
            .is_err()
    );
    assert!(question.open_sample(&other.request, &all).is_err());
    for byte in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[byte] ^= 0x10;
        assert!(Sample::decode(&flipped).is_err());
    }
}

#[test]
fn nothing_of_the_inputs_stands_in_any_file() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let secrets = NOTICES
        .iter()
        .chain(SUBJECTS)
        .flat_map(|record| record.split([' ', '-']));
    for word in secrets.filter(|word| word.len() >= 6) {
        for sent in &done.sent {
            let found = sent
                .envelope
                .windows(word.len())
                .any(|w| w == word.as_bytes());
            assert!(!found && !sent.manifest.contains(word), "{word}");
        }
    }
}

#[test]
fn an_index_serves_any_agreed_purpose_and_other_files_their_own() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let border = Intent {
        purpose: Code::new("BORDER-CHECK").unwrap(),
        ..World::intent()
    };
    let other = world.agreement.deal(&border).unwrap();
    let kinds = [Kind::Index, Kind::Forms, Kind::Request, Kind::Response];
    for (kind, sent) in kinds.into_iter().zip(&done.sent) {
        let manifest = sent.manifest.as_bytes();
        let taken = receive(&other, kind, sent).is_ok();
        assert_eq!(taken, matches!(kind, Kind::Index | Kind::Forms), "{kind:?}");
        // The manifest itself leads to the deal that it was made under.
        let today = date(2026, 11, 22);
        let intent = world.agreement.intent_of(manifest, [9; 32], today).unwrap();
        let deal = world.agreement.deal(&intent).unwrap();
        assert!(receive(&deal, kind, sent).is_ok());
    }
    let forged = done.sent[2]
        .manifest
        .replace("purpose VISA", "purpose BORDER-CHECK");
    let today = date(2026, 11, 22);
    assert!(
        world
            .agreement
            .intent_of(forged.as_bytes(), [9; 32], today)
            .is_err()
    );
}

#[test]
fn the_two_sides_may_change_places() {
    let world = World::with(|text| text.replace("[\"south\"]", "[\"north\", \"south\"]"));
    let other_way = Intent {
        asker: PartyName::new("north").unwrap(),
        holder: PartyName::new("south").unwrap(),
        ..World::intent()
    };
    let deal = world.agreement.deal(&other_way).unwrap();
    let (holder, asker) = (world.asker(&deal), world.holder(&deal));
    let mut book = HolderBook::new(&deal).unwrap();
    let (c0, _) = publish(&holder, &mut book, &notices(NOTICES)).unwrap();
    let index = take(&deal, Kind::Index, &c0);
    let mut state = AskerState::new(&deal).unwrap();
    let subjects = subjects(SUBJECTS);
    Question::new(&asker, &mut state, &index, &subjects).unwrap();
    // Keys of the two ways have nothing to do with each other, even from one seed.
    let this_way = world.deal();
    assert!(book.key(&this_way).is_err());
    assert!(Manifest::clone(&index.manifest).id() == index.id);
}
