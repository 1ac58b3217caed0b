//! The folder in which the server keeps pictures: contents by their hash, pieces that are on their way, and which records
//! each content was given for.
//!
//! Owns files and their names. Refuses to judge who may give or see one. Invariant: a content stands under its hash whole or
//! not at all; it is told of a record only after somebody gave its bytes for that record, so that to know a hash is not to
//! have a picture.

use crate::error::{Result, ServerError, problem};
use crate::limits;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId};
use gridwalk_model::limits::PICTURE_BYTES_MAX;
use gridwalk_model::picture::Media;
use gridwalk_model::time::Timestamp;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::picture::PictureTaken;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the folder in the server's folder; after a backup's name that of its pictures.
pub const PICTURES: &str = "pictures";
/// Whole contents.
const CONTENTS: &str = "contents";
/// Pieces that are on their way.
const PARTS: &str = "parts";
/// Which records a content was given for: empty files.
const GIVEN: &str = "given";

/// The pictures of a server.
pub struct Pictures {
    folder: PathBuf,
    /// One piece is written at a time: two of one picture never mix.
    writing: Mutex<()>,
}

/// A piece as it comes.
pub struct Piece<'a> {
    /// Of which content.
    pub hash: Hash,
    /// How large the whole is, as its change says.
    pub size: u64,
    /// For which record.
    pub record: RecordId,
    /// From which device.
    pub device: DeviceId,
    /// Where it begins.
    pub offset: u64,
    /// Its bytes; none only asks.
    pub bytes: &'a [u8],
}

fn there(found: std::io::Result<fs::Metadata>) -> Result<Option<u64>> {
    match found {
        Ok(about) => Ok(Some(about.len())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fault(e)),
    }
}

fn fault(error: std::io::Error) -> ServerError {
    if error.kind() == ErrorKind::StorageFull { ServerError::DiskFull } else { ServerError::File(error) }
}

/// Waits until a folder's entries are on the disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

impl Pictures {
    /// Those of a server's folder; pieces that nobody went on with go.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self> {
        let pictures = Self { folder: folder.join(PICTURES), writing: Mutex::new(()) };
        pictures.drop_old_parts(now)?;
        Ok(pictures)
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn content(&self, hash: Hash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join(CONTENTS).join(&name[..2]).join(name)
    }

    /// Pieces of two devices never meet, so that nobody spoils another's.
    fn part(&self, hash: Hash, device: DeviceId) -> PathBuf {
        self.folder.join(PARTS).join(format!("{hash}-{device}"))
    }

    fn given(&self, hash: Hash, record: RecordId) -> PathBuf {
        self.folder.join(GIVEN).join(record.to_string()).join(hash.to_string())
    }

    /// Whether a content was given for a record, and is here.
    pub fn has(&self, hash: Hash, record: RecordId) -> Result<bool> {
        let both = [self.given(hash, record), self.content(hash)].map(|path| there(fs::metadata(path)));
        let [given, content] = both;
        Ok(given?.is_some() && content?.is_some())
    }

    /// The bytes of a content that was given for one of these records.
    pub fn read(&self, hash: Hash, records: &[RecordId]) -> Result<Option<Vec<u8>>> {
        for record in records {
            if self.has(hash, *record)? {
                let bytes = fs::read(self.content(hash)).map_err(fault)?;
                let whole = Hash::of_content(&bytes) == hash;
                // A file that rotted is no answer, and its phone may still have it.
                return if whole { Ok(Some(bytes)) } else { Err(rotted()) };
            }
        }
        Ok(None)
    }

    /// Takes a piece, if it begins where the last one ended; says in any case how much is here.
    pub fn take(&self, piece: &Piece<'_>) -> Result<PictureTaken> {
        let _alone = self.lock();
        if piece.size > PICTURE_BYTES_MAX as u64 {
            return Err(problem(ProblemCode::TooLarge, "a picture larger than its limit"));
        }
        if self.has(piece.hash, piece.record)? {
            return Ok(PictureTaken { offset: piece.size, stored: true });
        }
        let part = self.part(piece.hash, piece.device);
        let held = there(fs::metadata(&part))?.unwrap_or(0);
        if held != piece.offset || piece.bytes.is_empty() {
            return Ok(PictureTaken { offset: held, stored: false });
        }
        let offset = held + piece.bytes.len() as u64;
        if offset > piece.size {
            fs::remove_file(&part).or_else(absent).map_err(fault)?;
            return Err(problem(ProblemCode::Malformed, "more bytes than the picture has"));
        }
        self.append(&part, piece, offset == piece.size).map_err(fault)?;
        if offset < piece.size {
            return Ok(PictureTaken { offset, stored: false });
        }
        self.close(&part, piece)
    }

    fn append(&self, part: &Path, piece: &Piece<'_>, last: bool) -> std::io::Result<()> {
        fs::create_dir_all(self.folder.join(PARTS))?;
        let mut file = File::options().create(true).truncate(false).write(true).open(part)?;
        file.seek(SeekFrom::Start(piece.offset))?;
        file.write_all(piece.bytes)?;
        if last { file.sync_all() } else { Ok(()) }
    }

    /// All of it is here: it is what its hash says, and a picture, or it goes.
    fn close(&self, part: &Path, piece: &Piece<'_>) -> Result<PictureTaken> {
        let mut bytes = Vec::new();
        File::open(part).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(fault)?;
        if Hash::of_content(&bytes) != piece.hash || Media::sniff(&bytes).is_none() {
            fs::remove_file(part).map_err(fault)?;
            return Err(problem(ProblemCode::Malformed, "the bytes are not what the picture's hash says"));
        }
        let (content, given) = (self.content(piece.hash), self.given(piece.hash, piece.record));
        let put = || {
            let [home, list] = [&content, &given].map(|path| path.parent().unwrap_or(&self.folder));
            fs::create_dir_all(home)?;
            fs::rename(part, &content)?;
            sync_folder(home)?;
            fs::create_dir_all(list)?;
            File::create(&given)?.sync_all()?;
            sync_folder(list)
        };
        put().map_err(fault)?;
        Ok(PictureTaken { offset: piece.size, stored: true })
    }

    /// Pieces that nobody went on with for a week go: whoever still has the picture begins anew.
    fn drop_old_parts(&self, now: Timestamp) -> Result<()> {
        let entries = match fs::read_dir(self.folder.join(PARTS)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(fault(e)),
        };
        for entry in entries {
            let entry = entry.map_err(fault)?;
            let written = entry.metadata().and_then(|about| about.modified()).map_err(fault)?;
            let since = written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let written_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
            if now.0.saturating_sub(written_ms) > limits::PICTURE_PART_KEPT_MS {
                fs::remove_file(entry.path()).or_else(absent).map_err(fault)?;
            }
        }
        Ok(())
    }

    /// Removes what was given for a record beside these contents: those that no other record has go whole, with pieces.
    pub fn keep_only(&self, record: RecordId, kept: &BTreeSet<Hash>) -> Result<()> {
        let _alone = self.lock();
        let list = self.folder.join(GIVEN).join(record.to_string());
        let kept: BTreeSet<String> = kept.iter().map(Hash::to_string).collect();
        let gone: Vec<String> = names(&list)?.into_iter().filter(|name| !kept.contains(name)).collect();
        for name in &gone {
            fs::remove_file(list.join(name)).or_else(absent).map_err(fault)?;
        }
        let (mut needed, given) = (BTreeSet::new(), self.folder.join(GIVEN));
        for other in if gone.is_empty() { Vec::new() } else { names(&given)? } {
            needed.extend(names(&given.join(other))?);
        }
        for name in gone.iter().filter(|name| !needed.contains(*name)) {
            let content = self.folder.join(CONTENTS).join(name.get(..2).unwrap_or_default()).join(name);
            fs::remove_file(content).or_else(absent).map_err(fault)?;
        }
        let parts = self.folder.join(PARTS);
        for part in names(&parts)?.iter().filter(|part| gone.iter().any(|name| part.starts_with(name.as_str()))) {
            fs::remove_file(parts.join(part)).or_else(absent).map_err(fault)?;
        }
        Ok(())
    }

    /// Puts what is here and not there yet beside a backup: contents never change, so that one that is there is whole. How
    /// many were put.
    pub fn back_up(&self, to: &Path) -> Result<u64> {
        let mut put = 0;
        for list in [CONTENTS, GIVEN] {
            put += copied(&self.folder.join(list), &to.join(list)).map_err(fault)?;
        }
        Ok(put)
    }
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(fault(e)),
    };
    let name = |entry: std::io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    entries.map(name).collect::<std::io::Result<_>>().map_err(fault)
}

fn rotted() -> ServerError {
    ServerError::File(std::io::Error::new(ErrorKind::InvalidData, "a picture is not what its name says"))
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Copies a tree of files that never change, by a second name where both lie on one disk.
fn copied(from: &Path, to: &Path) -> std::io::Result<u64> {
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(e) => return absent(e).map(|()| 0),
    };
    fs::create_dir_all(to)?;
    let mut count = 0;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            count += copied(&entry.path(), &target)?;
        } else if !target.exists() {
            if fs::hard_link(entry.path(), &target).is_err() {
                let writing = target.with_extension("writing");
                fs::copy(entry.path(), &writing)?;
                File::open(&writing)?.sync_all()?;
                fs::rename(&writing, &target)?;
            }
            count += 1;
        }
    }
    sync_folder(to)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_760_000_000_000);
    const ONE: RecordId = RecordId([1; 16]);
    const DEVICE: DeviceId = DeviceId([7; 16]);

    fn picture() -> Vec<u8> {
        [b"\xff\xd8\xff\xe0".as_slice(), &[9; 1000]].concat()
    }

    fn piece(whole: &[u8], bytes: &'static [u8], offset: u64) -> Piece<'static> {
        let (hash, size) = (Hash::of_content(whole), whole.len() as u64);
        Piece { hash, size, record: ONE, device: DEVICE, offset, bytes }
    }

    fn leaked(bytes: &[u8]) -> &'static [u8] {
        bytes.to_vec().leak()
    }

    #[test]
    fn pieces_go_on_where_they_were_cut_and_nobody_spoils_another_s() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::open(folder.path(), NOW).unwrap();
        let whole = picture();
        let (first, rest) = (leaked(&whole[..400]), leaked(&whole[400..]));
        let taken = |piece: &Piece<'_>| pictures.take(piece).unwrap();
        assert_eq!(taken(&piece(&whole, b"", 0)), PictureTaken { offset: 0, stored: false });
        assert_eq!(taken(&piece(&whole, first, 0)), PictureTaken { offset: 400, stored: false });
        assert_eq!(taken(&piece(&whole, first, 0)).offset, 400, "once more: nothing is taken twice");
        assert_eq!(taken(&piece(&whole, rest, 500)).offset, 400, "a gap is told");
        let other = Piece { device: DeviceId([8; 16]), ..piece(&whole, leaked(&[0; 300]), 0) };
        assert_eq!(taken(&other).offset, 300);
        drop(Pictures::open(folder.path(), NOW).unwrap());
        assert_eq!(taken(&piece(&whole, rest, 400)), PictureTaken { offset: 1004, stored: true });
        let hash = Hash::of_content(&whole);
        assert_eq!(pictures.read(hash, &[ONE]).unwrap(), Some(whole.clone()));
        assert!(taken(&piece(&whole, b"", 0)).stored, "it is here already");
    }

    #[test]
    fn what_is_not_what_its_hash_says_goes() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::open(folder.path(), NOW).unwrap();
        let whole = picture();
        let wrong = leaked(&[0; 1004]);
        assert!(pictures.take(&piece(&whole, wrong, 0)).is_err());
        assert_eq!(pictures.take(&piece(&whole, b"", 0)).unwrap().offset, 0);
        assert!(pictures.take(&piece(&whole, leaked(&[0; 1005]), 0)).is_err(), "longer than it says");
        let script = b"#!/bin/sh".as_slice();
        assert!(pictures.take(&piece(script, b"#!/bin/sh", 0)).is_err(), "no picture");
        let huge = Piece { size: PICTURE_BYTES_MAX as u64 + 1, ..piece(&whole, b"", 0) };
        assert!(pictures.take(&huge).is_err());
    }

    #[test]
    fn to_know_a_hash_is_not_to_have_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::open(folder.path(), NOW).unwrap();
        let whole = picture();
        let (hash, other) = (Hash::of_content(&whole), RecordId([2; 16]));
        pictures.take(&piece(&whole, leaked(&whole), 0)).unwrap();
        assert_eq!(pictures.read(hash, &[other]).unwrap(), None);
        let asked = Piece { record: other, ..piece(&whole, b"", 0) };
        assert_eq!(pictures.take(&asked).unwrap(), PictureTaken { offset: 0, stored: false });
        assert!(pictures.read(hash, &[other, ONE]).unwrap().is_some(), "of a record that came from another");
        fs::write(pictures.content(hash), b"rotten").unwrap();
        assert!(pictures.read(hash, &[ONE]).is_err());
    }

    #[test]
    fn a_backup_holds_pictures_and_old_pieces_go() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::open(folder.path(), NOW).unwrap();
        let whole = picture();
        pictures.take(&piece(&whole, leaked(&whole), 0)).unwrap();
        let backup = tempfile::tempdir().unwrap();
        assert_eq!(pictures.back_up(&backup.path().join(PICTURES)).unwrap(), 2);
        assert_eq!(pictures.back_up(&backup.path().join(PICTURES)).unwrap(), 0, "only what is new");
        let restored = Pictures::open(backup.path(), NOW).unwrap();
        assert_eq!(restored.read(Hash::of_content(&whole), &[ONE]).unwrap(), Some(whole));
        let more = [b"\x89PNG\r\n\x1a\n".as_slice(), &[1; 50]].concat();
        pictures.take(&piece(&more, leaked(&more[..20]), 0)).unwrap();
        let parts = || fs::read_dir(folder.path().join(PICTURES).join(PARTS)).unwrap().count();
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = i64::try_from(clock.as_millis()).unwrap();
        Pictures::open(folder.path(), Timestamp(now + limits::PICTURE_PART_KEPT_MS - 60_000)).unwrap();
        assert_eq!(parts(), 1);
        Pictures::open(folder.path(), Timestamp(now + limits::PICTURE_PART_KEPT_MS + 60_000)).unwrap();
        assert_eq!(parts(), 0);
    }
}
