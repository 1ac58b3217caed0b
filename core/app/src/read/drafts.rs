//! Drafts: forms that are open, with what is typed so far.

use super::Reader;
use super::named::Named;
use gridwalk_model::id::DraftId;
use gridwalk_model::{RecordId, Timestamp};
use gridwalk_store::StoreError;
use serde_json::Value as Json;

/// One open form.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DraftLine {
    /// Its id.
    pub draft: DraftId,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title, as far as the record is here.
    pub title: String,
    /// What a new record is to be below, as far as what is typed so far says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Named>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What is typed so far.
    pub content: Json,
    /// Whether the record changed since the form was opened.
    pub changed_since: bool,
    /// What stood on the screen when it was opened.
    pub basis: String,
}

impl Reader<'_> {
    /// All drafts, oldest first.
    pub fn drafts(&self) -> Result<Vec<DraftLine>, StoreError> {
        let line = |draft: gridwalk_store::Draft| {
            let now = self.store.begin(draft.record, self.actor.now)?;
            let content: Json = serde_json::from_str(&draft.content).unwrap_or(Json::Null);
            let door = content["door"].as_str().and_then(|text| text.parse::<RecordId>().ok());
            Ok(DraftLine {
                draft: draft.draft,
                record: draft.record,
                title: self.store.row(draft.record)?.map(|r| r.title).unwrap_or_default(),
                kind: draft.kind,
                opened_at: draft.opened_at,
                below: door.map(|door| self.title_of(door)).transpose()?.flatten(),
                content,
                changed_since: now.names() != draft.basis.names(),
                basis: draft.basis.to_string(),
            })
        };
        self.store.drafts()?.into_iter().map(line).collect()
    }
}
