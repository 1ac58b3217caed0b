//! `backup`: a checked copy of the database.
//!
//! Owns the verb. Refuses to write over a file. Invariant: only after the copy was checked do phones hear that what it
//! holds is safe.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::ServerError;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server backup gridwalk-backup.db

To put a backup back: stop the server, put the copy into the folder as gridwalk.db (without gridwalk.db-wal and
gridwalk.db-shm), and start with: gridwalk-server serve --restored")]
pub struct Args {
    /// The copy 备份文件
    file: PathBuf,
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let file = context.input.from.join(&args.file);
    if file.exists() {
        let taken = std::io::Error::new(std::io::ErrorKind::AlreadyExists, format!("{}: exists", file.display()));
        return Err(context.failure(&ServerError::File(taken)));
    }
    context.admin.server().back_up(&file).map_err(|e| context.failure(&e))?;
    let file = file.display().to_string();
    Ok(Reply::new(context.language.say("say.backed_up", &[("file", &file)]), json!({ "file": file })))
}
