//! Listeners: who is told that something on the phone changed.
//!
//! Owns the list of listeners and what they are told. Refuses to carry data: whoever is told asks again. Invariant: a
//! listener is called after the transaction, never within it.

use gridwalk_model::id::RecordId;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What changed: kinds and records, so that a screen knows whether to ask again.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Changes {
    /// Names of the kinds.
    pub kinds: BTreeSet<String>,
    /// The records.
    pub ids: BTreeSet<RecordId>,
}

impl Changes {
    /// One record of a kind.
    pub fn one(kind: &str, record: RecordId) -> Self {
        Self { kinds: BTreeSet::from([kind.to_owned()]), ids: BTreeSet::from([record]) }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.ids.is_empty()
    }
}

/// Whoever wants to know.
pub trait Listener: Send + Sync {
    /// Something changed.
    fn changed(&self, changes: &Changes);
}

impl<F: Fn(&Changes) + Send + Sync> Listener for F {
    fn changed(&self, changes: &Changes) {
        self(changes);
    }
}

/// The listeners of one notebook; one that was dropped is told nothing more.
#[derive(Default)]
pub struct Listeners {
    list: Mutex<Vec<Weak<dyn Listener>>>,
}

impl Listeners {
    /// Adds a listener for as long as its owner keeps it.
    pub fn add(&self, listener: &Arc<dyn Listener>) {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(listener));
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).iter().all(|l| l.strong_count() == 0)
    }

    /// Tells everyone, outside the lock; nothing changed is not told.
    pub fn tell(&self, changes: &Changes) {
        if changes.is_empty() {
            return;
        }
        let living: Vec<Arc<dyn Listener>> = {
            let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
            list.retain(|l| l.strong_count() > 0);
            list.iter().filter_map(Weak::upgrade).collect()
        };
        for listener in living {
            listener.changed(changes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_dropped_listener_is_told_nothing() {
        let told = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&told);
        let listener: Arc<dyn Listener> = Arc::new(move |_: &Changes| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let listeners = Listeners::default();
        listeners.add(&listener);
        listeners.tell(&Changes::default());
        listeners.tell(&Changes::one("visit", RecordId([1; 16])));
        drop(listener);
        listeners.tell(&Changes::one("visit", RecordId([2; 16])));
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
