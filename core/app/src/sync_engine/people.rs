//! Asking what colleagues are called whom records here name: at the end of a session, where a name is missing or old.
//!
//! Owns the question and when it is asked. Refuses to ask about anybody whom no record held names. Invariant: no answer is
//! never a reason why a session is not done.

use super::carry::Carrier;
use crate::error::AppError;
use crate::notebook::Notebook;
use crate::transport::Transport;
use gridwalk_model::AccountId;
use gridwalk_sync::client;
use gridwalk_sync::people::{PeopleRequest, PersonMet};

/// Asks for the names for which it is time, as many as are asked at once.
pub(super) async fn ask(notebook: &Notebook, carrier: &Carrier, transport: &dyn Transport) -> Result<(), AppError> {
    let people = notebook.store().people_to_ask(notebook.now())?;
    let met = people.into_iter().map(|(account, space, record)| PersonMet { account, space, record });
    ask_for(notebook, carrier, transport, met.collect()).await
}

/// Asks for these names, and keeps what is told.
pub(crate) async fn ask_for(
    notebook: &Notebook,
    carrier: &Carrier,
    transport: &dyn Transport,
    people: Vec<PersonMet>,
) -> Result<(), AppError> {
    if people.is_empty() {
        return Ok(());
    }
    let asked: Vec<AccountId> = people.iter().map(|met| met.account).collect();
    let json = serde_json::to_vec(&PeopleRequest { people }).map_err(|_| AppError::NotUnderstood)?;
    let Ok(answer) = carrier.post_json(transport, "/v1/people", json).await? else { return Ok(()) };
    // A server that does not know the question, or had no time for it, is asked another day.
    let told = client::read_people(answer.status().as_u16(), answer.body()).map(|told| told.people).unwrap_or_default();
    let named: Vec<_> = told.into_iter().map(|p| (p.account, p.name)).collect();
    Ok(notebook.store().keep_names(&asked, &named, notebook.now())?)
}
