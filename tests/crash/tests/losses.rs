//! A thousand losses of power, and settings that lose something and must be found out.

use gridwalk_crash::disk::Lie;
use gridwalk_crash::round::{self, Count, ROUNDS};
use gridwalk_crash::world::Machine;

/// Seeds within which a control is found; it was always the first.
const CONTROL_SEEDS: u64 = 12;

/// So many losses of power in worlds from this seed on.
fn lose_power(from: u64, crashes: u64) -> Count {
    let mut sum = Count::default();
    let mut seed = from;
    while sum.crashes < crashes {
        match round::run(seed, ROUNDS) {
            Ok(count) => sum.add(&count),
            Err(failed) => panic!(
                "seed {seed} after {} losses of power: {}\n{}",
                failed.crashes,
                failed.error,
                failed.trace[failed.trace.len().saturating_sub(40)..].join("\n")
            ),
        }
        seed += 1;
    }
    assert!(sum.bitten * 2 > sum.crashes, "most meet writes that were not synced: {sum:?}");
    assert!(sum.while_starting > 0 && sum.by.len() == 8, "of every kind: {sum:?}");
    sum
}

#[test]
fn five_hundred_losses_of_power_lose_nothing() {
    lose_power(0, 500);
}

#[test]
fn five_hundred_more_lose_nothing() {
    lose_power(1_000, 500);
}

/// How this control is found; a harness that does not find it is not trusted.
fn found(machine: Machine, lie: Lie) -> String {
    let ran = |seed| round::run_with(seed, ROUNDS, |world| world.disk(machine).lie(lie)).err();
    let failed = (0..CONTROL_SEEDS).find_map(ran);
    failed.unwrap_or_else(|| panic!("{machine:?} with {lie:?} was not found")).error.to_string()
}

#[test]
fn a_phones_disk_that_lies_about_fsync_is_found() {
    assert!(!found(Machine::Phone(0), Lie::Fsync).is_empty());
}

#[test]
fn a_phone_that_does_not_sync_is_found() {
    assert!(!found(Machine::Phone(0), Lie::Level(0)).is_empty());
}

#[test]
fn a_phone_that_syncs_less_than_a_save_needs_is_found() {
    let how = found(Machine::Phone(0), Lie::Level(1));
    assert!(how.contains("was saved and is gone") || how.contains("phone"), "{how}");
}

#[test]
fn a_servers_disk_that_lies_about_fsync_is_found() {
    assert!(found(Machine::Server, Lie::Fsync).contains("server"));
}

#[test]
fn a_server_that_does_not_sync_is_found() {
    assert!(found(Machine::Server, Lie::Level(0)).contains("server"));
}

#[test]
fn a_server_that_syncs_less_than_a_receipt_needs_is_found() {
    assert!(found(Machine::Server, Lie::Level(1)).contains("server"));
}

#[test]
fn the_servers_own_setting_for_tests_is_found_as_well() {
    let told = |seed| {
        round::run_with(seed, ROUNDS, |world| world.options_mut().durable = false).err().map(|f| f.error.to_string())
    };
    assert!((0..CONTROL_SEEDS).find_map(told).unwrap().contains("server"));
}
