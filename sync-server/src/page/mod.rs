//! The plain pages that the server has without its console: how it goes, the first set-up, and what is printed: posters and invitations.
//!
//! Owns how they look: HTML without scripts, in the language that the browser asks for. Refuses to tell what records say.
//! Invariant: text gets into a page through `Html::text` only, which escapes it.

mod html;
mod invitation;
mod poster;
mod qr;
mod set_up;
mod status;

pub use invitation::{InvitationPage, invitation};
pub use poster::{PosterPage, poster};
pub use qr::Modules;
pub use set_up::SetUpForm;
pub(crate) use set_up::{set_up_form, set_up_post};
pub(crate) use status::status;

use crate::words::Language;
use axum::response::{IntoResponse, Response};
use html::Html;
use http::{HeaderMap, HeaderValue, StatusCode, header};

const STYLE: &str = "<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;\
color:#1c2430;background:#fbfaf7}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;\
width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd6c8}td.n{text-align:right;\
font-variant-numeric:tabular-nums}label{display:block;margin:.8rem 0}input{display:block;font:inherit;padding:.4rem;\
width:24rem;max-width:100%}button{font:inherit;padding:.5rem 1.2rem}.warn{background:#fff0d6;padding:.6rem 1rem}</style>";

/// How what is printed looks.
const PRINTED: &str = "<style>@page{size:A4;margin:18mm}body{font:18px/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;\
color:#1c2430;text-align:center}h1{font-size:2.2rem;margin:.6rem 0}svg{width:12cm;height:12cm;margin:1rem auto;\
display:block}ol{text-align:left}p.s{font-size:.85rem;text-align:left}p.t{font:9px monospace;word-break:break-all}b.c{font:1.3rem monospace}</style>";

const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
];

/// The language that a browser asks for.
fn language_of(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    Language::accepted(asked.unwrap_or_default())
}

/// A whole page around its body.
fn page(language: Language, status: StatusCode, title: &str, body: &Html) -> Response {
    let mut html = Html::new();
    html.tag("<!doctype html><html lang=\"").text(language.tag());
    html.tag("\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
    html.text(title).tag("</title>").tag(STYLE).tag("</head><body><h1>").text(title).tag("</h1>");
    html.part(body).tag("</body></html>");
    let mut response = (status, html.into_text()).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The page after a login at another site: it leads on by itself, for a way that begins here has the cookies of here.
pub(crate) fn logged_in(headers: &HeaderMap) -> Response {
    let language = language_of(headers);
    let mut html = Html::new();
    html.tag("<meta http-equiv=\"refresh\" content=\"0;url=/\"><p><a href=\"/\">").text(&language.word("page.go_on"));
    html.tag("</a></p>");
    page(language, StatusCode::OK, &language.word("page.logged_in"), &html)
}

/// A moment as people read it.
pub fn moment(at: gridwalk_model::Timestamp) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let at = time::OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).ok();
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}
