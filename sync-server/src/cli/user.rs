//! `user`: accounts, what they may do where, enrolment codes, phones.
//!
//! Owns the verb. Refuses to show a password or a code twice. Invariant: each part is one act with one row in the audit.

use super::drawn::{self, Drawn};
use super::reply::{Failure, Reply, naming};
use super::{Context, invitation, login, oidc};
use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::role::Role;
use gridwalk_server::ServerError;
use gridwalk_server::admin::{AccountView, GrantView, NewAccount, Password, WaitingDevice};
use gridwalk_server::page::{self, InvitationPage, moment};
use gridwalk_server::role_kinds;
use gridwalk_server::words::Language;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server user add zhang --name 张三
  gridwalk-server user add wang --name 王五 --role gridworker --unit 330402001001001
  gridwalk-server user grant zhang --role village_supervisor --unit 330402001001
  gridwalk-server user grant anping --role inspector --unit 330402001001 --until 2026-12-31
  gridwalk-server user ungrant zhang --role village_supervisor --unit 330402001001
  gridwalk-server user code zhang
  gridwalk-server user code zhang --html zhang.html
  gridwalk-server user waiting
  gridwalk-server user confirm zhang 042917 --by li
  gridwalk-server user revoke zhang
  gridwalk-server user password zhang --ask
  gridwalk-server user login-code zhang
  gridwalk-server user sessions zhang
  gridwalk-server user sessions zhang --end all --by chen
  gridwalk-server user second-factor zhang --reset
  gridwalk-server user oidc zhang --subject 8f14e45f
  gridwalk-server user leave zhang --successor wang --on 2026-12-01
  gridwalk-server user substitute zhang --by wang --from 2026-12-01 --until 2026-12-08
  gridwalk-server user list --json")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Add an account, with a role at once if you like 新建账号
    Add {
        /// What the person types 登录名
        login: String,
        /// The person's name 姓名
        #[arg(long)]
        name: Option<String>,
        /// A role 岗位
        #[arg(long, requires = "unit", value_parser = role_named)]
        role: Option<String>,
        /// Code of the unit of the role 辖区代码
        #[arg(long, requires = "role")]
        unit: Option<String>,
        /// Take the password from the standard input 从标准输入读密码
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account another password 更换密码
    Password {
        /// The login 登录名
        login: String,
        /// Take the password from the standard input 从标准输入读密码
        #[arg(long)]
        password_stdin: bool,
        /// Ask for the password at the terminal; it is not shown 在终端输入密码（不显示）
        #[arg(long, conflicts_with = "password_stdin")]
        ask: bool,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// A one-time code with which a person chooses a password at the first login 首次登录码
    LoginCode {
        /// The login 登录名
        login: String,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// Sessions that go on; end one or all 登录会话
    Sessions {
        /// The login 登录名
        login: String,
        /// End this session, or all 结束会话
        #[arg(long, value_name = "SESSION|all")]
        end: Option<String>,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// Take a lost second factor off; the next login sets up another 重置第二因素
    SecondFactor {
        /// The login 登录名
        login: String,
        /// Take it off 重置
        #[arg(long, required = true)]
        reset: bool,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// A person at the office's provider is this account 关联统一认证身份
    Oidc {
        /// The login 登录名
        login: String,
        /// Who the person is there 统一认证中的用户标识
        #[arg(long, required_unless_present = "remove", conflicts_with = "remove")]
        subject: Option<String>,
        /// Take all links of this account away 取消关联
        #[arg(long)]
        remove: bool,
        /// Login of the administrator who does it 操作人
        #[arg(long)]
        by: Option<String>,
    },
    /// All accounts with their roles and phones 账号列表
    List,
    /// Give an account a role in a unit, with all below it 授予岗位
    Grant {
        /// The login 登录名
        login: String,
        /// The role, such as gridworker 岗位
        #[arg(long, value_parser = role_named)]
        role: String,
        /// Code of the unit 辖区代码
        #[arg(long)]
        unit: String,
        /// Only these kinds of records [default: those of the role] 仅限这些记录类别
        #[arg(long = "kind", value_delimiter = ',')]
        kinds: Vec<String>,
        /// Its last day; it ends by itself [default: it does not end] 截止日（含），到期自动收回
        #[arg(long, value_name = "DATE", value_parser = super::post::date)]
        until: Option<i64>,
    },
    /// Withdraw a role 撤销岗位
    Ungrant {
        /// The login 登录名
        login: String,
        /// The role 岗位
        #[arg(long, value_parser = role_named)]
        role: String,
        /// Code of the unit 辖区代码
        #[arg(long)]
        unit: String,
    },
    /// A one-time code that enrols one phone within ten minutes 登记码
    Code {
        /// The login 登录名
        login: String,
        /// The address that the phone reaches the server at [default: that of `tls make`] 服务器地址
        #[arg(long, value_name = "URL")]
        address: Option<String>,
        /// Write a page to print or to show 打印或展示用网页
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// The phone needs no confirmation: whoever gives out the code stands beside it 无需核对指纹
        #[arg(long)]
        confirmed: bool,
    },
    /// Phones that wait until somebody compared their six digits 待核对的手机
    Waiting,
    /// Confirm a phone by the six digits that it shows 核对并放行手机
    Confirm {
        /// The login 登录名
        login: String,
        /// The digits on the phone's screen 手机上的六位数字
        fingerprint: String,
        /// Login of who compared them 核对人
        #[arg(long)]
        by: Option<String>,
    },
    /// An account's roles end, and go to a successor 离岗交接
    Leave {
        /// The login 登录名
        login: String,
        /// Who goes on with the work 接手人
        #[arg(long)]
        successor: Option<String>,
        /// The successor's first day [default: at once] 交接日
        #[arg(long, value_name = "DATE", value_parser = super::post::date)]
        on: Option<i64>,
    },
    /// Somebody does an account's work for some days 代岗
    Substitute {
        /// The login 登录名
        login: String,
        /// Who does it 代岗人
        #[arg(long)]
        by: String,
        /// The first day 起始日
        #[arg(long, value_name = "DATE", value_parser = super::post::date)]
        from: i64,
        /// The day from which the work is back 恢复日
        #[arg(long, value_name = "DATE", value_parser = super::post::date)]
        until: i64,
    },
    /// Revoke one phone of an account, or all 注销手机
    Revoke {
        /// The login 登录名
        login: String,
        /// Only this phone 仅此手机
        #[arg(long)]
        device: Option<String>,
    },
}

impl Args {
    pub(super) fn wants_password(&self) -> bool {
        matches!(self.act, Act::Add { password_stdin: true, .. } | Act::Password { password_stdin: true, .. })
    }

    pub(super) fn asks_password(&self) -> bool {
        matches!(self.act, Act::Password { ask: true, .. })
    }
}

/// The password that stood on the standard input, if the verb asked for one.
pub(super) fn chosen(context: &Context<'_>) -> Result<Option<Password>, Failure> {
    let chosen = context.input.line.as_deref().map(Password::chosen).transpose();
    chosen.map_err(|weak| context.failure(&weak.into()))
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::Add { login, name, role, unit, .. } => {
            add(context, login, name.as_deref(), role.as_deref().zip(unit.as_deref()))
        }
        Act::Password { login, by, .. } => password(context, login, by.as_deref()),
        Act::LoginCode { login, by } => login::code(context, login, by.as_deref()),
        Act::Sessions { login, end, by } => login::sessions(context, login, end.as_deref(), by.as_deref()),
        Act::SecondFactor { login, by, .. } => login::second_factor(context, login, by.as_deref()),
        Act::Oidc { login, subject, by, .. } => oidc::link(context, login, subject.as_deref(), by.as_deref()),
        Act::List => list(context),
        Act::Grant { login, role, unit, kinds, until } => grant(context, login, role, unit, (kinds, *until)),
        Act::Ungrant { login, role, unit } => ungrant(context, login, role, unit),
        Act::Code { login, address, html, confirmed } => {
            code(context, login, address.as_deref(), (html.as_deref(), *confirmed))
        }
        Act::Waiting => waiting(context),
        Act::Confirm { login, fingerprint, by } => confirm(context, login, fingerprint, by.as_deref()),
        Act::Leave { login, successor, on } => {
            handed_over(context, login, context.admin.leave(login, successor.as_deref(), *on))
        }
        Act::Substitute { login, by, from, until } => {
            handed_over(context, login, context.admin.substitute(login, by, *from, *until))
        }
        Act::Revoke { login, device } => revoke(context, login, device.as_deref()),
    }
}

fn add(context: &Context<'_>, login: &str, name: Option<&str>, role: Option<(&str, &str)>) -> Result<Reply, Failure> {
    let language = context.language;
    let new = NewAccount { password: chosen(context)?, ..NewAccount::new(login, name.unwrap_or(login)) };
    let done = context.admin.add_account_with(&new, role);
    let found = role.map_or("", |(_, unit)| unit);
    let (account, made_up) = naming(done, language, context.folder, found)?;
    let password = made_up.as_ref().map(Password::reveal);
    let mut text = match password {
        Some(password) => language.say("say.account_added", &[("login", login), ("password", password)]),
        None => language.say("say.account_added_own", &[("login", login)]),
    };
    if let Some((role, unit)) = role {
        text.push('\n');
        text.push_str(&language.say("say.granted", &[("login", login), ("role", role), ("unit", unit)]));
    }
    Ok(Reply::new(text, json!({ "login": login, "account": account, "password": password })))
}

fn password(context: &Context<'_>, login: &str, by: Option<&str>) -> Result<Reply, Failure> {
    let chosen = chosen(context)?;
    let made_up = super::acting(context, by)?.set_password(login, chosen.as_ref()).map_err(|e| context.failure(&e))?;
    let password = made_up.as_ref().map(Password::reveal);
    let text = match password {
        Some(password) => context.language.say("say.password_set", &[("login", login), ("password", password)]),
        None => context.language.say("say.password_set_own", &[("login", login)]),
    };
    Ok(Reply::new(text, json!({ "login": login, "password": password })))
}

fn list(context: &Context<'_>) -> Result<Reply, Failure> {
    let accounts = context.admin.accounts().map_err(|e| context.failure(&e))?;
    let lines: Vec<String> = accounts.iter().map(|account| line(context.language, account)).collect();
    let text = if lines.is_empty() { context.language.word("say.no_accounts") } else { lines.join("\n") };
    Ok(Reply::new(text, json!({ "accounts": accounts.iter().map(account_json).collect::<Vec<_>>() })))
}

fn line(language: Language, view: &AccountView) -> String {
    let role = |g: &GrantView| with_role(language, &g.grant.role);
    let grants = view.grants.iter().map(|g| format!("{} @ {} {}", role(g), g.unit_code, g.unit_name));
    let grants: Vec<String> = grants.collect();
    let grants = if grants.is_empty() { language.word("say.no_grants") } else { grants.join(", ") };
    let phones = view.devices.iter().filter(|d| d.revoked_at.is_none()).count();
    let (login, name) = (&view.account.login, &view.account.name);
    format!("{login}\t{name}\t{grants}\t{} {phones}", language.word("page.devices"))
}

/// The code of a role that was named by its code or its word; what names none is passed on, so that the refusal lists them.
#[expect(clippy::unnecessary_wraps, reason = "the parser of the command line asks for it")]
fn role_named(text: &str) -> Result<String, std::convert::Infallible> {
    let bears = |role: &Role| {
        let word = |language: Language| language.core_word(&format!("role.{}", role.name())) == Some(text.trim());
        Language::ALL.into_iter().any(word)
    };
    Ok(Role::ALL.into_iter().find(bears).map_or_else(|| text.to_owned(), |role| role.name().to_owned()))
}

/// A role as people of the language call it.
fn with_role(language: Language, role: &str) -> String {
    let word = language.core_word(&format!("role.{role}")).filter(|_| language != Language::English);
    word.unwrap_or(role).to_owned()
}

fn account_json(view: &AccountView) -> Value {
    let grant = |g: &GrantView| {
        json!({
            "role": g.grant.role, "unit": g.grant.unit, "unit_code": g.unit_code, "unit_name": g.unit_name,
            "kinds": role_kinds::kinds(&g.grant), "since": g.grant.since,
        })
    };
    let device = |d: &gridwalk_server::store::DeviceRow| json!({ "device": d.id, "name": d.name, "enrolled_at": d.enrolled_at, "revoked_at": d.revoked_at });
    json!({
        "account": view.account.id,
        "login": view.account.login,
        "name": view.account.name,
        "grants": view.grants.iter().map(grant).collect::<Vec<_>>(),
        "devices": view.devices.iter().map(device).collect::<Vec<_>>(),
    })
}

fn grant(
    context: &Context<'_>,
    login: &str,
    role: &str,
    unit: &str,
    (kinds, until): (&[String], Option<i64>),
) -> Result<Reply, Failure> {
    let done = match until {
        Some(last) => context.admin.grant_until(login, role, unit, kinds, last),
        None => context.admin.grant(login, role, unit, kinds),
    };
    let view = naming(done, context.language, context.folder, unit)?;
    let day = until.and_then(CivilDate::from_days).map(|day| day.to_string());
    let said = if day.is_some() { "say.granted_until" } else { "say.granted" };
    let named = with_role(context.language, role);
    let last = day.as_deref().unwrap_or_default();
    let text =
        context.language.say(said, &[("login", login), ("role", &named), ("unit", &view.unit_name), ("until", last)]);
    let json = json!({
        "login": login, "role": role, "unit": view.grant.unit, "unit_code": view.unit_code,
        "kinds": role_kinds::kinds(&view.grant), "until": day,
    });
    Ok(Reply::new(text, json))
}

fn ungrant(context: &Context<'_>, login: &str, role: &str, unit: &str) -> Result<Reply, Failure> {
    let view = naming(context.admin.ungrant(login, role, unit), context.language, context.folder, unit)?;
    let text = context.language.say(
        "say.ungranted",
        &[("login", login), ("role", &with_role(context.language, role)), ("unit", &view.unit_name)],
    );
    Ok(Reply::new(text, json!({ "login": login, "role": role, "unit": view.grant.unit, "unit_code": view.unit_code })))
}

fn code(
    context: &Context<'_>,
    login: &str,
    address: Option<&str>,
    (html, confirmed): (Option<&Path>, bool),
) -> Result<Reply, Failure> {
    let (admin, language) = (&context.admin, context.language);
    let address = invitation::address(admin.server(), address).map_err(|e| context.failure(&e))?;
    if html.is_some() && address.is_none() {
        return Err(context.failure(&ServerError::Refused("poster_address")));
    }
    let made = if confirmed { admin.enrol_code(login) } else { admin.enrol_code_to_confirm(login) };
    let (code, until) = made.map_err(|e| context.failure(&e))?;
    let invitation = invitation::of(admin.server(), &code, address).map_err(|e| context.failure(&e))?;
    let (typed, invitation) = (code.to_string(), invitation.map(|invitation| invitation.to_string()));
    let mut text = format!("{}\n\n  {typed}\n", language.say("say.code", &[("login", login)]));
    if let Some(invitation) = &invitation {
        let drawn = Drawn::of(context, invitation)?;
        if let Some(file) = html {
            let (compared, code) = (!confirmed, drawn.modules());
            let page = InvitationPage { login, typed: &typed, text: invitation, until, compared, code };
            let path = drawn::write_private(context, file, &page::invitation(language, &page))?;
            text.extend(["\n", &language.say("say.invitation_page", &[("file", &path)]), "\n"]);
        }
        text.extend(["\n", &language.word("say.invitation"), "\n\n", &drawn.lines(), "\n\n  ", invitation, "\n"]);
    }
    if !confirmed {
        text.extend(["\n", &language.say("say.to_confirm", &[("login", login)]), "\n"]);
    }
    let Timestamp(until_ms) = until;
    let json = json!({
        "login": login, "code": typed, "until": until_ms, "invitation": invitation, "confirmed": confirmed, "html": html,
    });
    Ok(Reply::new(text, json))
}

fn waiting(context: &Context<'_>) -> Result<Reply, Failure> {
    let waiting = context.admin.waiting_devices().map_err(|e| context.failure(&e))?;
    let line = |w: &WaitingDevice| format!("{}\t{}\t{}\t{}", w.login, w.device.name, w.fingerprint, moment(w.since));
    let lines: Vec<String> = waiting.iter().map(line).collect();
    let text = if lines.is_empty() { context.language.word("say.nobody_waits") } else { lines.join("\n") };
    let json = |w: &WaitingDevice| json!({ "login": w.login, "device": w.device.id, "name": w.device.name, "fingerprint": w.fingerprint, "since": w.since });
    Ok(Reply::new(text, json!({ "waiting": waiting.iter().map(json).collect::<Vec<_>>() })))
}

fn confirm(context: &Context<'_>, login: &str, digits: &str, by: Option<&str>) -> Result<Reply, Failure> {
    let admin = super::acting(context, by)?;
    let device = admin.confirm(login, digits).map_err(|e| context.failure(&e))?;
    let text = context.language.say("say.confirmed", &[("login", login)]);
    Ok(Reply::new(text, json!({ "login": login, "confirmed": device })))
}

fn revoke(context: &Context<'_>, login: &str, device: Option<&str>) -> Result<Reply, Failure> {
    let no_device = || context.failure(&gridwalk_server::ServerError::NotFound("device"));
    let only = device.map(|id| id.parse().map_err(|_| no_device())).transpose()?;
    let revoked = context.admin.revoke(login, only).map_err(|e| context.failure(&e))?;
    let text = context.language.say("say.revoked", &[("login", login), ("count", &revoked.len().to_string())]);
    Ok(Reply::new(text, json!({ "login": login, "revoked": revoked })))
}

fn handed_over(
    context: &Context<'_>,
    login: &str,
    done: gridwalk_server::Result<gridwalk_server::admin::HandedOver>,
) -> Result<Reply, Failure> {
    let done = done.map_err(|e| context.failure(&e))?;
    let Timestamp(at_ms) = done.at;
    let said = if done.planned { "say.handover_planned" } else { "say.handed_over" };
    let units: Vec<&str> = done.grants.iter().map(|g| g.unit_name.as_str()).collect();
    let text = context.language.say(said, &[("login", login), ("unit", &units.join(", "))]);
    let grants: Vec<Value> =
        done.grants.iter().map(|g| json!({ "role": g.grant.role, "unit_code": g.unit_code })).collect();
    let json =
        json!({ "login": login, "grants": grants, "handovers": done.handovers, "at": at_ms, "planned": done.planned });
    Ok(Reply::new(text, json))
}
