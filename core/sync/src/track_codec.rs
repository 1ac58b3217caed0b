//! Tracks that their person shares, beside the journal, as CBOR with integer keys.
//!
//! Owns the bytes of `TrackTold` and of a track. Refuses to age and to judge. Invariant: every list is bounded before it
//! is read.

use crate::frame_codec::key;
use gridwalk_model::codec::{Malformed, Reader, Writer, value_bytes};
use gridwalk_model::geo::Point;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;
use gridwalk_model::track::TrackPoint;

/// What its person says about a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackTold {
    /// The space that the patrol lives in.
    pub space: SpaceId,
    /// The patrol.
    pub patrol: RecordId,
    /// The track as far as it is kept; `None` takes back what was shared.
    pub track: Option<Vec<TrackPoint>>,
}

/// The bytes of what is told.
pub fn told_bytes(told: &TrackTold) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(3).uint(1).bytes(&told.space.0).uint(2).bytes(&told.patrol.0).uint(3);
    match &told.track {
        Some(track) => write_track(&mut w, track),
        None => drop(w.null()),
    }
    w.finish()
}

/// Reads what is told.
pub fn read_told(bytes: &[u8]) -> Result<TrackTold, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(3)?;
    key(&mut r, 1)?;
    let space = SpaceId(r.b16()?);
    key(&mut r, 2)?;
    let patrol = RecordId(r.b16()?);
    key(&mut r, 3)?;
    let track = if r.null()? { None } else { Some(read_points(&mut r)?) };
    r.end()?;
    Ok(TrackTold { space, patrol, track })
}

/// The bytes of a track.
pub fn track_bytes(track: &[TrackPoint]) -> Vec<u8> {
    let mut w = Writer::default();
    write_track(&mut w, track);
    w.finish()
}

/// Reads a track.
pub fn read_track(bytes: &[u8]) -> Result<Vec<TrackPoint>, Malformed> {
    let mut r = Reader::new(bytes);
    let track = read_points(&mut r)?;
    r.end()?;
    Ok(track)
}

fn write_track(w: &mut Writer, track: &[TrackPoint]) {
    w.array(track.len());
    for point in track {
        w.array(2).int(point.when.0).bytes(&value_bytes(&point.at.to_value()));
    }
}

fn read_points(r: &mut Reader<'_>) -> Result<Vec<TrackPoint>, Malformed> {
    (0..r.list(limits::TRACK_POINTS_MAX)?).map(|_| read_point(r)).collect()
}

fn read_point(r: &mut Reader<'_>) -> Result<TrackPoint, Malformed> {
    r.array_of(2)?;
    let when = Timestamp(r.int()?);
    let bytes = r.bytes()?;
    if bytes.len() > limits::TRACK_POINT_BYTES_MAX {
        return Err(Malformed::TooLarge);
    }
    let value = Reader::new(bytes).value()?;
    let at = Point::from_value(&value).ok_or(Malformed::Shape)?;
    Ok(TrackPoint { at, when })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_comes_back() {
        let point = |n: i32| TrackPoint {
            at: Point { accuracy_cm: Some(800), mock: n > 1, ..Point::new(307_500_000 + n, 1_207_600_000).unwrap() },
            when: Timestamp(1_700_000_000_000 + i64::from(n)),
        };
        let track = vec![point(1), point(2)];
        for track in [None, Some(Vec::new()), Some(track.clone())] {
            let told = TrackTold { space: SpaceId([1; 16]), patrol: RecordId([2; 16]), track };
            assert_eq!(read_told(&told_bytes(&told)), Ok(told));
        }
        assert_eq!(read_track(&track_bytes(&track)), Ok(track));
        assert!(read_track(&[0x81, 0x82, 0x00, 0x41, 0xff]).is_err() && read_told(&[0xa0]).is_err());
    }
}
