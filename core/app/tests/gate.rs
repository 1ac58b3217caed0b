//! The gate: what a locked phone shows, what it goes on doing, and that nothing typed is lost behind it.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Field, GRID, Phone, wait};
use gridwalk_app::{AppError, keys};
use gridwalk_model::command::{AddPlace, Command, Edits};
use gridwalk_model::kind::Kind;
use gridwalk_model::limits::{LEASE_MS, PIN_WAITS_MS};

const PIN: &[u8] = b"739154";
const OTHER: &[u8] = b"280617";

fn building(phone: &Phone, name: &str) -> Result<gridwalk_app::Changed, AppError> {
    let record = phone.notebook.new_record()?;
    let edits = Edits::none().put("name", name);
    let add = AddPlace { record, kind: Kind::Building, unit: Some(GRID), parent: None, edits };
    phone.notebook.execute(&Command::AddPlace(add))
}

fn code<T>(result: Result<T, AppError>) -> &'static str {
    result.map(|_| ()).unwrap_err().code()
}

#[test]
fn a_locked_phone_shows_nothing_takes_nothing_and_sends_what_waits() {
    let mut field = Field::new();
    let mut phone = field.phone(0);
    building(&phone, "3 幢").unwrap();
    phone.notebook.set_pin(None, PIN).unwrap();
    assert!(building(&phone, "4 幢").is_ok(), "whoever sets a PIN need not type it at once");
    phone = phone.kill();
    assert_eq!(code(phone.notebook.reader()), "locked");
    assert_eq!(code(building(&phone, "5 幢")), "locked");
    assert!(phone.notebook.bundle().unwrap().is_some(), "what waits leaves a locked phone");
    let report = phone.sync(&field.line);
    assert!(report.is_done(), "{report:?}");
    assert_eq!(phone.waiting(), 0);
    phone.notebook.unlock(PIN).unwrap();
    assert!(phone.notebook.reader().is_ok());
    phone.notebook.lock();
    assert_eq!(code(phone.notebook.reader()), "locked");
}

#[test]
fn guessing_waits_through_kills_and_turned_clocks() {
    let mut field = Field::new();
    let mut phone = field.phone(0);
    phone.notebook.set_pin(None, PIN).unwrap();
    phone = phone.kill();
    for _ in 0..4 {
        assert_eq!(code(phone.notebook.unlock(OTHER)), "pin_wrong");
        // A kill between two tries gives none for nothing.
        phone = phone.kill();
    }
    assert!(matches!(phone.notebook.unlock(OTHER), Err(AppError::PinWrong { wait_ms }) if wait_ms == PIN_WAITS_MS[4]));
    assert_eq!(code(phone.notebook.unlock(PIN)), "pin_wait", "not even the right one");
    phone.turn_clock(365 * 86_400_000);
    assert_eq!(code(phone.notebook.unlock(PIN)), "pin_wait");
    field.hands.pass(PIN_WAITS_MS[4] - 1);
    assert_eq!(code(phone.notebook.unlock(PIN)), "pin_wait");
    phone = phone.kill();
    assert_eq!(code(phone.notebook.unlock(PIN)), "pin_wait", "after a restart the wait begins anew");
    field.hands.pass(PIN_WAITS_MS[4]);
    phone.notebook.unlock(PIN).unwrap();
    assert_eq!(phone.notebook.gate_status().unwrap().wait_ms, 0, "the right one forgives");
}

#[test]
fn a_forgotten_pin_loses_nothing() {
    let mut field = Field::new();
    let mut phone = field.phone(0);
    let typed = building(&phone, "3 幢").unwrap().record;
    phone.notebook.set_pin(None, PIN).unwrap();
    phone = phone.kill();
    for _ in 0..9 {
        let _ = phone.notebook.unlock(OTHER);
        field.hands.pass(PIN_WAITS_MS[8]);
    }
    assert_eq!(
        code(wait(phone.notebook.reset_pin(&field.line, "0000-0000-0000-0000-0000-0000-0000", OTHER))),
        "bad_code"
    );
    assert_eq!(code(phone.notebook.reader()), "locked");
    let fresh = field.code(&phone);
    assert_eq!(code(wait(phone.notebook.reset_pin(&field.line, &fresh, b"111111"))), "pin_too_simple");
    wait(phone.notebook.reset_pin(&field.line, &fresh, OTHER)).unwrap();
    assert!(phone.notebook.reader().is_ok());
    assert_eq!(phone.heads(typed, "name"), ["3 幢"]);
    phone.sync(&field.line);
    assert_eq!(phone.waiting(), 0, "the device is the one that it was");
    phone = phone.kill();
    phone.notebook.unlock(OTHER).unwrap();
}

#[test]
fn another_persons_code_opens_nobodys_phone() {
    let mut field = Field::new();
    let (phone, other) = (field.phone(0), field.phone(0));
    phone.notebook.set_pin(None, PIN).unwrap();
    let phone = phone.kill();
    let theirs = field.code(&other);
    assert_eq!(code(wait(phone.notebook.reset_pin(&field.line, &theirs, OTHER))), "code_of_another");
    assert_eq!(code(phone.notebook.reader()), "locked");
    // Nothing came of it: no second device stands there, and whose code it is may use it.
    assert_eq!(field.devices_of(&other), 1, "no ghost");
    wait(other.notebook.reset_pin(&field.line, &theirs, OTHER)).unwrap();
    phone.notebook.unlock(PIN).unwrap();
}

#[test]
fn a_pin_is_no_row_that_anybody_would_try() {
    let mut field = Field::new();
    let phone = field.phone(0);
    for bad in [&b"12345"[..], b"123456", b"987654", b"000000", b"7391 4", b"7391547391547", b"73915a", b""] {
        assert_eq!(code(phone.notebook.set_pin(None, bad)), "pin_too_simple", "{bad:?}");
    }
    phone.notebook.set_pin(None, PIN).unwrap();
    assert_eq!(code(phone.notebook.set_pin(None, OTHER)), "pin_wrong", "changing one asks for it");
    phone.notebook.set_pin(Some(PIN), OTHER).unwrap();
}

#[test]
fn a_phone_that_hears_nothing_for_two_weeks_shows_nothing_until_it_does() {
    let mut field = Field::new();
    let mut phone = field.phone(0);
    phone.sync(&field.line);
    field.hands.pass(LEASE_MS - 1);
    let typed = building(&phone, "3 幢").unwrap().record;
    field.hands.pass(1);
    assert_eq!(code(phone.notebook.reader()), "lease_over");
    assert_eq!(code(building(&phone, "4 幢")), "lease_over");
    phone = phone.kill();
    assert_eq!(code(phone.notebook.reader()), "lease_over", "a restart gives nothing");
    phone.turn_clock(-400 * 86_400_000);
    phone = phone.kill();
    assert_eq!(code(phone.notebook.reader()), "lease_over", "nor does a clock that is turned back");
    assert!(phone.notebook.bundle().unwrap().is_some());
    phone.sync(&field.line);
    assert!(phone.notebook.reader().is_ok(), "one answer of the server begins it anew");
    assert_eq!(phone.heads(typed, "name"), ["3 幢"]);
}

#[test]
fn a_clock_that_comes_up_in_2099_does_not_end_the_lease() {
    let mut field = Field::new();
    let mut phone = field.phone(0);
    phone.sync(&field.line);
    phone.turn_clock(73 * 365 * 86_400_000);
    phone = phone.kill();
    assert!(phone.notebook.reader().is_ok());
    assert_eq!(phone.notebook.gate_status().unwrap().lease_left_ms, Some(LEASE_MS / 2));
}

#[test]
fn a_wipe_takes_the_keys_first_and_all_files() {
    let mut field = Field::new();
    let phone = field.phone(0);
    building(&phone, "3 幢").unwrap();
    assert_eq!(phone.notebook.unsent().unwrap(), 1);
    let (path, vault) = (phone.options.path.clone(), phone.options.keys.clone());
    drop(phone);
    assert!(path.exists());
    gridwalk_app::wipe::wipe(&path, &*vault).unwrap();
    assert!(!path.exists() && keys::ALL.iter().all(|name| vault.load(name).unwrap().is_none()));
    gridwalk_app::wipe::wipe(&path, &*vault).unwrap();
}

#[cfg(feature = "encrypted")]
#[test]
fn an_encrypted_phone_whose_key_is_gone_is_left_as_it_is() {
    let mut field = Field::new();
    let phone = field.phone(0);
    let options = phone.options.clone();
    drop(phone);
    let key = options.keys.load(keys::DATABASE_KEY).unwrap().unwrap();
    options.keys.forget(keys::DATABASE_KEY).unwrap();
    assert_eq!(code(gridwalk_app::Notebook::open(options.clone())), "database_key_lost");
    assert!(options.keys.load(keys::DATABASE_KEY).unwrap().is_none(), "no new key is made over it");
    options.keys.keep(keys::DATABASE_KEY, &[7; 32]).unwrap();
    assert_eq!(code(gridwalk_app::Notebook::open(options.clone())), "database_key");
    options.keys.keep(keys::DATABASE_KEY, &key).unwrap();
    assert!(gridwalk_app::Notebook::open(options).is_ok());
}
