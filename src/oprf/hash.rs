//! Bytes to points and scalars: RFC 9380 section 5.3.1 and RFC 9497 section 4.1.

use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::Mode;

/// Input block of SHA-512.
const BLOCK: usize = 128;
/// Output of SHA-512.
const DIGEST: usize = 64;
/// Most digests that one expansion may take: they are counted in one byte.
const DIGESTS: usize = 255;

/// `expand_message_xmd` with SHA-512 (RFC 9380 section 5.3.1): fills `out` with bytes that look
/// uniform, from the parts of one message and a domain separation tag. `None` where the tag is
/// longer than 255 bytes or more than 16,320 bytes are asked for.
pub fn expand_message_xmd(parts: &[&[u8]], tag: &[&[u8]], out: &mut [u8]) -> Option<()> {
    let tag_length: usize = tag.iter().map(|part| part.len()).sum();
    let tag_length = u8::try_from(tag_length).ok()?;
    let wanted = u16::try_from(out.len()).ok()?;
    if out.len() > DIGEST.saturating_mul(DIGESTS) {
        return None;
    }
    let close = |mut hash: Sha512| -> [u8; DIGEST] {
        for part in tag {
            hash.update(part);
        }
        hash.update([tag_length]);
        hash.finalize().into()
    };
    let mut first = Sha512::new().chain_update([0; BLOCK]);
    for part in parts {
        first.update(part);
    }
    let first = close(first.chain_update(wanted.to_be_bytes()).chain_update([0]));
    let mut last = [0; DIGEST];
    for (number, chunk) in (1_u8..=u8::MAX).zip(out.chunks_mut(DIGEST)) {
        let mut mixed = first;
        mixed.iter_mut().zip(last).for_each(|(a, b)| *a ^= b);
        last = close(Sha512::new().chain_update(mixed).chain_update([number]));
        for (byte, from) in chunk.iter_mut().zip(last) {
            *byte = from;
        }
    }
    Some(())
}

/// 64 bytes under one of the suite's tags, which are all short.
fn expand(parts: &[&[u8]], purpose: &[u8], mode: Mode) -> Zeroizing<[u8; 64]> {
    let mut bytes = Zeroizing::new([0; 64]);
    let done = expand_message_xmd(parts, &[purpose, mode.context()], bytes.as_mut());
    debug_assert!(done.is_some(), "tags and lengths of the suite fit");
    bytes
}

/// `HashToGroup` of the suite.
pub(super) fn to_group(input: &[u8], mode: Mode) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&expand(&[input], b"HashToGroup-", mode))
}

/// `HashToScalar` of the suite.
pub(super) fn to_scalar(parts: &[&[u8]], mode: Mode) -> Scalar {
    scalar_under(parts, b"HashToScalar-", mode)
}

/// `HashToScalar` under another tag than the suite's own, which `DeriveKeyPair` asks for.
pub(super) fn scalar_under(parts: &[&[u8]], purpose: &[u8], mode: Mode) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&expand(parts, purpose, mode))
}
