//! Merkle trees of RFC 6962: one hash that stands for a sequence of entries, and short proofs about
//! it.
//!
//! In: entries, as bytes or as leaf hashes. Out: roots, proofs that an entry is in a tree, proofs
//! that a tree only grew. The audit log is such a tree; so is the commitment to the subjects of a
//! request. Nothing is signed or stored here.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of an entry (section 2.1): the prefix keeps entries and nodes apart.
pub fn leaf_hash(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new().chain_update([0]);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Hash of two neighbours.
fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let hash = Sha256::new().chain_update([1]);
    hash.chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// A growing tree. Keeps the hashes of all complete subtrees, two a leaf, so that roots and proofs
/// of any earlier size take a logarithm of steps.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Level `k` holds the hashes over 2^k leaves each, in order.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over leaf hashes.
    pub fn over(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// Adds the hash of one more leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in &mut self.levels {
            level.push(hash);
            match level.as_slice() {
                [.., left, right] if level.len().is_multiple_of(2) => {
                    hash = node_hash(left, right);
                }
                _ => return,
            }
        }
        self.levels.push(vec![hash]);
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The root over all leaves; that of no leaves is the hash of nothing.
    pub fn root(&self) -> Hash {
        self.root_at(self.size())
            .unwrap_or_else(|| Sha256::digest([]).into())
    }

    /// The root when the tree had so many leaves. `None` where it never had.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(Sha256::digest([]).into());
        }
        self.subtree(0, size)
    }

    /// Proof that a leaf is in the tree of a size (section 2.1.1): the hashes beside its way up,
    /// lowest first. `None` where there is no such leaf or no such size.
    pub fn inclusion(&self, leaf: u64, size: u64) -> Option<Vec<Hash>> {
        if leaf >= size || size > self.size() {
            return None;
        }
        let (mut start, mut size, mut proof) = (0_u64, size, Vec::new());
        while size > 1 {
            let left = split(size);
            let middle = start.checked_add(left)?;
            let right = size.checked_sub(left)?;
            if leaf < middle {
                proof.push(self.subtree(middle, right)?);
                size = left;
            } else {
                proof.push(self.subtree(start, left)?);
                (start, size) = (middle, right);
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// Proof that the tree of a size begins with the tree of a smaller one (section 2.1.2). `None`
    /// where the tree never had such sizes.
    pub fn consistency(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        if from > to || to > self.size() {
            return None;
        }
        if from == 0 || from == to {
            return Some(Vec::new());
        }
        let (mut start, mut known, mut size) = (0_u64, from, to);
        let (mut proof, mut is_old_root) = (Vec::new(), true);
        while known != size {
            let left = split(size);
            let middle = start.checked_add(left)?;
            let right = size.checked_sub(left)?;
            if known <= left {
                proof.push(self.subtree(middle, right)?);
                size = left;
            } else {
                proof.push(self.subtree(start, left)?);
                (start, size) = (middle, right);
                known = known.checked_sub(left)?;
                is_old_root = false;
            }
        }
        if !is_old_root {
            proof.push(self.subtree(start, size)?);
        }
        proof.reverse();
        Some(proof)
    }

    /// Hash over `size` leaves from `start`, as the tree is cut (section 2.1). `start` is always a
    /// multiple of the largest power of two that fits.
    fn subtree(&self, start: u64, size: u64) -> Option<Hash> {
        if size.is_power_of_two() {
            let level = self.levels.get(usize::try_from(size.ilog2()).ok()?)?;
            return level
                .get(usize::try_from(start.checked_div(size)?).ok()?)
                .copied();
        }
        let left = split(size);
        let right = self.subtree(start.checked_add(left)?, size.checked_sub(left)?)?;
        Some(node_hash(&self.subtree(start, left)?, &right))
    }
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    let below = size.saturating_sub(1).max(1);
    1_u64.checked_shl(below.ilog2()).unwrap_or(1)
}

/// Whether a proof shows that a leaf hash stands at a place of the tree with a size and root.
pub fn included(leaf: &Hash, at: u64, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if at >= size {
        return false;
    }
    let (mut node, mut last) = (at, size.saturating_sub(1));
    let mut hash = *leaf;
    for beside in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(beside, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// A tree by its size and root.
pub type Head = (u64, Hash);

/// Whether a proof shows that the newer tree begins with the older one.
pub fn consistent(older: Head, newer: Head, proof: &[Hash]) -> bool {
    let ((from, old_root), (to, new_root)) = (older, newer);
    if from > to {
        return false;
    }
    if from == to {
        return proof.is_empty() && old_root == new_root;
    }
    if from == 0 {
        let nothing: Hash = Sha256::digest([]).into();
        return proof.is_empty() && old_root == nothing;
    }
    // A complete older tree is itself the first hash of the way.
    let mut way = proof.iter();
    let first = if from.is_power_of_two() {
        Some(&old_root)
    } else {
        way.next()
    };
    let Some(first) = first else { return false };
    let (mut node, mut last) = (from.saturating_sub(1), to.saturating_sub(1));
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (mut old, mut new) = (*first, *first);
    for beside in way {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old = node_hash(beside, &old);
            new = node_hash(beside, &new);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, beside);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old == old_root && new == new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries of the reference implementation's tests and the root after each.
    const REFERENCE: &[(&str, &str)] = &[
        (
            "",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        ),
        (
            "00",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        ),
        (
            "10",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            "2021",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
        (
            "3031",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ),
        (
            "40414243",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ),
        (
            "5051525354555657",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];

    fn unhex(text: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(text).unwrap()
    }

    fn tree(size: u64) -> Tree {
        Tree::over((0..size).map(|n| leaf_hash(&[&n.to_le_bytes()])))
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        let mut tree = Tree::default();
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree.root().to_vec(), unhex(nothing));
        for (entry, root) in REFERENCE {
            tree.push(leaf_hash(&[&unhex(entry)]));
            assert_eq!(tree.root().to_vec(), unhex(root));
        }
        for (size, (_, root)) in (1..).zip(REFERENCE) {
            assert_eq!(tree.root_at(size).unwrap().to_vec(), unhex(root));
        }
        assert_eq!(tree.root_at(9), None);
    }

    #[test]
    fn every_inclusion_proof_holds_and_only_for_its_leaf() {
        let tree = tree(33);
        for size in 1..=33 {
            let root = tree.root_at(size).unwrap();
            for at in 0..size {
                let leaf = leaf_hash(&[&at.to_le_bytes()]);
                let proof = tree.inclusion(at, size).unwrap();
                assert!(included(&leaf, at, size, &root, &proof), "{at} of {size}");
                assert!(!included(&leaf, at + 1, size, &root, &proof));
                assert!(!included(&leaf_hash(&[b"other"]), at, size, &root, &proof));
                let longer = [proof.as_slice(), &[root]].concat();
                assert!(!included(&leaf, at, size, &root, &longer));
                if let [most @ .., _] = proof.as_slice() {
                    assert!(!included(&leaf, at, size, &root, most));
                }
            }
        }
        assert_eq!(tree.inclusion(33, 33), None);
        assert_eq!(tree.inclusion(0, 34), None);
    }

    #[test]
    fn every_consistency_proof_holds_and_only_for_its_sizes() {
        let tree = tree(33);
        let head = |size| (size, tree.root_at(size).unwrap());
        for to in 0..=33 {
            for from in 0..=to {
                let proof = tree.consistency(from, to).unwrap();
                assert!(consistent(head(from), head(to), &proof), "{from} to {to}");
                if from > 0 && from < to {
                    let mut other = head(from);
                    other.1[7] ^= 4;
                    assert!(!consistent(other, head(to), &proof));
                    let mut other = head(to);
                    other.1[7] ^= 4;
                    assert!(!consistent(head(from), other, &proof));
                    assert!(!consistent(head(to), head(from), &proof));
                    let longer = [proof.as_slice(), &[head(to).1]].concat();
                    assert!(!consistent(head(from), head(to), &longer));
                    assert!(!consistent(head(from), head(to), &proof[1..]));
                }
            }
        }
        assert_eq!(tree.consistency(3, 34), None);
    }

    #[test]
    fn any_flipped_bit_of_a_proof_is_caught() {
        let tree = tree(21);
        let root = tree.root();
        let leaf = leaf_hash(&[&13_u64.to_le_bytes()]);
        let inclusion = tree.inclusion(13, 21).unwrap();
        let consistency = tree.consistency(11, 21).unwrap();
        for (hash, bit) in (0..inclusion.len()).flat_map(|h| (0..256).map(move |b| (h, b))) {
            let mut flipped = inclusion.clone();
            flipped[hash][bit / 8] ^= 1 << (bit % 8);
            assert!(!included(&leaf, 13, 21, &root, &flipped));
        }
        for (hash, bit) in (0..consistency.len()).flat_map(|h| (0..256).map(move |b| (h, b))) {
            let mut flipped = consistency.clone();
            flipped[hash][bit / 8] ^= 1 << (bit % 8);
            let older = (11, tree.root_at(11).unwrap());
            assert!(!consistent(older, (21, root), &flipped));
        }
    }
}
