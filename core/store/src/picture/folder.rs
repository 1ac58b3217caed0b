//! The folder beside the database in which pictures lie, each under its content's name.
//!
//! Owns names, writing to the end, and encryption. Refuses to know what a file belongs to. Invariant: a file that bears a
//! name holds that content whole; beside an encrypted database nothing of a picture, not even which one it is, can be
//! read off the folder.

use crate::error::StoreError;
use crate::key::DatabaseKey;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use data_encoding::HEXLOWER;
use gridwalk_model::hash::Hash;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The ending of the folder's name after the database's.
pub(crate) const ENDING: &str = "-pictures";
/// The ending of a file that is being written.
const WRITING: &str = ".writing";

/// The folder.
pub(crate) struct Folder {
    path: PathBuf,
    key: Option<Zeroizing<[u8; 32]>>,
}

fn fault(error: std::io::Error) -> StoreError {
    if error.kind() == ErrorKind::StorageFull { StoreError::Full } else { StoreError::File(error) }
}

/// Waits until a folder's entries are on the disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fault(e)),
    }
}

impl Folder {
    /// That of a database; with a key of its own where the database has one.
    pub(crate) fn beside(path: &Path, key: Option<&DatabaseKey>) -> Self {
        let key = key.map(|key| key.derived("gridwalk 2026 pictures of a phone"));
        Self { path: crate::open::beside(path, ENDING), key }
    }

    /// What a content is called here: by its hash, or by a name that only the key tells.
    fn name(&self, hash: Hash) -> String {
        let name = self.key.as_ref().map_or(hash.0, |key| *blake3::keyed_hash(key, &hash.0).as_bytes());
        HEXLOWER.encode(&name)
    }

    fn file(&self, hash: Hash) -> PathBuf {
        self.path.join(self.name(hash))
    }

    /// The cipher of one content: a key that never encrypts anything else, so that the nonce may stand still.
    fn cipher(&self, hash: Hash) -> Option<ChaCha20Poly1305> {
        let key = self.key.as_ref()?;
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(b"content").update(&hash.0);
        let of_this = Zeroizing::new(*hasher.finalize().as_bytes());
        Some(ChaCha20Poly1305::new(&Key::from(*of_this)))
    }

    /// Whether a content is here.
    pub(crate) fn has(&self, hash: Hash) -> bool {
        self.file(hash).exists()
    }

    /// Writes a content; when it returns, all of it is on the disk, or nothing bears its name.
    pub(crate) fn put(&self, hash: Hash, bytes: &[u8]) -> Result<(), StoreError> {
        if self.has(hash) && self.get(hash).is_ok() {
            return Ok(());
        }
        let sealed = match self.cipher(hash) {
            Some(cipher) => {
                let payload = Payload { msg: bytes, aad: &hash.0 };
                Some(cipher.encrypt(&Nonce::default(), payload).map_err(|_| StoreError::KeyDoesNotFit)?)
            }
            None => None,
        };
        let file = self.file(hash);
        let writing = crate::open::beside(&file, WRITING);
        let write = || {
            std::fs::create_dir_all(&self.path)?;
            let mut out = File::create(&writing)?;
            out.write_all(sealed.as_deref().unwrap_or(bytes))?;
            out.sync_all()?;
            std::fs::rename(&writing, &file)?;
            sync_folder(&self.path)
        };
        write().map_err(fault)
    }

    /// Reads a content; an error if it is not what its name says.
    pub(crate) fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(bytes) = read(&self.file(hash))? else { return Ok(None) };
        let bytes = match self.cipher(hash) {
            Some(cipher) => {
                let payload = Payload { msg: &bytes, aad: &hash.0 };
                cipher.decrypt(&Nonce::default(), payload).map_err(|_| StoreError::Damaged)?
            }
            None => bytes,
        };
        if Hash::of_content(&bytes) == hash { Ok(Some(bytes)) } else { Err(StoreError::Damaged) }
    }

    /// Brings a content that lies here in the clear under the key; nothing where there is no key.
    pub(crate) fn seal_clear(&self, hash: Hash) -> Result<(), StoreError> {
        let clear = Self { path: self.path.clone(), key: None };
        if self.key.is_none() || !clear.has(hash) {
            return Ok(());
        }
        if let Some(bytes) = clear.get(hash)? {
            self.put(hash, &bytes)?;
        }
        std::fs::remove_file(clear.file(hash)).map_err(fault)
    }

    /// The names of all files.
    pub(crate) fn files(&self) -> Result<Vec<String>, StoreError> {
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(fault(e)),
        };
        let name = |entry: std::io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        entries.map(name).collect::<std::io::Result<_>>().map_err(fault)
    }

    /// Removes those of these files that hold none of these contents; how many.
    pub(crate) fn keep_only(&self, files: &[String], kept: &BTreeSet<Hash>) -> Result<usize, StoreError> {
        let kept: BTreeSet<String> = kept.iter().map(|hash| self.name(*hash)).collect();
        let mut removed = 0;
        for name in files.iter().filter(|name| !kept.contains(name.trim_end_matches(WRITING))) {
            match std::fs::remove_file(self.path.join(name)) {
                Ok(()) => removed += 1,
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) => return Err(fault(e)),
            }
        }
        if removed > 0 {
            sync_folder(&self.path).map_err(fault)?;
        }
        Ok(removed)
    }

    /// Removes the folder with all that is in it.
    pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
        match std::fs::remove_dir_all(crate::open::beside(path, ENDING)) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(fault(e)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &Path, key: Option<u8>) -> Folder {
        let key = key.map(|byte| DatabaseKey::new(Zeroizing::new([byte; 32])));
        Folder::beside(&path.join("phone.db"), key.as_ref())
    }

    fn hash(bytes: &[u8]) -> Hash {
        Hash::of_content(bytes)
    }

    /// All bytes and names of a folder.
    fn all(folder: &Folder) -> Vec<u8> {
        let file = |name: String| [name.as_bytes(), &std::fs::read(folder.path.join(&name)).unwrap()].concat();
        folder.files().unwrap().into_iter().flat_map(file).collect()
    }

    #[test]
    fn a_content_reads_back_and_a_byte_that_rotted_is_an_error() {
        for key in [None, Some(7)] {
            let place = tempfile::tempdir().unwrap();
            let folder = folder(place.path(), key);
            let (one, other) = (b"a picture of ten gas cylinders".as_slice(), b"another".as_slice());
            assert_eq!(folder.get(hash(one)).unwrap(), None);
            for _ in 0..2 {
                folder.put(hash(one), one).unwrap();
                folder.put(hash(other), other).unwrap();
            }
            assert_eq!(folder.get(hash(one)).unwrap().as_deref(), Some(one));
            assert_eq!(folder.files().unwrap().len(), 2, "one content is one file");
            let mut bytes = std::fs::read(folder.file(hash(one))).unwrap();
            bytes[3] ^= 1;
            std::fs::write(folder.file(hash(one)), bytes).unwrap();
            assert!(matches!(folder.get(hash(one)), Err(StoreError::Damaged)));
            folder.put(hash(one), one).unwrap();
            assert_eq!(folder.get(hash(one)).unwrap().as_deref(), Some(one), "it is written anew");
            let kept = BTreeSet::from([hash(other)]);
            std::fs::write(folder.path.join("0123.writing"), "cut short").unwrap();
            assert_eq!(folder.keep_only(&folder.files().unwrap(), &kept).unwrap(), 2);
            assert_eq!((folder.has(hash(one)), folder.get(hash(other)).unwrap().as_deref()), (false, Some(other)));
        }
    }

    #[test]
    fn beside_an_encrypted_database_nothing_of_a_picture_can_be_read() {
        let place = tempfile::tempdir().unwrap();
        let picture = b"a picture of ten gas cylinders".as_slice();
        let told = [picture, HEXLOWER.encode(&hash(picture).0).as_bytes()].map(<[u8]>::to_vec);
        let found = |folder: &Folder| {
            let all = all(folder);
            told.iter().filter(|what| all.windows(what.len()).any(|w| w == what.as_slice())).count()
        };
        let clear = folder(place.path(), None);
        clear.put(hash(picture), picture).unwrap();
        assert_eq!(found(&clear), 2, "they are there, so that the next lines can fail");
        let sealed = folder(place.path(), Some(7));
        assert!(!sealed.has(hash(picture)));
        sealed.seal_clear(hash(picture)).unwrap();
        assert_eq!((found(&sealed), sealed.files().unwrap().len()), (0, 1));
        assert_eq!(sealed.get(hash(picture)).unwrap().as_deref(), Some(picture));
        assert!(!folder(place.path(), Some(8)).has(hash(picture)), "another key finds nothing");
    }
}
