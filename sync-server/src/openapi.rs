//! The description of every route, as OpenAPI.
//!
//! Owns what the description says. Refuses to describe bytes: bodies in CBOR bear the name of their rule in
//! `docs/protocol/gridwalk.cddl`. Invariant: every route of the router is here, every one here is a route, and the file
//! that is committed says the same.

mod people;

use crate::error::Result;
use axum::response::{IntoResponse, Response};
use gridwalk_sync::{CBOR, PROTOCOL_HEADER, PROTOCOL_VERSIONS, Problem, ProblemCode};
use http::header;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder,
};

use Body::{Cbor, Events, Form, Html, Json, Nothing, Picture, Piece};
use ProblemCode as P;

/// A body of a request or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// None.
    Nothing,
    /// CBOR in zstd, by the rule of this name.
    Cbor(&'static str),
    /// JSON, by the schema of this name.
    Json(&'static str),
    /// A page for people.
    Html,
    /// What a page's form sends.
    Form,
    /// A stream of events.
    Events,
    /// A picture.
    Picture,
    /// Bytes of a file.
    Piece,
}

/// A call.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Its method, in small letters.
    pub method: &'static str,
    /// Its path.
    pub path: &'static str,
    /// What it does.
    pub does: &'static str,
    /// Whether the request must be signed.
    pub signed: bool,
    /// What it takes.
    pub takes: Body,
    /// The status of its good answer, and the answer.
    pub gives: (u16, Body),
    /// Problems of its own, beside those of every call.
    pub problems: &'static [ProblemCode],
}

const fn call(method: &'static str, path: &'static str, does: &'static str) -> Call {
    Call { method, path, does, signed: false, takes: Nothing, gives: (200, Nothing), problems: &[] }
}

impl Call {
    const fn signed(self) -> Self {
        Self { signed: true, ..self }
    }

    const fn takes(self, takes: Body) -> Self {
        Self { takes, ..self }
    }

    const fn gives(self, status: u16, body: Body) -> Self {
        Self { gives: (status, body), ..self }
    }

    const fn says(self, problems: &'static [ProblemCode]) -> Self {
        Self { problems, ..self }
    }
}

/// Every call of the router.
pub const CALLS: &[Call] = &[
    call("post", "/v1/push", "Changes of one replica in one space; a verdict for each, and a receipt.")
        .signed()
        .takes(Cbor("push-frame"))
        .gives(200, Cbor("push-reply"))
        .says(&[P::Malformed, P::TooLarge, P::Gap, P::Clash, P::StorageFull]),
    call("post", "/v1/pull", "One page of what the account sees in one space, from one snapshot.")
        .signed()
        .takes(Cbor("pull-request"))
        .gives(200, Cbor("page"))
        .says(&[P::Malformed, P::TooLarge, P::UpdateNeeded, P::ServerOld, P::Revoked]),
    call("post", "/v1/digest", "A digest that did not agree is narrowed, by pairs, buckets and records.")
        .signed()
        .takes(Cbor("digest-request"))
        .gives(200, Cbor("digest-reply"))
        .says(&[P::Malformed, P::TooLarge, P::UpdateNeeded, P::ServerOld, P::Revoked]),
    call("post", "/v1/divergences", "What came of a digest that did not agree.")
        .signed()
        .takes(Cbor("divergences"))
        .gives(204, Nothing)
        .says(&[P::Malformed, P::TooLarge, P::Revoked]),
    call(
        "post",
        "/v1/candidates",
        "Which records that the account sees may be the same as others of the county; no data of others.",
    )
    .signed()
    .takes(Cbor("candidate-request"))
    .gives(200, Cbor("candidate-reply"))
    .says(&[P::Malformed, P::TooLarge, P::UpdateNeeded, P::ServerOld, P::Revoked]),
    call("get", "/v1/events", "A stream of hints: the id of a space in which something is new.")
        .signed()
        .gives(200, Events)
        .says(&[P::Revoked]),
    call("post", "/v1/enrol", "A one-time code and a public key become a device.")
        .takes(Json("EnrolRequest"))
        .gives(200, Json("Enrolled"))
        .says(&[P::Malformed, P::BadCode, P::TooMany]),
    call("post", "/v1/join", "A phone that scanned a poster says who it is; signed by the key that it brings.")
        .takes(Json("JoinRequest"))
        .gives(200, Json("Enrolled"))
        .says(&[
            P::Malformed,
            P::TooLarge,
            P::BadSignature,
            P::ClockOff,
            P::Replayed,
            P::BadCode,
            P::PosterOver,
            P::Clash,
            P::TooMany,
        ]),
    call("get", "/v1/me", "Who the device's person is, and where they work now.")
        .signed()
        .gives(200, Json("Me"))
        .says(&[P::Revoked]),
    call(
        "get",
        "/v1/arrivals",
        "Phones that wait and people who joined by a poster, as far as the asker decides about them.",
    )
    .signed()
    .gives(200, Json("Arrivals"))
    .says(&[P::Revoked]),
    call("post", "/v1/arrivals/phone", "A supervisor says which six digits a waiting phone shows.")
        .signed()
        .takes(Json("PhoneSeen"))
        .gives(204, Nothing)
        .says(&[P::Malformed, P::Forbidden, P::NotFound, P::TooMany, P::Revoked]),
    call("post", "/v1/arrivals/newcomer", "A supervisor accepts or refuses somebody who joined by a poster.")
        .signed()
        .takes(Json("NewcomerSeen"))
        .gives(204, Nothing)
        .says(&[P::Malformed, P::Forbidden, P::NotFound, P::Revoked]),
    call("get", "/v1/history/{space}/{record}", "The admitted changes of a record, in order of pos.")
        .signed()
        .gives(200, Cbor("history"))
        .says(&[P::NotFound, P::Revoked]),
    call(
        "post",
        "/v1/people",
        "What colleagues are called, each with a record that the caller sees and that names them.",
    )
    .signed()
    .takes(Json("PeopleRequest"))
    .gives(200, Json("PeopleTold"))
    .says(&[P::Malformed, P::TooLarge, P::Revoked]),
    call("post", "/v1/reveal", "A hidden value is told for a reason, which stands in the audit.")
        .signed()
        .takes(Json("RevealRequest"))
        .gives(200, Json("Revealed"))
        .says(&[P::Malformed, P::Forbidden, P::NotFound, P::Revoked]),
    call(
        "post",
        "/v1/tracks",
        "A track that its person shares, or takes back; it is kept beside the journal and fades.",
    )
    .signed()
    .takes(Cbor("track-told"))
    .gives(204, Nothing)
    .says(&[P::Malformed, P::TooLarge, P::NotFound, P::Revoked]),
    call("get", "/v1/track/{space}/{patrol}", "What is left of a shared track, for supervisors of the place.")
        .signed()
        .gives(200, Cbor("track"))
        .says(&[P::NotFound, P::Revoked]),
    call("post", "/v1/login", "Login and password, or a first login's code and the password chosen, begin a session.")
        .takes(Json("LoginRequest"))
        .gives(200, Json("Session"))
        .says(&[P::Malformed, P::LoginFailed, P::Forbidden, P::TooMany]),
    call("post", "/v1/login/totp", "The second factor: set up, confirmed, shown, or replaced by a recovery code.")
        .takes(Json("SecondFactorRequest"))
        .gives(200, Json("Session"))
        .says(&[P::Malformed, P::NoSession, P::LoginFailed, P::Forbidden, P::TooMany]),
    call("get", "/v1/login/oidc", "Sends a browser to the office's own provider, if there is one.")
        .gives(303, Nothing)
        .says(&[P::NotFound, P::TooMany, P::Unavailable]),
    call("get", "/v1/login/oidc/back", "A browser is back from there: a session of whoever is linked.")
        .gives(200, Html)
        .says(&[P::Malformed, P::LoginFailed, P::NotFound, P::TooMany, P::Unavailable]),
    call("post", "/v1/refresh", "A session gets its next tokens; a token that comes twice ends it.")
        .takes(Json("RenewalRequest"))
        .gives(200, Json("Session"))
        .says(&[P::NoSession, P::Forbidden, P::TooMany]),
    call(
        "post",
        "/v1/password",
        "A person changes their own password; all their sessions end, and another one goes on.",
    )
    .takes(Json("PasswordRequest"))
    .gives(200, Json("Session"))
    .says(&[P::Malformed, P::NoSession, P::SecondFactor, P::LoginFailed, P::Forbidden, P::TooMany]),
    call("post", "/v1/logout", "The session ends.").gives(204, Nothing).says(&[P::NoSession, P::Forbidden]),
    call("get", "/v1/session", "Who is logged in, with which powers, and what the session still lacks.")
        .gives(200, Json("Session"))
        .says(&[P::NoSession]),
    call("get", "/v1/pictures/{space}/{record}/{hash}", "A picture of a record, for whoever sees the record.")
        .signed()
        .gives(200, Picture)
        .says(&[P::NotFound, P::Revoked]),
    call(
        "put",
        "/v1/pictures/{space}/{record}/{hash}/{offset}",
        "A piece of a picture, at the place where the last one ended; an empty one asks how much is there.",
    )
    .signed()
    .takes(Piece)
    .gives(200, Json("PictureTaken"))
    .says(&[P::Malformed, P::TooLarge, P::NotFound, P::StorageFull, P::Revoked]),
    call("post", "/v1/bundle", "A sealed bundle that somebody carried here; the reply is sealed to its author.")
        .signed()
        .takes(Cbor("seal"))
        .gives(200, Cbor("seal"))
        .says(&[P::BundleForeign, P::BundleDamaged, P::AuthorUnknown, P::StorageFull]),
    call("post", "/v1/handover", "What is left on a revoked phone; the phone purges only what the receipt names.")
        .signed()
        .takes(Cbor("seal"))
        .gives(200, Cbor("hand-over-receipt"))
        .says(&[P::TooLarge, P::Forbidden, P::BundleForeign, P::BundleDamaged]),
    call("get", "/v1/handover/{seal}", "Whether what was handed over under this hash is safe in a backup.")
        .signed()
        .gives(200, Json("Vouched"))
        .says(&[P::NotFound]),
    call("post", "/v1/purged", "The phone says that nothing of these spaces is left on it.")
        .signed()
        .takes(Json("Purged"))
        .gives(204, Nothing)
        .says(&[P::Malformed]),
    call("get", "/", "A plain page that says how the server goes.").gives(200, Html),
    call("get", "/setup", "The form that makes the first administrator.").gives(200, Html),
    call("post", "/setup", "Makes the first administrator.").takes(Form).gives(200, Html),
    call("get", "/health", "Whether the process answers.").gives(200, Json("Status")),
    call("get", "/ready", "Whether the database can be read and pushes can be taken.")
        .gives(200, Json("Status"))
        .says(&[P::Unavailable]),
    call("get", "/openapi.json", "This description.").gives(200, Json("Description")),
];

/// Problems that every signed call may answer with.
const SIGNED_PROBLEMS: &[ProblemCode] =
    &[P::TooMany, P::Unconfirmed, P::BadSignature, P::ClockOff, P::Replayed, P::UnknownDevice, P::Fault];

/// `GET /openapi.json`.
pub async fn openapi() -> Result<Response> {
    Ok(([(header::CONTENT_TYPE, "application/json")], text()).into_response())
}

/// The description as it is served and committed.
pub fn text() -> String {
    description().to_pretty_json().unwrap_or_default() + "\n"
}

fn description() -> OpenApi {
    let about = format!(
        "Header `{PROTOCOL_HEADER}` says the protocol version, in requests and answers. Signed calls bear an HTTP message \
         signature (RFC 9421, Ed25519) over method, path, query and content digest. Bodies in CBOR are packed with zstd; \
         `x-cddl` names their rule in docs/protocol/gridwalk.cddl. A session's calls are a device's, signed and with its \
         access token as bearer, or a browser's, with `__Host-` cookies, the own origin and `x-csrf-token`."
    );
    // The protocol's version, not the build's: strangers are not told what runs here.
    let version = format!("{}", PROTOCOL_VERSIONS[0]);
    let info = InfoBuilder::new().title("Gridwalk").version(version).description(Some(about));
    let mut paths = PathsBuilder::new();
    for call in CALLS {
        paths = paths.path(call.path, PathItem::new(method_of(call), operation(call)));
    }
    let signature = ApiKeyValue::with_description("signature", "HTTP message signature (RFC 9421), Ed25519");
    let mut components =
        ComponentsBuilder::new().security_scheme("signature", SecurityScheme::ApiKey(ApiKey::Header(signature)));
    for (name, schema) in schemas()
        .into_iter()
        .chain(people::arrivals())
        .chain(people::session_schemas())
        .chain([("JoinRequest", people::join_schema())])
    {
        components = components.schema(name, schema);
    }
    OpenApiBuilder::new().info(info.build()).paths(paths.build()).components(Some(components.build())).build()
}

fn method_of(call: &Call) -> HttpMethod {
    match call.method {
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        _ => HttpMethod::Get,
    }
}

fn operation(call: &Call) -> OperationBuilder {
    let (status, body) = call.gives;
    let mut good = ResponseBuilder::new().description("done");
    if let Some((kind, content)) = content(body) {
        good = good.content(kind, content);
    }
    let mut operation = OperationBuilder::new().summary(Some(call.does)).response(status.to_string(), good.build());
    for name in call.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        let parameter = ParameterBuilder::new()
            .name(name.0)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(text_schema()));
        operation = operation.parameter(parameter);
    }
    if let Some((kind, content)) = content(call.takes) {
        let body = RequestBodyBuilder::new().content(kind, content).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    let usual: &[ProblemCode] = if call.signed { SIGNED_PROBLEMS } else { &[] };
    let mut problems: Vec<&ProblemCode> = call.problems.iter().chain(usual).collect();
    problems.sort_by_key(|p| (p.status(), p.name()));
    for same in problems.chunk_by(|a, b| a.status() == b.status()) {
        let codes: Vec<&str> = same.iter().map(|p| p.name()).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let told = ResponseBuilder::new().description(codes.join(", ")).content(Problem::CONTENT_TYPE, content);
        operation = operation.response(same[0].status().to_string(), told.build());
    }
    if call.signed {
        operation = operation.security(SecurityRequirement::new::<_, [&str; 0], &str>("signature", []));
    }
    operation
}

fn content(body: Body) -> Option<(&'static str, Content)> {
    let bare = || ContentBuilder::new().schema(Some(text_schema())).build();
    match body {
        Nothing => None,
        Cbor(rule) => {
            let named = ExtensionsBuilder::new().add("x-cddl", json!(rule)).build();
            Some((CBOR, ContentBuilder::new().extensions(Some(named)).build()))
        }
        Json(name) => {
            Some(("application/json", ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build()))
        }
        Html => Some(("text/html", bare())),
        Form => Some(("application/x-www-form-urlencoded", bare())),
        Events => Some(("text/event-stream", bare())),
        Picture => Some(("image/*", bare())),
        Piece => Some(("application/octet-stream", bare())),
    }
}

fn text_schema() -> Schema {
    typed(Type::String)
}

fn typed(kind: Type) -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(kind).build())
}

fn list_of(item: impl Into<RefOr<Schema>>) -> Schema {
    Schema::Array(ArrayBuilder::new().items(item.into()).build())
}

/// An object of these fields, and of some that may be missing.
fn object(fields: Vec<(&str, RefOr<Schema>)>, optional: Vec<(&str, RefOr<Schema>)>) -> Schema {
    let mut made = ObjectBuilder::new();
    for (name, schema) in fields {
        made = made.property(name, schema).required(name);
    }
    for (name, schema) in optional {
        made = made.property(name, schema);
    }
    Schema::Object(made.build())
}

/// Bodies in JSON, by name; a test holds them against what is really sent.
fn schemas() -> Vec<(&'static str, Schema)> {
    let text = || RefOr::T(text_schema());
    let number = || RefOr::T(typed(Type::Integer));
    let texts = || RefOr::T(list_of(text_schema()));
    let listed = |name: &str| RefOr::T(list_of(Ref::from_schema_name(name)));
    let spaces = || listed("SpaceInfo");
    let yes = RefOr::T(typed(Type::Boolean));
    vec![
        (
            "Enrolled",
            object(
                vec![
                    ("device", text()),
                    ("account", text()),
                    ("name", text()),
                    ("roles", texts()),
                    ("server_key", text()),
                    ("spaces", spaces()),
                    ("now", number()),
                ],
                vec![],
            ),
        ),
        (
            "Me",
            object(
                vec![
                    ("account", text()),
                    ("name", text()),
                    ("roles", texts()),
                    ("spaces", spaces()),
                    ("now", number()),
                ],
                vec![("pins", texts())],
            ),
        ),
        (
            "SpaceInfo",
            object(vec![("space", text()), ("reference", yes), ("name", text()), ("units", texts())], vec![]),
        ),
        ("Purged", object(vec![("spaces", texts())], vec![])),
        ("PeopleRequest", object(vec![("people", listed("PersonMet"))], vec![])),
        ("PersonMet", object(vec![("account", text()), ("space", text()), ("record", text())], vec![])),
        ("PeopleTold", object(vec![("people", listed("PersonNamed"))], vec![])),
        ("PersonNamed", object(vec![("account", text()), ("name", text())], vec![])),
        (
            "RevealRequest",
            object(vec![("space", text()), ("record", text()), ("field", text()), ("reason", text())], vec![]),
        ),
        ("Revealed", object(vec![("values", texts())], vec![])),
        ("Vouched", object(vec![("safe", RefOr::T(typed(Type::Boolean)))], vec![])),
        ("PictureTaken", object(vec![("offset", number()), ("stored", RefOr::T(typed(Type::Boolean)))], vec![])),
        (
            "Problem",
            object(
                vec![("type", text()), ("status", number()), ("code", text()), ("detail", text())],
                vec![
                    ("expected", number()),
                    ("seq", number()),
                    ("now", number()),
                    ("retry_after_s", number()),
                    ("request_id", text()),
                ],
            ),
        ),
        ("Status", object(vec![("status", text())], vec![("spaces", number())])),
        ("Description", object(vec![("openapi", text())], vec![])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::{ClearText, LoginRequest, PasswordRequest, RenewalRequest, SecondFactorRequest, SessionTold};
    use crate::router::ROUTES;
    use gridwalk_model::id::{AccountId, DeviceId, RecordId, SpaceId};
    use gridwalk_sync::arrival::{Arrivals, ArrivedPhone, Newcomer, NewcomerSeen, PhoneSeen};
    use gridwalk_sync::enrol::{EnrolRequest, Enrolled, JoinRequest, Me, Purged, SpaceInfo, Vouched};
    use gridwalk_sync::people::{PeopleRequest, PeopleTold, PersonMet, PersonNamed};
    use gridwalk_sync::picture::PictureTaken;
    use gridwalk_sync::reveal::{RevealRequest, Revealed};
    use serde_json::Value;
    use std::collections::BTreeSet;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol/openapi.json");
    const CONTRACT: &str = include_str!("../../docs/protocol/gridwalk.cddl");

    #[test]
    fn every_route_is_described_and_every_description_is_a_route() {
        let routes: BTreeSet<(&str, &str)> =
            ROUTES.iter().flat_map(|(path, methods)| methods.iter().map(move |m| (*path, *m))).collect();
        let calls: BTreeSet<(&str, &str)> = CALLS.iter().map(|c| (c.path, c.method)).collect();
        similar_asserts::assert_eq!(routes, calls);
        let told: Value = serde_json::from_str(&text()).unwrap();
        let paths = told["paths"].as_object().unwrap();
        let told: BTreeSet<(&str, &str)> = paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| (path.as_str(), m.as_str())))
            .collect();
        similar_asserts::assert_eq!(routes, told);
    }

    /// `GRIDWALK_WRITE_GOLDEN=1 cargo test -p gridwalk-server openapi` writes the file anew.
    #[test]
    fn the_description_that_is_committed_is_the_one_that_is_served() {
        if std::env::var_os("GRIDWALK_WRITE_GOLDEN").is_some() {
            std::fs::write(COMMITTED, text()).unwrap();
        }
        similar_asserts::assert_eq!(std::fs::read_to_string(COMMITTED).unwrap_or_default(), text());
    }

    #[test]
    fn bodies_in_cbor_name_rules_that_are_there() {
        for call in CALLS {
            for body in [call.takes, call.gives.1] {
                if let Cbor(rule) = body {
                    assert!(CONTRACT.contains(&format!("\n{rule} = ")), "{}: no rule {rule}", call.path);
                }
            }
        }
    }

    /// What somebody says who joins.
    fn joins() -> Value {
        let (text, account) = (String::new, AccountId::default());
        json!(JoinRequest {
            code: text(),
            device: DeviceId::default(),
            account,
            public_key: text(),
            device_name: text(),
            name: text(),
            phone: text(),
            agreed_at: 1,
            sentence: 1
        })
    }

    /// Who arrived, as it is told and answered.
    fn arrived() -> [(&'static str, Value); 6] {
        let (text, account) = (String::new, AccountId::default());
        [
            (
                "EnrolRequest",
                json!(EnrolRequest { code: text(), public_key: text(), device_name: text(), account: Some(account) }),
            ),
            ("Arrivals", json!(Arrivals::default())),
            (
                "ArrivedPhone",
                json!(ArrivedPhone {
                    device: DeviceId::default(),
                    device_name: text(),
                    account,
                    name: text(),
                    roles: vec![],
                    units: vec![],
                    since: 0
                }),
            ),
            ("Newcomer", json!(Newcomer { account, name: text(), phone: text(), unit: text(), joined_at: 0 })),
            ("PhoneSeen", json!(PhoneSeen { device: DeviceId::default(), digits: text() })),
            ("NewcomerSeen", json!(NewcomerSeen { account, accepted: false, reason: "x".into() })),
        ]
    }

    #[test]
    fn bodies_in_json_have_the_fields_that_are_sent() {
        let space = || SpaceInfo { space: SpaceId::default(), reference: true, name: String::new(), units: vec![] };
        let (text, clear, account) = (String::new, ClearText::default, AccountId::default());
        let met = PersonMet { account, space: SpaceId::default(), record: RecordId::default() };
        let problem = Problem {
            expected: Some(1),
            seq: Some(1),
            now: Some(1),
            retry_after_s: Some(1),
            request_id: Some(text()),
            ..Problem::new(ProblemCode::Gap, "")
        };
        let sent = [
            ("JoinRequest", joins()),
            (
                "Enrolled",
                json!(Enrolled {
                    device: DeviceId::default(),
                    account,
                    name: text(),
                    roles: vec![],
                    server_key: text(),
                    spaces: vec![space()],
                    now: 0
                }),
            ),
            ("Me", json!(Me { account, name: text(), roles: vec![], spaces: vec![], pins: vec![text()], now: 0 })),
            ("SpaceInfo", json!(space())),
            ("Purged", json!(Purged { spaces: vec![] })),
            ("PeopleRequest", json!(PeopleRequest { people: vec![met] })),
            ("PersonMet", json!(met)),
            ("PeopleTold", json!(PeopleTold { people: vec![] })),
            ("PersonNamed", json!(PersonNamed { account, name: text() })),
            (
                "RevealRequest",
                json!(RevealRequest {
                    space: SpaceId::default(),
                    record: RecordId::default(),
                    field: text(),
                    reason: text()
                }),
            ),
            ("Revealed", json!(Revealed { values: vec![] })),
            ("PasswordRequest", json!(PasswordRequest { old: clear(), new: clear() })),
            ("LoginRequest", json!(LoginRequest { login: text(), password: clear(), code: Some(clear()) })),
            ("SecondFactorRequest", json!(SecondFactorRequest::Code { code: clear() })),
            ("RenewalRequest", json!(RenewalRequest { renewal: Some(clear()) })),
            (
                "Session",
                json!(SessionTold {
                    csrf_token: Some(text()),
                    access: Some(text()),
                    renewal: Some(text()),
                    secret: Some(text()),
                    secret_uri: Some(text()),
                    recovery_codes: Some(vec![]),
                    recovery_left: Some(0),
                    ..SessionTold::default()
                }),
            ),
            ("Vouched", json!(Vouched { safe: true })),
            ("PictureTaken", json!(PictureTaken { offset: 0, stored: false })),
            ("Problem", json!(problem)),
        ];
        let told: Value = serde_json::from_str(&super::text()).unwrap();
        for (name, sent) in sent.into_iter().chain(arrived()) {
            let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
            let schema = &told["components"]["schemas"][name]["properties"];
            assert_eq!(fields(schema), fields(&sent), "{name}");
        }
    }
}
