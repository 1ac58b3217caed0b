//! The contract of the server's store, written once against `Arc<dyn Store>` and stamped on every database.
//!
//! Owns the list of databases. A further one is a function that gives a fresh store, and one line at the end.

#![expect(clippy::unwrap_used, reason = "a test may unwrap: its failure is the message")]

mod audit;
mod erasure;
mod fact;
mod login;
mod month_lock;
mod noun;
mod order;
mod planned;
mod poster;
mod print;
mod spoilt;
mod transaction;
mod watched;

use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId};
use gridwalk_server::Result;
use gridwalk_server::store::sqlite::Sqlite;
use gridwalk_server::store::{SpaceRow, Statement, Store, Tx};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use watched::{RunAgain, Watched};

/// An empty store, and what must live as long.
struct Fresh {
    store: Arc<dyn Store>,
    kept: Box<dyn Any>,
}

/// Makes one.
type Make<'m> = &'m dyn Fn() -> Fresh;

const SPACE: SpaceId = SpaceId([1; 16]);
const OTHER: SpaceId = SpaceId([2; 16]);

const fn record(n: u8) -> RecordId {
    RecordId([n; 16])
}

const fn replica(n: u8) -> ReplicaId {
    ReplicaId([n; 16])
}

const fn hash(n: u8) -> Hash {
    Hash([n; 32])
}

fn write<T>(store: &dyn Store, job: impl Fn(&dyn Tx) -> Result<T>) -> T {
    let mut done = None;
    store.write(&mut |tx| job(tx).map(|value| done = Some(value))).unwrap();
    done.unwrap()
}

fn read<T>(store: &dyn Store, job: impl Fn(&dyn Tx) -> Result<T>) -> T {
    let mut done = None;
    store.read(&mut |tx| job(tx).map(|value| done = Some(value))).unwrap();
    done.unwrap()
}

/// A store with two spaces.
fn with_spaces(make: Make<'_>) -> Fresh {
    let fresh = make();
    let space = |id, name: &str, reference| SpaceRow {
        id,
        name: name.to_owned(),
        reference,
        pos: 0,
        chain: hash(0),
        safe_pos: 0,
    };
    write(&*fresh.store, |tx| {
        tx.space_put(&space(SPACE, "county", false))?;
        tx.space_put(&space(OTHER, "city", true))
    });
    fresh
}

macro_rules! stamp {
    ($database:ident, $fresh:path; $($module:ident::$story:ident,)+) => {
        mod $database {
            $(#[test] fn $story() { crate::$module::$story(&$fresh); })+

            #[test]
            fn every_statement_is_run_with_its_shapes() {
                crate::all_are_run(&$fresh, &[$(&crate::$module::$story),+]);
            }
        }
    };
}

macro_rules! contract {
    ($database:ident, $fresh:path) => {
        stamp! { $database, $fresh;
            transaction::pos_has_no_gaps_whoever_writes_at_once,
            transaction::whoever_reads_sees_no_pos_come_late,
            transaction::a_read_is_one_snapshot,
            transaction::an_error_undoes_everything,
            transaction::a_part_is_undone_alone,
            transaction::a_nonce_is_taken_once,
            transaction::a_code_is_used_once,
            transaction::hints_reach_all_who_listen,
            transaction::a_backup_is_whole,
            noun::spaces_come_back,
            noun::the_inbox_comes_back,
            noun::names_lead_to_the_first_delivery,
            noun::replicas_and_frames_are_kept,
            noun::the_journal_comes_back,
            noun::states_homes_and_children_come_back,
            noun::audience_and_digests_come_back,
            noun::what_rights_rest_on_is_counted,
            noun::moves_wait_in_order_and_once,
            noun::imports_are_remembered,
            noun::units_remember_who_stood_above,
            noun::grants_end_and_epochs_rise,
            noun::accounts_and_devices_come_back,
            noun::codes_consoles_and_left_overs_are_kept,
            poster::posters_and_whoever_joined_come_back,
            login::sessions_come_back_and_end,
            login::what_is_good_once_is_used_once,
            login::people_at_a_provider_are_one_account_each,
            login::second_factors_take_each_step_once,
            order::texts_are_in_order_of_their_bytes,
            order::quarantine_is_listed_in_order_of_receipt,
            order::lists_stop_where_they_are_told,
            order::tail_and_backfill_walk_in_their_order,
            order::the_newest_comes_first_where_asked,
            audit::rows_are_found_by_their_numbers,
            audit::rows_and_heads_are_only_added,
            planned::plans_fall_due_and_are_done,
            erasure::what_was_erased_is_known_by_its_names,
            erasure::other_places_are_found_and_emptied,
            erasure::nothing_that_went_is_left_in_the_files,
            fact::facts_come_back_by_month,
            fact::states_that_are_counted_come_in_the_order_in_which_they_changed,
            month_lock::a_month_is_locked_once,
            print::prints_come_back_with_whom_they_meet,
            print::prints_since_a_pos_are_in_its_order,
            print::prints_of_a_key_are_of_what_it_sees,
            print::prints_that_too_many_share_meet_nobody,
        }
    };
}

/// Runs all stories on stores that watch what they are asked.
fn all_are_run(make: Make<'_>, stories: &[&dyn Fn(Make<'_>)]) {
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let watched = || {
        let fresh = make();
        Fresh { store: Arc::new(Watched { store: fresh.store, seen: seen.clone() }), kept: fresh.kept }
    };
    for story in stories {
        story(&watched);
    }
    let seen = seen.lock().unwrap();
    let never: Vec<&Statement> = Statement::ALL.iter().filter(|s| !seen.contains_key(*s)).collect();
    assert!(never.is_empty(), "the suite never runs {never:?}");
}

fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    Fresh { store: Arc::new(Sqlite::open(folder.path(), true, false).unwrap()), kept: Box::new(folder) }
}

/// A store that undoes the first run of every job that writes, as a database does where two were in each other's way.
fn sqlite_twice() -> Fresh {
    let fresh = sqlite();
    Fresh { store: Arc::new(RunAgain(fresh.store)), kept: fresh.kept }
}

contract!(on_sqlite, crate::sqlite);
contract!(on_sqlite_with_jobs_run_again, crate::sqlite_twice);
