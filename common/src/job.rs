//! The job contract: what travels from the edge to the worker.
//!
//! A new job costs a payload file in `common/src/jobs/`, a handler file of the same name in
//! `worker/src/jobs/`, a route, a template, and its line in [`each_job!`](crate::each_job).

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::jeton::Sealer;

/// The namespace of job ids. Never changed: a redelivered event must meet its old id.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1f_0f5e_2b0e_4f0a_9d5b_9a8d_61c3_7e11);

/// A payload that the worker knows how to run.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The job's name on the wire and in `job_resultat.type`. Never renamed.
    const KIND: &'static str;
    /// The version of the payload's shape. Raised when an old worker would misread a new payload; a
    /// worker defers versions that it does not know.
    const VERSION: u16 = 1;
    /// The queue it waits in.
    const QUEUE: Queue;
    /// How long it is tried again before it is parked.
    const HORIZON: Duration = Duration::from_hours(72);
}

/// The queues: a flood in one does not delay another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Checkout sessions and Stripe's events.
    Paiements,
    /// What a person waits for.
    Courant,
    /// What nobody waits for.
    Fond,
}

impl Queue {
    /// Every queue, most urgent first.
    pub const ALL: [Self; 3] = [Self::Paiements, Self::Courant, Self::Fond];

    /// The name in keys and columns.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paiements => "paiements",
            Self::Courant => "courant",
            Self::Fond => "fond",
        }
    }
}

/// The id of a job, and of its row in `job_resultat`: the same wish gives the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

impl JobId {
    /// The id of a wish: who asks for what, under which key (a form's hidden key or `Idempotency-Key`).
    #[must_use]
    pub fn of<J: Job>(actor: &Actor, key: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("{}\n{actor}\n{key}", J::KIND).as_bytes()))
    }

    /// The id of one event of Stripe's: a redelivery is the same job.
    #[must_use]
    pub fn of_stripe_event(event_id: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, event_id.as_bytes()))
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Who asks. Decides what the worker lets the job touch, and who may read its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in freelancer.
    Utilisateur(Uuid),
    /// A client, by a private link. Their jobs outlive a new token.
    Client(Uuid),
    /// A signed webhook.
    Stripe,
    /// The product itself: timers, set-up, the command line.
    Systeme,
}

impl Actor {
    /// The name in `job_resultat.acteur_type`.
    #[must_use]
    pub const fn type_str(&self) -> &'static str {
        match self {
            Self::Utilisateur(_) => "utilisateur",
            Self::Client(_) => "client",
            Self::Stripe => "stripe",
            Self::Systeme => "systeme",
        }
    }

    /// The id in `job_resultat.acteur_id`.
    #[must_use]
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Utilisateur(id) | Self::Client(id) => Some(*id),
            Self::Stripe | Self::Systeme => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.id() {
            Some(id) => write!(f, "{}:{id}", self.type_str()),
            None => f.write_str(self.type_str()),
        }
    }
}

/// A job on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// The job's id: the same wish has the same id.
    pub id: JobId,
    /// [`Job::KIND`].
    pub kind: String,
    /// [`Job::VERSION`] of the sender.
    pub version: u16,
    /// The queue it waits in.
    pub queue: Queue,
    /// Who asks.
    pub actor: Actor,
    /// The job itself, to the letter: what is signed must not depend on how a program orders fields.
    pub payload: Box<RawValue>,
    /// SHA-256 of the payload, hexadecimal: the same id with another hash is another wish under a used key.
    pub payload_hash: String,
    /// When it was asked for.
    pub cree_le: DateTime<Utc>,
    /// The sender's signature over all of the above: who can write to Redis cannot make a job.
    pub signature: String,
}

impl Envelope {
    /// Wraps and signs a job that `actor` asks for under `id`.
    pub fn new<J: Job>(
        id: JobId,
        actor: Actor,
        job: &J,
        now: DateTime<Utc>,
        sealer: &Sealer,
    ) -> serde_json::Result<Self> {
        let payload = to_raw_value(job)?;
        let payload_hash = hash(&payload);
        let mut envelope = Self {
            id,
            kind: J::KIND.into(),
            version: J::VERSION,
            queue: J::QUEUE,
            actor,
            payload,
            payload_hash,
            cree_le: now,
            signature: String::new(),
        };
        envelope.signature = sealer.sign(envelope.signed().as_bytes());
        Ok(envelope)
    }

    /// Whether one of ours sent it as it stands.
    #[must_use]
    pub fn is_genuine(&self, sealer: &Sealer) -> bool {
        hash(&self.payload) == self.payload_hash && sealer.verify(self.signed().as_bytes(), &self.signature)
    }

    fn signed(&self) -> String {
        let Self { id, kind, version, queue, actor, payload_hash, cree_le, .. } = self;
        let queue = queue.as_str();
        format!("{id}\n{kind}\n{version}\n{queue}\n{actor}\n{payload_hash}\n{}", cree_le.to_rfc3339())
    }
}

fn hash(payload: &RawValue) -> String {
    hex::encode(Sha256::digest(payload.get()))
}

/// What a finished job points at. Stored in `job_resultat.resultat`; the entity is read anew, and in
/// the reader's language, when the result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The kind of row.
    #[serde(rename = "type")]
    pub entite: crate::domaine::Entite,
    /// Its id.
    pub id: Uuid,
    /// Whether it stood there before, so that nothing was added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deja_la: bool,
}

/// `Some(None)` for a field that is there and null: a change that empties it.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::RecordNote;

    #[test]
    fn a_changed_envelope_is_not_genuine() {
        let (ours, theirs) = (Sealer::new(&[[1; 32]]), Sealer::new(&[[2; 32]]));
        let note = RecordNote { client_id: Uuid::from_u128(2), texte: "n".into() };
        let actor = Actor::Utilisateur(Uuid::from_u128(1));
        let now = DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap();
        let id = JobId::of::<RecordNote>(&actor, "k");
        let sent = Envelope::new(id, actor, &note, now, &ours).unwrap();
        let received: Envelope = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
        assert!(received.is_genuine(&ours) && received.is_genuine(&Sealer::new(&[[3; 32], [1; 32]])));
        assert!(!received.is_genuine(&theirs));
        let other_actor = Envelope { actor: Actor::Stripe, ..received.clone() };
        let other_payload = Envelope { payload: to_raw_value(&()).unwrap(), ..received };
        assert!(!other_actor.is_genuine(&ours) && !other_payload.is_genuine(&ours));
    }

    #[test]
    fn the_same_wish_has_the_same_id_and_another_actor_another() {
        let (a, b) = (Actor::Utilisateur(Uuid::from_u128(1)), Actor::Client(Uuid::from_u128(1)));
        assert_eq!(JobId::of::<RecordNote>(&a, "k"), JobId::of::<RecordNote>(&a, "k"));
        assert_ne!(JobId::of::<RecordNote>(&a, "k"), JobId::of::<RecordNote>(&b, "k"));
        assert_ne!(JobId::of::<RecordNote>(&a, "k"), JobId::of::<RecordNote>(&a, "l"));
        // Wire format: an event that arrives again after an upgrade must find its row.
        assert_eq!(
            JobId::of_stripe_event("evt_1").to_string(),
            JobId(Uuid::new_v5(&NAMESPACE, b"evt_1")).to_string()
        );
    }
}
