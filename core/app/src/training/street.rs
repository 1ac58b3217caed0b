//! The made-up street: units, a building with its doors, a household, a shop, a case.
//!
//! Owns what stands there; every name says that it is an example. Refuses to use anything real: codes are of no place,
//! numbers of no person. Invariant: all of it is made by the commands that people use.

use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use gridwalk_model::basis::Basis;
use gridwalk_model::command::{
    AddBuilding, AddDwelling, AddHousehold, AddPlace, Command, Edits, NewResident, ReportCase,
};
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use gridwalk_store::SaveRequest;

/// The county's name.
pub(super) const COUNTY: &str = "示例区";
/// Units from the top: level, code, name. The codes are of no place.
const UNITS: [(&str, &str, &str); 3] =
    [("county", "990101", COUNTY), ("township", "990101001", "示例街道"), ("village", "990101001001", "示例社区")];
/// The grid.
const GRID: (&str, &str, &str) = ("grid", "990101001001001", "示例社区第一网格");
/// Doors of the building: number and floor.
const DOORS: [(&str, i64); 6] = [("101", 1), ("102", 1), ("201", 2), ("202", 2), ("301", 3), ("302", 3)];

fn named(name: &str) -> Edits {
    Edits::none().put("name", name)
}

impl Notebook {
    /// The units above the grid, and the grid: what nobody types on a phone.
    pub(super) fn lay_out_units(&self, space: SpaceId, grid: UnitId) -> Result<(), AppError> {
        let mut above: Option<RecordId> = None;
        for (level, code, name) in UNITS.into_iter().chain([GRID]) {
            let record = if code == GRID.1 { grid.record() } else { self.new_record()? };
            let mut wishes = vec![Wish::put("name", name), Wish::put("level", level), Wish::put("code", code)];
            wishes.extend(above.map(|above| Wish::put(PARENT, above)));
            self.save_unit(space, record, wishes)?;
            above = Some(record);
        }
        Ok(())
    }

    fn save_unit(&self, space: SpaceId, record: RecordId, wishes: Vec<Wish>) -> Result<(), AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let request = SaveRequest {
            record,
            space,
            kind: Kind::Unit.name().to_owned(),
            unit: record.unit(),
            author: enrolment.account,
            device: enrolment.device,
            machine: true,
            typed_at: self.now(),
            heard: None,
            wishes,
            basis: Basis::blank(record),
            instead_of: None,
            salt: ids::random(self.ids())?,
            draft: None,
        };
        self.store().save_command(&[request], None)?;
        Ok(())
    }

    /// What stands in the grid.
    pub(super) fn lay_out_street(&self, grid: UnitId) -> Result<(), AppError> {
        let building = self.new_record()?;
        let edits = named("示例小区 1 幢").put("floors", 3_i64).put("doors_a_floor", 2_i64);
        self.execute(&Command::AddBuilding(AddBuilding { record: building, unit: grid, edits }))?;
        let mut doors = Vec::new();
        for (number, floor) in DOORS {
            let record = self.new_record()?;
            let edits = Edits::none().put("number", number).put("floor", floor);
            self.execute(&Command::AddDwelling(AddDwelling { record, building, edits }))?;
            doors.push(record);
        }
        self.add_family(doors[0], "示例张家", &["示例张三", "示例李四"])?;
        self.add_family(doors[3], "示例王家", &["示例王奶奶"])?;
        let shop = AddPlace {
            record: self.new_record()?,
            kind: Kind::Premises,
            unit: Some(grid),
            parent: None,
            edits: named("示例小卖部").put("kind", "shop"),
        };
        self.execute(&Command::AddPlace(shop))?;
        let case = ReportCase {
            record: self.new_record()?,
            unit: None,
            parent: Some(building),
            edits: Edits::none().put("title", "示例：楼道堆放纸箱").put("kind", "hazard"),
            answers: std::collections::BTreeMap::<String, Value>::new(),
        };
        self.execute(&Command::ReportCase(case))?;
        Ok(())
    }

    fn add_family(&self, dwelling: RecordId, name: &str, members: &[&str]) -> Result<(), AppError> {
        let resident = |name: &&str| Ok(NewResident { record: self.new_record()?, edits: named(name) });
        let residents = members.iter().map(resident).collect::<Result<_, AppError>>()?;
        let record = self.new_record()?;
        let household = AddHousehold { record, dwelling, edits: Edits::none().put("label", name), residents };
        self.execute(&Command::AddHousehold(household))?;
        Ok(())
    }
}
