//! `backup`: a checked copy of the database.
//!
//! Owns the verb. Refuses to write over a file. Invariant: only after the copy was checked do phones hear that what it
//! holds is safe.

use super::Context;
use super::reply::{Failure, Reply, about};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server backup gridwalk-backup.db

Pictures are put beside it, into gridwalk-backup.db-pictures: take a new name for the database each time, and that folder's
name for the next one's, if only new pictures are to be copied.

To put a backup back: stop the server, put the copy into the folder as gridwalk.db (without gridwalk.db-wal and
gridwalk.db-shm), the folder beside it as pictures, gridwalk.seal from where you keep it (gridwalk-server seal export), and start
with: gridwalk-server serve --restored

No backup holds gridwalk.seal, under which the server's own key lies sealed: without it a backup does not start
备份不含 gridwalk.seal；恢复时须放回该文件，请用 seal export 另行保存.")]
pub struct Args {
    /// The copy 备份文件
    file: PathBuf,
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let file = context.input.from.join(&args.file);
    make_private(&file).map_err(|e| context.failure(&about(&file, &e)))?;
    if let Err(error) = context.admin.server().back_up(&file) {
        // What is left of a copy that failed is no backup.
        let _left = std::fs::remove_file(&file);
        return Err(context.failure(&error));
    }
    let file = file.display().to_string();
    let head = context.admin.server().audit_head().map_err(|e| context.failure(&e))?.map(|head| head.to_string());
    let text = context.language.say("say.backed_up", &[("file", &file)]);
    let text = head.iter().fold(text, |text, head| format!("{text}\n{head}"));
    let exported = context.admin.is_seal_exported().map_err(|e| context.failure(&e))?;
    let seal = if exported { "say.backup_sealed" } else { "say.backup_seal_unkept" };
    let text = format!("{text}\n{}", context.language.word(seal));
    Ok(Reply::new(text, json!({ "file": file, "head": head, "seal_exported": exported })))
}

/// A new file that only its owner may read: the copy holds what everybody typed.
fn make_private(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}
