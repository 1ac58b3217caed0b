//! The compiled form of an expression.
//!
//! Owns the shapes. Refuses to hold text of the source: names are numbers. Invariant: arguments of a function are as
//! many as the function takes.

use super::fault::ParseFault;
use super::function::Function;
use crate::tree::Word;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A text.
    Text(Box<str>),
    /// Two operands.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// The opposite of a number.
    Negate(Box<Expr>),
    /// Nodes of both.
    Union(Box<Expr>, Box<Expr>),
    /// A function.
    Call(Function, Vec<Expr>),
    /// Nodes by a path.
    Path(Path),
    /// The one node of a place of the form in the context's copies of its repeats.
    Slot(u32),
    /// A call that cannot be made: a fault when it is reckoned, not before, since a condition may keep it from that.
    Broken(Box<ParseFault>),
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `div`
    Divide,
    /// `mod`
    Modulo,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// At the context.
    Here,
    /// At the root.
    Root,
    /// At the nodes of an expression, filtered.
    Nodes(Box<Expr>, Vec<Expr>),
}

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// In which direction.
    pub axis: Axis,
    /// To which nodes.
    pub test: NodeTest,
    /// Which of them.
    pub predicates: Vec<Expr>,
}

/// A direction (XPath 1.0, 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    SelfNode,
}

impl Axis {
    /// The axis of a name.
    pub fn named(name: &str) -> Option<Axis> {
        Some(match name {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "namespace" => Axis::Namespace,
            "parent" => Axis::Parent,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::SelfNode,
            _ => return None,
        })
    }

    /// Whether it runs against the order of the document.
    pub fn is_reverse(self) -> bool {
        matches!(self, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling)
    }
}

/// Which nodes of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeTest {
    /// All of the axis's kind: `*`
    Any,
    /// All names of a namespace: `prefix:*`
    Namespace(Word),
    /// A name; without a prefix it means one without a namespace, or in the document's usual one.
    Name {
        /// The namespace, if there was a prefix.
        namespace: Option<Word>,
        /// The word.
        local: Word,
    },
    /// `node()`
    Node,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction('…')`
    Instruction(Option<Word>),
}

impl Expr {
    /// The calls in it that cannot be made.
    pub fn faults(&self) -> Vec<ParseFault> {
        let mut faults = Vec::new();
        self.walk(&mut |expr| {
            if let Expr::Broken(fault) = expr {
                faults.push((**fault).clone());
            }
        });
        faults
    }

    /// Calls `visit` for the expression and all in it, outer ones first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        visit(self);
        match self {
            Expr::Number(_) | Expr::Text(_) | Expr::Broken(_) | Expr::Slot(_) => {}
            Expr::Binary(_, left, right) | Expr::Union(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Expr::Negate(inner) => inner.walk(visit),
            Expr::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
            Expr::Path(path) => {
                if let Start::Nodes(inner, predicates) = &path.start {
                    inner.walk(visit);
                    for predicate in predicates {
                        predicate.walk(visit);
                    }
                }
                for step in &path.steps {
                    for predicate in &step.predicates {
                        predicate.walk(visit);
                    }
                }
            }
        }
    }
}
