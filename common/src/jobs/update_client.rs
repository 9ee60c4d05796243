//! A freelancer corrects a client's card.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::{Langue, TypeClient};
use crate::job::{Job, Queue, present};

/// Changes the fields that are there; the others stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateClient {
    /// The client, the actor's own.
    pub client_id: Uuid,
    /// The new name.
    pub nom: Option<String>,
    /// A company or a person.
    pub r#type: Option<TypeClient>,
    /// The new address; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub email: Option<Option<String>>,
    /// The language of their portal and mails.
    pub langue: Option<Langue>,
    /// The version of the card that its sender saw: refused when it says something else by now. Without it the last
    /// one to write wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Job for UpdateClient {
    const KIND: &'static str = "UpdateClient";
    const QUEUE: Queue = Queue::Courant;
}
