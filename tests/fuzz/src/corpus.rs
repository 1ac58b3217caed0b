//! What doors are used to: bodies that phones and server of a simulated city really said to each other.
//!
//! Owns the city and what is taken from it. Refuses to spoil anything. Invariant: the same seeds say the same.

use bytes::Bytes;
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::PageRow;
use gridwalk_model::limits::PAGE_BYTES_MAX;
use gridwalk_sim::run;
use gridwalk_sim::shape::Shape;
use gridwalk_sim::transport::Said;
use gridwalk_sync::{compress, frame_codec, page_codec};

/// Of each kind of input that many are kept.
const USUAL_MAX: usize = 96;
/// Longer ones make spoiling slow and find nothing more.
const BYTES_MAX: usize = 1 << 15;

/// Bodies by route.
pub struct Corpus(Said);

impl Corpus {
    /// What a few cities said.
    pub fn new() -> Self {
        let mut all = Said::new();
        for held in (1..=4).filter_map(|seed| run::run(seed, Shape::Street, None).ok()) {
            for (route, said) in held.said {
                all.entry(route).or_default().extend(said);
            }
        }
        Self(all)
    }

    fn of(&self, route: &str) -> impl Iterator<Item = &(Bytes, Bytes)> {
        self.0.get(route).into_iter().flatten()
    }

    /// What was asked of a route, as it went over the line.
    pub fn packed(&self, route: &str) -> Vec<Vec<u8>> {
        bounded(self.of(route).map(|(asked, _)| asked.to_vec()))
    }

    /// What it answered, as it went over the line.
    pub fn packed_answers(&self, route: &str) -> Vec<Vec<u8>> {
        bounded(self.of(route).map(|(_, answer)| answer.to_vec()))
    }

    /// What was asked of a route, unpacked.
    pub fn asked(&self, route: &str) -> Vec<Vec<u8>> {
        bounded(self.of(route).filter_map(|(asked, _)| unpacked(asked)))
    }

    /// What it answered, unpacked.
    pub fn answered(&self, route: &str) -> Vec<Vec<u8>> {
        bounded(self.of(route).filter_map(|(_, answer)| unpacked(answer)))
    }

    /// Changes that were pushed.
    pub fn changes(&self) -> Vec<Vec<u8>> {
        let frames = self.asked("/v1/push");
        let items = frames.iter().filter_map(|frame| frame_codec::read_frame(frame).ok()).flat_map(|frame| frame.items);
        let bodies = items.filter_map(|item| item.body.map(|body| body.to_vec()));
        bounded(bodies.filter(|body| SealedChange::open(body).is_ok()))
    }

    /// States that were told.
    pub fn states(&self) -> Vec<Vec<u8>> {
        let pages = self.answered("/v1/pull");
        let rows = pages.iter().filter_map(|page| page_codec::read_page(page).ok()).flat_map(|page| page.rows);
        bounded(rows.filter_map(|row| match row {
            PageRow::State { state, .. } => Some(state.to_vec()),
            PageRow::Left { .. } => None,
        }))
    }
}

impl Default for Corpus {
    fn default() -> Self {
        Self::new()
    }
}

/// JSON goes as it is.
fn unpacked(body: &Bytes) -> Option<Vec<u8>> {
    if body.first().is_some_and(|first| *first == b'{') {
        return Some(body.to_vec());
    }
    compress::unpack(body, PAGE_BYTES_MAX).ok()
}

fn bounded(bodies: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    bodies.filter(|body| !body.is_empty() && body.len() <= BYTES_MAX).take(USUAL_MAX).collect()
}
