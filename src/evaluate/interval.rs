//! Shares and how sure one may be of them.

/// Both ends of the interval in which a share lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end, 0 to 1.
    pub low: f64,
    /// Upper end, 0 to 1.
    pub high: f64,
}

/// `part` of `whole` as a number from 0 to 1; 0 where there is no whole.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of rows stay far below 2^53"
)]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Wilson's score interval of `found` out of `n` at 95 %; from 0 to 1 where nothing was asked.
///
/// **Source** E. B. Wilson, Probable inference, the law of succession, and statistical inference,
/// JASA 22 (1927) 209-212. It holds for small `n` and shares near 0 or 1, where the textbook interval
/// (share ± 2 standard errors) does not.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of rows stay far below 2^53"
)]
pub fn wilson(found: u64, n: u64) -> Interval {
    /// The 97.5 % point of the normal distribution.
    const Z: f64 = 1.959_964;
    if n == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let (p, n) = (share(found, n), n as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Interval {
        low: ((middle - half) / scale).max(0.0),
        high: ((middle + half) / scale).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: u64, n: u64, low: f64, high: f64) {
        let interval = wilson(found, n);
        assert!(
            (interval.low - low).abs() < 5e-4 && (interval.high - high).abs() < 5e-4,
            "{found} of {n}: {interval:?}"
        );
    }

    #[test]
    fn intervals_agree_with_published_ones() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn nothing_asked_means_nothing_known() {
        assert_eq!(
            wilson(0, 0),
            Interval {
                low: 0.0,
                high: 1.0
            }
        );
        assert!(share(0, 0).abs() < f64::EPSILON);
    }

    #[test]
    fn all_found_reaches_one() {
        let interval = wilson(10, 10);
        assert!(interval.high <= 1.0 && interval.low > 0.7, "{interval:?}");
    }
}
