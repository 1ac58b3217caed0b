//! What can be typed about forms.
//!
//! Owns the arguments. Refuses to act. Invariant: check and convert need no phone that somebody enrolled.

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
    /// 发布表单: bring a form in, or a new version of one, for everybody below a unit
    #[command(after_help = "Example:\n  gridwalk form publish 入户走访.xlsx --unit 330402007024")]
    Publish {
        /// The form.
        #[command(flatten)]
        form: FormFile,
        /// The unit, by name or code; your own if you have one only
        #[arg(long)]
        unit: Option<String>,
    },
    /// 表单: the forms that are filled here, with their versions
    #[command(after_help = "Example:\n  gridwalk form list")]
    List,
    /// 填报: submissions on this phone, drafts and finished ones
    #[command(
        after_help = "Examples:\n  gridwalk form submissions 入户走访\n  gridwalk form submissions 入户走访 --answers --json"
    )]
    Submissions {
        /// Those of this form: its id, or what it is called
        form: Option<String>,
        /// With what was answered
        #[arg(long)]
        answers: bool,
    },
    /// 填表: begin to fill a form, or go on with a submission; each line of what is typed is saved at once
    #[command(
        after_help = "Examples:\n  gridwalk form run 入户走访 --about 王家 --set name=王小明\n  gridwalk form run SUBMISSION --add person --set person[2]/name=陈红 --finish\n  gridwalk form run SUBMISSION --interactive"
    )]
    Run(FormRun),
    /// 换用新版: what the newest version of a form does to drafts of older ones; with --apply they are filled by it
    #[command(after_help = "Examples:\n  gridwalk form renew 入户走访\n  gridwalk form renew SUBMISSION --apply")]
    Renew {
        /// A form, by its id or what it is called: all its drafts; or the id of one submission
        what: String,
        /// Does it; without this it is only shown
        #[arg(long)]
        apply: bool,
    },
}

/// What is done to a submission.
#[derive(ClapArgs)]
pub struct FormRun {
    /// A form, by its id or what it is called: then a submission begins; or the id of a submission, which goes on
    pub form: String,
    /// What it is about: a home, a household, premises, a case …
    #[arg(long)]
    pub about: Option<String>,
    /// The unit in which it is at home; your own if you have one only
    #[arg(long)]
    pub unit: Option<String>,
    /// Adds a copy of a repeat; done before anything is answered
    #[arg(long, value_name = "PATH")]
    pub add: Vec<String>,
    /// Answers a question; an empty answer takes it back
    #[arg(long = "set", value_name = "PATH=ANSWER")]
    pub set: Vec<String>,
    /// Takes a copy out; done after everything is answered
    #[arg(long, value_name = "PATH[N]")]
    pub remove: Vec<String>,
    /// Shows the form in this of its languages
    #[arg(long, value_name = "NAME")]
    pub language: Option<String>,
    /// Finishes it, if nothing is missing
    #[arg(long)]
    pub finish: bool,
    /// Goes on line by line.
    #[arg(
        long,
        help = "Goes on line by line: PATH=ANSWER, +PATH for a copy more, -PATH[N] for one less, an empty line to end"
    )]
    pub interactive: bool,
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
