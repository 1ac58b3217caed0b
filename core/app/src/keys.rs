//! Where secrets lie: the device's signing key and the mark that tells a database from its copy.
//!
//! Owns the door to the platform's keystore and a folder of files that stands in for one. Refuses to know what a secret
//! is for. Invariant: a secret is in memory only while it is used, and in no log and no error.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use zeroize::Zeroizing;

/// Name of the seed of the device's Ed25519 key, 32 bytes.
pub const DEVICE_KEY: &str = "device-key";
/// Name of the mark of the database: renewed at each start; a copy of the database has an old one.
pub const REPLICA_MARK: &str = "replica-mark";

/// Name of the key of the encrypted database, 32 bytes.
pub const DATABASE_KEY: &str = "database-key";
/// Name of what is kept of the PIN.
pub const PIN: &str = "pin";
/// Name of what is kept of the offline lease.
pub const LEASE: &str = "lease";

/// Name of the enrolment: who this phone is.
pub const ENROLMENT: &str = "enrolment";
/// Name of the offset of the server's time from the wall clock, eight bytes.
pub const SERVER_TIME: &str = "server-time";

/// All names: what a wipe forgets, the key of the database before all others.
pub const ALL: [&str; 7] = [DATABASE_KEY, DEVICE_KEY, ENROLMENT, PIN, LEASE, REPLICA_MARK, SERVER_TIME];

/// The vault could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the key vault failed")]
pub struct VaultError(#[source] pub std::io::Error);

/// The platform's keystore: it survives the database and is not in its backups.
pub trait KeyVault: Send + Sync {
    /// The secret of this name, if there is one.
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;

    /// Keeps a secret under a name, in place of a former one, durably.
    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError>;

    /// Forgets a secret; it may not be there.
    fn forget(&self, name: &str) -> Result<(), VaultError>;
}

/// A folder of files that only its owner may read: for machines without a keystore.
#[derive(Debug, Clone)]
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// A vault in this folder, which is made when the first secret is kept.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn write(&self, name: &str, secret: &[u8]) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let fresh = self.folder.join(format!("{name}.new"));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(secret)?;
        file.sync_all()?;
        std::fs::rename(&fresh, self.folder.join(name))?;
        #[cfg(unix)]
        std::fs::File::open(&self.folder)?.sync_all()?;
        Ok(())
    }
}

impl KeyVault for FileVault {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match std::fs::read(self.folder.join(name)) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(VaultError(e)),
        }
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        self.write(name, secret).map_err(VaultError)
    }

    fn forget(&self, name: &str) -> Result<(), VaultError> {
        match std::fs::remove_file(self.folder.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(VaultError(e)),
            _ => Ok(()),
        }
    }
}

/// A vault in memory, for tests and the simulator.
#[derive(Debug, Default)]
pub struct MemoryVault {
    secrets: Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>,
}

impl MemoryVault {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Zeroizing<Vec<u8>>>> {
        self.secrets.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl KeyVault for MemoryVault {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.lock().get(name).cloned())
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        self.lock().insert(name.to_owned(), Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    fn forget(&self, name: &str) -> Result<(), VaultError> {
        self.lock().remove(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_vault_keeps_replaces_and_forgets(vault: &dyn KeyVault) {
        assert!(vault.load(DEVICE_KEY).unwrap().is_none());
        vault.keep(DEVICE_KEY, b"first").unwrap();
        vault.keep(DEVICE_KEY, b"second").unwrap();
        assert_eq!(vault.load(DEVICE_KEY).unwrap().unwrap().as_slice(), b"second");
        vault.forget(DEVICE_KEY).unwrap();
        vault.forget(DEVICE_KEY).unwrap();
        assert!(vault.load(DEVICE_KEY).unwrap().is_none());
    }

    #[test]
    fn vaults_keep_their_contract() {
        a_vault_keeps_replaces_and_forgets(&MemoryVault::default());
        let folder = tempfile::tempdir().unwrap();
        a_vault_keeps_replaces_and_forgets(&FileVault::new(folder.path().join("keys")));
    }

    #[cfg(unix)]
    #[test]
    fn files_of_the_vault_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        FileVault::new(folder.path()).keep(DEVICE_KEY, b"seed").unwrap();
        let mode = std::fs::metadata(folder.path().join(DEVICE_KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
