//! Read a notice, and say so where it asks for that: the receipt's id follows from notice and reader.

use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened, parent_unit};
use crate::id::{RecordId, UnitId};
use crate::kind::addressed::WHO;
use crate::kind::notice_receipt::{ACKNOWLEDGED_AT, NOTICE, READ_AT, receipt_of};
use crate::kind::{Kind, UNIT, notice};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// That a notice was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadNotice {
    /// The notice.
    pub notice: RecordId,
    /// The unit in which its reader works.
    pub unit: UnitId,
    /// What stood on the screen of the receipt.
    pub basis: Basis,
    /// Whether its reader says that they have understood it.
    pub acknowledged: bool,
}

impl ReadNotice {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        parent_unit(held, self.notice, &notice::KINDS)?;
        let record = receipt_of(self.notice, actor.account);
        let now = Value::Int(actor.now.0);
        let acknowledged = || Edits::none().put(ACKNOWLEDGED_AT, now.clone());
        match Blank::of(held, record, Kind::NoticeReceipt) {
            Ok(blank) => {
                let edits = if self.acknowledged { acknowledged() } else { Edits::none() };
                let who = RecordId(actor.account.0);
                let edits = edits.put(NOTICE, self.notice).put(WHO, who).put(READ_AT, now.clone());
                Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
            }
            Err(Rejection::RecordExists) => {
                let opened = Opened::of(held, record, &self.basis)?;
                let said = opened.state.fields.get(ACKNOWLEDGED_AT).is_some_and(|said| !said.heads.is_empty());
                if !self.acknowledged || said {
                    return Err(Rejection::NothingToDo);
                }
                let wishes = acknowledged().wishes(opened.table, actor.roles, |_, _| true)?;
                Ok(opened.write(wishes).into())
            }
            Err(other) => Err(other),
        }
    }
}
