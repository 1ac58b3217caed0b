//! A phone's power: how many commits are left of it, and what had reached the disk when it goes.
//!
//! Owns the counting and the copy of what the disk holds. Refuses to know what is written. Invariant: what a commit that
//! waited for the disk left in the files is there after any loss of power; anything later may be gone.

use crate::machine::SimVault;
use gridwalk_store::Device;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The power of one phone while it runs.
#[derive(Debug)]
pub struct Power {
    commits_left: AtomicU32,
    gone: AtomicBool,
    file: PathBuf,
    /// Whether a loss of power takes what never reached the disk. Copying costs time: not every world has it.
    is_weak: bool,
    vault: Arc<SimVault>,
}

/// What stands beside a database, and must be copied with it.
const BESIDE: [&str; 2] = ["", "-wal"];

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Where the copy of what the disk holds stands.
fn on_disk(file: &Path) -> PathBuf {
    file.with_extension("disk")
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for suffix in BESIDE {
        let (from, to) = (beside(from, suffix), beside(to, suffix));
        if from.exists() {
            std::fs::copy(from, to)?;
        } else if to.exists() {
            std::fs::remove_file(to)?;
        }
    }
    Ok(())
}

impl Power {
    /// Plenty of it.
    pub fn full(file: &Path, vault: &Arc<SimVault>, is_weak: bool) -> Arc<Self> {
        let (commits_left, gone) = (AtomicU32::new(u32::MAX), AtomicBool::new(false));
        Arc::new(Self { commits_left, gone, file: file.to_owned(), is_weak, vault: vault.clone() })
    }

    /// So many commits, and it goes.
    pub fn lasts(&self, commits: u32) {
        self.commits_left.store(commits, Ordering::Relaxed);
    }

    /// Whether it is gone.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// The power was lost, and the database is closed: the files become what the disk held. True if it takes anything.
    pub fn take_what_never_reached_the_disk(&self) -> std::io::Result<bool> {
        if self.is_weak {
            copy(&on_disk(&self.file), &self.file)?;
        }
        Ok(self.is_weak)
    }

    /// Notes what the disk holds now.
    pub fn note_disk(&self) {
        if self.is_weak && copy(&self.file, &on_disk(&self.file)).is_err() {
            self.gone.store(true, Ordering::Relaxed);
        }
    }
}

/// The power as the device under a database.
pub struct Socket(pub Arc<Power>);

impl Device for Socket {
    fn has_power(&mut self) -> bool {
        let left = self.0.commits_left.load(Ordering::Relaxed);
        if left == 0 {
            self.0.gone.store(true, Ordering::Relaxed);
            self.0.vault.set_dead(true);
            return false;
        }
        if left < u32::MAX {
            self.0.commits_left.store(left - 1, Ordering::Relaxed);
        }
        true
    }

    fn synced(&mut self) {
        self.0.note_disk();
    }
}
