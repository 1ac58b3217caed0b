//! Posts: opened, filled and vacated below units, each as a change to the post's record in the space of the tree.
//!
//! Owns which post a role and a number name. Refuses to give rights: a post is no grant. Invariant: a post that was
//! opened stays when its holder goes, so that it is told as empty.

use super::{Admin, place, reference_space, unit};
use crate::error::{Result, ServerError};
use crate::store::{Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::post::{self, Post};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::view::{GroupView, Policy, show};
use gridwalk_model::wish::Wish;
use std::collections::BTreeMap;

/// A post as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PostView {
    /// Its record; none of a post that every grid has and nobody opened.
    pub record: Option<RecordId>,
    /// Its unit.
    pub unit: UnitId,
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name.
    pub unit_name: String,
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
    /// Whether it is filled on the day of the question.
    pub filled: bool,
}

/// Who is to fill a post; a post without a name is opened and stands empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostHolder {
    /// Who.
    pub name: Option<String>,
    /// The number to call.
    pub phone: Option<String>,
    /// The first day, days since 1970-01-01.
    pub from: Option<i64>,
    /// The first day on which it is empty again.
    pub until: Option<i64>,
}

impl Admin {
    /// Opens a post, or says who fills it from now on.
    pub fn set_post(&self, unit_code: &str, role: &str, number: i64, holder: &PostHolder) -> Result<PostView> {
        self.act(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            let space = reference_space(w.tx)?.id;
            let fit = |field: &'static str, value: Value, code: &'static str| {
                let value = Kind::Post.table().accept(field, value).map_err(|_| ServerError::Refused(code))?;
                Ok::<Wish, ServerError>(Wish::put(field, value))
            };
            let known = find(w.tx, space, &unit, role, number)?;
            let mut wishes = Vec::new();
            if known.is_none() {
                wishes.push(Wish::put(PARENT, unit.id.record()));
                wishes.push(fit("role", role.into(), "post_role")?);
                wishes.push(fit("number", Value::Int(number), "post_number")?);
            }
            for (field, code, value) in [
                ("name", "name_invalid", holder.name.as_deref().map(Value::from)),
                ("phone", "phone_invalid", holder.phone.as_deref().map(Value::from)),
                ("from", "date_invalid", holder.from.map(Value::Int)),
                ("until", "date_invalid", holder.until.map(Value::Int)),
            ] {
                match value {
                    Some(value) => wishes.push(fit(field, value, code)?),
                    None if known.is_some() => wishes.push(Wish::clear(field)),
                    None => {}
                }
            }
            let record = known.unwrap_or_else(|| w.running.options.ids.record(w.now));
            unit::write_record(w, self.author(), Kind::Post, record, unit.id, &wishes)?;
            w.audit(self.by, "post_set", &format!("{} {role} {number}", unit.id))?;
            let state = state_of(w.tx, space, record)?.ok_or(ServerError::NotFound("post"))?;
            Ok(view(&unit, Some(record), post_of(&state), w.now.china_day()))
        })
    }

    /// Says from which day on a post is empty.
    pub fn vacate_post(&self, unit_code: &str, role: &str, number: i64, until: Option<i64>) -> Result<PostView> {
        self.act(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            let space = reference_space(w.tx)?.id;
            let record = find(w.tx, space, &unit, role, number)?.ok_or(ServerError::NotFound("post"))?;
            let day = until.unwrap_or(w.now.china_day());
            unit::write_record(w, self.author(), Kind::Post, record, unit.id, &[Wish::put("until", day)])?;
            w.audit(self.by, "post_vacated", &format!("{} {role} {number}", unit.id))?;
            let state = state_of(w.tx, space, record)?.ok_or(ServerError::NotFound("post"))?;
            Ok(view(&unit, Some(record), post_of(&state), w.now.china_day()))
        })
    }

    /// Posts of a unit and of all below it, or of all units, by the codes of units; a grid in which nobody opened the
    /// post that every grid has is told with an empty one, and a unit that is no more not at all.
    pub fn posts(&self, below: Option<&str>) -> Result<Vec<PostView>> {
        let mut units = self.units(below)?;
        units.sort_by(|a, b| a.code.cmp(&b.code));
        self.server.read(|r| {
            let (space, day) = (reference_space(r.tx)?.id, r.now.china_day());
            let mut views = Vec::new();
            for unit in &units {
                let until =
                    state_of(r.tx, space, unit.id.record())?.and_then(|state| value(&state, "valid_to")?.as_int());
                if until.is_some_and(|until| until <= day) {
                    continue;
                }
                let posts = posts_of(r.tx, space, unit.id)?;
                if unit.level == Level::Grid.name() && !posts.keys().any(|(role, _)| role == post::EVERY_GRID_HAS) {
                    views.push(view(unit, None, Post::unopened(), day));
                }
                views.extend(posts.into_values().map(|(record, post)| view(unit, Some(record), post, day)));
            }
            Ok(views)
        })
    }
}

/// Says by a table who fills a post: true if it was opened, false if it was filled anew, none if it says so already. What the
/// table does not say stays.
pub(crate) fn fill_post(
    w: &Writing<'_>,
    admin: &Admin,
    unit: &UnitRow,
    (role, number): (&str, i64),
    (name, phone): (&str, &str),
) -> Result<Option<bool>> {
    let space = reference_space(w.tx)?.id;
    let posts = posts_of(w.tx, space, unit.id)?;
    let known = posts.get(&(role.to_owned(), number));
    let phone = Some(phone).filter(|phone| !phone.is_empty());
    let says = |post: &Post| {
        post.name.as_deref() == Some(name)
            && phone.is_none_or(|phone| post.phone.as_deref() == Some(phone))
            && post.until.is_none()
    };
    if known.is_some_and(|(_, post)| says(post)) {
        return Ok(None);
    }
    let mut wishes = vec![Wish::put("name", name)];
    wishes.extend(phone.map(|phone| Wish::put("phone", phone)));
    match known {
        Some((_, post)) if post.until.is_some() => wishes.push(Wish::clear("until")),
        Some(_) => {}
        None => {
            wishes.extend([Wish::put(PARENT, unit.id.record()), Wish::put("role", role), Wish::put("number", number)]);
        }
    }
    let record = known.map_or_else(|| w.running.options.ids.record(w.now), |(record, _)| *record);
    unit::write_record(w, admin.author(), Kind::Post, record, unit.id, &wishes)?;
    Ok(Some(known.is_none()))
}

fn state_of(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Option<State>> {
    let row = tx.state(space, record)?;
    Ok(row.map(|row| read_state(&row.bytes)).transpose()?)
}

/// The posts of a unit that are not deleted, by role and number.
fn posts_of(tx: &dyn Tx, space: SpaceId, unit: UnitId) -> Result<BTreeMap<(String, i64), (RecordId, Post)>> {
    let mut posts = BTreeMap::new();
    for record in tx.children(space, unit.record())? {
        let Some(state) = state_of(tx, space, record)? else { continue };
        if state.kind() == Kind::Post.name() && !state.is_deleted() {
            let post = post_of(&state);
            posts.insert((post.role.clone(), post.number), (record, post));
        }
    }
    Ok(posts)
}

fn find(tx: &dyn Tx, space: SpaceId, unit: &UnitRow, role: &str, number: i64) -> Result<Option<RecordId>> {
    let posts = posts_of(tx, space, unit.id)?;
    Ok(posts.get(&(role.to_owned(), number)).map(|(record, _)| *record))
}

fn post_of(state: &State) -> Post {
    Post::of(&GroupView::alone(state))
}

/// What a field of a record shows.
pub(super) fn value<'a>(state: &'a State, field: &str) -> Option<&'a Value> {
    show(&state.fields.get(field)?.heads, Policy::Review)?.value
}

fn view(unit: &UnitRow, record: Option<RecordId>, post: Post, day: i64) -> PostView {
    PostView {
        record,
        unit: unit.id,
        unit_code: unit.code.clone(),
        unit_name: unit.name.clone(),
        filled: post.is_filled(day),
        role: post.role,
        number: post.number,
        name: post.name,
        phone: post.phone,
        from: post.from,
        until: post.until,
    }
}
