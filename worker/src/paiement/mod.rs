//! Money: what Stripe's facts do to the ledger, and what the ledger says of a deal.

mod answer;
mod attempt;
mod confirm;
#[cfg(test)]
mod convergence;
mod effacement;
mod ledger;
mod remboursement;
mod reversal;
mod statut;

pub use answer::{Recorded, record_answer};
pub use attempt::{ensure_closed, next_call_to_close, next_check, prepare_attempt};
pub use confirm::question;
pub use effacement::{reduce_events, reduce_if_erased};
pub use ledger::{Fact, Occasion, add_fact, record_refused_card, record_session, refresh_opportunite};
pub use remboursement::{check_refunded, next_refund_call, next_refund_check};
pub use reversal::{assign_event, find_deal_of_intent, record_reversal};
pub use statut::{Fait, statut_paiement};
