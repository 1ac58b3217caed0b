//! Verbs: each turns its arguments into a command or a question to the read models.
//!
//! Owns the way from arguments to answers. Refuses to decide. Invariant: a verb that writes says what was saved and how
//! it stands.

mod activity;
mod arrival;
mod bundle;
mod call;
mod campaign;
mod canvass;
mod case;
mod case_card;
mod case_near;
mod case_step;
pub mod class;
mod course;
mod disagreement;
mod duplicate;
mod enrol;
mod form;
mod form_fill;
mod form_renew;
mod handover;
mod inspect;
mod join;
mod ledger;
mod look;
mod notice;
mod numbers;
mod objection;
mod patrol;
mod people;
pub mod picture;
mod pin;
mod place;
mod plan;
mod post;
mod print;
mod record_verb;
mod register;
mod review;
mod sample;
mod saved;
mod scan;
mod sync;
mod task;
mod training;
mod undo;
mod visit;
mod waiting;
mod work;

use crate::answer::Answer;
use crate::args::{Args, Verb};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_model::kind::Kind;

/// Does what was asked.
pub async fn run(args: &Args, words: &Words) -> Result<Answer, Failure> {
    if let Verb::Enrol(enrol) = &args.verb {
        return enrol::enrol(args, enrol, words).await;
    }
    if let Verb::Training(verb) = &args.verb {
        return training::run(args, words, verb);
    }
    if let Verb::Form(verb) = &args.verb
        && let Some(answer) = form::without_phone(words, verb)
    {
        return answer;
    }
    if let Verb::Join(join) = &args.verb {
        return join::join(args, join, words);
    }
    if let Verb::Wipe(wipe) = &args.verb {
        return pin::wipe(args, Phone::open(args, words)?, wipe);
    }
    let phone = Phone::open_for_work(args, words)?;
    pin::open_gate(&phone, &args.verb)?;
    let mut answer = carried_out(args, &phone).await?;
    if phone.notebook.is_training() {
        answer.text = format!("{}\n{}", words.get("cli.training_banner"), answer.text);
    }
    Ok(answer)
}

async fn carried_out(args: &Args, p: &Phone<'_>) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::Enrol(_) | Verb::Join(_) | Verb::Wipe(_) | Verb::Training(_) | Verb::Whoami => look::whoami(p),
        Verb::Arrivals(args) => arrival::run(p, args).await,
        Verb::Pin(verb) => pin::run(p, verb).await,
        Verb::Day => look::day(p),
        Verb::Estate(verb) => record_verb::place(p, Kind::Estate, verb),
        Verb::Address(verb) => record_verb::place(p, Kind::Address, verb),
        Verb::Organisation(verb) => record_verb::place(p, Kind::Organisation, verb),
        Verb::Premises(verb) => record_verb::place(p, Kind::Premises, verb),
        Verb::Facility(verb) => record_verb::facility(p, verb),
        Verb::Building(verb) => record_verb::place(p, Kind::Building, verb),
        Verb::Dwelling(verb) => record_verb::place(p, Kind::Dwelling, verb),
        Verb::Household(verb) => people::household(p, verb),
        Verb::Resident(verb) => people::resident(p, verb),
        Verb::Case(verb) => case::run(p, verb),
        Verb::Class(verb) => class::run(p, verb),
        Verb::Campaign(verb) => campaign::run(p, verb, args.json),
        Verb::Canvass(verb) => canvass::run(p, verb),
        Verb::Form(verb) => form_fill::run(p, verb),
        Verb::Inspect(verb) => inspect::run(p, verb),
        Verb::Picture(verb) => picture::run(p, verb).await,
        Verb::Visit(visit) => visit::run(p, visit),
        Verb::Plan(verb) => plan::run(p, verb),
        Verb::Patrol(verb) => patrol::run(p, verb).await,
        Verb::EmergencyPlan(verb) => record_verb::place(p, Kind::EmergencyPlan, verb),
        Verb::CheckPoint(verb) => record_verb::place(p, Kind::CheckPoint, verb),
        Verb::Work(verb) => work::run(p, verb),
        Verb::Task(verb) => task::run(p, verb),
        Verb::Notice(verb) => notice::run(p, verb),
        Verb::Course(verb) => course::run(p, verb),
        Verb::Activity(verb) => activity::run(p, verb),
        Verb::Ledger(of) => ledger::run(p, of, args.lang),
        Verb::Unit(unit) => look::unit(p, unit),
        Verb::Call(args) => call::call(p, args),
        Verb::Numbers(args) => numbers::run(p, args),
        Verb::Objection(verb) => objection::run(p, verb),
        Verb::Posts(args) => call::posts(p, args),
        Verb::Post(verb) => post::run(p, verb),
        Verb::Link(verb) => register::run(p, Kind::HouseholdLink, verb),
        Verb::Print(verb) => print::run(p, verb, args.lang),
        Verb::Sync(sync) => sync::sync(p, sync.watch, args.json).await,
        Verb::Bundle(verb) => bundle::run(p, verb),
        Verb::Rescue(rescue) => bundle::rescue(p, &rescue.file),
        Verb::Outbox => waiting::outbox(p),
        Verb::Attention(attention) => waiting::attention(p, attention.verb.as_ref()),
        Verb::Disagreements(which) => disagreement::list(p, which.record.as_deref()),
        Verb::Decide(decide) => disagreement::decide(p, decide),
        Verb::Undo(args) => undo::run(p, args),
        Verb::Handover(args) => handover::run(p, args),
        Verb::Review(verb) => review::run(p, verb),
        Verb::Returned(args) => review::returned(p, args),
        Verb::Drafts(drafts) => waiting::drafts(p, drafts.verb.as_ref()),
        Verb::Search(search) => look::search(p, search),
        Verb::Near(near) => look::near(p, near),
        Verb::Move(to) => place::move_record(p, to),
        Verb::Delete(which) => place::delete(p, which),
        Verb::Deleted(args) => place::deleted(p, args),
        Verb::Restore(which) => place::restore(p, which),
        Verb::Same(pair) => place::same(p, pair),
        Verb::Apart(args) => place::apart(p, args),
        Verb::Scan(args) => scan::scan(p, args),
        Verb::History(args) => scan::history(p, args).await,
        Verb::Reveal(args) => scan::reveal(p, args).await,
        Verb::Duplicates => duplicate::list(p),
        Verb::Different(different) => duplicate::different(p, different),
    }
}
