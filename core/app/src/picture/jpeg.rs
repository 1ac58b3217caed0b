//! JPEG: straight to brightness, without colours in memory.
//!
//! Owns the decoder's limits. Refuses to draw. Invariant: the size that the header claims is bounded before a pixel is
//! decoded.

use super::{Drawing, PictureFault, Seen, bounded, exif};
use gridwalk_model::limits;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

pub(super) fn see(bytes: &[u8]) -> Result<Seen, PictureFault> {
    let side = limits::PICTURE_SIDE_PIXELS_MAX as usize;
    // What is larger is told by the decoder as an error like any other: so its limit lies above ours.
    let options = DecoderOptions::default().set_max_width(2 * side).set_max_height(2 * side);
    let options = options.jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| PictureFault::Damaged)?;
    let info = decoder.info().ok_or(PictureFault::Damaged)?;
    let (width, height) = bounded(info.width.into(), info.height.into())?;
    let taken_at = decoder.exif().and_then(|exif| exif::taken_at(exif));
    let seen = Seen { width, height, look: None, taken_at };
    let known = [ColorSpace::Luma, ColorSpace::YCbCr, ColorSpace::RGB];
    if !decoder.input_colorspace().is_some_and(|space| known.contains(&space)) {
        // Made for printing (CMYK): kept, and compared by its content alone.
        return Ok(seen);
    }
    let pixels = decoder.decode().map_err(|_| PictureFault::Damaged)?;
    let mut drawing = Drawing::of(width, height);
    for (y, row) in pixels.chunks_exact(width as usize).enumerate() {
        drawing.row(y, row.iter().copied());
    }
    Ok(Seen { look: drawing.look(), ..seen })
}
