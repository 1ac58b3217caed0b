//! The phone: a folder with a database and a vault, open for one verb.
//!
//! Owns how a folder becomes a notebook and how a server is reached. Refuses to know verbs. Invariant: a folder is made
//! by `enrol` only, so that a slip in `--phone` is told and makes no second phone.

use crate::args::Args;
use crate::card_text;
use crate::failure::Failure;
use crate::words::Words;
use gridwalk_app::read::Reader;
use gridwalk_app::{
    Enrolment, FileVault, HttpOptions, HttpTransport, Notebook, NotebookOptions, OsIds, Pins, SystemClock, Transport,
};
use gridwalk_model::AccountId;
use gridwalk_model::command::Command;
use gridwalk_model::id::DraftId;
use gridwalk_model::kind::{Kind, Shape};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;

/// The database's file in the folder.
const DATABASE: &str = "phone.db";
/// The vault's folder in the folder.
const VAULT: &str = "keys";
/// The folder of the made-up street in the folder, and what it is called until it is whole.
const TRAINING: &str = "training";
const MAKING_TRAINING: &str = "training.part";
/// Where it is kept that http:// to other machines was allowed at enrolment.
const PLAIN_HTTP: &str = "plain-http";

/// A phone, open.
pub struct Phone<'a> {
    /// The app.
    pub notebook: Arc<Notebook>,
    /// The words.
    pub words: &'a Words,
    plain_http: bool,
}

impl<'a> Phone<'a> {
    /// Whether somebody practises: then every verb means the made-up street.
    pub fn is_in_training(args: &Args) -> bool {
        args.phone.join(TRAINING).join(DATABASE).exists()
    }

    /// Makes the made-up street, beside the phone's own folder's content. One that was cut off in the making is removed.
    pub fn begin_training(args: &Args, words: &'a Words, name: &str) -> Result<(), Failure> {
        let (making, folder) = (args.phone.join(MAKING_TRAINING), args.phone.join(TRAINING));
        let told = |e: std::io::Error| Failure::of("folder", 7).with("what", e.to_string());
        if making.exists() {
            std::fs::remove_dir_all(&making).map_err(told)?;
        }
        let phone = Self::open_in(&making, words)?;
        phone.notebook.begin_training(name)?;
        drop(phone);
        std::fs::rename(&making, &folder).map_err(told)
    }

    /// Removes the made-up street.
    pub fn end_training(args: &Args) -> Result<(), Failure> {
        let folder = args.phone.join(TRAINING);
        gridwalk_app::wipe::wipe(&folder.join(DATABASE), &FileVault::new(folder.join(VAULT)))?;
        std::fs::remove_dir_all(&folder).map_err(|e| Failure::of("folder", 7).with("what", e.to_string()))
    }

    /// Opens the made-up street if somebody practises, else the phone.
    pub fn open_for_work(args: &Args, words: &'a Words) -> Result<Self, Failure> {
        if Self::is_in_training(args) {
            Self::open_in(&args.phone.join(TRAINING), words)
        } else {
            Self::open(args, words)
        }
    }

    /// Opens the folder that the arguments name.
    pub fn open(args: &Args, words: &'a Words) -> Result<Self, Failure> {
        if !args.phone.join(DATABASE).exists() {
            return Err(Failure::of("no_phone", 5).with("what", args.phone.display().to_string()));
        }
        Self::open_or_make(args, words)
    }

    /// Opens the folder, makes it if it is not there.
    pub fn open_or_make(args: &Args, words: &'a Words) -> Result<Self, Failure> {
        Self::open_in(&args.phone, words)
    }

    fn open_in(folder: &Path, words: &'a Words) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::of("folder", 7).with("what", folder.display().to_string()).because(&e))?;
        let notebook = Notebook::open(NotebookOptions {
            path: folder.join(DATABASE),
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(OsIds),
            keys: Arc::new(FileVault::new(folder.join(VAULT))),
        })?;
        let plain_http = folder.join(PLAIN_HTTP).exists();
        Ok(Self { notebook: Arc::new(notebook), words, plain_http })
    }

    /// Closes the notebook and removes all of it; the folder stays.
    pub fn close_and_wipe(self, args: &Args) -> Result<(), Failure> {
        drop(self.notebook);
        let vault = FileVault::new(args.phone.join(VAULT));
        Ok(gridwalk_app::wipe::wipe(&args.phone.join(DATABASE), &vault)?)
    }

    /// Remembers that http:// to other machines is allowed.
    pub fn allow_plain_http(&mut self, args: &Args) -> Result<(), Failure> {
        let file = args.phone.join(PLAIN_HTTP);
        let told = |e: std::io::Error| Failure::of("folder", 7).with("what", file.display().to_string()).because(&e);
        std::fs::write(&file, "").map_err(told)?;
        self.plain_http = true;
        Ok(())
    }

    /// The way to a server.
    pub fn transport(&self, address: &str) -> Result<Arc<dyn Transport>, Failure> {
        let notebook = Arc::downgrade(&self.notebook);
        let pins = move || notebook.upgrade().and_then(|n| n.enrolment()).map_or(Vec::new(), |e| e.pins());
        self.way_to(address, Pins::told_by(pins))
    }

    /// The way to a server that has one of these keys.
    pub fn way_to(&self, address: &str, pins: Pins) -> Result<Arc<dyn Transport>, Failure> {
        let options = HttpOptions { allow_plain: self.plain_http, pins, ..HttpOptions::default() };
        let transport = HttpTransport::new(address, &options).map_err(gridwalk_app::AppError::from)?;
        Ok(Arc::new(transport))
    }

    /// Who this phone is.
    pub fn enrolment(&self) -> Result<Arc<Enrolment>, Failure> {
        self.notebook.enrolment().ok_or_else(|| gridwalk_app::AppError::NotEnrolled.into())
    }

    /// What a person is called, or what tells them from others.
    pub fn person(&self, account: AccountId) -> Result<String, Failure> {
        let name = self.notebook.store().person(account)?;
        Ok(card_text::person(self.words, name.as_deref(), account))
    }

    /// What a value of a field says, with what it stands for.
    pub fn field_text(&self, kind: &str, field: &str, value: &Json) -> Result<String, Failure> {
        let table = Kind::from_name(kind).map(Kind::table);
        let shape = table.and_then(|t| t.field(field).or_else(|| t.set(field))).map(|f| f.shape);
        let code_set = if let Some(Shape::Code(set)) = shape { Some(set.name()) } else { None };
        let named = if shape.is_some() { self.reader()?.named(shape, value)? } else { None };
        let of = (shape.map_or("", Shape::name), code_set);
        Ok(card_text::of_field(self.words, field, of, value, named.as_ref()))
    }

    /// Reads screens.
    pub fn reader(&self) -> Result<Reader<'_>, Failure> {
        Ok(self.notebook.reader()?)
    }

    /// Does what a person wants.
    pub fn execute(&self, command: &Command) -> Result<gridwalk_app::Changed, Failure> {
        Ok(self.notebook.execute(command)?)
    }

    /// The same with what was typed into an open form.
    pub fn execute_in(&self, command: &Command, form: Option<DraftId>) -> Result<gridwalk_app::Changed, Failure> {
        Ok(self.notebook.execute_in(command, form)?)
    }
}
