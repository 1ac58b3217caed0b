//! Walks over a day's calls, migrations and purges: here every so-manieth, all of them by `cargo xtask crash --walk 1`.

#![expect(clippy::unwrap_used, reason = "a test may unwrap: its failure is the message")]

use gridwalk_crash::world::Machine;
use gridwalk_crash::{migrate, purge, sweep};

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Walks over every 11th call of a machine's day.
fn days(machine: Machine) {
    let swept = block(sweep::sweep(machine, 0, 11));
    let swept = swept.unwrap_or_else(|b| panic!("{:?}: {}\n{}", b.at, b.error, b.trace.join("\n")));
    assert!(swept.calls > 300 && swept.days >= swept.calls / 11 * 4, "{swept:?}");
    assert!(swept.failed >= swept.days / 2 && swept.told > swept.days / 4, "the faults are felt: {swept:?}");
}

// On encrypted files not yet: SQLCipher keeps an I/O error for as long as the connection lives, and the store does not
// open another one.
#[cfg(not(feature = "encrypted"))]
#[test]
fn a_phone_bears_a_fault_at_any_call_once_and_for_ever() {
    days(Machine::Phone(0));
}

#[test]
fn the_server_bears_a_fault_at_any_call_once_and_for_ever() {
    days(Machine::Server);
}

#[test]
fn an_old_phone_whose_power_goes_while_it_is_brought_up_to_date_opens_all_the_same() {
    let walked = migrate::phones(29, 0).unwrap();
    assert!(walked.files >= 15 && walked.crashes >= walked.changes / 29 * 3, "{walked:?}");
}

#[test]
fn an_old_server_whose_power_goes_while_it_is_brought_up_to_date_opens_all_the_same() {
    let walked = migrate::servers(97, 0).unwrap();
    assert!(walked.files >= 12 && walked.crashes >= walked.changes / 97 * 3, "{walked:?}");
}

#[test]
fn a_purge_is_whole_or_not_at_all_and_leaves_no_byte() {
    let walked = block(purge::purge(0, 17)).unwrap();
    assert!(walked.whole > 10 && walked.gone > 10, "{walked:?}");
}

#[test]
fn a_dropped_track_stays_dropped_and_leaves_no_byte() {
    let walked = block(purge::drop_track(0, 1)).unwrap();
    assert!(walked.whole > 2 && walked.gone > 2, "{walked:?}");
}
