//! Money: what Stripe's facts do to the ledger, and what the ledger says of a deal.

mod answer;
mod attempt;
mod ledger;
mod reversal;
mod statut;

pub use answer::{Recorded, record_answer};
pub use attempt::{ensure_closed, next_call_to_close, prepare_attempt};
pub use ledger::{Fact, Occasion, add_fact, record_session, refresh_opportunite};
pub use reversal::{assign_event, record_reversal};
pub use statut::{Fait, statut_paiement};
