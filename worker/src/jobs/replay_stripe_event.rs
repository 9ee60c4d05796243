//! Applies a stored event of Stripe's once more, for the owner of the deal that it is about.

use common::domaine::Entite;
use common::job::Reference;
use common::jobs::ReplayStripeEvent;
use common::refus::Refus;

use super::process_stripe_webhook::apply;
use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::StripeEvent;

impl Handle for ReplayStripeEvent {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let utilisateur_id = cx.utilisateur()?;
        let corps = sqlx::query_scalar!(
            "SELECT e.corps FROM evenement_stripe e JOIN opportunite o ON o.id = e.opportunite_id
             WHERE e.stripe_event_id = $1 AND o.id = $2 AND o.utilisateur_id = $3",
            self.stripe_event_id,
            self.opportunite_id,
            utilisateur_id
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        if let Some(event) = StripeEvent::parse(&corps) {
            apply(cx, &event).await?;
        }
        Ok(reference(Entite::Opportunite, self.opportunite_id))
    }
}
