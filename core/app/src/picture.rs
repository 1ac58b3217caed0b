//! Pictures: from the bytes of a file to what a change says of it.
//!
//! Owns the refusals of what is no picture, and the reading of what one says. Refuses to keep what it cannot read whole.
//! Invariant: no file, whatever it claims, makes this take more memory than its limits allow.

mod drawing;
mod exif;
mod jpeg;
mod png_rows;

use crate::error::AppError;
use crate::notebook::Notebook;
use drawing::Drawing;
use gridwalk_model::limits;
use gridwalk_model::picture::{Look, Media, Picture};
use gridwalk_model::{RecordId, Timestamp};

/// Why a file is not kept as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// More bytes than a picture may have.
    #[error("the file is too large")]
    TooLarge,
    /// Neither JPEG nor PNG, whatever its name says.
    #[error("the file is neither JPEG nor PNG")]
    OtherType,
    /// More pixels than a phone takes apart.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// It begins as a picture and does not go on as one.
    #[error("the picture is damaged")]
    Damaged,
}

impl PictureFault {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "picture_too_large",
            Self::OtherType => "picture_type",
            Self::TooManyPixels => "picture_pixels",
            Self::Damaged => "picture_damaged",
        }
    }
}

/// What was read off a picture.
struct Seen {
    width: u32,
    height: u32,
    look: Option<Look>,
    taken_at: Option<Timestamp>,
}

/// No for sides that a phone does not take apart.
fn bounded(width: u64, height: u64) -> Result<(u32, u32), PictureFault> {
    let side = |n: u64| u32::try_from(n).ok().filter(|n| *n <= limits::PICTURE_SIDE_PIXELS_MAX);
    let (Some(w), Some(h)) = (side(width), side(height)) else { return Err(PictureFault::TooManyPixels) };
    if u64::from(w) * u64::from(h) > limits::PICTURE_PIXELS_MAX {
        return Err(PictureFault::TooManyPixels);
    }
    if w == 0 || h == 0 { Err(PictureFault::Damaged) } else { Ok((w, h)) }
}

/// Reads a file: its sort by its first bytes, its size, how it looks.
fn see(bytes: &[u8]) -> Result<(Media, Seen), PictureFault> {
    if bytes.len() > limits::PICTURE_BYTES_MAX {
        return Err(PictureFault::TooLarge);
    }
    let media = Media::sniff(bytes).ok_or(PictureFault::OtherType)?;
    let seen = match media {
        Media::Jpeg => jpeg::see(bytes)?,
        Media::Png => png_rows::see(bytes)?,
    };
    Ok((media, seen))
}

/// Whether a file would be kept as a picture.
pub fn check(bytes: &[u8]) -> Result<(), PictureFault> {
    see(bytes).map(drop)
}

impl Notebook {
    /// Keeps a picture; when it returns, its bytes are on the disk. It belongs to nothing until a command attaches it.
    /// `taken_at`: what the camera says; what stands in the file where nothing is said.
    pub fn keep_picture(&self, bytes: &[u8], taken_at: Option<Timestamp>) -> Result<Picture, AppError> {
        self.pass_gate()?;
        let (media, seen) = see(bytes)?;
        let hash = self.store().keep_picture(bytes, self.now())?;
        let (size, now) = (bytes.len() as u64, self.now());
        let taken_at = taken_at.or(seen.taken_at).filter(|at| *at <= now);
        Ok(Picture { hash, size, media, width: seen.width, height: seen.height, taken_at, look: seen.look })
    }

    /// The bytes of a picture of a record; `None` while they are not here yet.
    pub fn picture(&self, record: RecordId, picture: &Picture) -> Result<Option<Vec<u8>>, AppError> {
        self.pass_gate()?;
        let attached = self.reader()?.pictures(record)?.iter().any(|line| line.hash == picture.hash.to_string());
        if attached { Ok(self.store().picture(picture.hash)?) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// A made-up photograph: a slope of light and a score of soft things in it, as a function of place, so that it can be
    /// had in any size.
    pub(super) fn rgb(width: u32, height: u32, seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 40).unwrap()) / f64::from(1 << 24)
        };
        let slope = (next() * 80.0 - 40.0, next() * 80.0 - 40.0);
        let things: Vec<[f64; 4]> =
            (0..20).map(|_| [next(), next(), 0.04 + 0.12 * next(), next() * 160.0 - 80.0]).collect();
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (u, v) = ((f64::from(x) + 0.5) / f64::from(width), (f64::from(y) + 0.5) / f64::from(height));
                let light = 120.0 + slope.0 * u + slope.1 * v;
                let of = |[at_u, at_v, wide, by]: &[f64; 4]| {
                    by * (-((u - at_u).powi(2) + (v - at_v).powi(2)) / (2.0 * wide * wide)).exp()
                };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
                let value = (light + things.iter().map(of).sum::<f64>()).clamp(0.0, 255.0) as u8;
                pixels.extend([value, value.saturating_sub(15), value / 2]);
            }
        }
        pixels
    }

    pub(super) fn png(width: u32, height: u32, seed: u64) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, width, height);
        encoder.set_color(::png::ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&rgb(width, height, seed)).unwrap();
        writer.finish().unwrap();
        file
    }

    fn look(file: &[u8]) -> Look {
        see(file).unwrap().1.look.unwrap()
    }

    #[test]
    fn a_resized_copy_looks_alike_and_another_picture_does_not() {
        let limit = limits::PICTURE_LOOK_BITS_MAX;
        let (mut farthest, mut nearest) = (0, 128);
        let large: Vec<Look> = (0..8).map(|seed| look(&png(480, 360, seed))).collect();
        for (seed, look_of) in (0..8).zip(&large) {
            for (width, height) in [(320, 240), (640, 480), (160, 120), (333, 250)] {
                let far = look(&png(width, height, seed)).distance(*look_of);
                farthest = farthest.max(far);
                assert!(far <= limit, "{seed} at {width}x{height} differs in {far} bits");
            }
        }
        for (n, one) in large.iter().enumerate() {
            for other in &large[n + 1..] {
                nearest = nearest.min(one.distance(*other));
            }
        }
        assert!(2 * farthest < nearest && limit < nearest, "copies up to {farthest} bits, others from {nearest} on");
    }

    #[test]
    fn what_is_no_picture_is_refused_with_its_reason() {
        let fault = |bytes: &[u8]| see(bytes).map(|_| ()).unwrap_err().code();
        assert_eq!(fault(b"%PDF-1.7"), "picture_type");
        assert_eq!(fault(b""), "picture_type");
        assert_eq!(fault(b"\xff\xd8\xff\xe0 and no more"), "picture_damaged");
        let whole = png(100, 100, 1);
        assert_eq!(fault(&whole[..whole.len() / 2]), "picture_damaged");
        let mut rotten = whole.clone();
        rotten[whole.len() / 2] ^= 0x55;
        assert_eq!(fault(&rotten), "picture_damaged");
        let mut large = whole;
        large.resize(limits::PICTURE_BYTES_MAX + 1, 0);
        assert_eq!(fault(&large), "picture_too_large");
    }

    /// A file of some kilobytes that claims gigabytes of pixels, and one that claims few and unpacks to many.
    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let head = |width: u32, height: u32| {
            let mut file = Vec::new();
            let encoder = ::png::Encoder::new(&mut file, width, height);
            let mut writer = encoder.write_header().unwrap();
            writer.write_chunk(::png::chunk::IDAT, &[0; 64]).unwrap();
            drop(writer);
            file
        };
        for (width, height) in [(200_000, 1), (19_999, 19_999), (1, u32::MAX >> 1)] {
            assert_eq!(see(&head(width, height)).map(|_| ()), Err(PictureFault::TooManyPixels));
        }
        let zeros = vec![0; 32 << 20];
        let mut packed = Vec::new();
        packed.write_all(&packed_black(&zeros)).unwrap();
        let mut file = Vec::new();
        let encoder = ::png::Encoder::new(&mut file, 16, 16);
        let mut writer = encoder.write_header().unwrap();
        writer.write_chunk(::png::chunk::IDAT, &packed).unwrap();
        drop(writer);
        assert!(file.len() < 400_000, "{} bytes that unpack to 32 MB", file.len());
        // Its rows are read as far as it says to have some, and what follows is left.
        let (_, seen) = see(&file).unwrap();
        assert_eq!((seen.width, seen.height, seen.look), (16, 16, None));
    }

    /// Deflate of many zeros, by the encoder at hand: the data of a picture that is nothing but black.
    fn packed_black(zeros: &[u8]) -> Vec<u8> {
        let side = 4096_u32;
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, side, u32::try_from(zeros.len()).unwrap() / side);
        encoder.set_filter(::png::Filter::NoFilter);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(zeros).unwrap();
        writer.finish().unwrap();
        let (mut at, mut data) = (8, Vec::new());
        while let Some(head) = file.get(at..at + 8) {
            let size = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
            if &head[4..] == b"IDAT" {
                data.extend(&file[at + 8..at + 8 + size]);
            }
            at += size + 12;
        }
        data
    }
}
