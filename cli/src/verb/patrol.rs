//! Patrols: on duty, fixes, check-points, off duty; the track for its own person.

use super::saved;
use crate::answer::Answer;
use crate::args::{OnePatrol, PatrolVerb};
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::PatrolView;
use gridwalk_app::read::patrol::{PassingLine, TrackLine};
use gridwalk_model::geo::Point;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::{RecordId, Timestamp, limits};
use std::fmt::Write as _;

/// One of the verbs on patrols.
pub async fn run(phone: &Phone<'_>, verb: &PatrolVerb) -> Result<Answer, Failure> {
    let notebook = &phone.notebook;
    match verb {
        PatrolVerb::Start(args) => {
            let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
            saved::tell(phone, &notebook.start_patrol(unit, at(args.at.as_deref())?)?)
        }
        PatrolVerb::Stop(args) => saved::tell(phone, &notebook.end_patrol(at(args.at.as_deref())?, args.note.clone())?),
        PatrolVerb::Pass(args) => {
            let spot = find::record(phone, &args.spot.record, &[Kind::CheckPoint.name()])?;
            let fix = args.point.as_deref().map(|text| point(phone, text)).transpose()?;
            saved::tell(phone, &notebook.pass_check_point(spot, at(args.at.as_deref())?, fix)?)
        }
        PatrolVerb::Fix(args) => {
            let kept = notebook.record_fix(point(phone, &args.point)?, at(args.at.as_deref())?)?;
            let mut text = phone.words.get("patrol.kept").to_owned();
            for spot in &kept.passed {
                let name = phone.reader()?.store.row(*spot)?.map(|row| row.title).unwrap_or_default();
                let _ = write!(text, "\n  {} {name}", phone.words.get("patrol.passed"));
            }
            Ok(Answer::new(text, &kept))
        }
        PatrolVerb::List(args) => {
            let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
            let found = phone.reader()?.patrols(unit, args.limit.min(limits::LIST_ROWS_MAX))?;
            let lines: Vec<String> = found.iter().map(|p| line(phone.words, p)).collect();
            let nothing = phone.words.get("cli.nothing").to_owned();
            Ok(Answer::new(if lines.is_empty() { nothing } else { lines.join("\n") }, &found))
        }
        PatrolVerb::Show(args) => show(phone, named(phone, args, false)?),
        PatrolVerb::Track(args) => {
            let patrol = named(phone, args, true)?;
            let own = phone.reader()?.own_track(patrol)?.is_some();
            if own { track(phone, patrol) } else { shared(phone, patrol).await }
        }
        PatrolVerb::Share(args) => {
            let patrol = named(phone, args, true)?;
            notebook.share_track(patrol)?;
            track(phone, patrol)
        }
        PatrolVerb::Drop(args) => {
            let patrol = named(phone, args, true)?;
            notebook.drop_track(patrol)?;
            track(phone, patrol)
        }
    }
}

fn at(text: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let read = |text: &str| typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text));
    text.map(read).transpose()
}

fn point(phone: &Phone<'_>, text: &str) -> Result<Point, Failure> {
    let value = typed::value(phone, Shape::Point, text)?;
    Point::from_value(&value).ok_or_else(|| Failure::usage("not_a_point", text))
}

/// The patrol that was named, or the last one, of this phone's person where it must be.
fn named(phone: &Phone<'_>, args: &OnePatrol, own: bool) -> Result<RecordId, Failure> {
    if let Some(text) = &args.patrol {
        return find::record(phone, text, &[Kind::Patrol.name()]);
    }
    let me = phone.enrolment()?.account;
    let found = phone.reader()?.patrols(None, limits::LIST_ROWS_MAX)?;
    let last = found.into_iter().find(|p| !own || p.by == me);
    last.map(|p| p.record).ok_or_else(|| Failure::of("no_patrol", 4))
}

fn line(words: &Words, patrol: &PatrolView) -> String {
    let end = patrol.ended.map_or_else(|| words.get("patrol.on_duty").to_owned(), moment);
    let unit = patrol.unit_name.as_deref().unwrap_or("…");
    let (passed, all) = (patrol.passed, patrol.check_points.len());
    let spots = words.kind(Kind::CheckPoint.name());
    format!("{}  {unit}  {} – {end}  {spots} {passed}/{all}", patrol.record, moment(patrol.started))
}

fn show(phone: &Phone<'_>, patrol: RecordId) -> Result<Answer, Failure> {
    let missing = || Failure::not_found(patrol.to_string());
    let (words, view) = (phone.words, phone.reader()?.patrol(patrol)?.ok_or_else(missing)?);
    let mut text = line(words, &view);
    for spot in &view.check_points {
        let _ = write!(text, "\n  {}  ({} m)", spot.name, spot.radius_m);
        for passing in &spot.passings {
            let _ = write!(text, "\n    {}", passing_text(words, passing));
        }
    }
    Ok(Answer::new(text, &view))
}

fn passing_text(words: &Words, passing: &PassingLine) -> String {
    let mut text = moment(passing.at);
    if let Some(metres) = passing.metres {
        let _ = write!(text, "  {metres} m");
    }
    if let Some(cm) = passing.accuracy_cm {
        let _ = write!(text, " ±{} m", cm.div_ceil(100));
    }
    if passing.mock {
        let _ = write!(text, "  [{}]", words.get("flag.mock_position"));
    }
    if passing.reached == Some(false) {
        let _ = write!(text, "  [{}]", words.get("patrol.not_reached"));
    }
    text
}

fn track(phone: &Phone<'_>, patrol: RecordId) -> Result<Answer, Failure> {
    let missing = || Failure::not_found(patrol.to_string());
    let (words, view) = (phone.words, phone.reader()?.own_track(patrol)?.ok_or_else(missing)?);
    let shared = words.get(if view.shared { "patrol.shared" } else { "patrol.not_shared" });
    let mut text = format!("{}  {}  {shared}", view.patrol, words.get(&format!("track.{}", view.grain)));
    let until = [moment(view.coarse_from), moment(view.gone_from)];
    let filled = [("coarse", until[0].as_str()), ("gone", until[1].as_str())];
    let _ = write!(text, "\n{}", words.fill("patrol.fades", &filled));
    text += &lines(&view.points);
    Ok(Answer::new(text, &view))
}

/// The track of another one, as they shared it: asked of the server, and kept nowhere.
async fn shared(phone: &Phone<'_>, patrol: RecordId) -> Result<Answer, Failure> {
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let track = phone.notebook.shared_track(&*transport, patrol).await?;
    let points: Vec<TrackLine> =
        track.ok_or_else(|| Failure::not_found(patrol.to_string()))?.into_iter().map(TrackLine::from).collect();
    Ok(Answer::new(lines(&points).trim_start().to_owned(), &points))
}

fn lines(points: &[TrackLine]) -> String {
    points.iter().fold(String::new(), |mut text, point| {
        let (lat, lon) = (f64::from(point.lat_e7) / 1e7, f64::from(point.lon_e7) / 1e7);
        let _ = write!(text, "\n  {}  {lat:.5}, {lon:.5}  {}", moment(point.at), point.crs);
        text
    })
}
