//! A freelancer changes how they are named and how they read.

use serde::{Deserialize, Serialize};

use crate::domaine::Langue;
use crate::job::{Job, Queue, present};

/// Changes the fields that are there; the others stay. Whose account it is, the actor says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpdateUtilisateur {
    /// The name that clients read.
    pub nom: Option<String>,
    /// The language of their pages and mails.
    pub langue: Option<Langue>,
    /// Their time zone, by its IANA name.
    pub fuseau: Option<String>,
    /// The colour at the head of their clients' pages, as `#rrggbb`; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub couleur: Option<Option<String>>,
}

impl Job for UpdateUtilisateur {
    const KIND: &'static str = "UpdateUtilisateur";
    const QUEUE: Queue = Queue::Courant;
}
