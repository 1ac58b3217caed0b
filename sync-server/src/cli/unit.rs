//! `unit`: the organisation tree, shown and changed.
//!
//! Owns the verb. Refuses to write rows: a unit changes by a change of its record. Invariant: units are named by code.

use super::reply::{Failure, Reply, naming};
use super::{Context, boundaries, edition, post};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_server::store::UnitRow;
use serde_json::{Value, json};
use std::path::Path;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit list --below 330402001
  gridwalk-server unit list --level village --json
  gridwalk-server unit rename 330402001001001 府南社区第1网格
  gridwalk-server unit move 330402001001001 --to 330402001002
  gridwalk-server unit add 330402001001002 香樟园区网格 --kind park
  gridwalk-server unit add 330402001201-G08 八组 --kind villagers_group
  gridwalk-server unit add 330402001-D05 执法队
  gridwalk-server unit remove 330402001001003
  gridwalk-server unit duty 330402001-D05 0573-83000000 --hours 24小时
  gridwalk-server unit powers 330402001-D05 order,penalty,shut
  gridwalk-server unit post set 330402001001001 legal_adviser --name 周律师 --phone 13800000001

Codes 代码: grids and above by digits; -D05 a department of the unit, -G08 a villagers' group of the village. An old code
finds the unit that had it 旧代码可查到现辖区.")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Units by code 辖区列表
    List {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
        /// Only this level, by its code or its word: city, township, village 村, grid 网格 … 仅此级别
        #[arg(long)]
        level: Option<String>,
    },
    /// Add a unit below the one that its code names 新增
    Add {
        /// Its code 代码
        code: String,
        /// Its name 名称
        name: String,
        /// Its kind, by its code or its word: basic, campus, park 园区专属网格, business_building, villagers_group … 类别
        #[arg(long)]
        kind: Option<String>,
    },
    /// Take a unit away in which nothing stands: one added by mistake 删除未使用的辖区
    Remove {
        /// Its code 代码
        code: String,
    },
    /// The number of a department's duty desk 值班电话
    Duty {
        /// Its code 代码
        code: String,
        /// The number 电话
        phone: String,
        /// When somebody answers 时间
        #[arg(long)]
        hours: Option<String>,
    },
    /// What the law lets a department do to others: order, penalty, shut; nothing takes all away 职权
    Powers {
        /// Its code 代码
        code: String,
        /// The powers, with commas between them 职权
        #[arg(value_delimiter = ',')]
        powers: Vec<String>,
    },
    /// Posts of units: open, fill, vacate, list 岗位
    Post(post::Args),
    /// Boundaries with the days on which they hold 边界
    Boundaries(boundaries::Args),
    /// A year's changes: propose, confirm, apply 年度调整
    Edition(edition::Args),
    /// Give a unit another name 改名
    Rename {
        /// Its code 代码
        code: String,
        /// The new name 新名称
        name: String,
    },
    /// Put a unit, with all below it, below another one 划归
    Move {
        /// Its code 代码
        code: String,
        /// Code of the unit above from now on 新上级代码
        #[arg(long, value_name = "CODE")]
        to: String,
    },
}

impl Args {
    /// The files that the verb reads.
    pub(super) fn files(&self) -> Vec<&Path> {
        match &self.act {
            Act::Boundaries(args) => args.file().into_iter().collect(),
            Act::Edition(args) => args.files(),
            _ => Vec::new(),
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    match &args.act {
        Act::List { below, level } => {
            let found = below.as_deref().unwrap_or_default();
            let mut units = naming(context.admin.units(below.as_deref()), language, folder, found)?;
            let level = level.as_deref().map(|text| level_named(context, text)).transpose()?;
            units.retain(|unit| level.is_none_or(|level| unit.level == level));
            let ends = context.admin.unit_ends().map_err(|e| context.failure(&e))?;
            let end = |unit: &UnitRow| ends.get(&unit.id).and_then(|day| CivilDate::from_days(*day));
            let line = |unit: &UnitRow| {
                let UnitRow { code, level, name, kind, .. } = unit;
                let end = end(unit).map(|day| format!("\t–{day}")).unwrap_or_default();
                format!("{code}\t{level}\t{name}\t{kind}{end}")
            };
            let json = |unit: &UnitRow| {
                let mut json = unit_json(unit);
                json["valid_to"] = json!(end(unit).map(|day| day.to_string()));
                json
            };
            let lines: Vec<String> = units.iter().map(line).collect();
            Ok(Reply::new(lines.join("\n"), json!({ "units": units.iter().map(json).collect::<Vec<_>>() })))
        }
        Act::Add { code, name, kind } => {
            let unit = naming(context.admin.add_unit(code, name, kind.as_deref()), language, folder, code)?;
            let text = language.say("say.unit_added", &[("code", &unit.code), ("name", &unit.name)]);
            Ok(Reply::new(text, unit_json(&unit)))
        }
        Act::Remove { code } => {
            let unit = naming(context.admin.remove_unit(code), language, folder, code)?;
            let text = language.say("say.unit_removed", &[("code", &unit.code), ("name", &unit.name)]);
            Ok(Reply::new(text, unit_json(&unit)))
        }
        Act::Duty { code, phone, hours } => {
            let unit = naming(context.admin.set_duty(code, phone, hours.as_deref()), language, folder, code)?;
            let text = language.say("say.duty_set", &[("code", &unit.code), ("phone", phone)]);
            Ok(Reply::new(text, unit_json(&unit)))
        }
        Act::Powers { code, powers } => {
            let unit = naming(context.admin.set_powers(code, powers), language, folder, code)?;
            let text = language.say("say.powers_set", &[("code", &unit.code), ("powers", &powers.join(" "))]);
            let mut json = unit_json(&unit);
            json["powers"] = json!(powers);
            Ok(Reply::new(text, json))
        }
        Act::Post(args) => post::run(context, args),
        Act::Boundaries(args) => boundaries::run(context, args),
        Act::Edition(args) => edition::run(context, args),
        Act::Rename { code, name } => {
            let unit = naming(context.admin.rename_unit(code, name), language, folder, code)?;
            let text = language.say("say.renamed", &[("code", &unit.code), ("name", &unit.name)]);
            Ok(Reply::new(text, unit_json(&unit)))
        }
        Act::Move { code, to } => {
            let unit = naming(context.admin.move_unit(code, to), language, folder, code)?;
            let text = language.say("say.moved", &[("code", &unit.code), ("to", to)]);
            Ok(Reply::new(text, unit_json(&unit)))
        }
    }
}

/// The level that a text names: its code, its word, or what stands of it before a bracket.
fn level_named(context: &Context<'_>, text: &str) -> Result<&'static str, Failure> {
    let short = |word: &str| word.split(['（', '(']).next().is_some_and(|short| short == text.trim());
    let mut entries = CodeSet::UnitLevel.entries().iter();
    let shortly = || entries.find(|e| short(e.zh_hans) || short(e.zh_hant)).map(|e| e.code);
    let words: Vec<&str> = CodeSet::UnitLevel.entries().iter().map(|e| e.code).collect();
    let unknown = || Failure::said(context.language, "level_unknown", &[("levels", &words.join(", "))]);
    CodeSet::UnitLevel.meant(text).or_else(shortly).ok_or_else(unknown)
}

fn unit_json(unit: &UnitRow) -> Value {
    json!({
        "unit": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "kind": unit.kind,
        "space": unit.space,
    })
}
