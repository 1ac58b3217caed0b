//! Post 岗位: a place below a unit that somebody fills, such as the legal adviser of a grid.
//!
//! Owns the post's field table, the posts that a grid has by its kind, and when a post counts as filled. Refuses to be an account: whoever fills a post may have
//! none. Invariant: a post stays when its holder goes, and stays what it is; a grid's Party branch is known by its head's
//! post only.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, unit};
use crate::code_set::{self, CodeSet};
use crate::id::AccountId;
use crate::role::{Role, Roles};
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::GroupView;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Who reads posts: everybody who works with cases but volunteers, as posts hold phone numbers.
const READERS: Roles = Roles::STAFF.and(Roles::POWERS);

/// Who keeps posts: supervisors of the unit or of one above it, who hear first who came and went, and administration.
const KEEPERS: Roles = Roles::SUPERVISORS.and(Roles::of(&[Role::SystemAdmin]));

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, KEEPERS)
}

/// What Gridwalk says about posts.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Post,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Unit])).required().once(),
        field("role", Shape::Code(CodeSet::PostRole)).required().once(),
        field("number", int(1, 999)).once(),
        field("name", text(80)).search(SearchUse::Name),
        field("phone", Shape::Phone).search(SearchUse::Number),
        field("from", Shape::Date),
        field("until", Shape::Date),
        field(ACCOUNT, Shape::Account),
        field("note", text(500)),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Unit]),
    delete: KEEPERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["role"],
    subtitle: &["name", "phone"],
    sort: SortBy::Natural(&["role", "number"]),
};

/// The field that names the account of who fills the post, where an account's role filled it.
pub const ACCOUNT: &str = "account";

/// The posts that a grid of a kind has, whether somebody opened them or not: roles in the order of their code set.
pub fn establishment(grid_kind: Option<&str>) -> &'static [&'static str] {
    static POSTS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
        let mut posts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let table = include_str!("../../../../catalog/posts/establishment.csv");
        for (grid, role) in code_set::rows(table).filter_map(|line| line.split_once(',')) {
            posts.entry(grid).or_default().push(role);
        }
        for roles in posts.values_mut() {
            roles.sort_by_key(|role| CodeSet::PostRole.entries().iter().position(|entry| entry.code == *role));
        }
        posts
    });
    let kind = grid_kind.unwrap_or_default();
    let instead = if unit::is_dedicated(kind) { "dedicated" } else { "basic" };
    POSTS.get(kind).or_else(|| POSTS.get(instead)).map_or(&[], Vec::as_slice)
}

/// The post of a grid that an account with a role in that grid fills.
pub const fn filled_by(role: Role) -> Option<&'static str> {
    match role {
        Role::Gridworker => Some("gridworker"),
        Role::Mediator => Some("mediator"),
        _ => None,
    }
}

/// Whether a post is filled on a day: somebody is named, has begun, and has not ended. Days since 1970-01-01.
pub fn is_filled(name: Option<&str>, from: Option<i64>, until: Option<i64>, day: i64) -> bool {
    name.is_some_and(|n| !n.trim().is_empty()) && from.is_none_or(|d| d <= day) && until.is_none_or(|d| day < d)
}

/// A post as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// What it is: a code.
    pub role: String,
    /// Which of several of the same role, from 1.
    pub number: i64,
    /// Who fills it.
    pub name: Option<String>,
    /// The number to call.
    pub phone: Option<String>,
    /// The first day, days since 1970-01-01.
    pub from: Option<i64>,
    /// The first day on which it is empty again.
    pub until: Option<i64>,
    /// The account of who fills it, if its role filled it.
    pub account: Option<AccountId>,
}

impl Post {
    /// The post that a view shows.
    pub fn of(view: &GroupView<'_>) -> Self {
        let value = |name: &str| view.field(name, TABLE.field(name)?.policy)?.value;
        let text = |name: &str| value(name)?.as_text().map(str::to_owned);
        let int = |name: &str| value(name)?.as_int();
        Self {
            role: text("role").unwrap_or_default(),
            number: int("number").unwrap_or(1),
            name: text("name"),
            phone: text("phone"),
            from: int("from"),
            until: int("until"),
            account: value(ACCOUNT).and_then(Value::as_id).map(|id| AccountId(id.0)),
        }
    }

    /// The posts that a grid of a kind has and that nobody opened, beside those of these roles.
    pub fn unopened<'a>(grid_kind: Option<&str>, opened: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let opened: Vec<&str> = opened.into_iter().collect();
        let lacking = establishment(grid_kind).iter().filter(|role| !opened.contains(*role));
        let post = |role: &&str| Self {
            role: (*role).to_owned(),
            number: 1,
            name: None,
            phone: None,
            from: None,
            until: None,
            account: None,
        };
        lacking.map(post).collect()
    }

    /// Whether somebody fills it on a day.
    pub fn is_filled(&self, day: i64) -> bool {
        is_filled(self.name.as_deref(), self.from, self.until, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_filled_by_somebody_on_a_day() {
        // name, from, until, day, filled
        let rows = [
            (Some("王"), None, None, 10, true),
            (None, None, None, 10, false),
            (Some(" "), None, None, 10, false),
            (Some("王"), Some(11), None, 10, false),
            (Some("王"), Some(10), Some(11), 10, true),
            (Some("王"), Some(9), Some(10), 10, false),
        ];
        for (name, from, until, day, filled) in rows {
            assert_eq!(is_filled(name, from, until, day), filled, "{name:?} {from:?} {until:?}");
        }
        assert!(!TABLE.readers().has(Role::Volunteer), "volunteers get no officials' numbers");
    }

    #[test]
    fn a_grid_has_the_posts_of_its_kind() {
        let basic = ["gridworker", "branch_head", "instructor", "mediator", "community_police", "legal_adviser"];
        for kind in [None, Some("basic"), Some("")] {
            assert_eq!(establishment(kind)[..6], basic, "{kind:?}");
        }
        for kind in CodeSet::UnitKind.entries().iter().map(|entry| entry.code).filter(|kind| unit::is_dedicated(kind)) {
            let posts = establishment(Some(kind));
            assert!(posts.contains(&"grid_chief") && !posts.contains(&"branch_head"), "{kind}");
        }
        let all = [None, Some("dedicated")].map(establishment).concat();
        assert!(all.iter().all(|role| CodeSet::PostRole.has(role)));
        let roles: Vec<String> =
            Post::unopened(None, ["mediator", "building_chief", "duty"]).into_iter().map(|post| post.role).collect();
        assert_eq!(roles, ["gridworker", "branch_head", "instructor", "community_police", "legal_adviser"]);
        let filled = Role::ALL.into_iter().filter_map(filled_by);
        assert!(filled.into_iter().all(|post| establishment(None).contains(&post)));
    }
}
