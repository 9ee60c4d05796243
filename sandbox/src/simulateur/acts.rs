//! What the control API, the Rust API and the pages do alike: an act, and its events on their way.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::core::Core;
use super::dispute;
use super::error::{Result, StripeError};
use super::payment;
use super::refund::{self, Wanted};
use super::state::{Origin, State};
use super::views::SessionVue;

impl Core {
    /// Changes the state, and sends the events that this made.
    pub(crate) fn made(self: &Arc<Self>, act: impl FnOnce(&mut State) -> Result<Vec<String>>) -> Result<()> {
        let events = self.change(act)?;
        drop(self.dispatch(&events));
        Ok(())
    }

    /// Closes the port when the answer to the present request is out, for a while.
    pub(crate) fn close_port_for(self: &Arc<Self>, time: Duration) {
        let core = Arc::clone(self);
        self.spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            core.open_port(false).await;
            tokio::time::sleep(time).await;
            core.open_port(true).await;
        });
    }

    pub(crate) fn session(&self, id: &str) -> Result<SessionVue> {
        self.read(|state| state.sessions.get(id).map(|session| SessionVue::of(session, &self.base)))
    }

    /// Gives money of a session back; the refund's id.
    pub(crate) fn refund(self: &Arc<Self>, session: &str, wanted: Wanted) -> Result<String> {
        let (refund, events) = self.change(|state| {
            let intent = state.intent_of_session(session)?.id.clone();
            refund::make(state, &intent, wanted, &Origin::default())
        })?;
        drop(self.dispatch(&events));
        Ok(refund)
    }

    /// Disputes the payment of a session; the dispute's id.
    pub(crate) fn dispute(
        self: &Arc<Self>,
        session: &str,
        amount: Option<i64>,
        inquiry: bool,
    ) -> Result<String> {
        let (dispute, events) = self.change(|state| {
            let intent = state.intent_of_session(session)?.id.clone();
            dispute::open(state, &intent, amount, inquiry)
        })?;
        drop(self.dispatch(&events));
        Ok(dispute)
    }

    /// Makes an event and sends it.
    pub(crate) fn make_event(self: &Arc<Self>, kind: &str, object: Value, created: Option<i64>) -> String {
        let id = self.change(|state| {
            let id = payment::record(state, kind, object, Origin::default());
            if let (Some(created), Ok(event)) = (created, state.events.get_mut(&id)) {
                event.created = created;
            }
            id
        });
        drop(self.dispatch(std::slice::from_ref(&id)));
        id
    }

    /// Sends an event `times` at once, whatever faults are in force, and waits for the first answer to each.
    pub(crate) async fn deliver_again(self: &Arc<Self>, id: &str, times: u32) -> Result<()> {
        let kind = self.read(|state| state.events.get(id).map(|event| event.kind.clone()))?;
        if self.endpoint().is_none() {
            return Err(StripeError::refused("Aucun webhook n'est réglé."));
        }
        let tries: Vec<_> = (0..times).map(|_| self.send(id, &kind, Duration::ZERO)).collect();
        for (_, tried) in tries {
            // The simulator may end first: then there is no answer to wait for.
            drop(tried.await);
        }
        Ok(())
    }
}
