//! The command line.
//!
//! Owns options and their limits. Refuses to know what they do. Invariant: without options the demo runs until Ctrl-C.

use clap::Parser;
use std::ops::RangeInclusive;

/// How many phones: at least two on one grid and somebody who decides; at most as many as the county has work for.
const PHONES: RangeInclusive<i64> = 3..=60;
/// About how many residents: the upper end takes minutes, not hours.
const RESIDENTS: RangeInclusive<i64> = 20..=200_000;

/// Runs a server, a county and some phones that sync, with made-up people. 演示：一台服务器，一个县，几部手机
#[derive(Debug, Clone, Parser)]
#[command(
    name = "cargo demo",
    version,
    after_help = "\
Examples 示例:
  cargo demo                             runs until Ctrl-C, which cleans up
  cargo demo --lang zh                   用中文
  cargo demo --once                      some rounds, then every phone is compared with the server
  cargo demo --once --json               the same, with one JSON object on the last line
  cargo demo --once --sabotage           one phone drops a page: converged: false, exit code 1
  cargo demo --once --phones 12 --residents 2000 --seed 7"
)]
pub struct Options {
    /// End after some rounds: sync to rest, compare, exit with 0 or 1 运行几轮后比对并结束
    #[arg(long)]
    pub once: bool,
    /// End with one JSON object on the last line 最后一行输出一个 JSON 对象
    #[arg(long)]
    pub json: bool,
    /// One phone drops a page; implies --once 让一部手机丢掉一页
    #[arg(long)]
    pub sabotage: bool,
    /// How many phones 手机数量
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u16).range(PHONES))]
    pub phones: u16,
    /// About how many residents 居民人数
    #[arg(long, default_value_t = 600, value_name = "N", value_parser = clap::value_parser!(u32).range(RESIDENTS))]
    pub residents: u32,
    /// One seed makes one city, for ever 随机种子
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// zh or en [default: by LANG] 语言
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<String>,
}

impl Options {
    /// Whether the run ends by itself.
    pub const fn ends(&self) -> bool {
        self.once || self.sabotage
    }
}
