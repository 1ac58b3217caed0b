//! What a statement costs when it is called by name, beside the same words called directly: the figure of ADR 0033.
//!
//! Owns one measurement: rows read and rows written, in pairs that take turns. Refuses to assert it: a machine's noise is
//! larger. Invariant: both sides run the store's own words on the same file and fill the same row.

use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_server::store::StateRow;
use gridwalk_server::{Server, ServerOptions};
use rusqlite::{Connection, Row, params};
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

const WORDS: &str = include_str!("../src/store/sqlite/state.sql");
const SPACE: SpaceId = SpaceId([1; 16]);
const ROWS: u32 = 2_000;
const PAIRS: usize = 41;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn words(name: &str) -> &'static str {
    let parts = WORDS.split("-- name: ").filter_map(|part| part.split_once('\n'));
    parts.filter(|(of, _)| *of == name).map(|(_, text)| text.trim()).next().unwrap_or_default()
}

fn row(n: u32) -> StateRow {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.wrapping_mul(0x9E37_79B1).to_be_bytes());
    let (record, author) = (RecordId(id), AccountId([2; 16]));
    StateRow { space: SPACE, record, kind: "resident".into(), pos: u64::from(n), author, bytes: [7; 400].into() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        space: SpaceId(row.get(0)?),
        record: RecordId(row.get(1)?),
        kind: row.get(2)?,
        pos: row.get::<_, i64>(3)?.cast_unsigned(),
        author: AccountId(row.get(4)?),
        bytes: row.get_ref(5)?.as_blob()?.into(),
    })
}

/// Nanoseconds a statement: by name, directly; medians, and the median of the pairs' differences.
fn told(mut pairs: Vec<(f64, f64)>) -> (f64, f64, f64) {
    let median = |mut list: Vec<f64>| {
        list.sort_by(f64::total_cmp);
        list.get(list.len() / 2).copied().unwrap_or_default()
    };
    let differences = pairs.iter().map(|(named, direct)| named - direct).collect();
    let (named, direct) = pairs.drain(..).unzip();
    (median(named), median(direct), median(differences))
}

fn nanoseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e9 / f64::from(ROWS)
}

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::create(ServerOptions::new(folder.path()))?;
    let rows: Vec<StateRow> = (0..ROWS).map(row).collect();
    let named_write = || -> Outcome<f64> {
        let mut took = 0.0;
        server.write(|w| {
            let began = Instant::now();
            rows.iter().try_for_each(|row| w.tx.state_put(row))?;
            took = nanoseconds(began);
            Ok(())
        })?;
        Ok(took)
    };
    named_write()?;
    let mut direct = Connection::open(folder.path().join("gridwalk.db"))?;
    let mut writes = Vec::new();
    for _ in 0..PAIRS {
        let named = named_write()?;
        let transaction = direct.transaction()?;
        let began = Instant::now();
        for row in &rows {
            let pos = row.pos.cast_signed();
            let cells = params![row.space.0, row.record.0, row.kind, pos, row.author.0, &row.bytes[..]];
            transaction.prepare_cached(words("state_put"))?.execute(cells)?;
        }
        writes.push((named, nanoseconds(began)));
        transaction.commit()?;
    }
    let mut reads = Vec::new();
    for _ in 0..PAIRS {
        let (mut took, mut found) = (0.0, 0);
        server.read(|r| {
            let began = Instant::now();
            for row in &rows {
                found += usize::from(r.tx.state(SPACE, row.record)?.is_some());
            }
            took = nanoseconds(began);
            Ok(())
        })?;
        let snapshot = direct.transaction()?;
        let began = Instant::now();
        for row in &rows {
            let cells = params![SPACE.0, row.record.0];
            let state = snapshot.prepare_cached(words("state"))?.query_row(cells, read)?;
            found += usize::from(!state.bytes.is_empty());
        }
        reads.push((took, nanoseconds(began)));
        drop(snapshot);
        if found != 2 * rows.len() {
            return Err("a row was not found".into());
        }
    }
    for (what, pairs) in [("a row read", reads), ("a row written", writes)] {
        let (named, direct, difference) = told(pairs);
        writeln!(
            std::io::stdout(),
            "{what}: {named:.0} ns by name, {direct:.0} ns directly, {difference:+.0} ns a statement"
        )?;
    }
    Ok(())
}
