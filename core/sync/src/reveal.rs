//! Having a hidden value shown for a reason: what is asked, and what is told.
//!
//! Owns the two bodies of `POST /v1/reveal`. Refuses to say who may: the server's tables do. Invariant: nothing is asked
//! without a reason.

use gridwalk_model::id::{RecordId, SpaceId};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RevealRequest {
    /// The space that the record lives in.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: String,
    /// Why; it stands in the audit for good.
    pub reason: String,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Revealed {
    /// The values that stand in the field, the newest first; several where people disagree.
    pub values: Vec<String>,
}
