//! What must not lie readable in the database: sealed under a key that lies in a file of its own beside it.
//!
//! Owns the file and the seals. Refuses to know what is sealed. Invariant: no backup holds the file, so that a copy of the database
//! alone signs for nobody and gives nobody a second factor; what is sealed for one use or one account opens for no other.

use crate::error::{Result, ServerError};
use crate::ids::Ids;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// The file's name in the server's folder: keys in hexadecimal, a line each; the first seals, all open.
pub const FILE: &str = "gridwalk.seal";
/// What something sealed begins with.
const MARK: &[u8; 4] = b"gws1";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

type Key = Zeroizing<[u8; KEY_BYTES]>;

/// The keys of one server, read when they are first needed.
pub struct Sealing {
    file: PathBuf,
    keys: Mutex<Option<Vec<Key>>>,
}

/// Whether something is sealed; what an earlier release left is not.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.len() > MARK.len() + NONCE_BYTES && bytes.starts_with(MARK)
}

impl Sealing {
    /// The keys of the server in this folder.
    pub fn of(folder: &Path) -> Self {
        Self { file: folder.join(FILE), keys: Mutex::default() }
    }

    /// Seals something for a use and for whoever it belongs to. The file is made with the first that is sealed.
    pub fn seal(&self, ids: &dyn Ids, of: (&str, &[u8]), clear: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        ids.fill(&mut nonce);
        self.with_keys(Some(ids), |keys| {
            let key = keys.first().ok_or(ServerError::Refused("seal_lost"))?;
            let bound = bound(of);
            let payload = Payload { msg: clear, aad: &bound };
            let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| ServerError::Cut)?;
            Ok([&MARK[..], &nonce, &sealed].concat())
        })
    }

    /// Opens it again; what was never sealed is itself.
    pub fn open(&self, of: (&str, &[u8]), bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        if !is_sealed(bytes) {
            return Ok(Zeroizing::new(bytes.to_vec()));
        }
        let (nonce, sealed) = bytes[MARK.len()..].split_at(NONCE_BYTES);
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| ServerError::Cut)?;
        let bound = bound(of);
        self.with_keys(None, |keys| {
            let open = |key: &Key| cipher(key).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &bound }).ok();
            keys.iter().find_map(open).map(Zeroizing::new).ok_or(ServerError::Refused("seal_lost"))
        })
    }

    /// Whether something is sealed under the key that seals now.
    pub fn is_newest(&self, of: (&str, &[u8]), bytes: &[u8]) -> Result<bool> {
        if !is_sealed(bytes) {
            return Ok(false);
        }
        let (nonce, sealed) = bytes[MARK.len()..].split_at(NONCE_BYTES);
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| ServerError::Cut)?;
        let bound = bound(of);
        self.with_keys(None, |keys| {
            let open = |key: &Key| cipher(key).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &bound }).ok();
            Ok(keys.first().and_then(open).map(Zeroizing::new).is_some())
        })
    }

    /// Another key seals from now on; those of before still open.
    pub fn rotate(&self, ids: &dyn Ids) -> Result<()> {
        self.with_keys(Some(ids), |_| Ok(()))?;
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = kept.get_or_insert_default();
        keys.insert(0, new_key(ids));
        write(&self.file, keys)
    }

    /// Only the key that seals now is kept: whatever was sealed under another one must have been sealed anew.
    pub fn forget_older(&self) -> Result<()> {
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(keys) = kept.as_mut() else { return Ok(()) };
        keys.truncate(1);
        write(&self.file, keys)
    }

    /// Copies the keys into a new file, to be kept apart from the backups.
    pub fn export(&self, to: &Path) -> Result<()> {
        if to.exists() {
            let named = std::io::Error::new(ErrorKind::AlreadyExists, to.display().to_string());
            return Err(ServerError::File(named));
        }
        self.with_keys(
            None,
            |keys| {
                if keys.is_empty() { Err(ServerError::Refused("seal_lost")) } else { write(to, keys) }
            },
        )
    }

    fn with_keys<T>(&self, make: Option<&dyn Ids>, job: impl FnOnce(&[Key]) -> Result<T>) -> Result<T> {
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            let mut keys = read(&self.file)?;
            if let Some(ids) = make.filter(|_| keys.is_empty()) {
                keys.push(new_key(ids));
                write(&self.file, &keys)?;
            }
            if keys.is_empty() {
                return job(&keys);
            }
            *kept = Some(keys);
        }
        job(kept.as_deref().unwrap_or_default())
    }
}

/// Whether bytes are such a file's.
pub fn is_file(bytes: &[u8]) -> bool {
    keys_of(bytes).is_ok_and(|keys| !keys.is_empty())
}

/// Puts a file of keys that open nothing here beside its place, so that nothing more is sealed under them.
pub(crate) fn set_aside(folder: &Path) -> Result<()> {
    let file = folder.join(FILE);
    match std::fs::rename(&file, file.with_extension("seal-other")) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&**key).into())
}

/// What a seal is bound to.
fn bound((what, whose): (&str, &[u8])) -> Vec<u8> {
    [what.as_bytes(), &[0], whose].concat()
}

fn new_key(ids: &dyn Ids) -> Key {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    ids.fill(&mut key[..]);
    key
}

fn read(file: &Path) -> Result<Vec<Key>> {
    let text = match std::fs::read(file) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e.into()),
    };
    keys_of(&text)
}

/// The keys that a file of them holds.
fn keys_of(text: &[u8]) -> Result<Vec<Key>> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let key = |line: &[u8]| {
        let bytes = Zeroizing::new(data_encoding::HEXLOWER_PERMISSIVE.decode(line).ok()?);
        Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
    };
    lines.map(|line| key(line).ok_or(ServerError::Refused("seal_unreadable"))).collect()
}

/// Written beside it and exchanged for it: at every moment one whole file stands there, and nobody else may read it.
fn write(file: &Path, keys: &[Key]) -> Result<()> {
    let next = file.with_extension("seal-next");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&next)?;
    for key in keys {
        let mut line = Zeroizing::new([0; 2 * KEY_BYTES + 1]);
        data_encoding::HEXLOWER.encode_mut(&key[..], &mut line[..2 * KEY_BYTES]);
        line[2 * KEY_BYTES] = b'\n';
        out.write_all(&line[..])?;
    }
    out.sync_all()?;
    Ok(std::fs::rename(&next, file)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    const TOTP: (&str, &[u8]) = ("second factor", b"li");

    #[test]
    fn what_is_sealed_opens_for_its_own_use_and_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let sealing = Sealing::of(folder.path());
        assert!(matches!(sealing.open(TOTP, &[&MARK[..], &[0; 64]].concat()), Err(ServerError::Refused("seal_lost"))));
        assert_eq!(
            sealing.open(TOTP, b"as an earlier release left it").unwrap()[..],
            *b"as an earlier release left it"
        );
        assert!(!folder.path().join(FILE).exists(), "to look makes no key");
        let sealed = sealing.seal(&SystemIds, TOTP, b"12345678901234567890").unwrap();
        assert!(is_sealed(&sealed) && !sealed.windows(8).any(|w| w == b"12345678"));
        assert_ne!(sealed, sealing.seal(&SystemIds, TOTP, b"12345678901234567890").unwrap());
        let again = Sealing::of(folder.path());
        assert_eq!(again.open(TOTP, &sealed).unwrap()[..], *b"12345678901234567890");
        for other in [("second factor", &b"wang"[..]), ("provider", b"li"), ("second factorl", b"i")] {
            assert!(again.open(other, &sealed).is_err(), "{other:?}");
        }
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(again.open(TOTP, &bent).is_err() || !is_sealed(&bent), "{at}");
        }
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o077, 0, "nobody else reads it");
        }
    }

    #[test]
    fn keys_are_exchanged_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let sealing = Sealing::of(folder.path());
        let old = sealing.seal(&SystemIds, TOTP, b"a").unwrap();
        sealing.rotate(&SystemIds).unwrap();
        let new = sealing.seal(&SystemIds, TOTP, b"a").unwrap();
        assert!(!sealing.is_newest(TOTP, &old).unwrap() && sealing.is_newest(TOTP, &new).unwrap());
        let both = Sealing::of(folder.path());
        assert!(both.open(TOTP, &old).is_ok() && both.open(TOTP, &new).is_ok());
        sealing.forget_older().unwrap();
        let one = Sealing::of(folder.path());
        assert!(one.open(TOTP, &old).is_err() && one.open(TOTP, &new).is_ok());
    }
}
