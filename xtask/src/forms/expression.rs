//! One recorded expression: its document, its context and what engines gave.
//!
//! Owns reading the cases' layout. Refuses to count. Invariant: a case agrees only if value and type do.

use gridwalk_forms::tree::{Kind, Spot, Tree, read_xml};
use gridwalk_forms::xpath::{Dialect, Evaluator, Host, Indices, Localised, Patterns, Prefixes, Value, Zone, compile};
use serde_json::Value as Json;

struct Page<'t> {
    tree: &'t Tree,
    document: Spot,
    zone: Zone,
    now: i64,
    language: Option<String>,
}

impl Page<'_> {
    fn elements(&self, name: &str) -> Vec<Spot> {
        let mut found = Vec::new();
        let mut next = Some(self.document);
        while let Some(spot) = next {
            if self.tree.kind(spot) == Kind::Element && self.local(spot) == name {
                found.push(spot);
            }
            next = self.tree.first_child(spot).or_else(|| self.tree.following_within(spot, self.document));
        }
        found
    }

    fn local(&self, spot: Spot) -> &str {
        self.tree.names.text(self.tree.names.name(self.tree.name(spot)).local)
    }

    fn attribute(&self, spot: Spot, name: &str) -> Option<&str> {
        self.tree.attributes(spot).find(|node| self.local(*node) == name).map(|node| self.tree.own_text(node))
    }
}

impl Host for Page<'_> {
    fn instance(&self, id: &str) -> Option<Spot> {
        self.elements("instance").into_iter().find(|spot| self.attribute(*spot, "id") == Some(id))
    }
    fn itext(&self, id: &str) -> Option<Localised> {
        let language = |spot: &Spot| match &self.language {
            Some(language) => self.attribute(*spot, "lang") == Some(language),
            None => self.attribute(*spot, "default").is_some(),
        };
        let translations = self.elements("translation");
        let chosen = translations.iter().copied().find(language).or_else(|| translations.first().copied())?;
        let entry = self.tree.children(chosen).find(|spot| self.attribute(*spot, "id") == Some(id))?;
        self.tree.children(entry).find(|spot| self.tree.kind(*spot) == Kind::Element).map(Localised::Node)
    }
    fn now_ms(&self) -> i64 {
        self.now
    }
    fn zone(&self) -> Zone {
        self.zone
    }
}

/// The node that a canonical path like `/a[1]/b[2]/@x` names.
fn find(tree: &Tree, document: Spot, path: &str) -> Option<Spot> {
    let mut at = document;
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let written = |spot: Spot| tree.names.written(tree.name(spot));
        if let Some(name) = step.strip_prefix('@') {
            let mut next = tree.first_attribute(at);
            while let Some(spot) = next {
                let own =
                    if tree.kind(spot) == Kind::Namespace { format!("xmlns:{}", written(spot)) } else { written(spot) };
                if own == name || (own == "xmlns:" && name == "xmlns") {
                    break;
                }
                next = tree.next(spot);
            }
            at = next?;
            continue;
        }
        let (name, place) = step.trim_end_matches(']').rsplit_once('[')?;
        let place: usize = place.parse().ok()?;
        let fits = |spot: &Spot| match (name, tree.kind(*spot)) {
            ("text()", Kind::Text) | ("comment()", Kind::Comment) | ("processing-instruction()", Kind::Instruction) => {
                true
            }
            (name, Kind::Element) => written(*spot) == name,
            _ => false,
        };
        at = tree.children(at).filter(fits).nth(place - 1)?;
    }
    Some(at)
}

fn number(json: &Json) -> f64 {
    match json {
        Json::String(text) => match text.as_str() {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        },
        json => json.as_f64().unwrap_or(f64::NAN),
    }
}

/// Whether the engine gives what was recorded; else what it gave.
pub fn check(case: &Json) -> Result<(), String> {
    let field = |name: &str| case[name].as_str();
    let mut tree = Tree::new();
    let source = field("context_xml").unwrap_or("<root/>");
    let document = read_xml(&mut tree, source).map_err(|fault| format!("document: {fault}"))?;
    let mut prefixes = vec![("jr".to_owned(), "http://openrosa.org/javarosa".to_owned())];
    for (prefix, address) in case["ns"].as_object().into_iter().flatten() {
        prefixes.push((prefix.clone(), address.as_str().unwrap_or("").to_owned()));
    }
    let dialect = if field("mode") == Some("native") { Dialect::Plain } else { Dialect::Forms };
    let wants_error = field("type") == Some("error");
    let expr = match compile(field("expr").unwrap_or(""), &mut tree.names, &Prefixes::new(prefixes), dialect) {
        Ok(expr) => expr,
        Err(_) if wants_error => return Ok(()),
        Err(fault) => return Err(format!("not compiled: {fault}")),
    };
    let usual = tree.names.word("http://www.w3.org/2002/xforms");
    let context = find(&tree, document, field("context_node").unwrap_or("/")).ok_or("no context node")?;
    let root = field("root").and_then(|path| find(&tree, document, path));
    let minutes = if field("tz") == Some("America/Phoenix") { -420 } else { 0 };
    let page = Page {
        tree: &tree,
        document,
        zone: Zone { minutes },
        now: 1_710_520_245_000,
        language: field("lang").map(str::to_owned),
    };
    let (indices, patterns) = (Indices::default(), Patterns::default());
    let mut evaluator = Evaluator::new(&tree, &page, &indices, &patterns, context);
    evaluator.dialect = dialect;
    evaluator.root = root;
    evaluator.usual = Some(usual);
    let value = match evaluator.value(&expr) {
        Ok(value) if wants_error => return Err(format!("{value:?}")),
        Err(_) if wants_error => return Ok(()),
        Err(fault) => return Err(format!("fault: {fault}")),
        Ok(value) => value,
    };
    compare(case, &tree, document, &evaluator, value)
}

fn compare(
    case: &Json,
    tree: &Tree,
    document: Spot,
    evaluator: &Evaluator<'_>,
    value: Value<'_>,
) -> Result<(), String> {
    let expected = &case["expected"];
    let ways = evaluator.ways();
    match case["type"].as_str().unwrap_or("") {
        "boolean" if expected.as_bool() == Some(value.flag()) => Ok(()),
        "string" => {
            let text = value.into_text(tree, ways);
            if expected.as_str() == Some(&text) { Ok(()) } else { Err(format!("{text:?}")) }
        }
        "number" => {
            let (got, want) = (value.number(tree, ways), number(expected));
            let near = (got - want).abs() <= 1e-9 * want.abs().max(1.0);
            if near || got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()) {
                Ok(())
            } else {
                Err(format!("{got}"))
            }
        }
        "nodeset" | "first-node" => {
            let Value::Nodes(mut nodes) = value else { return Err(format!("{value:?}")) };
            if case["type"] == "first-node" {
                nodes.truncate(1);
            }
            let wanted: Vec<Option<Spot>> = expected
                .as_array()
                .into_iter()
                .flatten()
                .map(|node| find(tree, document, node["path"].as_str().unwrap_or("")))
                .collect();
            let got: Vec<Option<Spot>> = nodes.iter().copied().map(Some).collect();
            if got == wanted { Ok(()) } else { Err(format!("{} nodes {:?} want {:?}", nodes.len(), got, wanted)) }
        }
        _ => Err(format!("{value:?}")),
    }
}
