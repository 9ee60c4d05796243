//! Moves a ticket on.

use common::domaine::{Entite, StatutTicket, TypeEvenement, TypeTicket};
use common::job::Reference;
use common::jobs::UpdateTicket;
use common::refus::Refus;
use serde_json::json;

use super::update_client::check_version;
use crate::cx::{Cx, Evenement, Handle, JobError, reference};

impl Handle for UpdateTicket {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let ticket = sqlx::query!(
            r#"SELECT client_id, sujet, version,
                      statut_ticket AS "statut_ticket: StatutTicket", type_ticket AS "type_ticket: TypeTicket" FROM ticket
               WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE"#,
            self.ticket_id,
            cx.utilisateur()?
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        let as_wished = self.statut_ticket.is_none_or(|wished| wished == ticket.statut_ticket)
            && self.type_ticket.is_none_or(|wished| wished == ticket.type_ticket);
        if as_wished {
            // Another tab was there first, with the same wish: that is no conflict.
            cx.mark_read(self.ticket_id, None).await?;
            return Ok(reference(Entite::Ticket, self.ticket_id));
        }
        check_version(self.version.as_deref(), &ticket.version)?;
        sqlx::query!(
            "UPDATE ticket SET statut_ticket = coalesce($2, statut_ticket), type_ticket = coalesce($3, type_ticket),
                 date_modification = $4
             WHERE id = $1",
            self.ticket_id,
            self.statut_ticket.map(StatutTicket::as_str),
            self.type_ticket.map(TypeTicket::as_str),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        cx.mark_read(self.ticket_id, None).await?;
        if self.statut_ticket == Some(StatutTicket::Resolu) && ticket.statut_ticket != StatutTicket::Resolu {
            cx.record_evenement(Evenement {
                client_id: ticket.client_id,
                r#type: TypeEvenement::TicketResolu,
                reference_id: Some(self.ticket_id),
                texte: &ticket.sujet,
                meta: json!({}),
            })
            .await?;
        }
        Ok(reference(Entite::Ticket, self.ticket_id))
    }
}
