//! Plants lists and attached files into the tree, where `instance('…')` finds them.
//!
//! Owns CSV, GeoJSON and XML as instances (ODK XForms, “External secondary instances”). Refuses to fetch: what was not
//! handed over is an empty list. Invariant: a list's rows are `item` elements in `root`.

use crate::definition::{FormDefinition, ItemTable, Source, XmlElement};
use crate::tree::{Spot, Tree, read_xml};
use gridwalk_model::limits;
use std::collections::HashMap;

/// A file that comes with a form.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its address: `jr://file-csv/fruits.csv`.
    pub address: String,
    /// Its content.
    pub content: String,
}

/// Plants all instances, and returns for each the node above its root element. Rows are taken out of the definition.
pub fn plant(tree: &mut Tree, definition: &mut FormDefinition, attachments: &[Attachment]) -> HashMap<String, Spot> {
    let mut planted = HashMap::new();
    for instance in &mut definition.instances {
        let spot = match &mut instance.source {
            Source::Items(table) => table_of(tree, std::mem::take(table)),
            Source::Xml(element) => {
                let document = tree.document();
                xml_of(tree, document, element, 0);
                document
            }
            Source::External(address) => {
                let file = attachments.iter().find(|file| file.address == *address);
                external(tree, address, file.map_or("", |file| &file.content))
            }
        };
        planted.insert(instance.id.clone(), spot);
    }
    planted
}

fn table_of(tree: &mut Tree, table: ItemTable) -> Spot {
    let cells = || table.rows.iter().flatten().flatten();
    tree.reserve(table.rows.len() + cells().count() + 2, cells().map(String::len).sum());
    let document = tree.document();
    let (root, item) = (tree.names.plain("root"), tree.names.plain("item"));
    let columns: Vec<_> = table.columns.iter().map(|column| tree.names.plain(column)).collect();
    let root = tree.element(document, root);
    for row in table.rows {
        let item = tree.element(root, item);
        for (column, cell) in columns.iter().zip(row) {
            if let Some(cell) = cell {
                let cell_node = tree.element(item, *column);
                tree.set_text(cell_node, &cell);
            }
        }
    }
    document
}

fn xml_of(tree: &mut Tree, parent: Spot, element: &XmlElement, depth: usize) {
    let (prefix, local) = element.name.split_once(':').unwrap_or(("", &element.name));
    let name = tree.names.intern(prefix, local, "");
    let node = tree.element(parent, name);
    for (name, value) in &element.attributes {
        let name = tree.names.plain(name);
        tree.attribute(node, crate::tree::Kind::Attribute, name, value);
    }
    if element.children.is_empty() {
        tree.set_text(node, &element.text);
    } else if depth < 4 * limits::FORM_DEPTH_MAX {
        for child in &element.children {
            xml_of(tree, node, child, depth + 1);
        }
    }
}

fn external(tree: &mut Tree, address: &str, content: &str) -> Spot {
    let content = content.trim_start_matches('\u{feff}');
    let table = if content.trim().is_empty() {
        ItemTable::default()
    } else if address.contains("file-csv") || has_ending(address, "csv") {
        csv_table(content)
    } else if has_ending(address, "geojson") {
        geojson_table(content)
    } else {
        return read_xml(tree, content).unwrap_or_else(|_| table_of(tree, ItemTable::default()));
    };
    table_of(tree, table)
}

fn has_ending(address: &str, ending: &str) -> bool {
    address.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(ending))
}

/// Rows of a CSV file with names in its first line (RFC 4180); `;` or a tab may stand for the comma.
fn csv_table(content: &str) -> ItemTable {
    let first = content.lines().next().unwrap_or("");
    let marks = [',', ';', '\t'];
    let comma = marks.into_iter().max_by_key(|mark| (first.matches(*mark).count(), *mark == ',')).unwrap_or(',');
    let mut lines = csv_lines(content, comma).into_iter();
    let columns = lines.next().unwrap_or_default();
    let rows = lines
        .filter(|line| line.iter().any(|cell| !cell.is_empty()))
        .map(|line| line.into_iter().take(columns.len()).map(Some).collect())
        .collect();
    ItemTable { columns: columns.iter().map(|column| column.trim().to_owned()).collect(), rows }
}

fn csv_lines(content: &str, comma: char) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = content.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            letter if letter == comma && !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            letter => cell.push(letter),
        }
    }
    if !cell.is_empty() || !line.is_empty() {
        line.push(cell);
        lines.push(line);
    }
    lines
}

/// A row for each feature: its id, its properties, its geometry as the types of ODK write it.
fn geojson_table(content: &str) -> ItemTable {
    let mut table = ItemTable::default();
    let Ok(json) = serde_json::from_str::<serde_json::Value>(content) else { return table };
    for feature in json["features"].as_array().into_iter().flatten() {
        let mut cells: Vec<(String, String)> = vec![("geometry".to_owned(), geometry(&feature["geometry"]))];
        for (name, value) in feature["properties"].as_object().into_iter().flatten() {
            cells.push((name.clone(), plain(value)));
        }
        if !feature["id"].is_null() && !cells.iter().any(|(name, _)| name == "id") {
            cells.push(("id".to_owned(), plain(&feature["id"])));
        }
        let mut row = vec![None; table.columns.len()];
        for (name, value) in cells {
            let place = table.column(&name).unwrap_or_else(|| {
                table.columns.push(name);
                row.push(None);
                table.columns.len() - 1
            });
            row[place] = Some(value);
        }
        table.rows.push(row);
    }
    table
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn geometry(geometry: &serde_json::Value) -> String {
    let point = |pair: &serde_json::Value| format!("{} {} 0 0", plain(&pair[1]), plain(&pair[0]));
    let points =
        |line: &serde_json::Value| line.as_array().into_iter().flatten().map(point).collect::<Vec<_>>().join("; ");
    match geometry["type"].as_str() {
        Some("Point") => point(&geometry["coordinates"]),
        Some("LineString") => points(&geometry["coordinates"]),
        Some("Polygon") => points(&geometry["coordinates"][0]),
        _ => String::new(),
    }
}
