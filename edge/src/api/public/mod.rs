//! What needs no account: the portal by its link, Stripe by its signature, the operator's probes.

pub mod portail;
pub mod sante;
pub mod signature;
pub mod webhooks;
