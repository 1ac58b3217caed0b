//! Comparing values (XPath 1.0, 3.4).
//!
//! Owns which type two operands meet in. Refuses to order texts: `<` compares numbers. Invariant: a set of nodes compares
//! true if one of them does.

use super::syntax::Operator;
use super::value::{Value, Ways};
use crate::tree::Tree;
use std::collections::HashSet;

/// Compares two values.
pub fn compare<'t>(operator: Operator, left: &Value<'t>, right: &Value<'t>, tree: &'t Tree, ways: Ways) -> bool {
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    match (left, right) {
        (Value::Flag(_), _) | (_, Value::Flag(_)) if equality => {
            (left.flag() == right.flag()) == (operator == Operator::Equal)
        }
        (Value::Nodes(one), Value::Nodes(two)) if equality && one.len() > 1 && two.len() > 1 => {
            compare_sets(operator, one, two, tree)
        }
        (Value::Nodes(nodes), other) => nodes.iter().any(|node| {
            let text = Value::Text(tree.text(*node));
            compare(operator, &text, other, tree, ways)
        }),
        (other, Value::Nodes(nodes)) => nodes.iter().any(|node| {
            let text = Value::Text(tree.text(*node));
            compare(operator, other, &text, tree, ways)
        }),
        (Value::Text(one), Value::Text(two)) if equality => (one == two) == (operator == Operator::Equal),
        _ => compare_numbers(operator, left.number(tree, ways), right.number(tree, ways)),
    }
}

/// Compares sets by their texts without trying all pairs.
fn compare_sets(operator: Operator, one: &[crate::tree::Spot], two: &[crate::tree::Spot], tree: &Tree) -> bool {
    let texts: HashSet<_> = one.iter().map(|node| tree.text(*node)).collect();
    if operator == Operator::Equal {
        return two.iter().any(|node| texts.contains(&tree.text(*node)));
    }
    texts.len() > 1 || two.iter().any(|node| !texts.contains(&tree.text(*node)))
}

#[expect(clippy::float_cmp, reason = "XPath compares numbers by IEEE 754")]
fn compare_numbers(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        Operator::GreaterOrEqual => left >= right,
        _ => false,
    }
}
