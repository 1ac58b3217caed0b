//! `oidc`: an office's own provider of logins.
//!
//! Owns the verb. Refuses to show the secret. Invariant: each part is one act with one row in the audit.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::ServerError;
use gridwalk_server::login::oidc::{BACK_PATH, Settings};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server oidc set --issuer https://sso.example --client gridwalk --address https://grid.example --secret-stdin
  gridwalk-server oidc show
  gridwalk-server user oidc zhang --subject 8f14e45f
  gridwalk-server oidc off")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Set the provider 设置统一认证
    Set {
        /// The provider's address, as it names itself 认证服务地址
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// What this server is called there 客户端标识
        #[arg(long)]
        client: String,
        /// The address at which browsers reach this server 本服务器地址
        #[arg(long, value_name = "URL")]
        address: String,
        /// Take the client's secret from the standard input 从标准输入读客户端密钥
        #[arg(long, required = true)]
        secret_stdin: bool,
        /// An intranet's own authority that vouches for the provider, PEM 内网证书颁发机构
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
    /// Show the provider 查看统一认证
    Show,
    /// No provider any more 停用统一认证
    Off,
}

impl Args {
    pub(super) const fn wants_secret(&self) -> bool {
        matches!(self.act, Act::Set { .. })
    }

    pub(super) fn files(&self) -> Vec<&Path> {
        if let Act::Set { ca: Some(ca), .. } = &self.act { vec![ca] } else { Vec::new() }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::Set { issuer, client, address, .. } => set(context, issuer, client, address),
        Act::Show => show(context),
        Act::Off => {
            context.admin.set_oidc(None).map_err(|e| context.failure(&e))?;
            Ok(Reply::new(context.language.word("say.oidc_off"), json!({ "issuer": Value::Null })))
        }
    }
}

fn set(context: &Context<'_>, issuer: &str, client: &str, address: &str) -> Result<Reply, Failure> {
    let refused = |code| context.failure(&ServerError::Refused(code));
    let pem = |text: &String| {
        let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
        String::from_utf8(bytes).ok()
    };
    let authority_pem = match context.input.files.first() {
        Some(file) => Some(pem(file).ok_or_else(|| refused("oidc_authority"))?),
        None => None,
    };
    let secret = context.input.line.clone().unwrap_or_default();
    let (issuer, client, address) = (issuer.to_owned(), client.to_owned(), address.trim_end_matches('/').to_owned());
    let settings = Settings { issuer, client, secret, address, authority_pem };
    context.admin.set_oidc(Some(&settings)).map_err(|e| context.failure(&e))?;
    Ok(told(context, &settings))
}

fn show(context: &Context<'_>) -> Result<Reply, Failure> {
    let settings = context.admin.oidc().map_err(|e| context.failure(&e))?;
    let none = || Reply::new(context.language.word("say.oidc_off"), json!({ "issuer": Value::Null }));
    Ok(settings.map_or_else(none, |settings| told(context, &settings)))
}

fn told(context: &Context<'_>, settings: &Settings) -> Reply {
    let back = format!("{}{BACK_PATH}", settings.address);
    let text = context.language.say("say.oidc", &[("issuer", &settings.issuer), ("back", &back)]);
    let json = json!({ "issuer": settings.issuer, "client": settings.client, "back": back });
    Reply::new(text, json)
}

/// A person at the provider is an account from now on, or no more.
pub(super) fn link(
    context: &Context<'_>,
    login: &str,
    subject: Option<&str>,
    by: Option<&str>,
) -> Result<Reply, Failure> {
    let admin = super::acting(context, by)?;
    let Some(subject) = subject else {
        let count = admin.unlink_oidc(login).map_err(|e| context.failure(&e))?;
        let text = context.language.say("say.oidc_unlinked", &[("login", login), ("count", &count.to_string())]);
        return Ok(Reply::new(text, json!({ "login": login, "unlinked": count })));
    };
    admin.link_oidc(login, subject).map_err(|e| context.failure(&e))?;
    let text = context.language.say("say.oidc_linked", &[("login", login), ("subject", subject)]);
    Ok(Reply::new(text, json!({ "login": login, "subject": subject })))
}
