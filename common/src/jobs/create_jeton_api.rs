//! A signed-in freelancer makes an API token for their scripts.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Queue};

/// Adds a token. The token itself never leaves the edge, which shows it once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateJetonApi {
    /// What its owner calls it.
    pub nom: String,
    /// SHA-256 of the token, hexadecimal.
    pub jeton_hash: String,
    /// SHA-256 of the hash that its maker's password was held against, hexadecimal: whoever knew an old password makes
    /// no token after it was replaced. Empty from an edge of before: refused.
    #[serde(default)]
    pub mot_de_passe: String,
}

impl Job for CreateJetonApi {
    const KIND: &'static str = "CreateJetonApi";
    const QUEUE: Queue = Queue::Courant;
}
