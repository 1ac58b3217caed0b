//! Training: a notebook of its own to practise in, with a made-up street; nothing of it ever leaves the phone.
//!
//! Owns the making of the street and what stands for a server there: whatever is typed is taken as it is. Refuses to
//! share anything with the phone's own work: another file, other keys, another person. Invariant: a notebook in training
//! has no key that a server knows, and every way out is closed.

mod street;

use crate::enrol::Enrolment;
use crate::error::AppError;
use crate::ids;
use crate::keys;
use crate::notebook::Notebook;
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Backfill, Epoch, Grant, Key, NamedVerdict, Page, PageRow, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, SpaceId, TimelineId, UnitId};
use gridwalk_model::kind;
use gridwalk_model::role::Role;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_store::{OutboxStatus, PageOutcome, StoreError};
use gridwalk_sync::enrol::SpaceInfo;
use std::collections::BTreeSet;

impl Notebook {
    /// Makes an empty notebook one to practise in, with a made-up street, for somebody who is called so.
    pub fn begin_training(&self, name: &str) -> Result<(), AppError> {
        if self.enrolment().is_some() {
            return Err(AppError::AlreadyEnrolled);
        }
        let drawn = || ids::random::<16>(self.ids());
        let (space, grid) = (SpaceId(drawn()?), UnitId(self.new_record()?.0));
        let info = SpaceInfo { space, reference: false, name: street::COUNTY.to_owned(), units: vec![grid] };
        let key: [u8; 32] = ids::random(self.ids())?;
        self.keys().keep(keys::DEVICE_KEY, &key)?;
        self.set_enrolment(Enrolment {
            device: DeviceId(drawn()?),
            account: AccountId(drawn()?),
            name: name.to_owned(),
            roles: vec![Role::Gridworker.name().to_owned()],
            spaces: vec![info],
            training: true,
            ..Enrolment::default()
        })?;
        self.lay_out_units(space, grid)?;
        self.settle_training()?;
        self.lay_out_street(grid)?;
        self.settle_training()?;
        Ok(())
    }

    /// Whether this is a notebook to practise in.
    pub fn is_training(&self) -> bool {
        self.enrolment().is_some_and(|enrolment| enrolment.training)
    }

    /// Refuses what would leave a notebook that is there to practise in.
    pub(crate) fn refuse_in_training(&self) -> Result<(), AppError> {
        if self.is_training() { Err(AppError::Training) } else { Ok(()) }
    }

    /// What a sync would do, if everything were taken: how many changes were.
    pub fn settle_training(&self) -> Result<usize, AppError> {
        let enrolment = self.enrolment().filter(|e| e.training).ok_or(AppError::NotEnrolled)?;
        let mut settled = 0;
        for info in &enrolment.spaces {
            settled += self.settle_space(info)?;
        }
        Ok(settled)
    }

    fn settle_space(&self, info: &SpaceInfo) -> Result<usize, AppError> {
        let store = self.store();
        let waits = |status| matches!(status, OutboxStatus::Saved | OutboxStatus::Sent);
        let own: Vec<_> = store.outbox()?.into_iter().filter(|o| o.space == info.space && waits(o.status)).collect();
        let request = store.pull_request(info.space)?;
        let (timeline, before) = request.cursor.unwrap_or((TimelineId(info.space.0), 0));
        let mut cursor = before;
        let mut verdicts = Vec::with_capacity(own.len());
        for item in &own {
            cursor += 1;
            verdicts.extend(item.change.names().into_iter().map(|name| NamedVerdict {
                name,
                verdict: Verdict::Applied,
                pos: cursor,
            }));
        }
        let unit = info.units.first().copied().unwrap_or_default();
        let mut rows = Vec::new();
        for record in own.iter().map(|item| item.record).collect::<BTreeSet<RecordId>>() {
            let mut state = store.predicted(record, self.now())?.state;
            state.pos = cursor;
            rows.push(PageRow::State { record, state: state_bytes(&state).into(), held_by: vec![Key::unit(unit)] });
        }
        let kinds = kind::read_by(Role::Gridworker).map(str::to_owned).collect();
        let grant = Grant { unit, role: Role::Gridworker.name().to_owned(), kinds };
        let page = Page {
            space: info.space,
            answers: Hash::default(),
            branches: vec![Branch { id: timeline, from: 0 }],
            epoch: Epoch { timeline, n: 0 },
            cursor,
            at_head: true,
            backfill: Backfill::Done,
            now: self.now(),
            rows,
            verdicts,
            chain: (0, Hash::default()),
            digest: None,
            safe_pos: cursor,
            grants: vec![grant],
            elsewhere: Vec::new(),
            erased: Vec::new(),
        };
        match store.apply_page(&request, &page)? {
            PageOutcome::Applied(_) => Ok(own.len()),
            PageOutcome::Stale => Err(StoreError::NotFound.into()),
        }
    }
}
