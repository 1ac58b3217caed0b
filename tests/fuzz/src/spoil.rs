//! Spoiling: from input that a door takes to input that it may not expect.
//!
//! Owns the ways in which bytes are changed. Refuses to know any format but the heads of CBOR, whose lengths are where a
//! small input asks for much memory. Invariant: the same random numbers give the same bytes.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// No input is longer: longer ones are cut off before any decoder sees them.
const BYTES_MAX: usize = 1 << 16;
/// At most so many changes to one input.
const CHANGES_MAX: u32 = 6;

/// Heads of CBOR that promise much: lengths and counts of 2^16 to 2^64, endless ones, and deep nesting.
const BOMBS: [&[u8]; 8] = [
    &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x9a, 0x7f, 0xff, 0xff, 0xff],
    &[0xbb, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x7a, 0xff, 0xff, 0xff, 0xff],
    &[0x9f],
    &[0x81; 512],
    &[0xc6, 0xc6, 0xc6, 0xc6],
];

/// Characters that text decoders trip over.
const TEXTS: [&str; 14] = [
    "\u{0}",
    "\u{feff}",
    "０",
    "९",
    "王",
    "\u{202e}",
    "\"",
    "(",
    "-",
    "9999999999999999999999",
    ";;;",
    "\r\n",
    "*",
    "🏠",
];

/// One input: what is usual, changed in a few places; sometimes two of them in one, sometimes noise.
pub fn spoil(usual: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let one = |rng: &mut ChaCha8Rng| match usual.len() {
        0 => noise(rng),
        n => usual[rng.random_range(0..n)].clone(),
    };
    let mut bytes = if rng.random_range(0..20) == 0 { noise(rng) } else { one(rng) };
    if rng.random_range(0..10) == 0 {
        let other = one(rng);
        let (cut, from) = (place(&bytes, rng), place(&other, rng));
        bytes.truncate(cut);
        bytes.extend(&other[from..]);
    }
    for _ in 0..rng.random_range(0..=CHANGES_MAX) {
        change(&mut bytes, rng);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn noise(rng: &mut ChaCha8Rng) -> Vec<u8> {
    (0..rng.random_range(0..256)).map(|_| rng.random()).collect()
}

fn place(bytes: &[u8], rng: &mut ChaCha8Rng) -> usize {
    rng.random_range(0..=bytes.len())
}

fn change(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let at = place(bytes, rng);
    match rng.random_range(0..9) {
        0 => bytes.truncate(at),
        1 => bytes.splice(at..at, BOMBS[rng.random_range(0..BOMBS.len())].iter().copied()).for_each(drop),
        2 => bytes.splice(at..at, TEXTS[rng.random_range(0..TEXTS.len())].bytes()).for_each(drop),
        3 => {
            let end = (at + rng.random_range(1..32)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let piece = bytes[at..(at + rng.random_range(1..64)).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece).for_each(drop);
        }
        5 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'9', b'-', 0x3b][rng.random_range(0..8)],
        6 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
        _ if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
        _ => bytes.push(rng.random()),
    }
}
