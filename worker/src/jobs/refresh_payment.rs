//! Asks Stripe how the deal's unfinished session stands, and what became of refunds of which nobody knows.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::RefreshPayment;

use super::create_checkout_session::check_actor;
use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::{Stripe, StripeCall};
use crate::paiement::next_refund_check;

impl Handle for RefreshPayment {
    const EXTERNAL: bool = true;

    /// Asks once after the session that may still bring news (open, or complete without its money), and after
    /// refunds of unknown outcome.
    async fn next_call(&self, cx: &mut Cx, asked: usize) -> Result<Option<StripeCall>, JobError> {
        check_actor(cx, self.opportunite_id).await?;
        let unfinished = sqlx::query_scalar!(
            r#"SELECT s.stripe_session_id AS "stripe_session_id!" FROM session_paiement s
               WHERE s.opportunite_id = $1 AND s.stripe_session_id IS NOT NULL AND s.statut IN ('ouverte', 'payee')
                 AND NOT EXISTS (SELECT FROM paiement p
                     WHERE p.session_paiement_id = s.id AND p.type IN ('recu', 'echoue'))
               ORDER BY s.id DESC LIMIT 1"#,
            self.opportunite_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?;
        if let (Some(stripe_session_id), 0) = (unfinished, asked) {
            cx.stripe()?;
            return Ok(Some(StripeCall::Retrieve { stripe_session_id }));
        }
        let Some(livemode) = cx.shared.stripe.as_ref().map(Stripe::livemode) else {
            return Ok(None);
        };
        next_refund_check(cx, Some(self.opportunite_id), livemode).await
    }

    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        check_actor(cx, self.opportunite_id).await?;
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}
