//! What a refusal of the reference converter names: the sheet, the row and the column, as far as it names them.
//!
//! Owns how its sentences are read. Refuses to guess. Invariant: what a sentence does not say is not compared.

use gridwalk_forms::import::Refusal;

/// Where a sentence points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The sheet.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column.
    pub column: Option<String>,
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let at = text.find(before)? + before.len();
    text[at..].split(after).next()
}

impl Place {
    /// Where a sentence points.
    pub fn of(message: &str) -> Place {
        let row = between(message, "[row : ", "]").and_then(|row| row.parse().ok());
        let sheet = between(message, "On the '", "' sheet").or_else(|| between(message, "for sheet: '", "'"));
        let behind = message.split("' sheet, ").nth(1).unwrap_or_default();
        let column = behind.strip_prefix("the '").and_then(|rest| rest.split_once("' value")).map(|(column, _)| column);
        let missing = between(message, "headers were not found: '", "'");
        Place { sheet: sheet.map(str::to_owned), row, column: column.or(missing).map(str::to_owned) }
    }

    /// Whether a refusal says the same wherever the sentence says anything.
    pub fn agrees(&self, refusal: &Refusal) -> bool {
        let sheet = self.sheet.is_none() || self.sheet == refusal.sheet;
        let row = self.row.is_none() || self.row == refusal.row;
        let column = self.column.is_none()
            || same_column(self.column.as_deref().unwrap_or_default(), refusal.column.as_deref().unwrap_or_default());
        sheet && row && column
    }
}

/// The converter calls the column `list_name` of the entities sheet `dataset`.
fn same_column(other: &str, own: &str) -> bool {
    other == own || (other == "dataset" && own == "list_name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_read_as_far_as_it_goes() {
        let place = Place::of("[row : 4] On the 'survey' sheet, the 'label::en' value is invalid. Names must …");
        assert_eq!(
            place,
            Place { sheet: Some("survey".to_owned()), row: Some(4), column: Some("label::en".to_owned()) }
        );
        assert_eq!(Place::of("Unknown question type 'x'."), Place::default());
        assert_eq!(Place::of("[row : unknown] On the 'survey' sheet, the 'name' value 'r' is invalid.").row, None);
    }
}
