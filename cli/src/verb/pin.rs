//! The phone's own gate and its end: PIN, lock, lease, wipe.

use crate::answer::Answer;
use crate::args::{Args, PinVerb, Verb, Wipe};
use crate::failure::Failure;
use crate::phone::Phone;
use gridwalk_app::{AppError, GateStatus, Invitation};
use serde_json::json;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use zeroize::Zeroizing;

const PIN: &str = "GRIDWALK_PIN";
const NEW_PIN: &str = "GRIDWALK_NEW_PIN";
const MS_A_DAY: i64 = 86_400_000;

/// Whether a verb works while the phone is locked: what waits leaves it, and nothing is shown.
const fn goes_on_behind(verb: &Verb) -> bool {
    matches!(verb, Verb::Sync(_) | Verb::Bundle(_) | Verb::Rescue(_) | Verb::Pin(_) | Verb::Wipe(_))
}

/// Asks for the PIN of a phone that has one, unless the verb shows nothing.
pub fn open_gate(phone: &Phone<'_>, verb: &Verb) -> Result<(), Failure> {
    if goes_on_behind(verb) || !phone.notebook.gate_status()?.locked {
        return Ok(());
    }
    match asked(phone, PIN, "cli.pin_current")? {
        Some(pin) => Ok(phone.notebook.unlock(pin.as_bytes())?),
        None => Err(AppError::Locked.into()),
    }
}

/// From the environment, else from the terminal; `None` where there is neither.
fn asked(phone: &Phone<'_>, variable: &str, prompt: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Ok(pin) = std::env::var(variable) {
        return Ok(Some(Zeroizing::new(pin)));
    }
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(format!("{} ", phone.words.get(prompt)));
    typed.map(|pin| Some(Zeroizing::new(pin))).map_err(|e| Failure::of("terminal", 7).because(&e))
}

/// The same, needed.
fn needed(phone: &Phone<'_>, variable: &str, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    asked(phone, variable, prompt)?.ok_or_else(|| Failure::usage("no_pin_given", variable))
}

/// Does what was asked.
pub async fn run(phone: &Phone<'_>, verb: &PinVerb) -> Result<Answer, Failure> {
    match verb {
        PinVerb::Set => {
            let has_pin = phone.notebook.gate_status()?.has_pin;
            let current = if has_pin { Some(needed(phone, PIN, "cli.pin_current")?) } else { None };
            let new = needed(phone, NEW_PIN, "cli.pin_new")?;
            phone.notebook.set_pin(current.as_ref().map(|pin| pin.as_bytes()), new.as_bytes())?;
        }
        PinVerb::Reset(reset) => {
            let new = needed(phone, NEW_PIN, "cli.pin_new")?;
            let transport = phone.transport(&phone.enrolment()?.address)?;
            // What was scanned says more than the code; where the server is, this phone knows.
            let code = reset.code.parse().map_or_else(|_| reset.code.clone(), |scanned: Invitation| scanned.code);
            phone.notebook.reset_pin(&*transport, &code, new.as_bytes()).await?;
        }
        PinVerb::Status => {}
    }
    status(phone)
}

fn status(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let status = phone.notebook.gate_status()?;
    let GateStatus { has_pin, locked, wait_ms, lease_left_ms } = status;
    let words = phone.words;
    let key = match (has_pin, locked) {
        (false, _) => "cli.pin_none",
        (true, true) => "cli.pin_locked",
        (true, false) => "cli.pin_open",
    };
    let mut text = words.get(key).to_owned();
    if wait_ms > 0 {
        let _ =
            write!(text, "\n{}", words.fill("fault.pin_wait", &[("seconds", &((wait_ms + 999) / 1000).to_string())]));
    }
    match lease_left_ms {
        Some(0) => {
            let _ = write!(text, "\n{}", words.get("fault.lease_over"));
        }
        Some(left) => {
            let days = (left / MS_A_DAY).to_string();
            let _ = write!(text, "\n{}", words.fill("cli.lease_left", &[("days", &days)]));
        }
        None => {}
    }
    Ok(Answer::new(text, &serde_json::to_value(status).unwrap_or_default()))
}

/// Removes everything from this phone.
pub fn wipe(args: &Args, phone: Phone<'_>, wipe: &Wipe) -> Result<Answer, Failure> {
    let unsent = phone.notebook.unsent()?;
    if unsent > 0 && !wipe.even_unsent {
        return Err(AppError::UnsentLeft { count: unsent }.into());
    }
    let text = phone.words.get("cli.wiped").to_owned();
    phone.close_and_wipe(args)?;
    if Phone::is_in_training(args) {
        Phone::end_training(args)?;
    }
    Ok(Answer::new(text, &json!({ "wiped": true, "unsent_lost": unsent })))
}
