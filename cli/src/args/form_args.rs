//! What can be typed about forms.
//!
//! Owns the arguments. Refuses to act. Invariant: none of them needs a phone that somebody enrolled.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on forms.
#[derive(Subcommand)]
pub enum FormVerb {
    /// 检查表单: whether a workbook is a form, else in which sheet, row and column it is none, and the cure
    #[command(
        after_help = "Examples:\n  gridwalk form check 入户走访.xlsx\n  gridwalk form check 入户走访.xlsx --json"
    )]
    Check(FormFile),
    /// 转换表单: write a workbook as an ODK XForm, or an XForm as this program understands it
    #[command(after_help = "Example:\n  gridwalk form convert 入户走访.xlsx --out 入户走访.xml")]
    Convert {
        /// The form.
        #[command(flatten)]
        form: FormFile,
        /// Where the XForm is written; - writes it here
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// A file that holds a form.
#[derive(ClapArgs)]
pub struct FormFile {
    /// An .xlsx, .xls or .csv workbook as xlsform.org has it, or an XForm
    pub file: PathBuf,
    /// Keeps choices of one name, with a warning
    #[arg(long)]
    pub lenient: bool,
}
