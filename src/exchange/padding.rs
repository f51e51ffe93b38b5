//! Row counts in buckets, so that a count says little.

/// The next Padmé size: what is left of the number is its leading digits, about half as many as the
/// number of digits has digits. Adds at most 12 %, less for large counts.
///
/// Source: Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, "Reducing Metadata Leakage from
/// Encrypted Files and Communication with PURBs", PETS 2019, section 4.
pub fn padme(rows: u64) -> u64 {
    let Some(exponent) = rows.checked_ilog2().filter(|e| *e > 0) else {
        return rows;
    };
    let kept = exponent.ilog2().saturating_add(1);
    let dropped = exponent.saturating_sub(kept);
    let mask = 1_u64.checked_shl(dropped).unwrap_or(1).saturating_sub(1);
    rows.saturating_add(mask) & !mask
}

/// The next power of two from 16: for short files, whose count would say more.
pub fn power(rows: u64) -> u64 {
    rows.max(16).checked_next_power_of_two().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "small numbers")]
    use super::*;

    #[test]
    fn buckets_hold_their_rows_and_add_an_eighth_at_most() {
        let counts = (1..5_000).chain((0..55).flat_map(|p| [(1 << p) + 1, 3 << p, (1 << p) + 77]));
        for rows in counts {
            let padded = padme(rows);
            assert!(
                padded >= rows && (padded - rows) * 8 <= rows,
                "{rows} {padded}"
            );
            assert_eq!(padme(padded), padded);
        }
        let sizes: std::collections::BTreeSet<u64> = (65_536..131_072).map(padme).collect();
        assert_eq!(sizes.len(), 33);
        assert_eq!(padme(0), 0);
    }

    #[test]
    fn short_files_come_in_powers_of_two() {
        for (rows, padded) in [(0, 16), (16, 16), (17, 32), (1_000, 1_024)] {
            assert_eq!(power(rows), padded);
        }
    }
}
