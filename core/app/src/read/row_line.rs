//! One line of a list.

use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId};
use gridwalk_store::{ViewRow, flag};

/// A record as a list draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RowLine {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// First line; a code where the kind's title is one.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Status of its workflow; empty for kinds without one.
    pub status: String,
    /// Codes of its badges.
    pub badges: Vec<&'static str>,
    /// The unit that it is at home in.
    pub unit: Option<UnitId>,
    /// The record that it is below.
    pub parent: Option<RecordId>,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: AccountId,
    /// What a visit was paid to, in lists that show visits among others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Metres from where the reader stands, in lists that sort by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
}

/// Badges by flag, in the order in which they are drawn.
const BADGES: [(u32, &str); 8] = [
    (flag::DISAGREEMENT, "disagreement"),
    (flag::WAITS, "waits"),
    (flag::UNCONFIRMED, "saved"),
    (flag::OVERTAKEN, "overtaken"),
    (flag::EDITED_AFTER_DELETION, "edited_after_deletion"),
    (flag::GROUP, "same_as"),
    (flag::MORE_HEADS, "more_heads"),
    (flag::UNCONFIRMED_ADDRESS, "unconfirmed_address"),
];

/// Codes of a row's badges.
pub fn badges(row: &ViewRow) -> Vec<&'static str> {
    BADGES.into_iter().filter(|(flag, _)| row.has(*flag)).map(|(_, code)| code).collect()
}

impl From<ViewRow> for RowLine {
    fn from(row: ViewRow) -> Self {
        Self {
            badges: badges(&row),
            record: row.record,
            kind: row.kind,
            title: row.title,
            subtitle: row.subtitle,
            status: row.status,
            unit: row.unit,
            parent: row.parent,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
            place: None,
            metres: None,
        }
    }
}

/// Rows as lines.
pub fn lines(rows: Vec<ViewRow>) -> Vec<RowLine> {
    rows.into_iter().map(RowLine::from).collect()
}
