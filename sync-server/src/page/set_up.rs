//! `GET` and `POST /setup`: the first administrator, as long as there is none.
//!
//! Owns the form and what protects it: whoever started the server saw a set-up code. Refuses to exist once there is an
//! administrator. Invariant: without the code nobody sets up a server, from wherever the request comes.

use super::html::Html;
use super::{language_of, page};
use crate::admin::{Admin, EnrolCode, InitPlan, NewAccount, Password};
use crate::error::{Result, ServerError, problem};
use crate::login::ClearText;
use crate::rate;
use crate::server::Server;
use crate::words::Language;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_sync::ProblemCode;
use http::{Extensions, HeaderMap, StatusCode};

/// What the form sends; also what it is filled with when something has to be mended.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct SetUpForm {
    code: ClearText,
    county: String,
    county_name: String,
    login: String,
    name: String,
    password: ClearText,
}

impl SetUpForm {
    /// What stands in the address that somebody sets the server up at.
    pub fn read(uri: &axum::http::Uri) -> Option<Self> {
        Query::try_from_uri(uri).ok().map(|Query(form)| form)
    }
}

/// `GET /setup`.
pub(crate) async fn set_up_form(
    State(server): State<Server>,
    Query(form): Query<SetUpForm>,
    headers: HeaderMap,
) -> Result<Response> {
    let running = server.running().clone();
    if running.work(move |_| Admin::new(server).is_set_up()).await? {
        return Err(problem(ProblemCode::NotFound, "the server is set up"));
    }
    let language = language_of(&headers);
    let form = SetUpForm { code: form.code, ..SetUpForm::default() };
    Ok(page(language, StatusCode::OK, &language.word("page.set_up"), &body(language, &form, None)))
}

/// `POST /setup`.
pub(crate) async fn set_up_post(
    State(server): State<Server>,
    headers: HeaderMap,
    extensions: Extensions,
    Form(form): Form<SetUpForm>,
) -> Result<Response> {
    let language = language_of(&headers);
    let running = server.running().clone();
    rate::of_address(&running, "set_up", &extensions)?;
    let (done, form) = running.work(move |_| Ok((set_up(&server, &form), form))).await?;
    let title = language.word("page.set_up");
    match done {
        Ok(()) => {
            let mut html = Html::new();
            html.tag("<p>").text(&language.word("page.done")).tag("</p><p><a href=\"/\">");
            html.text(&language.word("page.status")).tag("</a></p>");
            Ok(page(language, StatusCode::OK, &title, &html))
        }
        Err(ServerError::Refused("already_set_up")) => Err(problem(ProblemCode::NotFound, "the server is set up")),
        Err(ServerError::Refused(code)) => {
            let wrong_code = code == "bad_set_up_code";
            let status = if wrong_code { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
            let key = if wrong_code { "page.bad_set_up_code".to_owned() } else { format!("error.{code}") };
            let said = language.say(&key, &[("found", &form.county)]);
            Ok(page(language, status, &title, &body(language, &form, Some(&said))))
        }
        Err(fault) => Err(fault),
    }
}

fn set_up(server: &Server, form: &SetUpForm) -> Result<()> {
    let admin = Admin::new(server.clone());
    if admin.is_set_up()? {
        return Err(ServerError::Refused("already_set_up"));
    }
    let given = EnrolCode::parse(&form.code).map(|code| code.hash()).ok();
    if given.is_none() || given != admin.set_up_code_hash()? {
        return Err(ServerError::Refused("bad_set_up_code"));
    }
    let code = UnitCode::parse(&form.county).map_err(|_| ServerError::Refused("county_code"))?;
    let password = Password::chosen(&form.password)?;
    let county_name = Some(form.county_name.trim()).filter(|n| !n.is_empty()).map(str::to_owned);
    let name = if form.name.trim().is_empty() { form.login.clone() } else { form.name.clone() };
    let account = NewAccount { login: form.login.clone(), name, password: Some(password) };
    admin.init(&InitPlan { code, city_name: None, county_name, admin: account })?;
    Ok(())
}

fn body(language: Language, form: &SetUpForm, wrong: Option<&str>) -> Html {
    let word = |key: &str| language.word(&format!("page.{key}"));
    let mut html = Html::new();
    html.tag("<p>").text(&word("set_up_intro")).tag("</p>");
    if let Some(wrong) = wrong {
        html.tag("<p class=\"warn\" role=\"alert\">").text(wrong).tag("</p>");
    }
    html.tag("<form method=\"post\" action=\"/setup\">");
    let fields = [
        ("set_up_code", "<input name=\"code\" required autocomplete=\"off\" value=\"", &*form.code),
        ("county", "<input name=\"county\" required inputmode=\"numeric\" value=\"", &*form.county),
        ("county_name", "<input name=\"county_name\" value=\"", &*form.county_name),
        ("login", "<input name=\"login\" required autocomplete=\"username\" value=\"", &*form.login),
        ("name", "<input name=\"name\" value=\"", &*form.name),
    ];
    for (label, input, value) in fields {
        html.tag("<label>").text(&word(label)).tag(input).text(value).tag("\"></label>");
    }
    html.tag("<label>").text(&word("password"));
    html.tag(
        "<input name=\"password\" type=\"password\" required minlength=\"10\" autocomplete=\"new-password\"></label>",
    );
    html.tag("<button>").text(&word("go")).tag("</button></form>");
    html
}
