//! The server's own keys in its files: sealed, kept through restores, and what becomes of everything when their seal is gone.

use crate::phone::Phone;
use crate::world::{World, options, record};
use gridwalk_server::admin::Admin;
use gridwalk_server::audit::verify;
use gridwalk_server::{Server, sealing};
use std::path::Path;

/// Whether any file of a folder holds these bytes.
pub fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.into_iter().any(|file| std::fs::read(file).unwrap().windows(bytes.len()).any(|w| w == bytes))
}

/// The authority's certificate: it stands beside its key, in the same sealed bytes.
fn authority(world: &World) -> Vec<u8> {
    let pem = world.server.identity().unwrap().unwrap().authority_pem();
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    data_encoding::BASE64.decode(lines.as_bytes()).unwrap()
}

fn code(opened: gridwalk_server::Result<Server>) -> Option<&'static str> {
    opened.err().map(|error| error.code())
}

/// A backup of the database in a folder of its own.
fn backed_up(world: &World) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    world.server.back_up(&folder.path().join("gridwalk.db")).unwrap();
    folder
}

#[test]
fn a_copy_of_the_database_alone_signs_for_nobody() {
    let mut world = World::new();
    world.server.certify(&["grid.example".to_owned()]).unwrap();
    let (key, beside) = (world.server.running().key.to_bytes(), authority(&world));
    let readable = |folder: &Path| [holds(folder, &key), holds(folder, &beside)];
    assert_eq!(readable(world.dir.path()), [false; 2], "database, its log and all files beside it");
    let backup = backed_up(&world);
    assert_eq!(readable(backup.path()), [false; 2]);

    // As an earlier release left it, and as the next start of this one does.
    world.server.write(|w| w.tx.meta_set("server_key", &key)).unwrap();
    assert_eq!(readable(world.dir.path()), [true, false], "so that the search can find");
    let copy = world.copy_folder();
    world.restore(copy);
    assert_eq!(readable(world.dir.path()), [false; 2], "nor in a page that nobody reads any more");
    assert_eq!(world.server.running().key.to_bytes(), key);

    // Another seal: what lies sealed follows, and the backup of before opens with the file of then only.
    let before = tempfile::tempdir().unwrap();
    let (kept, kept_as) = (before.path().join("kept"), sealing::FILE);
    let admin = Admin::new(world.server.clone());
    assert!(!admin.is_seal_exported().unwrap());
    admin.export_seal(&kept).unwrap();
    assert!(admin.is_seal_exported().unwrap() && admin.export_seal(&kept).is_err(), "never over a file that is there");
    admin.rotate_seal().unwrap();
    assert!(!admin.is_seal_exported().unwrap(), "the one that seals now was not copied");
    let copy = world.copy_folder();
    world.restore(copy);
    assert_eq!((world.server.running().key.to_bytes(), authority(&world)), (key, beside.clone()));
    assert_eq!(readable(world.dir.path()), [false; 2]);

    let open = || Server::open(options(backup.path(), &world.clock, &world.ids));
    assert_eq!(code(open()), Some("seal_missing"));
    world.keep_seal(backup.path());
    assert_eq!(code(open()), Some("seal_missing"), "it was sealed under the one before");
    std::fs::copy(&kept, backup.path().join(kept_as)).unwrap();
    assert_eq!(open().unwrap().running().key.to_bytes(), key);
}

#[test]
fn a_server_whose_seal_is_gone_goes_on_with_a_new_key_and_says_so() {
    let mut world = World::new();
    world.server.certify(&["grid.example".to_owned()]).unwrap();
    let mut phone: Phone = world.worker(1, 11);
    let house = phone.building(&world, record(1), 11, "a");
    phone.push(&world, &[house]);
    world.server.audit_head().unwrap();
    let key = world.server.running().key.to_bytes();
    let backup = backed_up(&world);
    let other = options(backup.path(), &world.clock, &world.ids);
    world.server.close().unwrap();
    world.server = Server::open_without_seal(other).unwrap();
    world.dir = backup;
    assert_ne!(world.server.running().key.to_bytes(), key);
    assert!(world.server.identity().unwrap().is_none(), "its certificate is made anew");
    let codes = world.server.read(|r| r.tx.audit_newest(9)).unwrap();
    let codes: Vec<&str> = codes.iter().map(|row| row.code.as_str()).collect();
    assert!(codes.contains(&"server_key_lost") && codes.contains(&"audit_mark_lost"), "{codes:?}");
    world.server.audit_head().unwrap();
    let seen = world.server.read(|r| verify::acts(r, &[])).unwrap().unwrap();
    assert!(seen.heads >= 2, "what the lost key signed still counts as signed: {seen:?}");
    world.verify();
    let more = phone.building(&world, record(2), 11, "b");
    assert_eq!(phone.verdicts(&world, &[more]), ["applied"], "phones are known by their own keys");
    // Once more it is not lost.
    let opened = world.copy_folder();
    let again = options(opened.path(), &world.clock, &world.ids);
    assert_eq!(code(Server::open_without_seal(again)), Some("seal_not_lost"));
}
