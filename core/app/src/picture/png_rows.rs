//! PNG: row by row, so that only two rows are ever in memory.
//!
//! Owns the decoder's limits and the brightness of a row. Refuses to draw. Invariant: rows are read as far as the header
//! says that there are some; what a file unpacks to behind them is left.

use super::{Drawing, PictureFault, Seen, bounded};
use gridwalk_model::limits;
use png::{Decoder, DecodingError, Limits, Transformations};
use std::io::Cursor;

fn fault(error: &DecodingError) -> PictureFault {
    if matches!(error, DecodingError::LimitsExceeded) { PictureFault::TooManyPixels } else { PictureFault::Damaged }
}

/// The brightness of a pixel (ITU-R BT.601).
fn brightness(pixel: &[u8]) -> u8 {
    match pixel {
        [red, green, blue, ..] => {
            let sum = u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114;
            u8::try_from(sum / 1000).unwrap_or(u8::MAX)
        }
        [grey, ..] => *grey,
        [] => 0,
    }
}

pub(super) fn see(bytes: &[u8]) -> Result<Seen, PictureFault> {
    let limit = Limits { bytes: limits::PICTURE_DECODER_BYTES_MAX };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limit);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(|e| fault(&e))?;
    let (width, height) = bounded(info.width.into(), info.height.into())?;
    let interlaced = info.interlaced;
    let mut reader = decoder.read_info().map_err(|e| fault(&e))?;
    let channels = reader.output_color_type().0.samples();
    let mut drawing = Drawing::of(width, height);
    let mut y = 0;
    while let Some(row) = reader.next_row().map_err(|e| fault(&e))? {
        if !interlaced {
            drawing.row(y, row.data().chunks_exact(channels).map(brightness));
        }
        y += 1;
    }
    // The rows of one that is interlaced come seven times in pieces: it is kept, and compared by its content alone.
    Ok(Seen { width, height, look: drawing.look(), taken_at: None })
}
