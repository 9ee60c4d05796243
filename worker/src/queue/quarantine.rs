//! Suspects apart: a job that may have killed a worker must not take its neighbours down with it again and again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedSemaphorePermit, RwLock, Semaphore};
use tokio_util::task::AbortOnDropHandle;

/// The gate that every run in this process goes through.
///
/// When a process dies, everything that it ran becomes suspect, mostly wrongly. So suspects run one at a time,
/// and while one begins nobody else runs: what dies with it is then not counted against others. A bad job does
/// its harm soon or hardly ever, so a suspect does not keep its neighbours waiting for longer than `patience`,
/// once for them to finish and once for itself.
#[derive(Clone)]
pub(super) struct Quarantine {
    turns: Arc<Semaphore>,
    gate: Arc<RwLock<()>>,
    patience: Duration,
}

/// Held during a run.
pub(super) enum Passage {
    /// Among others.
    Fresh { _gate: OwnedRwLockReadGuard<()> },
    /// The only suspect, and alone until the gate is opened again.
    Suspect {
        _turn: Option<OwnedSemaphorePermit>,
        _gate: Option<AbortOnDropHandle<()>>,
    },
}

impl Quarantine {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(1)),
            gate: Arc::default(),
            patience,
        }
    }

    /// Waits until it is a suspect's turn. Taken before a suspect is, so that none waits while it is counted.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turns.clone().acquire_owned().await.ok()
    }

    /// Waits until a job may run.
    pub(super) async fn enter(&self, suspect: bool, turn: Option<OwnedSemaphorePermit>) -> Passage {
        if !suspect {
            return Passage::Fresh {
                _gate: self.gate.clone().read_owned().await,
            };
        }
        let turn = match turn {
            None => self.turn().await,
            taken => taken,
        };
        let closed = tokio::time::timeout(self.patience, self.gate.clone().write_owned()).await;
        let patience = self.patience;
        let gate = closed.ok().map(|closed| {
            AbortOnDropHandle::new(tokio::spawn(async move {
                tokio::time::sleep(patience).await;
                drop(closed);
            }))
        });
        Passage::Suspect {
            _turn: turn,
            _gate: gate,
        }
    }
}
