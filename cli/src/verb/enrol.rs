//! Enrolment from the command line.

use crate::answer::Answer;
use crate::args::{Args, Enrol};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::verb::look;
use crate::words::Words;

/// Makes this phone known.
pub async fn enrol(args: &Args, enrol: &Enrol, words: &Words) -> Result<Answer, Failure> {
    let mut phone = Phone::open_or_make(args, words)?;
    if enrol.plain_http {
        phone.allow_plain_http(args)?;
    }
    let transport = phone.transport(&enrol.url)?;
    let enrolled = phone.notebook.enrol(&*transport, &enrol.url, &enrol.code, &enrol.name).await;
    enrolled.map_err(|e| Failure::from(e).at_enrolment())?;
    let mut answer = look::whoami(&phone)?;
    answer.text = format!("{}\n{}\n→ gridwalk sync", words.get("cli.enrolled"), answer.text);
    Ok(answer)
}
