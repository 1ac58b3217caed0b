//! zstd with a limit on what comes out.
//!
//! Owns compression of bodies. Refuses to know what they hold. Invariant: unpacking never allocates more than its limit.

use std::cell::RefCell;
use std::io::Read;
use zstd::bulk::{Compressor, Decompressor};

/// Packs at this level: higher ones cost the server more than they save on the wire.
const LEVEL: i32 = 3;

// What zstd works in is larger than most bodies: one a thread, made once.
thread_local! {
    static PACKING: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKING: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Why bytes could not be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpack {
    /// Not zstd.
    #[error("not zstd")]
    NotZstd,
    /// More than the limit comes out.
    #[error("larger than its limit when unpacked")]
    TooLarge,
}

/// Packs at zstd level 3.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    PACKING.with_borrow_mut(|held| {
        let made = if held.is_none() { Compressor::new(LEVEL).ok() } else { None };
        *held = held.take().or(made);
        held.as_mut().and_then(|c| c.compress(bytes).ok()).unwrap_or_default()
    })
}

/// Unpacks at most `max` bytes.
pub fn unpack(bytes: &[u8], max: usize) -> Result<Vec<u8>, Unpack> {
    // What says its size, as all that is packed here does, is unpacked at once.
    let told = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let whole = told.and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= max).and_then(|n| unpack_whole(bytes, n));
    whole.map_or_else(|| unpack_bounded(bytes, max), Ok)
}

fn unpack_whole(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    UNPACKING.with_borrow_mut(|held| {
        let made = if held.is_none() { Decompressor::new().ok() } else { None };
        *held = held.take().or(made);
        held.as_mut()?.decompress(bytes, size).ok()
    })
}

fn unpack_bounded(bytes: &[u8], max: usize) -> Result<Vec<u8>, Unpack> {
    let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|_| Unpack::NotZstd)?;
    let mut out = Vec::new();
    decoder.take(max as u64 + 1).read_to_end(&mut out).map_err(|_| Unpack::NotZstd)?;
    if out.len() > max { Err(Unpack::TooLarge) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = pack(&vec![0; 10_000_000]);
        assert!(bomb.len() < 2000);
        assert_eq!(unpack(&bomb, 256 * 1024), Err(Unpack::TooLarge));
        assert_eq!(unpack(&pack(b"word"), 4), Ok(b"word".to_vec()));
        assert_eq!(unpack(b"word", 4), Err(Unpack::NotZstd));
    }
}
