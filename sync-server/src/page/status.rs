//! `GET /`: how the server goes, in numbers.
//!
//! Owns the page. Refuses to tell what records say and who wrote them: the page asks nobody who they are.
//! Invariant: without an administrator it leads to the set-up.

use super::html::Html;
use super::{language_of, moment, page};
use crate::admin::{Admin, Overview, RecentChange, SpaceCount};
use crate::error::Result;
use crate::server::Server;
use crate::words::Language;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};

/// `GET /`.
pub(crate) async fn status(State(server): State<Server>, headers: HeaderMap) -> Result<Response> {
    let running = server.running().clone();
    let overview = running.work(move |_| Admin::new(server).overview()).await?;
    if !overview.set_up {
        return Ok(Redirect::to("/setup").into_response());
    }
    let language = language_of(&headers);
    Ok(page(language, StatusCode::OK, &language.word("page.title"), &body(language, &overview)))
}

fn body(language: Language, overview: &Overview) -> Html {
    let word = |key: &str| language.word(&format!("page.{key}"));
    let mut html = Html::new();
    if overview.disk_short {
        html.tag("<p class=\"warn\">").text(&word("disk_short")).tag("</p>");
    }
    html.tag("<h2>").text(&word("status")).tag("</h2>").table(&[], &counts(language, overview));

    let space = |space: &SpaceCount| {
        let tree = format!("{} · {}", space.name, word("reference"));
        let name = if space.reference { tree } else { space.name.clone() };
        vec![name, space.records.values().sum::<u64>().to_string(), space.pos.to_string()]
    };
    let rows: Vec<Vec<String>> = overview.spaces.iter().map(space).collect();
    html.tag("<h2>").text(&word("spaces")).tag("</h2>");
    html.table(&[word("space"), word("records"), word("pos")], &rows);

    let change = |c: &RecentChange| vec![moment(c.at), c.space.clone(), c.kind.clone(), c.pos.to_string()];
    let rows: Vec<Vec<String>> = overview.last_changes.iter().map(change).collect();
    html.tag("<h2>").text(&word("last_changes")).tag("</h2>");
    if rows.is_empty() {
        html.tag("<p>").text(&word("no_changes")).tag("</p>");
    } else {
        html.table(&[word("time"), word("space"), word("kind"), word("pos")], &rows);
    }
    // How many phones are silent is for all to see; whose they are is told by the command line only.
    let silent = overview.silent.len();
    let told = if silent == 0 { word("no_silent") } else { silent.to_string() };
    html.tag("<h2>").text(&word("silent")).tag("</h2><p>").text(&told).tag("</p>");
    html
}

fn counts(language: Language, overview: &Overview) -> Vec<Vec<String>> {
    let word = |key: &str| language.word(&format!("page.{key}"));
    let level = |name: &str| {
        let key = format!("level.{name}");
        if language.has(&key) { language.word(&key) } else { name.to_owned() }
    };
    let mut counts = vec![
        vec![word("version"), overview.version.to_owned()],
        vec![word("time"), moment(overview.now)],
        vec![word("accounts"), overview.accounts.to_string()],
        vec![word("devices"), overview.devices.to_string()],
        vec![word("waiting"), overview.waiting.to_string()],
    ];
    counts.extend(overview.units.iter().map(|(name, count)| vec![level(name), count.to_string()]));
    counts
}
