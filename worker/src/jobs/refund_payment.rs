//! Refunds a payment: the attempt first, Stripe second, the ledger third.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::RefundPayment;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{check_refunded, next_refund_call};

impl Handle for RefundPayment {
    const EXTERNAL: bool = true;

    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        next_refund_call(cx, self).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        check_refunded(cx).await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}
