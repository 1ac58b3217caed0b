//! Doors on the line: what phones send to the server, and what a server, or somebody in between, sends to a phone.
//!
//! Owns their list. Refuses to know routes beyond their names. Invariant: a change, a frame and
//! a pull request that are taken are written again as they came.

use crate::corpus::Corpus;
use crate::door::{By, Door};
use gridwalk_app::worker::events;
use gridwalk_model::change::SealedChange;
use gridwalk_model::change_codec::change_bytes;
use gridwalk_model::codec::Writer;
use gridwalk_model::digest::{self, Divergence};
use gridwalk_model::geo::Point;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, SpaceId, UnitId};
use gridwalk_model::journal::{SeenByOp, Stamps};
use gridwalk_model::limits;
use gridwalk_model::name::Name;
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::time::Timestamp;
use gridwalk_model::track::TrackPoint;
use gridwalk_server::journal_codec;
use gridwalk_server::login::{
    LoginRequest, PasswordRequest, RenewalRequest, SecondFactorRequest, Token, carrier, oidc,
};
use gridwalk_server::page::SetUpForm;
use gridwalk_sync::arrival::{Arrivals, NewcomerSeen, PhoneSeen};
use gridwalk_sync::client::{self, PullAnswer};
use gridwalk_sync::enrol::{EnrolRequest, Enrolled, JoinRequest, Me, Purged, SpaceInfo};
use gridwalk_sync::people::{PeopleRequest, PeopleTold, PersonMet, PersonNamed};
use gridwalk_sync::problem::{Problem, ProblemCode};
use gridwalk_sync::reveal::{RevealRequest, Revealed};
use gridwalk_sync::track_codec::TrackTold;
use gridwalk_sync::{
    candidate_codec, compress, digest_codec, frame_codec, history_codec, page_codec, proof, track_codec,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The doors.
pub fn doors(corpus: &Corpus) -> Vec<Door> {
    let mut doors = asked(corpus);
    doors.extend(answered(corpus));
    doors.extend(records(corpus));
    doors
}

fn line(name: &'static str, usual: Vec<Vec<u8>>, enter: impl Fn(&[u8]) -> bool + 'static) -> Door {
    Door::new(name, By::Network, usual, enter)
}

fn asked(corpus: &Corpus) -> Vec<Door> {
    let headers = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        proof::claim(next(), next(), next()).is_ok()
    };
    vec![
        // A bomb among them: thirty megabytes of nothing in a few kilobytes.
        line("unpack", [corpus.packed("/v1/push"), vec![compress::pack(&vec![0; 30 << 20])]].concat(), |b| {
            compress::unpack(b, limits::FRAME_BYTES_MAX).is_ok()
        })
        .with_memory(16 * limits::FRAME_BYTES_MAX),
        line("push_frame", corpus.asked("/v1/push"), |b| {
            frame_codec::read_frame(b).is_ok_and(|frame| frame_codec::frame_bytes(&frame) == b)
        }),
        line("pull_request", corpus.asked("/v1/pull"), |b| {
            page_codec::read_request(b).is_ok_and(|asked| page_codec::request_bytes(&asked) == b)
        }),
        line("digest_request", corpus.asked("/v1/digest"), |b| digest_codec::read_request(b).is_ok()),
        line("divergences", vec![digest_codec::reports_bytes(&[divergence()])], |b| {
            digest_codec::read_reports(b).is_ok()
        }),
        line("candidate_request", corpus.asked("/v1/candidates"), |b| candidate_codec::read_request(b).is_ok()),
        line("track_told", vec![track_codec::told_bytes(&told())], |b| track_codec::read_told(b).is_ok()),
        line("proof_headers", vec![PROOF.as_bytes().to_vec()], headers),
        line("asked_in_json", asked_in_json(), |b| {
            is::<EnrolRequest>(b)
                || is::<JoinRequest>(b)
                || is::<LoginRequest>(b)
                || is::<SecondFactorRequest>(b)
                || is::<PasswordRequest>(b)
                || is::<RenewalRequest>(b)
                || is::<PeopleRequest>(b)
                || is::<RevealRequest>(b)
                || is::<PhoneSeen>(b)
                || is::<NewcomerSeen>(b)
                || is::<Purged>(b)
        }),
        line(
            "set_up_form",
            vec![
                b"/setup?code=ABCD-EFGH&county=320703&county_name=%E8%BF%9E%E4%BA%91%E5%8C%BA&login=li&password=x"
                    .to_vec(),
            ],
            |b| String::from_utf8_lossy(b).parse::<http::Uri>().is_ok_and(|uri| SetUpForm::read(&uri).is_some()),
        ),
        line("provider", provider().iter().map(|said| said.as_bytes().to_vec()).collect(), oidc::is_answer),
        line(
            "back_from_provider",
            vec![b"/v1/login/oidc/back?code=abc&state=9f_x&iss=https%3A%2F%2Fsso.example".to_vec()],
            |b| {
                let uri = String::from_utf8_lossy(b).parse::<http::Uri>();
                uri.is_ok_and(|uri| oidc::Back::read(&uri).is_some())
            },
        ),
        line(
            "cookies",
            vec![b"a=1; __Host-gridwalk-access=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; b".to_vec()],
            |b| {
                let Ok(value) = http::HeaderValue::from_bytes(b) else { return false };
                let headers = http::HeaderMap::from_iter([(http::header::COOKIE, value)]);
                carrier::cookie(&headers, carrier::ACCESS_COOKIE).and_then(Token::parse).is_some()
            },
        ),
    ]
}

fn divergence() -> Divergence {
    let (kinds, keys) = (vec!["resident".to_owned()], Vec::new());
    let (id, space, found_at) = ([5; 16], SpaceId([1; 16]), Timestamp(1_795_431_600_000));
    Divergence {
        id,
        space,
        found_at,
        kinds,
        keys,
        missing: 2,
        other: 0,
        extra: 1,
        damaged: 0,
        repaired: 2,
        outcome: digest::Outcome::Open,
    }
}

fn track() -> Vec<TrackPoint> {
    let point = |nth: i64| TrackPoint {
        at: Point::new(346_100_000, 1_192_200_000).unwrap_or_default(),
        when: Timestamp(1_795_431_600_000 + nth * 60_000),
    };
    (0..20).map(point).collect()
}

fn told() -> TrackTold {
    TrackTold { space: SpaceId([1; 16]), patrol: RecordId([2; 16]), track: Some(track()) }
}

/// A journal's row about this change.
fn history(change: &[u8]) -> Vec<u8> {
    let (name, at) = (Name::default(), Timestamp(1_795_431_600_000));
    let stamps = Stamps {
        pos: 7,
        received_at: at,
        effective: at,
        early: vec![name],
        also_seen: Vec::new(),
        also_seen_in: SeenByOp::new(),
        outcome: None,
        covers: None,
        approved_by: None,
        workflow_version: 1,
        erased: false,
    };
    let entry = journal_codec::change_bytes(&stamps, &[name], name, Hash::default());
    let mut w = Writer::default();
    w.array(1).array(4).uint(0).uint(7).bytes(&entry).bytes(change);
    w.finish()
}

/// Three headers of RFC 9421, a line each.
const PROOF: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:
gw=(\"@method\" \"@path\" \"@query\" \"content-digest\");created=1795431600;nonce=\"q3Zk9m1D\";keyid=\"019cabd8-3800-7e5a-b37f-c45fde566fcc\";alg=\"ed25519\"
gw=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";

fn is<T: DeserializeOwned>(bytes: &[u8]) -> bool {
    serde_json::from_slice::<T>(bytes).is_ok()
}

fn bytes<T: Serialize>(usual: &T) -> Vec<u8> {
    serde_json::to_vec(usual).unwrap_or_default()
}

/// Bodies in JSON that anybody may send. They stand behind one door: the decoder is one, and only the fields differ.
fn asked_in_json() -> Vec<Vec<u8>> {
    let (device, account, text) = (DeviceId([4; 16]), AccountId([3; 16]), str::to_owned);
    let (space, record) = (SpaceId([1; 16]), RecordId([2; 16]));
    vec![
        bytes(&EnrolRequest {
            code: text("ABCD"),
            public_key: text("AAAA"),
            device_name: text("三街的手机"),
            account: Some(account),
        }),
        bytes(&JoinRequest {
            code: text("ABCD"),
            device,
            account,
            public_key: text("AAAA"),
            device_name: text("手机"),
            name: text("王小明"),
            phone: text("13957354321"),
            agreed_at: 1_795_431_600_000,
            sentence: 1,
        }),
        bytes(&LoginRequest {
            login: text("li"),
            password: text("0123456789").into(),
            code: Some(text("ABCD-EFGH").into()),
        }),
        bytes(&SecondFactorRequest::SetUp),
        bytes(&SecondFactorRequest::Code { code: text("042 917").into() }),
        bytes(&PasswordRequest { old: text("0123456789").into(), new: text("9876543210").into() }),
        bytes(&RenewalRequest { renewal: Some(text("AAAA").into()) }),
        bytes(&PeopleRequest { people: vec![PersonMet { account, space, record }] }),
        bytes(&RevealRequest { space, record, field: text("reporter_phone"), reason: text("回访") }),
        bytes(&PhoneSeen { device, digits: text("042 917") }),
        bytes(&NewcomerSeen { account, accepted: false, reason: text("号码有误") }),
        b"{\"spaces\":[\"01010101010101010101010101010101\"]}".to_vec(),
    ]
}

fn answered(corpus: &Corpus) -> Vec<Door> {
    let pages = corpus.answered("/v1/pull");
    // Past the checksum stand only bytes that a server made: here they are spoiled behind it.
    let bodies = pages.iter().filter_map(|page| page_body(page)).collect();
    vec![
        line("page", pages, |b| page_codec::read_page(b).is_ok()),
        line("page_body", bodies, |b| page_codec::read_page(&with_sum(b)).is_ok()).with_memory(128 << 20),
        line("answer_to_pull", corpus.packed_answers("/v1/pull"), |b| {
            let page = compress::unpack(b, limits::PAGE_BYTES_MAX).ok().and_then(|b| page_codec::read_page(&b).ok());
            let asked = page.map(|page| page.answers).unwrap_or_default();
            matches!(client::read_pull(200, b, asked), PullAnswer::Page(_))
        }),
        line("push_reply", corpus.answered("/v1/push"), |b| frame_codec::read_reply(b).is_ok()),
        line("digest_reply", corpus.answered("/v1/digest"), |b| digest_codec::read_reply(b).is_ok()),
        line("candidate_reply", corpus.answered("/v1/candidates"), |b| candidate_codec::read_reply(b).is_ok()),
        line("history", corpus.changes().first().map(|change| history(change)).into_iter().collect(), |b| {
            history_codec::read_history(b).is_ok()
        }),
        line("track", vec![track_codec::track_bytes(&track())], |b| track_codec::read_track(b).is_ok()),
        line("answered_in_json", answered_in_json(), |b| {
            is::<Me>(b)
                || is::<Enrolled>(b)
                || is::<Problem>(b)
                || is::<Revealed>(b)
                || is::<PeopleTold>(b)
                || is::<Arrivals>(b)
        }),
        line("vouched", vec![b"{\"safe\":true}".to_vec()], |b| client::read_vouched(200, b).is_ok()),
        line("picture_taken", vec![b"{\"offset\":4096,\"stored\":false}".to_vec()], |b| {
            client::read_taken(200, b).is_ok()
        }),
        line(
            "events",
            vec![b": keep alive\n\nevent: space\ndata: 01010101010101010101010101010101\n\n".to_vec()],
            |b| {
                let cut = b.first().map_or(1, |first| usize::from(first % 7));
                let whole = events::hints_of(b, b.len());
                assert_eq!(events::hints_of(b, cut), whole, "a line is the same however it is cut");
                !whole.is_empty()
            },
        ),
    ]
}

/// What a provider of logins says: of itself, its keys, a token.
fn provider() -> [String; 4] {
    let at = "https://sso.example";
    let itself = format!(
        r#"{{"issuer":"{at}","authorization_endpoint":"{at}/a","token_endpoint":"{at}/t","jwks_uri":"{at}/k","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}}"#
    );
    let keys = r#"{"keys":[{"kty":"RSA","kid":"1","use":"sig","alg":"RS256","n":"AQAB","e":"AQAB"}]}"#;
    let id = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3Nzby5leGFtcGxlIiwic3ViIjoiMSIsImF1ZCI6WyJnIl0sImV4cCI6MSwiaWF0IjoxfQ.AQAB";
    let token = format!(r#"{{"access_token":"a","token_type":"Bearer","id_token":"{id}"}}"#);
    [itself, keys.to_owned(), id.to_owned(), token]
}

fn spaces() -> Vec<SpaceInfo> {
    vec![SpaceInfo {
        space: SpaceId([1; 16]),
        reference: false,
        name: "连云区".to_owned(),
        units: vec![UnitId([2; 16])],
    }]
}

fn me() -> Me {
    let (name, roles) = ("安".to_owned(), vec!["gridworker".to_owned()]);
    Me { account: AccountId([3; 16]), name, roles, spaces: spaces(), pins: Vec::new(), now: 1_795_431_600_000 }
}

fn enrolled() -> Enrolled {
    let Me { account, name, roles, spaces, now, .. } = me();
    Enrolled { device: DeviceId([4; 16]), account, name, roles, server_key: "AAAA".to_owned(), spaces, now }
}

/// The same of what is answered.
fn answered_in_json() -> Vec<Vec<u8>> {
    let person = PersonNamed { account: AccountId([3; 16]), name: "安".to_owned() };
    vec![
        bytes(&me()),
        bytes(&enrolled()),
        bytes(&Problem::new(ProblemCode::Gap, "a gap")),
        bytes(&Revealed { values: vec!["13800000001".to_owned()] }),
        bytes(&PeopleTold { people: vec![person] }),
        bytes(&Arrivals::default()),
    ]
}

fn page_body(page: &[u8]) -> Option<Vec<u8>> {
    let mut r = gridwalk_model::codec::Reader::new(page);
    r.array_of(2).ok()?;
    r.hash().ok()?;
    r.bytes().ok().map(<[u8]>::to_vec)
}

fn with_sum(body: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(2).bytes(&Hash::with_context("gridwalk 2026 page", &[body]).0).bytes(body);
    w.finish()
}

/// What stands inside frames and pages.
fn records(corpus: &Corpus) -> Vec<Door> {
    vec![
        line("change", corpus.changes(), |b| {
            SealedChange::open(b).is_ok_and(|sealed| {
                assert_eq!(change_bytes(&sealed.change), b, "what is read and written again is what came");
                true
            })
        }),
        line("state", corpus.states(), |b| read_state(b).is_ok_and(|state| !state_bytes(&state).is_empty())),
    ]
}
