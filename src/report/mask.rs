//! Masking of hits on people who must be protected: victims and witnesses.

use crate::hits::Hit;

/// What stands in place of a masked value.
pub const MASKED: &str = "[masked]";

/// Replaces what tells who a subject is: names, births, countries, identifiers, values of the
/// evidence and the sentence that quotes them. Empty values stay empty.
///
/// The ids of subject and notice stay: whoever may see the person finds the rows by them. Bits,
/// kinds and notes of the evidence stay too, so the total can still be checked.
#[must_use]
pub fn mask(mut hit: Hit) -> Hit {
    for text in [
        &mut hit.matched_subject_name,
        &mut hit.matched_notice_name,
        &mut hit.matched_notice_name_latin,
        &mut hit.notice_primary_name,
        &mut hit.subject_birth,
        &mut hit.notice_birth,
        &mut hit.subject_countries,
        &mut hit.notice_countries,
        &mut hit.matched_id,
        &mut hit.explanation,
    ] {
        mask_text(text);
    }
    for piece in &mut hit.evidence {
        mask_text(&mut piece.subject);
        mask_text(&mut piece.notice);
    }
    hit
}

fn mask_text(text: &mut String) {
    if !text.is_empty() {
        MASKED.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::hit;

    #[test]
    fn a_masked_hit_shows_ids_and_bits_but_no_name_date_or_document() {
        let masked = mask(hit());
        assert_eq!(masked.hit_id, hit().hit_id);
        assert!((masked.bits - hit().bits).abs() < f64::EPSILON);
        let shown = format!("{masked:?}").to_lowercase();
        for secret in ["example", "ada", "1970", "ab123"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
