//! Telling the server of tracks that their person shared, and asking for one that another shared.
//!
//! Owns the two requests. Refuses to keep what another shared: it is asked for each time, so that it fades in one place.
//! Invariant: a track that cannot be told now is told another time, and holds up nothing.

use super::carry::Carrier;
use crate::error::AppError;
use crate::notebook::Notebook;
use crate::read::patrol::shown_track;
use crate::transport::Transport;
use gridwalk_model::RecordId;
use gridwalk_model::track::TrackPoint;
use gridwalk_sync::track_codec::{self, TrackTold};
use gridwalk_sync::{client, compress};
use std::sync::Arc;

/// Tells what was said about tracks and is not known there yet.
pub(super) async fn tell(notebook: &Notebook, carrier: &Carrier, transport: &dyn Transport) -> Result<(), AppError> {
    let store = notebook.store();
    for word in store.track_words_untold()? {
        let Some(space) = store.space_of(word.patrol)? else { continue };
        let track = if word.shared { Some(shown_track(&store.track(word.patrol)?, notebook.now())) } else { None };
        let told = TrackTold { space, patrol: word.patrol, track };
        let Ok(answer) = carrier.post(transport, "/v1/tracks", &track_codec::told_bytes(&told)).await? else {
            return Ok(());
        };
        if client::read_done(answer.status().as_u16(), answer.body()).is_ok() {
            store.track_word_told(&word)?;
        }
    }
    Ok(())
}

impl Notebook {
    /// The track of a patrol as its person shared it, asked of the server; `None` where nothing is to be seen.
    pub async fn shared_track(
        self: &Arc<Self>,
        transport: &dyn Transport,
        patrol: RecordId,
    ) -> Result<Option<Vec<TrackPoint>>, AppError> {
        let Some(space) = self.store().space_of(patrol)? else { return Ok(None) };
        let carrier = Carrier::new(self)?;
        let answer = carrier.get(transport, &format!("/v1/track/{space}/{patrol}")).await??;
        if !answer.status().is_success() {
            return Ok(None);
        }
        let unpacked = compress::unpack(answer.body(), gridwalk_model::limits::TRACK_TOLD_BYTES_MAX).ok();
        Ok(unpacked.and_then(|bytes| track_codec::read_track(&bytes).ok()))
    }
}
