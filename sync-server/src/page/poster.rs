//! The page of a poster: what becomes of a report, the sentence on privacy, and the code to scan.
//!
//! Owns what hangs on the gate. Refuses to make codes: whoever calls brings the modules. Invariant: no script, and nothing
//! is fetched from anywhere; the sentence is the one that the phone shows before anybody joins.

use super::html::Html;
use super::qr::{self, Modules};
use super::{PRINTED, moment};
use crate::words::Language;
use gridwalk_model::Timestamp;

/// What stands on a poster.
#[derive(Debug, Clone, Copy)]
pub struct PosterPage<'a> {
    /// Its number.
    pub number: i64,
    /// Name of the grid.
    pub unit: &'a str,
    /// Until when it may be used.
    pub until: Option<Timestamp>,
    /// What the code holds, for whoever cannot scan it.
    pub text: &'a str,
    /// The code.
    pub code: Modules<'a>,
}

/// The page.
pub fn poster(language: Language, page: &PosterPage<'_>) -> String {
    let mut html = Html::new();
    html.tag("<!doctype html><html lang=\"").text(language.tag());
    html.tag("\"><head><meta charset=\"utf-8\"><title>").text(page.unit).tag("</title>").tag(PRINTED);
    html.tag("</head><body><h1>").text(&language.say("poster.title", &[("unit", page.unit)])).tag("</h1><p>");
    html.text(&language.word("poster.invites")).tag("</p>");
    qr::draw(&mut html, page.code);
    html.tag("<ol>");
    for step in ["poster.scan", "poster.look", "poster.told"] {
        html.tag("<li>").text(&language.word(step)).tag("</li>");
    }
    let sentence = language.core_word("cli.privacy_sentence").unwrap_or_default();
    html.tag("</ol><p class=\"s\">").text(sentence).tag("</p><p class=\"s\">");
    html.text(&language.word("poster.danger")).tag("</p><p class=\"s\">");
    html.text(&language.say("poster.number", &[("number", &page.number.to_string())]));
    if let Some(until) = page.until {
        html.text(" · ").text(&language.say("poster.until", &[("at", &moment(until))]));
    }
    html.tag("</p><p class=\"t\">").text(page.text).tag("</p></body></html>\n");
    html.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_code_the_sentence_and_no_script() {
        let dark = [true, true, false, false, false, true, true, false, true];
        let page = PosterPage {
            number: 3,
            unit: "<光明>第一网格",
            until: None,
            text: "gridwalkposter1|…",
            code: Modules { width: 3, dark: &dark },
        };
        for language in Language::ALL {
            let html = poster(language, &page);
            assert!(html.contains("viewBox=\"0 0 11 11\"") && html.contains("M4 4h2v1h-2zM6 5h1v1h-1zM4 6h1v1h-1z"));
            assert!(html.contains("&lt;光明&gt;") && !html.contains("<script") && !html.contains("poster."), "{html}");
            assert!(language.core_word("cli.privacy_sentence").is_some_and(|sentence| html.contains(sentence)));
        }
    }
}
