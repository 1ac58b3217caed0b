//! The page of an invitation: for one person, one phone and ten minutes.
//!
//! Owns what is shown or printed. Refuses to make codes: whoever calls brings them. Invariant: no script, and nothing is
//! fetched from anywhere; the page says until when it is worth anything, and what to compare afterwards.

use super::html::Html;
use super::qr::{self, Modules};
use super::{PRINTED, moment};
use crate::words::Language;
use gridwalk_model::Timestamp;

/// What stands on an invitation.
#[derive(Debug, Clone, Copy)]
pub struct InvitationPage<'a> {
    /// Whom it is for.
    pub login: &'a str,
    /// The code, to be typed.
    pub typed: &'a str,
    /// What the drawn code holds: the typed one, with address and pin.
    pub text: &'a str,
    /// Until when it is good.
    pub until: Timestamp,
    /// Whether six digits are compared afterwards.
    pub compared: bool,
    /// The code, drawn.
    pub code: Modules<'a>,
}

/// The page.
pub fn invitation(language: Language, page: &InvitationPage<'_>) -> String {
    let mut html = Html::new();
    html.tag("<!doctype html><html lang=\"").text(language.tag());
    html.tag("\"><head><meta charset=\"utf-8\"><title>").text(page.login).tag("</title>").tag(PRINTED);
    let title = language.say("invitation.title", &[("login", page.login)]);
    html.tag("</head><body><h1>").text(&title).tag("</h1>");
    qr::draw(&mut html, page.code);
    html.tag("<ol><li>").text(&language.word("invitation.scan")).tag("</li><li>");
    html.text(&language.word("invitation.typed")).tag(" <b class=\"c\">").text(page.typed).tag("</b></li>");
    if page.compared {
        html.tag("<li>").text(&language.word("invitation.compare")).tag("</li>");
    }
    html.tag("</ol><p class=\"s\">").text(&language.say("invitation.until", &[("at", &moment(page.until))]));
    html.tag("</p><p class=\"t\">").text(page.text).tag("</p></body></html>\n");
    html.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_both_codes_its_time_and_no_script() {
        let dark = [true, false, false, true];
        let (login, typed, text) = ("<zhang>", "ABCD-EFGH", "gridwalk1|https://gw.example|ABCD-EFGH||XYZ");
        let code = Modules { width: 2, dark: &dark };
        for language in Language::ALL {
            for compared in [true, false] {
                let page = InvitationPage { login, typed, text, until: Timestamp(1_795_431_600_000), compared, code };
                let html = invitation(language, &page);
                assert!(
                    html.contains("M4 4h1v1h-1zM5 5h1v1h-1z") && html.contains(typed) && html.contains(text),
                    "{html}"
                );
                assert!(
                    html.contains("&lt;zhang&gt;") && html.contains(&moment(page.until)) && !html.contains("<script")
                );
                assert_eq!(html.contains(&language.word("invitation.compare")), compared);
                assert!(!html.contains("invitation."), "{html}");
            }
        }
    }
}
