//! Indices over lists, made when a filter first asks: which items have a text in a column.
//!
//! Owns them for one run of a form. Refuses lists that change: only trees of secondary instances are indexed.
//! Invariant: an index finds what a scan would find.

use crate::tree::{Spot, Tree, Word};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Items by the text of one of their columns.
pub type Column = HashMap<Box<str>, Vec<Spot>>;

/// All indices that were made.
#[derive(Debug, Default)]
pub struct Indices {
    columns: RefCell<HashMap<(Spot, Word, Word), Rc<Column>>>,
}

impl Indices {
    /// The index over the children `item` of `list` by the text of their child `column`.
    pub fn column(&self, tree: &Tree, list: Spot, item: Word, column: Word) -> Rc<Column> {
        if let Some(known) = self.columns.borrow().get(&(list, item, column)) {
            return Rc::clone(known);
        }
        let mut index = Column::new();
        for item in tree.children_named(list, item) {
            for cell in tree.children_named(item, column) {
                let text = tree.text(cell);
                match index.get_mut(&*text) {
                    Some(items) if items.last() == Some(&item) => {}
                    Some(items) => items.push(item),
                    None => {
                        index.insert((*text).into(), vec![item]);
                    }
                }
            }
        }
        let index = Rc::new(index);
        self.columns.borrow_mut().insert((list, item, column), Rc::clone(&index));
        index
    }
}
