//! When a picture was taken, as its camera wrote it (Exif 2.32, tag 0x9003 `DateTimeOriginal`).
//!
//! Owns the way to that one tag. Refuses to read where it was taken: a place is written by whoever stands there.
//! Invariant: whatever the bytes say, nothing beyond them is read, and no way is gone in a circle.

use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;

/// The tag that points to the table of the picture's own tags.
const OWN_TAGS: u16 = 0x8769;
/// The tag that holds when it was taken.
const TAKEN: u16 = 0x9003;

/// A TIFF structure in either order of bytes.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Tiff<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let two: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn place(&self, at: usize) -> Option<usize> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }).ok()
    }

    /// Where a tag's value, or what it points to, stands in a table.
    fn tag(&self, table: usize, tag: u16) -> Option<usize> {
        let entries = usize::from(self.u16(table)?);
        let entry = (0..entries).map(|n| table + 2 + 12 * n).find(|at| self.u16(*at) == Some(tag))?;
        self.place(entry + 8)
    }
}

/// When it was taken; `None` where nothing, or nothing sensible, stands there.
pub(super) fn taken_at(exif: &[u8]) -> Option<Timestamp> {
    let bytes = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match bytes.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let tiff = Tiff { bytes, little };
    let own = tiff.tag(tiff.place(4)?, OWN_TAGS)?;
    let at = tiff.tag(own, TAKEN)?;
    let text = std::str::from_utf8(bytes.get(at..at.checked_add(19)?)?).ok()?;
    moment(text)
}

/// `2026:11:22 19:05:00`.
fn moment(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once(' ')?;
    let day = CivilDate::parse(&day.replace(':', "-"))?.days();
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let sensible = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    let of_day = (hours * 3600 + minutes * 60 + seconds) * 1000;
    sensible.then_some(Timestamp::of_china_day(day).plus_ms(of_day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bytes that a camera writes, with one tag in each of its two tables.
    fn written(text: &str, little: bool) -> Vec<u8> {
        let u16 = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let u32 = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let mut bytes = b"Exif\0\0".to_vec();
        bytes.extend(if little { b"II*\0" } else { b"MM\0*" });
        bytes.extend(u32(8));
        for (tag, kind, count, place) in [(OWN_TAGS, 4, 1, 26), (TAKEN, 2, 20, 44)] {
            bytes.extend(u16(1));
            bytes.extend(u16(tag));
            bytes.extend(u16(kind));
            bytes.extend(u32(count));
            bytes.extend(u32(place));
            bytes.extend(u32(0));
        }
        bytes.extend(text.as_bytes());
        bytes.push(0);
        bytes
    }

    #[test]
    fn the_camera_s_time_is_read_in_either_order_of_bytes() {
        for little in [true, false] {
            let at = taken_at(&written("2026:11:22 19:05:00", little));
            assert_eq!(at, Some(Timestamp(1_795_345_500_000)));
        }
        for odd in ["0000:00:00 00:00:00", "2026:11:22 25:00:00", "    :  :     :  :  ", "2026-11-22T19:05:00"] {
            assert_eq!(taken_at(&written(odd, true)), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), head: bool) {
            if head && bytes.len() > 4 {
                bytes[..4].copy_from_slice(b"II*\0");
            }
            let _ = taken_at(&bytes);
        }
    }
}
