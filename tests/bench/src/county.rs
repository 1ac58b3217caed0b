//! A server's folder with a county in it, and the devices of those who work there.
//!
//! Owns how residents come into the server: through ingest, signed, as phones push them. Refuses to write its tables
//! past that. Invariant: every device and every change is a function of the generator's seed and a number.

use crate::fault::Fault;
use crate::generator::{Register, Resident, typed_ms};
use crate::street;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use gridwalk_model::exchange::{PushFrame, PushItem, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::op::Op;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Change, SealedChange, Timestamp};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::server::make_space;
use gridwalk_server::store::{AccountRow, DeviceRow};
use gridwalk_server::{Server, ServerOptions, Writing, ingest, tree};
use gridwalk_sync::frame_codec;
use std::path::{Path, PathBuf};

const KINDS: [&str; 7] = ["unit", "building", "dwelling", "household", "resident", "case", "visit"];
/// The county's code.
pub const COUNTY_CODE: &str = "330402";
/// Residents that may come later, and whose grids stand there already.
const MORE: usize = 50_000;
/// Changes of one frame while the county is filled.
const FRAME: usize = 150;

/// A device with whoever works on it, by number.
#[derive(Clone)]
pub struct Device {
    /// Whose.
    pub account: AccountId,
    /// The device.
    pub id: DeviceId,
    /// Its key.
    pub key: SigningKey,
    /// Its database.
    pub replica: ReplicaId,
    space: SpaceId,
    last: (u64, Hash),
}

/// The folder of a server that does not run.
pub struct County {
    /// The folder.
    pub folder: PathBuf,
    /// The county's space.
    pub space: SpaceId,
    /// The server's public key, base64url.
    pub server_key: String,
    register: Register,
}

impl Device {
    /// The nth device of a county.
    pub fn new(space: SpaceId, number: u16) -> Self {
        let named = |what: u8| {
            let mut id = [what; 16];
            id[14..].copy_from_slice(&number.to_be_bytes());
            id
        };
        let mut seed = [0x5e; 32];
        seed[30..].copy_from_slice(&number.to_be_bytes());
        Self {
            account: AccountId(named(0xac)),
            id: DeviceId(named(0xde)),
            key: SigningKey::from_bytes(&seed),
            replica: ReplicaId(named(0x2e)),
            space,
            last: (0, Hash::default()),
        }
    }

    /// Its next change: a resident, with all fields.
    pub fn change(&mut self, resident: &Resident) -> Result<SealedChange, Fault> {
        let ops = resident.fields.iter().map(|(name, value)| Op::put(name, value.clone())).collect();
        self.change_of(resident, ops)
    }

    /// Its next change, of these operations on a resident.
    pub fn change_of(&mut self, resident: &Resident, ops: Vec<Op>) -> Result<SealedChange, Fault> {
        self.change_to("resident", (resident.record, resident.unit), typed_ms(resident.number), ops)
    }

    /// Its next change, of these operations on a record of a kind in a unit.
    pub fn change_to(
        &mut self,
        kind: &str,
        (record, unit): (RecordId, UnitId),
        typed_ms: i64,
        ops: Vec<Op>,
    ) -> Result<SealedChange, Fault> {
        let mut salt = [0; 16];
        let random = Hash::with_context("gridwalk bench salt", &[&record.0, &self.last.1.0]);
        salt.copy_from_slice(&random.0[..16]);
        let change = Change {
            space: self.space,
            replica: self.replica,
            seq: self.last.0 + 1,
            prev: self.last.1,
            record,
            kind: kind.to_owned(),
            unit,
            author: self.account,
            machine: false,
            device: self.id,
            typed_at: Timestamp(typed_ms),
            heard: Timestamp(0),
            seen: Vec::new(),
            was: Vec::new(),
            instead_of: None,
            salt,
            ops,
            extra: Vec::new(),
        };
        let sealed = change.seal()?;
        self.last = (sealed.change.seq, sealed.hash);
        Ok(sealed)
    }

    /// A signed frame.
    pub fn frame(&self, changes: &[SealedChange]) -> PushFrame {
        let item = |c: &SealedChange| PushItem { seq: c.change.seq, hash: c.hash, body: Some(c.bytes.clone()) };
        let items = changes.iter().map(item).collect();
        let (space, replica, device) = (self.space, self.replica, self.id);
        let mut frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
        frame_codec::sign(&mut frame, &self.key);
        frame
    }
}

impl County {
    /// A new server with a street of so many residents, and so many devices that work in it.
    pub fn build(folder: &Path, register: Register, residents: usize, devices: u16) -> Result<Self, Fault> {
        let mut options = ServerOptions::new(folder);
        // The floor of a benchmark is not how fast it is prepared.
        options.durable = false;
        let server = Server::create(options)?;
        let space = server.write(|w| {
            let reference = make_space(w, "city", true)?;
            let space = make_space(w, "county", false)?;
            units(w, register, residents + MORE, reference, space)?;
            (0..devices).try_for_each(|n| enrol(w, register, &Device::new(space, n)))?;
            Ok(space)
        })?;
        let mut author = Device::new(space, 0);
        let mut waiting = Vec::with_capacity(FRAME);
        for number in 0..residents {
            waiting.push(author.change(&register.resident(number))?);
            if waiting.len() == FRAME || number + 1 == residents {
                let reply = ingest::push(server.running(), author.id, author.frame(&waiting))?;
                if reply.verdicts.iter().any(|v| v.verdict != Verdict::Applied) {
                    return Err(Fault::Expected("every resident to be applied".to_owned()));
                }
                waiting.clear();
            }
        }
        let server_key = BASE64URL_NOPAD.encode(server.running().key.verifying_key().as_bytes());
        server.close()?;
        Ok(Self { folder: folder.to_owned(), space, server_key, register })
    }

    /// A resident of it.
    pub fn resident(&self, number: usize) -> Resident {
        self.register.resident(number)
    }
}

/// The street, its villages and its grids, below a city and a county.
fn units(
    w: &Writing<'_>,
    register: Register,
    residents: usize,
    reference: SpaceId,
    space: SpaceId,
) -> gridwalk_server::Result<()> {
    let (city, county) = (register.record(b'c', 0).unit(), register.record(b'c', 1).unit());
    unit(w, reference, city, "city", None)?;
    unit(w, reference, county, "county", Some(city))?;
    tree::assign_space(w, county, space)?;
    unit(w, reference, street::street_unit(register), "township", Some(county))?;
    for grid in 0..=street::grids(residents) {
        let village = street::village_unit(register, grid / crate::generator::VILLAGE);
        if grid % crate::generator::VILLAGE == 0 {
            unit(w, reference, village, "village", Some(street::street_unit(register)))?;
        }
        unit(w, reference, street::grid_unit(register, grid), "grid", Some(village))?;
    }
    Ok(())
}

fn unit(
    w: &Writing<'_>,
    space: SpaceId,
    unit: UnitId,
    level: &str,
    above: Option<UnitId>,
) -> gridwalk_server::Result<()> {
    let mut wishes = vec![Wish::put("name", level), Wish::put("level", level)];
    wishes.extend(above.map(|above| Wish::put("parent", above.record())));
    wishes.extend((level == "county").then(|| Wish::put("code", COUNTY_CODE)));
    let wanted = ConsoleWrite {
        author: AccountId([0xad; 16]),
        machine: true,
        judged: false,
        space,
        record: unit.record(),
        kind: "unit",
        unit,
        wishes: &wishes,
        basis: None,
    };
    console::write(w, &wanted).map(|_| ())
}

fn enrol(w: &Writing<'_>, register: Register, device: &Device) -> gridwalk_server::Result<()> {
    let login = format!("worker {}", device.id);
    let name = login.clone();
    w.tx.account_put(&AccountRow { id: device.account, login, name, password: String::new(), made_at: w.now })?;
    w.tx.device_put(&DeviceRow {
        id: device.id,
        account: device.account,
        name: "phone".to_owned(),
        public_key: device.key.verifying_key().to_bytes(),
        enrolled_at: w.now,
        revoked_at: None,
        purged_at: None,
    })?;
    let unit = street::street_unit(register);
    grant::grant(w, &NewGrant { account: device.account, unit, role: "gridworker", kinds: &KINDS, by: None })?;
    Ok(())
}
