//! Doors for text: what is scanned, and what is typed.
//!
//! Owns their list. Refuses to know screens. Invariant: any text is an answer or a refusal.

use crate::door::Door;
use gridwalk_model::basis::Basis;
use gridwalk_model::check;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::walk_order::WalkKey;
use gridwalk_model::{door, id_number, phone, search_key, uscc};
use gridwalk_server::admin::EnrolCode;
use gridwalk_server::login::second;
use gridwalk_sync::invitation::Invitation;
use gridwalk_sync::pin::Pin;
use gridwalk_sync::poster::{Poster, PosterCode};

/// The doors.
pub fn doors() -> Vec<Door> {
    let mut doors = scanned();
    doors.extend(typed());
    doors
}

fn scanned() -> Vec<Door> {
    let pin = Pin::of_spki(b"a key");
    let invitation =
        Invitation { address: "https://gw.example:8443".to_owned(), code: "ABCD-EFGH".to_owned(), pin: Some(pin) };
    let code = EnrolCode::new([7; 16]);
    let poster = Poster {
        address: "https://gw.example:8443".to_owned(),
        pin: Some(pin),
        server_key: [7; 32],
        reference: SpaceId([1; 16]),
        space: SpaceId([2; 16]),
        unit: UnitId([3; 16]),
        unit_name: "光明第一网格".to_owned(),
        code: PosterCode::new([5; 16]),
    };
    let poster = poster.to_string();
    let body = poster.rsplit_once('|').map_or("", |(body, _)| body);
    vec![
        Door::of_text("invitation", &[&invitation.to_string()], |text| text.parse::<Invitation>().is_ok()),
        // Past its sum stands only what somebody made who can count.
        Door::of_text("invitation_body", &["gridwalk1|https://gw.example:8443|ABCD-EFGH|"], |text| {
            let sum = Hash::with_context("gridwalk 2026 invitation", &[text.as_bytes()]);
            format!("{text}|{}", data_encoding::BASE32_NOPAD.encode(&sum.0[..5])).parse::<Invitation>().is_ok()
        }),
        Door::of_text("poster", &[&poster], |text| text.parse::<Poster>().is_ok()),
        Door::of_text("poster_body", &[body], |text| {
            let sum = Hash::with_context("gridwalk 2026 poster", &[text.as_bytes()]);
            format!("{text}|{}", data_encoding::BASE32_NOPAD.encode(&sum.0[..5])).parse::<Poster>().is_ok()
        }),
        Door::of_text("second_factor_code", &["287082", " 287 082 "], |text| {
            let known = second::step_of(b"12345678901234567890", "li", text, Timestamp(59_000));
            known.is_ok_and(|step| step.is_some())
        }),
        Door::of_text("pin", &[&pin.to_string()], |text| text.parse::<Pin>().is_ok()),
        Door::of_text("enrol_code", &[&code.to_string()], |text| EnrolCode::parse(text).is_ok()),
        Door::of_text("basis", &["iFAAAAAAAAAAAAAAAAAAAAAA9lAAAAAAAAAAAAAAAAAAAAAAAACAgIA"], |text| {
            text.parse::<Basis>().is_ok()
        }),
        Door::of_text("record_id", &["019cabd8-3800-7e5a-b37f-c45fde566fcc"], |text| text.parse::<RecordId>().is_ok()),
    ]
}

fn typed() -> Vec<Door> {
    vec![
        Door::of_text(
            "id_number",
            &["11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ"],
            |text| {
                let _said = check::id_number(text, CivilDate::from_days(20_000), None, Some("1"));
                let _read = id_number::read(text);
                !id_number::mask_number(text).is_empty() || text.is_empty()
            },
        ),
        Door::of_text("name_mask", &["王小明", "欧阳锋"], |text| {
            let _masked = id_number::mask_phone(text);
            !id_number::mask_name(text).is_empty()
        }),
        Door::of_text("phone", &["13800000001", "0518-8888888转801", "+86 138 0000 0001"], |text| {
            phone::read(text).is_ok()
        }),
        Door::of_text("uscc", &["91350100M000100Y43"], |text| uscc::read(text).is_ok()),
        Door::of_text("door_text", &["3幢2单元501室", "香樟苑 12-3-0501"], |text| {
            let _door = door::read(text);
            true
        }),
        Door::of_text("civil_date", &["1990-03-07", "19900307"], |text| CivilDate::parse(text).is_some()),
        Door::of_text("unit_code", &["320706102211", "320706102211001"], |text| UnitCode::parse(text).is_ok()),
        Door::of_text("walk_order", &["V", "a1"], |text| WalkKey::parse(text).is_some()),
        Door::of_text("search_key", &["墟沟街道 lljhp 3幢", "沙杭村"], |text| {
            let _keys =
                (search_key::pinyin_keys(text), search_key::natural_key(text), search_key::pinyin_sort_key(text));
            search_key::matches(text, text)
        }),
    ]
}
