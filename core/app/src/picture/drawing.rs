//! A coarse drawing of a picture, and the look that is read off it.
//!
//! Owns the averaging over cells and the comparison of neighbours (difference hash, rows and columns). Refuses to know
//! files. Invariant: the drawing takes the same memory, whatever the size of the picture.

use gridwalk_model::picture::Look;

/// Cells along each side: both 8 and 9 parts of it are whole cells.
const CELLS: usize = 72;
/// Difference between the darkest and the brightest part, of 255, under which a picture shows nothing.
const SHOWS_SOMETHING: u64 = 8;
/// A brightness in the scale of the averages.
const SCALE: u64 = 256;

/// The drawing.
pub(super) struct Drawing {
    columns: Vec<usize>,
    height: usize,
    sums: Vec<u64>,
    counts: Vec<u64>,
}

impl Drawing {
    /// For a picture of this size.
    pub(super) fn of(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let columns = (0..width).map(|x| (2 * x + 1) * CELLS / (2 * width)).collect();
        Self { columns, height, sums: vec![0; CELLS * CELLS], counts: vec![0; CELLS * CELLS] }
    }

    /// Takes the brightness of each pixel of a row.
    pub(super) fn row(&mut self, y: usize, pixels: impl Iterator<Item = u8>) {
        if y >= self.height {
            return;
        }
        let row = (2 * y + 1) * CELLS / (2 * self.height) * CELLS;
        for (column, brightness) in self.columns.iter().zip(pixels) {
            self.sums[row + column] += u64::from(brightness);
            self.counts[row + column] += 1;
        }
    }

    /// The average brightness of each of `across` times `down` parts.
    fn parts(&self, across: usize, down: usize) -> Vec<u64> {
        let (wide, tall) = (CELLS / across, CELLS / down);
        let part = |n: usize| {
            let (left, top) = (n % across * wide, n / across * tall);
            let cells = (top..top + tall).flat_map(|y| (left..left + wide).map(move |x| y * CELLS + x));
            let (sum, count) = cells.fold((0, 0), |(s, c), at| (s + self.sums[at], c + self.counts[at]));
            sum * SCALE / count.max(1)
        };
        (0..across * down).map(part).collect()
    }

    /// How it looks; nothing where it shows nothing, or has too few pixels to say.
    pub(super) fn look(&self) -> Option<Look> {
        if self.counts.contains(&0) {
            return None;
        }
        let (rows, columns) = (self.parts(9, 8), self.parts(8, 9));
        let shows = rows.iter().max()?.saturating_sub(*rows.iter().min()?);
        if shows < SHOWS_SOMETHING * SCALE {
            return None;
        }
        let right = (0..64).map(|n| rows[n / 8 * 9 + n % 8] < rows[n / 8 * 9 + n % 8 + 1]);
        let below = (0..64).map(|n| columns[n] < columns[n + 8]);
        let bits = right.chain(below).fold(0_u128, |bits, brighter| (bits << 1) | u128::from(brighter));
        Some(Look(bits.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u32, height: u32, brightness: impl Fn(u32, u32) -> u8) -> Option<Look> {
        let mut drawing = Drawing::of(width, height);
        (0..height).for_each(|y| drawing.row(y as usize, (0..width).map(|x| brightness(x, y))));
        drawing.look()
    }

    #[test]
    fn what_grows_brighter_to_the_right_and_below_has_every_bit() {
        #[expect(clippy::cast_possible_truncation, reason = "at most 200")]
        let slope = |x: u32, y: u32| ((x + y) / 4) as u8;
        assert_eq!(drawn(400, 400, slope), Some(Look([0xff; 16])));
        assert_eq!(drawn(400, 400, |x, y| 255 - slope(x, y)), Some(Look([0; 16])));
    }

    #[test]
    fn what_shows_nothing_looks_like_nothing() {
        assert_eq!(drawn(400, 300, |_, _| 40), None);
        assert_eq!(drawn(400, 300, |x, _| if x % 2 == 0 { 0 } else { 255 }), None, "fine stripes are grey");
        assert_eq!(drawn(71, 400, |x, _| u8::try_from(x).unwrap()), None, "too few pixels");
    }
}
