//! What happened in a run: the situations that a hundred seeds must bring about, counted.
//!
//! Owns the list and the counting. Refuses to judge right and wrong. Invariant: a situation is counted where it
//! happened, by what was seen to happen, never by what was intended.

use crate::shape::Shape;
use std::collections::BTreeMap;

macro_rules! situations {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A situation that the simulator must bring about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Situation { $($(#[$doc])* $name),+ }

        impl Situation {
            /// All of them, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// As the report names it.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => $text),+ } }
        }
    };
}

situations! {
    /// A field with heads of different values on the server.
    Disagreement = "disagreement",
    /// Somebody decided one.
    Deciding = "deciding",
    /// An add and a concurrent remove of one element.
    SetConflict = "set_conflict",
    /// An edit that kept a deleted record alive.
    EditAfterDelete = "edit_after_delete",
    /// A step that had been overtaken.
    OvertakenStep = "overtaken_step",
    /// A quarantined change approved.
    Approved = "quarantined_approved",
    /// A quarantined change declined.
    Declined = "quarantined_declined",
    /// A change refused.
    Refused = "refused",
    /// A frame delivered twice.
    DuplicatePush = "duplicate_push",
    /// The server committed and the reply was lost.
    ReplyLost = "reply_lost_after_commit",
    /// A pull that went on where it had stopped.
    PageResumed = "page_resumed",
    /// A phone killed between save and push.
    KillBeforePush = "kill_between_save_and_push",
    /// A record left while a draft stood on it.
    LeaveWithDraft = "leave_with_draft_open",
    /// A grant given.
    ScopeGained = "scope_gained",
    /// A grant taken.
    ScopeLost = "scope_lost",
    /// A change typed by a clock more than a day off.
    ClockOff = "clock_off_by_more_than_a_day",
    /// A change that no server takes.
    Poison = "poison_change",
    /// A refused or declined change corrected by its author.
    Corrected = "corrected",
    /// Two records said to be the same thing.
    SameAs = "same_as",
    /// A phone revoked.
    Revoked = "revoked",
    /// A record moved to another unit.
    Moved = "moved",
    /// A bundle handed to another phone.
    BundleGiven = "bundle_given",
    /// A bundle's reply taken by its author.
    BundleReplied = "bundle_reply_taken",
    /// A step of a move to another space was made.
    MovedBetweenSpaces = "moved_between_spaces",
    /// A change came to a record that had moved, and was carried after it.
    CarriedLate = "carried_late",
    /// The server put back to its backup.
    Restored = "server_put_back",
    /// The server put back a second time.
    RestoredAgain = "server_put_back_again",
    /// A console that wrote after a restore.
    ConsoleRenewed = "console_renewed",
    /// A phone that met another timeline and gave back what it had sent.
    GaveBack = "sent_given_back",
    /// A phone put back to a copy, which its vault tells.
    PutBack = "phone_put_back",
    /// A phone put back to a copy, vault and all.
    PutBackUntold = "phone_put_back_untold",
    /// A second phone from one database, which its vault tells.
    Cloned = "phone_cloned",
    /// A second phone from one database, vault and all.
    ClonedUntold = "phone_cloned_untold",
    /// A phone whose newest changes were gone told the server which numbers it no longer has.
    TailLost = "tail_declared_lost",
    /// A phone that took a new replica id.
    Renewed = "replica_renewed",
    /// A body that came under a second name.
    Alias = "body_under_two_names",
    /// A revoked phone enrolled anew.
    EnrolledAgain = "enrolled_again",
    /// A phone that a restored server did not know, enrolled anew.
    EnrolledAfterRestore = "enrolled_after_restore",
    /// A phone that died while its request was under way.
    DiedOverRequest = "died_over_request",
    /// A phone that died between two commits.
    DiedBetweenCommits = "died_between_commits",
    /// A phone that died when its database was open and its vault did not know of it.
    DiedWhileStarting = "died_while_starting",
    /// A loss of power that takes what never reached the disk.
    PowerLost = "power_lost",
    /// A phone without room.
    DiskFull = "disk_full",
    /// A unit with another name or code.
    Renamed = "unit_renamed_or_renumbered",
    /// A unit with all below it put below another one.
    Recut = "unit_recut",
    /// A grant of some kinds only.
    SomeKinds = "grant_of_some_kinds",
    /// A newer phone wrote what this version does not know, and it was admitted.
    Opaque = "unknown_admitted",
    /// A grant without a list: of the kinds of its role.
    KindsOfRole = "grant_of_kinds_of_role",
    /// Something put at a place: premises, an organisation, a facility, an address, or an estate.
    Placed = "placed",
    /// A record confirmed as it is written.
    Confirmed = "confirmed",
    /// A visit paid.
    Visited = "visited",
    /// Somebody wrote into a field that a mask hid from them.
    WroteUnderMask = "wrote_under_mask",
    /// Somebody who joined by a poster typed before any server heard of them.
    NewcomerTyped = "newcomer_typed_before_anybody_heard",
    /// Somebody who joined was accepted as a volunteer.
    NewcomerAccepted = "newcomer_accepted",
    /// Somebody who joined was told no.
    NewcomerRefused = "newcomer_refused",
    /// Somebody was given another role.
    AnotherRole = "another_role",
    /// A record of an unknown kind.
    UnknownKind = "unknown_kind",
    /// A row that a phone had silently lost came back.
    LostRowMended = "lost_row_mended",
    /// A row that had silently grown old was told anew.
    OlderRowMended = "older_row_mended",
    /// A damaged row was told anew.
    DamagedRowMended = "damaged_row_mended",
    /// All of a record was erased.
    ErasedRecord = "record_erased",
    /// A field of a record was erased.
    ErasedField = "field_erased",
    /// A body that had been erased came again, and nothing of it was taken.
    ErasedAgain = "erased_came_again",
    /// A change waited because its writer had not known of an erasure.
    UnawareOfErasure = "typed_unaware_of_erasure",
    /// A phone blanked what it had written itself.
    OwnErased = "own_change_erased",
    /// An inspection begun.
    Inspected = "inspected",
    /// An item of an inspection that failed.
    ItemFailed = "item_failed",
    /// A request of a phone that reached no server while the network was parted.
    CutOff = "cut_off",
    /// A request that could reach one server only.
    OneServerOnly = "one_server_only",
    /// A phone that asked another server than the time before.
    OtherServer = "other_server_asked",
    /// A server that died over a request.
    ServerDied = "server_died_over_request",
    /// A request to a dead server.
    ServerDead = "dead_server_asked",
    /// The power of the servers' machine went.
    ServerPowerLost = "server_power_lost",
    /// A phone was told that the servers' disk has no room.
    ServerDiskFull = "server_disk_full",
    /// What an account may do changed while a server was at a push.
    MidPush = "rights_changed_in_the_middle_of_a_push",
    /// A device was revoked while a server was at a push.
    RevokedMidPush = "revoked_in_the_middle_of_a_push",
    /// A unit was re-cut while a server was at a push.
    RecutMidPush = "recut_in_the_middle_of_a_push",
    /// A phone that is too old for everything else pushed.
    OldPushed = "too_old_phone_pushed",
    /// A phone that is too old was told to update.
    OldToldToUpdate = "too_old_phone_told_to_update",
    /// A phone that is newer than the server was told to wait.
    NewerThanServer = "phone_newer_than_server",
    /// A phone wiped, with or without what was not sent.
    Wiped = "phone_wiped",
    /// A backup put back that was a day old.
    RestoredYesterdays = "yesterdays_backup_put_back",
}

/// What happens in an office only.
const OFFICE_ONLY: [Situation; 15] = [
    Situation::CutOff,
    Situation::OneServerOnly,
    Situation::OtherServer,
    Situation::ServerDied,
    Situation::ServerDead,
    Situation::ServerPowerLost,
    Situation::ServerDiskFull,
    Situation::MidPush,
    Situation::RevokedMidPush,
    Situation::RecutMidPush,
    Situation::OldPushed,
    Situation::OldToldToUpdate,
    Situation::NewerThanServer,
    Situation::Wiped,
    Situation::RestoredYesterdays,
];

/// Counts of situations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<Situation, u64>);

impl Coverage {
    /// Counts one.
    pub fn saw(&mut self, situation: Situation) {
        *self.0.entry(situation).or_default() += 1;
    }

    /// How often it happened.
    pub fn count(&self, situation: Situation) -> u64 {
        self.0.get(&situation).copied().unwrap_or(0)
    }

    /// Adds another run's counts.
    pub fn add(&mut self, other: &Self) {
        for (situation, n) in &other.0 {
            *self.0.entry(*situation).or_default() += n;
        }
    }

    /// Situations of worlds of this shape that never happened.
    pub fn missing(&self, shape: Shape) -> Vec<Situation> {
        let is_asked = |s: &Situation| shape == Shape::Office || !OFFICE_ONLY.contains(s);
        Situation::ALL.iter().copied().filter(|s| is_asked(s) && self.count(*s) == 0).collect()
    }

    /// `name=count` for all, on one line.
    pub fn line(&self) -> String {
        Situation::ALL.iter().map(|s| format!("{}={}", s.name(), self.count(*s))).collect::<Vec<_>>().join(" ")
    }

    /// Name and count of all.
    pub fn to_json(&self) -> serde_json::Value {
        Situation::ALL
            .iter()
            .map(|s| (s.name().to_owned(), serde_json::Value::from(self.count(*s))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}
