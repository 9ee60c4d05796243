//! What the tests share: the product as it is deployed (real processes, a real Postgres and Redis, the
//! Stripe simulator), and the people who use it.
//!
//! Nothing here sleeps or tries again: answers are waited for by the product's own `Prefer: wait`, and by
//! bounded waits on something that can be observed.

#![expect(clippy::missing_panics_doc, reason = "all of it panics: that is how a test says no")]

pub mod app;
pub mod browser;
pub mod check;
pub mod deal;
pub mod ecrans;
pub mod openapi;
mod parked;
pub mod people;
pub mod proxy;
pub mod routes;
pub mod wait;

pub use app::{App, Options};
pub use browser::Browser;
pub use check::{Expected, Witness};
pub use deal::Deal;
pub use people::{Answer, Bureau, Courier, Portail};
pub use proxy::Proxy;
pub use wait::{PATIENCE, until};
