//! Whom to call: the posts of a grid and of what is above it, and the duty numbers of departments; and posts that are
//! empty.

use super::{Reader, shown};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::kind::post::Post;
use gridwalk_model::kind::{Kind, policy_of};
use gridwalk_model::unit_code::{Level, UnitCode};
use gridwalk_model::view::GroupView;
use gridwalk_model::{RecordId, UnitId, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// Whom to call in a grid, the nearest first. All of it is on the phone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallView {
    /// The grid that was asked about.
    pub unit: UnitId,
    /// The grid and what is above it, as far as this phone knows them.
    pub levels: Vec<CallLevel>,
    /// Whether posts are told to this reader's roles at all.
    pub posts_told: bool,
}

/// A unit with whom to call there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallLevel {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its duty desk.
    pub duty_phone: Option<String>,
    /// When somebody answers there.
    pub duty_hours: Option<String>,
    /// Its posts, empty ones too, in the order of the code set.
    pub posts: Vec<PostLine>,
    /// Its departments that can be called.
    pub departments: Vec<DutyLine>,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PostLine {
    /// Its record; none of a post that a grid of its kind has and nobody opened.
    pub record: Option<RecordId>,
    /// What it is: a code.
    pub role: String,
    /// Which of several of the same role.
    pub number: i64,
    /// Who fills it today.
    pub name: Option<String>,
    /// The number to call.
    pub phone: Option<String>,
    /// The first day, days since 1970-01-01.
    pub from: Option<i64>,
    /// The first day on which it is empty again.
    pub until: Option<i64>,
    /// Whether somebody fills it today.
    pub filled: bool,
}

/// A department's duty desk.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DutyLine {
    /// The department.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its number.
    pub phone: String,
    /// When somebody answers.
    pub hours: Option<String>,
}

/// A unit with posts that this reader may want to see.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnitPosts {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// The posts.
    pub posts: Vec<PostLine>,
}

impl Reader<'_> {
    /// Whom to call in a grid.
    pub fn call(&self, unit: UnitId) -> Result<CallView, StoreError> {
        let mut levels = Vec::new();
        let mut at = Some(unit.record());
        while let Some(record) = at.filter(|_| levels.len() < limits::UNIT_DEPTH_MAX) {
            let Some(row) = self.store.row(record)? else { break };
            let (duty_phone, duty_hours) = self.duty(record)?;
            let posts = self.posts_of(&row)?;
            let departments = self.departments(record)?;
            levels.push(CallLevel { unit: record.unit(), name: row.title, duty_phone, duty_hours, posts, departments });
            at = row.parent;
        }
        Ok(CallView { unit, levels, posts_told: self.is_told_posts() })
    }

    /// Units with posts, those of a unit and below or all; with `empty` only the posts that nobody fills today, and only
    /// units that have one.
    pub fn posts(&self, within: Option<UnitId>, empty: bool) -> Result<Vec<UnitPosts>, StoreError> {
        let mut found = Vec::new();
        for row in self.each_row(RowFilter::kind(Kind::Unit.name())) {
            let row = row?;
            if within.is_some_and(|unit| unit.record() != row.record) && !self.is_below(&row, within)? {
                continue;
            }
            let mut posts = self.posts_of(&row)?;
            posts.retain(|post| !(empty && post.filled));
            if !posts.is_empty() && !self.has_ended(row.record)? {
                found.push(UnitPosts { unit: row.record.unit(), name: row.title, code: row.subtitle, posts });
            }
        }
        Ok(found)
    }

    /// Whether posts are anything for this reader's roles.
    fn is_told_posts(&self) -> bool {
        Kind::Post.table().readers().meets(self.actor.roles)
    }

    /// Whether a unit is no more: its posts are nobody's to fill.
    fn has_ended(&self, unit: RecordId) -> Result<bool, StoreError> {
        let loaded = self.load([unit])?;
        let until = shown(&loaded, unit).and_then(|view| int(&view, Kind::Unit.name(), "valid_to"));
        Ok(until.is_some_and(|day| day <= self.actor.now.china_day()))
    }

    fn is_below(&self, row: &ViewRow, above: Option<UnitId>) -> Result<bool, StoreError> {
        let mut at = row.parent;
        for _ in 0..limits::UNIT_DEPTH_MAX {
            let Some(record) = at else { return Ok(false) };
            if above.is_some_and(|unit| unit.record() == record) {
                return Ok(true);
            }
            at = self.store.row(record)?.and_then(|row| row.parent);
        }
        Ok(false)
    }

    /// The posts of a unit; of a grid also those that grids of its kind have and nobody opened.
    fn posts_of(&self, unit: &ViewRow) -> Result<Vec<PostLine>, StoreError> {
        // Whoever is told no posts does not know which are empty.
        if !self.is_told_posts() {
            return Ok(Vec::new());
        }
        let filter = RowFilter { kind: Some(Kind::Post.name().to_owned()), ..RowFilter::children(unit.record) };
        let mut posts = Vec::new();
        for row in self.store.rows(&filter)? {
            let loaded = self.load([row.record])?;
            posts.extend(shown(&loaded, row.record).map(|view| self.post(Some(row.record), Post::of(&view))));
        }
        if level(unit) == Some(Level::Grid) {
            let loaded = self.load([unit.record])?;
            let kind = shown(&loaded, unit.record).and_then(|view| text(&view, Kind::Unit.name(), "kind"));
            let unopened = Post::unopened(kind.as_deref(), posts.iter().map(|post| post.role.as_str()));
            posts.extend(unopened.into_iter().map(|post| self.post(None, post)));
        }
        let order = |role: &str| CodeSet::PostRole.entries().iter().position(|e| e.code == role);
        posts.sort_by_key(|post| (order(&post.role).unwrap_or(usize::MAX), post.number));
        Ok(posts)
    }

    fn post(&self, record: Option<RecordId>, post: Post) -> PostLine {
        let filled = post.is_filled(self.actor.now.china_day());
        let Post { role, number, name, phone, from, until, .. } = post;
        PostLine {
            record,
            role,
            number,
            name: name.filter(|_| filled),
            phone: phone.filter(|_| filled),
            from,
            until,
            filled,
        }
    }

    fn duty(&self, unit: RecordId) -> Result<(Option<String>, Option<String>), StoreError> {
        let loaded = self.load([unit])?;
        let Some(view) = shown(&loaded, unit) else { return Ok((None, None)) };
        let kind = Kind::Unit.name();
        Ok((text(&view, kind, "duty_phone"), text(&view, kind, "duty_hours")))
    }

    /// The departments of a unit that have a number.
    fn departments(&self, unit: RecordId) -> Result<Vec<DutyLine>, StoreError> {
        let filter = RowFilter { kind: Some(Kind::Unit.name().to_owned()), ..RowFilter::children(unit) };
        let mut lines = Vec::new();
        for row in self.store.rows(&filter)?.into_iter().filter(|row| level(row) == Some(Level::Department)) {
            if let (Some(phone), hours) = self.duty(row.record)? {
                lines.push(DutyLine { unit: row.record.unit(), name: row.title, phone, hours });
            }
        }
        Ok(lines)
    }
}

/// The level that a unit's code shows; it stands below the unit's name.
pub(super) fn level(row: &ViewRow) -> Option<Level> {
    UnitCode::parse(&row.subtitle).ok()?.level()
}

fn text(view: &GroupView<'_>, kind: &str, field: &str) -> Option<String> {
    view.field(field, policy_of(kind, field))?.value?.as_text().map(str::to_owned)
}

fn int(view: &GroupView<'_>, kind: &str, field: &str) -> Option<i64> {
    view.field(field, policy_of(kind, field))?.value?.as_int()
}
