//! The gate of a phone: who may look at what it holds, and for how long without a server.
//!
//! Owns PIN, lock and offline lease. Refuses to stand in the way of what waits to be sent: sync, bundles and hand-overs go
//! on behind a closed gate. Invariant: whatever happens here, nothing that was typed is lost.

mod lease;
mod passed;
mod pin;

use crate::error::AppError;
use crate::keys::KeyVault;
use crate::notebook::Notebook;
use crate::read::Reader;
use crate::transport::Transport;
use passed::Mark;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct GateStatus {
    /// Whether the phone asks for a PIN.
    pub has_pin: bool,
    /// Whether the PIN is asked for before anything is shown.
    pub locked: bool,
    /// How long the next try has to wait, milliseconds.
    pub wait_ms: i64,
    /// What is left of the offline lease, milliseconds; zero: the phone must hear of its server first. `None` before
    /// enrolment.
    pub lease_left_ms: Option<i64>,
}

/// The gate's state while the notebook is open.
pub(crate) struct Gate {
    run: [u8; 16],
    kept: Mutex<Kept>,
}

struct Kept {
    pin: Option<pin::Kept>,
    lease: Option<lease::Kept>,
    locked: bool,
}

impl Gate {
    /// As the vault tells; closed if there is a PIN.
    pub fn load(vault: &dyn KeyVault, run: [u8; 16]) -> Result<Self, AppError> {
        let (pin, lease) = (pin::Kept::load(vault)?, lease::Kept::load(vault)?);
        let locked = pin.is_some();
        Ok(Self { run, kept: Mutex::new(Kept { pin, lease, locked }) })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notebook {
    fn gate_mark(&self) -> Mark {
        Mark::now(self.clock(), self.gate().run)
    }

    /// How the gate stands.
    pub fn gate_status(&self) -> Result<GateStatus, AppError> {
        let (now, mut kept) = (self.gate_mark(), self.gate().lock());
        self.follow_clocks(&mut kept, &now)?;
        Ok(GateStatus {
            has_pin: kept.pin.is_some(),
            locked: kept.locked,
            wait_ms: kept.pin.as_ref().map_or(0, |pin| pin.wait_ms(&now)),
            lease_left_ms: kept.lease.as_ref().map(|lease| lease.left_ms(&now).max(0)),
        })
    }

    /// Notes what the clocks say of restarts and of time spent.
    fn follow_clocks(&self, kept: &mut Kept, now: &Mark) -> Result<(), AppError> {
        if let Some(pin) = kept.pin.as_mut().filter(|_| kept.locked)
            && pin.restarted(now)
        {
            pin.keep(self.keys())?;
        }
        // What nobody else has needs no word from a server.
        if self.enrolment().is_some_and(|e| !e.training) {
            match &mut kept.lease {
                Some(lease) => lease.note(now, self.keys())?,
                none => none.insert(lease::Kept::new(*now)).keep(self.keys())?,
            }
        }
        Ok(())
    }

    /// Refuses while the gate is closed.
    pub(crate) fn pass_gate(&self) -> Result<(), AppError> {
        let status = self.gate_status()?;
        match status {
            GateStatus { locked: true, .. } => Err(AppError::Locked),
            GateStatus { lease_left_ms: Some(0), .. } => Err(AppError::LeaseOver),
            _ => Ok(()),
        }
    }

    /// Reads screens: refused while the gate is closed.
    pub fn reader(&self) -> Result<Reader<'_>, AppError> {
        self.pass_gate()?;
        Ok(Reader { store: self.store(), actor: self.actor()? })
    }

    /// Sets the phone's PIN, six to twelve digits; `current` is asked for where there is one.
    pub fn set_pin(&self, current: Option<&[u8]>, new: &[u8]) -> Result<(), AppError> {
        pin::checked(new)?;
        let (now, mut kept) = (self.gate_mark(), self.gate().lock());
        self.follow_clocks(&mut kept, &now)?;
        if let Some(pin) = &mut kept.pin {
            pin.try_with(current.unwrap_or_default(), &now, self.keys())?;
        }
        self.put_pin(&mut kept, new)
    }

    fn put_pin(&self, kept: &mut Kept, new: &[u8]) -> Result<(), AppError> {
        let fresh = pin::Kept::of(new, self.ids())?;
        fresh.keep(self.keys())?;
        (kept.pin, kept.locked) = (Some(fresh), false);
        Ok(())
    }

    /// Closes the gate, if there is a PIN to open it again.
    pub fn lock(&self) {
        let mut kept = self.gate().lock();
        kept.locked = kept.pin.is_some();
    }

    /// Opens the gate.
    pub fn unlock(&self, pin: &[u8]) -> Result<(), AppError> {
        let (now, mut kept) = (self.gate_mark(), self.gate().lock());
        self.follow_clocks(&mut kept, &now)?;
        if let Some(known) = &mut kept.pin {
            known.try_with(pin, &now, self.keys())?;
        }
        kept.locked = false;
        Ok(())
    }

    /// A new PIN for a forgotten one, with a new enrolment code: whoever gives it out has looked at the person. Everything
    /// on the phone stays.
    pub async fn reset_pin(&self, transport: &dyn Transport, code: &str, new: &[u8]) -> Result<(), AppError> {
        pin::checked(new)?;
        self.enrol_again(transport, code).await?;
        self.put_pin(&mut self.gate().lock(), new)
    }

    /// The server answered with its signature, or at the address that this phone trusts.
    pub(crate) fn renew_lease(&self) -> Result<(), AppError> {
        let (now, mut kept) = (self.gate_mark(), self.gate().lock());
        match &mut kept.lease {
            Some(lease) => lease.renew(&now, self.keys()),
            none => none.insert(lease::Kept::new(now)).keep(self.keys()),
        }
    }
}
