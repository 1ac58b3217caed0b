//! The matrix: every route of the OpenAPI document, asked by everybody about what is theirs, what is others' and what is
//! nobody's.
//!
//! A route that is described and not in [`ROUTES`] fails the test: whoever adds one says here what everybody is answered.

#![expect(clippy::unnecessary_wraps, reason = "one shape for all that is asked: some have no such thing")]

use crate::phone::{Phone, Typed};
use crate::world::{World, problem, record, unit, write_unit};
use axum::body::Body;
use ed25519_dalek::SigningKey;
use gridwalk_model::candidate::CandidateRequest;
use gridwalk_model::digest::{Ask, DigestRequest, Divergence, Outcome};
use gridwalk_model::exchange::Epoch;
use gridwalk_model::geo::Point;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId};
use gridwalk_model::op::Op;
use gridwalk_model::picture::{Media, Picture};
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_model::track::TrackPoint;
use gridwalk_model::wish::Wish;
use gridwalk_server::admin::{Admin, Password};
use gridwalk_server::login::{carrier, session};
use gridwalk_server::store::JoinedRow;
use gridwalk_server::store::tracks::SharedTrack;
use gridwalk_server::{Clock as _, grant, server, tree};
use gridwalk_sync::arrival::{NewcomerSeen, PhoneSeen};
use gridwalk_sync::enrol::{JoinRequest, Purged};
use gridwalk_sync::people::{PeopleRequest, PersonMet};
use gridwalk_sync::picture;
use gridwalk_sync::reveal::RevealRequest;
use gridwalk_sync::track_codec::{self, TrackTold};
use gridwalk_sync::{PROTOCOL_HEADER, candidate_codec, compress, digest_codec, frame_codec, page_codec};
use http_body_util::BodyExt;
use std::collections::{BTreeMap, BTreeSet};
use tower::ServiceExt;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Nobody,
    Revoked,
    PhoneOne,
    /// Another device of the same account.
    PhoneTwo,
    SupervisorHere,
    SupervisorThere,
    Administrator,
    Auditor,
    Volunteer,
    /// Somebody who joined by a poster.
    Newcomer,
    /// Who answers the telephone, and may be shown whoever reported.
    Officer,
    /// A gridworker without a phone, in a session of a browser: nothing that they send is signed.
    Browser,
}

use Who::{
    Administrator, Auditor, Browser, Newcomer, Nobody, Officer, PhoneOne, PhoneTwo, Revoked, SupervisorHere,
    SupervisorThere, Volunteer,
};

const EVERYBODY: [Who; 12] = [
    Nobody,
    Revoked,
    PhoneOne,
    PhoneTwo,
    SupervisorHere,
    SupervisorThere,
    Administrator,
    Auditor,
    Volunteer,
    Newcomer,
    Officer,
    Browser,
];

/// Who is answered the same whatever they ask about, so that they ask about what there is.
const fn asks_in_vain(who: Who) -> bool {
    matches!(who, Nobody | Revoked | Browser)
}

/// Whose thing a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Own,
    Foreign,
    Unknown,
}

use Whose::{Foreign, Own, Unknown};

/// What a request is made of.
enum Asks {
    /// It is about nothing in particular: a body, the same for everybody.
    Nothing(fn(&Town) -> Vec<u8>),
    /// It names something in its path; `None` where somebody has no such thing.
    Path(fn(&Town, Who, Whose) -> Option<String>),
    /// It names something in its body.
    Body(fn(&Town, Who, Whose) -> Option<Vec<u8>>),
}

/// What a route answers.
enum Answers {
    /// The same to everybody, signed or not.
    Alike(u16),
    /// Nobody 401, a revoked device the first; everybody else the second for what is theirs, and 404 for what is not.
    Signed { revoked: u16, own: u16 },
    /// The same, but what is theirs is shown to a few only; the others are told that it is not for them.
    Few { own: u16, few: &'static [Who] },
    /// The same, but what is others' and what is nobody's is answered as well, and alike to the last byte.
    Told { revoked: u16, own: u16 },
    /// Who is in a session is answered; everybody else 401, signed or not.
    Session(u16),
}

struct Route {
    method: &'static str,
    path: &'static str,
    asks: Asks,
    answers: Answers,
}

const fn route(method: &'static str, path: &'static str, asks: Asks, answers: Answers) -> Route {
    Route { method, path, asks, answers }
}

const GONE: u16 = 403;

const ROUTES: &[Route] = &[
    route("post", "/v1/push", Asks::Nothing(|_| b"no frame".to_vec()), Answers::Signed { revoked: 400, own: 400 }),
    route("post", "/v1/pull", Asks::Body(pull), Answers::Signed { revoked: GONE, own: 200 }),
    route("post", "/v1/digest", Asks::Body(digest), Answers::Signed { revoked: GONE, own: 200 }),
    route("post", "/v1/divergences", Asks::Body(reports), Answers::Told { revoked: GONE, own: 204 }),
    route("post", "/v1/candidates", Asks::Body(candidates), Answers::Signed { revoked: GONE, own: 200 }),
    route("get", "/v1/events", Asks::Nothing(nothing), Answers::Signed { revoked: GONE, own: 200 }),
    route("post", "/v1/enrol", Asks::Nothing(wrong_code), Answers::Alike(403)),
    route("post", "/v1/join", Asks::Nothing(others_key), Answers::Alike(401)),
    route("get", "/v1/me", Asks::Nothing(nothing), Answers::Signed { revoked: GONE, own: 200 }),
    route("get", "/v1/arrivals", Asks::Nothing(nothing), Answers::Signed { revoked: GONE, own: 200 }),
    // Whoever is in the asker's hand is told that the digits differ; others and nobody are one answer.
    route("post", "/v1/arrivals/phone", Asks::Body(phone_seen), Answers::Signed { revoked: GONE, own: GONE }),
    route("post", "/v1/arrivals/newcomer", Asks::Body(newcomer_seen), Answers::Signed { revoked: GONE, own: GONE }),
    route("get", "/v1/history/{space}/{record}", Asks::Path(history), Answers::Signed { revoked: GONE, own: 200 }),
    route("post", "/v1/people", Asks::Body(people), Answers::Told { revoked: GONE, own: 200 }),
    route("post", "/v1/reveal", Asks::Body(reveal), Answers::Few { own: 200, few: &[Officer] }),
    route("post", "/v1/tracks", Asks::Body(track_told), Answers::Signed { revoked: GONE, own: 204 }),
    route("get", "/v1/track/{space}/{patrol}", Asks::Path(track), Answers::Signed { revoked: GONE, own: 200 }),
    // Whose session it is, its cookies say: only a browser has one here. A phone's own session the stories of logins tell.
    route("post", "/v1/login", Asks::Nothing(|_| b"no login".to_vec()), Answers::Alike(400)),
    route("post", "/v1/login/totp", Asks::Nothing(|_| br#"{"act":"set_up"}"#.to_vec()), Answers::Session(200)),
    route("get", "/v1/login/oidc", Asks::Nothing(nothing), Answers::Alike(404)),
    route("get", "/v1/login/oidc/back", Asks::Nothing(nothing), Answers::Alike(404)),
    route("post", "/v1/refresh", Asks::Nothing(nothing), Answers::Session(200)),
    route("post", "/v1/password", Asks::Nothing(other_password), Answers::Session(200)),
    route("post", "/v1/logout", Asks::Nothing(nothing), Answers::Session(204)),
    route("get", "/v1/session", Asks::Nothing(nothing), Answers::Session(200)),
    route(
        "get",
        "/v1/pictures/{space}/{record}/{hash}",
        Asks::Path(picture_asked),
        Answers::Signed { revoked: GONE, own: 200 },
    ),
    route(
        "put",
        "/v1/pictures/{space}/{record}/{hash}/{offset}",
        Asks::Path(picture_piece),
        Answers::Signed { revoked: GONE, own: 200 },
    ),
    route("post", "/v1/bundle", Asks::Nothing(sealed_by_nobody), Answers::Signed { revoked: 400, own: 400 }),
    route("post", "/v1/handover", Asks::Nothing(sealed_by_nobody), Answers::Signed { revoked: 400, own: 400 }),
    route("get", "/v1/handover/{seal}", Asks::Path(seal), Answers::Signed { revoked: 200, own: 200 }),
    route("post", "/v1/purged", Asks::Body(purged), Answers::Told { revoked: 204, own: 204 }),
    route("get", "/", Asks::Nothing(nothing), Answers::Alike(200)),
    route("get", "/setup", Asks::Nothing(nothing), Answers::Alike(404)),
    route("post", "/setup", Asks::Nothing(|_| b"no form".to_vec()), Answers::Alike(415)),
    route("get", "/health", Asks::Nothing(nothing), Answers::Alike(200)),
    route("get", "/ready", Asks::Nothing(nothing), Answers::Alike(200)),
    route("get", "/openapi.json", Asks::Nothing(nothing), Answers::Alike(200)),
];

const HERE: RecordId = record(1);
const DOOR: RecordId = record(2);
const THERE: RecordId = record(3);
const PATROL: RecordId = record(4);
const REPORT: RecordId = record(5);
const MATTER: RecordId = record(6);
const NOWHERE: RecordId = record(99);
const WAITS_HERE: DeviceId = DeviceId([0x51; 16]);
const WAITS_THERE: DeviceId = DeviceId([0x52; 16]);

const REPORTER: &str = "13933334444";
const PASSWORD: &str = "correct horse battery";

/// Two villages, what stands in them, and everybody who may ask; and a county beside theirs, in which nobody of them works.
struct Town {
    world: World,
    elsewhere: SpaceId,
    reader: AccountId,
    phones: BTreeMap<Who, Phone>,
    seals: BTreeMap<Who, Hash>,
    track: Vec<TrackPoint>,
}

impl Town {
    fn new() -> Self {
        let world = World::new();
        let posts = [
            (Revoked, 2, 11, "gridworker"),
            (PhoneOne, 1, 11, "gridworker"),
            (SupervisorHere, 3, 10, "village_supervisor"),
            (SupervisorThere, 4, 20, "village_supervisor"),
            (Administrator, 5, 2, "system_admin"),
            (Auditor, 6, 2, "security_auditor"),
            (Volunteer, 7, 11, "volunteer"),
            (Newcomer, 9, 11, "newcomer"),
            (Officer, 10, 10, "duty_officer"),
        ];
        let mut phones: BTreeMap<Who, Phone> = BTreeMap::new();
        for (who, n, of, role) in posts {
            let phone = world.phone(n);
            world.grant_kinds(&phone, of, role, &[]);
            phones.insert(who, phone);
        }
        let (account, device) = (phones[&PhoneOne].account, DeviceId([8; 16]));
        let key = SigningKey::from_bytes(&[8; 32]);
        world.enrol(account, device, &key);
        phones.insert(PhoneTwo, Phone::new(account, device, ReplicaId([8; 16]), key));
        let reader = world.phone(12);
        world.grant_kinds(&reader, 11, "gridworker", &[]);
        let password = Password::chosen(PASSWORD).unwrap();
        Admin::new(world.server.clone()).set_password("person 12", Some(&password)).unwrap();
        let elsewhere = another_county(&world);
        let (reader, seals, track) = (reader.account, BTreeMap::new(), Vec::new());
        Self { world, elsewhere, reader, phones, seals, track }.settled()
    }

    /// Things to ask about: buildings and a door, a shared track, and what three phones handed over.
    fn settled(mut self) -> Self {
        let world = &self.world;
        let mut one = self.phones[&PhoneOne].clone();
        let started = world.server.running().options.clock.now();
        let patrol = vec![Op::put("unit", unit(11).record()), Op::put("started", started.0)];
        let changes = [
            one.building(world, HERE, 11, "here"),
            one.dwelling(world, DOOR, HERE, 11),
            one.save(world, Typed { record: PATROL, kind: "patrol", unit: 11, ops: patrol, seen: vec![] }),
        ];
        assert_eq!(one.verdicts(world, &changes), ["applied"; 3]);
        let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "x"), Op::put("reporter_phone", REPORTER)];
        let matter = one.save(world, Typed { record: MATTER, kind: "case", unit: 11, ops, seen: vec![] });
        assert_eq!(one.verdicts(world, &[matter]), ["applied"]);
        let mut there = self.phones[&SupervisorThere].clone();
        let building = there.building(world, THERE, 21, "there");
        assert_eq!(there.verdicts(world, &[building]), ["applied"]);
        for (phone, record, of) in [(&mut one, HERE, 11), (&mut there, THERE, 21)] {
            let ops = vec![attach(record)];
            let change = phone.save(world, Typed { record, kind: "building", unit: of, ops, seen: vec![] });
            assert_eq!(phone.verdicts(world, &[change]), ["applied"]);
            let path = picture::piece_path(world.space, record, picture_of(record), 0);
            let (status, body) = world.send(phone.request(world, "PUT", &path, content(record)));
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        }
        let mut newcomer = self.phones[&Newcomer].clone();
        let submit = Op::Step { step: "submit".into(), to: "unverified".into(), answers: BTreeMap::new() };
        let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "seen"), submit];
        let report = newcomer.save(world, Typed { record: REPORT, kind: "case", unit: 11, ops, seen: vec![] });
        let ops = vec![attach(REPORT)];
        let pictured = newcomer.save(world, Typed { record: REPORT, kind: "case", unit: 11, ops, seen: vec![] });
        assert_eq!(newcomer.verdicts(world, &[report, pictured]), ["applied"; 2]);
        let path = picture::piece_path(world.space, REPORT, picture_of(REPORT), 0);
        assert_eq!(world.send(newcomer.request(world, "PUT", &path, content(REPORT))).0, 200);
        self.phones.insert(Newcomer, newcomer);
        self.track = vec![TrackPoint { at: Point::from_degrees(30.5, 120.9).unwrap(), when: started }];
        let track = self.track.clone();
        let shared = SharedTrack { patrol: PATROL, space: world.space, account: one.account, track };
        world.server.running().tracks.put(&shared, started).unwrap();
        for (who, n) in [(PhoneOne, 1), (SupervisorThere, 2), (Revoked, 3)] {
            let (seal, device) = (Hash([n; 32]), self.phones[&who].device);
            world.server.write(|w| w.tx.hand_over_put(seal, device, w.now, b"sealed")).unwrap();
            self.seals.insert(who, seal);
        }
        self.phones.extend([(PhoneOne, one), (SupervisorThere, there)]);
        self.seals.insert(PhoneTwo, self.seals[&PhoneOne]);
        let joined = JoinedRow {
            account: self.phones[&Newcomer].account,
            poster: 1,
            device: self.phones[&Newcomer].device,
            phone: "13957354321".to_owned(),
            agreed_at: started,
            sentence: 1,
            joined_at: started,
            refused_at: None,
            reason: String::new(),
        };
        world.server.write(|w| w.tx.joined_put(&joined)).unwrap();
        for (n, of, device) in [(0x51, 11, WAITS_HERE), (0x52, 21, WAITS_THERE)] {
            let waits = world.phone(n);
            world.grant_kinds(&waits, of, "gridworker", &[]);
            world.server.write(|w| w.tx.device_waiting_put(device, w.now)).unwrap();
        }
        let revoked = self.phones[&Revoked].device;
        world.server.write(|w| grant::revoke(w, revoked, None)).unwrap();
        self
    }

    /// A request of somebody.
    fn request(&self, who: Who, method: &str, path: &str, body: Vec<u8>) -> http::Request<Vec<u8>> {
        let method = method.to_uppercase();
        if let Some(phone) = self.phones.get(&who) {
            return phone.request(&self.world, &method, path, body);
        }
        let request = http::Request::builder().method(&*method).uri(path).header(PROTOCOL_HEADER, "1");
        let request = if who == Browser { self.in_a_session(request) } else { request };
        request.body(body).unwrap()
    }

    /// A request of a page of this server, in a session of its own: some of what is asked ends it.
    fn in_a_session(&self, request: http::request::Builder) -> http::request::Builder {
        let opened = self.world.server.write(|w| session::begin(w, self.reader, None)).unwrap().unwrap();
        let (access, renewal) = (opened.access.text(), opened.renewal.unwrap().text());
        let cookies = format!("{}={access}; {}={renewal}", carrier::ACCESS_COOKIE, carrier::RENEWAL_COOKIE);
        let csrf = carrier::csrf_token(self.world.server.running(), opened.session.id);
        let request = request.header("host", "grid.example").header("origin", "https://grid.example");
        request.header("cookie", cookies).header(carrier::CSRF_HEADER, csrf)
    }

    /// What is answered: status, kind, and the bytes, unless it is a stream that never ends.
    fn ask(&self, who: Who, method: &str, path: &str, body: Vec<u8>) -> Answer {
        let request = self.request(who, method, path, body).map(Body::from);
        self.world.runtime.block_on(async {
            let response = self.world.server.router().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
            let kind = kind.to_owned();
            let endless = kind.starts_with("text/event-stream");
            let body =
                if endless { Vec::new() } else { response.into_body().collect().await.unwrap().to_bytes().to_vec() };
            Answer { status, kind, body }
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

fn nothing(_: &Town) -> Vec<u8> {
    Vec::new()
}

/// A county of the same city with its own space.
fn another_county(world: &World) -> SpaceId {
    let wishes = [Wish::put("name", "elsewhere"), Wish::put("level", "county"), Wish::put("parent", unit(1).record())];
    let made = world.server.write(|w| {
        let space = server::make_space(w, "elsewhere", false)?;
        write_unit(w, world.admin, world.reference, unit(3), &wishes)?;
        tree::assign_space(w, unit(3), space)?;
        Ok(space)
    });
    made.unwrap()
}

fn other_password(_: &Town) -> Vec<u8> {
    format!(r#"{{"old":"{PASSWORD}","new":"another correct horse"}}"#).into_bytes()
}

/// A phone tells that a digest did not agree.
fn reports(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let report = Divergence {
        id: [whose as u8; 16],
        space: space(town, who, whose),
        found_at: town.world.clock.now(),
        kinds: Vec::new(),
        keys: Vec::new(),
        missing: 1,
        other: 0,
        extra: 0,
        damaged: 0,
        repaired: 1,
        outcome: Outcome::Repaired,
    };
    Some(compress::pack(&digest_codec::reports_bytes(&[report])))
}

fn purged(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    serde_json::to_vec(&Purged { spaces: vec![space(town, who, whose)] }).ok()
}

fn wrong_code(_: &Town) -> Vec<u8> {
    br#"{"code":"AAAA-AAAA-AAAA","public_key":"00","device_name":"x"}"#.to_vec()
}

/// Somebody who joins with a key that none of those who ask holds.
fn others_key(_: &Town) -> Vec<u8> {
    let key = SigningKey::from_bytes(&[77; 32]).verifying_key();
    let request = JoinRequest {
        code: "x".to_owned(),
        device: DeviceId([77; 16]),
        account: AccountId([77; 16]),
        public_key: data_encoding::BASE64URL_NOPAD.encode(key.as_bytes()),
        device_name: "x".to_owned(),
        name: "x".to_owned(),
        phone: "13800000000".to_owned(),
        agreed_at: 1,
        sentence: 1,
    };
    serde_json::to_vec(&request).unwrap()
}

fn sealed_by_nobody(_: &Town) -> Vec<u8> {
    compress::pack(b"nothing that anybody sealed")
}

/// A phone that waits: in the village where the asker supervises, in the other one, or none. Nobody else decides about any.
fn phone_seen(_: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let device = match (who, whose) {
        (SupervisorThere, Own) | (SupervisorHere, Foreign) => WAITS_THERE,
        (_, Foreign) => WAITS_HERE,
        (_, Own) if who == SupervisorHere || asks_in_vain(who) => WAITS_HERE,
        (_, Own) => return None,
        (_, Unknown) => DeviceId([0x77; 16]),
    };
    serde_json::to_vec(&PhoneSeen { device, digits: "no digits".to_owned() }).ok()
}

/// Somebody who joined, the same; the answer that they are refused without a reason shows who may decide.
fn newcomer_seen(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let joined = town.phones[&Newcomer].account;
    let account = match (who, whose) {
        (_, Own) if who == SupervisorHere || asks_in_vain(who) => joined,
        (_, Own) => return None,
        (SupervisorHere, Foreign) => town.phones[&SupervisorThere].account,
        // Among them the one who joined: nobody decides about themselves.
        (_, Foreign) => joined,
        (_, Unknown) => AccountId([0x77; 16]),
    };
    serde_json::to_vec(&NewcomerSeen { account, accepted: false, reason: String::new() }).ok()
}

/// A space: the county's for whoever works there, and that of units for administration; the county beside it is others'.
fn space(town: &Town, who: Who, whose: Whose) -> SpaceId {
    match (whose, who) {
        (Own, Administrator | Auditor) => town.world.reference,
        (Own, _) => town.world.space,
        (Foreign, _) => town.elsewhere,
        (Unknown, _) => SpaceId([0x77; 16]),
    }
}

fn pull(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let phone = town.phones.get(&who).unwrap_or(&town.phones[&PhoneOne]);
    let request = phone.pull_request(space(town, who, whose), 1 << 16, &[]);
    Some(compress::pack(&page_codec::request_bytes(&request)))
}

fn digest(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let at = TimelineId::default();
    let (epoch, ask) = (Epoch { timeline: at, n: 0 }, Ask::Pairs(Vec::new()));
    let space = space(town, who, whose);
    let request = DigestRequest { space, cursor: (at, 0), epoch, fold_version: FOLD_VERSION, ask };
    Some(compress::pack(&digest_codec::request_bytes(&request)))
}

fn candidates(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let request = CandidateRequest { space: space(town, who, whose), since: None, after: None, held: Vec::new() };
    Some(compress::pack(&candidate_codec::request_bytes(&request)))
}

/// A record: in the village where somebody works, in the other one, or nowhere. A volunteer walks the grid and is shown no
/// door in it; administration sees units, and nothing that stands in them.
fn subject(town: &Town, who: Who, whose: Whose) -> (SpaceId, RecordId) {
    let (county, reference) = (town.world.space, town.world.reference);
    match (whose, who) {
        (Own, Administrator | Auditor) => (reference, unit(11).record()),
        (Own, SupervisorThere) => (county, THERE),
        // Whoever nobody knows has what they wrote; what stands around it is others'.
        (Own, Newcomer) => (county, REPORT),
        (Own, _) | (Foreign, SupervisorThere | Administrator | Auditor | Newcomer) => (county, HERE),
        (Foreign, Volunteer) => (county, DOOR),
        (Foreign, _) => (county, THERE),
        (Unknown, _) => (county, NOWHERE),
    }
}

fn history(town: &Town, who: Who, whose: Whose) -> Option<String> {
    let (space, record) = subject(town, who, whose);
    Some(format!("/v1/history/{space}/{record}"))
}

/// Who reported a matter is shown to the officer, for a reason; no newcomer is shown it, not even themselves, and no building
/// has anything of the kind.
fn reveal(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let (space, record) = match (who, whose) {
        (Officer, Own) => (town.world.space, MATTER),
        _ => subject(town, who, whose),
    };
    let field = if [Newcomer, Officer].contains(&who) { "reporter_phone" } else { "name" };
    let asked = RevealRequest { space, record, field: field.to_owned(), reason: "curiosity".to_owned() };
    Some(serde_json::to_vec(&asked).unwrap())
}

/// What nobody may be told is answered like what nobody knows: with no name.
fn people(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let (space, record) = subject(town, who, whose);
    let people = vec![PersonMet { account: town.phones[&PhoneOne].account, space, record }];
    Some(serde_json::to_vec(&PeopleRequest { people }).unwrap())
}

fn patrol(who: Who, whose: Whose, sees: &[Who]) -> Option<RecordId> {
    match whose {
        Unknown => Some(NOWHERE),
        Own => (sees.contains(&who) || asks_in_vain(who)).then_some(PATROL),
        Foreign => Some(if sees.contains(&who) { HERE } else { PATROL }),
    }
}

fn track(town: &Town, who: Who, whose: Whose) -> Option<String> {
    let patrol = patrol(who, whose, &[PhoneOne, PhoneTwo, SupervisorHere])?;
    Some(format!("/v1/track/{}/{patrol}", town.world.space))
}

/// A track told of anew: its own person's only.
fn track_told(town: &Town, who: Who, whose: Whose) -> Option<Vec<u8>> {
    let patrol = patrol(who, whose, &[PhoneOne, PhoneTwo])?;
    let told = TrackTold { space: town.world.space, patrol, track: Some(town.track.clone()) };
    Some(compress::pack(&track_codec::told_bytes(&told)))
}

/// A picture: of a building in the village where somebody works, of one in the other, or of nothing that stands anywhere.
/// Administration sees no building.
fn picture_asked(town: &Town, who: Who, whose: Whose) -> Option<String> {
    let record = match (whose, who) {
        (Own, Administrator | Auditor | Volunteer) => return None,
        (Own, SupervisorThere) => THERE,
        (Own, Newcomer) => REPORT,
        (Own, _) | (Foreign, SupervisorThere | Administrator | Auditor) => HERE,
        (Foreign, Volunteer) => DOOR,
        (Foreign, _) => THERE,
        (Unknown, _) => NOWHERE,
    };
    let hash = if who == SupervisorThere && whose == Foreign { picture_of(HERE) } else { picture_of(record) };
    Some(picture::path(town.world.space, record, hash))
}

fn picture_piece(town: &Town, who: Who, whose: Whose) -> Option<String> {
    Some(format!("{}/0", picture_asked(town, who, whose)?))
}

/// The content of a building's picture, whole.
fn content(record: RecordId) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0".as_slice(), &record.0].concat()
}

fn picture_of(record: RecordId) -> Hash {
    Hash::of_content(&content(record))
}

/// The change that names it.
fn attach(record: RecordId) -> Op {
    let (hash, size) = (picture_of(record), content(record).len() as u64);
    let described = Picture { hash, size, media: Media::Jpeg, width: 1, height: 1, taken_at: None, look: None };
    Op::Attach { element: described.to_value() }
}

fn seal(town: &Town, who: Who, whose: Whose) -> Option<String> {
    let own = town.seals.get(&who).copied();
    let seal = match whose {
        Own if [Nobody, Browser].contains(&who) => Some(town.seals[&PhoneOne]),
        Own => own,
        Foreign => town.seals.values().find(|seal| Some(**seal) != own).copied(),
        Unknown => Some(Hash([9; 32])),
    };
    Some(format!("/v1/handover/{}", data_encoding::HEXLOWER.encode(&seal?.0)))
}

/// What somebody is answered about something.
fn expected(answers: &Answers, who: Who, whose: Whose) -> u16 {
    match (answers, who, whose) {
        (Answers::Alike(status), ..) => *status,
        (Answers::Session(own), Browser, _) => *own,
        (Answers::Session(_), ..) | (_, Nobody | Browser, _) => 401,
        (Answers::Signed { revoked, .. }, Revoked, _) if *revoked == GONE => GONE,
        (Answers::Signed { revoked, .. }, Revoked, Own) | (Answers::Told { revoked, .. }, Revoked, _) => *revoked,
        (Answers::Few { .. }, Revoked, _) => GONE,
        (Answers::Signed { own, .. }, _, Own) | (Answers::Told { own, .. }, ..) => *own,
        (Answers::Few { own, few }, _, Own) => {
            if few.contains(&who) {
                *own
            } else {
                GONE
            }
        }
        (Answers::Signed { .. } | Answers::Few { .. }, ..) => 404,
    }
}

/// What is not asked, for those who ask have no such thing: everything else is.
const PASSED_OVER: &[(&str, &[Who])] = &[
    ("/v1/arrivals/phone", &[PhoneOne, PhoneTwo, Administrator, Auditor, Volunteer, Newcomer, Officer]),
    (
        "/v1/arrivals/newcomer",
        &[PhoneOne, PhoneTwo, SupervisorThere, Administrator, Auditor, Volunteer, Newcomer, Officer],
    ),
    ("/v1/tracks", &[SupervisorHere, SupervisorThere, Administrator, Auditor, Volunteer, Newcomer, Officer]),
    ("/v1/track/{space}/{patrol}", &[SupervisorThere, Administrator, Auditor, Volunteer, Newcomer, Officer]),
    ("/v1/pictures/{space}/{record}/{hash}", &[Administrator, Auditor, Volunteer]),
    ("/v1/pictures/{space}/{record}/{hash}/{offset}", &[Administrator, Auditor, Volunteer]),
    ("/v1/handover/{seal}", &[SupervisorHere, Administrator, Auditor, Volunteer, Newcomer, Officer]),
];

#[test]
fn every_route_is_in_the_matrix() {
    let town = Town::new();
    let told = town.ask(Nobody, "get", "/openapi.json", Vec::new());
    let told: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    let described: BTreeSet<(String, String)> = told["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, calls)| calls.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect();
    let here: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    similar_asserts::assert_eq!(here, described);
}

#[test]
fn everybody_is_answered_about_what_is_theirs_and_nobody_learns_of_others() {
    let town = Town::new();
    let mut passed_over: BTreeMap<&str, BTreeSet<Who>> = BTreeMap::new();
    for route in ROUTES {
        let at = |who: Who, whose: Whose| format!("{} {} by {who:?}, {whose:?}", route.method, route.path);
        let mut first: Option<Answer> = None;
        for who in EVERYBODY {
            let mut others: Option<Answer> = None;
            for whose in [Own, Foreign, Unknown] {
                let (path, body) = match &route.asks {
                    Asks::Nothing(_) if whose != Own => continue,
                    Asks::Nothing(body) => (Some(route.path.to_owned()), Some(body(&town))),
                    Asks::Path(path) => (path(&town, who, whose), Some(Vec::new())),
                    Asks::Body(body) => (Some(route.path.to_owned()), body(&town, who, whose)),
                };
                let (Some(path), Some(body)) = (path, body) else {
                    assert_eq!(whose, Own, "{}: everybody can ask about what is not theirs", at(who, whose));
                    passed_over.entry(route.path).or_default().insert(who);
                    continue;
                };
                let answer = town.ask(who, route.method, &path, body);
                let said = || format!("{}: {}", at(who, whose), String::from_utf8_lossy(&answer.body));
                assert_eq!(answer.status, expected(&route.answers, who, whose), "{}", said());
                if answer.status >= 400 && !matches!(route.answers, Answers::Alike(_)) {
                    assert_eq!(answer.kind, "application/problem+json", "{}", said());
                }
                if whose != Own || answer.status == 404 {
                    let before = others.get_or_insert_with(|| answer.clone());
                    assert_eq!(*before, answer, "{}: others' is answered otherwise than nobody's", at(who, whose));
                }
                if matches!(route.answers, Answers::Alike(_)) {
                    let before = first.get_or_insert_with(|| answer.clone());
                    assert_eq!(*before, answer, "{}: an open route asks who asks", at(who, whose));
                }
            }
        }
    }
    let allowed = PASSED_OVER.iter().map(|(path, who)| (*path, who.iter().copied().collect()));
    similar_asserts::assert_eq!(passed_over, allowed.collect::<BTreeMap<&str, BTreeSet<Who>>>());
}

/// A county in which somebody has a role that reads nothing of it: no answer tells of anything in it.
#[test]
fn a_space_of_which_a_role_reads_nothing_is_empty() {
    let town = Town::new();
    for who in [Administrator, Auditor] {
        // What a gridworker asks is the county.
        let answer = town.ask(who, "post", "/v1/pull", pull(&town, PhoneOne, Own).unwrap());
        let page = page_codec::read_page(&compress::unpack(&answer.body, 1 << 20).unwrap()).unwrap();
        assert!(page.rows.is_empty() && page.elsewhere.len() == 1 && page.verdicts.is_empty(), "{who:?}: {page:?}");
        let answer = town.ask(who, "post", "/v1/candidates", candidates(&town, PhoneOne, Own).unwrap());
        let reply = candidate_codec::read_reply(&compress::unpack(&answer.body, 1 << 20).unwrap()).unwrap();
        assert!(reply.found.is_empty() && reply.gone.is_empty(), "{who:?}");
    }
}

/// Whoever lost all that they were given still hears that it left; a space of which they never had anything stays unknown.
#[test]
fn whoever_lost_a_grant_is_told_what_left_and_never_hears_of_other_counties() {
    let town = Town::new();
    let mut late = town.world.phone(40);
    let strange = || problem(&late.pull_raw(&town.world, &late.pull_request(town.world.space, 1 << 16, &[]))).status;
    assert_eq!(strange(), 404, "nothing was granted yet");
    let grant = town.world.grant_kinds(&late, 11, "gridworker", &[]);
    late.pull_page(&town.world, town.world.space, 1 << 16, &[]);
    assert!(late.records(&town.world).contains(&HERE));
    town.world.ungrant(grant);
    late.pull(&town.world, 1 << 16);
    assert_eq!(late.records(&town.world), [], "told what left");
    let other = late.pull_raw(&town.world, &late.pull_request(town.elsewhere, 1 << 16, &[]));
    assert_eq!(problem(&other).status, 404);
}

/// What is asked for anew by id, and what is pushed onto it: others' and nobody's are told alike.
#[test]
fn a_record_that_is_others_is_told_and_refused_like_one_that_does_not_exist() {
    let town = Town::new();
    for who in [PhoneOne, SupervisorHere, SupervisorThere, Volunteer, Newcomer] {
        let mut phone = town.phones[&who].clone();
        let mut told = Vec::new();
        for whose in [Foreign, Unknown] {
            let (space, record) = subject(&town, who, whose);
            let mut request = phone.pull_request(space, 1 << 16, &[]);
            request.refetch = vec![record];
            let (status, body) = phone.pull_raw(&town.world, &request);
            let page = page_codec::read_page(&compress::unpack(&body, 1 << 20).unwrap()).unwrap();
            assert_eq!(status, 200);
            told.push((page.rows.len(), page.rows.iter().any(|row| row.record() == record)));
            let of = if who == SupervisorThere { 11 } else { 21 };
            let ops = vec![Op::put("name", "x")];
            let change = phone.save(&town.world, Typed { record, kind: "building", unit: of, ops, seen: vec![] });
            let frame = phone.frame(&town.world, std::slice::from_ref(&change));
            let (status, body) = phone.push_frame(&town.world, &frame);
            let reply = frame_codec::read_reply(&compress::unpack(&body, 1 << 20).unwrap()).unwrap();
            let verdict = (status, reply.verdicts[0].verdict.code());
            assert_eq!(verdict, (200, "refused"), "{who:?} {whose:?}");
        }
        assert_eq!(told[0], told[1], "{who:?}");
    }
}
