//! From the tree to the definition: nodes, binds, instances, actions.
//!
//! Owns the order in which a definition names things. Refuses two attachments under one name. Invariant: nodes come
//! after their parents, in the order of the rows.

use super::body::{Body, is_search};
use super::choices::{ChoiceList, Lists};
use super::draft::{Draft, Kind};
use super::expression::{has_last_saved, has_reference, is_dynamic};
use super::refusal::{Code, Refusal};
use super::select::is_choice_file;
use super::settings::Settings;
use super::survey::stem;
use super::tree::{Element, Manner, Tree};
use super::value::{Map, Value};
use super::words::Words;
use crate::definition::{
    Attribute, Bind, FormDefinition, Instance, ItemTable, Message, Node, NodeId, NodeKind, Repeat, Source,
};

/// Columns in which `pulldata(…)` makes an instance.
const FORMULAS: [&str; 5] = ["calculate", "constraint", "readonly", "required", "relevant"];

/// The definition of a form.
pub(super) fn definition(
    form: Draft,
    settings: &Settings,
    lists: &mut Lists,
    entities: Option<&'static str>,
) -> Result<FormDefinition, Refusal> {
    let mut tree = Tree::of(form);
    look_at_names(&tree)?;
    look_at_searches(&tree, lists)?;
    for element in &mut tree.elements {
        if let Some(kind) = super::kinds::of(&element.draft.question) {
            element.draft.complete(kind);
        }
        if element.draft.label.is_none() && element.draft.appearance() == Some("label") {
            element.draft.label = Some(" ".into());
        }
    }
    let itext = Words::of(&tree, lists, &settings.default_language)?;
    let mut definition = FormDefinition {
        title: settings.title.clone(),
        id: settings.id.clone(),
        version: settings.text("version").unwrap_or_default().to_owned(),
        itext,
        submission: submission(settings),
        style: settings.text("style").map(str::to_owned),
        namespaces: namespaces(settings, entities.is_some()),
        xforms_version: Some("1.0.0".to_owned()),
        entities_version: entities.map(str::to_owned),
        ..FormDefinition::default()
    };
    let ids = nodes(&tree, settings, &mut definition.nodes)?;
    definition.instances = instances(&tree, lists)?;
    let body = Body::new(&tree, lists, &ids);
    for (place, element) in tree.elements.iter().enumerate() {
        if let Some(own) = &element.draft.bind
            && element.draft.kind != Kind::External
        {
            definition.nodes[ids[place].0 as usize].bind = Some(Box::new(bind(&body, place, element, own)?));
        }
        if matches!(element.draft.kind, Kind::Question | Kind::Attribute) {
            definition.actions.extend(body.actions(place, false)?);
        }
    }
    definition.body = body.children(0)?;
    Ok(definition)
}

/// Refuses types that are none and names that stand twice, those that rows made for themselves too.
fn look_at_names(tree: &Tree) -> Result<(), Refusal> {
    let located = |code, draft: &Draft, column: &str| {
        let refusal = if draft.row > 0 { Refusal::survey(code, draft.row, column) } else { Refusal::new(code) };
        refusal.with("name", draft.name.clone())
    };
    for element in &tree.elements {
        let draft = &element.draft;
        if draft.kind == Kind::Question && super::kinds::of(&draft.question).is_none() {
            return Err(located(Code::TypeUnknown, draft, "type").with("type", draft.question.clone()));
        }
    }
    let mut repeats = std::collections::HashSet::new();
    for element in &tree.elements {
        let mut names = std::collections::HashSet::new();
        for child in &element.children {
            let draft = &tree.get(*child).draft;
            if draft.kind != Kind::Attribute && !names.insert(draft.name.as_str()) {
                return Err(located(Code::NameDuplicate, draft, "name"));
            }
        }
        let draft = &element.draft;
        if draft.kind == Kind::Repeat && !repeats.insert(draft.name.as_str()) {
            return Err(located(Code::RepeatNameDuplicate, draft, "name"));
        }
    }
    Ok(())
}

/// Marks the lists that `search()` uses, and refuses those that others use without.
fn look_at_searches(tree: &Tree, lists: &mut Lists) -> Result<(), Refusal> {
    let selects = |draft: &Draft| matches!(&*draft.question, "select one" | "select all that apply" | "rank");
    let all = || tree.elements.iter().map(|element| &element.draft).filter(|draft| selects(draft));
    for draft in all().filter(|draft| is_search(draft)) {
        let list = draft.itemset.as_deref().unwrap_or_default();
        let refused = |code| Refusal::survey(code, draft.row, "appearance").with("name", draft.name.clone());
        if is_choice_file(stem(list).1) {
            return Err(refused(Code::SearchFromFile));
        }
        let mixed = all().find(|other| !is_search(other) && other.list_name == draft.list_name);
        if let Some(other) = mixed {
            return Err(refused(Code::SearchMixed).with("list", list).with("other", other.name.clone()));
        }
        if let Some(list) = lists.get_mut(list) {
            list.used_by_search = true;
        }
    }
    Ok(())
}

fn submission(settings: &Settings) -> Option<Vec<Attribute>> {
    let mut attributes = Vec::new();
    if let Some(address) = settings.text("submission_url") {
        attributes.push(Attribute::new("action", address));
        attributes.push(Attribute::new("method", "post"));
    }
    for (setting, name) in
        [("public_key", "base64RsaPublicKey"), ("auto_send", "orx:auto-send"), ("auto_delete", "orx:auto-delete")]
    {
        attributes.extend(settings.text(setting).map(|value| Attribute::new(name, value)));
    }
    if settings.says("client_editable", false) {
        attributes.push(Attribute::new("odk:client-editable", "true"));
    }
    (!attributes.is_empty()).then_some(attributes)
}

fn namespaces(settings: &Settings, entities: bool) -> Vec<Attribute> {
    let mut all: Vec<Attribute> = Vec::new();
    let own = settings.text("namespaces").unwrap_or_default();
    let entities = if entities { "entities=http://www.opendatakit.org/xforms/entities" } else { "" };
    for pair in own.split_whitespace().chain(entities.split_whitespace()) {
        let parts: Vec<&str> = pair.split('=').collect();
        let [prefix, address] = *parts else { continue };
        if prefix.is_empty() || crate::xform::NAMESPACES.iter().any(|(known, _)| *known == prefix) {
            continue;
        }
        let address = address.replace(['"', '\''], "");
        match all.iter_mut().find(|own| own.name == prefix) {
            Some(own) => own.value = address,
            None => all.push(Attribute::new(prefix, address)),
        }
    }
    all
}

/// The nodes, and which belongs to which element.
fn nodes(tree: &Tree, settings: &Settings, nodes: &mut Vec<Node>) -> Result<Vec<NodeId>, Refusal> {
    let mut ids: Vec<NodeId> = Vec::with_capacity(tree.elements.len());
    let id = |nodes: &Vec<Node>| NodeId(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
    for (place, element) in tree.elements.iter().enumerate() {
        let draft = &element.draft;
        let parent = element.parent.map(|parent| ids[parent]);
        if draft.kind == Kind::External {
            // Declares an instance and has no place in the form's own.
            ids.push(parent.unwrap_or_default());
            continue;
        }
        let own = id(nodes);
        ids.push(own);
        let static_default = draft.default.as_deref().filter(|default| !is_dynamic(default, &draft.question));
        nodes.push(Node {
            parent,
            name: draft.name.clone(),
            kind: if draft.kind == Kind::Attribute { NodeKind::Attribute } else { NodeKind::Element },
            value: if draft.kind == Kind::Attribute {
                draft.value.clone()
            } else {
                static_default.filter(|_| draft.kind == Kind::Question).unwrap_or_default().to_owned()
            },
            bind: None,
            repeat: (draft.kind == Kind::Repeat)
                .then(|| Box::new(Repeat { initial: 1, template: true, seeds: Vec::new(), later: later(tree, place) })),
        });
        let attribute = |name: &str, value: String| Node {
            parent: Some(own),
            name: name.to_owned(),
            kind: NodeKind::Attribute,
            value,
            ..Node::default()
        };
        for (name, value) in draft.instance.iter() {
            let text = value.text().unwrap_or_default();
            nodes.push(attribute(name, tree.expression(text, Some(place), Manner::default())?));
        }
        if draft.kind == Kind::Survey {
            let added = settings.attributes().filter(|(name, _)| !matches!(*name, "id" | "version"));
            nodes.extend(added.map(|(name, value)| attribute(name, value.to_owned())));
            for (setting, name) in
                [("instance_xmlns", "xmlns"), ("prefix", "odk:prefix"), ("delimiter", "odk:delimiter")]
            {
                nodes.extend(settings.text(setting).map(|value| attribute(name, value.to_owned())));
            }
        }
    }
    Ok(ids)
}

/// A repeat begins with a copy, but for one that stands directly in another: a new copy of that one has none yet.
fn later(tree: &Tree, place: usize) -> u32 {
    let parent = tree.get(place).parent.map(|parent| tree.get(parent).draft.kind);
    u32::from(tree.nearest_repeat(place).is_some() && parent != Some(Kind::Repeat))
}

fn bind(body: &Body<'_>, place: usize, element: &Element, own: &Map) -> Result<Bind, Refusal> {
    let mut bind = Bind::default();
    for (name, value) in own.iter() {
        if name == "calculate" && !element.draft.triggers.is_empty() {
            continue;
        }
        let message = || Message::Itext(format!("{}:{name}", element.path));
        match (name, value) {
            ("jr:constraintMsg", value) => bind.constraint_message = Some(message_of(value, message)),
            ("jr:requiredMsg", value) => bind.required_message = Some(message_of(value, message)),
            ("jr:noAppErrorString", Value::Map(_)) => {
                bind.others.push(Attribute::new(name, format!("jr:itext('{}:{name}')", element.path)));
            }
            (_, Value::Map(_)) => {}
            (_, Value::Text(text)) => {
                let yes_no = super::columns::yes_no(text).filter(|_| FORMULAS.contains(&name));
                let text = match yes_no {
                    Some(true) => "true()".to_owned(),
                    Some(false) => "false()".to_owned(),
                    None => body.expression(place, text, name, Manner::default())?,
                };
                set(&mut bind, name, text);
            }
        }
    }
    Ok(bind)
}

fn message_of(value: &Value, itext: impl Fn() -> Message) -> Message {
    match value {
        Value::Text(text) if !has_reference(text) => Message::Plain(text.clone()),
        _ => itext(),
    }
}

fn set(bind: &mut Bind, name: &str, text: String) {
    let field = match name {
        "type" => &mut bind.data_type,
        "relevant" => &mut bind.relevant,
        "required" => &mut bind.required,
        "constraint" => &mut bind.constraint,
        "readonly" => &mut bind.readonly,
        "calculate" => &mut bind.calculate,
        "jr:preload" => &mut bind.preload,
        "jr:preloadParams" => &mut bind.preload_params,
        "entities:saveto" => &mut bind.save_to,
        _ => return bind.others.push(Attribute::new(name, text)),
    };
    *field = Some(text);
}

/// An instance that something of the form asks for.
struct Asked {
    name: String,
    address: String,
    declared: bool,
    row: u32,
}

fn instances(tree: &Tree, lists: &Lists) -> Result<Vec<Instance>, Refusal> {
    let (mut asked, mut last_saved) = (Vec::<Asked>::new(), false);
    for element in &tree.elements {
        let draft = &element.draft;
        match draft.kind {
            Kind::External => {
                let kind = draft.question.split('-').next().unwrap_or_default();
                let folder = if kind == "csv" { "file-csv" } else { "file" };
                let address = format!("jr://{folder}/{}.{kind}", draft.name);
                asked.push(Asked { name: draft.name.clone(), address, declared: true, row: draft.row });
            }
            Kind::Attribute | Kind::Label => {}
            _ => {
                pulled(draft, &mut asked);
                if draft.kind == Kind::Question {
                    asked.extend(from_file(draft));
                    last_saved |= asks_last_saved(draft);
                }
            }
        }
    }
    if last_saved {
        let address = "jr://instance/last-saved".to_owned();
        asked.push(Asked { name: "__last-saved".to_owned(), address, declared: false, row: 0 });
    }
    let clash = |own: &Asked| {
        let refusal = if own.row > 0 {
            Refusal::survey(Code::InstanceClash, own.row, "name")
        } else {
            Refusal::new(Code::InstanceClash)
        };
        refusal.with("name", own.name.clone())
    };
    for (place, own) in asked.iter().enumerate().filter(|(_, own)| own.declared) {
        if asked[..place].iter().any(|other| other.declared && other.name == own.name) {
            return Err(clash(own));
        }
    }
    let mut seen: Vec<&Asked> = Vec::new();
    for own in &asked {
        match seen.iter().find(|other| other.name == own.name) {
            Some(other) if other.address != own.address => return Err(clash(own)),
            Some(_) => {}
            None => seen.push(own),
        }
    }
    if let Some(own) = seen.iter().find(|own| lists.get(&own.name).is_some_and(|list| !list.used_by_search)) {
        return Err(clash(own));
    }
    let external = |own: &&Asked| Instance { id: own.name.clone(), source: Source::External(own.address.clone()) };
    let mut all: Vec<Instance> = seen.iter().map(external).collect();
    all.extend(lists.all.iter().filter(|list| !list.used_by_search).map(|list| table(list, &lists.columns)));
    Ok(all)
}

/// Files that `pulldata(…)` names.
fn pulled(draft: &Draft, asked: &mut Vec<Asked>) {
    let formulas = draft.bind.iter().flat_map(|bind| FORMULAS.into_iter().filter_map(|name| bind.text(name)));
    let others = draft.filter.as_deref().into_iter().chain(draft.default.as_deref());
    for text in formulas.chain(others).filter(|text| text.contains("pulldata(")) {
        for (at, _) in text.match_indices("pulldata") {
            let Some(inside) = text[at + "pulldata".len()..].trim_start().strip_prefix('(') else { continue };
            let Some((name, _)) = inside.split_once(',') else { continue };
            let name = name.replace(['\'', '"'], "").trim().to_owned();
            let address = format!("jr://file-csv/{name}.csv");
            asked.push(Asked { name, address, declared: false, row: draft.row });
        }
    }
}

fn from_file(draft: &Draft) -> Option<Asked> {
    let list = draft.itemset.as_deref()?;
    let (name, kind) = stem(list);
    let selects = matches!(&*draft.question, "select one" | "select all that apply" | "rank");
    if !selects || !is_choice_file(kind) {
        return None;
    }
    let folder = if kind == ".csv" { "file-csv" } else { "file" };
    let address = format!("jr://{folder}/{list}");
    Some(Asked { name: name.to_owned(), address, declared: false, row: draft.row })
}

fn asks_last_saved(draft: &Draft) -> bool {
    let formulas = draft.bind.iter().flat_map(|bind| FORMULAS.into_iter().filter_map(|name| bind.text(name)));
    let others = draft.default.as_deref().into_iter().chain(draft.filter.as_deref());
    formulas.chain(others).any(has_last_saved)
}

/// A list as a table.
fn table(list: &ChoiceList, order: &[String]) -> Instance {
    let itext = list.needs_itext();
    let mut table = ItemTable::default();
    let mut column = |name: &str| {
        table.columns.iter().position(|own| own == name).unwrap_or_else(|| {
            table.columns.push(name.to_owned());
            table.columns.len() - 1
        })
    };
    let id = itext.then(|| column("itextId"));
    let name = column("name");
    let labelled = !itext && list.choices.iter().any(|choice| choice.label.is_some());
    let label = labelled.then(|| column("label"));
    // Rows say their columns in the order of the sheet, whichever row has one first.
    let used: std::collections::HashSet<&str> =
        list.choices.iter().flat_map(|choice| choice.extra.iter().map(|(name, _)| name.as_str())).collect();
    for name in order.iter().filter(|name| used.contains(name.as_str())) {
        column(name);
    }
    let mut rows = Vec::with_capacity(list.choices.len());
    for (nth, choice) in list.choices.iter().enumerate() {
        let mut cells: Vec<(usize, String)> = Vec::with_capacity(choice.extra.len() + 3);
        cells.extend(id.map(|id| (id, format!("{}-{nth}", list.name))));
        cells.push((name, choice.name.clone()));
        if let (Some(label), Some(Value::Text(text))) = (label, &choice.label) {
            cells.push((label, text.clone()));
        }
        cells.extend(choice.extra.iter().map(|(name, text)| (column(name), text.clone())));
        cells.extend(choice.sms_option.iter().map(|text| (column("sms_option"), text.clone())));
        let width = cells.iter().map(|(place, _)| place + 1).max().unwrap_or_default();
        let mut row = vec![None; width];
        for (place, text) in cells {
            row[place] = Some(text);
        }
        rows.push(row);
    }
    table.rows = rows;
    Instance { id: list.name.clone(), source: Source::Items(table) }
}
