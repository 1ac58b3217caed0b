//! Notices: which are in force, what of them was read here, and, for those who lead, who has a receipt and who has not.
//!
//! Owns their shapes. Refuses to rank anybody: readers stand by unit, post and name. Invariant: who has not read it is told
//! only to those who may hold receipts; to everybody else it would say that nobody did.

use super::row_line::RowLine;
use super::{Reader, StoreError, shown};
use gridwalk_model::kind::notice_receipt::{self, receipt_of};
use gridwalk_model::kind::post::Post;
use gridwalk_model::kind::{Kind, addressed, notice};
use gridwalk_model::view::Held as _;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value};
use gridwalk_store::RowFilter;
use std::collections::BTreeSet;

/// A notice.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NoticeLine {
    /// The notice.
    #[serde(flatten)]
    pub row: RowLine,
    /// What the unit is called that gave it.
    pub unit_name: Option<String>,
    /// What it says.
    pub text: Option<String>,
    /// From when it is in force.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether it is in force now.
    pub in_force: bool,
    /// Whether it asks for a receipt.
    pub receipt: bool,
    /// Whether volunteers read it, too.
    pub volunteers: bool,
    /// When whoever looks read it first.
    pub read_at: Option<Timestamp>,
    /// When they said so.
    pub acknowledged_at: Option<Timestamp>,
}

/// A notice with who read it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NoticeView {
    /// The notice.
    #[serde(flatten)]
    pub line: NoticeLine,
    /// Who has it and who has not, by unit; nothing for those who may not know.
    pub readers: Vec<ReaderLine>,
}

/// Somebody whom a notice is for.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReaderLine {
    /// Where they work.
    pub unit: Option<UnitId>,
    /// What that is called.
    pub unit_name: Option<String>,
    /// Their post, if they fill one: a code of `post_role`.
    pub post: Option<String>,
    /// Their account.
    pub account: AccountId,
    /// What they are called, as far as it is known here.
    pub name: Option<String>,
    /// When they read it first.
    pub read_at: Option<Timestamp>,
    /// When they said so.
    pub acknowledged_at: Option<Timestamp>,
}

impl Reader<'_> {
    /// Notices in force, the newest first; `all`: also those that are over or still to come.
    pub fn notices(&self, all: bool) -> Result<Vec<NoticeLine>, StoreError> {
        let mut list = Vec::new();
        for kind in notice::KINDS {
            for row in self.all_rows(RowFilter::kind(kind.name()))? {
                let line = self.notice_line(row.into())?;
                if all || line.in_force {
                    list.push(line);
                }
            }
        }
        list.sort_by_key(|line| (std::cmp::Reverse(line.from), line.row.record));
        Ok(list)
    }

    /// A notice with who read it; `None` if it is not on this phone.
    pub fn notice(&self, notice: RecordId) -> Result<Option<NoticeView>, StoreError> {
        let is_notice = |kind: &str| notice::KINDS.iter().any(|known| known.name() == kind);
        let Some(row) = self.store.row(notice)?.filter(|row| is_notice(&row.kind)) else { return Ok(None) };
        let line = self.notice_line(row.into())?;
        let leads = Kind::NoticeReceipt.seen_by_unit().meets(self.actor.roles);
        let readers = if leads { self.readers_of(&line)? } else { Vec::new() };
        Ok(Some(NoticeView { line, readers }))
    }

    fn notice_line(&self, row: RowLine) -> Result<NoticeLine, StoreError> {
        let loaded = self.load([row.record])?;
        let view = shown(&loaded, row.record);
        let moment = |name: &str| view.as_ref()?.value(name)?.as_int().map(Timestamp);
        let (from, until) = (moment(notice::FROM), moment(notice::UNTIL));
        let (read_at, acknowledged_at) = self.receipt(row.record, self.actor.account)?;
        let now = self.actor.now;
        Ok(NoticeLine {
            unit_name: row.unit.map(|unit| self.unit_name(unit)).transpose()?.flatten(),
            text: view.as_ref().and_then(|view| view.value("text")?.as_text().map(str::to_owned)),
            from,
            until,
            in_force: from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until),
            receipt: view.as_ref().and_then(|view| view.value(notice::RECEIPT)?.as_bool()).unwrap_or(false),
            volunteers: row.kind == Kind::OpenNotice.name(),
            read_at,
            acknowledged_at,
            row,
        })
    }

    /// When somebody read a notice first, and when they said so.
    fn receipt(&self, notice: RecordId, who: AccountId) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
        let record = receipt_of(notice, who);
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record).filter(|_| !loaded.is_gone(record)) else { return Ok((None, None)) };
        let moment = |name: &str| view.value(name).and_then(Value::as_int).map(Timestamp);
        Ok((moment(notice_receipt::READ_AT), moment(notice_receipt::ACKNOWLEDGED_AT)))
    }

    /// Whoever fills a post below the notice's unit, and whoever else has a receipt.
    fn readers_of(&self, line: &NoticeLine) -> Result<Vec<ReaderLine>, StoreError> {
        let (mut readers, mut known) = (Vec::new(), BTreeSet::new());
        for (post, unit) in self.posted(line.row.unit)? {
            let Some(account) = post.account.filter(|account| known.insert(*account)) else { continue };
            readers.push(self.reader_line(line.row.record, (account, post.name), Some(post.role), unit)?);
        }
        for row in self.all_rows(RowFilter::kind(Kind::NoticeReceipt.name()))? {
            let loaded = self.load([row.record])?;
            let Some(state) = loaded.state(row.record) else { continue };
            let of = state.head_ids(notice_receipt::NOTICE).contains(&line.row.record);
            if let Some(who) = addressed::named(state, addressed::WHO).filter(|who| of && known.insert(*who)) {
                readers.push(self.reader_line(line.row.record, (who, None), None, row.unit)?);
            }
        }
        readers.sort_by(|a, b| {
            (&a.unit_name, &a.post, &a.name, a.account).cmp(&(&b.unit_name, &b.post, &b.name, b.account))
        });
        Ok(readers)
    }

    fn reader_line(
        &self,
        notice: RecordId,
        (account, name): (AccountId, Option<String>),
        post: Option<String>,
        unit: Option<UnitId>,
    ) -> Result<ReaderLine, StoreError> {
        let (read_at, acknowledged_at) = self.receipt(notice, account)?;
        let name = match name {
            Some(name) => Some(name),
            None => self.person(account)?,
        };
        let unit_name = unit.map(|unit| self.unit_name(unit)).transpose()?.flatten();
        Ok(ReaderLine { unit, unit_name, post, account, name, read_at, acknowledged_at })
    }

    /// The unit of the post that somebody fills, if it is the only one.
    pub fn unit_of_post(&self, account: AccountId) -> Result<Option<UnitId>, StoreError> {
        let posts = self.posted(None)?;
        let mut units =
            posts.into_iter().filter(|(post, _)| post.account == Some(account)).filter_map(|(_, unit)| unit);
        let first = units.next();
        Ok(first.filter(|_| units.next().is_none()))
    }

    /// The posts below a unit that somebody fills today, each with its unit.
    pub(super) fn posted(&self, unit: Option<UnitId>) -> Result<Vec<(Post, Option<UnitId>)>, StoreError> {
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Post.name()) };
        let mut posts = Vec::new();
        for row in self.all_rows(filter)? {
            let loaded = self.load([row.record])?;
            let post = shown(&loaded, row.record).map(|view| Post::of(&view));
            posts.extend(post.filter(|post| post.is_filled(self.actor.today())).map(|post| (post, row.unit)));
        }
        Ok(posts)
    }
}
