//! Functions that give or ask nodes.
//!
//! Owns names, places, counts, repeats and instances. Refuses to know where an instance comes from: the host does.
//! Invariant: nodes stand in order, except those that were shuffled.

use super::digest::seed_of_text;
use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::host::Localised;
use super::shuffle::{seed_of_number, shuffle};
use super::syntax::Expr;
use super::value::Value;
use crate::tree::{Kind, Spot};
use std::borrow::Cow;

type Outcome<'t> = Result<Value<'t>, EvalFault>;

#[expect(clippy::cast_precision_loss, reason = "there are fewer nodes than 2^52")]
fn count(count: usize) -> Value<'static> {
    Value::Number(count as f64)
}

impl<'t> Evaluator<'t> {
    pub(super) fn call_nodes(&self, function: Function, arguments: &'t [Expr], at: Place) -> Option<Outcome<'t>> {
        Some(match function {
            Function::Current => Ok(Value::Nodes(vec![self.current])),
            Function::Last => Ok(count(at.size)),
            Function::Position => self.position(arguments, at),
            Function::Count => self.eval_nodes(&arguments[0], at, "count").map(|nodes| count(nodes.len())),
            Function::CountNonEmpty => self
                .eval_nodes(&arguments[0], at, "count-non-empty")
                .map(|nodes| count(nodes.iter().filter(|node| !self.tree.text(**node).is_empty()).count())),
            Function::Sum => self
                .eval_nodes(&arguments[0], at, "sum")
                .map(|nodes| Value::Number(nodes.iter().map(|node| self.ways().number(&self.tree.text(*node))).sum())),
            Function::Id => self.by_id(arguments, at),
            Function::Lang => self.lang(arguments, at),
            Function::LocalName | Function::Name | Function::NamespaceUri => self.name(function, arguments, at),
            Function::Instance => {
                self.eval_text(&arguments[0], at).map(|id| Value::Nodes(self.host.instance(&id).into_iter().collect()))
            }
            Function::IndexedRepeat => self.indexed_repeat(arguments, at),
            Function::Randomize => self.randomize(arguments, at),
            Function::Itext => self.eval_text(&arguments[0], at).map(|id| match self.host.itext(&id) {
                Some(Localised::Node(node)) => Value::Nodes(vec![node]),
                Some(Localised::Words(words)) => Value::Text(Cow::Owned(words)),
                None => Value::Text(Cow::Borrowed("")),
            }),
            Function::ChoiceName => self.choice_name(arguments, at),
            Function::Pulldata => self.pulldata(arguments, at),
            _ => return None,
        })
    }

    /// The place among those with the same name, for a node that is named; else in the context.
    fn position(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let Some(argument) = arguments.first() else { return Ok(count(at.position)) };
        let Some(node) = self.eval_nodes(argument, at, "position")?.first().copied() else {
            return Ok(Value::Number(f64::NAN));
        };
        let name = self.tree.name(node);
        let brothers = std::iter::successors(self.tree.previous(node), |node| self.tree.previous(*node));
        let elements = brothers.filter(|node| self.tree.kind(*node) == Kind::Element);
        Ok(count(elements.take_while(|node| self.tree.name(*node) == name).count() + 1))
    }

    fn by_id(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let texts: Vec<String> = match self.eval(&arguments[0], at)? {
            Value::Nodes(nodes) => nodes.iter().map(|node| self.tree.text(*node).into_owned()).collect(),
            value => vec![value.into_text(self.tree, self.ways()).into_owned()],
        };
        let wanted: Vec<&str> = texts.iter().flat_map(|text| super::call_text::tokens(text)).collect();
        let top = self.tree.top(at.node);
        let mut found = Vec::new();
        let mut next = Some(top);
        while let Some(spot) = next {
            let is_wanted = |node: Spot| {
                let name = self.tree.names.name(self.tree.name(node));
                self.tree.names.text(name.local) == "id" && wanted.contains(&self.tree.own_text(node))
            };
            if self.tree.attributes(spot).any(is_wanted) {
                found.push(spot);
            }
            next = self.tree.first_child(spot).or_else(|| self.tree.following_within(spot, top));
        }
        Ok(Value::Nodes(found))
    }

    fn lang(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let wanted = self.eval_text(&arguments[0], at)?.to_ascii_lowercase();
        let mut above = std::iter::successors(Some(at.node), |node| self.tree.parent(*node));
        let own = above.find_map(|node| {
            let mut attributes = self.tree.attributes(node);
            attributes.find(|node| self.tree.names.written(self.tree.name(*node)) == "xml:lang")
        });
        let own = own.map(|node| self.tree.own_text(node).to_ascii_lowercase()).unwrap_or_default();
        Ok(Value::Flag(own == wanted || own.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-'))))
    }

    fn name(&self, function: Function, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let node = match arguments.first() {
            Some(argument) => self.eval_nodes(argument, at, function.name())?.first().copied(),
            None => Some(at.node),
        };
        let name = node.map(|node| self.tree.name(node));
        let names = &self.tree.names;
        Ok(Value::Text(Cow::Owned(match (name, function) {
            (None, _) => String::new(),
            (Some(name), Function::Name) => names.written(name),
            (Some(name), Function::LocalName) => names.text(names.name(name).local).to_owned(),
            (Some(name), _) => names.text(names.name(name).namespace).to_owned(),
        })))
    }

    fn is_within(&self, node: Spot, above: Spot) -> bool {
        std::iter::successors(self.tree.parent(node), |node| self.tree.parent(*node)).any(|spot| spot == above)
    }

    /// The nodes of the first argument in the repeat that pairs of repeat and place name, outermost first.
    fn indexed_repeat(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let mut pairs: Vec<(Vec<Spot>, f64)> = Vec::new();
        for pair in arguments[1..].chunks_exact(2) {
            let repeats = self.eval_nodes(&pair[0], at, "indexed-repeat")?;
            let place = self.eval_number(&pair[1], at)?;
            if repeats.is_empty() || place.is_nan() {
                return Ok(Value::Nodes(Vec::new()));
            }
            pairs.push((repeats, place));
        }
        let depth = |spot: Spot| std::iter::successors(Some(spot), |spot| self.tree.parent(*spot)).count();
        pairs.sort_by_key(|(repeats, _)| depth(repeats[0]));
        let mut inside: Option<Spot> = None;
        for (repeats, place) in pairs {
            let mut own = repeats.into_iter().filter(|spot| inside.is_none_or(|above| self.is_within(*spot, above)));
            let chosen = if place >= 1.0 { own.nth(nth(place)) } else { None };
            let Some(chosen) = chosen else { return Ok(Value::Nodes(Vec::new())) };
            inside = Some(chosen);
        }
        let mut targets = self.eval_nodes(&arguments[0], at, "indexed-repeat")?;
        targets.retain(|spot| inside.is_some_and(|above| self.is_within(*spot, above)));
        Ok(Value::Nodes(targets))
    }

    fn randomize(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let nodes = self.eval_nodes(&arguments[0], at, "randomize")?;
        let seed = match arguments.get(1) {
            None => seed_of_number((self.host.random() * 2_147_483_646.0).floor() + 1.0),
            Some(seed) => {
                let value = self.eval(seed, at)?;
                let number = value.number(self.tree, self.ways());
                let is_text = matches!(value, Value::Nodes(_) | Value::Text(_));
                let text = value.into_text(self.tree, self.ways());
                // A text that is no number gives a seed all the same; a blank one gives 0.
                if number.is_nan() && is_text && !text.is_empty() {
                    seed_of_text(&text)
                } else {
                    seed_of_number(number)
                }
            }
        };
        Ok(Value::Nodes(shuffle(&nodes, seed)))
    }

    fn choice_name(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let value = self.eval_text(&arguments[0], at)?;
        let path = self.eval_text(&arguments[1], at)?;
        let name = self.host.choice_name(&value, &path, at.node);
        Ok(Value::Text(Cow::Owned(name.unwrap_or_default())))
    }

    /// The cell of a column in the row whose other column has a value.
    fn pulldata(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let (id, column) = (self.eval_text(&arguments[0], at)?, self.eval_text(&arguments[1], at)?);
        let (key, value) = (self.eval_text(&arguments[2], at)?, self.eval_text(&arguments[3], at)?);
        let nothing = || Ok(Value::Text(Cow::Borrowed("")));
        let names = &self.tree.names;
        let words = (names.find("root"), names.find("item"), names.find(&key), names.find(&column));
        let (Some(instance), (Some(root), Some(item), Some(key), Some(column))) = (self.host.instance(&id), words)
        else {
            return nothing();
        };
        let Some(list) = self.tree.children_named(instance, root).next() else { return nothing() };
        let index = self.indices.column(self.tree, list, item, key);
        let row = index.get(&*value).and_then(|rows| rows.first());
        let cell = row.and_then(|row| self.tree.children_named(*row, column).next());
        Ok(Value::Text(cell.map_or(Cow::Borrowed(""), |cell| self.tree.text(cell))))
    }
}

/// The index of a place.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the place is at least 1")]
fn nth(place: f64) -> usize {
    place as usize - 1
}
