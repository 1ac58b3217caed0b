//! `left-over`: what a revoked phone handed over before it was purged.
//!
//! Owns the verb. Refuses to open one for nobody: the audit names who looked. Invariant: what is shown is all that was
//! handed over; it stays as it is.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_model::change::SealedChange;
use gridwalk_model::hash::Hash;
use gridwalk_model::op::Op;
use gridwalk_model::picture::Media;
use gridwalk_server::ServerError;
use gridwalk_server::page::moment;
use gridwalk_sync::handover::{LeftChange, LeftDraft, LeftPicture};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server audit list --last 200                  # `handed_over` names each by its seal 封条见审计
  gridwalk-server left-over SEAL --by zhang
  gridwalk-server left-over SEAL --by zhang --json
  gridwalk-server left-over SEAL --by zhang --pictures left

It shows what was typed, to whoever --by names; the audit keeps that they looked. 查看留有审计记录。")]
pub struct Args {
    /// The hash of the seal 封条
    seal: String,
    /// Login of who looks 查看人
    #[arg(long)]
    by: String,
    /// Put its pictures into this folder 照片存入此文件夹
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let opened = || {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(args.seal.trim().as_bytes()).unwrap_or_default();
        let seal = Hash::from_slice(&bytes).ok_or(ServerError::NotFound("hand-over"))?;
        let by = context.admin.server().read(|r| r.tx.account_by_login(args.by.trim()))?;
        let by = by.ok_or(ServerError::NotFound("account"))?;
        context.admin.clone().acting_as(by.id).left_over(seal)
    };
    let left = opened().map_err(|e| context.failure(&e))?;
    let (changes, drafts) = (left.changes.iter().map(change), left.drafts.iter().map(draft));
    let pictures = left.pictures.iter().map(picture);
    let rows: Vec<(String, Value)> = changes.chain(drafts).chain(pictures).collect();
    if let Some(folder) = &args.pictures {
        let folder = context.input.from.join(folder);
        let put = || {
            std::fs::create_dir_all(&folder)?;
            left.pictures.iter().try_for_each(|p| std::fs::write(folder.join(file_name(p)), &p.bytes))
        };
        put().map_err(|e| context.failure(&ServerError::File(e)))?;
    }
    let lines: Vec<&str> = rows.iter().map(|(line, _)| line.as_str()).collect();
    let json = json!({ "device": left.device, "left": rows.iter().map(|(_, row)| row).collect::<Vec<_>>() });
    Ok(Reply::new(lines.join("\n"), json))
}

/// A change, from wherever on the phone it stood; one that cannot be read is shown as its bytes.
fn change(left: &LeftChange) -> (String, Value) {
    let Ok(sealed) = SealedChange::open(&left.body) else {
        let hex = data_encoding::HEXLOWER.encode(&left.body);
        return (format!("{}\t{hex}", left.list), json!({ "list": left.list, "bytes": hex }));
    };
    let (name, change) = (sealed.name().to_string(), &sealed.change);
    let typed: Vec<String> = change.ops.iter().map(operation).collect();
    let head = format!("{}\t{name}\t{}\t{}", left.list, change.record, change.kind);
    let line = format!("{head}\t{}\t{}", moment(change.typed_at), typed.join("; "));
    let row = json!({
        "list": left.list, "name": name, "space": change.space, "record": change.record, "kind": change.kind,
        "typed_at": change.typed_at, "operations": typed,
    });
    (line, row)
}

fn operation(op: &Op) -> String {
    format!("{op:?}")
}

/// A form that was open.
fn draft(left: &LeftDraft) -> (String, Value) {
    let line = format!("draft\t{}\t{}\t{}", left.record, left.kind, left.content);
    let row = json!({
        "list": "draft", "space": left.space, "record": left.record, "kind": left.kind, "content": left.content,
    });
    (line, row)
}

/// What a picture is called outside: its content's hash, with the ending of what it is.
fn file_name(left: &LeftPicture) -> String {
    let ending = Media::sniff(&left.bytes).map_or("bin", |media| if media == Media::Png { "png" } else { "jpg" });
    format!("{}.{ending}", Hash::of_content(&left.bytes))
}

/// A picture that the server was not given.
fn picture(left: &LeftPicture) -> (String, Value) {
    let (name, size) = (file_name(left), left.bytes.len());
    let line = format!("picture\t{}\t{name}\t{size}", left.record);
    (line, json!({ "list": "picture", "space": left.space, "record": left.record, "file": name, "size": size }))
}
