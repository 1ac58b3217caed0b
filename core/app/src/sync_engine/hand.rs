//! A second hand: a thread that does one piece of work at a time while the engine waits for the line.
//!
//! Owns the thread, which lives as long as the engine so that its memory stays warm. Refuses to know what is done.
//! Invariant: what was begun is waited for in any case; whoever gives up waiting finds it done.

use crate::error::AppError;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

type Work = Box<dyn FnOnce() + Send>;

/// The thread, begun with its first work.
#[derive(Default)]
pub(super) struct Hand(Option<Busy>);

struct Busy {
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

/// Work that was begun.
pub(super) struct Begun<T>(Option<Receiver<T>>);

impl Hand {
    /// Begins a piece of work.
    pub fn start<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Begun<T>, AppError> {
        let (done, wait) = channel();
        // Nobody listens only if the wait itself came to an end.
        let work: Work = Box::new(move || drop(done.send(work())));
        if self.0.is_none() {
            self.0 = Some(Busy::new()?);
        }
        let given = self.0.as_ref().and_then(|busy| busy.work.as_ref()).map(|line| line.send(work));
        match given {
            Some(Ok(())) => Ok(Begun(Some(wait))),
            _ => Err(self.ended()),
        }
    }

    /// What a piece of work came to; a panic in it goes on here.
    pub fn end<T>(&mut self, mut begun: Begun<T>) -> Result<T, AppError> {
        let done = begun.0.take().and_then(|wait| wait.recv().ok());
        done.ok_or_else(|| self.ended())
    }

    /// The thread ended by itself: that is a panic.
    fn ended(&mut self) -> AppError {
        if let Some(Err(panic)) = self.0.take().and_then(|mut busy| busy.thread.take()).map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
        AppError::Worker(std::io::Error::other("a thread for pages ended"))
    }
}

impl Busy {
    fn new() -> Result<Self, AppError> {
        let (work, next) = channel::<Work>();
        let thread = std::thread::Builder::new().name("gridwalk-hand".to_owned());
        let thread = thread.spawn(move || next.into_iter().for_each(|work| work())).map_err(AppError::Worker)?;
        Ok(Self { work: Some(work), thread: Some(thread) })
    }
}

impl Begun<()> {
    /// Whether it is done, or nobody does it any more.
    pub fn is_done(&mut self) -> bool {
        let waits = self.0.as_ref().is_some_and(|wait| matches!(wait.try_recv(), Err(TryRecvError::Empty)));
        if !waits {
            self.0 = None;
        }
        !waits
    }
}

impl<T> Drop for Begun<T> {
    fn drop(&mut self) {
        if let Some(wait) = self.0.take() {
            drop(wait.recv());
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
