//! Pictures: attached, listed, written to a file, taken away.

use super::saved;
use crate::answer::Answer;
use crate::args::{PictureAdd, PictureOf, PictureOne, PictureSave, PictureVerb};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::{card_text, find, typed};
use gridwalk_app::read::PictureLine;
use gridwalk_model::command::{Command, EditRecord, Edits};
use gridwalk_model::hash::Hash;
use gridwalk_model::kind::Kind;
use gridwalk_model::{RecordId, Timestamp, limits};
use serde_json::json;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// One of the verbs on pictures.
pub async fn run(phone: &Phone<'_>, verb: &PictureVerb) -> Result<Answer, Failure> {
    match verb {
        PictureVerb::Add(args) => add(phone, args),
        PictureVerb::List(args) => list(phone, args),
        PictureVerb::Save(args) => save(phone, args).await,
        PictureVerb::Remove(args) => remove(phone, args),
    }
}

/// A file that cannot be read.
pub fn told(file: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |e| Failure::of("file", 7).with("what", file.display().to_string()).because(&e)
}

/// Keeps files and attaches them to what is about to be saved.
pub fn attached(
    phone: &Phone<'_>,
    edits: Edits,
    files: &[PathBuf],
    taken_at: Option<Timestamp>,
) -> Result<Edits, Failure> {
    files.iter().try_fold(edits, |edits, file| {
        let mut bytes = Vec::new();
        // One byte more than may be: the refusal says that it is too large, without reading the rest.
        let most = limits::PICTURE_BYTES_MAX as u64 + 1;
        File::open(file).and_then(|open| open.take(most).read_to_end(&mut bytes)).map_err(told(file))?;
        let kept = phone.notebook.keep_picture(&bytes, taken_at).map_err(|e| Failure::from(e).about_file(file))?;
        Ok(edits.attach(kept))
    })
}

/// Attaches a file to a record, and says by what its content is known.
pub fn attach(phone: &Phone<'_>, record: RecordId, file: &Path) -> Result<Hash, Failure> {
    let edits = attached(phone, Edits::none(), &[file.to_path_buf()], None)?;
    let kept = edits.attach.last().map(|picture| picture.hash);
    edit(phone, record, None, edits)?;
    kept.ok_or_else(|| Failure::of("no_such_picture", 4))
}

fn bearing(phone: &Phone<'_>, named: &str) -> Result<RecordId, Failure> {
    let kinds: Vec<&str> = Kind::ALL.iter().filter(|kind| kind.bears_pictures()).map(|kind| kind.name()).collect();
    find::record(phone, named, &kinds)
}

fn edit(phone: &Phone<'_>, record: RecordId, basis: Option<&str>, edits: Edits) -> Result<Answer, Failure> {
    let (record, basis, also) = saved::bases(phone, record, basis)?;
    saved::execute(phone, &Command::EditRecord(EditRecord { record, basis, also, edits }))
}

fn add(phone: &Phone<'_>, args: &PictureAdd) -> Result<Answer, Failure> {
    let record = bearing(phone, &args.record)?;
    let moment = |text: &str| typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text));
    let taken = args.taken.as_deref().map(moment).transpose()?;
    let edits = attached(phone, Edits::none(), &args.files, taken)?;
    edit(phone, record, args.basis.as_deref(), edits)
}

fn list(phone: &Phone<'_>, args: &PictureOf) -> Result<Answer, Failure> {
    let lines = phone.reader()?.pictures(bearing(phone, &args.record)?)?;
    let text: Vec<String> = lines.iter().map(|line| card_text::picture(phone.words, line)).collect();
    let text = if text.is_empty() { phone.words.get("cli.nothing").to_owned() } else { text.join("\n") };
    Ok(Answer::new(text, &lines))
}

fn one(phone: &Phone<'_>, named: &str, n: usize) -> Result<(RecordId, PictureLine), Failure> {
    let record = bearing(phone, named)?;
    let found = phone.reader()?.pictures(record)?.into_iter().find(|line| line.n == n);
    found.map(|line| (record, line)).ok_or_else(|| Failure::of("no_such_picture", 4).with("what", n.to_string()))
}

/// Writes a picture to a file; one that is not here is asked of the server while there is a line.
async fn save(phone: &Phone<'_>, args: &PictureSave) -> Result<Answer, Failure> {
    let (record, line) = one(phone, &args.record, args.n)?;
    let here = match phone.notebook.picture(record, &line.picture)? {
        Some(bytes) => Some(bytes),
        None if phone.notebook.is_training() => None,
        None => {
            let transport = phone.transport(&phone.enrolment()?.address)?;
            match phone.notebook.fetched_picture(&*transport, record, &line.picture).await {
                Err(e) if e.is_transient() => None,
                here => here?,
            }
        }
    };
    let bytes = here.ok_or_else(|| Failure::of("picture_not_here", 4).with("what", args.n.to_string()))?;
    let mut options = File::options();
    options.write(true).create_new(true);
    options.open(&args.file).and_then(|mut out| out.write_all(&bytes)).map_err(told(&args.file))?;
    let text = format!("✔ {}  {}", args.file.display(), card_text::picture(phone.words, &line).trim());
    Ok(Answer::new(text, &json!({ "file": args.file, "picture": line })))
}

/// Takes a picture away from each record of the group on the screen that bears it.
fn remove(phone: &Phone<'_>, args: &PictureOne) -> Result<Answer, Failure> {
    let (record, line) = one(phone, &args.record, args.n)?;
    edit(phone, record, None, Edits { detach: vec![line.picture.to_value()], ..Edits::none() })
}
