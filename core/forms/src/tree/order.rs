//! The order of documents (XPath 1.0, 5): which of two nodes comes first.
//!
//! Owns comparing and sorting. Refuses to walk axes. Invariant: a set that was put in order names every node once.

use super::{Kind, Spot, TEXT_OF, Tree};
use std::cmp::Ordering;

impl Tree {
    /// Which of two spots comes first.
    pub fn compare(&self, left: Spot, right: Spot) -> Ordering {
        if left == right {
            return Ordering::Equal;
        }
        if !self.moved {
            return (left.index(), left.is_text_of()).cmp(&(right.index(), right.is_text_of()));
        }
        let (one, two) = (self.line(left), self.line(right));
        let common = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
        match (one.get(common), two.get(common)) {
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            _ if common == 0 => one[0].cmp(&two[0]),
            (Some(one), Some(two)) => self.compare_brothers(*one, *two),
        }
    }

    /// From the top down to a spot.
    fn line(&self, spot: Spot) -> Vec<Spot> {
        let mut line: Vec<Spot> = std::iter::successors(Some(spot), |spot| self.parent(*spot)).collect();
        line.reverse();
        line
    }

    fn compare_brothers(&self, left: Spot, right: Spot) -> Ordering {
        let beside = |spot| matches!(self.kind(spot), Kind::Attribute | Kind::Namespace);
        match (beside(left), beside(right)) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        let mut next = self.next(left);
        while let Some(spot) = next {
            if spot == right {
                return Ordering::Less;
            }
            next = self.next(spot);
        }
        Ordering::Greater
    }

    /// Puts spots in order, each once.
    pub fn put_in_order(&self, spots: &mut Vec<Spot>) {
        if spots.windows(2).all(|pair| self.compare(pair[0], pair[1]) == Ordering::Less) {
            return;
        }
        if self.moved {
            let mut lines: Vec<(Vec<u64>, Spot)> = spots.iter().map(|spot| (self.rank(*spot), *spot)).collect();
            lines.sort();
            spots.clear();
            spots.extend(lines.into_iter().map(|(_, spot)| spot));
        } else {
            spots.sort_by_key(|spot| (spot.0 & !TEXT_OF, spot.is_text_of()));
        }
        spots.dedup();
    }

    /// The places at which a spot and those above it stand, from the top.
    fn rank(&self, spot: Spot) -> Vec<u64> {
        let line = self.line(spot);
        let mut rank = vec![line[0].index() as u64];
        for spot in &line[1..] {
            let beside = matches!(self.kind(*spot), Kind::Attribute | Kind::Namespace);
            let before = std::iter::successors(self.previous(*spot), |spot| self.previous(*spot)).count() as u64;
            rank.push(if beside { before } else { before + (1 << 32) });
        }
        rank
    }
}
