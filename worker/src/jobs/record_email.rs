//! Puts a mail on the client's timeline. The same mail twice stands once.

use chrono::{DateTime, TimeDelta, Utc};
use common::domaine::{Entite, TypeEvenement};
use common::job::Reference;
use common::jobs::RecordEmail;
use common::refus::Refus;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cx::{Cx, Handle, JobError, reference};

impl Handle for RecordEmail {
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        check_date(self.date_evenement, cx.now)?;
        let id = cx.new_id();
        let utilisateur_id = cx.utilisateur()?;
        let mut meta = json!({ "expediteur": self.expediteur, "sujet": self.sujet });
        if let Some(id) = &self.message_id {
            meta["messageId"] = json!(id);
        }
        if !self.pieces_jointes.is_empty() {
            meta["piecesJointes"] = json!(self.pieces_jointes);
        }
        if self.coupe {
            meta["coupe"] = json!(true);
        }
        let empreinte = fingerprint(&meta, &self.corps);
        let inserted = sqlx::query!(
            "INSERT INTO evenement_timeline (id, utilisateur_id, client_id, type_evenement, description_texte, meta_json,
                 date_evenement, auteur_id, empreinte, date_creation)
             SELECT $1, utilisateur_id, id, $4, $5, $6, $7, $3, $8, $9 FROM client
             WHERE id = $2 AND utilisateur_id = $3 AND date_effacement IS NULL FOR KEY SHARE
             ON CONFLICT ON CONSTRAINT evenement_timeline_empreinte_unique DO NOTHING",
            id,
            self.client_id,
            utilisateur_id,
            TypeEvenement::EmailClient.as_str(),
            self.corps,
            meta,
            self.date_evenement.unwrap_or(cx.now),
            empreinte,
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(reference(Entite::EvenementTimeline, id));
        }
        // No row: it stands already, or the client is not the actor's.
        let standing = sqlx::query_scalar!(
            "SELECT id FROM evenement_timeline WHERE client_id = $1 AND utilisateur_id = $2 AND empreinte = $3",
            self.client_id,
            utilisateur_id,
            empreinte
        )
        .fetch_optional(&mut *cx.tx)
        .await?
        .ok_or_else(Refus::not_found)?;
        Ok(Reference { deja_la: true, ..reference(Entite::EvenementTimeline, standing) })
    }
}

/// How far ahead of ours a sender's clock may be.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// What stands on a timeline has happened: a date to come is a slip of the hand.
pub(super) fn check_date(date: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refus> {
    if date.is_some_and(|date| date > now + CLOCKS_APART) {
        return Err(Refus::invalid("dateEvenement", "date-future"));
    }
    Ok(())
}

/// What makes two mails the same: the Message-ID, whatever was corrected since; where there is none, who, what, and
/// the text. The date is often not pasted.
pub(super) fn fingerprint(meta: &Value, corps: &str) -> Vec<u8> {
    let word = |key: &str| meta.get(key).and_then(Value::as_str).unwrap_or_default();
    let same = match word("messageId") {
        // Two lines: what was typed has three at least.
        id if !id.is_empty() => format!("message-id\n{id}"),
        _ => format!("{}\n{}\n{corps}", word("expediteur"), word("sujet")),
    };
    Sha256::digest(same).to_vec()
}
