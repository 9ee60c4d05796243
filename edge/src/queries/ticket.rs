//! Tickets and their threads, as their freelancer sees them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use common::domaine::{Auteur, StatutTicket, TypeTicket};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Cursor, Page, containing};

/// A ticket.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub client_id: Uuid,
    /// That client's name.
    pub client_nom: String,
    /// One line.
    pub sujet: String,
    /// What it is about.
    pub type_ticket: TypeTicket,
    /// How far it is.
    pub statut_ticket: StatutTicket,
    /// Who wrote last: whose turn it is.
    pub dernier_auteur: Auteur,
    /// When it was opened.
    pub date_creation: DateTime<Utc>,
    /// When somebody last wrote or moved it.
    pub date_modification: DateTime<Utc>,
    /// The newest of its news that the freelancer has not seen; none when all is read, and for the client.
    pub nouvelle_id: Option<Uuid>,
    /// Where it stands and whose turn it is, in one word: to be sent with a change, so that no answer is closed unseen.
    pub version: String,
    /// Whether its client has a private page, where alone they read it.
    pub portail_ouvert: bool,
    /// The thread, oldest first, where one ticket is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageTicket>>,
}

/// A message of a ticket's thread.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageTicket {
    /// Its id.
    pub id: Uuid,
    /// Who wrote it.
    pub auteur: Auteur,
    /// Its text.
    pub corps: String,
    /// When.
    pub date_creation: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    client_id: Uuid,
    client_nom: String,
    sujet: String,
    type_ticket: TypeTicket,
    statut_ticket: StatutTicket,
    dernier_auteur: Auteur,
    date_creation: DateTime<Utc>,
    date_modification: DateTime<Utc>,
    nouvelle_id: Option<Uuid>,
    version: String,
    portail_ouvert: bool,
}

impl Row {
    fn view(self, messages: Option<Vec<MessageTicket>>) -> Ticket {
        Ticket {
            id: self.id,
            client_id: self.client_id,
            client_nom: self.client_nom,
            sujet: self.sujet,
            type_ticket: self.type_ticket,
            statut_ticket: self.statut_ticket,
            dernier_auteur: self.dernier_auteur,
            date_creation: self.date_creation,
            date_modification: self.date_modification,
            nouvelle_id: self.nouvelle_id,
            version: self.version,
            portail_ouvert: self.portail_ouvert,
            messages,
        }
    }
}

/// Selects tickets; the text after it continues the statement.
macro_rules! select_tickets {
    ($rest:literal, $($arg:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT t.id, t.client_id, c.nom as client_nom, t.sujet,
                      t.type_ticket as "type_ticket: TypeTicket",
                      t.statut_ticket as "statut_ticket: StatutTicket",
                      t.dernier_auteur as "dernier_auteur: Auteur", t.date_creation, t.date_modification, t.version,
                      c.token_portail_hash IS NOT NULL as "portail_ouvert!",
                      (SELECT e.id FROM evenement_timeline e
                        WHERE e.utilisateur_id = t.utilisateur_id AND e.reference_id = t.id
                          AND e.nouvelle AND e.date_lecture IS NULL
                        ORDER BY e.id DESC LIMIT 1) as nouvelle_id
                 FROM ticket t JOIN client c ON c.id = t.client_id
                WHERE "# + $rest,
            $($arg),*
        )
    };
}

/// Reads one ticket of the freelancer's own, with its thread.
pub async fn find(pool: &PgPool, utilisateur_id: Uuid, id: Uuid) -> sqlx::Result<Option<Ticket>> {
    let row = select_tickets!("t.utilisateur_id = $1 AND t.id = $2", utilisateur_id, id).fetch_optional(pool);
    let (row, messages) = tokio::try_join!(row, thread(pool, id))?;
    Ok(row.map(|row| row.view(Some(messages))))
}

/// Reads one ticket of one client's, with its thread: what the client may read on the portal.
pub async fn find_of_client(pool: &PgPool, client_id: Uuid, id: Uuid) -> sqlx::Result<Option<Ticket>> {
    let row = select_tickets!("t.client_id = $1 AND t.id = $2", client_id, id).fetch_optional(pool);
    let (row, messages) = tokio::try_join!(row, thread(pool, id))?;
    // Whether the freelancer has seen it is not the client's to know.
    Ok(row.map(|row| Row { nouvelle_id: None, ..row }.view(Some(messages))))
}

/// The messages of a ticket that its caller may read.
async fn thread(pool: &PgPool, ticket_id: Uuid) -> sqlx::Result<Vec<MessageTicket>> {
    sqlx::query_as!(
        MessageTicket,
        r#"SELECT id, auteur as "auteur: Auteur", corps, date_creation
             FROM message_ticket WHERE ticket_id = $1 ORDER BY id"#,
        ticket_id,
    )
    .fetch_all(pool)
    .await
}

/// What a list of tickets is narrowed to; each `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Looked for in subjects and clients' names.
    pub recherche: Option<String>,
    /// Of one client.
    pub client_id: Option<Uuid>,
    /// With one status.
    pub statut_ticket: Option<StatutTicket>,
    /// Only those that wait for the freelancer's answer.
    pub a_repondre: bool,
}

/// Lists the freelancer's tickets: first where something happened last.
pub async fn list(
    pool: &PgPool,
    utilisateur_id: Uuid,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> sqlx::Result<Page<Ticket>> {
    let rows = select_tickets!(
        "t.utilisateur_id = $1
          AND ($2::timestamptz IS NULL OR (t.date_modification, t.id) < ($2, $3::uuid))
          AND ($4::text IS NULL OR t.sujet ILIKE $4 OR c.nom ILIKE $4)
          AND ($5::uuid IS NULL OR t.client_id = $5)
          AND ($6::text IS NULL OR t.statut_ticket = $6)
          AND (NOT $7 OR (t.statut_ticket <> 'resolu' AND t.dernier_auteur = 'client'))
        ORDER BY t.date_modification DESC, t.id DESC LIMIT $8",
        utilisateur_id,
        after.map(|cursor| cursor.date),
        after.map(|cursor| cursor.id),
        containing(filter.recherche.as_deref()),
        filter.client_id,
        filter.statut_ticket.map(StatutTicket::as_str),
        filter.a_repondre,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let tickets = rows.into_iter().map(|row| row.view(None)).collect();
    Ok(Page::cut(tickets, limit, |ticket: &Ticket| {
        Cursor { date: ticket.date_modification, id: ticket.id }.to_string()
    }))
}

/// All tickets of one client of the freelancer's own, newest first, with their threads.
pub async fn of_client(pool: &PgPool, utilisateur_id: Uuid, client_id: Uuid) -> sqlx::Result<Vec<Ticket>> {
    let tickets = select_tickets!(
        "t.utilisateur_id = $1 AND t.client_id = $2 ORDER BY t.id DESC",
        utilisateur_id,
        client_id
    )
    .fetch_all(pool);
    let messages = sqlx::query!(
        r#"SELECT m.ticket_id, m.id, m.auteur as "auteur: Auteur", m.corps, m.date_creation
             FROM message_ticket m JOIN ticket t ON t.id = m.ticket_id
            WHERE t.utilisateur_id = $1 AND t.client_id = $2 ORDER BY m.id"#,
        utilisateur_id,
        client_id,
    )
    .fetch_all(pool);
    let (tickets, messages) = tokio::try_join!(tickets, messages)?;
    let mut threads: HashMap<Uuid, Vec<MessageTicket>> = HashMap::new();
    for row in messages {
        let thread = threads.entry(row.ticket_id).or_default();
        let (id, auteur, corps, date_creation) = (row.id, row.auteur, row.corps, row.date_creation);
        thread.push(MessageTicket { id, auteur, corps, date_creation });
    }
    let of = |ticket: Row| {
        let thread = threads.remove(&ticket.id).unwrap_or_default();
        ticket.view(Some(thread))
    };
    Ok(tickets.into_iter().map(of).collect())
}

/// How many of the freelancer's tickets have something new from the client.
pub async fn non_lus(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(DISTINCT reference_id) as "nombre!" FROM evenement_timeline
            WHERE utilisateur_id = $1 AND type_evenement LIKE 'ticket%' AND nouvelle AND date_lecture IS NULL"#,
        utilisateur_id,
    )
    .fetch_one(pool)
    .await
}

/// How many tickets are not resolved, and how many of these wait for the freelancer.
pub async fn nombres(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"SELECT count(*) as "ouverts!", count(*) FILTER (WHERE dernier_auteur = 'client') as "a_repondre!"
             FROM ticket WHERE utilisateur_id = $1 AND statut_ticket <> 'resolu'"#,
        utilisateur_id,
    )
    .fetch_one(pool)
    .await?;
    Ok((row.ouverts, row.a_repondre))
}

/// The tickets that are not resolved, those that wait for the freelancer first.
pub async fn open(pool: &PgPool, utilisateur_id: Uuid, limit: i64) -> sqlx::Result<Vec<Ticket>> {
    let rows = select_tickets!(
        "t.utilisateur_id = $1 AND t.statut_ticket <> 'resolu'
         ORDER BY t.dernier_auteur = 'client' DESC, t.date_modification DESC LIMIT $2",
        utilisateur_id,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| row.view(None)).collect())
}
