//! Doors for forms: what a supervisor wrote in a spreadsheet, XForms of other programs, expressions, and what phones hold.
//!
//! Owns their list. Refuses to know how a form is filled. Invariant: what is taken as a form is compiled and written as well,
//! for nobody else looks at it before a phone does.

use super::file::workbook;
use crate::door::{By, Door};
use gridwalk_forms::definition::FormDefinition;
use gridwalk_forms::import::{self, Options};
use gridwalk_forms::run::{Attachment, Form, Run, Situation};
use gridwalk_forms::tree::Names;
use gridwalk_forms::xform;
use gridwalk_forms::xpath::{self, Dialect, Prefixes};

/// A form with much in it, as a table: questions, a list, a repeat, expressions.
const TABLE: &str = concat!(
    "survey,,,,,,,,\n",
    ",type,name,label,relevant,constraint,calculation,choice_filter,repeat_count\n",
    ",select_one place,place,Where?,,,,,\n",
    ",integer,people,How many in ${place}?,${place} = 'home',. >= 0 and . < 30,,,\n",
    ",begin repeat,person,Person,,,,,${people}\n",
    ",text,called,Name,,\"regex(., '^[A-Z]')\",,,\n",
    ",select_multiple need,needs,Needs,,,,\"kind = ${place}\",\n",
    ",end repeat,,,,,,,\n",
    ",calculate,sum,,,,\"if(${people} > 3, sum(${people}), 0)\",,\n",
    "choices,,,,,,,,\n",
    ",list_name,name,label,kind,,,,\n",
    ",place,home,At home,,,,,\n",
    ",place,away,Away,,,,,\n",
    ",need,care,Care,home,,,,\n",
    "settings,,,,,,,,\n",
    ",form_id,version,,,,,,\n",
    ",visit,1,,,,,,\n",
);
/// The rows of a sheet with questions.
const SHEET: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>type</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>name</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>label</t></is></c></row><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>integer</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>people</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>${people}</t></is></c></row>";
/// Room for a file that is unpacked and for the form that is made of it.
const FORM_MEMORY_MAX: usize = 256 << 20;

fn is_form(bytes: &[u8]) -> bool {
    import::import(bytes, &Options { lenient: true, ..Options::default() }).is_ok_and(|form| is_whole(form.definition))
}

/// Compiled, written and kept.
fn is_whole(definition: FormDefinition) -> bool {
    let (kept, written) = (definition.encode(), definition.to_xform());
    let form = Form::new(definition, &[]);
    !kept.is_empty() && !written.is_empty() && form.findings().is_empty() && form.cycle().is_none()
}

/// A list that comes beside a form, in each way in which it may be written; and all that a choice asks of it.
fn lists(bytes: &[u8]) -> bool {
    let content = String::from_utf8_lossy(bytes).into_owned();
    let mut planted = false;
    for file in ["places.csv", "places.geojson", "places.xml"] {
        let table = format!(
            "survey,,,,\n,type,name,label,choice_filter\n,select_one_from_file {file},place,Where?,name != kind\n"
        );
        let Ok(form) = import::import(table.as_bytes(), &Options { lenient: true, ..Options::default() }) else {
            continue;
        };
        let kind = if file.ends_with("csv") { "file-csv" } else { "file" };
        let attachment = Attachment { address: format!("jr://{kind}/{file}"), content: content.clone() };
        let run = Run::open(Form::new(form.definition, &[attachment]), Situation::default());
        let mut spots = run.below(run.root());
        spots.retain(|spot| !run.choices(*spot).is_empty());
        planted |= !spots.is_empty();
    }
    planted
}

/// Typed into every question of a form, with all that follows from it, and the submission that comes out.
fn filled(text: &str) -> bool {
    let Ok(form) = import::import(TABLE.as_bytes(), &Options::default()) else { return false };
    let mut run = Run::open(Form::new(form.definition, &[]), Situation::default());
    let mut waiting = run.below(run.root());
    let mut taken = false;
    while let Some(spot) = waiting.pop() {
        taken |= run.set(spot, text).is_ok();
        let _violated = run.violation(spot);
        waiting.extend(run.below(spot));
    }
    run.finish();
    taken && !run.submission().is_empty()
}

/// The doors.
pub fn doors() -> Vec<Door> {
    let definition = import::import(TABLE.as_bytes(), &Options::default()).map(|form| form.definition);
    let definition = definition.unwrap_or_default();
    let file = |name, usual: Vec<u8>, enter: fn(&[u8]) -> bool| {
        Door::new(name, By::File, vec![usual], enter).with_memory(FORM_MEMORY_MAX)
    };
    let expressions = [
        "if(selected(/data/a, 'x') and count(/data/r[b > 3]) > 1, concat('是', ../c), once(random()))",
        "instance('list')/root/item[name = current()/../a]/label",
        "format-date(today() + 3 * 7, '%Y-%m-%d') != string(-1.5e3 div 0)",
        "cn-id-valid(/data/id) or regex(., '^(a|b)+$')",
    ];
    vec![
        file("form_table", TABLE.as_bytes().to_vec(), is_form),
        file("form_workbook", workbook(SHEET.as_bytes()), is_form),
        file("form_sheet", SHEET.as_bytes().to_vec(), |bytes| is_form(&workbook(bytes))),
        file("form_xform", definition.to_xform().into_bytes(), |bytes| xform::read(bytes).is_ok_and(is_whole)),
        file("form_definition", definition.encode(), |bytes| FormDefinition::decode(bytes).is_ok_and(is_whole)),
        file("form_list", b"name,label,kind\nhome,At home,care\naway,\"Away, far\",\n".to_vec(), lists),
        Door::of_text("form_answers", &["home", "12", "一二", "home away", "-1.5e3"], filled)
            .with_memory(FORM_MEMORY_MAX),
        Door::of_text("form_expression", &expressions, |text| {
            xpath::compile(text, &mut Names::default(), &Prefixes::default(), Dialect::Forms).is_ok()
        }),
    ]
}
