//! Progress on a terminal, silence elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// A running count on stderr; shown only when stderr is a terminal.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(what: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what);
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {prefix}{human_pos} {msg} ({per_sec})")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So many, in this part of the work.
    pub(super) fn set(&self, n: u64, part: u32) {
        if part > 1 {
            self.0.set_prefix(format!("part {part}: "));
        }
        self.0.set_position(n);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
