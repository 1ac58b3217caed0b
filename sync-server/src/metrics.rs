//! How the server goes, in numbers, for Prometheus.
//!
//! Owns the names of the numbers and the page that shows them. Refuses every label that tells a person, a phone or a
//! record: labels are routes, codes and spaces. Invariant: what the database can tell is asked when somebody looks, so
//! that a process holds no number that another one on the same database would miss.
//!
//! The page stands at an address of its own, on loopback unless the operator says otherwise (`serve --metrics`): the
//! address of the phones is for everybody, and how busy a district is at night is not for everybody.

use crate::auth;
use crate::error::{Result, ServerError};
use crate::server::{Running, Server};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gridwalk_model::exchange::{NamedVerdict, Verdict};
use http::header;
use prometheus::process_collector::ProcessCollector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};
use std::time::Duration;

/// Upper ends of the buckets of durations, seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The numbers of one server.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    changes: IntCounterVec,
    acts: IntCounterVec,
    divergences: IntCounterVec,
    pos: IntGaugeVec,
    safe_pos: IntGaugeVec,
    quarantined: IntGaugeVec,
    database: IntGauge,
    disk_free: IntGauge,
    listeners: IntGauge,
    frames_waiting: IntGauge,
}

impl Metrics {
    /// All at nothing.
    pub fn new() -> Result<Self> {
        Self::made().map_err(ServerError::Metrics)
    }

    fn made() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let made = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let gauges = |name: &str, help: &str| {
            let made = IntGaugeVec::new(Opts::new(name, help), &["space"])?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let gauge = |name: &str, help: &str| {
            let made = IntGauge::new(name, help)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let took = HistogramOpts::new("gridwalk_request_duration_seconds", "Time from a request to its answer.");
        let seconds = HistogramVec::new(took.buckets(SECONDS.to_vec()), &["route"])?;
        let build = IntGaugeVec::new(
            Opts::new("gridwalk_build_info", "Always 1; the labels say which build this is."),
            &["version", "protocol"],
        )?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(build.clone()))?;
        registry.register(Box::new(ProcessCollector::for_self()))?;
        let protocol = auth::served().first().map(ToString::to_string).unwrap_or_default();
        build.with_label_values(&[env!("CARGO_PKG_VERSION"), &protocol]).set(1);
        Ok(Self {
            requests: counters("gridwalk_requests_total", "Requests answered.", &["method", "route", "status"])?,
            changes: counters("gridwalk_changes_total", "Changes received, by verdict.", &["verdict"])?,
            acts: counters("gridwalk_audit_acts_total", "Rows of the audit, by code.", &["code"])?,
            divergences: counters(
                "gridwalk_divergences_total",
                "Digests that did not agree, as phones reported them, by what came of it.",
                &["outcome"],
            )?,
            pos: gauges("gridwalk_space_pos", "The last place taken in a space's journal.")?,
            safe_pos: gauges("gridwalk_space_safe_pos", "Up to which place a verified backup reaches.")?,
            quarantined: gauges("gridwalk_quarantined_changes", "Changes that wait for a person's decision.")?,
            database: gauge("gridwalk_database_bytes", "What the database takes on its disk.")?,
            disk_free: gauge("gridwalk_disk_free_bytes", "What is left of the disk.")?,
            listeners: gauge("gridwalk_event_listeners", "Open streams of events.")?,
            frames_waiting: gauge("gridwalk_frames_waiting", "Frames that wait for the writer of the database.")?,
            seconds,
            registry,
        })
    }

    /// Notes an answer.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// Notes what became of the changes of a frame.
    pub fn judged(&self, verdicts: &[NamedVerdict]) {
        for told in verdicts {
            let verdict = match told.verdict {
                Verdict::Applied => "applied",
                Verdict::Quarantined => "quarantined",
                Verdict::Declined { .. } => "declined",
                Verdict::Refused { .. } => "refused",
            };
            self.changes.with_label_values(&[verdict]).inc();
        }
    }

    /// One listens to events, as long as what is given back lives.
    pub fn listening(&self) -> Listening {
        self.listeners.inc();
        Listening(self.listeners.clone())
    }

    /// Asks the database for what it knows, and writes the page.
    pub fn page(&self, running: &Running) -> Result<String> {
        let (spaces, waiting, acts, divergences) = running.read(|r| {
            Ok((r.tx.spaces()?, r.tx.quarantined_counts()?, r.tx.audit_counts()?, r.tx.divergence_counts()?))
        })?;
        self.quarantined.reset();
        for space in spaces {
            let label = space.id.to_string();
            self.pos.with_label_values(&[&label]).set(signed(space.pos));
            self.safe_pos.with_label_values(&[&label]).set(signed(space.safe_pos));
            self.quarantined.with_label_values(&[&label]).set(0);
        }
        for (space, count) in waiting {
            self.quarantined.with_label_values(&[&space.to_string()]).set(signed(count));
        }
        self.acts.reset();
        for (code, count) in acts {
            self.acts.with_label_values(&[&code]).inc_by(count);
        }
        self.divergences.reset();
        for (outcome, reports, _) in divergences {
            self.divergences.with_label_values(&[&outcome]).inc_by(reports);
        }
        self.frames_waiting.set(signed(running.group.waiting() as u64));
        self.database.set(signed(running.store.facts()?.bytes));
        self.disk_free.set(signed((running.options.disk_free)(&running.options.folder).unwrap_or(0)));
        TextEncoder::new().encode_to_string(&self.registry.gather()).map_err(ServerError::Metrics)
    }
}

/// Somebody who listens to events.
pub struct Listening(IntGauge);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The routes of the address for metrics.
pub fn router(server: Server) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(server)
}

async fn metrics(State(server): State<Server>) -> Result<Response> {
    let page = server.running().work(|running| running.metrics.page(running)).await?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], page).into_response())
}
