//! The statements by name: what each takes and what it gives, whichever database runs it.
//!
//! Owns the list and the reading of files of named statements. Refuses to know SQL: a database brings its own words for
//! each name. Invariant: a statement is called with what its line here says, and every database has all of them.

use super::cell::Cell;
use std::collections::BTreeMap;

macro_rules! statements {
    ($($name:ident $text:literal $takes:literal $gives:literal;)+) => {
        /// A statement, by its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Statement {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl Statement {
            /// All.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in the files of every database.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The shape of each parameter.
            pub const fn takes(self) -> &'static str {
                match self { $(Self::$name => $takes,)+ }
            }

            /// The shape of each column; empty for one that gives no rows.
            pub const fn gives(self) -> &'static str {
                match self { $(Self::$name => $gives,)+ }
            }
        }
    };
}

// A letter a cell: `b` bytes, `t` text, `i` an integer; a capital one may be null. First what it takes, then what it gives.
statements! {
    SpacePut "space_put" "btiibi" "";
    Space "space" "b" "btiibi";
    SpaceLocked "space_locked" "b" "btiibi";
    SpaceRename "space_rename" "bt" "";
    Spaces "spaces" "" "btiibi";
    SpaceMoved "space_moved" "bib" "";
    ReceivedLastSet "received_last_set" "bi" "";
    Standing "standing" "" "ii";
    StandingRaise "standing_raise" "" "";
    SafeSet "safe_set" "bi" "";
    Branches "branches" "b" "bi";
    BranchAdd "branch_add" "bbi" "";
    Meta "meta" "t" "b";
    MetaSet "meta_set" "tb" "";

    Inbox "inbox" "bbi" "bbibBbBiibiittiI";
    InboxPut "inbox_put" "bbibBbBiibiittiI" "";
    VerdictSet "verdict_set" "bbiittiI" "";
    FirstOf "first_of" "bbib" "bi";
    NamePut "name_put" "bbibbi" "";
    NamesOf "names_of" "bbi" "bib";
    Quarantined "quarantined" "B" "bbibBbBiibiittiI";
    QuarantinedSteps "quarantined_steps" "bbb" "bbibBbBiibiittiI";
    QuarantinedCounts "quarantined_counts" "" "bi";
    ReplicaDevice "replica_device" "b" "b";
    ReplicaPut "replica_put" "bb" "";
    Upto "upto" "bb" "i";
    ChainEnd "chain_end" "bb" "iB";
    UptoSet "upto_set" "bbi" "";
    FramePut "frame_put" "bbbbibb" "";

    JournalAdd "journal_add" "biBibiibb" "";
    JournalOf "journal_of" "bb" "biBibiibb";
    JournalAfter "journal_after" "bii" "biBibiibb";
    JournalNewest "journal_newest" "bi" "biBibiibb";
    JournalTimeAfter "journal_time_after" "bi" "i";

    State "state" "bb" "bbtibb";
    StatePut "state_put" "bbtibb" "";
    StatesAfter "states_after" "bbi" "bbtibb";
    StateCounts "state_counts" "b" "ti";
    Children "children" "bb" "b";
    Parents "parents" "bb" "b";
    ParentsClear "parents_clear" "bb" "";
    ParentAdd "parent_add" "bbb" "";
    Home "home" "bb" "b";
    HomeNearest "home_nearest" "bb" "bb";
    HomeAdd "home_add" "bbiib" "";
    Homes "homes" "bb" "ib";

    Audience "audience" "bb" "bbtii";
    AudiencePut "audience_put" "bbbtii" "";
    AudienceMoved "audience_moved" "bbi" "";
    AudienceDrop "audience_drop" "bbb" "";
    AudienceTail "audience_tail" "bbiti" "bbtii";
    AudienceBackfill "audience_backfill" "bbbti" "btiB";
    AudienceRecords "audience_records" "bb" "b";
    AudienceAny "audience_any" "bb" "i";
    Digest "digest" "bbt" "b";
    DigestSet "digest_set" "bbtb" "";
    DigestsOf "digests_of" "bb" "tb";
    AudienceCounted "audience_counted" "bbtbi" "bi";
    AudienceOrphan "audience_orphan" "b" "b";
    Digests "digests" "b" "btb";

    DivergencePut "divergence_put" "bbbiitbiiiiit" "";
    DivergenceCounts "divergence_counts" "" "tii";
    DivergencesNewest "divergences_newest" "i" "bbbiitbiiiiit";

    FactPut "fact_put" "bibb" "";
    FactsDrop "facts_drop" "bb" "";
    FactsClear "facts_clear" "b" "";
    FactsOfMonth "facts_of_month" "bi" "b";
    FactsOfRecord "facts_of_record" "bb" "ib";
    FactsRaisedPut "facts_raised_put" "bbb" "";
    FactsRaisedDrop "facts_raised_drop" "bb" "";
    FactsRaisedClear "facts_raised_clear" "b" "";
    FactsRaisedBy "facts_raised_by" "bb" "b";
    FactsIsRaised "facts_is_raised" "bb" "i";
    FactsUpto "facts_upto" "b" "ibi";
    FactsUptoSet "facts_upto_set" "bibi" "";
    MonthLockPut "month_lock_put" "bibibbb" "";
    MonthLock "month_lock" "bi" "bibbb";
    CountedAfter "counted_after" "bibi" "bbtibb";

    PrintPut "print_put" "bbtiBB" "";
    PrintDrop "print_drop" "bb" "";
    PrintsOf "prints_of" "bbi" "tbiBBbiBB";
    PrintsSince "prints_since" "biii" "tbiBBbiBB";
    PrintsOfKey "prints_of_key" "bbtbii" "tbiBBbiBB";

    MoveDuePut "move_due_put" "bb" "";
    MoveDueDrop "move_due_drop" "bb" "";
    MoveIsDue "move_is_due" "bb" "i";
    MovesDue "moves_due" "i" "bb";

    ErasurePut "erasure_put" "bbibbbiibbb" "";
    ErasureOf "erasure_of" "bbib" "bbibbbiibbb";
    ErasuresOfDevice "erasures_of_device" "bbii" "bbibbbiibbb";
    InboxBodySet "inbox_body_set" "bbib" "";
    InboxUnadmitted "inbox_unadmitted" "bb" "bbibBbBiibiittiI";
    ImportRowsDrop "import_rows_drop" "b" "";
    HandOvers "hand_overs" "" "bb";
    HandOverSet "hand_over_set" "bb" "";
    JoinedErase "joined_erase" "b" "";

    ImportMappings "import_mappings" "" "bttbti";
    ImportMappingPut "import_mapping_put" "bttbti" "";
    ImportRow "import_row" "bb" "bb";
    ImportRowPut "import_row_put" "bbbb" "";
    ImportRowsOf "import_rows_of" "bb" "bb";
    ImportRunAdd "import_run_add" "bbbttBi" "i";
    ImportRunSet "import_run_set" "iIIt" "";
    ImportRuns "import_runs" "" "ibbbttBiIIt";
    ImportSpanPut "import_span_put" "ibii" "";
    ImportSpans "import_spans" "i" "bii";
    ImportStaffPut "import_staff_put" "ibii" "";
    ImportStaff "import_staff" "i" "bii";

    Unit "unit" "b" "bbtttt";
    UnitByCode "unit_by_code" "t" "bbtttt";
    Units "units" "" "bbtttt";
    UnitPut "unit_put" "bbtttt" "";
    UnitsAbove "units_above" "bi" "b";
    UnitsBelow "units_below" "b" "b";
    UnitUpEnd "unit_up_end" "bbi" "";
    UnitUpAdd "unit_up_add" "bbi" "";

    Grants "grants" "b" "ibbttiI";
    Grant "grant" "i" "ibbttiI";
    GrantAdd "grant_add" "bbttiI" "i";
    GrantOfRole "grant_of_role" "i" "";
    GrantEnd "grant_end" "ii" "";
    GrantedAccounts "granted_accounts" "" "b";
    PlannedAdd "planned_add" "itbbtt" "";
    PlannedDue "planned_due" "i" "iitbbtt";
    PlannedDone "planned_done" "ii" "";
    Epoch "epoch" "bb" "i";
    EpochRaise "epoch_raise" "bb" "";

    Account "account" "b" "bttti";
    AccountByLogin "account_by_login" "t" "bttti";
    Accounts "accounts" "" "bttti";
    AccountPut "account_put" "bttti" "";
    Device "device" "b" "bbtbiII";
    Devices "devices" "b" "bbtbiII";
    DevicePut "device_put" "bbtbiII" "";
    EnrolCodePut "enrol_code_put" "bbii" "";
    EnrolCodeWaitsSet "enrol_code_waits_set" "b" "";
    EnrolCodeWaits "enrol_code_waits" "b" "i";
    DeviceWaitingPut "device_waiting_put" "bi" "";
    DeviceWaiting "device_waiting" "b" "i";
    DevicesWaiting "devices_waiting" "" "bi";
    DeviceWaitingEnd "device_waiting_end" "b" "";
    EnrolCodeUse "enrol_code_use" "bi" "b";
    EnrolCodeUsed "enrol_code_used" "bi" "bi";
    PosterAdd "poster_add" "bbiI" "i";
    Poster "poster" "i" "ibbiII";
    PosterByHash "poster_by_hash" "b" "ibbiII";
    Posters "posters" "" "ibbiII";
    PosterWithdrawnSet "poster_withdrawn_set" "iI" "";
    JoinedPut "joined_put" "bibtiii" "";
    Joined "joined" "b" "bibtiiiIt";
    JoinedAll "joined_all" "" "bibtiiiIt";
    JoinedUndecided "joined_undecided" "ti" "bibtiiiIt";
    JoinedRefusedSet "joined_refused_set" "bIt" "";
    Console "console" "bb" "b";
    ConsoleAny "console_any" "b" "b";
    ConsolePut "console_put" "bbb" "";
    SessionPut "session_put" "bbBiiibiiI" "";
    Session "session" "b" "bbBiiibiiI";
    SessionByAccess "session_by_access" "b" "bbBiiibiiI";
    SessionsOf "sessions_of" "bi" "bbBiiibiiI";
    SessionsEndAll "sessions_end_all" "i" "";
    SessionsForget "sessions_forget" "bi" "";
    RenewalPut "renewal_put" "bbi" "";
    RenewalUse "renewal_use" "bi" "b";
    RenewalUsed "renewal_used" "b" "b";
    RenewalsForget "renewals_forget" "i" "";
    LoginCodePut "login_code_put" "bbi" "";
    LoginCodeUse "login_code_use" "bi" "b";
    LoginCodesDrop "login_codes_drop" "b" "";
    SecondFactor "second_factor" "b" "bI";
    SecondFactorPut "second_factor_put" "bb" "";
    SecondFactors "second_factors" "" "b";
    SecondFactorSeal "second_factor_seal" "bb" "";
    SecondFactorConfirm "second_factor_confirm" "bi" "";
    SecondFactorStep "second_factor_step" "bi" "i";
    SecondFactorDrop "second_factor_drop" "b" "";
    RecoveryCodePut "recovery_code_put" "bb" "";
    RecoveryCodeUse "recovery_code_use" "bb" "b";
    RecoveryCodes "recovery_codes" "b" "i";
    RecoveryCodesDrop "recovery_codes_drop" "b" "";
    OidcLinkPut "oidc_link_put" "ttbi" "";
    OidcLinked "oidc_linked" "tt" "b";
    OidcLinks "oidc_links" "b" "tt";
    OidcLinkDrop "oidc_link_drop" "tt" "";
    OidcTryPut "oidc_try_put" "btti" "";
    OidcTryUse "oidc_try_use" "bi" "tt";
    OidcTriesForget "oidc_tries_forget" "i" "";
    HandOverPut "hand_over_put" "bbib" "";
    HandOver "hand_over" "b" "b";
    HandOverAt "hand_over_at" "b" "ib";
    AuditAdd "audit_add" "iiBttb" "";
    AuditLast "audit_last" "" "iB";
    AuditAfter "audit_after" "ii" "iiBttB";
    AuditChainSet "audit_chain_set" "ib" "";
    AuditNewest "audit_newest" "i" "iBtt";
    AuditNumbered "audit_numbered" "i" "iBtt";
    AuditNumbers "audit_numbers" "i" "i";
    AuditCounts "audit_counts" "" "ti";
    AuditHeadAdd "audit_head_add" "ibb" "";
    AuditHeadLast "audit_head_last" "" "ibb";
    AuditHeadsAfter "audit_heads_after" "ii" "ibb";
}

impl Statement {
    /// Whether these are cells of its parameters.
    pub fn is_called_right(self, with: &[Cell<'_>]) -> bool {
        with.len() == self.takes().len() && with.iter().zip(self.takes().chars()).all(|(cell, shape)| cell.is(shape))
    }
}

/// What is wrong with a database's files of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnamed(pub String);

/// Reads files of named statements: `-- name: space_moved`, then the statement. Gives the text of each, by its place in
/// [`Statement::ALL`]; a name that is missing, twice or unknown is an error.
pub fn read_statements(files: &[&'static str]) -> Result<Vec<&'static str>, Misnamed> {
    let mut found: BTreeMap<&'static str, &'static str> = BTreeMap::new();
    for file in files {
        for part in file.split("-- name:").skip(1) {
            let (name, text) = part.split_once('\n').ok_or_else(|| Misnamed(part.to_owned()))?;
            if found.insert(name.trim(), text.trim()).is_some() {
                return Err(Misnamed(name.trim().to_owned()));
            }
        }
    }
    let all = Statement::ALL.iter().map(|s| found.remove(s.name()).ok_or_else(|| Misnamed(s.name().to_owned())));
    let all: Vec<&'static str> = all.collect::<Result<_, _>>()?;
    found.into_keys().next().map_or(Ok(all), |unknown| Err(Misnamed(unknown.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_missing_or_twice_or_unknown_is_found() {
        let all: Vec<String> = Statement::ALL.iter().map(|s| format!("-- name: {}\nx\n", s.name())).collect();
        let all: &'static str = all.concat().leak();
        assert_eq!(read_statements(&[all]).map(|s| s.len()), Ok(Statement::ALL.len()));
        assert_eq!(read_statements(&[]), Err(Misnamed("space_put".to_owned())));
        assert_eq!(read_statements(&[all, "-- name: no_such\ny\n"]), Err(Misnamed("no_such".to_owned())));
        assert_eq!(read_statements(&[all, "-- name: pos_last\ny\n"]), Err(Misnamed("pos_last".to_owned())));
    }

    #[test]
    fn a_call_with_other_cells_is_told() {
        assert!(Statement::MetaSet.is_called_right(&[Cell::Text("a"), Cell::Bytes(b"b")]));
        assert!(!Statement::MetaSet.is_called_right(&[Cell::Text("a"), Cell::Null]));
        assert!(!Statement::MetaSet.is_called_right(&[Cell::Text("a")]));
        assert!(Statement::Quarantined.is_called_right(&[Cell::Null]));
    }
}
