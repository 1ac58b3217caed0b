//! Arguments of `numbers`.

use clap::Args as ClapArgs;

/// How it is typed.
pub const EXAMPLES: &str = "\
Examples:
  gridwalk numbers
  gridwalk numbers --month 2026-10 --by grid --json
  gridwalk numbers --rows on_time
  gridwalk numbers --volumes line";

/// Arguments of `numbers`.
#[derive(ClapArgs)]
pub struct Numbers {
    /// The month, as 2026-10; this one where none is said
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// Only this unit and what is below it
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Each grid, unit or worker beside the others, in the order of their names
    #[arg(long, value_enum)]
    pub by: Option<NumbersBy>,
    /// The rows behind a number: its code or its name
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["by", "volumes"])]
    pub rows: Option<String>,
    /// How many cases came in, in six months up to this one
    #[arg(long, value_enum, conflicts_with = "by")]
    pub volumes: Option<VolumesBy>,
}

/// Beside whom numbers are shown.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum NumbersBy {
    /// Grids
    Grid,
    /// Units that lead
    Unit,
    /// Workers
    Worker,
}

/// By what volumes are counted.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum VolumesBy {
    /// Lines by which they came
    Line,
    /// Classes
    Class,
    /// Kinds
    Kind,
    /// Where they come from
    Origin,
}
