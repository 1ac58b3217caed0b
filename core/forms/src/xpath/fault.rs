//! What can be wrong with an expression, before and while it is reckoned.
//!
//! Owns the reasons. Refuses to word them for people: codes go to the catalogue. Invariant: a fault of an expression
//! says where in its text it stands.

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFault {
    /// Something else was expected at a byte of the text.
    #[error("unexpected text at {at}")]
    Unexpected {
        /// The byte.
        at: usize,
    },
    /// A text in quotes has no end.
    #[error("a quote without an end at {at}")]
    OpenQuote {
        /// The byte.
        at: usize,
    },
    /// There is no such function.
    #[error("no function {name}")]
    UnknownFunction {
        /// Its name.
        name: String,
    },
    /// A function was called with too few or too many arguments.
    #[error("{count} arguments for {name}")]
    ArgumentCount {
        /// Its name.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// An argument has to be a path.
    #[error("{name} needs a path")]
    NotNodes {
        /// The function's name.
        name: String,
    },
    /// A prefix was not declared.
    #[error("no prefix {prefix}")]
    UnknownPrefix {
        /// The prefix.
        prefix: String,
    },
    /// Variables are not part of forms.
    #[error("a variable at {at}")]
    Variable {
        /// The byte.
        at: usize,
    },
    /// There is no such axis.
    #[error("no axis {name}")]
    UnknownAxis {
        /// Its name.
        name: String,
    },
    /// The expression is longer, or nests deeper, than a form's may.
    #[error("an expression above the limit")]
    TooLarge,
}

impl ParseFault {
    /// The code by which the catalogue words the fault.
    pub fn code(&self) -> &'static str {
        match self {
            ParseFault::Unexpected { .. } => "expression-unexpected",
            ParseFault::OpenQuote { .. } => "expression-open-quote",
            ParseFault::UnknownFunction { .. } => "expression-unknown-function",
            ParseFault::ArgumentCount { .. } => "expression-argument-count",
            ParseFault::NotNodes { .. } => "expression-not-a-path",
            ParseFault::UnknownPrefix { .. } => "expression-unknown-prefix",
            ParseFault::Variable { .. } => "expression-variable",
            ParseFault::UnknownAxis { .. } => "expression-unknown-axis",
            ParseFault::TooLarge => "expression-too-large",
        }
    }
}

/// Why an expression has no value now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalFault {
    /// A function needs nodes and was given something else.
    #[error("{0} needs nodes")]
    NotNodes(&'static str),
    /// A function was given a value that it cannot use.
    #[error("{0} cannot use its argument")]
    Argument(&'static str),
    /// A call cannot be made at all.
    #[error("{0}")]
    Broken(ParseFault),
    /// A pattern is not a regular expression, or takes too long.
    #[error("not a pattern")]
    Pattern,
    /// The expression takes more steps than one may.
    #[error("an expression that takes too long")]
    TooLong,
}
