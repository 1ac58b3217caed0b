//! `poster`: posters of grids, and what becomes of those who join by them.
//!
//! Owns the verb and the file of the page. Refuses to tell a code twice. Invariant: each part is one act with its row in the
//! audit, and `audit undo` takes it back.

use super::Context;
use super::drawn::{self, Drawn};
use super::reply::{Failure, Reply, naming};
use gridwalk_model::Timestamp;
use gridwalk_model::id_number::mask_phone;
use gridwalk_server::Result as ServerResult;
use gridwalk_server::admin::{MadePoster, NewcomerView, PosterView};
use gridwalk_server::page::{self, PosterPage, moment};
use gridwalk_server::words::Language;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server poster add --unit 330402001001001 --html poster.html
  gridwalk-server poster add --unit 330402001001001 --until 2026-12-31 --address https://10.0.0.7:8443
  gridwalk-server poster list
  gridwalk-server poster withdraw 3
  gridwalk-server poster newcomers
  gridwalk-server poster accept v-0a1b2c3d4e5f --by zhang
  gridwalk-server poster refuse v-0a1b2c3d4e5f --reason 号码有误 --by zhang

Whoever scans a poster may report at once, also without a network; nothing of it is filed before somebody looked, and they see
only what they wrote. 扫码即可上报，断网也可填写；核实后才会立案，扫码人只能看到自己填写的内容。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Make a poster of a grid 制作海报
    Add {
        /// Code of the grid 网格代码
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// The last day on which it may be used [default: until it is taken down] 最后有效日
        #[arg(long, value_name = "DATE", value_parser = super::post::date)]
        until: Option<i64>,
        /// The address that phones reach the server at [default: that of `tls make`] 服务器地址
        #[arg(long, value_name = "URL")]
        address: Option<String>,
        /// Write a page to print 打印页
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Login of who makes it 制作人
        #[arg(long)]
        by: Option<String>,
    },
    /// All posters 海报列表
    List,
    /// Take a poster down: nobody joins by it any more 停用海报
    Withdraw {
        /// Its number 编号
        number: i64,
        /// Login of who takes it down 停用人
        #[arg(long)]
        by: Option<String>,
    },
    /// Who joined by posters 扫码加入的人员
    Newcomers,
    /// Make a volunteer of somebody who joined 确认为志愿者
    Accept {
        /// What `newcomers` calls them 登录名
        login: String,
        /// Login of who says so 确认人
        #[arg(long)]
        by: Option<String>,
    },
    /// Say no to somebody who joined 不予确认
    Refuse {
        /// What `newcomers` calls them 登录名
        login: String,
        /// Why 理由
        #[arg(long)]
        reason: String,
        /// Login of who says so 经办人
        #[arg(long)]
        by: Option<String>,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::Add { unit, until, address, html, by } => {
            let admin = super::acting(context, by.as_deref())?;
            let until = until.map(|day| Timestamp::of_china_day(day + 1));
            let made = admin.add_poster(unit, until, address.as_deref());
            let made = naming(made, context.language, context.folder, unit)?;
            added(context, &made, html.as_deref())
        }
        Act::List => {
            let posters = context.admin.posters().map_err(|e| context.failure(&e))?;
            let lines: Vec<String> = posters.iter().map(|view| line(context.language, view)).collect();
            let text = if lines.is_empty() { context.language.word("say.no_posters") } else { lines.join("\n") };
            Ok(Reply::new(text, json!({ "posters": posters.iter().map(poster_json).collect::<Vec<_>>() })))
        }
        Act::Withdraw { number, by } => {
            let number_text = number.to_string();
            let done = super::acting(context, by.as_deref())?.withdraw_poster(*number);
            said(context, done, "say.poster_withdrawn", &[("number", &number_text)], json!({ "withdrawn": number }))
        }
        Act::Newcomers => newcomers(context),
        Act::Accept { login, by } => {
            let done = super::acting(context, by.as_deref())?.accept_newcomer(login);
            said(context, done, "say.newcomer_accepted", &[("login", login)], json!({ "accepted": login }))
        }
        Act::Refuse { login, reason, by } => {
            let done = super::acting(context, by.as_deref())?.refuse_newcomer(login, reason);
            said(context, done, "say.newcomer_refused", &[("login", login)], json!({ "refused": login }))
        }
    }
}

fn said(
    context: &Context<'_>,
    done: ServerResult<()>,
    key: &str,
    gaps: &[(&str, &str)],
    json: Value,
) -> Result<Reply, Failure> {
    done.map_err(|e| context.failure(&e))?;
    Ok(Reply::new(context.language.say(key, gaps), json))
}

fn added(context: &Context<'_>, made: &MadePoster, html: Option<&Path>) -> Result<Reply, Failure> {
    let (language, text) = (context.language, made.poster.to_string());
    let code = Drawn::of(context, &text)?;
    let number = made.id.to_string();
    let mut said = language.say("say.poster_made", &[("number", &number), ("unit", &made.poster.unit_name)]);
    if let Some(file) = html {
        let unit = &made.poster.unit_name;
        let page = PosterPage { number: made.id, unit, until: made.until, text: &text, code: code.modules() };
        let path = drawn::write(context, file, &page::poster(language, &page))?;
        said.extend(["\n", &language.say("say.poster_page", &[("file", &path)])]);
    }
    said.extend(["\n\n", &code.lines(), "\n\n  ", &text, "\n"]);
    let json = json!({
        "poster": made.id, "unit": made.poster.unit, "unit_name": made.poster.unit_name, "text": text,
        "until": made.until, "html": html,
    });
    Ok(Reply::new(said, json))
}

fn line(language: Language, view: &PosterView) -> String {
    let PosterView { poster, unit_code, unit_name, joined } = view;
    let state = match (poster.withdrawn_at, poster.until) {
        (Some(at), _) => language.say("say.poster_down", &[("at", &moment(at))]),
        (None, Some(until)) => language.say("say.poster_until", &[("at", &moment(until))]),
        (None, None) => language.word("say.poster_hangs"),
    };
    format!("{}\t{unit_code}\t{unit_name}\t{state}\t{} {joined}", poster.id, language.word("say.poster_joined"))
}

fn poster_json(view: &PosterView) -> Value {
    json!({
        "poster": view.poster.id, "unit": view.poster.unit, "unit_code": view.unit_code, "unit_name": view.unit_name,
        "made_at": view.poster.made_at, "until": view.poster.until, "withdrawn_at": view.poster.withdrawn_at,
        "joined": view.joined,
    })
}

fn newcomers(context: &Context<'_>) -> Result<Reply, Failure> {
    let (language, all) = (context.language, context.admin.newcomers().map_err(|e| context.failure(&e))?);
    let line = |view: &NewcomerView| {
        let state = if view.joined.refused_at.is_some() {
            language.say("say.newcomer_no", &[("reason", &view.joined.reason)])
        } else {
            let role = |name: &String| language.core_word(&format!("role.{name}")).unwrap_or(name).to_owned();
            view.roles.iter().map(role).collect::<Vec<_>>().join(", ")
        };
        let (number, at) = (mask_phone(&view.joined.phone), moment(view.joined.joined_at));
        format!("{}\t{}\t{number}\t{}\t{state}\t{at}", view.login, view.name, view.unit_name)
    };
    let lines: Vec<String> = all.iter().map(line).collect();
    let text = if lines.is_empty() { language.word("say.no_newcomers") } else { lines.join("\n") };
    // A number is shown so that people can be told apart; their reports bear it whole, for whoever looks.
    let json = |view: &NewcomerView| {
        json!({
            "login": view.login, "account": view.joined.account, "name": view.name, "phone": mask_phone(&view.joined.phone),
            "poster": view.joined.poster, "unit_name": view.unit_name, "roles": view.roles,
            "agreed_at": view.joined.agreed_at, "sentence": view.joined.sentence, "joined_at": view.joined.joined_at,
            "refused_at": view.joined.refused_at, "reason": view.joined.reason,
        })
    };
    Ok(Reply::new(text, json!({ "newcomers": all.iter().map(json).collect::<Vec<_>>() })))
}
