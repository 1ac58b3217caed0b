//! The machine that figures are of.
//!
//! Owns what is told of it: processor, cores, memory, system, SQLite. Refuses to tell names and folders. Invariant:
//! what cannot be read is said to be unknown.

use std::fs;

/// The machine in one line.
pub fn name() -> String {
    let cpu = entry("/proc/cpuinfo", "model name");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = entry("/proc/meminfo", "MemTotal");
    let kilobytes: u64 = memory.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| "unknown".to_owned());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    format!(
        "{cpu}, {cores} cores, {} GiB, {} {}, SQLite {}, load {load}",
        kilobytes.div_ceil(1 << 20),
        std::env::consts::OS,
        kernel.trim(),
        rusqlite::version()
    )
}

/// The value behind a name in one of the system's tables.
fn entry(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
    line.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}
