//! Pulling: one page is applied while the next one is asked for and read.
//!
//! Owns the page that was asked for ahead. Refuses to apply it by itself: that is the next step, and only if the phone
//! would ask for just this page then. Invariant: a page is asked for ahead only as what will be asked when this one is
//! applied; whatever comes between (a save, another epoch, the end of the session) lets it fall, and costs one page.

use super::{Carrier, Step, SyncEngine};
use crate::error::AppError;
use crate::transport::{Transport, TransportError};
use gridwalk_model::exchange::{Page, PullRequest};
use gridwalk_model::id::SpaceId;
use gridwalk_store::{Applied, PageOutcome, ReadyPage, StoreError};
use gridwalk_sync::client::{self, NoAnswer, PullAnswer};
use gridwalk_sync::{frame_codec, page_codec};
use std::thread::JoinHandle;

/// A page that was asked for before it was its turn.
pub(super) struct Ahead {
    request: PullRequest,
    page: ReadyPage,
}

/// Why no page came.
enum NoPage {
    /// There is no line.
    Cut(TransportError),
    /// The server said no.
    Said(NoAnswer),
}

/// Work on a thread of its own, waited for in any case: whoever gives up waiting finds it done.
struct Beside<T>(Option<JoinHandle<T>>);

impl<T: Send + 'static> Beside<T> {
    fn start(work: impl FnOnce() -> T + Send + 'static) -> Result<Self, AppError> {
        let thread = std::thread::Builder::new().name("gridwalk-page".to_owned()).spawn(work);
        Ok(Self(Some(thread.map_err(AppError::Worker)?)))
    }

    /// What it came to; a panic goes on here.
    fn end(mut self) -> Option<T> {
        let ended = self.0.take().map(JoinHandle::join);
        ended.map(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl<T> Drop for Beside<T> {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            drop(thread.join());
        }
    }
}

impl SyncEngine {
    /// Asks for one page and applies it.
    pub(super) async fn pull(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        space: SpaceId,
        ahead: Option<Ahead>,
    ) -> Result<Step, AppError> {
        let request = self.notebook.store().pull_request(space)?;
        let page = match ahead.filter(|ahead| ahead.request == request) {
            Some(ahead) => Ok(ahead.page),
            None => match self.fetch(carrier, transport, &request).await? {
                Ok(page) => self.notebook.store().make_ready(page).map_err(|e| self.unreadable(space, e)),
                Err(none) => return self.no_page(carrier, space, none),
            },
        };
        let page = page?;
        let (outcome, page) =
            self.apply(carrier, transport, request, page).await.map_err(|e| self.unreadable(space, e))?;
        match outcome {
            PageOutcome::Applied(applied) => self.applied(&page, applied),
            PageOutcome::Stale => {
                self.session.stale(space);
                Ok(Step::Stale { space })
            }
        }
    }

    /// A page that cannot be applied: the space is left for this session.
    fn unreadable(&mut self, space: SpaceId, why: impl Into<AppError>) -> AppError {
        self.session.skip(space);
        why.into()
    }

    /// Applies a page; meanwhile the next one is asked for, if it is known what to ask.
    async fn apply(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        request: PullRequest,
        page: ReadyPage,
    ) -> Result<(PageOutcome, Page), AppError> {
        let Some(next) = request.after(page.page()) else { return Ok(self.notebook.store().apply(&request, page)?) };
        let notebook = self.notebook.clone();
        let applying = Beside::start(move || notebook.store().apply(&request, page))?;
        // What goes wrong ahead goes wrong again when it is its turn, and is told then.
        if let Ok(Ok(page)) = self.fetch(carrier, transport, &next).await
            && let Ok(page) = self.notebook.store().make_ready(page)
        {
            self.ahead = Some(Ahead { request: next, page });
        }
        Ok(applying.end().ok_or(StoreError::NotFound)??)
    }

    /// Asks for one page.
    async fn fetch(
        &self,
        carrier: &Carrier,
        transport: &dyn Transport,
        request: &PullRequest,
    ) -> Result<Result<Page, NoPage>, AppError> {
        let bytes = page_codec::request_bytes(request);
        let hash = frame_codec::request_hash(&bytes);
        let answer = match carrier.post(transport, "/v1/pull", &bytes).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(Err(NoPage::Cut(cut))),
        };
        match client::read_pull(answer.status().as_u16(), answer.body(), hash) {
            PullAnswer::Page(page) => {
                self.notebook.learn_time(page.now)?;
                Ok(Ok(*page))
            }
            PullAnswer::None(why) => Ok(Err(NoPage::Said(why))),
        }
    }

    fn no_page(&mut self, carrier: &Carrier, space: SpaceId, none: NoPage) -> Result<Step, AppError> {
        let why = match none {
            NoPage::Cut(cut) => return Ok(self.no_line(&cut, None)),
            NoPage::Said(why) => why,
        };
        self.note(&why)?;
        if why == NoAnswer::Revoked && self.is_ended(carrier)? {
            self.session.acknowledged();
        } else {
            self.session.pull_failed(space, why.clone());
        }
        Ok(Step::NoAnswer(why))
    }

    /// What follows from a page that is applied.
    fn applied(&mut self, page: &Page, applied: Applied) -> Result<Step, AppError> {
        let space = page.space;
        self.session.pulled(space, applied.more, applied.new_timeline, applied.renewed);
        self.session.to_tell(applied.reports);
        for told in page.elsewhere.iter().filter(|_| applied.mismatch.is_none()) {
            if self.notebook.store().is_complete(told, page.now)? {
                self.session.skip(told.space);
            }
        }
        if let Some(mismatch) = &applied.mismatch {
            if mismatch.narrow {
                self.session.differs(space, mismatch.partial);
            }
            tracing::error!(%space, expected = mismatch.expected, held = mismatch.held, "digest differs");
        }
        let step = Step::pulled(page, &applied);
        self.notebook.tell(applied.changed)?;
        Ok(step)
    }
}
