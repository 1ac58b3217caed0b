//! Bits that turn over and pages that are torn are noticed, or do no harm; with the feature `encrypted` on encrypted files.

#![expect(clippy::unwrap_used, reason = "a test may unwrap: its failure is the message")]

use gridwalk_crash::rot;

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

#[test]
fn a_bit_that_turned_over_is_never_told_as_what_somebody_typed() {
    let damage = block(rot::bits(0, 400)).unwrap();
    assert!(damage.refused + damage.noticed > 10, "{damage:?}");
}

#[test]
fn a_torn_page_is_never_told_as_what_somebody_typed() {
    let damage = block(rot::pages(0, 200)).unwrap();
    assert!(damage.refused + damage.noticed > 5, "{damage:?}");
}
