//! Enrolment from the command line.

use crate::answer::Answer;
use crate::args::{Args, Enrol};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::verb::look;
use crate::words::Words;
use gridwalk_app::{Invitation, Pins};

/// What was scanned, or address and code as they were typed.
fn invitation(enrol: &Enrol) -> Result<Invitation, Failure> {
    let none = || Failure::of("no_invitation", 2);
    match &enrol.code {
        None => enrol.url.parse().map_err(|_| none()),
        Some(code) => {
            let pin = enrol.pin.as_deref().map(str::parse).transpose().map_err(|_| none())?;
            Ok(Invitation { address: enrol.url.clone(), code: code.clone(), pin })
        }
    }
}

/// Makes this phone known.
pub async fn enrol(args: &Args, enrol: &Enrol, words: &Words) -> Result<Answer, Failure> {
    let mut phone = Phone::open_or_make(args, words)?;
    if enrol.plain_http {
        phone.allow_plain_http(args)?;
    }
    let invitation = invitation(enrol)?;
    let transport = phone.way_to(&invitation.address, Pins::of(invitation.pin.into_iter().collect()))?;
    let enrolled = phone.notebook.enrol_invited(&*transport, &invitation, &enrol.name).await;
    enrolled.map_err(|e| Failure::from(e).at_enrolment())?;
    let mut answer = look::whoami(&phone)?;
    answer.text = format!("{}\n{}\n→ gridwalk sync", words.get("cli.enrolled"), answer.text);
    Ok(answer)
}
