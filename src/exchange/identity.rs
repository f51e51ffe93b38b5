//! Who a party is: a name, a key to sign with, a key to open what is sealed to it.
//!
//! All of it follows from one secret seed, which is what the key file holds (mode 0600; under a
//! passphrase through `age` where one is given). The public identity is a signed note that the
//! peer gets by a way on which nobody can put another in its place.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Problem, Result};
use crate::exchange::codec::{hex, unhex};
use crate::exchange::name::PartyName;
use crate::exchange::note::{Note, Signatory};
use crate::exchange::seal::{OpenKey, SealKey};

/// First line of a key file.
const SECRET: &str = "veilmatch secret identity/1";
/// First line of a public identity.
const PUBLIC: &str = "veilmatch identity/1";
/// Longest key file that is looked at.
const LIMIT: u64 = 1 << 16;

/// A party's own identity, secrets included. Wiped from memory when dropped.
pub struct Identity {
    party: Party,
    seed: Zeroizing<[u8; 32]>,
    signing: SigningKey,
    opening: OpenKey,
}

/// A party as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Name and key of its signatures.
    pub signatory: Signatory,
    /// What is sealed to it is sealed to this.
    pub seal: SealKey,
}

impl Party {
    /// A party of a name and two keys. `None` where a key is weak: one that signs or opens for
    /// everybody.
    pub fn new(name: PartyName, sign: &[u8; 32], seal: [u8; 32]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(sign).ok()?;
        let seal = SealKey::decode(seal)?;
        (!key.is_weak()).then_some(Self {
            signatory: Signatory { name, key },
            seal,
        })
    }

    /// Its name.
    pub fn name(&self) -> &PartyName {
        &self.signatory.name
    }

    /// What two people read to each other by telephone: 32 digits that follow from name and keys.
    pub fn fingerprint(&self) -> String {
        let hash = blake3::derive_key(
            "veilmatch 2026-11 fingerprint of an identity v1",
            self.text().as_bytes(),
        );
        let groups: Vec<String> = hash
            .as_chunks::<2>()
            .0
            .iter()
            .take(8)
            .map(|g| hex(g))
            .collect();
        groups.join(" ")
    }

    /// Reads a public identity, which its own key has signed.
    ///
    /// # Errors
    /// Integrity: not a public identity, changed, or with a weak key.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let refused = || Problem::Refused {
            what: "identity",
            why: "it is not a public identity in its one form",
        };
        let note = Note::decode(bytes)?;
        let party = Self::parse(note.text()).ok_or_else(refused)?;
        note.verified(&[&party.signatory])?;
        Ok(party)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut line = |prefix: &str| lines.next()?.strip_prefix(prefix);
        line(PUBLIC).filter(|rest| rest.is_empty())?;
        let name = PartyName::new(line("name ")?)?;
        let sign = unhex::<32>(line("sign ")?)?;
        let seal = unhex::<32>(line("seal ")?)?;
        let party = Self::new(name, &sign, seal)?;
        (party.text() == text).then_some(party)
    }

    fn text(&self) -> String {
        format!(
            "{PUBLIC}\nname {}\nsign {}\nseal {}\n",
            self.name(),
            hex(self.signatory.key.as_bytes()),
            hex(&self.seal.bytes()),
        )
    }
}

impl Identity {
    /// A fresh identity from the operating system's randomness.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn fresh(name: PartyName) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| Problem::Internal("no system randomness"))?;
        Ok(Self::from_seed(name, seed))
    }

    pub(crate) fn from_seed(name: PartyName, seed: Zeroizing<[u8; 32]>) -> Self {
        let derive = |context| Zeroizing::new(blake3::derive_key(context, seed.as_ref()));
        let signing = SigningKey::from_bytes(&derive("veilmatch 2026-11 identity, signing v1"));
        let opening = OpenKey::derive(&derive("veilmatch 2026-11 identity, opening v1"));
        let signatory = Signatory {
            name,
            key: signing.verifying_key(),
        };
        Self {
            party: Party {
                signatory,
                seal: opening.public(),
            },
            seed,
            signing,
            opening,
        }
    }

    /// As others see it.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// The public identity, to be handed to the peer.
    ///
    /// # Errors
    /// None in practice: the text is made here.
    pub fn public_note(&self) -> Result<String> {
        let mut note = Note::new(self.party.text())?;
        self.sign(&mut note);
        Ok(note.encode())
    }

    /// Signs a note.
    pub fn sign(&self, note: &mut Note) {
        note.sign(self.party.name(), &self.signing);
    }

    /// Opens what was sealed to this party.
    pub(crate) fn opening(&self) -> &OpenKey {
        &self.opening
    }

    /// Writes the key file, mode 0600. A file that stands there already is never replaced: the keys
    /// in it would be lost. With a passphrase it is encrypted by `age` (scrypt), and `age -d` opens
    /// it.
    ///
    /// # Errors
    /// Usage, where the file exists or the passphrase is empty; the disk.
    pub fn write(&self, path: &Path, passphrase: Option<&str>) -> Result<()> {
        let text = Zeroizing::new(format!(
            "{SECRET}\nname {}\nseed {}\n",
            self.party.name(),
            Zeroizing::new(hex(self.seed.as_ref())).as_str(),
        ));
        let bytes = match passphrase {
            None => Zeroizing::new(text.as_bytes().to_vec()),
            Some(passphrase) => Zeroizing::new(encrypt(text.as_bytes(), passphrase)?),
        };
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
        let mut file = tempfile::Builder::new()
            .prefix(".veilmatch-keys.")
            .tempfile_in(folder.unwrap_or_else(|| Path::new(".")))
            .map_err(|e| Problem::write(&e))?;
        file.write_all(&bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(|e| Problem::write(&e))?;
        file.persist_noclobber(path)
            .map_err(|e| match e.error.kind() {
                std::io::ErrorKind::AlreadyExists => Problem::Setting {
                    setting: "key file",
                    reason: "exists; keys are never overwritten".into(),
                },
                _ => Problem::write(&e.error),
            })?;
        Ok(())
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// The disk; usage, where a passphrase is needed, wrong or not needed, or where others than the
    /// owner may read the file; integrity, where it is no key file.
    pub fn read(path: &Path, passphrase: Option<&str>) -> Result<Self> {
        let file = File::open(path).map_err(Problem::Read)?;
        private(&file)?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(LIMIT)
            .read_to_end(&mut bytes)
            .map_err(Problem::Read)?;
        let text = match (bytes.starts_with(b"age-encryption.org/"), passphrase) {
            (false, None) => bytes,
            (true, Some(passphrase)) => Zeroizing::new(decrypt(&bytes, passphrase)?),
            (true, None) => return Err(passphrase_problem("the key file needs one")),
            (false, Some(_)) => return Err(passphrase_problem("the key file has none")),
        };
        Self::parse(&text).ok_or_else(|| {
            Problem::Refused {
                what: "key file",
                why: "it is not a secret identity",
            }
            .into()
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        let mut line = |prefix: &str| lines.next()?.strip_prefix(prefix);
        line(SECRET).filter(|rest| rest.is_empty())?;
        let name = PartyName::new(line("name ")?)?;
        let seed = Zeroizing::new(unhex::<32>(line("seed ")?)?);
        lines.next().is_none().then(|| Self::from_seed(name, seed))
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        // The signing key and the opening key wipe themselves.
        self.seed.zeroize();
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", self.party.name())
            .finish_non_exhaustive()
    }
}

fn passphrase_problem(reason: &'static str) -> crate::error::Error {
    Problem::Setting {
        setting: "passphrase",
        reason: reason.into(),
    }
    .into()
}

/// Only the owner may be able to read a key file.
#[cfg(unix)]
fn private(file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let found = file.metadata().map_err(Problem::Read)?;
    let others = found.permissions().mode() & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(Problem::Setting {
        setting: "key file",
        reason: "can be read by others; make it mode 0600, and new keys if somebody may have"
            .into(),
    }
    .into())
}

#[cfg(not(unix))]
fn private(_: &File) -> Result<()> {
    Ok(())
}

#[cfg(feature = "cli")]
fn encrypt(text: &[u8], passphrase: &str) -> Result<Vec<u8>> {
    if passphrase.is_empty() {
        return Err(passphrase_problem("is empty"));
    }
    let recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    age::encrypt(&recipient, text).map_err(|_| Problem::Internal("age could not encrypt").into())
}

#[cfg(feature = "cli")]
fn decrypt(bytes: &[u8], passphrase: &str) -> Result<Vec<u8>> {
    let mut identity = age::scrypt::Identity::new(passphrase.to_owned().into());
    // 4 GiB of memory and half a minute at most: a foreign file may ask for more.
    identity.set_max_work_factor(22);
    age::decrypt(&identity, bytes)
        .map_err(|_| passphrase_problem("does not open the key file, or the file was changed"))
}

#[cfg(not(feature = "cli"))]
fn encrypt(_: &[u8], _: &str) -> Result<Vec<u8>> {
    Err(passphrase_problem(
        "is not known to this build: feature `cli`",
    ))
}

#[cfg(not(feature = "cli"))]
fn decrypt(_: &[u8], _: &str) -> Result<Vec<u8>> {
    Err(passphrase_problem(
        "is not known to this build: feature `cli`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn north() -> Identity {
        Identity::fresh(PartyName::new("north").unwrap()).unwrap()
    }

    #[test]
    fn a_key_file_comes_back_is_private_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("north.key");
        let identity = north();
        identity.write(&path, None).unwrap();
        let back = Identity::read(&path, None).unwrap();
        assert_eq!(back.party(), identity.party());
        assert!(identity.write(&path, None).unwrap_err().is_usage());
        assert!(Identity::read(&path, Some("pass")).unwrap_err().is_usage());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |m| std::fs::Permissions::from_mode(m);
            let found = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, 0o600);
            std::fs::set_permissions(&path, mode(0o640)).unwrap();
            assert!(Identity::read(&path, None).unwrap_err().is_usage());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(feature = "cli")]
    fn a_passphrase_is_needed_where_one_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("north.key");
        let identity = north();
        assert!(identity.write(&path, Some("")).unwrap_err().is_usage());
        identity.write(&path, Some("correct horse")).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        assert!(Identity::read(&path, None).unwrap_err().is_usage());
        assert!(Identity::read(&path, Some("wrong")).unwrap_err().is_usage());
        let back = Identity::read(&path, Some("correct horse")).unwrap();
        assert_eq!(back.party(), identity.party());
    }

    #[test]
    fn a_public_identity_comes_back_and_any_flipped_bit_is_caught() {
        let identity = north();
        let note = identity.public_note().unwrap().into_bytes();
        assert_eq!(&Party::decode(&note).unwrap(), identity.party());
        for (byte, bit) in (0..note.len()).flat_map(|b| (0..8).map(move |i| (b, i))) {
            let mut flipped = note.clone();
            flipped[byte] ^= 1 << bit;
            assert!(Party::decode(&flipped).is_err(), "bit {bit} of byte {byte}");
        }
    }

    #[test]
    fn fingerprints_tell_names_and_keys_apart() {
        let named = |name: &str, seed: u8| {
            let name = PartyName::new(name).unwrap();
            Identity::from_seed(name, Zeroizing::new([seed; 32]))
                .party()
                .fingerprint()
        };
        let print = named("north", 1);
        assert_eq!(print.len(), 39);
        assert_eq!(print, named("north", 1));
        assert!(print != named("north", 2) && print != named("south", 1));
    }

    #[test]
    fn weak_keys_and_damaged_key_files_are_refused() {
        let name = || PartyName::new("north").unwrap();
        let mut weak = [0; 32];
        weak[0] = 1;
        let good = *north().party().signatory.key.as_bytes();
        assert!(Party::new(name(), &weak, [7; 32]).is_none());
        assert!(Party::new(name(), &good, [0; 32]).is_none());
        assert!(Party::new(name(), &good, [7; 32]).is_some());
        let seed = "00".repeat(32);
        for bad in [
            String::new(),
            format!("{SECRET}\nname north\nseed {}\n", &seed[2..]),
            format!("{SECRET}\nname North\nseed {seed}\n"),
            format!("{SECRET}\nname north\nseed {seed}\nmore\n"),
            format!("{PUBLIC}\nname north\nseed {seed}\n"),
        ] {
            assert!(Identity::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        let shown = format!("{:?}", north());
        assert_eq!(shown, "Identity { name: PartyName(\"north\"), .. }");
    }
}
