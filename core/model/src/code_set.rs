//! Code sets: short closed lists, shipped with the program, that fields take their codes from.
//!
//! Owns the embedded tables of `catalog/codes` and their lookup. Refuses to be a validation of history: a code that a
//! record holds and that this version lacks is shown as it is. Invariant: a code once shipped is never taken away.

use std::sync::LazyLock;

/// One code with its labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code, as stored.
    pub code: &'static str,
    /// Label in simplified Chinese.
    pub zh_hans: &'static str,
    /// Label in traditional Chinese.
    pub zh_hant: &'static str,
    /// Label in English.
    pub en: &'static str,
}

impl CodeEntry {
    /// The label in a language (`zh-Hans`, `zh-Hant`, `en`); simplified Chinese for others.
    pub fn label(&self, language: &str) -> &'static str {
        match language {
            "zh-Hant" => self.zh_hant,
            "en" => self.en,
            _ => self.zh_hans,
        }
    }
}

macro_rules! code_sets {
    ($($(#[$doc:meta])* $set:ident = $name:literal),+ $(,)?) => {
        /// The code sets that field tables name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CodeSet { $($(#[$doc])* $set),+ }

        impl CodeSet {
            /// All code sets.
            pub const ALL: &'static [Self] = &[$(Self::$set),+];

            /// Its name, which is that of its file in `catalog/codes`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$set => $name),+ }
            }

            const fn table(self) -> &'static str {
                match self { $(Self::$set => include_str!(concat!("../../../catalog/codes/", $name, ".csv"))),+ }
            }
        }
    };
}

code_sets! {
    /// GB/T 2261.1.
    Sex = "sex",
    /// GB/T 2261.2.
    Marital = "marital",
    /// GB/T 4658, first level.
    Education = "education",
    /// GB/T 4658, both levels.
    EducationDetail = "education_detail",
    /// GB/T 3304: nations, by their digits.
    Nation = "nation",
    /// GB/T 4762; off until an administrator states what for.
    PoliticalStatus = "political_status",
    /// GB/T 2261.3, one digit: no diagnoses; off until an administrator states what for.
    Health = "health",
    /// Religion, as somebody says; off until an administrator states what for.
    Religion = "religion",
    /// GB/T 4761, short list: relation to the head of the household.
    Relation = "relation",
    /// Levels of units.
    UnitLevel = "unit_level",
    /// Kinds of units: classes of townships and villages, kinds of grids.
    UnitKind = "unit_kind",
    /// Posts of units.
    PostRole = "post_role",
    /// Kinds of buildings.
    BuildingKind = "building_kind",
    /// Who manages an estate.
    EstateManagement = "estate_management",
    /// What an estate has for those who live there.
    EstateFacility = "estate_facility",
    /// Whether somebody looked at an address.
    AddressState = "address_state",
    /// Kinds of organisations.
    OrganisationKind = "organisation_kind",
    /// Kinds of premises.
    PremisesKind = "premises_kind",
    /// Whether premises are in use.
    PremisesState = "premises_state",
    /// Kinds of facilities.
    FacilityKind = "facility_kind",
    /// How a facility was found: the four states of GB/T 30428.2.
    FacilityState = "facility_state",
    /// How a home is let.
    RentalKind = "rental_kind",
    /// Whether a resident is registered where they live, by the two digits of GB/T 31000.
    RegisteredHere = "registered_here",
    /// Why a resident came.
    ArrivalReason = "arrival_reason",
    /// What a dwelling is used for.
    DwellingUse = "dwelling_use",
    /// Kinds of households.
    HouseholdKind = "household_kind",
    /// What a household needs when somebody comes, or in an emergency.
    HouseholdNeed = "household_need",
    /// Parts that a resident takes on, as the resident says.
    ResidentTag = "resident_tag",
    /// What came of a visit.
    VisitOutcome = "visit_outcome",
    /// What a campaign is for.
    CampaignSort = "campaign_sort",
    /// What a campaign can ask of whoever was met.
    CampaignAsk = "campaign_ask",
    /// What a place of a campaign's list is.
    TargetSort = "target_sort",
    /// Why a place left a campaign's list.
    TargetLeft = "target_left",
    /// What came of standing before a place of a campaign, the best first.
    CanvassOutcome = "canvass_outcome",
    /// What is needed behind a door of a campaign.
    CanvassNeed = "canvass_need",
    /// How a visit was paid.
    VisitMode = "visit_mode",
    /// The six categories of the work list.
    WorkCategory = "work_category",
    /// What an item of the work list asks: a fact, work, a visit.
    WorkSort = "work_sort",
    /// What an item of the work list is done at: names of kinds.
    WorkTarget = "work_target",
    /// What a visit plan is for.
    VisitPurpose = "visit_purpose",
    /// Why a visit plan ended.
    VisitPlanEnd = "visit_plan_end",
    /// What sort of matter a case is.
    CaseKind = "case_kind",
    /// What came of looking at a record again.
    BackCheckResult = "back_check_result",
    /// A line by which a case came.
    CaseLine = "case_line",
    /// How content somebody is with what came of a proposal.
    Rating = "rating",
    /// What the law lets a department do to others.
    UnitPower = "unit_power",
    /// What a case is about.
    CaseCategory = "case_category",
    /// How grave a case is; codes sort by gravity.
    CaseLevel = "case_level",
    /// What a day off or a make-up day is for.
    Occasion = "occasion",
    /// What a rule table is of.
    RuleTableSort = "rule_table_sort",
    /// Types of area, by which time limits differ.
    AreaType = "area_type",
    /// At whose instance an inspection is.
    InspectionOrigin = "inspection_origin",
    /// What came of an item of an inspection.
    InspectionResult = "inspection_result",
    /// What has to be brought along with an item of an inspection.
    InspectionEvidence = "inspection_evidence",
    /// How grave an item of an inspection is.
    InspectionSeverity = "inspection_severity",
    /// The roles that a training is for.
    TrainedRole = "trained_role",
    /// Departments that are responsible for a class of case.
    DutyDepartment = "duty_department",
}

impl CodeSet {
    /// The code set of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.name() == name)
    }

    /// Its entries, in the order of the file.
    pub fn entries(self) -> &'static [CodeEntry] {
        static TABLES: LazyLock<Vec<Vec<CodeEntry>>> =
            LazyLock::new(|| CodeSet::ALL.iter().map(|s| rows(s.table()).filter_map(entry).collect()).collect());
        TABLES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// The entry of a code.
    pub fn entry(self, code: &str) -> Option<&'static CodeEntry> {
        self.entries().iter().find(|e| e.code == code)
    }

    /// The standard that its codes are from; `None` for the project's own.
    pub const fn standard(self) -> Option<&'static str> {
        Some(match self {
            Self::Sex => "GB/T 2261.1",
            Self::Marital => "GB/T 2261.2",
            Self::Health => "GB/T 2261.3",
            Self::Education | Self::EducationDetail => "GB/T 4658",
            Self::Relation => "GB/T 4761",
            Self::Nation => "GB/T 3304",
            Self::PoliticalStatus => "GB/T 4762",
            _ => return None,
        })
    }

    /// The edition that ships: the year of the standard, or a number of the project's own.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Sex | Self::Marital | Self::Health => "2003",
            Self::Education | Self::EducationDetail => "2006",
            Self::Relation => "2008",
            Self::Nation => "1991",
            Self::PoliticalStatus => "1984",
            _ => "1",
        }
    }

    /// The code that a cell of a table means: the code itself or a label, `汉` for `汉族`.
    pub fn meant(self, cell: &str) -> Option<&'static str> {
        let cell: String = cell.trim().chars().map(crate::unit_code::half_width).collect();
        // Labels have brackets of full width, and so may the cell have had.
        let reads = |label: &str| label.chars().map(crate::unit_code::half_width).eq(cell.chars());
        let labelled =
            |e: &&CodeEntry| [e.zh_hans, e.zh_hant].into_iter().any(reads) || e.en.eq_ignore_ascii_case(&cell);
        let nation =
            |e: &&CodeEntry| self == Self::Nation && [e.zh_hans, e.zh_hant].contains(&format!("{cell}族").as_str());
        let find = |by: &dyn Fn(&&CodeEntry) -> bool| self.entries().iter().find(|e| by(e)).map(|e| e.code);
        find(&|e| e.code == cell).or_else(|| find(&labelled)).or_else(|| find(&nation))
    }

    /// Whether it has the code.
    pub fn has(self, code: &str) -> bool {
        self.entry(code).is_some()
    }
}

/// A code with the code set and the edition that it is of: `nation/1991/01`. A bare code says nothing for long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeRef {
    /// The code set.
    pub set: CodeSet,
    /// The edition, see `CodeSet::version`.
    pub version: String,
    /// The code.
    pub code: String,
}

impl std::fmt::Display for CodeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.set.name(), self.version, self.code)
    }
}

/// A text was not a code with its code set and edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code with its code set and edition")]
pub struct NotACodeRef;

impl std::str::FromStr for CodeRef {
    type Err = NotACodeRef;
    fn from_str(text: &str) -> Result<Self, NotACodeRef> {
        let parts: Vec<&str> = text.splitn(3, '/').collect();
        let [set, version, code] = parts.try_into().map_err(|_| NotACodeRef)?;
        let set = CodeSet::from_name(set).ok_or(NotACodeRef)?;
        let said = !version.is_empty() && !code.is_empty();
        said.then(|| Self { set, version: version.to_owned(), code: code.to_owned() }).ok_or(NotACodeRef)
    }
}

/// Lines of a table without comments, empty lines and the heading. Cells hold no commas and no quotes.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).skip(1)
}

fn entry(line: &'static str) -> Option<CodeEntry> {
    let cells: Vec<&str> = line.split(',').collect();
    let [code, zh_hans, zh_hant, en] = cells.try_into().ok()?;
    Some(CodeEntry { code, zh_hans, zh_hant, en })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_of_every_table_is_a_code() {
        for set in CodeSet::ALL {
            let lines: Vec<_> = rows(set.table()).collect();
            let codes: BTreeSet<_> = set.entries().iter().map(|e| e.code).collect();
            assert!(lines.len() > 1, "{}", set.name());
            assert_eq!(codes.len(), lines.len(), "{} has a broken line or a code twice", set.name());
            for e in set.entries() {
                let all = [e.code, e.zh_hans, e.zh_hant, e.en];
                assert!(all.iter().all(|c| !c.is_empty() && c.trim() == *c), "{e:?}");
            }
        }
    }

    #[test]
    fn every_label_is_understood_as_it_is_shown() {
        for set in CodeSet::ALL {
            for e in set.entries() {
                for label in [e.zh_hans, e.zh_hant, e.en] {
                    let meant = set.meant(label).and_then(|code| set.entry(code)).unwrap();
                    assert!([meant.zh_hans, meant.zh_hant, meant.en].contains(&label), "{} {label}", set.name());
                }
            }
        }
        assert_eq!(CodeSet::UnitLevel.meant("县(区)"), Some("county"));
    }

    #[test]
    fn levels_are_those_of_units() {
        for level in crate::unit_code::Level::ALL {
            assert!(CodeSet::UnitLevel.has(level.name()), "{level}");
        }
    }

    #[test]
    fn cells_of_tables_are_understood() {
        let rows = [
            (CodeSet::Nation, "汉", Some("01")),
            (CodeSet::Nation, "哈薩克族", Some("17")),
            (CodeSet::Nation, "０１", Some("01")),
            (CodeSet::Sex, "女", Some("2")),
            (CodeSet::Sex, "MALE", Some("1")),
            (CodeSet::Marital, "未说明的婚姻状况", Some("90")),
            (CodeSet::Health, "高血压", None),
            (CodeSet::EducationDetail, "初中肄业", Some("73")),
        ];
        for (set, cell, code) in rows {
            assert_eq!(set.meant(cell), code, "{cell}");
        }
        assert_eq!(CodeSet::Nation.entries().len(), 58);
        assert!(CodeSet::ALL.iter().all(|s| s.standard().is_some() == (s.version().len() == 4)));
    }

    #[test]
    fn gravity_sorts() {
        let codes: Vec<_> = CodeSet::CaseLevel.entries().iter().map(|e| e.code).collect();
        assert!(codes.is_sorted());
    }

    #[test]
    fn every_hazard_of_the_field_has_a_category() {
        let hazards = ["液化气罐", "飞线充电", "电动车进楼", "占用消防通道", "三合一", "厂中厂", "群租房", "小化工"];
        for hazard in hazards {
            assert!(CodeSet::CaseCategory.entries().iter().any(|e| e.zh_hans.contains(hazard)), "{hazard}");
        }
    }
}
