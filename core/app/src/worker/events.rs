//! Server-sent events: hints that something waits.
//!
//! Owns the line kept open and the reading of it. Refuses to believe a hint: it only wakes. Invariant: whatever comes
//! in, no more than one line's beginning is kept.

use crate::ids;
use crate::notebook::Notebook;
use crate::sync_engine::carry::Carrier;
use crate::transport::Transport;
use bytes::Bytes;
use futures_util::StreamExt as _;
use gridwalk_model::id::SpaceId;
use gridwalk_sync::client::back_off_ms;
use http::Method;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// What a line that carries a hint begins with; the space's id follows.
const HINT: &str = "data:";
/// As much of a line as can matter, bytes.
const LINE_BYTES: usize = 48;

/// Hints that came and were not looked at yet; many are one.
#[derive(Debug, Default)]
pub(super) struct Hints {
    woken: Notify,
    new_space: AtomicBool,
}

impl Hints {
    /// Waits for the next; says whether a space was named that this phone does not know.
    pub(super) async fn next(&self) -> bool {
        self.woken.notified().await;
        self.new_space.swap(false, Ordering::Relaxed)
    }

    fn give(&self, new_space: bool) {
        self.new_space.fetch_or(new_space, Ordering::Relaxed);
        self.woken.notify_one();
    }
}

/// Keeps a line open and wakes at each hint, for ever.
pub(super) async fn listen(notebook: &Arc<Notebook>, transport: &dyn Transport, hints: &Hints) {
    let mut failures: u32 = 0;
    loop {
        if follow(notebook, transport, hints).await {
            failures = 0;
        }
        let random = ids::random(notebook.ids()).map_or(0, u32::from_le_bytes);
        tokio::time::sleep(Duration::from_millis(back_off_ms(failures, random))).await;
        failures = failures.saturating_add(1);
    }
}

/// Follows one line to its end; whether it ever was one. A server tells every space at the beginning of a line, so that
/// nothing that happened while there was none is missed.
async fn follow(notebook: &Arc<Notebook>, transport: &dyn Transport, hints: &Hints) -> bool {
    let request = Carrier::new(notebook).and_then(|c| c.request(Method::GET, "/v1/events", Bytes::new(), None));
    let Ok(request) = request else { return false };
    let Ok(mut pieces) = transport.listen(request).await else { return false };
    let mut lines = Lines::default();
    while let Some(Ok(piece)) = pieces.next().await {
        let named = lines.hints(&piece);
        if !named.is_empty() {
            let known = notebook.spaces().unwrap_or_default();
            hints.give(named.iter().flatten().any(|space| !known.contains(space)));
        }
    }
    true
}

/// Finds the lines that carry a hint in pieces cut anywhere.
#[derive(Debug, Default)]
struct Lines {
    begun: Vec<u8>,
}

/// The hints in a line kept open that came in pieces of so many bytes.
pub fn hints_of(line: &[u8], pieces_of: usize) -> Vec<Option<SpaceId>> {
    let mut lines = Lines::default();
    line.chunks(pieces_of.max(1)).flat_map(|piece| lines.hints(piece)).collect()
}

impl Lines {
    /// The hints whose lines end in this piece, with the space that each names.
    fn hints(&mut self, piece: &[u8]) -> Vec<Option<SpaceId>> {
        let mut found = Vec::new();
        for byte in piece {
            match byte {
                b'\n' | b'\r' => {
                    let line = String::from_utf8_lossy(&self.begun);
                    found.extend(line.strip_prefix(HINT).map(|space| space.parse().ok()));
                    self.begun.clear();
                }
                _ if self.begun.len() < LINE_BYTES => self.begun.push(*byte),
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_found_however_the_line_is_cut_and_nothing_piles_up() {
        let space = SpaceId([7; 16]);
        let whole = format!(": keep alive\n\nevent: space\ndata: {space}\n\n").into_bytes();
        for cut in 0..whole.len() {
            let mut lines = Lines::default();
            let (a, b) = whole.split_at(cut);
            let mut found = lines.hints(a);
            found.extend(lines.hints(b));
            assert_eq!(found, [Some(space)], "cut at {cut}");
        }
        let mut lines = Lines::default();
        assert_eq!(lines.hints(b": data: in a comment\nevent: data:\n"), []);
        assert_eq!(lines.hints(b"data: something new\n"), [None]);
        assert_eq!(lines.hints(&vec![b'x'; 1_000_000]), []);
        assert!(lines.begun.len() <= LINE_BYTES);
    }
}
