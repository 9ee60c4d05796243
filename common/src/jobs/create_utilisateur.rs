//! The first freelancer signs up through the one-time set-up link.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Makes the first utilisateur. Rejected once there is one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateUtilisateur {
    /// SHA-256 of the set-up token, hexadecimal: checked again by the worker.
    pub jeton_hash: String,
    /// The name that clients read.
    pub nom: String,
    /// What they sign in with.
    pub email: String,
    /// An argon2id hash in PHC form. The password itself never leaves the edge.
    pub mot_de_passe_hash: String,
}

impl Job for CreateUtilisateur {
    const KIND: &'static str = "CreateUtilisateur";
    const QUEUE: Queue = Queue::Courant;
}
