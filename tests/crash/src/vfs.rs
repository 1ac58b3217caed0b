//! The disk as SQLite sees it: a virtual file system of C functions, the default one of this process.
//!
//! Owns every line of `unsafe` of the project. Refuses to know what a disk does: folders that were mounted are handed to
//! theirs, everything else to the platform's own file system. Invariant: stores open their paths as they always do, so what
//! is tested is what ships.

#![expect(unsafe_code, reason = "SQLite calls a file system through C function pointers (sqlite.org/vfs.html)")]

use crate::disk::{Disk, Failure, Handle, Lie};
use crate::hold::SHARED;
use rusqlite::ffi;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Once, PoisonError, RwLock, RwLockWriteGuard};

/// Disks by the folder that they are mounted at.
static MOUNTS: RwLock<BTreeMap<String, Disk>> = RwLock::new(BTreeMap::new());

thread_local! {
    /// Whether a setting is being made in place of the store's.
    static SETTING: Cell<bool> = const { Cell::new(false) };
}

/// What SQLite writes into the memory that it has for a file.
#[repr(C)]
struct File {
    methods: *const ffi::sqlite3_io_methods,
    body: *mut Body,
}

/// A file that is open.
struct Body {
    disk: Disk,
    handle: Handle,
    /// Removed when it is closed.
    passing: Option<String>,
    database: *mut ffi::sqlite3,
}

/// A folder whose databases lie on a disk of ours, for as long as this lives.
pub struct Mounted {
    folder: String,
    disk: Disk,
}

impl Mounted {
    /// Mounts a disk at a folder that is there.
    pub fn at(folder: &Path, disk: Disk) -> std::io::Result<Self> {
        register();
        let folder = format!("{}/", folder.canonicalize()?.display());
        mounts().insert(folder.clone(), disk.clone());
        Ok(Self { folder, disk })
    }

    /// Its disk.
    pub const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The name on the disk of a file in the folder.
    pub fn name(&self, file: &str) -> String {
        format!("{}{file}", self.folder)
    }

    /// The folder.
    pub fn folder(&self) -> PathBuf {
        PathBuf::from(&self.folder)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        mounts().remove(&self.folder);
    }
}

fn mounts() -> RwLockWriteGuard<'static, BTreeMap<String, Disk>> {
    MOUNTS.write().unwrap_or_else(PoisonError::into_inner)
}

fn disk_of(name: &str) -> Option<Disk> {
    let mounts = MOUNTS.read().unwrap_or_else(PoisonError::into_inner);
    mounts.iter().find(|(folder, _)| name.starts_with(folder.as_str())).map(|(_, disk)| disk.clone())
}

/// Makes the file system the default one, once.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: SQLite is set up before the default file system is asked for; the copy handed back lives for ever, and
        // keeps all that is not replaced of the platform's.
        unsafe {
            ffi::sqlite3_initialize();
            let base = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut ours = std::ptr::read(base);
            let least = c_int::try_from(size_of::<File>()).unwrap_or(c_int::MAX);
            ours.iVersion = ours.iVersion.min(2);
            ours.szOsFile = ours.szOsFile.max(least);
            ours.zName = c"crash".as_ptr();
            ours.pNext = std::ptr::null_mut();
            ours.pAppData = base.cast();
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            ours.xAccess = Some(access);
            ours.xFullPathname = Some(full_path);
            let registered = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 1);
            assert_eq!(registered, ffi::SQLITE_OK, "the file system was not taken");
        }
    });
}

/// The platform's file system.
///
/// # Safety
/// `vfs` is the one that [`register`] made.
unsafe fn base(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: its `pAppData` is the platform's.
    unsafe { (*vfs).pAppData.cast() }
}

/// A name as text.
///
/// # Safety
/// `name` is null or ends with a zero byte.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

/// The body of a file that [`open`] made.
///
/// # Safety
/// `file` was opened by us and is not closed.
unsafe fn body<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Body {
    // SAFETY: `open` has put a box there, and only `close` takes it; SQLite calls for one file from one thread at a time.
    unsafe { &mut *(*file.cast::<File>()).body }
}

const fn code(failure: Failure, io: c_int) -> c_int {
    match failure {
        Failure::Io => io,
        Failure::Full => ffi::SQLITE_FULL,
    }
}

fn done(result: Result<(), Failure>, io: c_int) -> c_int {
    result.map_or_else(|failure| code(failure, io), |()| ffi::SQLITE_OK)
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands in a name that ends, memory of `szOsFile` bytes, and a place for flags or none.
    unsafe {
        let Some((name, disk)) = text(name).and_then(|name| Some((name, disk_of(name)?))) else {
            let base = base(vfs);
            return (*base).xOpen.map_or(ffi::SQLITE_CANTOPEN, |open| open(base, name, file, flags, out));
        };
        (*file.cast::<File>()).methods = std::ptr::null();
        let logs = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
        let opened = disk.open(name, flags & ffi::SQLITE_OPEN_CREATE != 0, flags & logs != 0);
        // As the platform's own says it, whatever the reason.
        let Ok(Some(handle)) = opened else { return ffi::SQLITE_CANTOPEN };
        let passing = (flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0).then(|| name.to_owned());
        let body = Body { disk, handle, passing, database: std::ptr::null_mut() };
        file.cast::<File>().write(File { methods: &raw const METHODS, body: Box::into_raw(Box::new(body)) });
        if !out.is_null() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: as for `open`.
    unsafe {
        let Some((name, disk)) = text(name).and_then(|name| Some((name, disk_of(name)?))) else {
            let base = base(vfs);
            return (*base).xDelete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| delete(base, name, sync_folder));
        };
        match disk.delete(name, sync_folder != 0) {
            Ok(true) => ffi::SQLITE_OK,
            Ok(false) => ffi::SQLITE_IOERR_DELETE_NOENT,
            Err(failure) => code(failure, ffi::SQLITE_IOERR_DELETE),
        }
    }
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: as for `open`; `out` is a place for the answer.
    unsafe {
        let Some((name, disk)) = text(name).and_then(|name| Some((name, disk_of(name)?))) else {
            let base = base(vfs);
            return (*base).xAccess.map_or(ffi::SQLITE_IOERR_ACCESS, |access| access(base, name, flags, out));
        };
        if let Err(failure) = disk.count(crate::disk::Call::Access) {
            return code(failure, ffi::SQLITE_IOERR_ACCESS);
        }
        *out = c_int::from(disk.has(name));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    bytes: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the platform's own, on its own file system.
    unsafe {
        let base = base(vfs);
        (*base).xFullPathname.map_or(ffi::SQLITE_CANTOPEN, |full| full(base, name, bytes, out))
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the box that `open` made, taken back once.
    let body = unsafe { Box::from_raw((*file.cast::<File>()).body) };
    body.disk.close(body.handle);
    if let Some(name) = &body.passing {
        // What was only passing through may stay when the disk fails.
        let _left = body.disk.delete(name, false);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, len: c_int, at: i64) -> c_int {
    // SAFETY: SQLite hands in `len` bytes to fill.
    let (body, into) =
        unsafe { (body(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), usize::try_from(len).unwrap_or(0))) };
    match body.disk.read(body.handle, usize::try_from(at).unwrap_or(usize::MAX), into) {
        Ok(there) if there == into.len() => ffi::SQLITE_OK,
        Ok(there) => {
            into[there..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(failure) => code(failure, ffi::SQLITE_IOERR_READ),
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, len: c_int, at: i64) -> c_int {
    // SAFETY: SQLite hands in `len` bytes.
    let (body, from) =
        unsafe { (body(file), std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(len).unwrap_or(0))) };
    done(body.disk.write(body.handle, usize::try_from(at).unwrap_or(0), from), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: i64) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    done(body.disk.truncate(body.handle, usize::try_from(len).unwrap_or(0)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _how: c_int) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    let synced = body.disk.sync(body.handle);
    body.handle.syncs_folder &= synced.is_err();
    done(synced, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: the file is open, and there is a place for the answer.
    let (body, out) = unsafe { (body(file), &mut *out) };
    let len = body.disk.size(body.handle).map(|len| *out = i64::try_from(len).unwrap_or(i64::MAX));
    done(len, ffi::SQLITE_IOERR_FSTAT)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    if let Err(failure) = body.disk.count(crate::disk::Call::Lock) {
        return code(failure, ffi::SQLITE_IOERR_LOCK);
    }
    let free = body.disk.hold(body.handle, |hold, who| hold.lock(who, level));
    if free { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    body.disk.hold(body.handle, |hold, who| hold.unlock(who, level.min(SHARED)));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: the file is open, and there is a place for the answer.
    let (body, out) = unsafe { (body(file), &mut *out) };
    *out = c_int::from(body.disk.hold(body.handle, |hold, _| hold.is_reserved()));
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: the file is open; of these two requests the argument is a connection's place, and three texts (sqlite3.h).
    unsafe {
        let body = body(file);
        match op {
            ffi::SQLITE_FCNTL_PDB => {
                body.database = *argument.cast::<*mut ffi::sqlite3>();
                ffi::SQLITE_OK
            }
            ffi::SQLITE_FCNTL_PRAGMA => {
                let texts = argument.cast::<*const c_char>();
                let (name, value) = (text(*texts.add(1)), text(*texts.add(2)));
                let Lie::Level(level) = body.disk.lies() else { return ffi::SQLITE_NOTFOUND };
                if name != Some("synchronous") || value.is_none() || SETTING.get() || body.database.is_null() {
                    return ffi::SQLITE_NOTFOUND;
                }
                set(body.database, level)
            }
            _ => ffi::SQLITE_NOTFOUND,
        }
    }
}

/// Makes a setting of a connection in place of the one that was asked for.
///
/// # Safety
/// `database` is open.
unsafe fn set(database: *mut ffi::sqlite3, level: u8) -> c_int {
    let words = if level == 0 { c"PRAGMA synchronous=0" } else { c"PRAGMA synchronous=1" };
    SETTING.set(true);
    // SAFETY: the connection is open, and this thread is the one that asks it.
    let set = unsafe { ffi::sqlite3_exec(database, words.as_ptr(), None, std::ptr::null_mut(), std::ptr::null_mut()) };
    SETTING.set(false);
    set
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    // As the platform's own says: a write that is torn damages nothing beside it.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    nth: c_int,
    bytes: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open, and there is a place for the answer.
    let (body, out) = unsafe { (body(file), &mut *out) };
    let (nth, bytes) = (usize::try_from(nth).unwrap_or(0), usize::try_from(bytes).unwrap_or(0));
    *out = std::ptr::null_mut();
    let region = body.disk.region(body.handle, nth, bytes, make != 0);
    match region {
        Ok(region) => {
            *out = region.unwrap_or(std::ptr::null_mut()).cast();
            ffi::SQLITE_OK
        }
        Err(Failure::Full) => ffi::SQLITE_IOERR_SHMSIZE,
        Err(Failure::Io) => ffi::SQLITE_IOERR_SHMMAP,
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, from: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    let (from, count) = (usize::try_from(from).unwrap_or(0), usize::try_from(count).unwrap_or(0));
    let how = (flags & ffi::SQLITE_SHM_LOCK != 0, flags & ffi::SQLITE_SHM_SHARED != 0);
    let free = body.disk.hold(body.handle, |hold, who| hold.slots(who, from, count, how));
    if free { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: the file is open.
    let body = unsafe { body(file) };
    body.disk.hold(body.handle, crate::hold::Hold::unmap);
    ffi::SQLITE_OK
}
