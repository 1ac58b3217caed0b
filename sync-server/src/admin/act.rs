//! Acts: every code that the audit knows, with what undoing an act of it comes to, and whose it is.
//!
//! Owns the answers to each. Refuses to know how one is undone, and in which units a power counts: `power` asks. Invariant: every
//! code that is written to the audit anywhere in the server stands here once; a test reads the source, and another one tries
//! each act that has powers by all others.

use gridwalk_model::role::{Role, Roles};

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

/// Whose an act is. Whoever has the machine does all of them but those that are somebody's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of whoever has one of these roles, as far as they reach.
    Of(Roles),
    /// Of nobody who logs in: the server's own, or of whoever has the machine.
    Machine,
    /// Of whoever it is about, at their phone or in their browser: a signature, a session or a code says who that is.
    Own,
    /// Of whoever might do what it takes back.
    AsUndone,
}

/// How the server works: units, tables, its secrets.
const SYSTEM: Roles = Roles::of(&[Role::SystemAdmin]);
/// Who works here, as what, with which phones; and what must not be kept.
const SECURITY: Roles = Roles::of(&[Role::SecurityAdmin]);
/// Tables of places and people are the one's, those of posts the other's.
const EITHER: Roles = SYSTEM.and(SECURITY);
/// What others typed in their units, and where places stand.
const SUPERVISORS: Roles = Roles::SUPERVISORS;
/// Who comes to work in their units, or left.
const RECEIVERS: Roles = SECURITY.and(Roles::SUPERVISORS);
/// What hangs on the gates of their units.
const HANGERS: Roles = SYSTEM.and(Roles::SUPERVISORS);

/// All acts by their code.
pub const ACTS: &[(&str, Answer, Whose)] = &[
    ("account_added", Answer::Never("undo_account"), Whose::Of(SECURITY)),
    ("address_set", Answer::Never("undo_certificate"), Whose::Machine),
    ("approved", Answer::Never("undo_approved"), Whose::Of(SUPERVISORS)),
    ("audience_mended", Answer::Never("undo_machine"), Whose::Machine),
    ("audit_chained", Answer::Never("undo_machine"), Whose::Machine),
    ("audit_mark_lost", Answer::Never("undo_machine"), Whose::Machine),
    ("backed_up", Answer::Never("undo_backed_up"), Whose::Machine),
    ("boundaries_imported", Answer::Records, Whose::Of(SYSTEM)),
    ("bundle_taken", Answer::Never("undo_received"), Whose::Own),
    ("certificate_made", Answer::Never("undo_certificate"), Whose::Machine),
    ("certificate_renewed", Answer::Never("undo_certificate"), Whose::Machine),
    ("declined", Answer::Never("undo_declined"), Whose::Of(SUPERVISORS)),
    ("device_confirmed", Answer::Never("undo_enrolled"), Whose::Of(RECEIVERS)),
    ("device_not_confirmed", Answer::Never("undo_login"), Whose::Of(RECEIVERS)),
    ("device_enrolled", Answer::Never("undo_enrolled"), Whose::Own),
    ("device_enrolled_again", Answer::Never("undo_enrolled"), Whose::Own),
    ("edition_applied", Answer::Records, Whose::Of(SYSTEM)),
    ("enrol_code_made", Answer::Never("undo_enrol_code"), Whose::Of(SECURITY)),
    ("erased", Answer::Never("undo_erased"), Whose::Of(SECURITY)),
    ("erased_again", Answer::Never("undo_erased"), Whose::Machine),
    ("field_disabled", Answer::Never("undo_field_disabled"), Whose::Of(SECURITY)),
    ("field_enabled", Answer::Never("undo_field_enabled"), Whose::Of(SECURITY)),
    ("granted", Answer::Granted, Whose::Of(SECURITY)),
    ("granted_until", Answer::Never("undo_granted_until"), Whose::Of(SECURITY)),
    ("handed_over", Answer::Never("undo_received"), Whose::Own),
    ("import_begun", Answer::Never("undo_import"), Whose::Of(EITHER)),
    ("import_stopped", Answer::Never("undo_import"), Whose::Of(EITHER)),
    ("import_undone", Answer::Never("undo_import_undone"), Whose::Of(EITHER)),
    ("imported", Answer::Never("undo_import"), Whose::Of(EITHER)),
    ("initialised", Answer::Never("undo_initialised"), Whose::Machine),
    ("joined", Answer::Never("undo_joined"), Whose::Own),
    ("key_announced", Answer::Never("undo_certificate"), Whose::Machine),
    ("key_rotated", Answer::Never("undo_certificate"), Whose::Machine),
    ("kinds_of_role", Answer::Never("undo_machine"), Whose::Machine),
    ("logged_in", Answer::Never("undo_login"), Whose::Own),
    ("logged_out", Answer::Never("undo_login"), Whose::Own),
    ("login_code_made", Answer::Never("undo_login_code"), Whose::Of(SECURITY)),
    ("login_failed", Answer::Never("undo_login"), Whose::Own),
    ("left", Answer::Never("undo_staff_handover"), Whose::Of(SECURITY)),
    ("left_over_opened", Answer::Never("undo_opened"), Whose::Of(RECEIVERS)),
    ("lost_declared", Answer::Never("undo_machine"), Whose::Own),
    ("month_exported", Answer::Never("undo_revealed"), Whose::Of(SUPERVISORS)),
    ("month_locked", Answer::Never("undo_month_locked"), Whose::Of(SUPERVISORS)),
    ("moved_in", Answer::Never("undo_handed_to_county"), Whose::Machine),
    ("moved_out", Answer::Never("undo_handed_to_county"), Whose::Machine),
    ("oidc_linked", Answer::Never("undo_oidc"), Whose::Of(SECURITY)),
    ("oidc_set", Answer::Never("undo_oidc"), Whose::Of(SYSTEM)),
    ("oidc_unlinked", Answer::Never("undo_oidc"), Whose::Of(SECURITY)),
    ("newcomer_accepted", Answer::Newcomer, Whose::Of(RECEIVERS)),
    ("newcomer_erased", Answer::Never("undo_erased"), Whose::Of(SECURITY)),
    ("newcomer_refused", Answer::Newcomer, Whose::Of(RECEIVERS)),
    ("password_set", Answer::Never("undo_password"), Whose::Of(SECURITY)),
    ("place_moved", Answer::Place, Whose::Of(SUPERVISORS)),
    ("places_moved", Answer::Places, Whose::Of(SUPERVISORS)),
    ("post_set", Answer::Records, Whose::Of(RECEIVERS)),
    ("post_vacated", Answer::Records, Whose::Of(RECEIVERS)),
    ("poster_made", Answer::PosterMade, Whose::Of(HANGERS)),
    ("poster_withdrawn", Answer::PosterWithdrawn, Whose::Of(HANGERS)),
    ("purged", Answer::Never("undo_revoked"), Whose::Own),
    ("ranking_switched", Answer::Records, Whose::Of(SUPERVISORS)),
    ("recovery_code_used", Answer::Never("undo_second_factor"), Whose::Own),
    ("rescued", Answer::Never("undo_received"), Whose::Own),
    ("restored", Answer::Never("undo_restored"), Whose::Machine),
    ("revealed", Answer::Never("undo_revealed"), Whose::Own),
    ("revoked", Answer::Never("undo_revoked"), Whose::Of(SECURITY)),
    ("rule_table_imported", Answer::Records, Whose::Of(SYSTEM)),
    ("rule_table_withdrawn", Answer::Records, Whose::Of(SYSTEM)),
    ("seal_exported", Answer::Never("undo_seal"), Whose::Of(SYSTEM)),
    ("seal_rotated", Answer::Never("undo_seal"), Whose::Of(SYSTEM)),
    ("second_factor_reset", Answer::Never("undo_second_factor"), Whose::Of(SECURITY)),
    ("second_factor_set", Answer::Never("undo_second_factor"), Whose::Own),
    ("server_key_lost", Answer::Never("undo_seal"), Whose::Machine),
    ("session_reused", Answer::Never("undo_login"), Whose::Own),
    ("sessions_ended", Answer::Never("undo_login"), Whose::Of(SECURITY)),
    ("substituted", Answer::Never("undo_staff_handover"), Whose::Of(SECURITY)),
    ("undone", Answer::Undone, Whose::AsUndone),
    ("unit_added", Answer::Records, Whose::Of(SYSTEM)),
    ("unit_duty_set", Answer::Records, Whose::Of(SYSTEM)),
    ("unit_moved", Answer::Records, Whose::Of(SYSTEM)),
    ("unit_powers_set", Answer::Records, Whose::Of(SYSTEM)),
    ("unit_removed", Answer::Records, Whose::Of(SYSTEM)),
    ("unit_renamed", Answer::Records, Whose::Of(SYSTEM)),
    ("units_imported", Answer::Never("undo_import"), Whose::Of(SYSTEM)),
    ("withdrawn", Answer::Withdrawn, Whose::Of(SECURITY)),
];

/// What undoing an act comes to; none of a later version's act.
pub fn answer(code: &str) -> Option<Answer> {
    ACTS.iter().find(|(act, ..)| *act == code).map(|(_, answer, _)| *answer)
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
        let known: BTreeSet<String> = ACTS.iter().map(|(code, ..)| (*code).to_owned()).collect();
        let lacking: Vec<&String> = noted.difference(&known).collect();
        assert!(lacking.is_empty(), "say in admin/act.rs what undoing these comes to: {lacking:?}");
        let left: Vec<&String> = known.difference(&noted).collect();
        assert!(left.is_empty(), "no act is noted by these codes any more: {left:?}");
        assert_eq!(known.len(), ACTS.len(), "each stands here once");
    }

    #[test]
    fn what_is_never_undone_says_why_and_names_the_way_on() {
        for (act, answer, _) in ACTS {
            let Answer::Never(code) = answer else { continue };
            for language in Language::ALL {
                let key = format!("error.{code}");
                assert!(language.has(&key), "{act}: {key} has no words");
                assert!(language.word(&key).chars().count() > 12, "{act}: {key} says too little");
            }
        }
    }
}
