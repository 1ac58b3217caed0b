//! Posts kept by a supervisor: opened, filled, vacated.
//!
//! Owns finding the post of a unit by its role and number. Refuses to judge who may. Invariant: a post that is here is
//! edited; only one that is not is opened.

use crate::answer::Answer;
use crate::args::{PostVerb, PostWhich};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::{find, typed};
use gridwalk_model::command::{Command, EditRecord, Edits, OpenPost};
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::{RecordId, UnitId, Value};

/// Does what is asked of a post.
pub fn run(phone: &Phone<'_>, verb: &PostVerb) -> Result<Answer, Failure> {
    match verb {
        PostVerb::Set { which, edits } => {
            let edits = typed::edits(phone, Kind::Post, edits)?;
            let (unit, role, known) = known(phone, which)?;
            match known {
                Some(post) => edit(phone, post, edits),
                None => open(phone, unit, edits.put("role", role).put("number", which.number)),
            }
        }
        PostVerb::Vacate { which, until } => {
            let (_, _, known) = known(phone, which)?;
            let post = known.ok_or_else(|| Failure::not_found(&which.role))?;
            let today = Value::Int(phone.reader()?.actor.today());
            let day = until.as_deref().map(|text| typed::value(phone, Shape::Date, text)).transpose()?;
            edit(phone, post, Edits::none().put("until", day.unwrap_or(today)))
        }
    }
}

/// The unit, the role's code, and the post if it is here.
fn known(phone: &Phone<'_>, which: &PostWhich) -> Result<(UnitId, String, Option<RecordId>), Failure> {
    let unit = find::unit(phone, &which.unit)?;
    let shape = Kind::Post.table().field("role").map(|field| field.shape);
    let role = shape.map(|shape| typed::value(phone, shape, &which.role)).transpose()?;
    let role = role.as_ref().and_then(Value::as_text).unwrap_or(&which.role).to_owned();
    let posts = phone.reader()?.posts(Some(unit), false)?;
    let here = posts.iter().filter(|of| of.unit == unit).flat_map(|of| &of.posts);
    let post = here.filter(|post| post.role == role && post.number == which.number).find_map(|post| post.record);
    Ok((unit, role, post))
}

fn open(phone: &Phone<'_>, unit: UnitId, edits: Edits) -> Result<Answer, Failure> {
    let record = phone.notebook.new_record()?;
    super::saved::execute(phone, &Command::OpenPost(OpenPost { record, unit, edits }))
}

fn edit(phone: &Phone<'_>, post: RecordId, edits: Edits) -> Result<Answer, Failure> {
    let (record, basis, also) = super::saved::bases(phone, post, None)?;
    super::saved::execute(phone, &Command::EditRecord(EditRecord { record, basis, also, edits }))
}
