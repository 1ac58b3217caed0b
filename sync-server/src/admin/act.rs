//! Acts: every code that the audit knows, with what undoing an act of it comes to.
//!
//! Owns the answer to each. Refuses to know how one is undone. Invariant: every code that is written to the audit anywhere
//! in the server stands here once; a test reads the source.

/// What undoing an act comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What it wrote to records of the tree is put back.
    Records,
    /// What it wrote to records of the space that its detail names is put back.
    Places,
    /// The place goes back to the unit from which it came, also to another county.
    Place,
    /// The role that it gave ends.
    Granted,
    /// The role that it ended is given again.
    Withdrawn,
    /// The poster comes down.
    PosterMade,
    /// The poster hangs again.
    PosterWithdrawn,
    /// Whoever was accepted or refused is a newcomer again.
    Newcomer,
    /// What the undo put back is as after the act again.
    Undone,
    /// Not by its number: the code says why, and names the way on.
    Never(&'static str),
}

/// All acts by their code.
pub const ACTS: &[(&str, Answer)] = &[
    ("account_added", Answer::Never("undo_account")),
    ("address_set", Answer::Never("undo_certificate")),
    ("approved", Answer::Never("undo_approved")),
    ("audience_mended", Answer::Never("undo_machine")),
    ("audit_chained", Answer::Never("undo_machine")),
    ("audit_mark_lost", Answer::Never("undo_machine")),
    ("backed_up", Answer::Never("undo_backed_up")),
    ("boundaries_imported", Answer::Records),
    ("bundle_taken", Answer::Never("undo_received")),
    ("certificate_made", Answer::Never("undo_certificate")),
    ("certificate_renewed", Answer::Never("undo_certificate")),
    ("declined", Answer::Never("undo_declined")),
    ("device_confirmed", Answer::Never("undo_enrolled")),
    ("device_not_confirmed", Answer::Never("undo_login")),
    ("device_enrolled", Answer::Never("undo_enrolled")),
    ("device_enrolled_again", Answer::Never("undo_enrolled")),
    ("edition_applied", Answer::Records),
    ("enrol_code_made", Answer::Never("undo_enrol_code")),
    ("erased", Answer::Never("undo_erased")),
    ("erased_again", Answer::Never("undo_erased")),
    ("field_disabled", Answer::Never("undo_field_disabled")),
    ("field_enabled", Answer::Never("undo_field_enabled")),
    ("granted", Answer::Granted),
    ("handed_over", Answer::Never("undo_received")),
    ("import_begun", Answer::Never("undo_import")),
    ("import_stopped", Answer::Never("undo_import")),
    ("import_undone", Answer::Never("undo_import_undone")),
    ("imported", Answer::Never("undo_import")),
    ("initialised", Answer::Never("undo_initialised")),
    ("joined", Answer::Never("undo_joined")),
    ("key_announced", Answer::Never("undo_certificate")),
    ("key_rotated", Answer::Never("undo_certificate")),
    ("kinds_of_role", Answer::Never("undo_machine")),
    ("logged_in", Answer::Never("undo_login")),
    ("logged_out", Answer::Never("undo_login")),
    ("login_code_made", Answer::Never("undo_login_code")),
    ("login_failed", Answer::Never("undo_login")),
    ("left", Answer::Never("undo_staff_handover")),
    ("left_over_opened", Answer::Never("undo_opened")),
    ("lost_declared", Answer::Never("undo_machine")),
    ("moved_in", Answer::Never("undo_handed_to_county")),
    ("moved_out", Answer::Never("undo_handed_to_county")),
    ("oidc_linked", Answer::Never("undo_oidc")),
    ("oidc_set", Answer::Never("undo_oidc")),
    ("oidc_unlinked", Answer::Never("undo_oidc")),
    ("newcomer_accepted", Answer::Newcomer),
    ("newcomer_erased", Answer::Never("undo_erased")),
    ("newcomer_refused", Answer::Newcomer),
    ("password_set", Answer::Never("undo_password")),
    ("place_moved", Answer::Place),
    ("places_moved", Answer::Places),
    ("post_set", Answer::Records),
    ("post_vacated", Answer::Records),
    ("poster_made", Answer::PosterMade),
    ("poster_withdrawn", Answer::PosterWithdrawn),
    ("purged", Answer::Never("undo_revoked")),
    ("recovery_code_used", Answer::Never("undo_second_factor")),
    ("rescued", Answer::Never("undo_received")),
    ("restored", Answer::Never("undo_restored")),
    ("revealed", Answer::Never("undo_revealed")),
    ("revoked", Answer::Never("undo_revoked")),
    ("rule_table_imported", Answer::Records),
    ("rule_table_withdrawn", Answer::Records),
    ("seal_rotated", Answer::Never("undo_seal")),
    ("second_factor_reset", Answer::Never("undo_second_factor")),
    ("second_factor_set", Answer::Never("undo_second_factor")),
    ("session_reused", Answer::Never("undo_login")),
    ("sessions_ended", Answer::Never("undo_login")),
    ("substituted", Answer::Never("undo_staff_handover")),
    ("undone", Answer::Undone),
    ("unit_added", Answer::Records),
    ("unit_duty_set", Answer::Records),
    ("unit_moved", Answer::Records),
    ("unit_powers_set", Answer::Records),
    ("unit_removed", Answer::Records),
    ("unit_renamed", Answer::Records),
    ("units_imported", Answer::Never("undo_import")),
    ("withdrawn", Answer::Withdrawn),
];

/// What undoing an act comes to; none of a later version's act.
pub fn answer(code: &str) -> Option<Answer> {
    ACTS.iter().find(|(act, _)| *act == code).map(|(_, answer)| *answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The texts in the second argument of each call of `audit(…)` below a folder.
    fn written(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                written(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap();
                let calls = text.match_indices(".audit(").filter(|_| !path.ends_with("admin/act.rs"));
                for (at, call) in calls {
                    let codes = second_argument(&text[at + call.len()..]);
                    assert!(!codes.is_empty(), "{}: an act's code is written where it is noted", path.display());
                    found.extend(codes);
                }
                // The chain notes one by itself.
                let rows = text.match_indices("AuditRow { code: \"").filter(|_| path.ends_with("src/audit.rs"));
                found.extend(rows.filter_map(|(at, row)| Some(text[at + row.len()..].split('"').next()?.to_owned())));
            }
        }
    }

    /// The texts between the first and the second comma that stand in no bracket.
    fn second_argument(text: &str) -> Vec<String> {
        let (mut depth, mut commas, mut codes, mut rest) = (0_i32, 0, Vec::new(), text.char_indices());
        while let Some((at, c)) = rest.next() {
            match c {
                '"' => {
                    let end = text[at + 1..].find('"').unwrap();
                    if commas == 1 {
                        codes.push(text[at + 1..at + 1 + end].to_owned());
                    }
                    rest.nth(text[at + 1..=at + 1 + end].chars().count() - 1);
                }
                '(' | '{' | '[' => depth += 1,
                ')' | '}' | ']' if depth == 0 => break,
                ')' | '}' | ']' => depth -= 1,
                ',' if depth == 0 => commas += 1,
                _ => {}
            }
        }
        codes
    }

    #[test]
    fn every_act_that_is_noted_anywhere_has_an_answer() {
        let mut noted = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut noted);
        let known: BTreeSet<String> = ACTS.iter().map(|(code, _)| (*code).to_owned()).collect();
        let lacking: Vec<&String> = noted.difference(&known).collect();
        assert!(lacking.is_empty(), "say in admin/act.rs what undoing these comes to: {lacking:?}");
        let left: Vec<&String> = known.difference(&noted).collect();
        assert!(left.is_empty(), "no act is noted by these codes any more: {left:?}");
        assert_eq!(known.len(), ACTS.len(), "each stands here once");
    }

    #[test]
    fn what_is_never_undone_says_why_and_names_the_way_on() {
        for (act, answer) in ACTS {
            let Answer::Never(code) = answer else { continue };
            for language in Language::ALL {
                let key = format!("error.{code}");
                assert!(language.has(&key), "{act}: {key} has no words");
                assert!(language.word(&key).chars().count() > 12, "{act}: {key} says too little");
            }
        }
    }
}
