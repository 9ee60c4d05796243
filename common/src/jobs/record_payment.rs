//! Money came another way than Stripe: « Marquer payé ».

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domaine::MoyenPaiement;
use crate::job::{Job, Queue};
use crate::montant::Devise;

/// Notes that a deal was paid by a transfer, in cash, or otherwise. What is owed, no more and no less: a deal
/// is paid or it is not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordPayment {
    /// The deal: the actor's own.
    pub opportunite_id: Uuid,
    /// How the money came.
    pub moyen: MoyenPaiement,
    /// On which day, in the freelancer's zone; today when it is not said.
    pub date_paiement: Option<NaiveDate>,
    /// How much, in the currency's main unit; what is owed when it is not said.
    pub montant: Option<Decimal>,
    /// In which currency; the deal's when it is not said.
    pub devise: Option<Devise>,
}

impl Job for RecordPayment {
    const KIND: &'static str = "RecordPayment";
    const QUEUE: Queue = Queue::Paiements;
}
