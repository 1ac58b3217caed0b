//! Training: a made-up street in a folder of its own, to practise in without the phone's own work in the way.

use crate::answer::Answer;
use crate::args::{Args, TrainingVerb};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::words::Words;
use serde_json::json;

/// Does what was asked; it stands outside of both notebooks.
pub fn run(args: &Args, words: &Words, verb: &TrainingVerb) -> Result<Answer, Failure> {
    match verb {
        TrainingVerb::Begin => begin(args, words),
        TrainingVerb::End { yes } => end(args, words, *yes),
        TrainingVerb::Status => Ok(status(args, words)),
    }
}

fn status(args: &Args, words: &Words) -> Answer {
    let on = Phone::is_in_training(args);
    Answer::new(words.get(if on { "cli.training_on" } else { "cli.training_off" }), &json!({ "training": on }))
}

fn begin(args: &Args, words: &Words) -> Result<Answer, Failure> {
    if Phone::is_in_training(args) {
        return Err(Failure::of("training_already", 3));
    }
    let own = Phone::open(args, words).ok().and_then(|phone| phone.notebook.enrolment());
    let name = own.map_or_else(|| words.get("cli.training_person").to_owned(), |enrolment| enrolment.name.clone());
    Phone::begin_training(args, words, &name)?;
    Ok(Answer::new(words.get("cli.training_begun"), &json!({ "training": true })))
}

/// What was typed there is nobody's work; still nobody loses it by a slip.
fn end(args: &Args, words: &Words, yes: bool) -> Result<Answer, Failure> {
    if !Phone::is_in_training(args) {
        return Err(Failure::of("training_none", 3));
    }
    if !yes {
        return Err(Failure::usage("training_end", "--yes"));
    }
    Phone::end_training(args)?;
    Ok(Answer::new(words.get("cli.training_ended"), &json!({ "training": false })))
}
