//! A database that an earlier release left in the clear becomes an encrypted one.
//!
//! Owns the copy and its exchange for the original. Refuses to make keys. Invariant: at every moment one whole database
//! stands under the name, the clear one or the encrypted one.

use super::{SEALING, beside, connect, remove, remove_with_log};
use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::store::Store;
use rusqlite::{Connection, params};
use std::fs::{self, File};
use std::path::Path;

/// Encrypts the database at a path if it stands in the clear.
pub(super) fn encrypt_clear(path: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let sealed = beside(path, SEALING);
    remove_with_log(&sealed)?;
    if !path.exists() || Store::is_encrypted(path)? {
        return Ok(());
    }
    let clear = connect(path, None)?;
    clear.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    copy(&clear, &sealed, key)?;
    // The last connection takes the log along, so that none of it is left beside the encrypted file.
    clear.close().map_err(|(_, e)| e)?;
    File::open(&sealed).and_then(|file| file.sync_all()).map_err(StoreError::File)?;
    fs::rename(&sealed, path).map_err(StoreError::File)?;
    for rest in ["-wal", "-shm"] {
        remove(&beside(path, rest))?;
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::File)?;
    }
    Ok(())
}

fn copy(clear: &Connection, sealed: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let raw = key.raw();
    let raw = std::str::from_utf8(&*raw).map_err(|_| StoreError::KeyDoesNotFit)?;
    clear.execute("ATTACH DATABASE ?1 AS sealed KEY ?2", params![sealed.to_string_lossy(), raw])?;
    clear.query_row("SELECT sqlcipher_export('sealed')", [], |_| Ok(()))?;
    Ok(clear.execute_batch("DETACH DATABASE sealed")?)
}
