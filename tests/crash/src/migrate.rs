//! Old databases, brought up to date with the power going at every change of their disk.
//!
//! Owns the walk and what is compared. Refuses to know what a migration does. Invariant: whatever moment the power goes
//! at, the next start brings the file up to date, and what it holds is what it holds without a loss of power.

use crate::disk::{Disk, Leaves};
use crate::oracle::hold;
use crate::vfs::Mounted;
use crate::world::{BEGINS_MS, CrashError, SERVER_FILE, failed, scratch};
use gridwalk_server::{Server, verify};
use gridwalk_sim::founding;
use gridwalk_sim::machine::{SeededIds, TrueTime};
use gridwalk_store::{OpenOptions, ReplicaMark, RowFilter, Store};
use std::path::{Path, PathBuf};

/// What a walk came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Files.
    pub files: u64,
    /// Changes of the disk, of all files together.
    pub changes: u64,
    /// Losses of power.
    pub crashes: u64,
}

/// The name of a phone's database.
const PHONE_FILE: &str = "phone.db";
/// The mark that the keystore of whoever wrote the phones' files held.
const FIRST: [u8; 16] = [1; 16];
/// The next one.
const SECOND: [u8; 16] = [2; 16];

/// The databases of every schema that ever was.
pub fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden")
}

fn files(prefix: &str) -> Result<Vec<PathBuf>, CrashError> {
    let folder = std::fs::read_dir(golden()).map_err(failed("read the old databases"))?;
    let path = |entry: std::io::Result<std::fs::DirEntry>| entry.ok().map(|e| e.path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name.starts_with(prefix) && path.extension().is_some_and(|e| e == "db")
    };
    let mut files: Vec<PathBuf> = folder.filter_map(path).filter(is_ours).collect();
    files.sort();
    Ok(files)
}

/// A machine with one file on its disk.
struct Bench {
    mounted: Mounted,
    name: String,
    before: Vec<u8>,
    folder: tempfile::TempDir,
}

impl Bench {
    fn with(file: &Path, name: &str, seed: u64) -> Result<Self, CrashError> {
        let folder = scratch().map_err(failed("make a folder"))?;
        let mounted = Mounted::at(folder.path(), Disk::new(seed)).map_err(failed("mount a disk"))?;
        let before = std::fs::read(file).map_err(failed("read an old database"))?;
        Ok(Self { name: mounted.name(name), mounted, before, folder })
    }

    /// Everything as it was before anybody opened it.
    fn anew(&self) -> Result<(), CrashError> {
        self.mounted.disk().put_back(&crate::disk::Image::default());
        self.mounted.disk().place(&self.name, &self.before);
        for entry in std::fs::read_dir(self.folder.path()).map_err(failed("clear a folder"))?.flatten() {
            let path = entry.path();
            let gone = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            gone.map_err(failed("clear a folder"))?;
        }
        Ok(())
    }

    /// Walks over every `stride`-th change of the disk that opening makes.
    fn walk(
        &self,
        stride: u64,
        seed: u64,
        swept: &mut Migrated,
        open: impl Fn(&Self) -> Result<String, CrashError>,
    ) -> Result<(), CrashError> {
        self.anew()?;
        let disk = self.mounted.disk();
        let before = disk.calls().1;
        let should = open(self)?;
        let changes = disk.calls().1 - before;
        swept.files += 1;
        swept.changes += changes;
        let mut at = 1 + seed % stride;
        while at <= changes {
            for leaves in Leaves::ALL {
                self.anew()?;
                disk.power_lasts(at);
                let cut = open(self);
                hold(disk.is_dead(), || format!("power at {at}: it was never used: {cut:?}"))?;
                disk.come_back(leaves);
                swept.crashes += 1;
                let is = open(self).map_err(|e| CrashError::Broken(format!("power at {at}, left {leaves:?}: {e}")))?;
                hold(is == should, || format!("power at {at}, left {leaves:?}: {is}\nand without: {should}"))?;
            }
            at += stride;
        }
        Ok(())
    }
}

/// Old phones.
pub fn phones(stride: u64, seed: u64) -> Result<Migrated, CrashError> {
    let mut swept = Migrated::default();
    for file in files("phone-v")? {
        let bench = Bench::with(&file, PHONE_FILE, seed)?;
        let walked = bench.walk(stride, seed, &mut swept, |bench| {
            let mark = ReplicaMark { held: Some(FIRST), next: SECOND };
            let options = OpenOptions::new(mark, || [0x99; 16]);
            let store = Store::open(&bench.folder.path().join(PHONE_FILE), options).map_err(failed("open a phone"))?;
            told_by_phone(&store)
        });
        walked.map_err(|e| CrashError::Broken(format!("{}: {e}", file.display())))?;
    }
    Ok(swept)
}

/// Everything that a phone says of itself.
fn told_by_phone(store: &Store) -> Result<String, CrashError> {
    let look = failed::<gridwalk_store::StoreError>("look");
    let told = || {
        let wrong = store.wrong()?;
        let mut rows = Vec::new();
        for kind in gridwalk_sim::server::ALL_KINDS {
            rows.extend(store.rows(&RowFilter::kind(kind))?);
        }
        let (own, held) = (store.own_changes()?, store.held()?);
        let (drafts, counts, spaces) = (store.drafts()?, store.counts()?, store.spaces()?);
        let (attention, undoable) = (store.attention()?, store.undoable(100)?);
        let replica = store.replica()?;
        Ok(format!(
            "{wrong:?} {replica:?} {own:?} {held:?} {drafts:?} {counts:?} {spaces:?} {attention:?} {undoable:?} {rows:?}"
        ))
    };
    told().map_err(look)
}

/// Old servers.
pub fn servers(stride: u64, seed: u64) -> Result<Migrated, CrashError> {
    let mut swept = Migrated::default();
    for file in files("server-v")? {
        let bench = Bench::with(&file, SERVER_FILE, seed)?;
        let walked = bench.walk(stride, seed, &mut swept, |bench| {
            let time = TrueTime::starting_at(BEGINS_MS);
            let options = founding::options(bench.folder.path(), &time, SeededIds::new(seed, 3));
            // The server looks whether its file is there and does not ask SQLite.
            std::fs::write(bench.folder.path().join(SERVER_FILE), []).map_err(failed("make a file"))?;
            let server = Server::open(options).map_err(failed("open a server"))?;
            told_by_server(&server)
        });
        walked.map_err(|e| CrashError::Broken(format!("{}: {e}", file.display())))?;
    }
    Ok(swept)
}

/// What a server says of itself that no start may change.
fn told_by_server(server: &Server) -> Result<String, CrashError> {
    let told = || {
        let wrong = server.running().store.check(true)?;
        let key = server.running().key.verifying_key().to_bytes();
        let spaces = server.read(|r| r.tx.spaces())?;
        let mut journals = Vec::new();
        for space in &spaces {
            journals.push(server.read(|r| {
                let rows = r.tx.journal_after(space.id, 0, 10_000)?;
                let chains: Vec<_> = rows.iter().map(|row| row.chain).collect();
                let checks = (verify::chain(r, space.id)?, verify::states(r, space.id)?, verify::digests(r, space.id)?);
                Ok((chains, checks))
            })?);
        }
        let acts = server.read(|r| gridwalk_server::audit::verify::acts(r, &[]))?.is_ok();
        let (accounts, grants) = server.read(|r| {
            let accounts = r.tx.accounts()?;
            let grants = accounts.iter().map(|a| r.tx.grants(a.id)).collect::<gridwalk_server::Result<Vec<_>>>()?;
            Ok((accounts.len(), format!("{grants:?}")))
        })?;
        Ok(format!("{wrong:?} {acts} {key:?} {spaces:?} {journals:?} {accounts} {grants}"))
    };
    told().map_err(failed::<gridwalk_server::ServerError>("look"))
}
