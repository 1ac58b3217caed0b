//! `classes`: writes the page of case classes from the tables that ship.
//!
//! Owns the page. Refuses to judge the tables: the model's tests do. Invariant: run twice, it changes nothing the second time.

use gridwalk_model::case_class::{CaseClass, ClassBook};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::work_time::{Limit, TimeUnit};
use gridwalk_tidy::tree;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The page.
const PAGE: &str = "docs/case-classes.md";

/// Writes it.
pub fn run() -> io::Result<ExitCode> {
    std::fs::write(tree::root().join(PAGE), page())?;
    writeln!(io::stdout(), "{PAGE}")?;
    Ok(ExitCode::SUCCESS)
}

const HEAD: &str = "\
# Case classes that ship

Made from `catalog/classes` by `cargo xtask classes`; `catalog/classes/SOURCES.md` says where they come from. Limits, conditions
and units are the project's own (示例) unless a row says otherwise, and no conformance with a standard is claimed. An office puts its own
in their place with `gridwalk-server calendar import` ([administrator](users/administrator.md)). Three limits are for areas of type A, B and C.

工作时 work hours · 紧急工作时 urgent hours · 工作日 working days · 自然日 natural days
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut set = String::new();
    for class in ClassBook::shipped().all() {
        let of = format!("{}/{}", class.of.codeset, class.of.version);
        if of != set {
            let _ = write!(
                page,
                "\n## {of}\n\n| code | class | limit | filed when | closed when | responsible |\n|---|---|---|---|---|---|\n"
            );
            set = of;
        }
        page.push_str(&row(class));
    }
    page
}

fn row(class: &CaseClass) -> String {
    let language = "zh-Hans";
    let (name, english) = (class.name.text(language), class.name.text("en"));
    let department = CodeSet::DutyDepartment.entry(&class.department).map_or("", |entry| entry.zh_hans);
    let (file, close) = (class.file_when.text(language), class.close_when.text(language));
    format!("| {} | {name} {english} | {} | {file} | {close} | {department} |\n", class.of.code, limits(class.limits))
}

fn limits([a, b, c]: [Limit; 3]) -> String {
    let unit = match a.unit {
        TimeUnit::UrgentHour => "紧急工作时",
        TimeUnit::WorkHour => "工作时",
        TimeUnit::Workday => "工作日",
        TimeUnit::NaturalDay => "自然日",
    };
    if a == b && b == c {
        return format!("{} {unit}", a.number());
    }
    format!("{} / {} / {} {unit}", a.number(), b.number(), c.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_tables_make() {
        let written = std::fs::read_to_string(tree::root().join(PAGE)).unwrap_or_default();
        assert!(written == page(), "{PAGE} is not what the tables make; run: cargo xtask classes");
    }
}
