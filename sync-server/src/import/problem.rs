//! What is wrong or odd in a table, cell by cell.
//!
//! Owns the codes and which of them block a row. Refuses words: the binary has them, with a cure for each.
//! Invariant: only what cannot be stored, or would surely be false, blocks; the rest warns.

use crate::limits::IMPORT_PROBLEMS_MAX;
use std::collections::BTreeMap;

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $code:literal $blocks:literal),+ $(,)?) => {
        /// What is wrong or odd.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)+
            /// What the model's checks find odd, by its own code.
            Odd(&'static str),
        }

        impl ProblemCode {
            /// All but those of the model.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ Self::Odd(code) => code }
            }

            /// Whether the row cannot be imported as it is.
            pub const fn blocks(self) -> bool {
                match self { $(Self::$name => $blocks,)+ Self::Odd(_) => false }
            }
        }
    };
}

problems! {
    /// A long number that the spreadsheet made a float of: its last digits are gone.
    DigitsLost "digits_lost" true,
    /// No date, or one that does not exist.
    NotADate "not_a_date" true,
    /// No whole number in the field's range.
    NotANumber "not_a_number" true,
    /// Neither yes nor no.
    NotYesOrNo "not_yes_or_no" true,
    /// A word that the code set does not have.
    WordUnknown "word_unknown" true,
    /// A text that is longer than the field.
    TooLong "too_long" true,
    /// A number with a character or a length that no such number has.
    NotThatNumber "not_that_number" true,
    /// Nothing where something must stand.
    Missing "missing" true,
    /// A formula without a saved value.
    FormulaWithoutValue "formula_without_value" true,
    /// The spreadsheet's own error, such as #N/A.
    CellFault "cell_fault" true,
    /// No unit of that code or name below the one of the import.
    UnitUnknown "unit_unknown" true,
    /// Several units of that name.
    UnitAmbiguous "unit_ambiguous" true,
    /// The same thing as in another row, with other cells.
    KeyTwice "key_twice" true,
    /// Coordinates that are no place on earth, or the wrong way round.
    NotAPlace "not_a_place" true,
    /// A login or a name that an account cannot have.
    AccountInvalid "account_invalid" true,
    /// A word that clears, in a cell that a record cannot be without.
    CannotClear "cannot_clear" true,
    /// The same row again.
    RowTwice "row_twice" false,
    /// Another value for the same thing than in an earlier row; the earlier one counts.
    DiffersFromRow "differs_from_row" false,
    /// A post that an earlier row fills already; this row's person fills one more of it.
    PostTwice "post_twice" false,
    /// Two numbers in one cell; the first counts.
    SeveralNumbers "several_numbers" false,
    /// A sensitive field that nobody stated a purpose for where the row is; the cell is left out.
    NotInUse "not_in_use" false,
    /// A column that is hidden in the file and is read all the same.
    ColumnHidden "column_hidden" false,
    /// A column of which nobody knows the field; it is left out.
    ColumnUnknown "column_unknown" false,
}

/// A problem with its place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// What.
    #[serde(serialize_with = "as_code")]
    pub code: ProblemCode,
    /// Whether the row stays out.
    pub blocks: bool,
    /// The row, from 1, as the file counts; 0 for what concerns a column.
    pub row: u32,
    /// The column, as spreadsheets letter it; empty for a whole row.
    pub column: String,
    /// The column's heading.
    pub heading: String,
    /// What stands there.
    pub found: String,
    /// The other row that it is about; 0 for none.
    pub other_row: u32,
}

fn as_code<S: serde::Serializer>(code: &ProblemCode, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(code.code())
}

/// All problems of a table: the first of them whole, the rest counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The first.
    pub list: Vec<Problem>,
    /// How many of each code.
    pub counts: BTreeMap<&'static str, u64>,
    /// Rows that stay out.
    pub blocked_rows: u64,
}

impl Problems {
    /// Notes those that there are.
    pub fn note_all(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.note(problem));
    }

    /// Notes one.
    pub fn note(&mut self, problem: Problem) {
        *self.counts.entry(problem.code.code()).or_default() += 1;
        // What blocks is never crowded out by what only warns.
        let warnings_max = IMPORT_PROBLEMS_MAX / 2;
        let room = if problem.blocks { IMPORT_PROBLEMS_MAX } else { warnings_max };
        let of_its_sort = self.list.iter().filter(|p| p.blocks == problem.blocks).count();
        if of_its_sort < room {
            self.list.push(problem);
        }
    }
}

/// The letters of a column, from 0: A, B, … Z, AA.
pub fn letters(mut column: usize) -> String {
    let mut text = Vec::new();
    loop {
        text.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or_default()));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        let columns = [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")];
        for (column, text) in columns {
            assert_eq!(letters(column), text);
        }
    }
}
