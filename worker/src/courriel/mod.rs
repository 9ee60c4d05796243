//! Mails: written into the outbox (`courriel`) in the transaction of what they tell of, handed to the mail
//! server afterwards, at least once, always under the same Message-ID.
//!
//! A row holds no address, no text and no link: all are read when the mail is sent, so that a reminder is not
//! sent for what was paid meanwhile, and a token stands in no row.

mod redaction;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use common::domaine::{StatutCourriel, TypeCourriel};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cx::{Cx, Shared};
use crate::integrations::smtp::{Smtp, SmtpError};

/// How often the outbox is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The wait after the first try; each further one is twice as long. More than [`Smtp::send`] may take.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(20);
/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// How long a mail is tried before it is given up.
const HORIZON: TimeDelta = TimeDelta::days(3);

/// To whom a mail goes.
#[derive(Debug, Clone, Copy)]
pub enum Destinataire {
    /// To this client.
    Client(Uuid),
    /// To the freelancer of this client.
    FreelanceDe(Uuid),
    /// To this freelancer.
    Utilisateur(Uuid),
}

impl Cx {
    /// Puts a mail into the outbox, to be sent once this transaction is committed. Without a mail server there
    /// is none. `reference_id` points at what [`TypeCourriel`] says.
    pub async fn write_courriel(
        &mut self,
        r#type: TypeCourriel,
        destinataire: Destinataire,
        reference_id: Uuid,
    ) -> sqlx::Result<()> {
        if self.shared.smtp.is_none() {
            return Ok(());
        }
        let (client_id, of_client, utilisateur_id) = match destinataire {
            Destinataire::Client(id) => (Some(id), Some(id), None),
            Destinataire::FreelanceDe(id) => (None, Some(id), None),
            Destinataire::Utilisateur(id) => (None, None, Some(id)),
        };
        sqlx::query!(
            "INSERT INTO courriel (id, utilisateur_id, client_id, type, reference_id, prochain_essai, date_creation)
             VALUES ($1, coalesce($2, (SELECT utilisateur_id FROM client WHERE id = $3)), $4, $5, $6, $7, $7)",
            self.new_id(),
            utilisateur_id,
            of_client,
            client_id,
            r#type.as_str(),
            reference_id,
            self.now,
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

/// A mail that is this worker's to send now.
struct Claimed {
    id: Uuid,
    utilisateur_id: Uuid,
    client_id: Option<Uuid>,
    r#type: TypeCourriel,
    reference_id: Uuid,
    /// Tries before this one.
    tentatives: i32,
    date_creation: DateTime<Utc>,
}

/// What became of a try.
enum End {
    Sent,
    /// There is nothing to say any more: paid, deleted, no address.
    Moot,
    Refused(String),
    Later(String),
}

/// Sends what is due until `stop`. Any number of workers may do so side by side.
pub async fn serve(shared: Arc<Shared>, stop: CancellationToken) {
    let Some(smtp) = shared.smtp.clone() else { return };
    loop {
        let wait = match send_next(&shared, &smtp).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(error = ?format!("{error:#}"), "the outbox cannot be read");
                LOOK_EVERY * 5
            }
        };
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// Sends one mail; `false` when none is due.
async fn send_next(shared: &Shared, smtp: &Smtp) -> anyhow::Result<bool> {
    let Some(courriel) = claim(shared).await? else { return Ok(false) };
    let end = match redaction::write(shared, &courriel).await? {
        None => End::Moot,
        Some(mail) => match smtp.send(&mail).await {
            Ok(()) => End::Sent,
            Err(SmtpError::Refused(why)) => End::Refused(why),
            Err(SmtpError::Later(why)) => End::Later(why),
        },
    };
    let courriel_id = courriel.id;
    let now = (shared.now)();
    let (statut, erreur) = match end {
        End::Sent => (StatutCourriel::Envoye, None),
        End::Moot => (StatutCourriel::Annule, None),
        End::Refused(why) => (StatutCourriel::Echoue, Some(why)),
        End::Later(why) if now - courriel.date_creation > HORIZON => (StatutCourriel::Echoue, Some(why)),
        End::Later(why) => (StatutCourriel::EnAttente, Some(why)),
    };
    if let Some(why) = &erreur {
        tracing::warn!(courriel = %courriel_id, statut = statut.as_str(), error = ?why, "a mail was not sent");
    }
    sqlx::query!(
        "UPDATE courriel SET statut = $2, erreur = $3, date_envoi = CASE WHEN $2 = 'envoye' THEN $4::timestamptz END
         WHERE id = $1",
        courriel_id,
        statut.as_str(),
        erreur.map(|why| why.chars().filter(|c| !c.is_control()).take(300).collect::<String>()),
        now,
    )
    .execute(&shared.pool)
    .await?;
    Ok(true)
}

/// Takes the mail that is due first. Its next try is written before this one is made: a worker that dies with it
/// in hand, or stands still, leaves it to the others.
async fn claim(shared: &Shared) -> sqlx::Result<Option<Claimed>> {
    let mut tx = shared.pool.begin().await?;
    let now = (shared.now)();
    let due = sqlx::query_as!(
        Claimed,
        r#"SELECT id, utilisateur_id, client_id, type AS "type: TypeCourriel", reference_id, tentatives, date_creation
           FROM courriel WHERE statut = 'en_attente' AND prochain_essai <= $1
           ORDER BY prochain_essai LIMIT 1 FOR UPDATE SKIP LOCKED"#,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(due) = due else { return Ok(None) };
    sqlx::query!(
        "UPDATE courriel SET tentatives = tentatives + 1, prochain_essai = $2 WHERE id = $1",
        due.id,
        now + wait_after(due.tentatives),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some(due))
}

/// How long to wait after that many tries before this one.
fn wait_after(tries: i32) -> TimeDelta {
    let doubled = 1 << u32::try_from(tries).unwrap_or_default().min(10);
    (FIRST_WAIT * doubled).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let minutes: Vec<_> = [0, 1, 3, 8, i32::MAX].map(|tries| wait_after(tries).num_seconds()).into();
        assert_eq!(minutes, [20, 40, 160, 3600, 3600]);
    }
}
