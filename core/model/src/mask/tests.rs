//! What a reader is given of a case and a shop, and what their edits have seen.

use super::*;
use crate::basis::Basis;
use crate::change::SealedChange;
use crate::hash::Hash;
use crate::id::{DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use crate::journal::{Entry, Outcome, Stamps};
use crate::name::Name;
use crate::role::Role;
use crate::state_codec::{read_state, state_bytes};
use crate::time::Timestamp;
use crate::value::Value;
use crate::wish::{OwnChange, Wish, resolve};

const CASE: RecordId = RecordId([1; 16]);
const ANN: AccountId = AccountId([0xA; 16]);
const BOB: AccountId = AccountId([0xB; 16]);

fn change(author: AccountId, seq: u64, seen: Vec<Name>, ops: Vec<Op>) -> SealedChange {
    let change = Change {
        space: SpaceId([1; 16]),
        replica: ReplicaId(author.0),
        seq,
        prev: Hash::default(),
        record: CASE,
        kind: "case".to_owned(),
        unit: UnitId([3; 16]),
        author,
        machine: false,
        device: DeviceId([5; 16]),
        typed_at: Timestamp(0),
        heard: Timestamp(0),
        seen,
        was: Vec::new(),
        instead_of: None,
        salt: [6; 16],
        ops,
        extra: vec![(40, vec![1])],
    };
    change.seal().unwrap()
}

fn entry(pos: u64, change: &SealedChange) -> Entry {
    let stamps = Stamps {
        pos,
        received_at: Timestamp(0),
        effective: Timestamp(pos.cast_signed()),
        early: Vec::new(),
        also_seen: Vec::new(),
        also_seen_in: std::collections::BTreeMap::new(),
        outcome: Some(Outcome::Applied),
        covers: None,
        approved_by: None,
        workflow_version: 1,
        erased: false,
    };
    Entry::admitted(stamps, change.clone())
}

fn folded(changes: &[&SealedChange]) -> State {
    let entries: Vec<Entry> = (1..).zip(changes).map(|(pos, change)| entry(pos, change)).collect();
    crate::fold::fold(CASE, &entries)
}

fn sight(account: AccountId, role: Role) -> Sight {
    Sight { account, roles: role.into(), handles: role == Role::Handler }
}

fn contact(number: &str) -> Op {
    Op::put("reporter_phone", number)
}

#[test]
fn of_what_is_hidden_nothing_stays_but_the_names_of_ones_own() {
    let report = change(ANN, 1, vec![], vec![Op::put("title", "井盖"), contact("13812345678")]);
    let beside = change(BOB, 1, vec![], vec![contact("13900001111")]);
    let state = folded(&[&report, &beside]);
    assert_eq!(state.clone().masked_for(&sight(BOB, Role::Handler)), state, "whoever handles it is shown all of it");
    let masked = state.clone().masked_for(&sight(ANN, Role::Gridworker));
    assert_eq!(masked.masked.keys().collect::<Vec<_>>(), ["reporter_phone"]);
    let heads = &masked.fields["reporter_phone"].heads;
    assert_eq!(heads.len(), 1, "Bob's is gone with its dot");
    assert_eq!((heads[0].tag.id, &heads[0].value), (report.name(), &None), "Ann's own is a name without a value");
    let masked = state.clone().masked_for(&sight(AccountId([9; 16]), Role::Volunteer));
    assert!(!masked.fields.contains_key("reporter_phone") && masked.is_masked("reporter_phone"));
    let bytes = state_bytes(&masked);
    assert_eq!(read_state(&bytes).unwrap(), masked, "the names of what is hidden travel");
    for canary in ["13812345678", "13900001111"] {
        assert!(holds(&state_bytes(&state), canary.as_bytes()) && !holds(&bytes, canary.as_bytes()));
    }
    assert_eq!((masked.pos, masked.fields["title"].clone()), (state.pos, state.fields["title"].clone()));
}

#[test]
fn bytes_of_which_nothing_is_hidden_are_known_without_a_look_inside() {
    let plain = state_bytes(&folded(&[&change(ANN, 1, vec![], vec![Op::put("title", "井盖")])]));
    let with = state_bytes(&folded(&[&change(ANN, 1, vec![], vec![contact("13812345678")])]));
    // kind, bytes, role, whether they go out as they are
    let rows = [
        ("case", &plain, Role::Gridworker, true),
        ("case", &with, Role::Gridworker, false),
        ("case", &with, Role::Handler, false),
        ("premises", &with, Role::Gridworker, true),
        ("premises", &plain, Role::Volunteer, false),
        ("resident", &plain, Role::Gridworker, true),
        ("resident", &plain, Role::Volunteer, false),
        ("kind_of_tomorrow", &with, Role::Volunteer, true),
    ];
    for (kind, bytes, role, open) in rows {
        assert_eq!(is_open(kind, bytes, role.into()), open, "{kind} for a {role}");
    }
    for kind in Kind::ALL {
        assert!(!is_open(kind.name(), &plain, Roles::NONE), "{kind}: nobody reads nothing");
    }
}

#[test]
fn what_this_version_does_not_know_is_for_the_kinds_writers() {
    let newer = vec![Op::put("name", "小卖部"), Op::put("of_tomorrow", "x"), Op::put("contact_phone", "13812345678")];
    let mut state = folded(&[&change(BOB, 1, vec![], newer)]);
    state.kinds = vec!["premises".to_owned()];
    let names = |role| state.clone().masked_for(&sight(ANN, role)).fields.into_keys().collect::<Vec<_>>();
    assert_eq!(names(Role::Gridworker), ["contact_phone", "name", "of_tomorrow"]);
    assert_eq!(names(Role::Volunteer), ["name"]);
}

#[test]
fn a_body_is_told_without_the_operations_on_what_is_hidden() {
    let both = change(BOB, 1, vec![], vec![Op::put("title", "井盖"), contact("13812345678")]);
    let only = change(BOB, 2, vec![], vec![contact("13812345678")]);
    let gridworker = sight(ANN, Role::Gridworker);
    let told = both.change.masked_for(&gridworker).unwrap();
    assert_eq!((&told.ops[..], told.extra.len()), (&[Op::put("title", "井盖")][..], 1));
    assert_eq!(only.change.masked_for(&gridworker), None);
    assert_eq!(only.change.masked_for(&sight(ANN, Role::Handler)).as_ref(), Some(&*only.change));
}

/// Bob wrote title and contact in one change. Ann is shown the title only, and writes both: his contact stays.
#[test]
fn whoever_writes_what_a_mask_hid_has_seen_nothing_there() {
    let bobs = change(BOB, 1, vec![], vec![Op::put("title", "井盖"), contact("13900001111")]);
    let shown = folded(&[&bobs]).masked_for(&sight(ANN, Role::Gridworker));
    let basis: Basis = Basis::of(&shown, TimelineId::default(), 0).to_string().parse().unwrap();
    let wishes = [Wish::put("title", "井盖没了"), Wish::put("reporter_phone", "13812345678")];
    let resolved = resolve(&wishes, &basis, &[]);
    let anns = change(ANN, 1, resolved.seen, resolved.ops);
    let state = folded(&[&bobs, &anns]);
    assert_eq!(state.fields["title"].heads.len(), 1);
    assert_eq!(state.fields["reporter_phone"].heads.len(), 2, "nobody looked at Bob's");

    // She corrects her own, with the first still on its way, then with nothing left of it but its name.
    let first = OwnChange { save: 1, change: anns.clone() };
    let shown = state.masked_for(&sight(ANN, Role::Gridworker));
    for own in [vec![first], vec![]] {
        let basis = Basis::of(&shown, TimelineId::default(), 1).closed(&own);
        let resolved = resolve(&[Wish::put("reporter_phone", "13812345679")], &basis, &own);
        let again = change(ANN, 2, resolved.seen, resolved.ops);
        let heads = folded(&[&bobs, &anns, &again]).fields["reporter_phone"].heads.clone();
        let values: Vec<_> = heads.iter().filter_map(|h| h.value.as_ref().and_then(Value::as_text)).collect();
        assert_eq!(values, ["13900001111", "13812345679"], "{} own changes known", own.len());
    }
}

#[test]
fn whoever_may_know_is_shown_a_trace_and_a_clerk_what_they_wrote() {
    let wrote = change(ANN, 1, vec![], vec![contact("13812345678"), Op::put("reporter_name", "王小明")]);
    let state = folded(&[&wrote]);
    let shown = |account, role, handles| {
        let state = state.clone().masked_for(&Sight { account, roles: Roles::of(&[role]), handles });
        let value = state.fields.get("reporter_phone").and_then(|r| r.heads[0].value.clone());
        let trace = |name: &str| state.masked.get(name).cloned().unwrap_or_default();
        (value.is_some(), trace("reporter_name"), trace("reporter_phone"))
    };
    let (name, phone, none) = ("王*".to_owned(), "138****5678".to_owned(), String::new());
    // account, role, whether they handle it, and what they are shown
    let rows = [
        (BOB, Role::DutyOfficer, false, (false, name.clone(), phone.clone())),
        (BOB, Role::TownshipSupervisor, false, (false, name.clone(), phone.clone())),
        (BOB, Role::TownshipSupervisor, true, (true, none.clone(), none.clone())),
        (BOB, Role::IntakeClerk, false, (false, name, phone)),
        (ANN, Role::IntakeClerk, false, (true, none.clone(), none.clone())),
        (BOB, Role::Handler, false, (false, none.clone(), none.clone())),
        (BOB, Role::Handler, true, (true, none.clone(), none.clone())),
        (ANN, Role::Gridworker, false, (false, none.clone(), none.clone())),
        (BOB, Role::Volunteer, false, (false, none.clone(), none.clone())),
        (BOB, Role::Volunteer, true, (true, none.clone(), none)),
    ];
    for (account, role, handles, want) in rows {
        assert_eq!(shown(account, role, handles), want, "{role} {handles}");
    }
}
