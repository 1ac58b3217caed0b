//! Workbooks of the project's own writing: what becomes of them, and what they are refused for.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

use gridwalk_forms::definition::{ControlKind, FormDefinition, Items, Message, Part, Source};
use gridwalk_forms::import::{Code, Imported, Options, Refusal, WarningCode, import};
use gridwalk_forms::xform;

/// A door-to-door survey in two languages, with a repeat for each person.
const CENSUS: &str = "\
survey,,,,,,,,
,type,name,label::中文 (zh),label::English (en),relevant,constraint,constraint_message,choice_filter
,select_one county,county,县区,County,,,,
,select_one town,town,街道,Town,,,,county = ${county}
,begin repeat,person,人员,Person,,,,
,text,name,姓名,Name,,,,
,integer,age,年龄,Age,,. >= 0 and . < 130,Please look again.,
,note,greet,您好 ${name},Hello ${name},${age} >= 60,,,
,end repeat,,,,,,,
,calculate,people,,,,,,
choices,,,,,,,,
,list_name,name,label::中文 (zh),label::English (en),county,,,
,county,a,甲县,County A,,,,
,county,b,乙县,County B,,,,
,town,a1,甲一,A1,a,,,
,town,b1,乙一,B1,b,,,
settings,,,,,,,,
,form_title,form_id,version,default_language,,,,
,入户登记,census,3,中文 (zh),,,,
";

fn read(text: &str) -> Result<Imported, Refusal> {
    import(text.as_bytes(), &Options::default())
}

fn refusal(text: &str) -> (Code, String, u32, String) {
    let refusal = read(text).unwrap_err();
    let (sheet, column) = (refusal.sheet.unwrap_or_default(), refusal.column.unwrap_or_default());
    (refusal.code, sheet, refusal.row.unwrap_or_default(), column)
}

fn census() -> FormDefinition {
    let text = CENSUS.replace(",calculate,people,,,,,,", ",note,end,完,End,,,,");
    read(&text).unwrap().definition
}

#[test]
fn a_calculate_without_calculation_is_told_with_its_row() {
    assert_eq!(refusal(CENSUS), (Code::CalculationMissing, "survey".to_owned(), 9, "calculation".to_owned()));
}

#[test]
fn a_survey_becomes_nodes_controls_lists_and_texts() {
    let form = census();
    assert_eq!((form.id.as_str(), form.title.as_str(), form.version.as_str()), ("census", "入户登记", "3"));
    let paths: Vec<String> =
        (0_u32..).take(form.nodes.len()).map(|at| form.path(gridwalk_forms::definition::NodeId(at))).collect();
    assert_eq!(
        paths,
        [
            "/data",
            "/data/county",
            "/data/town",
            "/data/person",
            "/data/person/name",
            "/data/person/age",
            "/data/person/greet",
            "/data/end",
            "/data/meta",
            "/data/meta/instanceID"
        ]
    );
    let age = form.nodes[5].bind.as_ref().unwrap();
    assert_eq!(age.constraint_message, Some(Message::Plain("Please look again.".to_owned())));
    assert_eq!(form.nodes[6].bind.as_ref().unwrap().relevant.as_deref(), Some(" ../age  >= 60"));
    let Items::Set(towns) = &form.body[1].items else { panic!("a list") };
    assert_eq!(towns.nodeset, "instance('town')/root/item[county =  /data/county ]");
    assert_eq!(towns.label, "jr:itext(itextId)");
    let repeat = &form.body[2].children[0];
    assert_eq!((repeat.kind, repeat.children.len()), (ControlKind::Repeat, 3));
    let languages: Vec<(&str, bool)> =
        form.itext.languages.iter().map(|language| (language.name.as_str(), language.default)).collect();
    assert_eq!(languages, [("中文 (zh)", true), ("English (en)", false)]);
    let greeting = form.itext.entries.iter().find(|entry| entry.id == "/data/person/greet:label").unwrap();
    assert_eq!(
        greeting.values[0].parts,
        [Part::Plain(" 您好 ".to_owned()), Part::Output(" ../name ".to_owned()), Part::Plain(" ".to_owned())]
    );
    let Source::Items(town) = &form.instances[1].source else { panic!("rows") };
    assert_eq!(town.columns, ["itextId", "name", "county"]);
    assert_eq!(town.cell(1, 2), Some("b"));
}

#[test]
fn a_form_written_as_an_xform_is_read_as_the_same_form() {
    let form = census();
    let read = xform::read(form.to_xform().as_bytes()).unwrap();
    assert_eq!(read, form);
    assert_eq!(FormDefinition::decode(&form.encode()), Ok(form));
}

#[test]
fn a_text_that_a_language_lacks_is_left_out_and_written_as_a_hyphen() {
    let text = "survey,,,,\n,type,name,label::A,label::B\n,text,x,only a,\n,text,y,both a,both b\n";
    let form = read(text).unwrap().definition;
    let entry = &form.itext.entries[0];
    assert_eq!((entry.id.as_str(), entry.values.len()), ("/data/x:label", 1));
    assert!(form.to_xform().contains("<value>-</value>"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let survey = |rows: &str| format!("survey,,,,\n,type,name,label,relevant\n{rows}");
    for (rows, code, row, column) in [
        (",text,a b,A,\n", Code::NameInvalid, 2, "name"),
        (",text,,A,\n", Code::NameMissing, 2, "name"),
        (",,a,A,\n", Code::TypeMissing, 2, "type"),
        (",textx,a,A,\n", Code::TypeUnknown, 2, "type"),
        (",text,meta,A,\n", Code::NameReserved, 2, "name"),
        (",text,a,A,\n,text,a,B,\n", Code::NameDuplicate, 3, "name"),
        (",text,a,A,${b} = 1\n", Code::ReferenceUnknown, 2, "relevant"),
        (",text,a,A,${a = 1\n", Code::ReferenceMalformed, 2, "relevant"),
        (",begin group,g,G,\n,text,a,A,\n", Code::BeginUnmatched, 2, "type"),
        (",text,a,A,\n,end group,,,\n", Code::EndUnmatched, 3, "type"),
        (",text,a,,\n", Code::LabelMissing, 2, "label"),
        (",select_one x y z,a,A,\n", Code::TypeUnknown, 2, "type"),
    ] {
        assert_eq!(refusal(&survey(rows)), (code, "survey".to_owned(), row, column.to_owned()), "{rows}");
    }
}

#[test]
fn a_sheet_that_is_missing_is_named_with_one_that_is_nearly_called_so() {
    let text = "surveys,,\n,type,name\n,text,a\nchoices,,\n,list_name,name\n";
    let refusal = read(text).unwrap_err();
    assert_eq!((refusal.code, refusal.sheet.as_deref()), (Code::SheetMissing, Some("survey")));
    assert_eq!(refusal.details, [("similar", "surveys".to_owned())]);
}

#[test]
fn choices_of_one_name_are_refused_or_kept_with_a_warning() {
    let text = "survey,,,\n,type,name,label\n,select_one l,a,A\nchoices,,,\n,list_name,name,label\n,l,x,X\n,l,x,Y\n";
    assert_eq!(refusal(text), (Code::ChoiceNameDuplicate, "choices".to_owned(), 3, "name".to_owned()));
    let lenient = Options { lenient: true, ..Options::default() };
    let imported = import(text.as_bytes(), &lenient).unwrap();
    assert!(imported.warnings.iter().any(|warning| warning.code == WarningCode::ChoiceNameDuplicate));
}

#[test]
fn entities_get_their_node_and_their_edition() {
    let text = "survey,,,,\n,type,name,label,save_to\n,text,a,A,tree\nentities,,\n,list_name,label\n,trees,${a}\n";
    let form = read(text).unwrap().definition;
    assert_eq!(form.entities_version.as_deref(), Some("2024.1.0"));
    assert!(form.find("/data/meta/entity/@dataset").is_some());
    let saved = form.nodes[1].bind.as_ref().unwrap();
    assert_eq!(saved.save_to.as_deref(), Some("tree"));
    let without = "survey,,,,\n,type,name,label,save_to\n,text,a,A,tree\n";
    assert_eq!(refusal(without).0, Code::SaveToWithoutEntities);
}

#[test]
fn an_xform_that_leads_nowhere_is_refused() {
    let form = census().to_xform();
    let astray = form.replace("nodeset=\"/data/town\"", "nodeset=\"/data/city\"");
    assert_eq!(xform::read(astray.as_bytes()).unwrap_err().code, Code::XFormPath);
    assert_eq!(xform::read(b"<a/>").unwrap_err().code, Code::XFormIncomplete);
    assert_eq!(xform::read(b"<a>").unwrap_err().code, Code::FileDamaged);
}
