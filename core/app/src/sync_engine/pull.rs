//! Pulling: one page is applied while the next one is made ready and the one after that is asked for.
//!
//! Owns the pages that were asked for ahead. Refuses to apply them by itself: that is the next step, and only if the
//! phone would ask for just this page then. Invariant: a page is asked for ahead only as what will be asked when those
//! before it are applied; whatever comes between (a save, another epoch, the end of the session) lets it fall, and costs
//! two pages.

use super::hand::{Begun, Hand};
use super::{Carrier, Step, SyncEngine};
use crate::error::AppError;
use crate::notebook::Notebook;
use crate::transport::{Transport, TransportError};
use gridwalk_model::exchange::{Backfill, Page, PullRequest};
use gridwalk_model::id::SpaceId;
use gridwalk_store::{Applied, PageOutcome, ReadyPage};
use gridwalk_sync::client::{self, NoAnswer, PullAnswer};
use gridwalk_sync::{frame_codec, page_codec};
use std::sync::Arc;

/// After so many pages of a first sync its log is emptied.
const EMPTIED_EACH_PAGES: u32 = 3;

/// Pages that were asked for before it was their turn.
pub(super) struct Ahead {
    next: (PullRequest, ReadyPage),
    then: Option<(PullRequest, Page)>,
}

/// The third hand: it empties the log of many pages' commits, so that the next one is written meanwhile.
#[derive(Default)]
pub(super) struct Emptying {
    // Waited for before the thread is.
    begun: Option<Begun<()>>,
    hand: Hand,
    /// Pages that were written since it began.
    pages: u32,
}

impl Emptying {
    /// A page of many was written: empties the log of what is committed by now, unless it is at it still. Not at every
    /// page: each writes the same pages of indices again, and only their last form is copied.
    fn written(&mut self, notebook: &Arc<Notebook>) -> Result<(), AppError> {
        self.pages += 1;
        if self.pages >= EMPTIED_EACH_PAGES && self.begun.as_mut().is_none_or(Begun::is_done) {
            self.pages = 0;
            let notebook = notebook.clone();
            let empty = move || {
                // What stays in the log is copied by the next commit that finds it long.
                if let Err(error) = notebook.store().empty_log() {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the log stays as it is");
                }
            };
            self.begun = Some(self.hand.start(empty)?);
        }
        Ok(())
    }
}

/// Why no page came.
enum NoPage {
    /// There is no line.
    Cut(TransportError),
    /// The server said no.
    Said(NoAnswer),
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
        let mut request = self.notebook.store().pull_request(space)?;
        // How large a page may be decides nothing about what it holds.
        request.bytes_aim = ahead.as_ref().map_or_else(|| self.bytes_aim(), |ahead| ahead.next.0.bytes_aim);
        let (page, then) = match ahead.filter(|ahead| ahead.next.0 == request) {
            Some(ahead) => (ahead.next.1, ahead.then),
            None => match self.fetch(carrier, transport, &request).await? {
                Ok(page) => (self.notebook.store().make_ready(page).map_err(|e| self.unreadable(space, e))?, None),
                Err(none) => return self.no_page(carrier, space, none),
            },
        };
        // A first sync of many pages is the session's work; which records may be others' is asked in a later one.
        if request.backfill != Backfill::Done && page.page().more() {
            self.asked.insert(space);
        }
        let applied = self.apply(carrier, transport, (request, page), then).await;
        let (outcome, page) = applied.map_err(|e| self.unreadable(space, e))?;
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

    /// Applies a page; meanwhile the next one is made ready and the one after it asked for, if it is known what to ask.
    async fn apply(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        (request, page): (PullRequest, ReadyPage),
        then: Option<(PullRequest, Page)>,
    ) -> Result<(PageOutcome, Page), AppError> {
        let Some(next) = self.after(&request, page.page()) else {
            return Ok(self.notebook.store().apply(&request, page)?);
        };
        let (notebook, is_bulk) = (self.notebook.clone(), page.is_bulk());
        let applying = self.writing.start(move || notebook.store().apply(&request, page))?;
        self.ahead = self.look_ahead(carrier, transport, next, then).await?;
        let applied = self.writing.end(applying)??;
        if is_bulk {
            self.emptying.written(&self.notebook)?;
        }
        Ok(applied)
    }

    /// Makes the next page ready and asks for the one after it. What goes wrong ahead goes wrong again when it is its
    /// turn, and is told then.
    async fn look_ahead(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        next: PullRequest,
        held: Option<(PullRequest, Page)>,
    ) -> Result<Option<Ahead>, AppError> {
        let page = match held.filter(|(request, _)| *request == next) {
            Some((_, page)) => page,
            None => match self.fetch(carrier, transport, &next).await {
                Ok(Ok(page)) => page,
                _ => return Ok(None),
            },
        };
        let after = self.after(&next, &page);
        let notebook = self.notebook.clone();
        let reading = self.reading.start(move || notebook.store().make_ready(page))?;
        let then = match after {
            Some(after) => {
                self.fetch(carrier, transport, &after).await.ok().and_then(Result::ok).map(|page| (after, page))
            }
            None => None,
        };
        Ok(self.reading.end(reading)?.ok().map(|page| Ahead { next: (next, page), then }))
    }

    /// About how many bytes the next page may have.
    fn bytes_aim(&self) -> u64 {
        self.notebook.store().page_bytes_aim().min(self.pace.bytes())
    }

    /// What will be asked after this page, as large as the line carries by now.
    fn after(&self, request: &PullRequest, page: &Page) -> Option<PullRequest> {
        request.after(page).map(|next| PullRequest { bytes_aim: self.bytes_aim(), ..next })
    }

    /// Asks for one page.
    async fn fetch(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        request: &PullRequest,
    ) -> Result<Result<Page, NoPage>, AppError> {
        let bytes = page_codec::request_bytes(request);
        let hash = frame_codec::request_hash(&bytes);
        let asked_at = self.notebook.steady_ms();
        let answer = match carrier.post(transport, "/v1/pull", &bytes).await? {
            Ok(answer) => answer,
            Err(cut) => {
                self.pace.cut();
                return Ok(Err(NoPage::Cut(cut)));
            }
        };
        let after_ms = self.notebook.steady_ms().saturating_sub(asked_at);
        match client::read_pull(answer.status().as_u16(), answer.body(), hash) {
            PullAnswer::Page(page) => {
                // A page without another behind it was not full, and says nothing of what the line carries.
                if page.more() {
                    self.pace.came(after_ms);
                }
                self.notebook.learn_time(page.now)?;
                self.notebook.renew_lease()?;
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
