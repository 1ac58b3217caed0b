//! What the form tells its own expressions: slots, lists, texts, the moment and chance.
//!
//! Owns nothing of its own. Refuses to know regions and grids: the shell's rows do. Invariant: chance is the seed's, so
//! that the same run gives the same form.

use super::fill::Run;
use crate::tree::Spot;
use crate::xpath::{Host, Localised, Zone};

impl Host for Run {
    fn slot(&self, slot: u32, from: Spot) -> Option<Spot> {
        if from.index() < self.base { None } else { self.find(slot, from) }
    }

    fn instance(&self, id: &str) -> Option<Spot> {
        self.form.instances.get(id).copied()
    }

    fn itext(&self, id: &str) -> Option<Localised> {
        self.entry(id, self.root).map(Localised::Words)
    }

    fn choice_name(&self, value: &str, path: &str, from: Spot) -> Option<String> {
        let expr = self.form.choice_paths.get(path)?;
        let nodes = self.evaluator(from).nodes(expr).ok()?;
        let question = nodes.into_iter().find(|node| node.index() >= self.base)?;
        self.choice_label(value, question)
    }

    fn now_ms(&self) -> i64 {
        self.situation.now_ms
    }

    fn zone(&self) -> Zone {
        self.zone_of_place()
    }

    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a number holds")]
    fn random(&self) -> f64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        let state = self.chance.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.chance.set(state);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }

    fn version(&self) -> String {
        self.form.definition.version.clone()
    }

    fn property(&self, name: &str) -> Option<String> {
        self.situation.properties.get(name).cloned()
    }
}
