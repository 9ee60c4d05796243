//! Adds a message to a ticket's thread.

use common::domaine::{Auteur, Entite, StatutTicket, TypeCourriel, TypeEvenement};
use common::job::Reference;
use common::jobs::ReplyTicket;
use common::refus::Refus;
use serde_json::json;

use crate::courriel::Destinataire;
use crate::cx::{Cx, Evenement, Handle, JobError, Scope, reference};

impl Handle for ReplyTicket {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let scope @ Scope { utilisateur_id, client_id } = cx.scope();
        let auteur = scope.auteur();
        let ticket = sqlx::query!(
            r#"SELECT client_id, sujet, statut_ticket AS "statut_ticket: StatutTicket" FROM ticket
               WHERE id = $1 AND (utilisateur_id = $2 OR client_id = $3) FOR UPDATE"#,
            self.ticket_id,
            utilisateur_id,
            client_id,
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        // The freelancer's first answer takes a new ticket in hand; a client's word reopens a closed one.
        let statut = match (auteur, ticket.statut_ticket) {
            (Auteur::Utilisateur, StatutTicket::Nouveau) | (Auteur::Client, StatutTicket::Resolu) => {
                StatutTicket::EnCours
            }
            (_, statut) => statut,
        };
        if auteur == Auteur::Utilisateur {
            cx.mark_read(self.ticket_id, None).await?;
        }
        let id = cx.new_id();
        sqlx::query!(
            "INSERT INTO message_ticket (id, ticket_id, auteur, corps, date_creation) VALUES ($1, $2, $3, $4, $5)",
            id,
            self.ticket_id,
            auteur.as_str(),
            self.corps,
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        sqlx::query!(
            "UPDATE ticket SET statut_ticket = $2, dernier_auteur = $3, date_modification = $4 WHERE id = $1",
            self.ticket_id,
            statut.as_str(),
            auteur.as_str(),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        cx.record_evenement(Evenement {
            client_id: ticket.client_id,
            r#type: TypeEvenement::TicketReponse,
            reference_id: Some(self.ticket_id),
            texte: &ticket.sujet,
            meta: json!({ "auteur": auteur }),
        })
        .await?;
        let destinataire = match auteur {
            Auteur::Client => Destinataire::FreelanceDe(ticket.client_id),
            Auteur::Utilisateur => Destinataire::Client(ticket.client_id),
        };
        cx.write_courriel(TypeCourriel::TicketReponse, destinataire, id).await?;
        Ok(reference(Entite::Ticket, self.ticket_id))
    }
}
