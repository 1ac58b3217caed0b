//! How a session's tokens travel: in the body and under a device's signature, or in cookies of a browser.
//!
//! Owns the cookies' names and marks, and the two checks against requests that another site made a browser send: by origin
//! and by token. Refuses to know sessions' rows. Invariant: a token of a browser stands in no body, and one of a device
//! in no cookie.

use super::session::Opened;
use super::token::Token;
use crate::error::{Result, problem};
use crate::limits;
use crate::security;
use crate::server::Running;
use crate::store::SessionId;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use gridwalk_model::hash::Hash;
use gridwalk_sync::{ProblemCode, proof};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};

/// The cookie with the access token.
pub const ACCESS_COOKIE: &str = "__Host-gridwalk-access";
/// The cookie with what renews the session.
pub const RENEWAL_COOKIE: &str = "__Host-gridwalk-renewal";
/// The cookie of a browser that was sent to an office's provider, and is not back yet.
pub const STATE_COOKIE: &str = "__Host-gridwalk-state";
/// The header in which a page says the token that only pages of this server know.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Who carries a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A device, which signs its requests.
    Device,
    /// A browser, in a cookie.
    Browser,
}

/// Who sends a request: whoever signs is a device.
pub fn of(parts: &Parts) -> Carrier {
    let signed = parts.headers.contains_key(proof::SIGNATURE_HEADER) || parts.headers.contains_key(proof::INPUT_HEADER);
    if signed { Carrier::Device } else { Carrier::Browser }
}

/// The access token of a request.
pub fn access(parts: &Parts) -> Option<(Token, Carrier)> {
    if let Some(bearer) = parts.headers.get(header::AUTHORIZATION) {
        let (scheme, token) = bearer.to_str().ok()?.split_once(' ')?;
        let token = scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token)).flatten()?;
        return Some((token, Carrier::Device));
    }
    cookie(&parts.headers, ACCESS_COOKIE).and_then(Token::parse).map(|token| (token, Carrier::Browser))
}

/// A cookie's value. One that stands there twice is nobody's: somebody pushed one in.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(n, _)| *n == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether a request of a browser was made by a page of this server (RFC 6454): it says where it comes from, and that is
/// where it goes to.
pub fn same_origin(parts: &Parts) -> Result<()> {
    let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let (origin, host) = (header(header::ORIGIN), header(header::HOST));
    let own = origin.zip(host).is_some_and(|(origin, host)| is_origin_of(origin, host));
    if own {
        return Ok(());
    }
    security::other_origin();
    Err(problem(ProblemCode::Forbidden, "other_origin"))
}

/// Without TLS only this machine itself is an origin: no cookie of ours is sent over a line in the clear.
fn is_origin_of(origin: &str, host: &str) -> bool {
    let Some((scheme, from)) = origin.split_once("://") else { return false };
    let name = from.rsplit_once(':').map_or(from, |(name, port)| if port.ends_with(']') { from } else { name });
    is_safe_line(scheme, name) && from.eq_ignore_ascii_case(host)
}

/// Whether secrets may go over a line: with TLS, or without to this machine itself.
pub(super) fn is_safe_line(scheme: &str, host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    let here = bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    scheme == "https" || scheme == "http" && here
}

/// Whether a request changes nothing by its method.
pub const fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The token that a page of a session says with whatever it changes. It is not stored: it follows from the session under
/// the server's key.
pub fn csrf_token(running: &Running, session: SessionId) -> String {
    let secret = running.key.to_bytes();
    BASE64URL_NOPAD.encode(&Hash::with_context("gridwalk 2026 csrf token", &[&secret, &session.0]).0)
}

/// Whether a request of a browser says its session's token. Hashes are compared, so that the time tells nothing.
pub fn says_csrf_token(running: &Running, session: SessionId, parts: &Parts) -> Result<()> {
    let said = parts.headers.get(CSRF_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
    let of = |token: &[u8]| Hash::with_context("gridwalk 2026 csrf token compared", &[token]);
    if of(said) == of(csrf_token(running, session).as_bytes()) {
        return Ok(());
    }
    security::without_csrf_token();
    Err(problem(ProblemCode::Forbidden, "csrf_token"))
}

/// Puts a session's tokens into cookies.
pub fn set_cookies(response: &mut Response, opened: &Opened) {
    let renewal = opened.renewal.as_ref().map(Token::text);
    put(response, ACCESS_COOKIE, &opened.access.text(), limits::ACCESS_VALID_MS, "Strict");
    match renewal {
        Some(renewal) => put(response, RENEWAL_COOKIE, &renewal, limits::RENEWAL_VALID_MS, "Strict"),
        None => put(response, RENEWAL_COOKIE, "", 0, "Strict"),
    }
}

/// Takes them back.
pub fn drop_cookies(response: &mut Response) {
    put(response, ACCESS_COOKIE, "", 0, "Strict");
    put(response, RENEWAL_COOKIE, "", 0, "Strict");
}

/// Marks a browser that is sent to an office's provider. It comes back from another site, with this cookie alone.
pub fn set_state(response: &mut Response, state: &str) {
    put(response, STATE_COOKIE, state, limits::OIDC_WAITS_MS, "Lax");
}

/// Takes the mark back.
pub fn drop_state(response: &mut Response) {
    put(response, STATE_COOKIE, "", 0, "Lax");
}

fn put(response: &mut Response, name: &str, value: &str, for_ms: i64, same_site: &str) {
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={}", for_ms / 1000);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_this_server_or_another_one() {
        for (origin, host, own) in [
            ("https://grid.example", "grid.example", true),
            ("https://GRID.example:8443", "grid.example:8443", true),
            ("http://localhost:8080", "localhost:8080", true),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://[::1]", "[::1]", true),
            ("http://grid.example", "grid.example", false),
            ("https://grid.example.evil.example", "grid.example", false),
            ("https://evil.example", "grid.example", false),
            ("https://grid.example:444", "grid.example", false),
            ("http://localhost.evil.example", "localhost.evil.example", false),
            ("null", "grid.example", false),
            ("", "", false),
        ] {
            assert_eq!(is_origin_of(origin, host), own, "{origin} {host}");
        }
    }

    #[test]
    fn a_cookie_that_somebody_pushed_in_counts_as_none() {
        let headers = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            headers
        };
        assert_eq!(cookie(&headers(&["a=1; b=2; c=3"]), "b"), Some("2"));
        assert_eq!(cookie(&headers(&["a=1", "b=2"]), "b"), Some("2"));
        assert_eq!(cookie(&headers(&["a=1; b=2; b=3"]), "b"), None);
        assert_eq!(cookie(&headers(&["b=2", "b=3"]), "b"), None);
        assert_eq!(cookie(&headers(&["bb=2"]), "b"), None);
    }
}
