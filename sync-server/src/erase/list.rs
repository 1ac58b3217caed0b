//! The list of erasures beside the database: what was erased, by names and hashes, so that a copy of before that is put back
//! forgets it again.
//!
//! Owns the file, its lines and their reading. Refuses to hold anything that was typed. Invariant: a line is on the disk
//! before the erasure is committed; whatever the database has not read of the list, it does when it is opened.

use super::{Blanked, blank, is_unsaid, kept, remains, take_down};
use crate::error::{Result, ServerError};
use crate::journal_codec::{self, ErasedEntry};
use crate::limits::ERASED_BODIES_MAX;
use crate::server::Running;
use crate::writing::Writing;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::erasure::Erasure;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_model::state_codec::read_state;
use std::io::Write as _;
use std::path::Path;

/// Name of the list beside the database.
pub const ERASURES: &str = "erasures.txt";
/// What a line begins with.
const LINE: &str = "gridwalk-erasure-1";
/// Name of the value that tells how far the database has read the list.
const READ: &str = "erasures read";

/// What a line says.
enum Said {
    /// Something of a record.
    Record(SpaceId, ErasedEntry),
    /// What a newcomer had said of themselves.
    Newcomer(AccountId),
}

/// Adds an erasure to the list, and notes that the database knows of it.
pub(super) fn keep(
    w: &Writing<'_>,
    space: SpaceId,
    record: RecordId,
    erasure: &Erasure,
    bodies: &[Blanked],
) -> Result<()> {
    // Each line says what of the record went, so that none depends on another.
    let all = if bodies.is_empty() { vec![bodies] } else { bodies.chunks(ERASED_BODIES_MAX).collect() };
    for bodies in all {
        let entry = ErasedEntry { pos: 0, record, erasure: Some(erasure.clone()), bodies: bodies.to_vec() };
        let mut body = Writer::default();
        body.array(3).uint(1).bytes(&space.0).bytes(&journal_codec::erased_bytes(&entry));
        add(w, &body.finish())?;
    }
    Ok(())
}

/// Adds a newcomer of whom nothing is kept any more.
pub(super) fn keep_newcomer(w: &Writing<'_>, account: AccountId) -> Result<()> {
    let mut body = Writer::default();
    body.array(2).uint(2).bytes(&account.0);
    add(w, &body.finish())
}

/// Whether a line of the list is this key's, and says something.
pub fn is_line(line: &str, key: &VerifyingKey) -> bool {
    read_line(line, key).is_some()
}

/// A line of the list with what it says, signed.
pub fn line_of(body: &[u8], key: &SigningKey) -> String {
    let signature = key.sign(&signed(body)).to_bytes();
    format!("{LINE} {} {}\n", BASE64URL_NOPAD.encode(body), BASE64URL_NOPAD.encode(&signature))
}

fn signed(body: &[u8]) -> [u8; 32] {
    Hash::with_context("gridwalk 2026 erasure", &[body]).0
}

fn add(w: &Writing<'_>, body: &[u8]) -> Result<()> {
    let line = line_of(body, &w.running.key);
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let path = w.running.options.folder.join(ERASURES);
    let mut file = options.open(&path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    let length = file.metadata()?.len();
    w.tx.meta_set(READ, &length.to_be_bytes())
}

fn read_line(line: &str, key: &VerifyingKey) -> Option<Said> {
    let mut words = line.split_whitespace();
    let (LINE, body, signature, None) = (words.next()?, words.next()?, words.next()?, words.next()) else {
        return None;
    };
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let (body, signature) = (bytes(body)?, Signature::from_slice(&bytes(signature)?).ok()?);
    key.verify_strict(&signed(&body), &signature).ok()?;
    said(&body).ok()
}

fn said(body: &[u8]) -> Result<Said, Malformed> {
    let mut r = Reader::new(body);
    let parts = r.array()?;
    let said = match (r.uint()?, parts) {
        (1, 3) => {
            let space = SpaceId(r.b16()?);
            Said::Record(space, journal_codec::read_erased(r.bytes()?)?)
        }
        (2, 2) => Said::Newcomer(AccountId(r.b16()?)),
        _ => return Err(Malformed::Shape),
    };
    r.end()?;
    Ok(said)
}

/// Copies the list beside a backup: whoever puts that back elsewhere has what was erased until then.
pub(crate) fn back_up(folder: &Path, backup: &Path) -> Result<()> {
    let mut name = backup.as_os_str().to_owned();
    name.push("-");
    name.push(ERASURES);
    match std::fs::copy(folder.join(ERASURES), name) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e.into()),
    }
}

/// Erases again what the list says and the database has not read: after a backup was put back, and after a crash between
/// the list and the commit.
pub(crate) fn replay(running: &Running) -> Result<()> {
    let text = match std::fs::read_to_string(running.options.folder.join(ERASURES)) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(e.into()),
    };
    let read = running.read(|r| r.tx.meta(READ))?.and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
    let from = usize::try_from(read).unwrap_or(usize::MAX);
    if from > text.len() {
        tracing::error!(list = ERASURES, "the list of erasures is shorter than it was: put the newest one back");
        return Ok(());
    }
    let unread = if running.options.restored { &text[..] } else { text.get(from..).unwrap_or(&text) };
    if unread.is_empty() {
        return Ok(());
    }
    let keys = running.own_keys();
    for line in unread.lines() {
        match keys.iter().find_map(|key| read_line(line, key)) {
            Some(Said::Record(space, entry)) => running.write_alone(|w| erase_again(w, space, &entry))?,
            Some(Said::Newcomer(account)) => running.write_alone(|w| super::newcomer::forget(w, account))?,
            // A line that a crash cut short was never committed; another server's says nothing here.
            None => tracing::warn!("a line of the list of erasures is none of this server's"),
        }
    }
    running.write_alone(|w| w.tx.meta_set(READ, &(text.len() as u64).to_be_bytes()))
}

/// Remembers what is left of a body that this database lacks, beside what other lines say of it: of one body several things
/// may have been erased, one after the other.
fn remember(w: &Writing<'_>, place: (SpaceId, RecordId), erasure: &Erasure, body: &Blanked) -> Result<()> {
    let Some(before) = w.tx.erasure_of(place.0, body.name)? else {
        return super::known(w, place, 0, erasure, body);
    };
    if body.places.is_subset(&before.places) {
        return Ok(());
    }
    let mut both = Blanked { admitted: body.admitted || before.admitted, ..body.clone() };
    both.places.extend(before.places);
    super::known(w, place, before.pos, &erasure.and(&before.erasure), &both)
}

/// Blanks what this database has of the bodies that a line names; remembers the others by their names.
fn erase_again(w: &Writing<'_>, space: SpaceId, entry: &ErasedEntry) -> Result<()> {
    if w.tx.space(space)?.is_none() {
        return Ok(());
    }
    let (record, mut here) = (entry.record, Vec::new());
    let erasure = entry.erasure.as_ref().ok_or(ServerError::Stored(Malformed::Shape))?;
    for body in &entry.bodies {
        let row = w.tx.inbox(space, body.name.replica, body.name.seq)?;
        let row = row.filter(|row| row.hash.mark() == body.name.mark);
        let held = row.as_ref().and_then(|row| Some((row, kept(row)?)));
        match held {
            Some((row, held)) if !body.places.is_subset(&held.change.blanked()) => {
                here.push(blank(w, row, &held.without(&body.places))?);
            }
            None => remember(w, (space, record), erasure, body)?,
            _ => {}
        }
    }
    let state = w.tx.state(space, record)?.map(|row| read_state(&row.bytes)).transpose()?;
    let say = state.is_some_and(|state| is_unsaid(&state, erasure));
    if !say && here.is_empty() {
        return Ok(());
    }
    take_down(w, (space, record), erasure, say, &here)?;
    remains::hand_overs(w)?;
    w.audit(None, "erased_again", &format!("space {space} record {record}: {} bodies", here.len()))
}
