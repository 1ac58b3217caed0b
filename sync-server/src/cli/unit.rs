//! `unit`: the organisation tree, shown and changed.
//!
//! Owns the verb. Refuses to write rows: a unit changes by a change of its record. Invariant: units are named by code.

use super::Context;
use super::reply::{Failure, Reply, naming};
use gridwalk_server::store::UnitRow;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit list --below 330402001
  gridwalk-server unit list --level village --json
  gridwalk-server unit rename 330402001001001 府南社区第1网格
  gridwalk-server unit move 330402001001001 --to 330402001002")]
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
        /// Only this level: city, county, township, village, grid 仅此级别
        #[arg(long)]
        level: Option<String>,
    },
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

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    match &args.act {
        Act::List { below, level } => {
            let found = below.as_deref().unwrap_or_default();
            let mut units = naming(context.admin.units(below.as_deref()), language, folder, found)?;
            units.retain(|unit| level.as_ref().is_none_or(|level| unit.level == *level));
            let lines: Vec<String> =
                units.iter().map(|u| format!("{}\t{}\t{}\t{}", u.code, u.level, u.name, u.kind)).collect();
            Ok(Reply::new(lines.join("\n"), json!({ "units": units.iter().map(unit_json).collect::<Vec<_>>() })))
        }
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

fn unit_json(unit: &UnitRow) -> Value {
    json!({
        "unit": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "kind": unit.kind,
        "space": unit.space,
    })
}
