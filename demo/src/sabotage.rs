//! Sabotage: a line that swallows one page, and puts the phone off when it asks what differs.
//!
//! Owns the swallowing. Refuses to do it twice. Invariant: what arrives is a page in good form with a right checksum and
//! the right cursor, so that nothing but a comparison can find out; the phone's own repair never comes to its answers.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use gridwalk_app::transport::{Answer, Transport};
use gridwalk_model::digest::DigestReply;
use gridwalk_model::exchange::PageRow;
use gridwalk_model::limits;
use gridwalk_sync::{compress, digest_codec, page_codec};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A transport that empties the first page of records that comes after it was armed.
pub struct Swallowing<T> {
    inner: T,
    armed: AtomicBool,
    swallowed: AtomicU64,
}

impl<T> Swallowing<T> {
    /// A line that does nothing yet.
    pub const fn new(inner: T) -> Self {
        Self { inner, armed: AtomicBool::new(false), swallowed: AtomicU64::new(0) }
    }

    /// The next page with records will be emptied.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    /// How many records were swallowed.
    pub fn swallowed(&self) -> u64 {
        self.swallowed.load(Ordering::Relaxed)
    }

    fn swallow(&self, body: &Bytes) -> Option<Bytes> {
        let bytes = compress::unpack(body, limits::PAGE_BYTES_MAX).ok()?;
        let mut page = page_codec::read_page(&bytes).ok()?;
        let states = page.rows.iter().filter(|r| matches!(r, PageRow::State { .. })).count() as u64;
        // Own changes are told together with their records: such a page would be noticed at once.
        if states == 0 || !page.verdicts.is_empty() {
            return None;
        }
        self.armed.store(false, Ordering::Relaxed);
        self.swallowed.fetch_add(states, Ordering::Relaxed);
        page.rows.clear();
        Some(compress::pack(&page_codec::page_bytes(&page)).into())
    }
}

impl<T: Transport> Transport for Swallowing<T> {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Answer> {
        let pull = request.uri().path() == "/v1/pull";
        let question = request.uri().path() == "/v1/digest";
        Box::pin(async move {
            let mut answer = self.inner.send(request).await?;
            if pull
                && self.armed.load(Ordering::Relaxed)
                && answer.status().is_success()
                && let Some(emptied) = self.swallow(answer.body())
            {
                *answer.body_mut() = emptied;
            }
            if question && self.swallowed() > 0 && answer.status().is_success() {
                *answer.body_mut() = compress::pack(&digest_codec::reply_bytes(&DigestReply::Later)).into();
            }
            Ok(answer)
        })
    }
}
