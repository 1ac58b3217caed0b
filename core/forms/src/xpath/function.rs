//! The functions that an expression may call.
//!
//! Owns names, numbers of arguments and what gives or needs nodes. Refuses to reckon. Invariant: a name stands for one
//! function in a dialect.

use super::host::Dialect;

macro_rules! functions {
    ($($dialect:ident $name:literal $variant:ident $least:literal $most:expr;)*) => {
        /// A function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are those of the specification")]
        pub enum Function { $($variant,)* }

        impl Function {
            /// The name as it is written.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }
        }

        const TABLE: &[(&str, Function, usize, Option<usize>, Only)] =
            &[$(($name, Function::$variant, $least, $most, Only::$dialect),)*];
    };
}

/// Where a function is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Both,
    Forms,
}

functions! {
    // XPath 1.0, 4
    Both "boolean" Boolean 1 Some(1);
    Both "ceiling" Ceiling 1 Some(1);
    Both "concat" Concat 0 None;
    Both "contains" Contains 2 Some(2);
    Both "count" Count 1 Some(1);
    Both "current" Current 0 Some(0);
    Both "false" False 0 Some(0);
    Both "floor" Floor 1 Some(1);
    Both "id" Id 1 Some(1);
    Both "lang" Lang 1 Some(1);
    Both "last" Last 0 Some(0);
    Both "local-name" LocalName 0 Some(1);
    Both "name" Name 0 Some(1);
    Both "namespace-uri" NamespaceUri 0 Some(1);
    Both "normalize-space" NormalizeSpace 0 Some(1);
    Both "not" Not 1 Some(1);
    Both "number" Number 0 Some(1);
    Both "position" Position 0 Some(1);
    Both "round" Round 1 Some(2);
    Both "starts-with" StartsWith 2 Some(2);
    Both "string" String 0 Some(1);
    Both "string-length" StringLength 0 Some(1);
    Both "substring" Substring 2 Some(3);
    Both "substring-after" SubstringAfter 2 Some(2);
    Both "substring-before" SubstringBefore 2 Some(2);
    Both "sum" Sum 1 Some(1);
    Both "translate" Translate 3 Some(3);
    Both "true" True 0 Some(0);
    // ODK XForms, 5
    Forms "abs" Abs 1 Some(1);
    Forms "acos" Acos 1 Some(1);
    Forms "area" Area 1 None;
    Forms "asin" Asin 1 Some(1);
    Forms "atan" Atan 1 Some(1);
    Forms "atan2" Atan2 2 Some(2);
    Forms "base64-decode" Base64Decode 1 Some(1);
    Forms "boolean-from-string" BooleanFromString 1 Some(1);
    Forms "checklist" Checklist 2 None;
    Forms "coalesce" Coalesce 1 None;
    Forms "cos" Cos 1 Some(1);
    Forms "count-non-empty" CountNonEmpty 1 Some(1);
    Forms "count-selected" CountSelected 1 Some(1);
    Forms "date" Date 1 Some(1);
    Forms "date-time" DateTime 1 Some(1);
    Forms "decimal-date-time" DecimalDateTime 1 Some(1);
    Forms "decimal-time" DecimalTime 1 Some(1);
    Forms "digest" Digest 2 Some(3);
    Forms "distance" Distance 1 None;
    Forms "ends-with" EndsWith 2 Some(2);
    Forms "exp" Exp 1 Some(1);
    Forms "exp10" Exp10 1 Some(1);
    Forms "format-date" FormatDate 2 Some(2);
    Forms "format-date-time" FormatDateTime 2 Some(2);
    Forms "geofence" Geofence 2 Some(2);
    Forms "if" If 3 Some(3);
    Forms "indexed-repeat" IndexedRepeat 3 None;
    Forms "instance" Instance 1 Some(1);
    Forms "int" Int 1 Some(1);
    Forms "intersects" Intersects 1 Some(1);
    Forms "join" Join 1 None;
    Forms "jr:choice-name" ChoiceName 2 Some(2);
    Forms "jr:itext" Itext 1 Some(1);
    Forms "log" Log 1 Some(1);
    Forms "log10" Log10 1 Some(1);
    Forms "max" Max 1 None;
    Forms "min" Min 1 None;
    Forms "now" Now 0 Some(0);
    Forms "once" Once 1 Some(1);
    Forms "pi" Pi 0 Some(0);
    Forms "pow" Pow 2 Some(2);
    Forms "property" Property 1 Some(1);
    Forms "pulldata" Pulldata 4 Some(4);
    Forms "random" Random 0 Some(0);
    Forms "randomize" Randomize 1 Some(2);
    Forms "regex" Regex 2 Some(2);
    Forms "selected" Selected 2 Some(2);
    Forms "selected-at" SelectedAt 2 Some(2);
    Forms "sin" Sin 1 Some(1);
    Forms "sqrt" Sqrt 1 Some(1);
    Forms "substr" Substr 2 Some(3);
    Forms "tan" Tan 1 Some(1);
    Forms "today" Today 0 Some(0);
    Forms "uuid" Uuid 0 Some(1);
    Forms "version" Version 0 Some(0);
    Forms "weighted-checklist" WeightedChecklist 2 None;
    // Gridwalk's own
    Forms "add-worktime" AddWorktime 3 Some(3);
    Forms "cn-id-birth" CnIdBirth 1 Some(1);
    Forms "cn-id-sex" CnIdSex 1 Some(1);
    Forms "cn-id-valid" CnIdValid 1 Some(1);
    Forms "in-grid" InGrid 1 Some(2);
    Forms "pinyin-match" PinyinMatch 2 Some(2);
    Forms "region-name" RegionName 1 Some(2);
    Forms "uscc-valid" UsccValid 1 Some(1);
}

/// The function of a name, with the least and the most arguments that it takes.
pub fn named(name: &str, dialect: Dialect) -> Option<(Function, usize, Option<usize>)> {
    let row = TABLE.iter().find(|row| row.0 == name && (row.4 == Only::Both || dialect == Dialect::Forms))?;
    let most = match (row.1, dialect) {
        (Function::Round, Dialect::Plain) => Some(1),
        (Function::Position, Dialect::Plain) => Some(0),
        _ => row.3,
    };
    Some((row.1, row.2, most))
}

impl Function {
    /// Whether it takes so many arguments, beyond least and most.
    pub fn takes(self, count: usize) -> bool {
        match self {
            Function::IndexedRepeat => count % 2 == 1,
            Function::WeightedChecklist => count.is_multiple_of(2),
            _ => true,
        }
    }

    /// Which arguments have to be paths.
    pub fn needs_nodes(self) -> &'static [usize] {
        match self {
            Function::Count
            | Function::CountNonEmpty
            | Function::LocalName
            | Function::Name
            | Function::NamespaceUri
            | Function::Position
            | Function::Randomize
            | Function::Sum => &[0],
            Function::IndexedRepeat => &[0, 1, 3, 5, 7],
            _ => &[],
        }
    }

    /// Whether it gives nodes.
    pub fn gives_nodes(self) -> bool {
        matches!(
            self,
            Function::Current
                | Function::Id
                | Function::IndexedRepeat
                | Function::Instance
                | Function::Itext
                | Function::Randomize
        )
    }

    /// Whether it may give something else each time, though nothing changed.
    pub fn is_restless(self) -> bool {
        matches!(self, Function::Now | Function::Random | Function::Today | Function::Uuid)
    }
}
