//! Joining by a poster: name, number, a word of consent; no network is needed.

use crate::answer::Answer;
use crate::args::{Args, Join};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::verb::look;
use crate::words::Words;
use gridwalk_app::{Joiner, Poster};

/// Begins by itself what an enrolment is to others.
pub fn join(args: &Args, join: &Join, words: &Words) -> Result<Answer, Failure> {
    let poster: Poster = join.text.parse().map_err(|_| Failure::of("no_poster", 2))?;
    if !join.agree {
        let said = format!("{}\n{}", words.get("cli.not_agreed"), words.get("cli.privacy_sentence"));
        return Err(Failure::of("not_agreed", 3).saying(said));
    }
    let mut phone = Phone::open_or_make(args, words)?;
    if join.plain_http {
        phone.allow_plain_http(args)?;
    }
    let joiner = Joiner { name: join.name.clone(), phone: join.number.clone(), device_name: join.device.clone() };
    phone.notebook.join(&poster, &joiner)?;
    let mut answer = look::whoami(&phone)?;
    answer.text = format!("{}\n{}\n→ gridwalk case report", words.get("cli.joined"), answer.text);
    Ok(answer)
}
