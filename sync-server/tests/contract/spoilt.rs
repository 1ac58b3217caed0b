//! A file of nonces that is spoilt keeps nobody out: SQLite's own, for each database has its own place for them.

use gridwalk_model::id::DeviceId;
use gridwalk_server::store::Store as _;
use gridwalk_server::store::sqlite::Sqlite;

#[test]
fn a_spoilt_file_of_nonces_is_made_anew_and_keeps_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(folder.path(), true, true).unwrap();
    let device = DeviceId([1; 16]);
    for n in 0..2_000 {
        assert!(sqlite.use_nonce(device, &format!("nonce {n}"), 1_000, 0).unwrap());
    }
    drop(sqlite);
    let path = folder.path().join("nonces.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..12_288].fill(0x5a);
    for spoilt in [bytes, vec![0x5a; 8192]] {
        std::fs::write(&path, spoilt).unwrap();
        let sqlite = Sqlite::open(folder.path(), false, true).unwrap();
        assert!(sqlite.use_nonce(device, "nonce 1", 1_000, 0).unwrap(), "what stood there is gone");
        assert!(!sqlite.use_nonce(device, "nonce 1", 1_000, 0).unwrap());
    }
}
