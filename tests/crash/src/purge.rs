//! A revoked phone is purged, and a track is dropped, with the power going at every change of the disk.
//!
//! Owns both walks. Refuses to take a table's word: what is gone is looked for in the bytes of the disk. Invariant: of
//! what was said to be purged or dropped no byte is left, whatever the power does from then on; before that it is there
//! whole, or gone whole.

use crate::disk::{Disk, Image, Leaves};
use crate::oracle::hold;
use crate::still::{SECRET, Still};
use crate::world::{CrashError, failed};
use gridwalk_model::geo::Point;
use gridwalk_model::id::RecordId;
use gridwalk_model::track::TrackPoint;
use gridwalk_store::{PurgeOutcome, Store};

/// What a walk came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Changes of the disk while it was done.
    pub changes: u64,
    /// Losses of power.
    pub crashes: u64,
    /// Those after which everything was still there.
    pub whole: u64,
    /// Those after which nothing was.
    pub gone: u64,
}

/// Whether everything is there (`true`) or nothing is; anything between is an error.
fn is_whole(store: &Store, should: usize) -> Result<bool, CrashError> {
    let wrong = store.wrong().map_err(failed("check"))?;
    hold(wrong.is_none(), || format!("{wrong:?}"))?;
    let told = (
        store.own_changes().map_err(failed("look"))?.len(),
        store.drafts().map_err(failed("look"))?.len(),
        store.held().map_err(failed("look"))?.len(),
    );
    hold(told.0 == should || told == (0, 0, 0), || format!("it is there in part: {told:?} of {should}"))?;
    Ok(told.0 == should)
}

/// Purges a phone with the power going at every `stride`-th change of its disk.
pub async fn purge(seed: u64, stride: u64) -> Result<Purged, CrashError> {
    let phone = Still::of_a_world(seed).await?;
    let mut swept = Purged::default();
    // Without a loss of power first: how many changes it takes, and what is left by a loss right after it was said.
    let should = walk_purge(&phone, None, &mut swept, 0)?;
    let mut at = 1 + seed % stride;
    while at <= swept.changes {
        for leaves in Leaves::ALL {
            walk_purge(&phone, Some((at, leaves)), &mut swept, should)?;
        }
        at += stride;
    }
    Ok(swept)
}

fn walk_purge(
    phone: &Still,
    cut: Option<(u64, Leaves)>,
    swept: &mut Purged,
    should: usize,
) -> Result<usize, CrashError> {
    let disk = phone.disk();
    disk.put_back(&phone.image);
    let store = phone.open()?;
    let should = if cut.is_none() { store.own_changes().map_err(failed("look"))?.len() } else { should };
    // Typed on that day, it stands in the log as well.
    let form = store.drafts().map_err(failed("look"))?;
    if let Some(form) = form.first() {
        store.keep_draft(form.draft, &format!("{SECRET}，又写")).map_err(failed("keep a form"))?;
    }
    let (_, names) = store.hand_over().map_err(failed("hand over"))?;
    let before = disk.calls().1;
    if let Some((at, _)) = cut {
        disk.power_lasts(at);
    }
    let said = store.purge(&names);
    let Some((at, leaves)) = cut else {
        swept.changes = disk.calls().1 - before;
        hold(matches!(said, Ok(PurgeOutcome::Purged)), || format!("it was not purged: {said:?}"))?;
        nothing_is_left(disk)?;
        return Ok(should);
    };
    let what = || format!("power at {at}, left {leaves:?}, it had said {said:?}");
    drop(store);
    disk.come_back(leaves);
    swept.crashes += 1;
    let store = phone.open()?;
    let whole = is_whole(&store, should).map_err(|e| CrashError::Broken(format!("{}: {e}", what())))?;
    hold(said.is_err() || !whole, || format!("{}: everything is there", what()))?;
    *(if whole { &mut swept.whole } else { &mut swept.gone }) += 1;
    // Whoever was cut off purges again, and then it is done.
    let (_, names) = store.hand_over().map_err(failed("hand over"))?;
    let again = store.purge(&names);
    hold(matches!(again, Ok(PurgeOutcome::Purged)), || format!("{}: the next purge: {again:?}", what()))?;
    nothing_is_left(disk).map_err(|e| CrashError::Broken(format!("{}: {e}", what())))?;
    Ok(should)
}

/// Of a secret no byte is on the disk, now and after any loss of power.
fn nothing_is_left(disk: &Disk) -> Result<(), CrashError> {
    let holds = |image: &Image| image.holds(SECRET.as_bytes());
    hold(!holds(&disk.image()), || "what was purged is in the file".to_owned())?;
    for leaves in Leaves::ALL {
        let left = holds(&disk.would_leave(leaves));
        hold(!left, || format!("what was purged is on the disk after a loss of power that leaves {leaves:?}"))?;
    }
    Ok(())
}

/// Drops a track with the power going at every `stride`-th change of the disk.
pub async fn drop_track(seed: u64, stride: u64) -> Result<Purged, CrashError> {
    let phone = Still::of_a_world(seed).await?;
    let disk = phone.disk();
    let patrol = RecordId([0x77; 16]);
    let now = gridwalk_model::Timestamp(crate::world::BEGINS_MS);
    let point = |n: i32| {
        let at =
            Point { accuracy_cm: Some(500), ..Point::new(307_512_345 + n * 7_919, 1_207_654_321).unwrap_or_default() };
        TrackPoint { at, when: gridwalk_model::Timestamp(now.0 - 1_000 * i64::from(n)) }
    };
    let bytes = gridwalk_model::codec::value_bytes(&point(3).at.to_value());
    let mut swept = Purged::default();
    let mut at = 0;
    loop {
        let leaves = Leaves::ALL[usize::try_from(at / stride % 4).unwrap_or(0)];
        disk.put_back(&phone.image);
        let store = phone.open()?;
        for n in 0..8 {
            store.keep_track_point(patrol, &point(n)).map_err(failed("keep a point"))?;
        }
        store.empty_log().map_err(failed("empty the log"))?;
        let before = disk.calls().1;
        if at > 0 {
            disk.power_lasts(at);
        }
        let said = store.drop_track(patrol, now);
        if at == 0 {
            swept.changes = disk.calls().1 - before;
        }
        if said.is_ok() {
            for leaves in Leaves::ALL {
                let left = disk.would_leave(leaves).holds(&bytes);
                hold(!left, || format!("a dropped track is on the disk after a loss of power that leaves {leaves:?}"))?;
            }
        }
        drop(store);
        disk.come_back(leaves);
        swept.crashes += u64::from(at > 0);
        let left = phone.open()?.track(patrol).map_err(failed("look"))?.len();
        hold(left == 8 || left == 0, || format!("power at {at}: {left} points of 8"))?;
        hold(said.is_err() || left == 0, || format!("power at {at}: {left} points of a dropped track"))?;
        *(if left == 8 { &mut swept.whole } else { &mut swept.gone }) += 1;
        at += stride;
        if at > swept.changes {
            return Ok(swept);
        }
    }
}
