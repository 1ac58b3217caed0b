//! `init`: a server in a folder.
//!
//! Owns the verb. Refuses to touch a folder that has a server. Invariant: a password that was made up is shown once.

use super::reply::{Failure, Reply};
use super::{Context, Input};
use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::ServerError;
use gridwalk_server::admin::{InitPlan, NewAccount, Password};
use gridwalk_server::tls::checked_names;
use gridwalk_server::words::Language;
use serde_json::json;
use std::path::Path;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server init --county 330402 --county-name 南湖区 --admin li
  gridwalk-server init --folder data --county 3304 --admin li --admin-name 李四
  gridwalk-server init --county 330402 --admin li --name 10.0.0.7 --address https://10.0.0.7:8443
  printf 'a long password\\n' | gridwalk-server init --county 330402 --admin li --password-stdin")]
pub struct Args {
    /// Code of the county (6 digits) or city (4 digits) 县（区）或市代码
    #[arg(long, value_name = "CODE")]
    county: String,
    /// Name of the county; an import gives it otherwise 县（区）名称
    #[arg(long, value_name = "NAME")]
    county_name: Option<String>,
    /// Name of the city; an import gives it otherwise 市名称
    #[arg(long, value_name = "NAME")]
    city_name: Option<String>,
    /// Login of the first administrator 管理员登录名
    #[arg(long, value_name = "LOGIN")]
    admin: String,
    /// The administrator's name [default: the login] 管理员姓名
    #[arg(long, value_name = "NAME")]
    admin_name: Option<String>,
    /// A name or address of the server, for its certificate 服务器名称或地址（用于证书）
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// The address that people reach it at, for invitations: https://NAME:PORT 对外地址
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Take the password from the first line of the standard input; one is made up otherwise 从标准输入读密码
    #[arg(long)]
    pub(super) password_stdin: bool,
}

/// What the arguments ask for; nothing is made for what no server can be made of.
pub(super) fn plan(folder: &Path, input: &Input, language: Language, args: &Args) -> Result<InitPlan, Failure> {
    let failure = |error: &ServerError| Failure::of(language, folder, error);
    let wrong_code = || Failure::said(language, "county_code", &[("found", &args.county)]);
    let code = UnitCode::parse(&args.county).map_err(|_| wrong_code())?;
    let chosen = input.line.as_deref().map(Password::chosen).transpose();
    let password = chosen.map_err(|weak| failure(&weak.into()))?;
    let name = args.admin_name.clone().unwrap_or_else(|| args.admin.clone());
    let admin = NewAccount { login: args.admin.clone(), name, password };
    let plan = InitPlan { code, city_name: args.city_name.clone(), county_name: args.county_name.clone(), admin };
    plan.check().map_err(|e| if e.code() == "county_code" { wrong_code() } else { failure(&e) })?;
    Ok(plan)
}

/// The names of the certificate: those that were given, the address's own, and this machine's for itself.
fn certificate_names(args: &Args) -> Vec<String> {
    let host = args.address.as_deref().and_then(|a| a.parse::<http::Uri>().ok()?.host().map(str::to_owned));
    let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    args.names.iter().cloned().chain(host).chain(own).collect()
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let language = context.language;
    let plan = plan(context.folder, context.input, language, args)?;
    let names = certificate_names(args);
    checked_names(&names).map_err(|e| context.failure(&e))?;
    let done = context.admin.init(&plan).map_err(|e| context.failure(&e))?;
    let server = context.admin.server();
    let identity = server.certify(&names).map_err(|e| context.failure(&e))?;
    args.address.as_ref().map_or(Ok(()), |address| server.set_address(address)).map_err(|e| context.failure(&e))?;
    let pin = identity.pins().map_err(|e| context.failure(&e))?.first().map(ToString::to_string);
    let folder = context.folder.display().to_string();
    let login = args.admin.trim();
    let password = done.password.as_ref().map(gridwalk_server::admin::Password::reveal);
    let whose = match password {
        Some(password) => language.say("say.init_admin", &[("login", login), ("password", password)]),
        None => language.say("say.init_admin_own", &[("login", login)]),
    };
    let lines = [language.say("say.init_done", &[("folder", &folder)]), whose, language.word("say.init_next")];
    let json = json!({
        "folder": folder,
        "admin": { "login": login, "account": done.admin, "password": password },
        "pin": pin,
        "reference_space": done.reference,
        "city": done.city,
        "county": done.county.map(|(unit, space)| json!({ "unit": unit, "space": space })),
    });
    Ok(Reply::new(lines.join("\n"), json))
}
