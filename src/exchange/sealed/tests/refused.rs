//! Everything that must be refused on the way.

use super::*;

#[test]
fn an_ask_without_the_key_of_its_record_is_refused() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let mut opening = outputs.open(&done.index, &done.forms).unwrap();
    // A handle stands in C1 for all to see; its key does not.
    let known: BTreeSet<_> = opening.records.iter().map(|r| r.handle.0).collect();
    let handles: &[[u8; 32]] = done.forms.table.rows(0);
    let unopened = handles.iter().filter(|h| !known.contains(*h));
    for handle in unopened.copied().collect::<Vec<_>>() {
        opening.records[0].handle = OpaqueHandle(handle);
        let wanted = [Asked {
            record: &opening.records[0],
            band: 0,
            case: [0; 16],
        }];
        let (_, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
        let refused = done.book.read_ask(&holder, &take(&deal, Kind::Ask, &c4));
        assert!(refused.unwrap_err().is_integrity());
    }
    assert_eq!(done.book.notices_asked(), 0);
}

#[test]
fn one_session_stands_for_one_request() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let (few, many) = (subjects(&SUBJECTS[..2]), subjects(SUBJECTS));
    let mut done = exchange(&world, &deal, &few);
    // The asker's own state refuses another question.
    assert!(Question::new(&asker, &mut done.state, &done.index, &many).is_err());
    // The holder refuses it too, if the asker has tampered with its state.
    let mut state = AskerState::new(&deal).unwrap();
    state.session = done.state.session;
    let question = Question::new(&asker, &mut state, &done.index, &many).unwrap();
    let other = take(&deal, Kind::Request, &question.request(&asker).unwrap());
    assert!(done.book.admit(&holder, &other).unwrap_err().is_integrity());
}

#[test]
fn caps_hold_over_all_requests_of_an_epoch() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let mut done = exchange(&world, &deal, &subjects(SUBJECTS));
    let before = done.book.rows_spent();
    let many: Vec<String> = (0..64).map(|n| format!("a{n} b{n} c{n} d{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let many = subjects(&many);
    let request = |subjects: &[Subject]| {
        let mut state = AskerState::new(&deal).unwrap();
        let question = Question::new(&asker, &mut state, &done.index, subjects).unwrap();
        take(&deal, Kind::Request, &question.request(&asker).unwrap())
    };
    let first = request(&many);
    assert_eq!(first.manifest.head.rows, 256);
    assert!(matches!(
        done.book.admit(&holder, &first),
        Ok(Admission::New(_))
    ));
    assert_eq!(done.book.rows_spent(), before + 256);
    // 256 rows more are too many, and so are 41 subjects more.
    for over in [request(&many[..12]), request(&subjects(&["x"; 41]))] {
        let refused = done.book.admit(&holder, &over).unwrap_err();
        assert!(refused.is_usage(), "{refused}");
    }
    assert!(matches!(
        done.book.admit(&holder, &request(&many[..2])),
        Ok(Admission::New(_))
    ));
    // What passes a cap by itself is not even made.
    let mut state = AskerState::new(&deal).unwrap();
    let crowd = subjects(&vec!["x"; 101]);
    assert!(Question::new(&asker, &mut state, &done.index, &crowd).is_err());
    let wordy = subjects(&["a b c d e f g h i"]);
    assert!(Question::new(&asker, &mut state, &done.index, &wordy).is_err());
    assert!(Question::new(&asker, &mut state, &done.index, &subjects(&[])).is_err());
    let mut book = HolderBook::new(&deal).unwrap();
    assert!(publish(&holder, &mut book, &notices(&["a b c d e f g h i"])).is_err());
    let long = "f".repeat(60);
    assert!(publish(&holder, &mut book, &notices(&[long.as_str()])).is_err());
    assert!(publish(&holder, &mut book, &[]).is_err());
}

#[test]
fn steps_of_the_other_party_are_refused() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let mut book = HolderBook::new(&deal).unwrap();
    assert!(publish(&asker, &mut book, &notices(NOTICES)).is_err());
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let mut state = AskerState::new(&deal).unwrap();
    assert!(Question::new(&holder, &mut state, &done.index, &subjects(SUBJECTS)).is_err());
    assert!(book.admit(&asker, &done.request).is_err());
    // A book of another epoch answers nothing.
    let later = Intent {
        today: date(2026, 12, 2),
        ..World::intent()
    };
    let later = world.agreement.deal(&later).unwrap();
    assert_eq!((deal.epoch, later.epoch), (1, 2));
    let mut other = HolderBook::new(&later).unwrap();
    assert!(other.admit(&holder, &done.request).is_err());
    assert!(publish(&holder, &mut other, &notices(NOTICES)).is_err());
    assert!(receive(&later, Kind::Index, &done.sent[0]).is_err());
}

#[test]
fn a_response_under_another_key_is_refused() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    // The holder answers with a key of its own for this asker: proofs hold, under that key.
    let mut other = HolderBook::new(&deal).unwrap();
    publish(&holder, &mut other, &notices(NOTICES)).unwrap();
    other.index = done.book.index.take();
    let Ok(Admission::New(admitted)) = other.admit(&holder, &done.request) else {
        panic!("the other book knows nothing of it");
    };
    let c3 = take(
        &deal,
        Kind::Response,
        &admitted.respond(&holder, &mut other).unwrap(),
    );
    assert!(
        question
            .finish(&done.request, &c3)
            .unwrap_err()
            .is_integrity()
    );
    // Rows in another order, and proofs of another response.
    let rows: &[[u8; 32]] = done.response.table.rows(0);
    let mut swapped = rows.to_vec();
    swapped.swap(0, 1);
    let table = Table::new(*done.response.table.head(), vec![swapped.concat()]).unwrap();
    let forged = holder
        .send(
            &table,
            done.request.id,
            done.response.manifest.detail.clone(),
        )
        .unwrap();
    let forged = take(&deal, Kind::Response, &forged);
    assert!(
        question
            .finish(&done.request, &forged)
            .unwrap_err()
            .is_integrity()
    );
    let spliced = holder
        .send(
            &done.response.table,
            done.request.id,
            c3.manifest.detail.clone(),
        )
        .unwrap();
    let spliced = take(&deal, Kind::Response, &spliced);
    assert!(
        question
            .finish(&done.request, &spliced)
            .unwrap_err()
            .is_integrity()
    );
    question.finish(&done.request, &done.response).unwrap();
}

#[test]
fn hostile_rows_of_a_request_are_refused_before_they_are_answered() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let good: &[[u8; 32]] = done.request.table.rows(0);
    let hostile = |rows: Vec<[u8; 32]>, session: u8| {
        let head = asker.head(Kind::Request, [session; 32], done.index.manifest.head.index);
        let table = Table::new(head, vec![rows.concat()]).unwrap();
        let detail = Detail::Subjects {
            count: 4,
            root: [0; 32],
        };
        take(
            &deal,
            Kind::Request,
            &asker.send(&table, done.index.id, detail).unwrap(),
        )
    };
    let mut book = HolderBook::decode(&done.book.encode()).unwrap();
    let twice = hostile(vec![good[0], good[1], good[0]], 1);
    assert!(book.admit(&holder, &twice).unwrap_err().is_integrity());
    let none = hostile(vec![], 2);
    assert!(book.admit(&holder, &none).is_err());
    let many = hostile((0..40_u8).map(|n| [n; 32]).collect(), 3);
    assert!(book.admit(&holder, &many).unwrap_err().is_usage());
    for (session, bad) in [(4, [0; 32]), (5, [0xff; 32])] {
        let request = hostile(vec![good[0], bad], session);
        let Ok(Admission::New(admitted)) = book.admit(&holder, &request) else {
            panic!("that a row is no element shows later");
        };
        let refused = admitted.respond(&holder, &mut book).unwrap_err();
        assert_eq!(refused.place().row, Some(2));
    }
}

#[test]
fn labels_and_forms_that_do_not_fit_are_counted_and_open_nothing() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let damaged = |received: &Received, kind: Kind, column: usize, change: fn(&mut u8)| {
        let mut columns: Vec<Vec<u8>> = (0..2)
            .map(|c| received.table.slices(c).flatten().copied().collect())
            .collect();
        columns[column].iter_mut().for_each(change);
        let table = Table::new(*received.table.head(), columns).unwrap();
        let detail = received.manifest.detail.clone();
        take(&deal, kind, &holder.send(&table, [0; 32], detail).unwrap())
    };
    let labels = damaged(&done.index, Kind::Index, 1, |b| *b ^= 1);
    let opening = outputs.open(&labels, &done.forms).unwrap();
    assert_eq!((opening.records.len(), opening.tally.bad_labels), (0, 4));
    let boxes = damaged(&done.forms, Kind::Forms, 1, |b| *b ^= 1);
    let opening = outputs.open(&done.index, &boxes).unwrap();
    assert_eq!((opening.records.len(), opening.tally.bad_forms), (0, 4));
    let unsorted = damaged(&done.forms, Kind::Forms, 0, |b| *b = !*b);
    assert!(outputs.open(&done.index, &unsorted).is_err());
}

#[test]
fn rows_from_a_phone_book_do_not_open_for_an_auditor() {
    let world = World::new();
    let deal = world.deal();
    let asker = world.asker(&deal);
    let honest = subjects(&["a b", "c d"]);
    // The cheat asks about two names that none of its subjects has, under the honest commitment.
    let mut cheat = honest.clone();
    cheat[1]
        .inputs
        .extend([b"dictionary1".to_vec(), b"dictionary2".to_vec()]);
    let mut done = exchange(&world, &deal, &cheat);
    let question = Question::new(&asker, &mut done.state, &done.index, &cheat).unwrap();
    let rows = done.request.manifest.head.rows;
    let caught = (0..rows)
        .filter(|row| {
            let sample = question.open_sample(&done.request, &[*row]).unwrap();
            sample
                .verify(&deal, &done.request, &[*row], inputs_of)
                .is_err()
        })
        .count();
    assert_eq!((caught, rows), (2, 6));
}

#[test]
fn any_flipped_byte_of_any_file_is_caught() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(&SUBJECTS[..2]));
    let kinds = [Kind::Index, Kind::Forms, Kind::Request, Kind::Response];
    for (kind, sent) in kinds.into_iter().zip(&done.sent) {
        let (envelope, manifest) = (&sent.envelope, sent.manifest.as_bytes());
        let held =
            |envelope: &[u8], manifest: &[u8]| deal.receive(kind, envelope, manifest).is_ok();
        assert!(held(envelope, manifest));
        for byte in 0..envelope.len() {
            let mut flipped = envelope.clone();
            flipped[byte] ^= 1 << (byte % 8);
            assert!(!held(&flipped, manifest), "byte {byte} of {kind:?}");
        }
        for byte in 0..manifest.len() {
            let mut flipped = manifest.to_vec();
            flipped[byte] ^= 1 << (byte % 7);
            assert!(
                !held(envelope, &flipped),
                "byte {byte} of the manifest of {kind:?}"
            );
        }
        for cut in (0..envelope.len()).step_by(7) {
            assert!(!held(&envelope[..cut], manifest));
        }
        for cut in 0..manifest.len() {
            assert!(!held(envelope, &manifest[..cut]));
        }
        // Files change places.
        for other in kinds.into_iter().filter(|other| *other != kind) {
            assert!(receive(&deal, other, sent).is_err());
        }
    }
    assert!(
        deal.receive(
            Kind::Index,
            &done.sent[1].envelope,
            done.sent[0].manifest.as_bytes()
        )
        .is_err()
    );
}

#[test]
fn manifests_of_another_signer_agreement_or_purpose_are_refused() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let [c0, ..] = &done.sent;
    let text = Note::decode(c0.manifest.as_bytes())
        .unwrap()
        .text()
        .to_owned();
    let signed = |signer: &Identity, text: &str| {
        let mut note = Note::new(text.to_owned()).unwrap();
        signer.sign(&mut note);
        let bytes = note.encode();
        deal.receive(Kind::Index, &c0.envelope, bytes.as_bytes())
            .map(drop)
    };
    assert!(signed(&world.north, &text).is_ok());
    assert!(signed(&world.south, &text).is_err());
    assert!(signed(&party("north", 9), &text).is_err());
    for (from, to) in [
        ("purpose VISA", "purpose MARKETING"),
        ("legal-basis TREATY-7:3", "legal-basis TREATY-7:4"),
        ("epoch 1", "epoch 2"),
        ("epoch 1", "epoch 01"),
        ("from north", "from south"),
        ("to south", "to north"),
        ("manifest/1", "manifest/2"),
        ("width 0", "width 7"),
        ("kind c0", "kind c1"),
    ] {
        assert!(text.contains(from));
        assert!(
            signed(&world.north, &text.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
    assert!(signed(&world.north, &format!("{text}more 1\n")).is_err());
    let other = World::with(|text| text.replace("retention_days = 30", "retention_days = 31"));
    assert!(receive(&other.deal(), Kind::Index, c0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Files that are cut, doubled, mixed and overwritten end in errors, never in a panic.
    #[test]
    fn mangled_files_are_refused_without_panic(
        which in 0..6_usize,
        at in any::<prop::sample::Index>(),
        length in 0..300_usize,
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let (world, done) = shared();
        let deal = world.deal();
        let [c0, _, c2, _] = &done.sent;
        let book = done.book.encode();
        let (form, state) = (done.state.encode(), world.agreement.encode().into_bytes());
        let files: [&[u8]; 6] = [
            &c0.envelope, c0.manifest.as_bytes(), &c2.envelope, &book, &form, &state,
        ];
        let file = files[which];
        let at = at.index(file.len());
        let end = (at + length).min(file.len());
        let mangled = [&file[..at], &noise, &file[end..]].concat();
        let twice = [&file[..end], &file[at..]].concat();
        for bytes in [&mangled, &twice, &noise] {
            let unchanged = |number: usize| bytes == file && which == number;
            let manifest = c0.manifest.as_bytes();
            let envelope = deal.receive(Kind::Index, bytes, manifest);
            prop_assert_eq!(envelope.is_ok(), unchanged(0));
            let signed = deal.receive(Kind::Index, &c0.envelope, bytes);
            prop_assert_eq!(signed.is_ok(), unchanged(1));
            // Bytes within the rows are the manifest's affair.
            Table::decode(bytes, 1_000).ok();
            prop_assert_eq!(HolderBook::decode(bytes).is_ok(), unchanged(3));
            prop_assert_eq!(AskerState::decode(bytes).is_ok(), unchanged(4));
            let agreed = Agreement::decode(bytes).and_then(|a| a.verify());
            prop_assert_eq!(agreed.is_ok(), unchanged(5));
            prop_assert!(AskBook::decode(bytes).is_err() && Sample::decode(bytes).is_err());
        }
    }
}

/// One exchange for tests that only read it.
fn shared() -> &'static (World, Exchange) {
    static SHARED: std::sync::OnceLock<(World, Exchange)> = std::sync::OnceLock::new();
    SHARED.get_or_init(|| {
        let world = World::new();
        let done = exchange(&world, &world.deal(), &subjects(SUBJECTS));
        (world, done)
    })
}

#[test]
fn state_files_come_back_and_any_flipped_byte_is_caught() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let book = done.book.encode();
    assert_eq!(*HolderBook::decode(&book).unwrap().encode(), *book);
    let state = done.state.encode();
    assert_eq!(*AskerState::decode(&state).unwrap().encode(), *state);
    for at in 0..book.len() {
        let mut flipped = book.to_vec();
        flipped[at] ^= 2;
        assert!(HolderBook::decode(&flipped).is_err());
        assert!(HolderBook::decode(&book[..at]).is_err());
    }
    for at in 0..state.len() {
        let mut flipped = state.to_vec();
        flipped[at] ^= 2;
        assert!(AskerState::decode(&flipped).is_err());
    }
}
