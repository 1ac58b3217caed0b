//! The size of the phone's file beside the floor's.
//!
//! Owns two files of their own, with residents only. Refuses to compact what a phone would not. Invariant: both are
//! measured closed, as they would lie on the disk.

use crate::benchmark::{Bench, Figure};
use crate::fault::Fault;
use crate::generator::SPACE;
use crate::{phone, street};

/// The phone's file after a first sync of so many records, beside the floor's.
pub fn size(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    bench.tell(&format!("a phone and a floor with {} residents and nothing else", bench.rows));
    let phone = street::phone(bench, "residents.db")?;
    phone.fill(SPACE, street::street_unit(register), street::residents(register, bench.rows))?;
    let ours = phone.close();
    drop(street::floor(bench, "residents-floor.db", bench.rows)?);
    let floor = phone::bytes(&bench.path("residents-floor.db"));
    #[expect(clippy::cast_precision_loss, reason = "bytes of a file")]
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(vec![Figure::new("phone_file", mib(ours) / mib(floor), 1.5).with("ours", mib(ours), "MiB").with(
        "floor",
        mib(floor),
        "MiB",
    )])
}
