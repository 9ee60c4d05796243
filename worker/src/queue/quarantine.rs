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
/// once for them to finish and once for itself; nor other suspects for longer than ten times that.
#[derive(Clone)]
pub(super) struct Quarantine {
    turns: Arc<Semaphore>,
    gate: Arc<RwLock<()>>,
    patience: Duration,
}

/// Held during a run.
#[expect(dead_code, reason = "held to be dropped")]
pub(super) enum Passage {
    /// Among others.
    Fresh(OwnedRwLockReadGuard<()>),
    /// The only suspect, and alone, as long as it may be.
    Suspect(AbortOnDropHandle<()>),
}

impl Quarantine {
    pub(super) fn new(patience: Duration) -> Self {
        let turns = Arc::new(Semaphore::new(1));
        Self { turns, gate: Arc::default(), patience }
    }

    /// Waits until it is a suspect's turn. Taken before a suspect is, so that none waits while it is counted.
    /// `None` never: the turns are not closed.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turns.clone().acquire_owned().await.ok()
    }

    /// Waits until a job may run.
    pub(super) async fn enter(&self, suspect: bool, turn: Option<OwnedSemaphorePermit>) -> Passage {
        if !suspect {
            return Passage::Fresh(self.gate.clone().read_owned().await);
        }
        let turn = if turn.is_some() { turn } else { self.turn().await };
        let patience = self.patience;
        let gate = tokio::time::timeout(patience, self.gate.clone().write_owned()).await;
        Passage::Suspect(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            drop(gate);
            tokio::time::sleep(patience * 9).await;
            drop(turn);
        })))
    }
}
