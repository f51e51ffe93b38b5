//! Measuring: how much of what is known to be true was found, and at what price.
//!
//! In: hits beside the truth, or what each recipe shares on pairs known to be true. Out: recall,
//! precision and alerts as plain rows, and text made of them (CSV, SVG, a table). Nothing here reads
//! or writes a file, screens anybody or changes a model.
//!
//! ```
//! use veilmatch::evaluate::{Evaluation, HitRow, TruthRow};
//!
//! let truth = vec![TruthRow::new("s1", "demo", "n1"), TruthRow::new("s2", "demo", "n2")];
//! let hits = vec![HitRow::new("s1", "demo:n1", 20.0, 0.9), HitRow::new("s3", "demo:n2", 9.0, 0.6)];
//! let point = Evaluation::new(&truth, &hits, 1_002).at(10.0);
//! assert_eq!((point.found, point.missed, point.false_hits), (1, 1, 0));
//! ```

mod conjunctions;
pub mod curve;
mod hits;
mod interval;
pub mod keys;
mod point;
mod scripts;
mod strangers;
pub mod table;
mod trials;
#[cfg(feature = "synth")]
mod variation;

pub use conjunctions::{ConjunctionTrial, conjunction_trial};
pub use hits::{Evaluation, GroupBy, HitRow, TruthRow};
pub use interval::{Interval, share, wilson};
pub use point::{Group, Point};
pub use scripts::{Miss, scripts};
pub use strangers::strangers;
pub use trials::{aliases_off, key_trial};
#[cfg(feature = "synth")]
pub use variation::{Answer, Figure, VariationResult, variation};
