//! Signed notes: text that a person can read, followed by signatures.
//!
//! Agreements, manifests, public identities and checkpoints of the log are such notes. The form is
//! that of C2SP `signed-note`: the text ends in a line feed, an empty line follows, then one line a
//! signature: an em dash, the signer's name, and base64 of a four-byte key id and the signature.
//! What is signed is the text, to its last line feed. Each kind of text begins with a line of its
//! own, so that a signature under one kind means nothing under another.
//!
//! A note has one form only: what is read is written again and must be the same bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::error::{Problem, Result};
use crate::exchange::name::PartyName;

/// Longest note that is looked at. The proofs of the largest response take a tenth of it.
pub const LIMIT: usize = 1 << 20;
/// Most signatures under a note.
const SIGNATURES: usize = 8;
/// What a signature line begins with.
const DASH: &str = "\u{2014} ";
/// The algorithm byte of ed25519.
const ED25519: u8 = 1;

/// Who may sign: a name and a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatory {
    /// The name that stands in the signature line.
    pub name: PartyName,
    /// The key that the signature is checked against.
    pub key: VerifyingKey,
}

impl Signatory {
    /// First four bytes of a hash over name and key: tells keys of one name apart.
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_str())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }
}

/// Text with signatures that nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: PartyName,
    id: [u8; 4],
    signature: [u8; 64],
}

impl Note {
    /// A note without signatures.
    ///
    /// # Errors
    /// Internal, where the text could not be read back: it must end in a line feed, hold no control
    /// characters besides, and not end in what looks like signature lines.
    pub fn new(text: String) -> Result<Self> {
        if !is_text(&text) || text.len() > LIMIT {
            return Err(Problem::Internal("a note that could not be read back").into());
        }
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Adds a signature; one of the same name and key is replaced.
    pub fn sign(&mut self, name: &PartyName, key: &SigningKey) {
        let signatory = Signatory {
            name: name.clone(),
            key: key.verifying_key(),
        };
        let line = Line {
            name: name.clone(),
            id: signatory.id(),
            signature: key.sign(self.text.as_bytes()).to_bytes(),
        };
        self.signatures
            .retain(|l| (&l.name, l.id) != (&line.name, line.id));
        self.signatures.push(line);
        self.signatures
            .sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    }

    /// The bytes of the note.
    pub fn encode(&self) -> String {
        let mut out = self.text.clone();
        out.push('\n');
        for line in &self.signatures {
            let bytes = [line.id.as_slice(), &line.signature].concat();
            out.push_str(DASH);
            out.push_str(line.name.as_str());
            out.push(' ');
            out.push_str(&STANDARD.encode(bytes));
            out.push('\n');
        }
        out
    }

    /// Reads a note. Signatures are not checked by this.
    ///
    /// # Errors
    /// Integrity: too long, or anything that [`Note::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).ok_or_else(|| refused("it is not a signed note in its one form"))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > LIMIT {
            return None;
        }
        let whole = std::str::from_utf8(bytes).ok()?;
        let (head, tail) = whole.rsplit_once("\n\n")?;
        let text = format!("{head}\n");
        let lines: Vec<&str> = tail.lines().collect();
        if !is_text(&text) || lines.len() > SIGNATURES {
            return None;
        }
        let signatures = lines
            .into_iter()
            .map(|line| {
                let (name, code) = line.strip_prefix(DASH)?.split_once(' ')?;
                let bytes = STANDARD.decode(code).ok()?;
                let (id, signature) = bytes.split_first_chunk::<4>()?;
                Some(Line {
                    name: PartyName::new(name)?,
                    id: *id,
                    signature: signature.try_into().ok()?,
                })
            })
            .collect::<Option<Vec<Line>>>()?;
        let note = Self { text, signatures };
        let sorted = note
            .signatures
            .is_sorted_by(|a, b| (&a.name, a.id) < (&b.name, b.id));
        (sorted && note.encode() == whole).then_some(note)
    }

    /// The text, signed or not.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names under it.
    pub fn signers(&self) -> impl Iterator<Item = &PartyName> {
        self.signatures.iter().map(|line| &line.name)
    }

    /// The text, if these and no others signed it. Strict: no weak keys, one form of a signature.
    ///
    /// # Errors
    /// Integrity: a signature is missing, does not hold, or is by somebody else.
    pub fn verified(&self, signatories: &[&Signatory]) -> Result<&str> {
        let known = |line: &Line| {
            let mut known = signatories.iter();
            known.any(|who| who.name == line.name && who.id() == line.id)
        };
        if !self.signatures.iter().all(known) {
            return Err(refused("it is signed by somebody else too"));
        }
        for signatory in signatories {
            let line = self
                .signatures
                .iter()
                .find(|line| line.name == signatory.name && line.id == signatory.id())
                .ok_or_else(|| refused("it is not signed by whom it should be"))?;
            signatory
                .key
                .verify_strict(
                    self.text.as_bytes(),
                    &Signature::from_bytes(&line.signature),
                )
                .map_err(|_| refused("a signature does not hold"))?;
        }
        Ok(&self.text)
    }
}

/// Ends in a line feed, holds no other control character and no empty last line, which would move
/// the border to the signatures.
fn is_text(text: &str) -> bool {
    text.ends_with('\n')
        && !text.ends_with("\n\n")
        && text != "\n"
        && text.chars().all(|c| c == '\n' || !c.is_control())
}

fn refused(why: &'static str) -> crate::error::Error {
    Problem::Refused { what: "note", why }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8, name: &str) -> (SigningKey, Signatory) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let signatory = Signatory {
            name: PartyName::new(name).unwrap(),
            key: key.verifying_key(),
        };
        (key, signatory)
    }

    fn note() -> (Note, Signatory, Signatory) {
        let ((a, north), (b, south)) = (signer(1, "north"), signer(2, "south"));
        let mut note = Note::new("kind of text\n\na line\n".into()).unwrap();
        note.sign(&south.name, &b);
        note.sign(&north.name, &a);
        (note, north, south)
    }

    #[test]
    fn rfc_8032_signatures_come_out_as_published() {
        // RFC 8032, section 7.1, tests 1 to 3: secret key, message, signature.
        let vectors = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        let unhex = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
                .collect()
        };
        for (secret, message, signature) in vectors {
            let key = SigningKey::from_bytes(&unhex(secret).try_into().unwrap());
            let made = key.sign(&unhex(message));
            assert_eq!(made.to_bytes().to_vec(), unhex(signature));
            let key = key.verifying_key();
            assert!(key.verify_strict(&unhex(message), &made).is_ok());
            assert!(key.verify_strict(b"other", &made).is_err());
        }
    }

    #[test]
    fn a_note_comes_back_and_holds_for_its_signatories_alone() {
        let (note, north, south) = note();
        let back = Note::decode(note.encode().as_bytes()).unwrap();
        assert_eq!(back, note);
        assert!(back.verified(&[&north, &south]).is_ok());
        assert!(back.verified(&[&south, &north]).is_ok());
        assert!(back.verified(&[&north]).is_err());
        let (_, stranger) = signer(3, "south");
        assert!(back.verified(&[&north, &stranger]).is_err());
        assert!(back.verified(&[&north, &north]).is_err());
        assert!(back.verified(&[]).is_err());
    }

    #[test]
    fn any_flipped_bit_of_a_note_is_caught() {
        let (note, north, south) = note();
        let bytes = note.encode().into_bytes();
        for (byte, bit) in (0..bytes.len()).flat_map(|b| (0..8).map(move |bit| (b, bit))) {
            let mut flipped = bytes.clone();
            flipped[byte] ^= 1 << bit;
            let held =
                Note::decode(&flipped).and_then(|note| note.verified(&[&north, &south]).map(drop));
            assert!(held.is_err(), "bit {bit} of byte {byte}");
        }
        for cut in 0..bytes.len() {
            let held = Note::decode(&bytes[..cut])
                .and_then(|note| note.verified(&[&north, &south]).map(drop));
            assert!(held.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn texts_that_could_not_be_read_back_are_refused() {
        for text in [
            "",
            "\n",
            "no end",
            "two ends\n\n",
            "bell\u{7}\n",
            "return\r\n",
        ] {
            assert!(Note::new(text.into()).is_err(), "{text:?}");
        }
        assert!(Note::decode(&vec![b'a'; LIMIT + 1]).is_err());
        assert!(Note::decode(&[0xff, b'\n', b'\n']).is_err());
    }
}
