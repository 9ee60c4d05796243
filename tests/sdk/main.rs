//! Stripe's own SDKs, types and command line are the judges: of the simulator, of the webhook's door, and of what the
//! worker sends (`make outils-test` fetches them).

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod cli;
mod parcours;
mod signature;
mod tools;
mod types;
