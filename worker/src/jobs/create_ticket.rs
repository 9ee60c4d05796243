//! Opens a ticket with its first message.

use common::domaine::{Auteur, Entite, StatutTicket, TypeCourriel, TypeEvenement};
use common::job::Reference;
use common::jobs::CreateTicket;
use common::refus::Refus;
use serde_json::json;

use crate::courriel::Destinataire;
use crate::cx::{Cx, Evenement, Handle, JobError, Scope, reference};

impl Handle for CreateTicket {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        let scope @ Scope { utilisateur_id, client_id } = cx.scope();
        let auteur = scope.auteur();
        let id = cx.new_id();
        let inserted = sqlx::query!(
            "INSERT INTO ticket (id, utilisateur_id, client_id, sujet, type_ticket, statut_ticket, dernier_auteur,
                 date_creation, date_modification)
             SELECT $1, utilisateur_id, id, $5, $6, $7, $8, $9, $9 FROM client
             WHERE id = $2 AND (utilisateur_id = $3 OR id = $4) AND date_effacement IS NULL FOR KEY SHARE",
            id,
            self.client_id,
            utilisateur_id,
            client_id,
            self.sujet,
            self.type_ticket.as_str(),
            StatutTicket::Nouveau.as_str(),
            auteur.as_str(),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        if inserted.rows_affected() == 0 {
            return Err(Refus { champ: Some("clientId".into()), ..Refus::not_found() }.into());
        }
        let message_id = cx.new_id();
        sqlx::query!(
            "INSERT INTO message_ticket (id, ticket_id, auteur, corps, date_creation) VALUES ($1, $2, $3, $4, $5)",
            message_id,
            id,
            auteur.as_str(),
            self.description,
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        cx.record_evenement(Evenement {
            client_id: self.client_id,
            r#type: TypeEvenement::TicketCree,
            reference_id: Some(id),
            texte: &self.sujet,
            meta: json!({ "typeTicket": self.type_ticket }),
        })
        .await?;
        let destinataire = match auteur {
            Auteur::Client => Destinataire::FreelanceDe(self.client_id),
            Auteur::Utilisateur => Destinataire::Client(self.client_id),
        };
        cx.write_courriel(TypeCourriel::TicketCree, destinataire, message_id).await?;
        Ok(reference(Entite::Ticket, id))
    }
}
