//! `unit boundaries`: editions of boundaries, imported, checked and listed.
//!
//! Owns the verb. Refuses to compute geometry. Invariant: what offends is told with its units and its place.

use super::post::date;
use super::reply::{Failure, Reply, naming};
use super::{Context, astray};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_server::admin::boundary_file::BoundaryFault;
use gridwalk_server::admin::{BoundaryFile, BoundaryOptions, BoundarySummary, OffenceView, UnitArea};
use gridwalk_server::words::Language;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit boundaries import grids.geojson --from 2027-01-01 --crs gcj02 --dry-run
  gridwalk-server unit boundaries import grids.geojson --from 2027-01-01 --crs cgcs2000 --json
  gridwalk-server unit boundaries check --below 330402001 --on 2027-01-01
  gridwalk-server unit boundaries list --below 330402001001 --on 2027-01-01
  gridwalk-server unit boundaries places --below 330402001001
  gridwalk-server unit boundaries move --below 330402001001 --all --by zhang
  gridwalk-server unit boundaries move --below 330402001001 --record 019cabd8-3800-741f-a3f7-880b9199fc11 --by zhang

Each feature is a Polygon or a MultiPolygon, with holes or without, and has the property code. Systems 坐标系: wgs84,
cgcs2000, gcj02 (高德、腾讯), bd09 (百度); a file that names none is refused. What overlaps, leaves a gap or looks shifted is
told and not written, unless --anyway. New boundaries move no place: places lists the buildings, premises and other places
whose point lies in another grid than their record says, and move puts those that somebody chose there, as one act that
audit undo takes back 新边界不会自动划转地点；先核对 places 清单，再用 move 划转，可整体撤销.")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Bring in a new edition; the edition before it stays for what happened in its time 导入
    Import {
        /// The file, GeoJSON 文件
        file: PathBuf,
        /// The first day on which it holds 生效日
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: i64,
        /// Which reference system the coordinates are of 坐标系
        #[arg(long)]
        crs: Option<String>,
        /// Only tell what would be done 试运行
        #[arg(long)]
        dry_run: bool,
        /// Write although something offends 仍然导入
        #[arg(long)]
        anyway: bool,
        /// Slivers up to so many m² are passed over 容差（平方米）
        #[arg(long, value_name = "M2", default_value_t = 20.0)]
        tolerance: f64,
    },
    /// What overlaps, leaves a gap or lies outside 拓扑检查
    Check {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
        /// On which day; today if nothing is said 日期
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: Option<i64>,
        /// Slivers up to so many m² are passed over 容差（平方米）
        #[arg(long, value_name = "M2", default_value_t = 20.0)]
        tolerance: f64,
    },
    /// Places whose point lies in another grid than their record says 应划归其他网格的地点
    Places {
        /// Of this unit and what is below it 此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: String,
        /// By the boundaries of which day [default: today] 日期
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: Option<i64>,
    },
    /// Put places that were listed into the grids in which they lie 划转地点
    Move {
        /// Of this unit and what is below it 此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: String,
        /// By the boundaries of which day [default: today] 日期
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: Option<i64>,
        /// All that are listed 全部
        #[arg(long, conflicts_with = "record", required_unless_present = "record")]
        all: bool,
        /// Only this one; may be repeated 仅此地点
        #[arg(long, value_name = "ID")]
        record: Vec<String>,
        /// Login of who decides 决定人
        #[arg(long)]
        by: String,
    },
    /// Areas of the boundaries that hold on a day 面积
    List {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
        /// On which day 日期
        #[arg(long, value_name = "DATE", value_parser = date)]
        on: Option<i64>,
    },
}

impl Args {
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.act {
            Act::Import { file, .. } => Some(file),
            _ => None,
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    match &args.act {
        Act::Import { crs, from, dry_run, anyway, tolerance, .. } => {
            let packed = context.input.files.first().map(String::as_str).unwrap_or_default();
            let bytes = data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default();
            let file = BoundaryFile::read(&bytes, crs.as_deref()).map_err(|faults| faulty(language, &faults))?;
            let options =
                BoundaryOptions { from_day: *from, dry_run: *dry_run, anyway: *anyway, tolerance_m2: *tolerance };
            let summary = context.admin.import_boundaries(&file, options).map_err(|e| context.failure(&e))?;
            imported(language, &summary, *dry_run)
        }
        Act::Check { below, on, tolerance } => {
            let found = below.as_deref().unwrap_or_default();
            let on = astray::day(context, *on);
            let found =
                naming(context.admin.check_boundaries(below.as_deref(), on, *tolerance), language, folder, found)?;
            let lines: Vec<String> = found.iter().map(|o| offence(language, o)).collect();
            let text = if lines.is_empty() { language.word("say.boundaries_sound") } else { lines.join("\n") };
            Ok(Reply { text, good: found.is_empty(), json: json!({ "offences": found }) })
        }
        Act::Places { below, on } => astray::list(context, below, *on),
        Act::Move { below, on, record, by, all: _ } => astray::move_places(context, below, *on, record, by),
        Act::List { below, on } => {
            let found = below.as_deref().unwrap_or_default();
            let on = astray::day(context, *on);
            let areas = naming(context.admin.boundaries(below.as_deref(), on), language, folder, found)?;
            let lines: Vec<String> = areas.iter().map(area).collect();
            Ok(Reply::new(lines.join("\n"), json!({ "units": areas, "on": day(on) })))
        }
    }
}

fn day(days: i64) -> String {
    CivilDate::from_days(days).map_or_else(|| days.to_string(), |date| date.to_string())
}

fn area(unit: &UnitArea) -> String {
    format!("{}\t{}\t{} m²", unit.code, unit.name, unit.area_m2)
}

fn offence(language: Language, offence: &OffenceView) -> String {
    let units: Vec<String> = offence.units.iter().map(|(code, name)| format!("{name} {code}")).collect();
    let at = offence.lat.zip(offence.lon).map_or_else(String::new, |(lat, lon)| format!("{lat:.7}, {lon:.7}"));
    let word = language.word(&format!("topology.{}", offence.defect));
    format!("{word}: {}\t{at}\t{} m²", units.join(" / "), offence.area_m2)
}

fn imported(language: Language, summary: &BoundarySummary, dry_run: bool) -> Result<Reply, Failure> {
    let mut lines: Vec<String> = summary.units.iter().map(area).collect();
    lines.extend(summary.offences.iter().map(|o| offence(language, o)));
    let seems = summary.looks_like.unwrap_or_default();
    let verdict = language.say(&format!("verdict.{}", summary.verdict), &[("crs", seems)]);
    lines.push(verdict.clone());
    let new = summary.units.iter().filter(|u| u.new).count().to_string();
    let gaps = [("units", summary.units.len().to_string()), ("new", new)];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if summary.written || dry_run {
        lines.push(language.say(if dry_run { "say.boundaries_dry" } else { "say.boundaries_imported" }, &gaps));
        return Ok(Reply::new(lines.join("\n"), json!(summary)));
    }
    let mut failure = Failure::said(language, "boundaries", &gaps);
    let unknown = summary.unknown.iter().map(|code| {
        let message = language.say("boundary.no_unit", &[("feature", ""), ("found", code)]);
        json!({ "code": "no_unit", "found": code, "message": message })
    });
    let offences = summary.offences.iter().map(|o| {
        json!({ "code": o.defect, "units": o.units, "lat": o.lat, "lon": o.lon, "area_m2": o.area_m2,
                "message": offence(language, o) })
    });
    failure.details = unknown.chain(offences).collect();
    if summary.looks_like.is_some() {
        failure.details.push(json!({ "code": summary.verdict, "crs": summary.looks_like, "message": verdict }));
    }
    Err(failure)
}

fn faulty(language: Language, faults: &[BoundaryFault]) -> Failure {
    let code = match faults {
        [one] if ["untagged", "unknown_crs"].contains(&one.code) => one.code,
        _ => "boundary_file",
    };
    let found = faults.first().map(|fault| fault.found.clone()).unwrap_or_default();
    let mut failure = Failure::said(language, code, &[("found", &found), ("faults", &faults.len().to_string())]);
    failure.details = faults
        .iter()
        .filter(|fault| fault.feature > 0 || code == "boundary_file")
        .map(|fault| {
            let feature = fault.feature.to_string();
            let message =
                language.say(&format!("boundary.{}", fault.code), &[("feature", &feature), ("found", &fault.found)]);
            json!({ "feature": fault.feature, "code": fault.code, "found": fault.found, "message": message })
        })
        .collect();
    failure
}
