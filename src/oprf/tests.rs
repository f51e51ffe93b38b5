//! The vectors of the RFCs, another implementation, and what must be refused.

use curve25519_dalek::{RistrettoPoint, Scalar};
use proptest::prelude::*;
use rand_core_06::OsRng;
use voprf::Ristretto255;

use super::*;

fn unhex(text: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(text).unwrap()
}

fn wide<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).try_into().unwrap()
}

/// The rows of a table, without its comments and its header.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').collect())
}

fn elements(rows: &[[u8; 32]]) -> Vec<Element> {
    Element::decode_all(rows).unwrap()
}

#[test]
fn rfc_9380_messages_expand_as_published() {
    for row in rows(include_str!("vectors/rfc9380.tsv")) {
        let wanted = unhex(row[1]);
        let mut out = vec![0; wanted.len()];
        let tag: [&[u8]; 2] = [b"QUUX-V01-CS02-with-", b"expander-SHA512-256"];
        expand_message_xmd(&[row[0].as_bytes()], &tag, &mut out).unwrap();
        assert_eq!(out, wanted, "{}", row[0]);
    }
    assert!(expand_message_xmd(&[], &[&[0; 256]], &mut [0; 8]).is_none());
    assert!(expand_message_xmd(&[], &[b"tag"], &mut [0; 64 * 255 + 1]).is_none());
}

#[test]
fn rfc_9496_encodings_are_taken_and_refused_as_published() {
    let mut multiple = RistrettoPoint::default();
    for row in rows(include_str!("vectors/rfc9496.tsv")) {
        let bytes: [u8; 32] = wide(row[2]);
        match row[0] {
            "multiple" => {
                assert_eq!(multiple.compress().to_bytes(), bytes);
                assert_eq!(Element::decode(bytes).is_some(), row[1] != "0");
                multiple += RistrettoPoint::mul_base(&Scalar::ONE);
            }
            "map" => {
                let point = RistrettoPoint::from_uniform_bytes(&wide(row[1]));
                assert_eq!(point.compress().to_bytes(), bytes);
            }
            _ => assert!(Element::decode(bytes).is_none(), "{}", row[2]),
        }
    }
}

#[test]
fn rfc_9497_vectors_hold_in_both_modes() {
    for row in rows(include_str!("vectors/rfc9497.tsv")) {
        let mode = if row[0] == "oprf" {
            Mode::Oprf
        } else {
            Mode::Voprf
        };
        let list = |column: usize| -> Vec<Vec<u8>> { row[column].split(',').map(unhex).collect() };
        let key = SecretKey::derive(&wide(row[1]), &unhex(row[2]), mode).unwrap();
        assert_eq!(key.scalar.to_bytes().to_vec(), unhex(row[3]));
        let inputs = list(5);
        let blinds: Vec<Blind> = list(6)
            .into_iter()
            .map(|bytes| Blind::decode(bytes.try_into().unwrap()).unwrap())
            .collect();
        let blinded = blind(&inputs, &blinds, mode).unwrap();
        assert_eq!(blinded.concat(), list(7).concat());
        let blinded = elements(&blinded);
        let evaluated = evaluate(&key, &blinded);
        assert_eq!(evaluated.concat(), list(8).concat());
        if mode == Mode::Voprf {
            assert_eq!(key.public().bytes().to_vec(), unhex(row[4]));
            let nonce = Scalar::from_bytes_mod_order(wide(row[10]));
            let proof = proof::prove_with_nonce(&key, &blinded, &evaluated, &nonce);
            assert_eq!(proof.bytes().to_vec(), unhex(row[9]));
            let proof = Proof::decode(&wide(row[9])).unwrap();
            let evaluated = elements(&evaluated);
            verify(&key.public(), &blinded, &evaluated, &[proof], mode).unwrap();
        }
        let outputs = finalize(&inputs, &blinds, &elements(&evaluated)).unwrap();
        let wanted = list(11);
        assert_eq!(outputs.len(), wanted.len());
        for (output, wanted) in outputs.iter().zip(&wanted) {
            assert_eq!(output.as_slice(), wanted);
        }
        assert_eq!(key.outputs(&inputs).unwrap(), outputs);
    }
}

/// Runs one batch through the whole function and gives what a verifier sees.
fn batch(inputs: &[Vec<u8>]) -> (SecretKey, Vec<Element>, Vec<Element>, Vec<Proof>) {
    let key = SecretKey::derive(&[7; 32], b"test", Mode::Voprf).unwrap();
    let blinds: Vec<Blind> = inputs.iter().map(|_| Blind::fresh().unwrap()).collect();
    let blinded = elements(&blind(inputs, &blinds, Mode::Voprf).unwrap());
    let evaluated = evaluate(&key, &blinded);
    let proofs = prove(&key, &blinded, &evaluated).unwrap();
    (key, blinded, elements(&evaluated), proofs)
}

#[test]
fn a_proof_holds_for_its_rows_in_their_order_and_for_nothing_else() {
    let inputs: Vec<Vec<u8>> = (0..9_u8).map(|n| vec![n]).collect();
    let (key, blinded, evaluated, proofs) = batch(&inputs);
    let check = |b: &[Element], e: &[Element], p: &[Proof]| {
        verify(&key.public(), b, e, p, Mode::Voprf).is_ok()
    };
    assert!(check(&blinded, &evaluated, &proofs));
    let mut swapped = evaluated.clone();
    swapped.swap(2, 5);
    assert!(!check(&blinded, &swapped, &proofs));
    assert!(!check(&blinded[1..], &evaluated[1..], &proofs));
    assert!(!check(&blinded, &evaluated[1..], &proofs));
    assert!(!check(&blinded, &evaluated, &[]));
    assert!(!check(&blinded, &evaluated, &[proofs[0], proofs[0]]));
    let other = SecretKey::derive(&[8; 32], b"test", Mode::Voprf).unwrap();
    assert!(verify(&other.public(), &blinded, &evaluated, &proofs, Mode::Voprf).is_err());
    assert!(verify(&key.public(), &blinded, &evaluated, &proofs, Mode::Oprf).is_err());
    for byte in 0..64 {
        for bit in 0..8 {
            let mut bytes = proofs[0].bytes();
            bytes[byte] ^= 1 << bit;
            let flipped = Proof::decode(&bytes);
            assert!(flipped.is_none_or(|p| !check(&blinded, &evaluated, &[p])));
        }
    }
    let mut one_row_by_another_key = evaluated;
    one_row_by_another_key[4] = elements(&evaluate(&other, &blinded[4..5]))[0];
    assert!(!check(&blinded, &one_row_by_another_key, &proofs));
}

#[test]
fn proofs_of_one_batch_differ_because_their_nonces_do() {
    let (key, blinded, evaluated, first) = batch(&[vec![1], vec![2]]);
    let rows: Vec<[u8; 32]> = evaluated.iter().map(Element::bytes).collect();
    let second = prove(&key, &blinded, &rows).unwrap();
    assert_ne!(first, second);
}

#[test]
fn a_batch_longer_than_a_chunk_has_a_proof_for_each() {
    // One element many times over: what is tested is how rows are cut into chunks.
    let (key, blinded, _, _) = batch(&[vec![1]]);
    let blinded = vec![blinded[0]; CHUNK + 1];
    let evaluated = vec![elements(&evaluate(&key, &blinded[..1]))[0]; CHUNK + 1];
    let rows: Vec<[u8; 32]> = evaluated.iter().map(Element::bytes).collect();
    let mut proofs = prove(&key, &blinded, &rows).unwrap();
    assert_eq!(proofs.len(), 2);
    verify(&key.public(), &blinded, &evaluated, &proofs, Mode::Voprf).unwrap();
    proofs.swap(0, 1);
    assert!(verify(&key.public(), &blinded, &evaluated, &proofs, Mode::Voprf).is_err());
}

#[test]
fn what_is_no_element_is_refused_with_its_row() {
    let (key, ..) = batch(&[]);
    let good = key.public().bytes();
    let refused = Element::decode_all(&[good, [0; 32], good]).unwrap_err();
    assert_eq!(refused.place().row, Some(2));
    assert!(refused.is_integrity());
    assert!(Element::decode_all(&[[0xff; 32]]).is_err());
    assert!(PublicKey::decode([0; 32]).is_none());
    assert!(Blind::decode([0; 32]).is_none() && Blind::decode([0xff; 32]).is_none());
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    let blinds = [Blind::fresh().unwrap()];
    let long = vec![vec![0; INPUT_LIMIT + 1]];
    assert!(blind(&long, &blinds, Mode::Voprf).is_err());
    assert!(blind(&[vec![0; INPUT_LIMIT]], &blinds, Mode::Voprf).is_ok());
    assert!(blind(&[vec![], vec![]], &blinds, Mode::Voprf).is_err());
    assert!(SecretKey::derive(&[0; 32], &vec![0; 65_536], Mode::Voprf).is_err());
}

#[test]
fn secrets_do_not_show_themselves() {
    let key = SecretKey::derive(&[7; 32], b"", Mode::Oprf).unwrap();
    assert_eq!(format!("{key:?}"), "SecretKey(..)");
    assert_eq!(format!("{:?}", Blind::fresh().unwrap()), "Blind(..)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The `voprf` crate as the other side, in each direction.
    #[test]
    fn another_implementation_agrees(
        seed in any::<[u8; 32]>(),
        info in proptest::collection::vec(any::<u8>(), 0..40),
        inputs in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..80), 1..6),
    ) {
        let key = SecretKey::derive(&seed, &info, Mode::Voprf).unwrap();
        let server = voprf::VoprfServer::<Ristretto255>::new_from_seed(&seed, &info).unwrap();
        let public = server.get_public_key();
        prop_assert_eq!(public.compress().to_bytes(), key.public().bytes());

        // We ask, the other answers.
        let blinds: Vec<Blind> = inputs.iter().map(|_| Blind::fresh().unwrap()).collect();
        let blinded = blind(&inputs, &blinds, Mode::Voprf).unwrap();
        let theirs: Vec<_> = blinded
            .iter()
            .map(|b| voprf::BlindedElement::<Ristretto255>::deserialize(b).unwrap())
            .collect();
        let prepared: Vec<_> = server.batch_blind_evaluate_prepare(theirs.iter()).collect();
        let answer = server
            .batch_blind_evaluate_finish(&mut OsRng, theirs.iter(), &prepared)
            .unwrap();
        let evaluated: Vec<[u8; 32]> =
            answer.messages.map(|m| m.serialize().into()).collect();
        let proof = Proof::decode(&answer.proof.serialize().into()).unwrap();
        let (blinded, evaluated) = (elements(&blinded), elements(&evaluated));
        verify(&key.public(), &blinded, &evaluated, &[proof], Mode::Voprf).unwrap();
        let ours = finalize(&inputs, &blinds, &evaluated).unwrap();

        // The other asks, we answer.
        let asked: Vec<_> = inputs
            .iter()
            .map(|i| voprf::VoprfClient::<Ristretto255>::blind(i, &mut OsRng).unwrap())
            .collect();
        let blinded: Vec<[u8; 32]> =
            asked.iter().map(|a| a.message.serialize().into()).collect();
        let blinded = elements(&blinded);
        let rows = evaluate(&key, &blinded);
        let proof = prove(&key, &blinded, &rows).unwrap()[0].bytes();
        let clients: Vec<_> = asked.into_iter().map(|a| a.state).collect();
        let messages: Vec<_> = rows
            .iter()
            .map(|r| voprf::EvaluationElement::<Ristretto255>::deserialize(r).unwrap())
            .collect();
        let plain: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let outputs: Vec<_> = voprf::VoprfClient::batch_finalize(
            &plain,
            &clients,
            &messages,
            &voprf::Proof::deserialize(&proof).unwrap(),
            public,
        )
        .unwrap()
        .collect();
        for (ours, theirs) in ours.iter().zip(outputs) {
            let theirs = theirs.unwrap();
            prop_assert_eq!(ours.as_slice(), theirs.as_slice());
        }
    }
}
