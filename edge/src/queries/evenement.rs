//! The timeline: what happened with a client.

use chrono::{DateTime, Utc};
use common::domaine::TypeEvenement;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Cursor, Page};

/// Something that happened with a client.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evenement {
    /// Its id.
    pub id: Uuid,
    /// With whom it happened.
    pub client_id: Uuid,
    /// That client's name.
    #[serde(skip)]
    pub client_nom: String,
    /// What it tells: a word of `TypeEvenement`, kept as text so that a newer worker's word is read too.
    pub type_evenement: String,
    /// The deal or ticket it is about.
    pub reference_id: Option<Uuid>,
    /// The text that people wrote.
    pub description_texte: String,
    /// What the sentence around it needs.
    pub meta_json: serde_json::Value,
    /// When it happened.
    pub date_evenement: DateTime<Utc>,
    /// The freelancer who did it, if it was one.
    pub auteur_id: Option<Uuid>,
    /// Whether it is news that the freelancer has not seen yet.
    pub non_lu: bool,
    /// What it says and on whose timeline it stands, in one word: to be sent with a change, so that nothing is
    /// overwritten unseen.
    pub version: String,
}

impl Evenement {
    /// Whether a person wrote it and may edit, move and delete it.
    pub fn is_editable(&self) -> bool {
        [TypeEvenement::EmailClient, TypeEvenement::Note]
            .iter()
            .any(|kind| kind.as_str() == self.type_evenement)
    }
}

/// Selects events; the text after it continues the statement.
macro_rules! select_evenements {
    ($rest:literal, $($arg:expr),* $(,)?) => {
        sqlx::query_as!(
            Evenement,
            r#"SELECT e.id, e.client_id, c.nom as client_nom, e.type_evenement, e.reference_id,
                      e.description_texte, e.meta_json, e.date_evenement, e.auteur_id,
                      e.nouvelle AND e.date_lecture IS NULL as "non_lu!", e.version
                 FROM evenement_timeline e JOIN client c ON c.id = e.client_id
                WHERE "# + $rest,
            $($arg),*
        )
    };
}

/// Reads one event of the freelancer's own.
pub async fn find(pool: &PgPool, utilisateur_id: Uuid, id: Uuid) -> sqlx::Result<Option<Evenement>> {
    select_evenements!("e.utilisateur_id = $1 AND e.id = $2", utilisateur_id, id).fetch_optional(pool).await
}

/// Reads a client's timeline, latest first, narrowed to some kinds when `types` is given.
pub async fn timeline(
    pool: &PgPool,
    utilisateur_id: Uuid,
    client_id: Uuid,
    types: Option<&[TypeEvenement]>,
    after: Option<Cursor>,
    limit: i64,
) -> sqlx::Result<Page<Evenement>> {
    let types: Option<Vec<String>> =
        types.map(|types| types.iter().map(|kind| kind.as_str().to_owned()).collect());
    let rows = select_evenements!(
        "e.utilisateur_id = $1 AND e.client_id = $2
          AND ($3::text[] IS NULL OR e.type_evenement = ANY ($3))
          AND ($4::timestamptz IS NULL OR (e.date_evenement, e.id) < ($4, $5::uuid))
        ORDER BY e.date_evenement DESC, e.id DESC LIMIT $6",
        utilisateur_id,
        client_id,
        types.as_deref(),
        after.map(|cursor| cursor.date),
        after.map(|cursor| cursor.id),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, limit, |event: &Evenement| {
        Cursor { date: event.date_evenement, id: event.id }.to_string()
    }))
}

/// What happened around one deal or ticket, latest first.
pub async fn of_reference(
    pool: &PgPool,
    utilisateur_id: Uuid,
    reference_id: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Evenement>> {
    select_evenements!(
        "e.utilisateur_id = $1 AND e.reference_id = $2
         ORDER BY e.date_evenement DESC, e.id DESC LIMIT $3",
        utilisateur_id,
        reference_id,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// What happened last with any of the freelancer's clients.
pub async fn recent(pool: &PgPool, utilisateur_id: Uuid, limit: i64) -> sqlx::Result<Vec<Evenement>> {
    select_evenements!(
        "e.utilisateur_id = $1 ORDER BY e.date_evenement DESC, e.id DESC LIMIT $2",
        utilisateur_id,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// What a client may read of their own timeline: payments and tickets, never notes or mails.
pub async fn of_portail(pool: &PgPool, client_id: Uuid, limit: i64) -> sqlx::Result<Vec<Evenement>> {
    select_evenements!(
        "e.client_id = $1
          AND e.type_evenement IN ('paiement_recu', 'paiement_lance', 'paiement_echoue', 'paiement_rembourse',
                                   'paiement_encaisse', 'encaissement_annule', 'ticket_cree', 'ticket_reponse', 'ticket_resolu')
        ORDER BY e.date_evenement DESC, e.id DESC LIMIT $2",
        client_id,
        limit,
    )
    .fetch_all(pool)
    .await
}
