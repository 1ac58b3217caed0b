//! Logging in through an office's own provider (OpenID Connect Core 1.0): authorization code with PKCE, state and nonce.
//!
//! Owns the way there and back, and what is asked of the provider's token. Refuses to make accounts: a person at the
//! provider is one only after an administrator linked them. Invariant: the provider is discovered anew each time, so that
//! a key that it took back is good no more; whoever comes back is the browser that was sent, once.

use super::ClearText;
use super::token::{Token, Use};
use super::told::SessionTold;
use super::{carrier, sealed, session};
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::server::{Running, Server};
use crate::writing::{Reading, Writing};
use axum::extract::Query;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use gridwalk_model::time::Timestamp;
use gridwalk_sync::ProblemCode;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJsonWebKeySet, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenResponse as _,
};
use std::sync::{Arc, Once};
use std::time::Duration;
use zeroize::Zeroizing;

/// Name of the value that holds the settings.
pub(super) const SETTINGS: &str = "oidc";
/// Where the provider sends people back to.
pub const BACK_PATH: &str = "/v1/login/oidc/back";

/// Which provider an office has, and what this server is called there.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// The provider.
    pub issuer: String,
    /// This server's name there.
    pub client: String,
    /// What it proves that name with.
    pub secret: ClearText,
    /// The address at which browsers reach this server.
    pub address: String,
    /// An intranet's own authority, which vouches for the provider, in PEM.
    pub authority_pem: Option<String>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Settings({} {} {} …)", self.issuer, self.client, self.address)
    }
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why the provider's word does not count; the log is told, the browser is not.
#[derive(Debug, thiserror::Error)]
enum NoWord {
    #[error("an address of the provider or of this server is none")]
    Address(#[from] openidconnect::url::ParseError),
    #[error("the provider cannot be reached or is none: {0}")]
    Discovery(String),
    #[error("the provider gave no token: {0}")]
    Exchange(String),
    #[error("the provider's token does not hold: {0}")]
    Claims(#[from] openidconnect::ClaimsVerificationError),
    #[error("the provider told nobody")]
    Nobody,
}

/// What goes wrong on the way to the provider.
#[derive(Debug, thiserror::Error)]
enum Unasked {
    #[error("ask the provider")]
    Http(#[from] reqwest::Error),
    #[error("build an answer")]
    Answer(#[from] http::Error),
    #[error("the answer is larger than any that is due")]
    TooLarge,
}

/// The settings, if an office has a provider.
pub fn settings(r: &Reading<'_>) -> Result<Option<Settings>> {
    Ok(sealed::settings(r)?.and_then(|kept| serde_json::from_slice(&kept).ok()))
}

/// Keeps them, or forgets them.
pub(crate) fn keep(w: &Writing<'_>, settings: Option<&Settings>) -> Result<()> {
    let kept = settings.and_then(|settings| serde_json::to_vec(settings).ok()).map(Zeroizing::new);
    sealed::keep_settings(w, kept.as_ref().map(|kept| kept.as_slice()))
}

/// An address that may be a provider's or this server's: TLS, or this machine itself.
pub fn is_address(text: &str) -> bool {
    let Ok(url) = openidconnect::url::Url::parse(text) else { return false };
    let host = url.host_str().unwrap_or_default();
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain && !host.is_empty() && carrier::is_safe_line(url.scheme(), host)
}

static PROVIDER: Once = Once::new();

/// Asks for what the protocol wants to know.
struct Asker(reqwest::Client);

impl AsyncHttpClient<'_> for Asker {
    type Error = Unasked;
    type Future = BoxFuture<'static, Result<HttpResponse, Unasked>>;

    fn call(&self, request: HttpRequest) -> Self::Future {
        Box::pin(ask(self.0.clone(), request))
    }
}

fn asker(settings: &Settings) -> Result<Asker> {
    PROVIDER.call_once(|| {
        // Whoever installed one before has chosen; that is as good.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    });
    let fault = |e: reqwest::Error| ServerError::Tls(Box::new(e));
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(limits::OIDC_ANSWER_S));
    if let Some(pem) = &settings.authority_pem {
        let authorities = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(fault)?;
        builder = builder.tls_certs_only(authorities);
    }
    builder.build().map(Asker).map_err(fault)
}

async fn ask(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Unasked> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > limits::OIDC_ANSWER_BYTES_MAX {
            return Err(Unasked::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(response.body(body)?)
}

/// The words of an error with all that caused it.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

async fn discover(settings: &Settings, http: &Asker) -> Result<Client, NoWord> {
    let issuer = IssuerUrl::new(settings.issuer.clone())?;
    let found = CoreProviderMetadata::discover_async(issuer, http).await;
    let metadata = found.map_err(|e| NoWord::Discovery(whole(&e)))?;
    let secret = ClientSecret::new(settings.secret.to_string());
    let back = RedirectUrl::new(format!("{}{BACK_PATH}", settings.address.trim_end_matches('/')))?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(settings.client.clone()), Some(secret));
    Ok(client.set_redirect_uri(back))
}

/// Whether bytes can be read as anything that a provider answers: what it says of itself, its keys, its tokens.
pub fn is_answer(bytes: &[u8]) -> bool {
    let token = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<CoreIdToken>().ok());
    serde_json::from_slice::<CoreProviderMetadata>(bytes).is_ok()
        || serde_json::from_slice::<CoreJsonWebKeySet>(bytes).is_ok()
        || serde_json::from_slice::<CoreTokenResponse>(bytes).is_ok()
        || token.is_some()
}

/// The problem of an office that has no provider.
fn none_here() -> ServerError {
    ServerError::NotFound("provider")
}

fn wanted(server: &Server) -> Result<Settings> {
    server.read(settings)?.ok_or_else(none_here)
}

fn unavailable(fault: &NoWord) -> ServerError {
    tracing::error!(error = %fault, "the provider of logins");
    problem(ProblemCode::Unavailable, "the provider of logins cannot be reached")
}

/// Sends a browser to the provider: the address, and the state that it keeps in a cookie meanwhile.
pub async fn begin(server: &Server) -> Result<(String, Token)> {
    let settings = wanted(server)?;
    let client = discover(&settings, &asker(&settings)?).await.map_err(|e| unavailable(&e))?;
    let ids = &*server.running().options.ids;
    let [state, nonce, verifier] = [(); 3].map(|()| Token::new(ids));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.text()));
    let (said, once) = (CsrfToken::new(state.text()), Nonce::new(nonce.text()));
    let asked = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || said, || once);
    let (url, ..) = asked.set_pkce_challenge(challenge).url();
    let running = server.running().clone();
    let kept = state.clone();
    let keeping = move |running: &Running| {
        running.write(|w| {
            let until = w.now.plus_ms(limits::OIDC_WAITS_MS);
            w.tx.oidc_try_put(kept.hash(Use::Access), (&nonce.text(), &verifier.text()), (w.now, until))
        })
    };
    running.work(keeping).await?;
    Ok((url.to_string(), state))
}

/// What the provider sends a browser back with.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Back {
    code: String,
    state: String,
    /// Which provider it was (RFC 9207), if it says so.
    iss: Option<String>,
}

impl Back {
    /// What stands in the address that a browser comes back to.
    pub fn read(uri: &http::Uri) -> Option<Self> {
        Query::try_from_uri(uri).ok().map(|Query(came)| came)
    }
}

/// A browser is back: its session, if the provider's word holds and the person is linked.
pub async fn back(server: &Server, came: Back, kept: Option<Token>) -> Result<(session::Opened, SessionTold)> {
    let settings = wanted(server)?;
    let running = server.running().clone();
    let state = Token::parse(&came.state).map(|state| state.hash(Use::Access));
    let same = state.is_some() && state == kept.map(|kept| kept.hash(Use::Access));
    let tried = running.work(move |running| match state.filter(|_| same) {
        Some(state) => running.write(|w| w.tx.oidc_try_use(state, w.now)),
        None => Ok(None),
    });
    let issuer_is_ours = came.iss.as_ref().is_none_or(|iss| *iss == settings.issuer);
    let Some((nonce, verifier)) = tried.await?.filter(|_| issuer_is_ours) else {
        return refuse(&running, "no such way back").await;
    };
    match subject(&running, &settings, came.code, nonce, verifier).await {
        Ok(subject) => running.work(move |running| enter(running, &settings.issuer, &subject)).await,
        Err(fault @ NoWord::Discovery(_)) => Err(unavailable(&fault)),
        Err(fault) => {
            tracing::warn!(error = %fault, "a login through the provider");
            refuse(&running, "the provider's word").await
        }
    }
}

/// Who the provider says that it is.
async fn subject(
    running: &Running,
    settings: &Settings,
    code: String,
    nonce: String,
    verifier: String,
) -> Result<String, NoWord> {
    let http = asker(settings).map_err(|e| NoWord::Discovery(whole(&e)))?;
    let client = discover(settings, &http).await?;
    let exchange = client.exchange_code(AuthorizationCode::new(code)).map_err(|e| NoWord::Exchange(whole(&e)))?;
    let given = exchange.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&http).await;
    let given = given.map_err(|e| NoWord::Exchange(whole(&e)))?;
    let token = given.id_token().ok_or(NoWord::Nobody)?;
    let now = moment(running.now()).ok_or(NoWord::Nobody)?;
    let skew = TimeDelta::seconds(limits::OIDC_SKEW_S);
    let verifier = client.id_token_verifier().set_time_fn(move || now - skew).set_issue_time_verifier_fn(move |at| {
        let fresh = (now - skew - TimeDelta::seconds(limits::OIDC_SAID_S_MAX)..=now + skew).contains(&at);
        if fresh { Ok(()) } else { Err("issued at another time".to_owned()) }
    });
    let claims = token.claims(&verifier, &Nonce::new(nonce))?;
    Ok(claims.subject().as_str().to_owned())
}

fn moment(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at.0)
}

fn enter(running: &Running, issuer: &str, subject: &str) -> Result<(session::Opened, SessionTold)> {
    running.write(|w| {
        let account = w.tx.oidc_linked(issuer, subject)?;
        let opened = account.map(|account| session::begin(w, account, None)).transpose()?.flatten();
        let Some(opened) = opened else {
            w.audit(account, "login_failed", "nobody's at the provider, or without a role")?;
            return Ok(Err(problem(ProblemCode::LoginFailed, "no account is linked, or it has no role")));
        };
        let told = SessionTold::opened(&w.reading(), &opened)?;
        w.audit(account, "logged_in", &format!("session {} {} by the provider", opened.session.id, told.stage))?;
        Ok(Ok((opened, told)))
    })?
}

async fn refuse<T>(running: &Arc<Running>, why: &'static str) -> Result<T> {
    running.work(move |running| running.write(|w| w.audit(None, "login_failed", why))).await?;
    Err(problem(ProblemCode::LoginFailed, "the login did not come from here, or does not hold"))
}
