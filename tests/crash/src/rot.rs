//! Bits that turn over and pages that are torn on a disk that is otherwise in order.
//!
//! Owns the damage and the comparison. Refuses to mend. Invariant: of what people typed and of what was pulled a store says
//! what was written, that it is not there, or that it is damaged; never anything else.

use crate::disk::Image;
use crate::oracle::hold;
use crate::still::Still;
use crate::world::{CrashError, failed};
use gridwalk_store::Store;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Bytes of a page of every store.
const PAGE: usize = 4096;

/// What damage came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// How often the disk was damaged.
    pub tries: u64,
    /// The file was not opened, with an error.
    pub refused: u64,
    /// Something could not be read, with an error, or was said to be damaged.
    pub noticed: u64,
    /// Everything read as before.
    pub unharmed: u64,
}

/// What a phone says that must never be wrong.
#[derive(Debug, Default, PartialEq, Eq)]
struct Says {
    /// States as pulled, and own changes, by name.
    sums: BTreeMap<String, String>,
    /// Open forms: their texts have no sum of their own in a file in the clear.
    forms: BTreeMap<String, String>,
    /// What it said could not be read.
    faults: Vec<String>,
}

fn says(store: &Store) -> Says {
    let mut says = Says::default();
    match store.held() {
        Ok(held) => says.sums.extend(held.into_iter().map(|h| (h.state.record.to_string(), format!("{:?}", h.state)))),
        Err(e) => says.faults.push(e.to_string()),
    }
    match store.own_changes() {
        Ok(own) => says.sums.extend(own.into_iter().map(|o| (format!("save {}", o.save), format!("{:?}", o.change)))),
        Err(e) => says.faults.push(e.to_string()),
    }
    match store.drafts() {
        Ok(forms) => says.forms.extend(forms.into_iter().map(|d| (format!("{:?}", d.draft), d.content))),
        Err(e) => says.faults.push(e.to_string()),
    }
    says
}

/// Opens the damaged phone and compares.
fn compare(phone: &Still, clean: &Says, damaged: &Image, what: &str, damage: &mut Damage) -> Result<(), CrashError> {
    phone.disk().put_back(damaged);
    damage.tries += 1;
    let Ok(store) = phone.open() else {
        damage.refused += 1;
        return Ok(());
    };
    let now = says(&store);
    for (name, is) in &now.sums {
        let was = clean.sums.get(name);
        hold(was == Some(is), || format!("{what}: {name} says {is}\nand was {was:?}"))?;
    }
    for (name, is) in now.forms.iter().filter(|_| cfg!(feature = "encrypted")) {
        let was = clean.forms.get(name);
        hold(was == Some(is), || format!("{what}: the form {name} says {is}, and was {was:?}"))?;
    }
    let all_there = now.sums.len() == clean.sums.len() && now.forms == clean.forms;
    *(if all_there { &mut damage.unharmed } else { &mut damage.noticed }) += 1;
    let told = !now.faults.is_empty() || !matches!(store.wrong(), Ok(None)) || !cfg!(feature = "encrypted");
    hold(all_there || told, || format!("{what}: something is missing, and nobody says so"))
}

/// Turns over one bit of a phone's file, so many times, each time another one.
pub async fn bits(seed: u64, times: u64) -> Result<Damage, CrashError> {
    damaged(seed, times, |rng, image, name, _| {
        let Some(file) = image.file_mut(name) else { return String::new() };
        let (at, bit) = (rng.random_range(0..file.len()), rng.random_range(0..8));
        file[at] ^= 1 << bit;
        format!("bit {bit} of byte {at}, page {}", at / PAGE + 1)
    })
    .await
}

/// Puts a part of an older page into a page of a phone's file, so many times.
pub async fn pages(seed: u64, times: u64) -> Result<Damage, CrashError> {
    damaged(seed, times, |rng, image, name, older| {
        let Some(file) = image.file_mut(name) else { return String::new() };
        let (page, upto) = (rng.random_range(0..file.len() / PAGE), 512 * rng.random_range(1..8));
        let range = page * PAGE..page * PAGE + upto;
        match older.file(name).and_then(|old| old.get(range.clone())) {
            Some(old) => file[range].copy_from_slice(old),
            None => file[range].fill(0),
        }
        format!("page {}, its first {upto} bytes of before", page + 1)
    })
    .await
}

async fn damaged(
    seed: u64,
    times: u64,
    spoil: impl Fn(&mut ChaCha8Rng, &mut Image, &str, &Image) -> String,
) -> Result<Damage, CrashError> {
    let phone = Still::of_a_world(seed).await?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let name = phone.name();
    let older = phone.image.clone();
    // What it says of itself when it is sound, and a file some of whose pages are others than before.
    phone.disk().put_back(&older);
    let store = phone.open()?;
    for form in store.drafts().map_err(failed("look"))? {
        store.keep_draft(form.draft, &format!("{} 又写", form.content)).map_err(failed("keep a form"))?;
    }
    store.rebuild_views(|_, _| {}).map_err(failed("make views anew"))?;
    let clean = says(&store);
    hold(clean.faults.is_empty() && clean.sums.len() > 10, || format!("{:?}", clean.faults))?;
    drop(store);
    phone.disk().come_back(crate::disk::Leaves::All);
    let sound = phone.disk().image();
    let mut damage = Damage::default();
    for _ in 0..times {
        let mut image = sound.clone();
        let what = spoil(&mut rng, &mut image, &name, &older);
        compare(&phone, &clean, &image, &what, &mut damage)?;
    }
    Ok(damage)
}
