//! The form as a tree, so that a reference becomes a path.
//!
//! Owns paths, common ancestors and `${name}`. Refuses a name that stands more than once. Invariant: an element comes
//! after its parent.

use super::draft::{Draft, Kind};
use super::expression::{Reference, right_references};
use super::refusal::{Code, Refusal};
use std::collections::HashMap;

/// An element and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) draft: Draft,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    pub(super) path: String,
}

/// How a reference is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// From `current()`, since the expression is in a predicate.
    pub(super) current: bool,
    /// From above the repeat, since a predicate will stand behind it.
    pub(super) above: bool,
}

/// All elements, the form itself first.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) elements: Vec<Element>,
    /// Questions and groups by name; none if there are several.
    names: HashMap<String, Option<usize>>,
}

impl Tree {
    /// The tree of a form.
    pub(super) fn of(form: Draft) -> Tree {
        let mut tree = Tree::default();
        tree.add(form, None);
        for (place, element) in tree.elements.iter().enumerate() {
            if matches!(element.draft.kind, Kind::External | Kind::Attribute | Kind::Label) {
                continue;
            }
            let own = tree.names.entry(element.draft.name.clone());
            own.and_modify(|own| *own = None).or_insert(Some(place));
        }
        tree
    }

    fn add(&mut self, mut draft: Draft, parent: Option<usize>) -> usize {
        let place = self.elements.len();
        let children = std::mem::take(&mut draft.children);
        let above = parent.map_or("", |parent| self.elements[parent].path.as_str());
        let sign = if draft.kind == Kind::Attribute { "@" } else { "" };
        let path = format!("{above}/{sign}{}", draft.name);
        self.elements.push(Element { draft, parent, children: Vec::new(), path });
        for child in children {
            let child = self.add(child, Some(place));
            self.elements[place].children.push(child);
        }
        place
    }

    pub(super) fn get(&self, place: usize) -> &Element {
        &self.elements[place]
    }

    fn ancestors(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.elements[place].parent, |at| self.elements[*at].parent)
    }

    pub(super) fn nearest_repeat(&self, place: usize) -> Option<usize> {
        self.ancestors(place).find(|at| self.elements[*at].draft.kind == Kind::Repeat)
    }

    /// The element of a name.
    pub(super) fn named(&self, name: &str) -> Result<usize, Refusal> {
        match self.names.get(name) {
            Some(Some(place)) => Ok(*place),
            Some(None) => Err(Refusal::new(Code::ReferenceAmbiguous).with("name", name)),
            None => Err(Refusal::new(Code::ReferenceUnknown).with("name", name)),
        }
    }

    /// The lowest container of the kinds that two elements share, and its distance from the first.
    fn shared(&self, own: usize, other: usize, kinds: &[Kind]) -> Option<(usize, usize)> {
        let others: Vec<usize> = self.ancestors(other).collect();
        let fits = |at: &usize| kinds.contains(&self.elements[*at].draft.kind) && others.contains(at);
        let mut own = self.ancestors(own).enumerate();
        own.find(|(_, at)| fits(at)).map(|(distance, at)| (distance + 1, at))
    }

    /// The path of an element from a container above it.
    fn path_below(&self, place: usize, above: Option<usize>) -> String {
        let above = above.map_or(0, |above| self.elements[above].path.len());
        self.elements[place].path[above..].to_owned()
    }

    /// The path of a reference from where it stands, if both stand in one repeat.
    fn relative(&self, from: usize, to: usize, name: &str, manner: Manner) -> Option<String> {
        let (to_repeat, repeat) = self.shared(from, to, &[Kind::Repeat])?;
        let (steps, mut path) = self.steps(from, to, to_repeat, repeat, manner.above);
        if !path.ends_with(name) {
            path = format!("/{name}");
        }
        let prefix = if manner.current { " current()/" } else { " " };
        Some(format!("{prefix}{}{path} ", vec![".."; steps].join("/")))
    }

    fn steps(&self, from: usize, to: usize, to_repeat: usize, repeat: usize, above: bool) -> (usize, String) {
        if above {
            let outer = self.nearest_repeat(repeat).is_none();
            let same = self.nearest_repeat(from) == Some(repeat);
            if self.nearest_repeat(to) == Some(repeat) && (outer || !same) {
                return (to_repeat + 1, self.path_below(to, self.elements[repeat].parent));
            }
        }
        match self.shared(from, to, &[Kind::Group, Kind::Repeat]) {
            Some((steps, shared)) => (steps, self.path_below(to, Some(shared))),
            None => (to_repeat, self.path_below(to, Some(repeat))),
        }
    }

    /// The path that a reference of a text becomes, with the spaces around it that keep it apart.
    pub(super) fn reference(
        &self,
        text: &str,
        reference: &Reference<'_>,
        from: Option<usize>,
        mut manner: Manner,
    ) -> Result<String, Refusal> {
        let place = self.named(reference.name)?;
        if let Some(from) = from.filter(|_| !reference.last_saved && is_relative(text, reference)) {
            manner.current |= is_in_instance_predicate(text, reference);
            if let Some(path) = self.relative(from, place, reference.name, manner) {
                return Ok(path);
            }
        }
        let saved = if reference.last_saved { "instance('__last-saved')" } else { "" };
        Ok(format!(" {saved}{} ", self.elements[place].path))
    }

    /// An expression with paths in the place of its references.
    pub(super) fn expression(&self, text: &str, from: Option<usize>, manner: Manner) -> Result<String, Refusal> {
        if !text.contains("${") {
            return Ok(text.to_owned());
        }
        let (mut out, mut at) = (String::with_capacity(text.len() + 32), 0);
        for reference in right_references(text) {
            out.push_str(&text[at..reference.start]);
            out.push_str(&self.reference(text, &reference, from, manner)?);
            at = reference.end;
        }
        out.push_str(&text[at..]);
        Ok(out)
    }
}

/// Whether a reference stands in a predicate of another instance.
fn is_in_instance_predicate(text: &str, reference: &Reference<'_>) -> bool {
    let Some(call) = text.find("instance(") else { return false };
    let behind = &text[call + "instance(".len()..];
    let called = behind.find(')').is_some_and(|close| close > 0) || behind.len() > 1;
    if !called {
        return false;
    }
    let mut at = 0;
    while let Some(open) = text[at..].find('[').map(|place| at + place) {
        let Some(close) = text[open..].find(']').map(|place| open + place) else { return false };
        if close == open + 1 {
            at = open + 1;
            continue;
        }
        if reference.start >= open && reference.end <= close + 1 {
            return true;
        }
        at = close + 1;
    }
    false
}

/// Whether a reference becomes a relative path: in `indexed-repeat(…)` the nodes and repeats must be absolute, the
/// indices are relative.
fn is_relative(text: &str, reference: &Reference<'_>) -> bool {
    const CALL: &str = "indexed-repeat(";
    if !text.contains(CALL) {
        return true;
    }
    let mut calls = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(CALL).map(|place| at + place) {
        let Some(close) = text[start..].find(')').map(|place| start + place) else { break };
        if close > start + CALL.len() {
            calls.push((start, close + 1));
        }
        at = close + 1;
    }
    let mut next = calls.into_iter();
    while let Some((start, end)) = next.next() {
        if reference.end > end {
            if next.next().is_none() {
                return true;
            }
            continue;
        }
        if reference.end < start || reference.start > end {
            return true;
        }
        let call = &text[start..end];
        let inside = call.rfind(')').map_or("", |close| &call[CALL.len()..close]);
        let name = format!("${{{}}}", reference.name);
        let place = inside.split(',').enumerate().filter(|(_, argument)| argument.contains(&name)).last();
        return place.is_some_and(|(place, _)| !matches!(place, 0 | 1 | 3 | 5));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(kind: Kind, name: &str, children: Vec<Draft>) -> Draft {
        Draft { kind, name: name.to_owned(), children, ..Draft::default() }
    }

    fn question(name: &str) -> Draft {
        draft(Kind::Question, name, Vec::new())
    }

    fn tree() -> Tree {
        let group = draft(Kind::Group, "g", vec![question("age")]);
        let repeat = draft(Kind::Repeat, "person", vec![question("name"), group]);
        Tree::of(draft(Kind::Survey, "data", vec![question("town"), repeat]))
    }

    fn at(tree: &Tree, name: &str) -> Option<usize> {
        tree.named(name).ok()
    }

    #[test]
    fn in_one_repeat_a_reference_is_relative() {
        let tree = tree();
        let from = at(&tree, "age");
        let expression = |text: &str| tree.expression(text, from, Manner::default()).unwrap();
        assert_eq!(expression("${name} = 'x'"), " ../../name  = 'x'");
        assert_eq!(expression("${town}"), " /data/town ");
        assert_eq!(expression("count(${person})"), "count( /data/person )");
        assert_eq!(
            expression("indexed-repeat(${name}, ${person}, ${age})"),
            "indexed-repeat( /data/person/name ,  /data/person ,  ../age )"
        );
        assert_eq!(expression("${last-saved#name}"), " instance('__last-saved')/data/person/name ");
    }

    #[test]
    fn in_a_predicate_it_begins_at_current() {
        let tree = tree();
        let text = "instance('t')/root/item[name = ${name}]/label";
        let path = tree.expression(text, at(&tree, "age"), Manner::default()).unwrap();
        assert_eq!(path, "instance('t')/root/item[name =  current()/../../name ]/label");
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let form = draft(
            Kind::Survey,
            "data",
            vec![draft(Kind::Group, "a", vec![question("x")]), draft(Kind::Group, "b", vec![question("x")])],
        );
        let refusal = Tree::of(form).expression("${x}", None, Manner::default()).unwrap_err();
        assert_eq!(refusal.code, Code::ReferenceAmbiguous);
    }
}
