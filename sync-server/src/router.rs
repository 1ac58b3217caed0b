//! The map of the server: every route.
//!
//! Owns which path leads to which handler. Refuses to decide anything. Invariant: a route that is not here does not
//! exist, and each stands in the description at `/openapi.json`.

use crate::api::{
    self, arrival, bundle, candidate, digest, enrol, events, handover, history, join, login, oidc, people, picture,
    reveal, track,
};
use crate::health;
use crate::observe;
use crate::openapi;
use crate::page;
use crate::server::Server;
use axum::Router;
use axum::middleware;
use axum::routing::MethodRouter;

macro_rules! routes {
    ($($path:literal => $($method:ident $handler:path),+;)+) => {
        /// Every path with its methods.
        pub const ROUTES: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($method)),+])),+];

        fn map() -> Router<Server> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($handler))+))+
        }
    };
}

routes! {
    "/v1/push" => post api::push;
    "/v1/pull" => post api::pull;
    "/v1/digest" => post digest::digest;
    "/v1/divergences" => post digest::divergences;
    "/v1/candidates" => post candidate::candidates;
    "/v1/events" => get events::events;
    "/v1/enrol" => post enrol::enrol;
    "/v1/join" => post join::join;
    "/v1/me" => get enrol::me;
    "/v1/arrivals" => get arrival::list;
    "/v1/arrivals/phone" => post arrival::phone;
    "/v1/arrivals/newcomer" => post arrival::newcomer;
    "/v1/history/{space}/{record}" => get history::history;
    "/v1/people" => post people::people;
    "/v1/reveal" => post reveal::reveal;
    "/v1/tracks" => post track::tell;
    "/v1/track/{space}/{patrol}" => get track::track;
    "/v1/login" => post login::log_in;
    "/v1/login/totp" => post login::second_factor;
    "/v1/login/oidc" => get oidc::go;
    "/v1/login/oidc/back" => get oidc::back;
    "/v1/refresh" => post login::refresh;
    "/v1/password" => post login::password;
    "/v1/logout" => post login::log_out;
    "/v1/session" => get login::session;
    "/v1/pictures/{space}/{record}/{hash}" => get picture::get;
    "/v1/pictures/{space}/{record}/{hash}/{offset}" => put picture::put;
    "/v1/bundle" => post bundle::bundle;
    "/v1/handover" => post handover::hand_over;
    "/v1/handover/{seal}" => get handover::vouch;
    "/v1/purged" => post handover::purged;
    "/" => get page::status;
    "/setup" => get page::set_up_form, post page::set_up_post;
    "/health" => get health::health;
    "/ready" => get health::ready;
    "/openapi.json" => get openapi::openapi;
}

/// All routes, each request watched.
pub fn router(server: Server) -> Router {
    let watched = middleware::from_fn_with_state(server.clone(), observe::watch);
    map().layer(watched).with_state(server)
}
