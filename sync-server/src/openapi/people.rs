//! Bodies about people who arrive, enrol, join and log in.
//!
//! Owns their shapes in the description. Refuses to know calls. Invariant: a test holds each against what is really sent.

use super::{list_of, object, text_schema, typed};
use utoipa::openapi::schema::{Schema, Type};
use utoipa::openapi::{Ref, RefOr};

/// Those about who arrives.
pub(super) fn arrivals() -> Vec<(&'static str, Schema)> {
    let text = || RefOr::T(text_schema());
    let number = || RefOr::T(typed(Type::Integer));
    let texts = || RefOr::T(list_of(text_schema()));
    let listed = |name: &str| RefOr::T(list_of(Ref::from_schema_name(name)));
    vec![
        (
            "EnrolRequest",
            object(vec![("code", text()), ("public_key", text()), ("device_name", text())], vec![("account", text())]),
        ),
        ("Arrivals", object(vec![("phones", listed("ArrivedPhone")), ("newcomers", listed("Newcomer"))], vec![])),
        (
            "ArrivedPhone",
            object(
                vec![
                    ("device", text()),
                    ("device_name", text()),
                    ("account", text()),
                    ("name", text()),
                    ("roles", texts()),
                    ("units", texts()),
                    ("since", number()),
                ],
                vec![],
            ),
        ),
        (
            "Newcomer",
            object(
                vec![
                    ("account", text()),
                    ("name", text()),
                    ("phone", text()),
                    ("unit", text()),
                    ("joined_at", number()),
                ],
                vec![],
            ),
        ),
        ("PhoneSeen", object(vec![("device", text()), ("digits", text())], vec![])),
        (
            "NewcomerSeen",
            object(vec![("account", text()), ("accepted", RefOr::T(typed(Type::Boolean)))], vec![("reason", text())]),
        ),
    ]
}

/// The same of logins and sessions.
pub(super) fn session_schemas() -> Vec<(&'static str, Schema)> {
    let text = || RefOr::T(text_schema());
    let number = || RefOr::T(typed(Type::Integer));
    let texts = || RefOr::T(list_of(text_schema()));
    vec![
        ("PasswordRequest", object(vec![("old", text()), ("new", text())], vec![])),
        ("LoginRequest", object(vec![("login", text()), ("password", text())], vec![("code", text())])),
        ("SecondFactorRequest", object(vec![("act", text())], vec![("code", text())])),
        ("RenewalRequest", object(vec![], vec![("renewal", text())])),
        (
            "Session",
            object(
                vec![
                    ("session", text()),
                    ("login", text()),
                    ("name", text()),
                    ("roles", texts()),
                    ("powers", texts()),
                    ("stage", text()),
                    ("access_until", number()),
                    ("until", number()),
                    ("now", number()),
                ],
                vec![
                    ("csrf_token", text()),
                    ("access", text()),
                    ("renewal", text()),
                    ("secret", text()),
                    ("secret_uri", text()),
                    ("recovery_codes", texts()),
                    ("recovery_left", number()),
                ],
            ),
        ),
    ]
}

/// What somebody says who joins by a poster.
pub(super) fn join_schema() -> Schema {
    let text = || RefOr::T(text_schema());
    let number = || RefOr::T(typed(Type::Integer));
    let texts = ["code", "device", "account", "public_key", "device_name", "name", "phone"];
    let numbers = ["agreed_at", "sentence"];
    object(texts.map(|name| (name, text())).into_iter().chain(numbers.map(|name| (name, number()))).collect(), vec![])
}
