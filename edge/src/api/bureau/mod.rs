//! What the signed-in freelancer may call.

pub mod clients;
pub mod connexion;
pub mod evenements;
pub mod jobs;
pub mod list;
pub mod opportunites;
pub mod paiements;
pub mod tickets;
pub mod utilisateur;
