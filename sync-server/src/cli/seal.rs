//! `seal`: the key under which secrets lie in the database.
//!
//! Owns the verb. Refuses to show a key. Invariant: after it nothing is sealed under an older key.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::sealing;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server seal rotate
  gridwalk-server seal rotate --by li

The key lies in gridwalk.seal beside the database, and in no backup: keep a copy of that file apart from the backups. Without it a
backup that was put back works, and whoever had a second factor sets up another one.
密钥文件 gridwalk.seal 与数据库同目录，不在备份之中：请另行保存，不要与备份放在一起。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Take another key, and seal everything anew under it 更换封存密钥
    Rotate {
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let Act::Rotate { by } = &args.act;
    super::acting(context, by.as_deref())?.rotate_seal().map_err(|e| context.failure(&e))?;
    let text = context.language.say("say.seal_rotated", &[("file", sealing::FILE)]);
    Ok(Reply::new(text, json!({ "rotated": sealing::FILE })))
}
