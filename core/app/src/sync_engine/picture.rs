//! Giving the server pictures, piece by piece, and asking for those that others gave.
//!
//! Owns the pieces' way. Refuses to decide what waits: the store does. Invariant: a picture follows its change, holds up
//! nothing that was typed, and goes on where it was cut.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::error::AppError;
use crate::notebook::Notebook;
use crate::transport::Transport;
use bytes::Bytes;
use gridwalk_model::hash::Hash;
use gridwalk_model::picture::Picture;
use gridwalk_model::{RecordId, limits};
use gridwalk_store::{StoreError, WaitingPicture};
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::{ProblemCode, picture};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The picture that is on its way, and which were tried in this session.
#[derive(Default)]
pub(super) struct Giving {
    tried: BTreeSet<(RecordId, Hash)>,
    now: Option<Given>,
}

/// A picture on its way.
struct Given {
    waiting: WaitingPicture,
    bytes: Bytes,
    /// How much the server has; `None` until it said so.
    offset: Option<u64>,
}

impl Giving {
    /// A session begins: what could not be given in the last one is tried again.
    pub(super) fn begin(&mut self) {
        *self = Self::default();
    }

    /// The one to go on with, or the next.
    fn next(&mut self, notebook: &Notebook) -> Result<Option<Given>, AppError> {
        if let Some(given) = self.now.take() {
            return Ok(Some(given));
        }
        for waiting in notebook.store().pictures_waiting()? {
            if !self.tried.insert((waiting.record, waiting.hash)) {
                continue;
            }
            match notebook.store().picture(waiting.hash) {
                Ok(Some(bytes)) => return Ok(Some(Given { waiting, bytes: bytes.into(), offset: None })),
                // Gone or rotted: what a person sees says so, and a session goes on.
                Ok(None) | Err(StoreError::Damaged) => tracing::warn!("the bytes of a picture are not here"),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(None)
    }
}

impl SyncEngine {
    /// Gives the next piece of a picture; `None` if none waits any more, or there is no line.
    pub(super) async fn give_picture(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
    ) -> Result<Option<Step>, AppError> {
        let Some(given) = self.giving.next(&self.notebook)? else { return Ok(None) };
        let Given { waiting, bytes, offset } = &given;
        let store = self.notebook.store();
        let record = store.living(waiting.record)?;
        let space = store.space_of(record)?.unwrap_or(waiting.space);
        let piece = match offset {
            Some(at) => {
                let from = usize::try_from(*at).unwrap_or(usize::MAX).min(bytes.len());
                bytes.slice(from..bytes.len().min(from + limits::PICTURE_PIECE_BYTES_MAX))
            }
            // The first question costs no bytes: some of it may be there already.
            None => Bytes::new(),
        };
        let path = picture::piece_path(space, record, waiting.hash, offset.unwrap_or(0));
        let Ok(answer) = carrier.put(transport, &path, piece).await? else { return Ok(None) };
        let taken = match client::read_taken(answer.status().as_u16(), answer.body()) {
            Ok(taken) => taken,
            // Its change is not there, or waits for somebody, or was taken back: another session tries again.
            Err(NoAnswer::Refused(problem)) if problem.code == ProblemCode::NotFound => {
                return Ok(Some(Step::PictureWaits));
            }
            Err(why) => {
                tracing::debug!(?why, "a picture waits");
                return Ok(None);
            }
        };
        if taken.stored {
            store.picture_settled(waiting)?;
            return Ok(Some(Step::PictureGiven));
        }
        // A server that never gets on is left for another session.
        if *offset == Some(taken.offset) {
            return Ok(Some(Step::PictureWaits));
        }
        self.giving.now = Some(Given { offset: Some(taken.offset), ..given });
        Ok(Some(Step::PicturePiece))
    }
}

impl Notebook {
    /// The bytes of a picture of a record: those that are here, else asked of the server, and kept. `None` where the server
    /// does not have them either.
    pub async fn fetched_picture(
        self: &Arc<Self>,
        transport: &dyn Transport,
        record: RecordId,
        picture: &Picture,
    ) -> Result<Option<Vec<u8>>, AppError> {
        match self.picture(record, picture) {
            Ok(None) | Err(AppError::Store(StoreError::Damaged)) => {}
            here => return here,
        }
        let record = self.store().living(record)?;
        let Some(space) = self.store().space_of(record)? else { return Ok(None) };
        let carrier = Carrier::new(self)?;
        let answer = carrier.get(transport, &picture::path(space, record, picture.hash)).await??;
        match client::read_picture(answer.status().as_u16(), answer.body(), picture.hash) {
            Ok(()) => {}
            Err(NoAnswer::Refused(problem)) if problem.code == ProblemCode::NotFound => return Ok(None),
            Err(NoAnswer::Refused(problem)) => return Err(AppError::Problem(problem)),
            Err(_) => return Err(AppError::NotUnderstood),
        }
        self.store().keep_fetched_picture(record, answer.body(), self.now())?;
        Ok(Some(answer.body().to_vec()))
    }
}
