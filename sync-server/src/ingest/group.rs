//! Frames that wait for the disk together: all that wait when the writer is free share one transaction and one flush.
//!
//! Owns who writes next and what a frame's own failure does. Refuses to judge frames. Invariant: each frame is a part of
//! its own, kept whole or undone whole; nobody is answered before the commit, and each exactly once.

use super::Opened;
use crate::error::{Result, ServerError};
use crate::limits;
use crate::server::Running;
use gridwalk_model::exchange::PushReply;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What waits, and whether somebody writes.
#[derive(Default)]
pub struct Group {
    state: Mutex<State>,
    turn: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<Waiting>>,
    busy: bool,
}

struct Waiting {
    opened: Opened,
    answer: Mutex<Option<Result<PushReply>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A turn at writing: however it ends, the next one may write and nobody of it stays without an answer.
struct Turn<'a> {
    group: &'a Group,
    batch: Vec<Arc<Waiting>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        for waiting in &self.batch {
            lock(&waiting.answer).get_or_insert(Err(ServerError::Cut));
        }
        lock(&self.group.state).busy = false;
        self.group.turn.notify_all();
    }
}

impl Group {
    /// How many frames wait for the writer now; those that it writes wait no more.
    pub(crate) fn waiting(&self) -> usize {
        lock(&self.state).queue.len()
    }

    /// Takes a frame, together with whatever waits beside it.
    pub(super) fn take(&self, running: &Running, opened: Opened) -> Result<PushReply> {
        let mine = Arc::new(Waiting { opened, answer: Mutex::new(None) });
        lock(&self.state).queue.push_back(mine.clone());
        loop {
            let mut state = lock(&self.state);
            let turn = loop {
                if let Some(answer) = lock(&mine.answer).take() {
                    return answer;
                }
                if !state.busy {
                    state.busy = true;
                    let most = state.queue.len().min(limits::GROUP_FRAMES_MAX);
                    break Turn { group: self, batch: state.queue.drain(..most).collect() };
                }
                state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            write(running, &turn.batch);
        }
    }
}

/// Writes a batch in one transaction, at first without a place to go back to within it, for seldom is a frame refused. If
/// one is, all is undone and each frame becomes a part of its own.
fn write(running: &Running, batch: &[Arc<Waiting>]) {
    let together = running.write(|w| {
        super::admit::flush_late(w)?;
        batch.iter().map(|waiting| super::take(w, &waiting.opened)).collect::<Result<Vec<_>>>()
    });
    match (together, batch) {
        (Ok(answers), _) => {
            for (waiting, answer) in batch.iter().zip(answers) {
                *lock(&waiting.answer) = Some(Ok(answer));
            }
        }
        (Err(e), [one]) => *lock(&one.answer) = Some(Err(e)),
        (Err(_), many) => write_parts(running, many),
    }
}

/// Writes a batch in one transaction, each frame a part of it; if that fails as a whole, each frame in one of its own, to
/// know whose fault it is.
fn write_parts(running: &Running, batch: &[Arc<Waiting>]) {
    let together = running.write(|w| {
        super::admit::flush_late(w)?;
        let mut answers = Vec::with_capacity(batch.len());
        for waiting in batch {
            match w.part(|w| super::take(w, &waiting.opened)) {
                Err(e) if e.is_fault() => return Err(e),
                answer => answers.push(answer),
            }
        }
        Ok(answers)
    });
    match (together, batch) {
        (Ok(answers), _) => {
            for (waiting, answer) in batch.iter().zip(answers) {
                *lock(&waiting.answer) = Some(answer);
            }
        }
        (Err(e), [one]) => *lock(&one.answer) = Some(Err(e)),
        (Err(_), many) => many.iter().for_each(|one| write(running, std::slice::from_ref(one))),
    }
}
