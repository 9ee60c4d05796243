//! Refunds: money that is sent back through Stripe, and looked for where an answer never came.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use stripe::{IdempotencyKey, RequestStrategy, StripeError};
use stripe_client_core::{CustomizableStripeRequest, RequestBuilder, StripeMethod};
use uuid::Uuid;

use super::{Stripe, StripeAnswer, StripeReversal, StripeUnavailable, failure, refused};

/// The metadata that finds a refund's attempt again.
const ATTEMPT: &str = "remboursementId";

/// One refund, as its attempt froze it.
#[derive(Debug, Clone)]
pub struct RefundParams {
    /// Our id of the attempt.
    pub remboursement_id: Uuid,
    /// The attempt's idempotency key.
    pub cle: String,
    /// The payment to refund, `pi_…`, as the ledger holds it.
    pub payment_intent: String,
    /// How much, in minor units.
    pub montant_minor: i64,
}

#[derive(Serialize)]
struct CreateRefund<'a> {
    payment_intent: &'a str,
    amount: i64,
    metadata: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct ListRefunds<'a> {
    payment_intent: &'a str,
    limit: u8,
}

impl StripeReversal {
    /// The attempt of ours that it answers.
    #[must_use]
    pub fn attempt(&self) -> Option<Uuid> {
        self.metadata.as_ref()?.get(ATTEMPT)?.parse().ok()
    }
}

impl Stripe {
    /// Asks for a refund. The same key gives the same refund.
    pub(super) async fn refund(&self, params: &RefundParams) -> Result<StripeAnswer, StripeUnavailable> {
        let key = IdempotencyKey::new(&params.cle).map_err(|error| StripeUnavailable(error.to_string()))?;
        let body = CreateRefund {
            payment_intent: &params.payment_intent,
            amount: params.montant_minor,
            metadata: BTreeMap::from([(ATTEMPT, params.remboursement_id.to_string())]),
        };
        let request = RequestBuilder::new(StripeMethod::Post, "/refunds").form(&body).customize();
        match self.json(request.request_strategy(RequestStrategy::Idempotent(key))).await {
            Ok(refund) => read(&refund),
            // Kept with the key: asked again it says the same, whether or not the money went.
            Err(StripeError::Stripe(_, 500..)) => Ok(StripeAnswer::Failed),
            // What is not there is the payment that we named.
            Err(StripeError::Stripe(error, 404)) => Ok(refused(&error, 404)),
            Err(error) => failure(error),
        }
    }

    /// Looks for the refund of an attempt whose outcome is unknown, among its payment's.
    pub(super) async fn find_refund(&self, params: &RefundParams) -> Result<StripeAnswer, StripeUnavailable> {
        // A payment has few refunds: they all stand on one page.
        let query = ListRefunds { payment_intent: &params.payment_intent, limit: 100 };
        let request = RequestBuilder::new(StripeMethod::Get, "/refunds").query(&query).customize();
        let page = match self.json(request).await {
            Ok(page) => page,
            // A payment that this key does not know: that says nothing of the refund.
            Err(StripeError::Stripe(error, 404)) => return Ok(refused(&error, 404)),
            Err(error) => return failure(error),
        };
        let wanted = params.remboursement_id.to_string();
        let refunds = page["data"].as_array().into_iter().flatten();
        match refunds.into_iter().find(|refund| refund["metadata"][ATTEMPT] == wanted) {
            Some(refund) => read(refund),
            None => Ok(StripeAnswer::Unknown),
        }
    }

    /// What Stripe answers, as it stands.
    async fn json(
        &self,
        request: CustomizableStripeRequest<miniserde::json::Value>,
    ) -> Result<Value, StripeError> {
        let answer = request.send(&self.client).await?;
        serde_json::from_str(&miniserde::json::to_string(&answer))
            .map_err(|error| StripeError::JSONDeserialize(error.to_string()))
    }
}

fn read(refund: &Value) -> Result<StripeAnswer, StripeUnavailable> {
    let refund = serde_json::from_value(refund.clone());
    refund.map(StripeAnswer::Refund).map_err(|error| StripeUnavailable(error.to_string()))
}
