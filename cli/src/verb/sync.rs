//! Sync: send what waits, receive what changed; once, or until Ctrl-C.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::{SyncEngine, SyncReport, SyncWorker};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;

/// The exit code where sync is done and something is left to do.
const LEFT_TO_DO: u8 = 8;

/// Syncs.
pub async fn sync(phone: &Phone<'_>, watch: bool, as_json: bool) -> Result<Answer, Failure> {
    if phone.notebook.is_training() {
        let taken = phone.notebook.settle_training()?;
        let text = phone.words.fill("cli.training_synced", &[("changes", &taken.to_string())]);
        return Ok(Answer::new(text, &json!({ "training": true, "changes": taken, "done": true })));
    }
    let transport = phone.transport(&phone.enrolment()?.address)?;
    if watch {
        return watching(phone, transport, as_json).await;
    }
    let report = SyncEngine::new(phone.notebook.clone()).sync_once(&*transport).await?;
    if let Some(failure) = report.rest.as_ref().and_then(Failure::rested) {
        return Err(failure);
    }
    let counts = match phone.reader() {
        Ok(reader) => reader.counts()?,
        Err(_) => phone.notebook.store().counts()?,
    };
    let text = draw(phone.words, &report);
    let mut answer = Answer::new(text, &json!({ "report": report, "counts": counts, "done": report.is_done() }));
    if counts.needs_attention > 0 {
        let _ = write!(
            answer.text,
            "\n{} {}\n→ gridwalk attention",
            phone.words.badge("needs_attention"),
            counts.needs_attention
        );
    }
    if counts.disagreements > 0 {
        let word = phone.words.get("sync.disagreement");
        let _ = write!(answer.text, "\n≠ {word} {}\n→ gridwalk disagreements", counts.disagreements);
    }
    if counts.needs_attention > 0 || counts.undecided() > 0 || !report.is_done() {
        answer.exit = LEFT_TO_DO;
    }
    Ok(answer)
}

fn draw(words: &Words, report: &SyncReport) -> String {
    let mut text = format!(
        "↑ {} {}  ↓ {} {} ({} {})",
        report.pushed,
        words.get("cli.changes"),
        report.rows,
        words.get("cli.records"),
        report.pages,
        words.get("cli.pages")
    );
    for code in report.verdicts.keys() {
        let _ = write!(text, "\n  {}", words.badge(code));
    }
    if report.left > 0 {
        let _ = write!(text, "\n  {} {}", words.get("cli.left"), report.left);
    }
    if report.carried > 0 {
        let _ = write!(text, "\n  {} {}", words.get("cli.carried"), report.carried);
    }
    for (word, count) in [("cli.pictures", report.pictures), ("cli.pictures_wait", report.pictures_wait)] {
        if count > 0 {
            let _ = write!(text, "\n  {} {count}", words.get(word));
        }
    }
    for (code, count) in &report.not_carried {
        let why = words.find(&format!("problem.{code}")).unwrap_or(code);
        let _ = write!(text, "\n  ✖ {} {count}: {why}", words.get("cli.not_carried"));
    }
    if report.restamped > 0 {
        let _ = write!(text, "\n  {}", words.get("problem.clash"));
    }
    if report.purged {
        let _ = write!(text, "\n  {}", words.get("cli.purged"));
    }
    if report.repaired > 0 {
        let _ = write!(text, "\n  {} {}", report.repaired, words.get("cli.repaired"));
    }
    if report.mismatch.len() as u64 > report.agreed {
        let _ = write!(text, "\n  {}", words.get("cli.mismatch"));
    } else if report.agreed > 0 {
        let _ = write!(text, "\n  {}", words.get("sync.up_to_date"));
    }
    text
}

/// Syncs whenever there is something, and says so, until Ctrl-C.
async fn watching(
    phone: &Phone<'_>,
    transport: std::sync::Arc<dyn gridwalk_app::Transport>,
    as_json: bool,
) -> Result<Answer, Failure> {
    let worker = SyncWorker::start(phone.notebook.clone(), transport)?;
    let mut news = worker.follow();
    let mut told = 0;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            changed = news.changed() => if changed.is_err() { break },
        }
        let status = news.borrow_and_update().clone();
        if status.syncing || status.sessions == told {
            continue;
        }
        told = status.sessions;
        let line = match (&status.error, &status.report) {
            (Some(code), _) if as_json => json!({ "error": code }).to_string(),
            (Some(code), _) => format!("✖ {}", phone.words.find(&format!("fault.{code}")).unwrap_or(code)),
            (None, Some(report)) if as_json => json!({ "report": report }).to_string(),
            (None, Some(report)) => draw(phone.words, report),
            (None, None) => continue,
        };
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    worker.stop();
    Ok(Answer::new(phone.words.get("cli.stopped"), &json!({ "sessions": told })))
}
