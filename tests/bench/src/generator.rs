//! The generated register: a street's people with names, numbers and addresses as they are in China.
//!
//! Owns what the data look like. Refuses to know stores. Invariant: a seed and a number give the same person for ever,
//! whatever else was asked for before (`rand_chacha`, a stream for each).

use crate::fault::Fault;
use gridwalk_model::admission::{Circumstances, admit};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::journal::Entry;
use gridwalk_model::kind::{PARENT, UNIT, workflow_of};
use gridwalk_model::row::{Row, row};
use gridwalk_model::view::GroupView;
use gridwalk_model::wish::Wish;
use gridwalk_model::{
    AccountId, Change, DeviceId, RecordId, ReplicaId, SealedChange, SpaceId, State, Timestamp, UnitId, Value, fold,
};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// The county's space.
pub const SPACE: SpaceId = SpaceId([0x51; 16]);
/// The space of units.
pub const REFERENCE: SpaceId = SpaceId([0x52; 16]);
/// Midnight of 2026-03-01 in China, milliseconds: when the first record was typed.
pub const BEGAN_MS: i64 = 1_772_294_400_000;
/// Residents of a household.
pub const HOUSEHOLD: usize = 3;
/// Households of a building.
pub const BUILDING: usize = 32;
/// Buildings of a grid.
pub const GRID: usize = 24;
/// Grids of a village.
pub const VILLAGE: usize = 6;

/// Surnames, the frequent ones as often as they are.
const SURNAMES: &str = "王王王王王王王李李李李李李李张张张张张张刘刘刘刘刘陈陈陈陈杨杨杨赵赵黄黄周周吴吴徐徐孙孙胡朱高林何郭马罗梁宋郑谢\
    韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段";
/// Characters of given names.
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海燕小春雪梅琴云飞龙波辉鹏浩宇轩子涵欣怡佳琪雨桐思睿\
    晨曦梓萱一诺俊熙嘉懿煜城懿轩烨伟苑博伟泽熠彤鸿煊博涛晓啸立果金鑫翠莲凤珍淑贞福生根土水木山林森永昌德胜利民富贵荣光";
const STREETS: &[&str] =
    &["海昌路", "解放东路", "通灌南路", "朝阳中路", "苍梧路", "瀛洲路", "郁州路", "凌洲路", "巨龙路", "幸福路"];
const PLACES: &[&str] =
    &["江苏省连云港市", "江苏省徐州市", "山东省临沂市", "安徽省宿州市", "河南省商丘市", "江苏省盐城市"];
const EMPLOYERS: &[&str] =
    &["连云港港口集团", "新海发电有限公司", "康缘药业", "海州区第一小学", "个体经营", "顺丰速运", "退休", "务农"];
const WORKS: &[&str] = &["工人", "教师", "司机", "店主", "护士", "保安", "会计", "学生", "退休", "快递员"];
const NOTES: &[&str] =
    &["晚上七点后在家", "独居，每周探访", "门铃坏，敲门", "养狗，先打电话", "白天上班，周末在家", "租住，房东在外地"];

/// One resident: id, unit and twenty fields.
#[derive(Debug, Clone)]
pub struct Resident {
    /// Which one.
    pub number: usize,
    /// The record.
    pub record: RecordId,
    /// The grid.
    pub unit: UnitId,
    /// The twenty fields by name: those that the kind's table knows, then those of a form that it does not.
    pub fields: Vec<(&'static str, Value)>,
}

impl Resident {
    /// As wishes of one save.
    pub fn wishes(&self) -> Vec<Wish> {
        self.fields.iter().map(|(name, value)| Wish::put(name, value.clone())).collect()
    }
}

/// The register of one seed.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    seed: u64,
}

impl Register {
    /// The register of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    fn rng(self, kind: u8, number: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(kind) << 56 | number as u64);
        rng
    }

    /// The id of a record: the time at which it was typed, then random bits (UUIDv7).
    pub fn record(self, kind: u8, number: usize) -> RecordId {
        let mut id = [0; 16];
        self.rng(kind, number).fill_bytes(&mut id);
        id[..6].copy_from_slice(&typed_ms(number).to_be_bytes()[2..]);
        (id[6], id[8]) = (0x70 | id[6] & 0x0f, 0x80 | id[8] & 0x3f);
        RecordId(id)
    }

    /// The grid of a resident.
    pub fn grid(self, resident: usize) -> UnitId {
        self.record(b'g', resident / HOUSEHOLD / BUILDING / GRID).unit()
    }

    /// The household of a resident.
    pub fn household(self, resident: usize) -> RecordId {
        self.record(b'h', resident / HOUSEHOLD)
    }

    /// A resident.
    pub fn resident(self, number: usize) -> Resident {
        let mut rng = self.rng(b'r', number);
        // Nobody is a child: a child's number waits until somebody states what for.
        let born = rng.random_range(-14_600..15_000_i64);
        let male = rng.random_bool(0.51);
        let name = person(&mut rng);
        let home = address(number);
        let fields = vec![
            (PARENT, Value::Id(self.household(number))),
            ("name", text(name)),
            ("sex", text(if male { "1" } else { "2" })),
            ("birth", Value::Int(born)),
            ("id_number", text(id_number(&mut rng, born, male))),
            ("phone", text(phone(&mut rng))),
            ("relation", code(&mut rng, CodeSet::Relation)),
            ("education", code(&mut rng, CodeSet::Education)),
            ("marital", code(&mut rng, CodeSet::Marital)),
            ("moved_in", Value::Int(rng.random_range(born.max(8_000)..20_400))),
            ("note", text(pick(&mut rng, NOTES))),
            ("ethnic", text("汉族")),
            ("native_place", text(pick(&mut rng, PLACES))),
            ("registered_address", text(format!("{}{home}", pick(&mut rng, PLACES)))),
            ("living_address", text(format!("江苏省连云港市海州区{home}"))),
            ("employer", text(pick(&mut rng, EMPLOYERS))),
            ("occupation", text(pick(&mut rng, WORKS))),
            ("contact_name", text(person(&mut rng))),
            ("contact_phone", text(phone(&mut rng))),
            ("vehicle_plate", text(format!("苏G{:05}", rng.random_range(0..100_000)))),
        ];
        Resident { number, record: self.record(b'r', number), unit: self.grid(number), fields }
    }

    /// A resident's change, as the gridworker of the grid typed it.
    pub fn change(self, resident: &Resident) -> Result<SealedChange, Fault> {
        self.change_of("resident", resident.number, resident.record, resident.unit, &resident.fields)
    }

    /// A change that puts these fields of a record.
    pub fn change_of(
        self,
        kind: &str,
        number: usize,
        record: RecordId,
        unit: UnitId,
        fields: &[(&'static str, Value)],
    ) -> Result<SealedChange, Fault> {
        let mut salt = [0; 16];
        self.rng(b's', number).fill_bytes(&mut salt);
        let change = Change {
            space: SPACE,
            replica: ReplicaId(unit.0),
            seq: number as u64 + 1,
            prev: gridwalk_model::hash::Hash::default(),
            record,
            kind: kind.to_owned(),
            unit,
            author: AccountId(unit.0),
            machine: false,
            device: DeviceId(unit.0),
            typed_at: Timestamp(typed_ms(number)),
            heard: Timestamp(BEGAN_MS),
            seen: Vec::new(),
            was: Vec::new(),
            instead_of: None,
            salt,
            ops: fields.iter().map(|(name, value)| gridwalk_model::op::Op::put(name, value.clone())).collect(),
            extra: Vec::new(),
        };
        Ok(change.seal()?)
    }
}

/// The state that a change makes of nothing.
pub fn state(change: SealedChange, pos: u64) -> State {
    let mut state = State::new(change.change.record);
    let received_at = Timestamp(change.change.typed_at.0 + 60_000);
    let at = Circumstances {
        pos,
        received_at,
        first_received_at: received_at,
        workflow: workflow_of(&change.change.kind),
        branches: &[],
        approved_by: None,
    };
    let Ok(stamps) = admit(&state, &change.change, &at, |_| Ok::<_, std::convert::Infallible>(None));
    fold::apply(&mut state, &Entry::admitted(stamps, change));
    state
}

/// What lists and full text hold of a state.
pub fn row_of(state: &State) -> Row {
    row(&GroupView::alone(state))
}

/// When a record was typed, milliseconds: one every three seconds.
pub fn typed_ms(number: usize) -> i64 {
    BEGAN_MS + 3_000 * i64::try_from(number).unwrap_or(0)
}

/// The address of a resident's home.
pub fn address(resident: usize) -> String {
    let door = resident / HOUSEHOLD;
    let building = door / BUILDING;
    let street = STREETS[building / GRID % STREETS.len()];
    let (entrance, floor, side) = (door % 4 + 1, door / 4 % 8 + 1, door % 2 + 1);
    format!("{street}{}号{}幢{entrance}单元{floor}0{side}室", building / GRID * 2 + 18, building % GRID + 1)
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn pick(rng: &mut ChaCha8Rng, list: &[&'static str]) -> &'static str {
    list[rng.random_range(0..list.len())]
}

fn letter(rng: &mut ChaCha8Rng, letters: &str) -> char {
    letters.chars().nth(rng.random_range(0..letters.chars().count())).unwrap_or('王')
}

/// A person's name: two or three characters.
pub fn person(rng: &mut ChaCha8Rng) -> String {
    let given = if rng.random_bool(0.8) { 2 } else { 1 };
    std::iter::once(letter(rng, SURNAMES)).chain((0..given).map(|_| letter(rng, GIVEN)).collect::<Vec<_>>()).collect()
}

fn phone(rng: &mut ChaCha8Rng) -> String {
    format!("{}{:08}", pick(rng, &["138", "139", "150", "151", "177", "189"]), rng.random_range(0..100_000_000))
}

fn id_number(rng: &mut ChaCha8Rng, born: i64, male: bool) -> String {
    let day = gridwalk_model::civil_date::CivilDate::from_days(born).map_or_else(String::new, |d| d.to_string());
    let order = rng.random_range(0..500) * 2 + i32::from(male);
    let first = format!("3207{:02}{}{order:03}", rng.random_range(3..24), day.replace('-', ""));
    let check = gridwalk_model::id_number::check_digit(&first).unwrap_or('X');
    format!("{first}{check}")
}

fn code(rng: &mut ChaCha8Rng, set: CodeSet) -> Value {
    let entries = set.entries();
    text(entries[rng.random_range(0..entries.len())].code)
}

/// A field that says which unit a record is at home in.
pub fn home(unit: UnitId) -> (&'static str, Value) {
    (UNIT, Value::Id(unit.record()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_person_for_ever() {
        let (register, other) = (Register::new(1), Register::new(2));
        let one = register.resident(7);
        assert_eq!(one.fields, register.resident(7).fields);
        assert_ne!(one.fields, other.resident(7).fields);
        assert_eq!(one.fields.len(), 20);
        let name = register.resident(0).fields[1].1.clone();
        assert_eq!(name.as_text(), Some("段永刚"));
    }

    #[test]
    fn what_is_generated_fits_the_kind_s_table() {
        let table = gridwalk_model::kind::Kind::Resident.table();
        for number in 0..200 {
            for (name, value) in Register::new(1).resident(number).fields {
                if table.field(name).is_some() {
                    table.accept(name, value).unwrap();
                }
            }
        }
    }
}
