//! `unit post`: posts of units, opened, filled, vacated and listed.
//!
//! Owns the verb. Refuses to write rows. Invariant: a post is named by its unit's code, its role and, where a unit has
//! several of one role, its number.

use super::Context;
use super::reply::{Failure, Reply, naming};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_server::admin::{PostHolder, PostView};
use gridwalk_server::words::Language;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit post set 330402001001001 gridworker --name 张三 --phone 13800000001 --from 2026-11-01
  gridwalk-server unit post set 330402001001001 building_chief --number 3 --name 李四
  gridwalk-server unit post set 330402001001001 mediator          # opened, and empty 设岗暂缺
  gridwalk-server unit post vacate 330402001001001 gridworker --until 2026-12-01
  gridwalk-server unit post list --below 330402001 --empty --json

Roles 岗位: gridworker, grid_chief, branch_head, instructor, mediator, community_police, legal_adviser, building_chief, duty")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Open a post, or say who fills it 设岗、任职
    Set {
        /// Code of the unit 辖区代码
        unit: String,
        /// Which post 岗位
        role: String,
        /// Which of several 序号
        #[arg(long, default_value_t = 1)]
        number: i64,
        /// Who 姓名
        #[arg(long)]
        name: Option<String>,
        /// The number to call 电话
        #[arg(long)]
        phone: Option<String>,
        /// The first day 起
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<i64>,
        /// The first day on which it is empty again 止
        #[arg(long, value_name = "DATE", value_parser = date)]
        until: Option<i64>,
    },
    /// Say from which day on a post is empty; today if nothing is said 离任
    Vacate {
        /// Code of the unit 辖区代码
        unit: String,
        /// Which post 岗位
        role: String,
        /// Which of several 序号
        #[arg(long, default_value_t = 1)]
        number: i64,
        /// The first day on which it is empty 止
        #[arg(long, value_name = "DATE", value_parser = date)]
        until: Option<i64>,
    },
    /// Posts of units 岗位列表
    List {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
        /// Only empty ones 仅空缺
        #[arg(long)]
        empty: bool,
    },
}

/// A date as typed, as days since 1970-01-01.
pub(super) fn date(text: &str) -> Result<i64, String> {
    CivilDate::parse(text).map(CivilDate::days).ok_or_else(|| "YYYY-MM-DD".to_owned())
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    let one = |view: PostView| Reply::new(line(language, &view), json!(view));
    match &args.act {
        Act::Set { unit, role, number, name, phone, from, until } => {
            let holder = PostHolder { name: name.clone(), phone: phone.clone(), from: *from, until: *until };
            naming(context.admin.set_post(unit, role, *number, &holder), language, folder, unit).map(one)
        }
        Act::Vacate { unit, role, number, until } => {
            naming(context.admin.vacate_post(unit, role, *number, *until), language, folder, unit).map(one)
        }
        Act::List { below, empty } => {
            let found = below.as_deref().unwrap_or_default();
            let mut posts = naming(context.admin.posts(below.as_deref()), language, folder, found)?;
            posts.retain(|post| !empty || !post.filled);
            let lines: Vec<String> = posts.iter().map(|post| line(language, post)).collect();
            Ok(Reply::new(lines.join("\n"), json!({ "posts": posts })))
        }
    }
}

fn line(language: Language, post: &PostView) -> String {
    let role = CodeSet::PostRole.entry(&post.role).map_or(post.role.as_str(), |e| e.label(language.tag()));
    let number = if post.number == 1 { String::new() } else { format!(" {}", post.number) };
    let empty = language.word("say.post_empty");
    let name = post.name.as_deref().filter(|_| post.filled).unwrap_or(&empty);
    let phone = post.phone.as_deref().filter(|_| post.filled).unwrap_or_default();
    format!("{}\t{}\t{role}{number}\t{name}\t{phone}", post.unit_code, post.unit_name)
}
