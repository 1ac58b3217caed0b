//! Documents as expressions see them: elements, attributes and texts in one arena.
//!
//! Owns the shape of primary and secondary instances while a form is filled. Refuses to know what a node means to the
//! form. Invariant: a spot stays what it is for as long as the tree lives; what is taken out is only unhooked.

mod name;
mod order;
mod xml;

pub use name::{Name, NameId, Names, Word};
pub use xml::{XmlFault, read_xml};

use std::borrow::Cow;

/// A place in a tree: a node, or the text of an element that holds nothing but text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot(u32);

/// The bit that says “the text of”.
const TEXT_OF: u32 = 1 << 31;
/// No node.
const NONE: u32 = u32::MAX >> 1;

impl Spot {
    /// The number of the node in its tree.
    pub(crate) fn index(self) -> usize {
        (self.0 & !TEXT_OF) as usize
    }

    /// The node that was made so many nodes later.
    pub(crate) fn later(self, count: u32) -> Spot {
        Spot(self.0 + count)
    }

    /// Whether it is the text of an element that holds nothing else.
    fn is_text_of(self) -> bool {
        self.0 & TEXT_OF != 0
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The root above the document's element.
    Document,
    /// An element.
    Element,
    /// An attribute.
    Attribute,
    /// A namespace that an element declares.
    Namespace,
    /// Text.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    /// Whether its value counts as blank, since the form does not ask for it now.
    hidden: bool,
    name: NameId,
    parent: u32,
    before: u32,
    after: u32,
    first: u32,
    last: u32,
    attribute: u32,
    text: Span,
}

/// Several documents in one arena, with the names that occur in them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    heap: String,
    /// Bytes of the heap that no node points at any more.
    waste: usize,
    /// Whether the order of spots is the order of documents.
    moved: bool,
    /// The names.
    pub names: Names,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Tree {
        Tree::default()
    }

    fn push(&mut self, kind: Kind, name: NameId, parent: u32, text: &str) -> u32 {
        let text = self.keep(text);
        let blank = Node {
            kind,
            hidden: false,
            name,
            parent,
            before: NONE,
            after: NONE,
            first: NONE,
            last: NONE,
            attribute: NONE,
            text,
        };
        self.nodes.push(blank);
        u32::try_from(self.nodes.len() - 1).unwrap_or(NONE)
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.heap.len()).unwrap_or(u32::MAX);
        self.heap.push_str(text);
        Span { start, len: u32::try_from(text.len()).unwrap_or(0) }
    }

    fn span(&self, span: Span) -> &str {
        self.heap.get(span.start as usize..span.start as usize + span.len as usize).unwrap_or("")
    }

    /// Makes room for so many nodes with so many bytes of text, and no more.
    pub fn reserve(&mut self, nodes: usize, bytes: usize) {
        self.nodes.reserve_exact(nodes);
        self.heap.reserve_exact(bytes);
    }

    /// How many nodes were made.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was made yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A new document without an element yet.
    pub fn document(&mut self) -> Spot {
        Spot(self.push(Kind::Document, NameId::NONE, NONE, ""))
    }

    /// Appends an element.
    pub fn element(&mut self, parent: Spot, name: NameId) -> Spot {
        let node = self.push(Kind::Element, name, parent.0, "");
        self.hook(parent, node, None);
        Spot(node)
    }

    /// Puts an element after a brother, or first if there is none.
    pub fn element_after(&mut self, parent: Spot, brother: Option<Spot>, name: NameId) -> Spot {
        let after = match brother {
            Some(brother) => self.nodes[brother.index()].after,
            None => self.nodes[parent.index()].first,
        };
        let node = self.push(Kind::Element, name, parent.0, "");
        if after == NONE {
            self.hook(parent, node, None);
        } else {
            self.moved = true;
            self.hook(parent, node, Some(after));
        }
        Spot(node)
    }

    /// Appends a text, comment or instruction.
    pub fn leaf(&mut self, parent: Spot, kind: Kind, name: NameId, text: &str) -> Spot {
        let node = self.push(kind, name, parent.0, text);
        self.hook(parent, node, None);
        Spot(node)
    }

    fn hook(&mut self, parent: Spot, node: u32, successor: Option<u32>) {
        let before = match successor {
            Some(next) => self.nodes[next as usize].before,
            None => self.nodes[parent.index()].last,
        };
        self.nodes[node as usize].before = before;
        self.nodes[node as usize].after = successor.unwrap_or(NONE);
        match before {
            NONE => self.nodes[parent.index()].first = node,
            before => self.nodes[before as usize].after = node,
        }
        match successor {
            Some(next) => self.nodes[next as usize].before = node,
            None => self.nodes[parent.index()].last = node,
        }
        // A child of a node that already has later nodes behind it stands before them.
        if successor.is_none() && !self.is_open(parent) {
            self.moved = true;
        }
    }

    /// Whether what is appended to a node comes last in the whole arena.
    fn is_open(&self, mut node: Spot) -> bool {
        loop {
            let this = &self.nodes[node.index()];
            if this.after != NONE {
                return false;
            }
            match this.parent {
                NONE => return true,
                parent => node = Spot(parent),
            }
        }
    }

    /// Adds an attribute, or a namespace that an element declares, before the element has children.
    pub fn attribute(&mut self, element: Spot, kind: Kind, name: NameId, value: &str) -> Spot {
        let node = self.push(kind, name, element.0, value);
        let mut last = self.nodes[element.index()].attribute;
        if last == NONE {
            self.nodes[element.index()].attribute = node;
        } else {
            while self.nodes[last as usize].after != NONE {
                last = self.nodes[last as usize].after;
            }
            self.nodes[last as usize].after = node;
            self.nodes[node as usize].before = last;
        }
        Spot(node)
    }

    /// Takes a node out of its document.
    pub fn remove(&mut self, spot: Spot) {
        let Node { parent, before, after, .. } = self.nodes[spot.index()];
        match before {
            NONE if parent == NONE => {}
            NONE => self.nodes[parent as usize].first = after,
            before => self.nodes[before as usize].after = after,
        }
        match after {
            NONE if parent == NONE => {}
            NONE => self.nodes[parent as usize].last = before,
            after => self.nodes[after as usize].before = before,
        }
        let node = &mut self.nodes[spot.index()];
        (node.parent, node.before, node.after) = (NONE, NONE, NONE);
    }

    /// Sets the text of an element without children, of an attribute or of a text.
    pub fn set_text(&mut self, spot: Spot, text: &str) {
        let old = self.nodes[spot.index()].text;
        self.waste += old.len as usize;
        self.nodes[spot.index()].text = self.keep(text);
        if self.waste > 65_536 && self.waste > self.heap.len() / 2 {
            self.compact();
        }
    }

    fn compact(&mut self) {
        let old = std::mem::take(&mut self.heap);
        for node in &mut self.nodes {
            let (start, len) = (node.text.start as usize, node.text.len as usize);
            node.text.start = u32::try_from(self.heap.len()).unwrap_or(u32::MAX);
            self.heap.push_str(old.get(start..start + len).unwrap_or(""));
        }
        self.waste = 0;
    }

    /// Says whether a node's value counts as blank.
    pub fn set_hidden(&mut self, spot: Spot, hidden: bool) {
        self.nodes[spot.index()].hidden = hidden;
    }

    /// What a spot is.
    pub fn kind(&self, spot: Spot) -> Kind {
        if spot.is_text_of() { Kind::Text } else { self.nodes[spot.index()].kind }
    }

    /// The name of an element, attribute or instruction.
    pub fn name(&self, spot: Spot) -> NameId {
        if spot.is_text_of() { NameId::NONE } else { self.nodes[spot.index()].name }
    }

    /// The node above.
    pub fn parent(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() {
            return Some(Spot(spot.0 & !TEXT_OF));
        }
        some(self.nodes[spot.index()].parent)
    }

    /// The first child.
    pub fn first_child(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() {
            return None;
        }
        let node = &self.nodes[spot.index()];
        match node.first {
            NONE if node.kind == Kind::Element && node.text.len > 0 => Some(Spot(spot.0 | TEXT_OF)),
            first => some(first),
        }
    }

    /// The last child.
    pub fn last_child(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() {
            return None;
        }
        let node = &self.nodes[spot.index()];
        match node.last {
            NONE if node.kind == Kind::Element && node.text.len > 0 => Some(Spot(spot.0 | TEXT_OF)),
            last => some(last),
        }
    }

    /// The next brother.
    pub fn next(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() { None } else { some(self.nodes[spot.index()].after) }
    }

    /// The brother before.
    pub fn previous(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() { None } else { some(self.nodes[spot.index()].before) }
    }

    /// The first attribute or namespace declaration; `next` gives the others.
    pub fn first_attribute(&self, spot: Spot) -> Option<Spot> {
        if spot.is_text_of() { None } else { some(self.nodes[spot.index()].attribute) }
    }

    /// Children in order.
    pub fn children(&self, spot: Spot) -> impl Iterator<Item = Spot> + '_ {
        std::iter::successors(self.first_child(spot), |child| self.next(*child))
    }

    /// Attributes in order, without namespace declarations.
    pub fn attributes(&self, spot: Spot) -> impl Iterator<Item = Spot> + '_ {
        std::iter::successors(self.first_attribute(spot), |next| self.next(*next))
            .filter(|node| self.kind(*node) == Kind::Attribute)
    }

    /// The topmost node above a spot.
    pub fn top(&self, mut spot: Spot) -> Spot {
        while let Some(parent) = self.parent(spot) {
            spot = parent;
        }
        spot
    }

    /// The string-value of a spot (XPath 1.0, 5): blank while the form does not ask for it.
    pub fn text(&self, spot: Spot) -> Cow<'_, str> {
        let node = &self.nodes[spot.index()];
        if node.hidden {
            return Cow::Borrowed("");
        }
        if node.first == NONE {
            return Cow::Borrowed(self.span(node.text));
        }
        let mut all = String::new();
        self.gather(spot, &mut all);
        Cow::Owned(all)
    }

    /// The text that stands at a node, asked for or not.
    pub fn own_text(&self, spot: Spot) -> &str {
        self.span(self.nodes[spot.index()].text)
    }

    fn gather(&self, top: Spot, all: &mut String) {
        let mut next = self.first_child(top);
        while let Some(spot) = next {
            let node = &self.nodes[spot.index()];
            let below = match self.kind(spot) {
                Kind::Text if !node.hidden => {
                    all.push_str(self.span(node.text));
                    None
                }
                Kind::Element if !node.hidden => self.first_child(spot),
                _ => None,
            };
            next = below.or_else(|| self.following_within(spot, top));
        }
    }

    /// The next node in order that is not below `spot`, within `top`.
    pub fn following_within(&self, mut spot: Spot, top: Spot) -> Option<Spot> {
        while spot != top {
            if let Some(next) = self.next(spot) {
                return Some(next);
            }
            spot = self.parent(spot)?;
        }
        None
    }

    /// The child elements of a name, by its local word.
    pub fn children_named(&self, parent: Spot, local: Word) -> impl Iterator<Item = Spot> + '_ {
        self.children(parent).filter(move |child| {
            self.kind(*child) == Kind::Element && self.names.name(self.name(*child)).local == local
        })
    }
}

fn some(index: u32) -> Option<Spot> {
    (index != NONE).then_some(Spot(index))
}
