//! Erasure by administration: of records or fields of them, of what is due, of newcomers whose time is over.
//!
//! Owns who may erase, what has to be stated, and that nothing goes before somebody named how much. Refuses to erase units
//! and what administration itself keeps. Invariant: without the number nothing is written; with another number than what
//! would go nothing is either; nothing that was erased can be brought back.

use super::{Admin, FieldDue, power};
use crate::erase::newcomer::{self, NewcomerDue};
use crate::erase::{self, Taken, remains};
use crate::error::{Result, ServerError};
use crate::limits;
use crate::store::Tx;
use crate::writing::Writing;
use gridwalk_model::erasure::{Erasure, REASONS};
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::Kind;
use gridwalk_model::op::ATTACHED;
use gridwalk_model::state_codec::read_state;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be erased of which records.
#[derive(Debug, Clone, Default)]
pub struct Erasing {
    /// The records.
    pub records: Vec<RecordId>,
    /// Fields and sets; none: all of each.
    pub fields: Vec<String>,
    /// Everything that stands below them as well.
    pub below: bool,
    /// Why: one of the reasons.
    pub reason: String,
    /// What it rests on: a request, an order, a rule. It stands in the audit.
    pub basis: String,
    /// How many values go, as somebody has read it; nothing: only count.
    pub confirm: Option<u64>,
}

/// What was erased, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ErasureSummary {
    /// Whether it was only counted.
    pub dry_run: bool,
    /// How much.
    pub taken: Taken,
    /// Records that are said to be the same as one of these and are not among them: they keep what they say.
    pub same: Vec<RecordId>,
    /// Values of sensitive fields that were due.
    pub due: Vec<FieldDue>,
    /// Newcomers of whom nothing is kept any more.
    pub newcomers: Vec<NewcomerDue>,
    /// Whether the database's file could not be written anew yet: something may be read in it until then.
    pub remains: bool,
}

impl Admin {
    /// Erases records or fields of them, once somebody has named how many values go.
    pub fn erase(&self, wanted: &Erasing) -> Result<ErasureSummary> {
        let stated = self.stated(&wanted.reason, &wanted.basis)?;
        let summary = self.act_by(|w| {
            power::erases(w.tx, self.by)?;
            let records = records(w.tx, wanted)?;
            let erasure = |kind: &str| -> Result<Erasure> {
                Ok(Erasure { fields: fields_of(kind, &wanted.fields)?, at: w.now, ..stated.clone() })
            };
            let mut taken = Taken::default();
            for (record, kind) in &records {
                taken.add(&erase::count(&w.reading(), *record, &erasure(kind)?)?);
            }
            let dry_run = wanted.confirm.is_none();
            let same = same_as(w.tx, &records)?;
            if wanted.confirm.is_some_and(|named| named != taken.values) {
                return Err(ServerError::Refused("confirm_differs"));
            }
            for (record, kind) in records.iter().filter(|_| !dry_run) {
                self.erase_one(w, *record, &erasure(kind)?, &wanted.basis)?;
            }
            Ok(ErasureSummary { dry_run, taken, same, ..ErasureSummary::default() })
        })?;
        Ok(self.swept(summary))
    }

    /// Erases what is due: values of sensitive fields whose time is over, and what newcomers said of themselves. `confirm`:
    /// no more than so many of both together, as somebody has read it, or as a schedule allows.
    pub fn erase_due(&self, below: Option<&str>, basis: &str, confirm: Option<u64>) -> Result<ErasureSummary> {
        let stated = self.stated("period_over", basis)?;
        let due = self.fields_due(below)?;
        let summary = self.act_by(|w| {
            power::erases(w.tx, self.by)?;
            let newcomers = if below.is_some() { Vec::new() } else { newcomer::due(w.tx, w.now)? };
            let mut by_record: BTreeMap<RecordId, BTreeSet<String>> = BTreeMap::new();
            for one in due.iter().take(limits::ERASED_RECORDS_MAX) {
                by_record.entry(one.record).or_default().insert(one.field.clone());
            }
            let mut taken = Taken::default();
            let erasure = |fields: &BTreeSet<String>| Erasure { fields: fields.clone(), at: w.now, ..stated.clone() };
            for (record, fields) in &by_record {
                taken.add(&erase::count(&w.reading(), *record, &erasure(fields))?);
            }
            let dry_run = confirm.is_none();
            if confirm.is_some_and(|most| taken.values + newcomers.len() as u64 > most) {
                return Err(ServerError::Refused("confirm_differs"));
            }
            if !dry_run {
                for (record, fields) in &by_record {
                    self.erase_one(w, *record, &erasure(fields), basis)?;
                }
                newcomers.iter().try_for_each(|one| newcomer::erase(w, one.account))?;
            }
            Ok(ErasureSummary { dry_run, taken, due: due.clone(), newcomers, ..ErasureSummary::default() })
        })?;
        Ok(self.swept(summary))
    }

    fn stated(&self, reason: &str, basis: &str) -> Result<Erasure> {
        if !REASONS.contains(&reason) {
            return Err(ServerError::Refused("erase_reason"));
        }
        if basis.trim().is_empty() || basis.len() > limits::REASON_BYTES_MAX {
            return Err(ServerError::Refused("erase_basis"));
        }
        Ok(Erasure { reason: reason.to_owned(), by: self.author(), ..Erasure::default() })
    }

    fn erase_one(&self, w: &Writing<'_>, record: RecordId, erasure: &Erasure, basis: &str) -> Result<()> {
        let taken = erase::erase(w, record, erasure)?;
        let fields: Vec<&str> = erasure.fields.iter().map(String::as_str).collect();
        let what = if fields.is_empty() { "all".to_owned() } else { fields.join(",") };
        let (values, reason) = (taken.values, &erasure.reason);
        let detail = format!("record {record} {what}: {values} values, {reason}: {}", basis.trim());
        w.audit(self.by, "erased", &detail)
    }

    /// After the commit: pictures, and the file itself.
    fn swept(&self, summary: ErasureSummary) -> ErasureSummary {
        if summary.dry_run {
            return summary;
        }
        let swept = remains::sweep(self.server.running());
        if let Err(error) = &swept {
            tracing::error!(%error, "something that was erased may remain in the file");
        }
        ErasureSummary { remains: swept.is_err(), ..summary }
    }
}

/// The records that are meant, each with its kind, where it lives.
fn records(tx: &dyn Tx, wanted: &Erasing) -> Result<Vec<(RecordId, String)>> {
    let (mut ids, mut at) = (wanted.records.clone(), 0);
    let mut found = Vec::new();
    while let Some(record) = ids.get(at).copied() {
        at += 1;
        let places = erase::whereabouts(tx, record)?;
        let Some((space, id)) = places.last().copied() else { return Err(ServerError::NotFound("record")) };
        let kind = tx.state(space, id)?.map(|row| row.kind).unwrap_or_default();
        let own = [Kind::Unit, Kind::FieldUse].iter().any(|own| own.name() == kind);
        if own {
            return Err(ServerError::Refused("erase_kind"));
        }
        found.push((record, kind));
        if wanted.below {
            for (space, id) in places {
                let below = tx.children(space, id)?;
                ids.extend(below.into_iter().filter(|one| !ids.contains(one)).collect::<Vec<_>>());
            }
        }
        if ids.len() > limits::ERASED_RECORDS_MAX {
            return Err(ServerError::Refused("erase_too_many"));
        }
    }
    Ok(found)
}

/// The fields as their kind knows them; those of a kind that this version does not know are taken at their word.
fn fields_of(kind: &str, fields: &[String]) -> Result<BTreeSet<String>> {
    let table = Kind::from_name(kind).map(Kind::table);
    for field in fields {
        let known = table.is_none_or(|table| table.field(field).is_some() || table.set(field).is_some());
        if !known && field != ATTACHED {
            return Err(ServerError::Refused("erase_field"));
        }
    }
    Ok(fields.iter().cloned().collect())
}

/// Records that are linked with these and not among them.
fn same_as(tx: &dyn Tx, records: &[(RecordId, String)]) -> Result<Vec<RecordId>> {
    let mut same = BTreeSet::new();
    for (record, _) in records {
        for (space, id) in erase::whereabouts(tx, *record)? {
            if let Some(row) = tx.state(space, id)? {
                same.extend(read_state(&row.bytes)?.links());
            }
        }
    }
    Ok(same.into_iter().filter(|other| !records.iter().any(|(record, _)| record == other)).collect())
}
