//! Signed events on their way to the product, tried again until they are taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::oneshot;

use super::core::Core;
use super::fault::GenreWebhook;
use super::objects;
use super::state::{Attempt, Delivery, Outcome, State, new_id, now};

/// Where events are sent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The address of the webhook.
    pub url: String,
    /// The signing secret, `whsec_…`.
    pub secret: String,
    /// The types that were ticked; none means all.
    #[serde(default)]
    pub types: Vec<String>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).field("types", &self.types).finish_non_exhaustive()
    }
}

/// The `Stripe-Signature` header of a body sent at `date` (seconds since 1970).
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn signature(secret: &str, date: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{date}.").as_bytes());
    mac.update(body);
    format!("t={date},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Told when a delivery was tried once: the type of the event, and the end of the first try.
pub(crate) type FirstTry = (String, oneshot::Receiver<()>);

impl Core {
    /// Sends the events that something made, minding the faults in force.
    pub(crate) fn dispatch(self: &Arc<Self>, events: &[String]) -> Vec<FirstTry> {
        let Some(endpoint) = self.endpoint() else {
            return Vec::new();
        };
        let mut tries = Vec::new();
        for event in events {
            let Ok(kind) = self.read(|state| state.events.get(event).map(|event| event.kind.clone())) else {
                continue;
            };
            if !endpoint.types.is_empty() && !endpoint.types.contains(&kind) {
                continue;
            }
            let fault = self.faults(|faults| faults.strike_webhook(&kind));
            let delay = Duration::from_millis(fault.as_ref().map_or(0, |fault| fault.delai_ms));
            match fault.map(|fault| (fault.faute, fault.copies)) {
                Some((GenreWebhook::Perdre, _)) => {
                    self.change(|state| drop(new_delivery(state, event, Outcome::Perdue)));
                }
                Some((GenreWebhook::Dupliquer, copies)) => {
                    tries.extend((0..copies).map(|_| self.send(event, &kind, Duration::ZERO)));
                }
                Some((GenreWebhook::Retarder, _)) => tries.push(self.send(event, &kind, delay)),
                Some((GenreWebhook::Melanger, copies)) => self.hold(event, &kind, copies as usize),
                None => tries.push(self.send(event, &kind, Duration::ZERO)),
            }
        }
        tries
    }

    /// Keeps an event until so many are there that they can be sent in another order.
    fn hold(self: &Arc<Self>, event: &str, kind: &str, copies: usize) {
        self.change(|state| drop(state.events.get_mut(event).map(|event| event.due = true)));
        let held = self.held(|held| {
            held.push((event.to_owned(), kind.to_owned()));
            if held.len() < copies { Vec::new() } else { std::mem::take(held) }
        });
        self.release(held);
    }

    /// Sends events one after the other, in another order than they came.
    pub(crate) fn release(self: &Arc<Self>, held: Vec<(String, String)>) {
        let mut shuffled = held.clone();
        while shuffled == held && held.len() > 1 {
            shuffled.shuffle(&mut rand::rng());
        }
        let core = Arc::clone(self);
        self.spawn(async move {
            for (event, kind) in shuffled {
                // The next leaves when this one was tried once; an end meanwhile ends this task, too.
                drop(core.send(&event, &kind, Duration::ZERO).1.await);
            }
        });
    }

    /// Starts a delivery of one event after `delay`, faults or not.
    pub(crate) fn send(self: &Arc<Self>, event: &str, kind: &str, delay: Duration) -> FirstTry {
        let id = self.change(|state| new_delivery(state, event, Outcome::EnCours));
        let (tried, first_try) = oneshot::channel();
        let core = Arc::clone(self);
        self.spawn(async move {
            tokio::time::sleep(delay).await;
            core.deliver(&id, Some(tried)).await;
        });
        (kind.to_owned(), first_try)
    }

    /// Takes up the deliveries that were under way when the simulator ended.
    pub(crate) fn resume_deliveries(self: &Arc<Self>) {
        let waiting: Vec<_> = self.read(|state| {
            let rows = state.deliveries.rows().iter();
            rows.filter(|d| d.outcome == Outcome::EnCours).map(|d| d.id.clone()).collect()
        });
        for id in waiting {
            let core = Arc::clone(self);
            self.spawn(async move { core.deliver(&id, None).await });
        }
    }

    /// Tries until the endpoint takes it or the tries are used up.
    async fn deliver(&self, id: &str, mut tried: Option<oneshot::Sender<()>>) {
        let mut number = self.read(|state| state.deliveries.get(id).map_or(0, |d| d.attempts.len()));
        loop {
            let attempt = self.attempt(id).await;
            let taken = attempt.statut.is_some_and(|status| (200..300).contains(&status));
            let wait = self.options.retries.get(number).copied();
            self.change(|state| {
                let Ok(delivery) = state.deliveries.get_mut(id) else {
                    return;
                };
                delivery.attempts.push(attempt);
                if taken || wait.is_none() {
                    delivery.outcome = if taken { Outcome::Livree } else { Outcome::Abandonnee };
                    let event = delivery.event.clone();
                    if let Ok(event) = state.events.get_mut(&event) {
                        event.pending = event.pending.saturating_sub(1);
                        event.taken |= taken;
                    }
                }
            });
            // Nobody may be waiting for it.
            tried.take().map(|tried| tried.send(()));
            let (false, Some(wait)) = (taken, wait) else {
                return;
            };
            tokio::time::sleep(wait).await;
            number += 1;
        }
    }

    async fn attempt(&self, delivery: &str) -> Attempt {
        let (date, start) = (now(), Instant::now());
        let body = self.read(|state| {
            let event = state.events.get(&state.deliveries.get(delivery)?.event)?;
            Ok::<_, super::error::StripeError>(format!("{:#}", objects::event(event)))
        });
        let sent = match (self.endpoint(), body) {
            (Some(endpoint), Ok(body)) => {
                let request = self.http.post(&endpoint.url).timeout(self.options.webhook_timeout);
                let request = request
                    .header("Content-Type", "application/json; charset=utf-8")
                    .header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
                    .header("Stripe-Signature", signature(&endpoint.secret, date, body.as_bytes()));
                request.body(body).send().await.map_err(|error| error.to_string())
            }
            _ => Err("no endpoint".to_owned()),
        };
        let duree_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        match sent {
            Ok(answer) => Attempt { date, statut: Some(answer.status().as_u16()), erreur: None, duree_ms },
            Err(error) => Attempt { date, statut: None, erreur: Some(error), duree_ms },
        }
    }
}

fn new_delivery(state: &mut State, event: &str, outcome: Outcome) -> String {
    let id = new_id("liv_", 16);
    let mut kind = String::new();
    if let Ok(event) = state.events.get_mut(event) {
        kind.clone_from(&event.kind);
        event.pending += usize::from(outcome == Outcome::EnCours);
        event.due = true;
    }
    let event = event.to_owned();
    state.deliveries.insert(Delivery { id: id.clone(), event, kind, outcome, attempts: Vec::new() });
    id
}
