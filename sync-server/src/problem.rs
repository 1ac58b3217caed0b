//! Problems as answers.
//!
//! Owns the one way from an error to an HTTP answer. Refuses to tell a client more than a code and a request id.
//! Invariant: a fault is logged with its whole chain; a decided answer is not a fault.

use crate::error::ServerError;
use crate::security;
use axum::response::{IntoResponse, Response};
use gridwalk_sync::{Problem, ProblemCode};
use http::{HeaderValue, StatusCode, header};
use std::error::Error as _;

impl ServerError {
    /// The problem that a client is told.
    pub fn to_problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => (**problem).clone(),
            Self::DiskFull => Problem::new(ProblemCode::StorageFull, "the server's disk is nearly full"),
            Self::NotFound(what) => Problem::new(ProblemCode::NotFound, format!("no such {what}, or not for you")),
            Self::Refused(code) => Problem::new(ProblemCode::Forbidden, *code),
            _ => Problem::new(ProblemCode::Fault, "a fault at the server"),
        }
    }
}

impl IntoResponse for ServerError {
    fn into_response(self) -> Response {
        let problem = self.to_problem();
        if problem.code == ProblemCode::Fault {
            let mut chain = self.to_string();
            let mut source = self.source();
            while let Some(cause) = source {
                chain.push_str(": ");
                chain.push_str(&cause.to_string());
                source = cause.source();
            }
            tracing::error!(code = self.code(), chain, "fault");
        } else if !security::answered(&problem) {
            tracing::info!(code = ?problem.code, detail = problem.detail, "problem");
        }
        answer(&problem)
    }
}

/// A problem as an answer.
pub fn answer(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, problem.to_json()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::CONTENT_TYPE));
    if let Some(seconds) = problem.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
