//! Posts: opened, filled and vacated below units, each as a change to the post's record in the space of the tree.
//!
//! Owns which post a role and a number name, and which post an account's role fills. Refuses to give rights: a post is no
//! grant. Invariant: a post that was
//! opened stays when its holder goes, so that it is told as empty.

use super::{Admin, place, power, reference_space, unit};
use crate::error::{Result, ServerError};
use crate::server::Server;
use crate::store::{Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::post::{self, Post};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::role::Role;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::view::GroupView;
use gridwalk_model::wish::Wish;
use std::collections::BTreeMap;

/// The value that says that accounts which had their roles before fill their posts.
const FILLED: &str = "accounts fill posts";

/// A post as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PostView {
    /// Its record; none of a post that a grid of its kind has and nobody opened.
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
        self.act_by(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            power::fills_posts(&w.reading(), self.by, unit.id)?;
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
        self.act_by(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            power::fills_posts(&w.reading(), self.by, unit.id)?;
            let space = reference_space(w.tx)?.id;
            let record = find(w.tx, space, &unit, role, number)?.ok_or(ServerError::NotFound("post"))?;
            let day = until.unwrap_or(w.now.china_day());
            unit::write_record(w, self.author(), Kind::Post, record, unit.id, &[Wish::put("until", day)])?;
            w.audit(self.by, "post_vacated", &format!("{} {role} {number}", unit.id))?;
            let state = state_of(w.tx, space, record)?.ok_or(ServerError::NotFound("post"))?;
            Ok(view(&unit, Some(record), post_of(&state), w.now.china_day()))
        })
    }

    /// Posts of a unit and of all below it, or of all units, by the codes of units; a grid in which nobody opened a post
    /// that grids of its kind have is told with an empty one, and a unit that is no more not at all.
    pub fn posts(&self, below: Option<&str>) -> Result<Vec<PostView>> {
        let mut units = self.units(below)?;
        units.sort_by(|a, b| a.code.cmp(&b.code));
        self.server.read(|r| {
            let (space, day) = (reference_space(r.tx)?.id, r.now.china_day());
            let mut views = Vec::new();
            for unit in &units {
                let state = state_of(r.tx, space, unit.id.record())?;
                let says = |field: &str| state.as_ref()?.value(field);
                let until = says("valid_to").and_then(Value::as_int);
                if until.is_some_and(|until| until <= day) {
                    continue;
                }
                let posts = posts_of(r.tx, space, unit.id)?;
                if unit.level == Level::Grid.name() {
                    let kind = says("kind").and_then(Value::as_text);
                    let unopened = Post::unopened(kind, posts.keys().map(|(role, _)| role.as_str()));
                    views.extend(unopened.into_iter().map(|post| view(unit, None, post, day)));
                }
                views.extend(posts.into_values().map(|(record, post)| view(unit, Some(record), post, day)));
            }
            Ok(views)
        })
    }
}

/// The number of the post of a role in a unit that somebody of this name fills.
pub(crate) fn held(tx: &dyn Tx, unit: UnitId, role: &str, name: &str) -> Result<Option<i64>> {
    let posts = posts_of(tx, reference_space(tx)?.id, unit)?;
    let is_theirs = |post: &Post| post.name.as_deref() == Some(name) && post.until.is_none();
    Ok(posts.into_iter().find(|((of, _), (_, post))| of == role && is_theirs(post)).map(|((_, number), _)| number))
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

/// An account came to have a role in a unit: in a grid it fills the role's post, the first that nobody holds, or one more.
/// True if a post was opened, false if one was filled or its number told, none if nothing was to be said. Posts that
/// somebody else was said to fill stay.
pub(crate) fn came(
    w: &Writing<'_>,
    by: Option<AccountId>,
    (account, role): (AccountId, &str),
    unit: UnitId,
    phone: Option<&str>,
) -> Result<Option<bool>> {
    let Some((unit, role)) = of_grid(w.tx, unit, role)? else { return Ok(None) };
    let name = w.tx.account(account)?.ok_or(ServerError::NotFound("account"))?.name;
    let (space, day) = (reference_space(w.tx)?.id, w.now.china_day());
    let posts = posts_of(w.tx, space, unit.id)?;
    let of_role = posts.iter().filter(|((of, _), _)| of == role).map(|((_, number), (record, post))| {
        let is_its = post.account == Some(account) || (post.account.is_none() && post.name.as_deref() == Some(&name));
        (*number, *record, post, is_its)
    });
    let own = of_role.clone().find(|(_, _, post, is_its)| *is_its && post.until.is_none());
    let free = |post: &Post| !post.is_filled(day) && post.from.is_none_or(|from| from <= day);
    let found = own.or_else(|| of_role.clone().find(|(_, _, post, is_its)| *is_its || free(post)));
    let mut wishes = vec![Wish::put("name", name.as_str()), Wish::put(post::ACCOUNT, RecordId(account.0))];
    wishes.extend(phone.map(|phone| Wish::put("phone", phone)));
    let record = if let Some((_, record, post, is_its)) = found {
        let says = post.account == Some(account) && post.name.as_deref() == Some(&name) && post.until.is_none();
        if says && phone.is_none_or(|phone| post.phone.as_deref() == Some(phone)) {
            return Ok(None);
        }
        wishes.extend(over(post, is_its, phone.is_some()));
        record
    } else {
        let number = of_role.map(|(number, ..)| number).max().unwrap_or(0) + 1;
        wishes.extend([Wish::put(PARENT, unit.id.record()), Wish::put("role", role), Wish::put("number", number)]);
        w.running.options.ids.record(w.now)
    };
    unit::write_record(w, by.unwrap_or_default(), Kind::Post, record, unit.id, &wishes)?;
    Ok(Some(found.is_none()))
}

/// What a post says no more when somebody fills it anew: its end, and what was of who was there before.
fn over(post: &Post, is_its: bool, has_phone: bool) -> impl Iterator<Item = Wish> {
    let phone = Some("phone").filter(|_| !is_its && !has_phone && post.phone.is_some());
    let from = Some("from").filter(|_| !is_its && post.from.is_some());
    let until = Some("until").filter(|_| post.until.is_some());
    [phone, from, until].into_iter().flatten().map(Wish::clear)
}

/// An account has a role in a unit no more: the post that it filled there is empty from today.
pub(crate) fn left(
    w: &Writing<'_>,
    by: Option<AccountId>,
    (account, role): (AccountId, &str),
    unit: UnitId,
) -> Result<()> {
    let Some((unit, role)) = of_grid(w.tx, unit, role)? else { return Ok(()) };
    let (space, day) = (reference_space(w.tx)?.id, w.now.china_day());
    for ((of, _), (record, post)) in posts_of(w.tx, space, unit.id)? {
        if of == role && post.account == Some(account) && post.until.is_none_or(|until| until > day) {
            unit::write_record(w, by.unwrap_or_default(), Kind::Post, record, unit.id, &[Wish::put("until", day)])?;
        }
    }
    Ok(())
}

/// The grid and the post that a role of an account there fills; none for other units and other roles.
fn of_grid(tx: &dyn Tx, unit: UnitId, role: &str) -> Result<Option<(UnitRow, &'static str)>> {
    let Some(role) = Role::from_name(role).and_then(post::filled_by) else { return Ok(None) };
    let unit = tx.unit(unit)?.filter(|unit| unit.level == Level::Grid.name());
    Ok(unit.map(|unit| (unit, role)))
}

/// Whether a post's record says that somebody fills it on a day.
pub(super) fn is_filled(state: &State, day: i64) -> bool {
    post_of(state).is_filled(day)
}

/// Fills the posts of accounts that had their roles before accounts filled posts: once, after an upgrade.
pub(crate) fn fill(server: &Server) -> Result<()> {
    if server.read(|r| Ok(r.tx.meta(FILLED)?.is_some()))? {
        return Ok(());
    }
    server.write(|w| {
        for account in w.tx.granted_accounts()? {
            for grant in w.tx.grants(account)?.into_iter().filter(|grant| grant.until.is_none()) {
                came(w, None, (account, &grant.role), grant.unit, None)?;
            }
        }
        w.tx.meta_set(FILLED, &[1])
    })
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
