//! zstd with a limit on what comes out.
//!
//! Owns compression of bodies. Refuses to know what they hold. Invariant: unpacking never allocates more than its limit.

use std::io::Read;

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
    zstd::bulk::compress(bytes, 3).unwrap_or_default()
}

/// Unpacks at most `max` bytes.
pub fn unpack(bytes: &[u8], max: usize) -> Result<Vec<u8>, Unpack> {
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
