//! What a workbook asks that will be slow, or that other programs do not show.
//!
//! Owns the warnings. Refuses to change or to refuse anything: a form runs as it is written. Invariant: a filter is warned of
//! exactly if the engine looks through a long list for it, row by row.

use super::choices::Lists;
use super::draft::Draft;
use super::refusal::{Warning, WarningCode};
use super::select::is_choice_file;
use super::survey::stem;
use crate::tree::Names;
use crate::xpath::{Dialect, Prefixes, compile, equality};
use gridwalk_model::limits;

/// Warns of filters over long lists that no index helps.
pub(super) fn look_at_filters(draft: &Draft, lists: &Lists, warnings: &mut Vec<Warning>) {
    if let (Some(filter), Some(list)) = (&draft.filter, draft.itemset.as_deref())
        && is_long(list, lists)
        && scans(filter)
    {
        let warning = Warning::new(WarningCode::FilterScans, "survey", draft.row);
        warnings.push(warning.with("name", draft.name.clone()).with("list", list));
    }
    draft.children.iter().for_each(|child| look_at_filters(child, lists, warnings));
}

/// Whether a list has many rows; of one in a file nobody knows before the file comes.
fn is_long(list: &str, lists: &Lists) -> bool {
    let known = lists.get(list).map(|list| list.choices.len());
    known.map_or_else(|| is_choice_file(stem(list).1), |rows| rows > limits::FORM_SCAN_ROWS)
}

/// Whether a filter compares no column with something that is the same for all rows. One that is no expression is refused
/// elsewhere.
fn scans(filter: &str) -> bool {
    let (mut text, mut rest) = (String::new(), filter);
    // A reference to another question is the same for all rows, as any path from the root is.
    while let Some((before, after)) = rest.split_once("${") {
        text.extend([before, "/x"]);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let filter = compile(&text, &mut Names::default(), &Prefixes::default(), Dialect::Forms);
    filter.is_ok_and(|filter| equality(&filter).is_none())
}

/// Appearances of XLSForm that a program is known to show, without those that take a number or an address.
const APPEARANCES: &[&str] = &[
    "annotate",
    "arabic",
    "autocomplete",
    "bearing",
    "bikram-sambat",
    "buddhist",
    "columns",
    "columns-flex",
    "columns-pack",
    "comments",
    "compact",
    "coptic",
    "counter",
    "distress",
    "draw",
    "ethiopian",
    "ex",
    "field-list",
    "grouped-likert",
    "hide-input",
    "horizontal",
    "horizontal-compact",
    "image-map",
    "islamic",
    "label",
    "likert",
    "list",
    "list-nolabel",
    "map",
    "maps",
    "map-map",
    "masked",
    "minimal",
    "month-year",
    "multiline",
    "myanmar",
    "new",
    "new-front",
    "new-rear",
    "no-buttons",
    "no-calendar",
    "no-collapse",
    "no-ticks",
    "numbers",
    "one-by-one",
    "persian",
    "picker",
    "placement-map",
    "quick",
    "quickcompact",
    "rating",
    "relevant",
    "satellite",
    "search",
    "selfie",
    "show_formatted",
    "signature",
    "spinner",
    "streets",
    "table-list",
    "terrain",
    "textarea",
    "thousands-sep",
    "url",
    "vertical",
    "year",
    "calendar",
    "default",
];

/// Beginnings of those that take a number, a name or an address.
const BEGINNINGS: &[&str] =
    &["columns-", "compact-", "quickcompact-", "w", "h", "ex:", "printer:", "intent:", "search("];

fn is_known(word: &str) -> bool {
    let begins = |beginning: &&&str| {
        let rest = word.strip_prefix(**beginning);
        let counts = beginning.len() > 1 && !beginning.ends_with('-');
        rest.is_some_and(|rest| counts || (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())))
    };
    APPEARANCES.contains(&word) || BEGINNINGS.iter().any(|beginning| begins(&beginning))
}

/// Warns of an appearance that no program is known to show.
pub(super) fn look_at_appearance(appearance: &str, row: u32, warnings: &mut Vec<Warning>) {
    // What stands in brackets is for another program.
    let plain = appearance.split_once('(').map_or(appearance, |(before, _)| before);
    if plain.contains("${") {
        return;
    }
    for word in plain.split_whitespace().filter(|word| !is_known(&word.to_lowercase())) {
        warnings.push(Warning::new(WarningCode::AppearanceUnknown, "survey", row).with("appearance", word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, import};

    fn codes(text: &str) -> Vec<(&'static str, Option<u32>)> {
        let imported = import(text.as_bytes(), &Options::default()).unwrap();
        imported.warnings.iter().map(|warning| (warning.code.code(), warning.row)).collect()
    }

    fn with_rows(filter: &str, rows: usize) -> Vec<(&'static str, Option<u32>)> {
        let mut text = format!(
            "survey,,,,\n,type,name,label,choice_filter\n,text,county,县,\n,select_one town,town,镇,\"{filter}\"\n\
             choices,,,,\n,list_name,name,label,county\n"
        );
        text.extend((0..rows).map(|row| format!(",town,t{row},镇 {row},c{}\n", row % 9)));
        codes(&text)
    }

    #[test]
    fn a_filter_that_looks_through_a_long_list_is_warned_of() {
        let many = limits::FORM_SCAN_ROWS + 1;
        for found in [
            "county = ${county}",
            "${county} = county and name != 't1'",
            "county = 'c1'",
            "true() and county=${county}",
        ] {
            assert_eq!(with_rows(found, many), [], "{found}");
        }
        for scanned in ["contains(county, ${county})", "county != ${county}", "county = ${county} or name = 't1'"] {
            assert_eq!(with_rows(scanned, many), [("filter_scans", Some(3))], "{scanned}");
            assert_eq!(with_rows(scanned, limits::FORM_SCAN_ROWS), [], "a short list: {scanned}");
        }
    }

    #[test]
    fn a_list_from_a_file_may_be_long() {
        let form = |filter: &str| {
            codes(&format!(
                "survey,,,,\n,type,name,label,choice_filter\n,text,county,县,\n\
                 ,select_one_from_file towns.csv,town,镇,\"{filter}\"\n"
            ))
        };
        assert_eq!(form("contains(label, ${county})"), [("filter_scans", Some(3))]);
        assert_eq!(form("county = ${county}"), []);
    }

    #[test]
    fn an_appearance_that_nobody_shows_is_named_and_kept() {
        let form = |appearance: &str| format!("survey,,,,\n,type,name,label,appearance\n,text,a,A,\"{appearance}\"\n");
        for known in
            ["multiline", "w2 numbers", "search('towns')", "ex:org.example.app(a='b c')", "columns-3 minimal", "Quick"]
        {
            assert_eq!(codes(&form(known)), [], "{known}");
        }
        for unknown in ["sparkling", "columns-x", "wide", "h"] {
            assert_eq!(codes(&form(unknown)), [("appearance_unknown", Some(2))], "{unknown}");
        }
        let imported = import(form("w1 sparkling").as_bytes(), &Options::default()).unwrap();
        assert_eq!(imported.definition.body[0].appearance.as_deref(), Some("w1 sparkling"));
    }
}
