//! The server's own signing key, as it lies in the database: sealed.
//!
//! Owns reading and writing it, the way on when its seal is gone, and the public keys that it had before. Refuses to know what is
//! signed. Invariant: once a server has started, no byte of a key that signs lies readable in its files but in the seal's own; a
//! key that was lost vouches for what it signed, and for nothing more.

use crate::erase::remains;
use crate::error::{Result, ServerError};
use crate::ids::SystemIds;
use crate::sealing::{self, Sealing};
use crate::server::{Running, Server, ServerOptions};
use crate::store::{self, Store, Tx};
use crate::writing::{Reading, Writing};
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_model::id::{DeviceId, RecordId};
use std::path::Path;
use zeroize::Zeroizing;

/// Where the key stands.
const KEY: &str = "server_key";
/// Where the device stands that the console counts as.
const DEVICE: &str = "server_device";
/// Where the public keys stand that were lost, one after the other.
const FORMER: &str = "server_keys_lost";
/// What the seal of the key is bound to.
const SEALED: (&str, &[u8]) = ("gridwalk 2026 server key", b"");
const KEY_BYTES: usize = 32;

/// The keys of a server that is opened.
pub(crate) struct OwnKeys {
    pub key: SigningKey,
    pub device: DeviceId,
    pub former: Vec<VerifyingKey>,
}

/// Keeps a new key and the console's device.
pub(crate) fn keep_new(tx: &dyn Tx, folder: &Path, key: &[u8; KEY_BYTES], device: DeviceId) -> Result<()> {
    tx.meta_set(KEY, &Sealing::of(folder).seal(&SystemIds, SEALED, key)?)?;
    tx.meta_set(DEVICE, &device.0)
}

/// Reads the keys; those of an earlier release lie there readable.
pub(crate) fn read(store: &dyn Store, sealing: &Sealing) -> Result<OwnKeys> {
    let (mut kept, mut device, mut former) = (None, None, Vec::new());
    store.read(&mut |tx| {
        kept = tx.meta(KEY)?.map(Zeroizing::new);
        device = tx.meta(DEVICE)?.and_then(|d| DeviceId::from_slice(&d));
        former = former_of(tx)?;
        Ok(())
    })?;
    let (Some(kept), Some(device)) = (kept, device) else { return Err(ServerError::NotInitialised) };
    let clear = if kept.len() == KEY_BYTES { kept } else { sealing.open(SEALED, &kept).map_err(missing)? };
    let key: Zeroizing<[u8; KEY_BYTES]> =
        Zeroizing::new(clear.as_slice().try_into().map_err(|_| ServerError::NotInitialised)?);
    Ok(OwnKeys { key: SigningKey::from_bytes(&key), device, former })
}

/// Without the seal of its key nothing of a server starts, and the way on is another one than for single secrets.
fn missing(error: ServerError) -> ServerError {
    if error.code() == "seal_lost" { ServerError::Refused("seal_missing") } else { error }
}

fn former_of(tx: &dyn Tx) -> Result<Vec<VerifyingKey>> {
    let kept = tx.meta(FORMER)?.unwrap_or_default();
    let key = |bytes: &[u8]| VerifyingKey::from_bytes(bytes.try_into().ok()?).ok();
    Ok(kept.chunks_exact(KEY_BYTES).filter_map(key).collect())
}

/// Whether the key lies sealed under the newest key.
pub(crate) fn is_newest(r: &Reading<'_>) -> Result<bool> {
    let kept = Zeroizing::new(r.tx.meta(KEY)?.unwrap_or_default());
    Ok(kept.len() != KEY_BYTES && r.running.sealing.is_newest(SEALED, &kept)?)
}

/// Seals the key anew. Of one that lay readable nothing remains: the file is written anew before the start is over.
pub(crate) fn seal_anew(w: &Writing<'_>) -> Result<()> {
    let clear = Zeroizing::new(w.running.key.to_bytes());
    w.tx.meta_set(KEY, &w.running.sealing.seal(&*w.running.options.ids, SEALED, &clear[..])?)?;
    remains::note(w, RecordId::default())
}

impl Running {
    /// The public keys under which this server has signed: the present one first.
    pub(crate) fn own_keys(&self) -> Vec<VerifyingKey> {
        std::iter::once(self.key.verifying_key()).chain(self.former.iter().copied()).collect()
    }
}

impl Server {
    /// Opens a server whose seal is gone, with a new key. What the lost one signed still counts as signed; what was sealed to it, and
    /// the certificate, is gone, and every phone must be enrolled anew.
    pub fn open_without_seal(options: ServerOptions) -> Result<Self> {
        let store = store::open(&options.folder, false, options.durable)?;
        match read(&*store, &Sealing::of(&options.folder)) {
            Err(error) if error.code() == "seal_missing" => {}
            Err(error) => return Err(error),
            Ok(_) => return Err(ServerError::Refused("seal_not_lost")),
        }
        let key = Zeroizing::new(options.ids.b32());
        let mut lost = String::new();
        // A file that holds other keys opens nothing here, and would be taken for ours.
        sealing::set_aside(&options.folder)?;
        store.write(&mut |tx| {
            let device = tx.meta(DEVICE)?.and_then(|d| DeviceId::from_slice(&d)).ok_or(ServerError::NotInitialised)?;
            let mut console = tx.device(device)?.ok_or(ServerError::NotInitialised)?;
            let mut former = tx.meta(FORMER)?.unwrap_or_default();
            former.extend(console.public_key);
            tx.meta_set(FORMER, &former)?;
            lost = data_encoding::HEXLOWER.encode(&console.public_key);
            console.public_key = SigningKey::from_bytes(&key).verifying_key().to_bytes();
            tx.device_put(&console)?;
            crate::tls::forget(tx)?;
            crate::print::forget(tx)?;
            keep_new(tx, &options.folder, &key, device)
        })?;
        drop(store);
        let server = Self::open(options)?;
        server.write(|w| w.audit(None, "server_key_lost", &format!("public key {lost}")))?;
        Ok(server)
    }
}
