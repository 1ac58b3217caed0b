//! `seal`: the key under which secrets lie in the database.
//!
//! Owns the verb. Refuses to show a key. Invariant: after it nothing is sealed under an older key.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::{ServerError, sealing};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server seal rotate
  gridwalk-server seal rotate --by li
  gridwalk-server seal export /mnt/safe/gridwalk.seal
  gridwalk-server seal lost --sure

The key lies in gridwalk.seal beside the database, and in no backup: keep a copy of that file apart from the backups, made by
export, and put it beside the database when a backup is put back. Without it the server does not start: its own signing key is
sealed under it. Only if no copy is left: lost makes a new signing key; then the certificate is made anew (tls make), posters are
hung anew, second factors are reset, and every phone is enrolled anew, which keeps what was typed on it.
密钥文件 gridwalk.seal 与数据库同目录，不在备份之中：请用 export 另存，不要与备份放在一起；恢复备份时放回数据库旁，缺少时服务器
不能启动。确无副本时才用 lost 换新签名密钥：须重新生成证书、更换海报、重置第二因素，并重新登记每部手机（手机上已填内容不丢失）。")]
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
    /// Copy the key's file, to be kept apart from the backups 另存封存密钥
    Export {
        /// The copy 文件
        file: PathBuf,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// No copy of the key is left: go on with a new signing key 封存密钥已丢失
    Lost {
        /// All phones must be enrolled anew 确认
        #[arg(long, required = true)]
        sure: bool,
    },
}

impl Args {
    /// Whether the server is to be opened although nothing opens its seal.
    pub(super) const fn without_seal(&self) -> bool {
        matches!(self.act, Act::Lost { .. })
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let language = context.language;
    match &args.act {
        Act::Rotate { by } => {
            super::acting(context, by.as_deref())?.rotate_seal().map_err(|e| context.failure(&e))?;
            let text = language.say("say.seal_rotated", &[("file", sealing::FILE)]);
            Ok(Reply::new(text, json!({ "rotated": sealing::FILE })))
        }
        Act::Export { file, by } => {
            let file = context.input.from.join(file);
            super::acting(context, by.as_deref())?.export_seal(&file).map_err(|e| context.failure(&e))?;
            let file = file.display().to_string();
            Ok(Reply::new(language.say("say.seal_exported", &[("file", &file)]), json!({ "exported": file })))
        }
        // It was opened with a new key already; a server that runs has its own.
        Act::Lost { .. } if context.relayed => Err(context.failure(&ServerError::Refused("seal_not_lost"))),
        Act::Lost { .. } => Ok(Reply::new(language.word("say.seal_lost"), json!({ "new_key": true }))),
    }
}
