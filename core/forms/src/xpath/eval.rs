//! Reckons expressions over a tree.
//!
//! Owns operators, paths and predicates. Refuses to change anything. Invariant: an expression ends: each node that is
//! looked at costs, and what costs too much is given up.

use super::axis::Tester;
use super::compare::compare;
use super::fault::EvalFault;
use super::host::{Dialect, Host, Patterns};
use super::index::Indices;
use super::syntax::{Axis, Expr, NodeTest, Operator, Path, Start, Step};
use super::value::{Value, Ways};
use crate::tree::{Spot, Tree, Word};
use gridwalk_model::limits;
use std::borrow::Cow;
use std::cell::Cell;

/// Where an expression is reckoned: a node, its place among how many.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The node.
    pub node: Spot,
    /// Its place, from 1.
    pub position: usize,
    /// How many there are.
    pub size: usize,
}

/// Reckons expressions.
pub struct Evaluator<'t> {
    /// What is looked at.
    pub tree: &'t Tree,
    /// Who answers the rest.
    pub host: &'t dyn Host,
    /// Which functions and numbers.
    pub dialect: Dialect,
    /// Where paths from the root begin; without it at the top of the context's document.
    pub root: Option<Spot>,
    /// The namespace that a name without a prefix means besides none.
    pub usual: Option<Word>,
    /// What `current()` means.
    pub current: Spot,
    /// Indices over lists.
    pub indices: &'t Indices,
    /// Patterns.
    pub patterns: &'t Patterns,
    /// How many more nodes may be looked at.
    pub fuel: Cell<u64>,
}

impl<'t> Evaluator<'t> {
    /// An evaluator of forms' expressions.
    pub fn new(
        tree: &'t Tree,
        host: &'t dyn Host,
        indices: &'t Indices,
        patterns: &'t Patterns,
        current: Spot,
    ) -> Evaluator<'t> {
        let fuel = Cell::new(limits::FORM_EVALUATION_STEPS_MAX);
        let dialect = Dialect::Forms;
        Evaluator { tree, host, dialect, root: None, usual: None, current, indices, patterns, fuel }
    }

    /// The value of an expression at the current node.
    pub fn value(&self, expr: &'t Expr) -> Result<Value<'t>, EvalFault> {
        self.eval(expr, Place { node: self.current, position: 1, size: 1 })
    }

    /// The text of an expression at the current node.
    pub fn text(&self, expr: &'t Expr) -> Result<Cow<'t, str>, EvalFault> {
        self.eval_text(expr, Place { node: self.current, position: 1, size: 1 })
    }

    /// Whether an expression is true at the current node.
    pub fn flag(&self, expr: &'t Expr) -> Result<bool, EvalFault> {
        self.eval_flag(expr, Place { node: self.current, position: 1, size: 1 })
    }

    /// The text of an expression at another node.
    pub fn text_at(&self, expr: &'t Expr, node: Spot) -> Result<Cow<'t, str>, EvalFault> {
        self.eval_text(expr, Place { node, position: 1, size: 1 })
    }

    /// The nodes of an expression at the current node.
    pub fn nodes(&self, expr: &'t Expr) -> Result<Vec<Spot>, EvalFault> {
        self.eval_nodes(expr, Place { node: self.current, position: 1, size: 1 }, "path")
    }

    /// What conversions need to know.
    pub fn ways(&self) -> Ways {
        Ways { dialect: self.dialect, zone: self.host.zone() }
    }

    pub(super) fn tester(&self) -> Tester<'t> {
        Tester { tree: self.tree, usual: self.usual }
    }

    fn burn(&self, steps: usize) -> Result<(), EvalFault> {
        let left = self.fuel.get().checked_sub(steps as u64 + 1).ok_or(EvalFault::TooLong)?;
        self.fuel.set(left);
        Ok(())
    }

    pub(super) fn eval(&self, expr: &'t Expr, at: Place) -> Result<Value<'t>, EvalFault> {
        match expr {
            Expr::Number(number) => Ok(Value::Number(*number)),
            Expr::Text(text) => Ok(Value::Text(Cow::Borrowed(text))),
            Expr::Negate(inner) => Ok(Value::Number(-self.eval_number(inner, at)?)),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, at),
            Expr::Union(left, right) => {
                let mut nodes = self.eval_nodes(left, at, "|")?;
                nodes.extend(self.eval_nodes(right, at, "|")?);
                self.tree.put_in_order(&mut nodes);
                Ok(Value::Nodes(nodes))
            }
            Expr::Call(function, arguments) => self.call(*function, arguments, at),
            Expr::Path(path) => Ok(Value::Nodes(self.path(path, at)?)),
            Expr::Slot(slot) => Ok(Value::Nodes(self.host.slot(*slot, self.current).into_iter().collect())),
            Expr::Broken(fault) => Err(EvalFault::Broken((**fault).clone())),
        }
    }

    pub(super) fn eval_number(&self, expr: &'t Expr, at: Place) -> Result<f64, EvalFault> {
        match expr {
            Expr::Number(number) => Ok(*number),
            expr => Ok(self.eval(expr, at)?.number(self.tree, self.ways())),
        }
    }

    pub(super) fn eval_text(&self, expr: &'t Expr, at: Place) -> Result<Cow<'t, str>, EvalFault> {
        if let Expr::Path(Path { start: Start::Here, steps }) = expr
            && let [Step { axis: Axis::Child, test, predicates }] = steps.as_slice()
            && predicates.is_empty()
        {
            let tester = self.tester();
            let first = self.tree.children(at.node).find(|child| tester.passes(*child, Axis::Child, test));
            self.burn(1)?;
            return Ok(first.map_or(Cow::Borrowed(""), |first| self.tree.text(first)));
        }
        if let Expr::Slot(slot) = expr {
            let node = self.host.slot(*slot, self.current);
            return Ok(node.map_or(Cow::Borrowed(""), |node| self.tree.text(node)));
        }
        Ok(self.eval(expr, at)?.into_text(self.tree, self.ways()))
    }

    pub(super) fn eval_flag(&self, expr: &'t Expr, at: Place) -> Result<bool, EvalFault> {
        Ok(self.eval(expr, at)?.flag())
    }

    pub(super) fn eval_nodes(&self, expr: &'t Expr, at: Place, who: &'static str) -> Result<Vec<Spot>, EvalFault> {
        match self.eval(expr, at)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Err(EvalFault::NotNodes(who)),
        }
    }

    fn binary(&self, operator: Operator, left: &'t Expr, right: &'t Expr, at: Place) -> Result<Value<'t>, EvalFault> {
        if matches!(operator, Operator::Or | Operator::And) {
            return self.chain(operator, left, right, at);
        }
        let (Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo) = operator
        else {
            let (left, right) = (self.eval(left, at)?, self.eval(right, at)?);
            return Ok(Value::Flag(compare(operator, &left, &right, self.tree, self.ways())));
        };
        let (left, right) = (self.eval_number(left, at)?, self.eval_number(right, at)?);
        Ok(Value::Number(match operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
            _ => left % right,
        }))
    }

    /// `a or b or c`, however long: from the left, without a call for each.
    fn chain(&self, operator: Operator, left: &'t Expr, right: &'t Expr, at: Place) -> Result<Value<'t>, EvalFault> {
        let (mut operands, mut rest) = (vec![right], left);
        while let Expr::Binary(same, left, right) = rest
            && *same == operator
        {
            operands.push(right);
            rest = left;
        }
        operands.push(rest);
        let decides = operator == Operator::Or;
        for operand in operands.into_iter().rev() {
            if self.eval_flag(operand, at)? == decides {
                return Ok(Value::Flag(decides));
            }
        }
        Ok(Value::Flag(!decides))
    }

    /// The nodes of a path.
    pub(super) fn path(&self, path: &'t Path, at: Place) -> Result<Vec<Spot>, EvalFault> {
        let mut nodes = match &path.start {
            Start::Here => vec![at.node],
            Start::Root => vec![self.root.unwrap_or_else(|| self.tree.top(at.node))],
            Start::Nodes(expr, predicates) => {
                let mut nodes = self.eval_nodes(expr, at, "path")?;
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate)?;
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = self.step(&nodes, step, at)?;
        }
        Ok(nodes)
    }

    fn step(&self, from: &[Spot], step: &'t Step, at: Place) -> Result<Vec<Spot>, EvalFault> {
        if let [one] = from {
            let mut found = self.step_from(*one, step, at)?;
            if step.axis.is_reverse() {
                found.reverse();
            }
            return Ok(found);
        }
        let mut all = Vec::new();
        for spot in from {
            all.extend(self.step_from(*spot, step, at)?);
        }
        self.tree.put_in_order(&mut all);
        Ok(all)
    }

    fn step_from(&self, from: Spot, step: &'t Step, at: Place) -> Result<Vec<Spot>, EvalFault> {
        if let Some(found) = self.lookup(from, step, at)? {
            return Ok(found);
        }
        let mut found = Vec::new();
        self.tester().reach(from, step.axis, &step.test, &mut found);
        self.burn(found.len())?;
        for predicate in &step.predicates {
            found = self.filter(found, predicate)?;
        }
        Ok(found)
    }

    /// Those nodes for which a predicate holds; a number is a place (XPath 1.0, 2.4).
    fn filter(&self, nodes: Vec<Spot>, predicate: &'t Expr) -> Result<Vec<Spot>, EvalFault> {
        self.burn(nodes.len())?;
        let size = nodes.len();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let place = Place { node, position: index + 1, size };
            let holds = match self.eval(predicate, place)? {
                Value::Number(number) => is_place(number, index + 1),
                value => value.flag(),
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    /// What a step over a list finds by an index: `item[column = value]`, alone or with more conditions.
    fn lookup(&self, from: Spot, step: &'t Step, at: Place) -> Result<Option<Vec<Spot>>, EvalFault> {
        let (Axis::Child, NodeTest::Name { local: item, .. }, Some(first)) =
            (step.axis, &step.test, step.predicates.first())
        else {
            return Ok(None);
        };
        if self.root.is_none_or(|root| self.tree.top(root) == self.tree.top(from)) {
            return Ok(None);
        }
        let Some((column, value)) = equality(first) else { return Ok(None) };
        if !is_fixed(value) {
            return Ok(None);
        }
        let wanted: Vec<Cow<'_, str>> = match self.eval(value, at)? {
            Value::Text(text) => vec![text],
            Value::Nodes(nodes) => nodes.iter().map(|node| self.tree.text(*node)).collect(),
            _ => return Ok(None),
        };
        let index = self.indices.column(self.tree, from, *item, column);
        let tester = self.tester();
        let mut found: Vec<Spot> = Vec::new();
        for text in &wanted {
            found.extend(index.get(&**text).into_iter().flatten());
        }
        found.retain(|spot| tester.passes(*spot, Axis::Child, &step.test));
        self.tree.put_in_order(&mut found);
        self.burn(found.len())?;
        if !matches!(first, Expr::Binary(Operator::Equal, ..)) {
            found = self.filter(found, first)?;
        }
        for predicate in &step.predicates[1..] {
            found = self.filter(found, predicate)?;
        }
        Ok(Some(found))
    }
}

#[expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "a place is a small whole number")]
fn is_place(number: f64, position: usize) -> bool {
    number == position as f64
}

/// The column and the value of the first equality that all items have to fulfil, if no condition asks for places.
pub fn equality(predicate: &Expr) -> Option<(Word, &Expr)> {
    match predicate {
        Expr::Binary(Operator::And, left, right) => {
            let found = equality(left).or_else(|| equality(right))?;
            let mut places = false;
            predicate.walk(&mut |expr| {
                use super::function::Function;
                places |= matches!(expr, Expr::Call(Function::Position | Function::Last, _));
            });
            (!places).then_some(found)
        }
        Expr::Binary(Operator::Equal, left, right) => column(left)
            .filter(|_| is_fixed(right))
            .map(|column| (column, &**right))
            .or_else(|| column(right).filter(|_| is_fixed(left)).map(|column| (column, &**left))),
        _ => None,
    }
}

/// The name of a child without conditions.
fn column(expr: &Expr) -> Option<Word> {
    let Expr::Path(Path { start: Start::Here, steps }) = expr else { return None };
    let [Step { axis: Axis::Child, test: NodeTest::Name { namespace: None, local }, predicates }] = steps.as_slice()
    else {
        return None;
    };
    predicates.is_empty().then_some(*local)
}

/// Whether an expression means the same at every item: it begins at the root or at `current()`.
pub fn is_fixed(expr: &Expr) -> bool {
    use super::function::Function;
    match expr {
        Expr::Text(_) | Expr::Slot(_) | Expr::Call(Function::Current, _) => true,
        Expr::Path(path) => match &path.start {
            Start::Root => true,
            Start::Nodes(start, _) => {
                matches!(&**start, Expr::Call(Function::Current, _))
                    || matches!(&**start, Expr::Call(Function::Instance, id) if id.iter().all(is_fixed))
            }
            Start::Here => false,
        },
        Expr::Call(function, arguments) => {
            !matches!(function, Function::Position | Function::Last | Function::Once)
                && !function.is_restless()
                && !arguments.is_empty()
                && arguments.iter().all(is_fixed)
        }
        Expr::Binary(_, left, right) => is_fixed(left) && is_fixed(right),
        _ => false,
    }
}
