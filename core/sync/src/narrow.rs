//! Narrowing a digest that did not agree: what an answer to a question about sums means.
//!
//! Owns the steps: pairs of key and kind, then buckets of records, then records. Refuses to sum and to fetch.
//! Invariant: each step asks about no more than the one before it found to differ, so narrowing ends after three.

use gridwalk_model::digest::{Ask, Differing, DigestReply, Reach};

/// What comes after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowed {
    /// The next question is about this.
    Further(Reach),
    /// These records differ, and are fetched anew.
    Found {
        /// The records.
        differing: Differing,
        /// Whether they are not all.
        partial: bool,
    },
    /// Nothing differs any more: the next page says so, or it does not.
    Agreed,
    /// Pull first.
    Later,
    /// The answer is none to this question.
    NotUnderstood,
}

/// What an answer to a question means; `reach` is what the question was made of.
pub fn after(reach: &Reach, ask: Ask, reply: DigestReply) -> Narrowed {
    match (ask, reply) {
        (_, DigestReply::Later) => Narrowed::Later,
        (Ask::Pairs(_), DigestReply::Pairs(pairs)) if pairs.is_empty() => Narrowed::Agreed,
        (Ask::Pairs(_), DigestReply::Pairs(pairs)) => Narrowed::Further(Reach::Pairs(pairs)),
        (Ask::Buckets { .. }, DigestReply::Buckets(chosen)) if chosen.is_empty() => Narrowed::Agreed,
        (Ask::Buckets { pairs, sums }, DigestReply::Buckets(chosen)) => {
            let buckets = u32::try_from(sums.len()).unwrap_or(0);
            if !chosen.is_sorted() || chosen.iter().any(|b| *b >= buckets) {
                return Narrowed::NotUnderstood;
            }
            Narrowed::Further(Reach::Buckets { pairs, buckets, chosen })
        }
        (Ask::Items { chosen, .. }, DigestReply::Items(differing)) => {
            let asked_all = !matches!(reach, Reach::Buckets { chosen: wanted, .. } if wanted.len() > chosen.len());
            let partial = differing.more || !asked_all;
            if differing.is_empty() && !partial { Narrowed::Agreed } else { Narrowed::Found { differing, partial } }
        }
        _ => Narrowed::NotUnderstood,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::RecordId;
    use gridwalk_model::digest::Pair;
    use gridwalk_model::exchange::Key;

    fn pairs() -> Vec<Pair> {
        vec![Pair { key: Key([1; 16]), kind: "case".to_owned() }]
    }

    #[test]
    fn each_answer_leads_one_step_further_or_ends_it() {
        let asked = || Ask::Pairs(vec![(pairs()[0].clone(), 7)]);
        assert_eq!(after(&Reach::Total, asked(), DigestReply::Later), Narrowed::Later);
        assert_eq!(after(&Reach::Total, asked(), DigestReply::Pairs(vec![])), Narrowed::Agreed);
        let further = after(&Reach::Total, asked(), DigestReply::Pairs(pairs()));
        assert_eq!(further, Narrowed::Further(Reach::Pairs(pairs())));
        let reach = Reach::Pairs(pairs());
        let asked = || Ask::Buckets { pairs: pairs(), sums: vec![0; 4] };
        let buckets = Reach::Buckets { pairs: pairs(), buckets: 4, chosen: vec![1, 3] };
        assert_eq!(after(&reach, asked(), DigestReply::Buckets(vec![1, 3])), Narrowed::Further(buckets.clone()));
        assert_eq!(after(&reach, asked(), DigestReply::Buckets(vec![4])), Narrowed::NotUnderstood, "no such bucket");
        assert_eq!(after(&reach, asked(), DigestReply::Pairs(pairs())), Narrowed::NotUnderstood);
        let items = |chosen: &[u32]| Ask::Items { pairs: pairs(), buckets: 4, chosen: chosen.to_vec(), items: vec![] };
        let differing = Differing { missing: vec![RecordId([1; 16])], ..Differing::default() };
        let found = |partial| Narrowed::Found { differing: differing.clone(), partial };
        let reply = || DigestReply::Items(differing.clone());
        assert_eq!(after(&buckets, items(&[1, 3]), reply()), found(false));
        assert_eq!(after(&buckets, items(&[1]), reply()), found(true), "another bucket is left");
    }
}
