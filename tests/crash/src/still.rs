//! A phone that lies still: its disk with something on it, opened as often as somebody likes.
//!
//! Owns the disk, the key and the marks. Refuses to judge. Invariant: it is opened by the store's own door, each time as
//! the same replica.

use crate::action;
use crate::disk::{Disk, Image, Leaves};
use crate::vfs::Mounted;
use crate::world::{CrashError, Machine, World, failed, scratch};
use gridwalk_app::keys::DATABASE_KEY;
use gridwalk_store::{DatabaseKey, OpenOptions, ReplicaMark, Store};
use zeroize::Zeroizing;

/// A text that nobody else writes.
pub const SECRET: &str = "柳林社区三号楼王阿姨";

/// The name of its file.
const FILE: &str = "phone-0.db";

/// The mark that its keystore holds.
const MARK: [u8; 16] = [1; 16];

/// A phone, closed.
pub struct Still {
    mounted: Mounted,
    /// What lies on its disk.
    pub image: Image,
    key: Option<DatabaseKey>,
    folder: tempfile::TempDir,
    starts: std::cell::Cell<u8>,
}

impl Still {
    /// The disk of a phone of a world, closed; what lies there is renamed to another folder.
    pub async fn of_a_world(seed: u64) -> Result<Self, CrashError> {
        let mut world = World::new(seed).await?;
        for _ in 0..6 {
            action::add(&mut world, 0)?;
        }
        world.sync(0).await?;
        for _ in 0..4 {
            action::edit(&mut world, 0)?;
            action::open_form(&mut world, 0)?;
        }
        let notebook = world.notebook(0).map_err(failed("open"))?;
        let form = notebook.store().drafts().map_err(failed("look"))?;
        let Some(form) = form.first() else { return Err(CrashError::Broken("no form".to_owned())) };
        notebook.store().keep_draft(form.draft, SECRET).map_err(failed("keep a form"))?;
        let key = notebook.keys().load(DATABASE_KEY).map_err(failed("ask for the key"))?;
        let key = key.and_then(|key| Some(DatabaseKey::new(Zeroizing::new(key.as_slice().try_into().ok()?))));
        drop(notebook);
        world.stop(Machine::Phone(0));
        let (disk, file) = (world.disk(Machine::Phone(0)), world.name_on(Machine::Phone(0), FILE));
        disk.come_back(Leaves::All);
        let bytes = disk.image().file(&file).map(<[u8]>::to_vec).unwrap_or_default();
        let folder = scratch().map_err(failed("make a folder"))?;
        let mounted = Mounted::at(folder.path(), Disk::new(seed)).map_err(failed("mount a disk"))?;
        mounted.disk().place(&mounted.name(FILE), &bytes);
        let image = mounted.disk().image();
        let mut still = Self { mounted, image, key, folder, starts: std::cell::Cell::new(0) };
        // Opened once by a keystore of ours: from here on it stays the same replica.
        drop(still.opened(ReplicaMark { held: None, next: MARK })?);
        still.disk().come_back(Leaves::All);
        still.image = still.disk().image();
        Ok(still)
    }

    /// Opens what lies on its disk by now.
    pub fn open(&self) -> Result<Store, CrashError> {
        self.opened(ReplicaMark { held: Some(MARK), next: MARK })
    }

    fn opened(&self, mark: ReplicaMark) -> Result<Store, CrashError> {
        self.starts.set(self.starts.get().wrapping_add(1));
        let (start, mut made) = (self.starts.get(), 0_u8);
        let fresh = move || {
            made = made.wrapping_add(1);
            let mut id = [start; 16];
            id[0] = made;
            id
        };
        let options = OpenOptions { key: self.key.clone(), ..OpenOptions::new(mark, fresh) };
        Store::open(&self.folder.path().join(FILE), options).map_err(failed("open a phone"))
    }

    /// Its disk.
    pub const fn disk(&self) -> &Disk {
        self.mounted.disk()
    }

    /// The name of its database on the disk.
    pub fn name(&self) -> String {
        self.mounted.name(FILE)
    }
}
