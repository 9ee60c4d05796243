//! Forgets a client: what is personal goes, the ledger stays under a pseudonym.

use common::domaine::Entite;
use common::job::{Job as _, Reference};
use common::jobs::{EraseClient, ProcessStripeWebhook, RefundPayment};
use common::refus::Refus;
use uuid::Uuid;

use crate::cx::{Cx, Handle, JobError, reference};
use crate::integrations::stripe::StripeCall;
use crate::paiement::{ensure_closed, next_call_to_close, reduce_events};

impl Handle for EraseClient {
    const EXTERNAL: bool = true;

    /// Closes what could still be paid: whoever is forgotten must not be asked for money.
    async fn next_call(&self, cx: &mut Cx, _asked: usize) -> Result<Option<StripeCall>, JobError> {
        for opportunite_id in lock(cx, self.client_id).await? {
            if let Some(call) = next_call_to_close(cx, opportunite_id).await? {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }

    /// Erases, or erases again: nothing is left then that could change.
    async fn handle(self, cx: &mut Cx) -> Result<Reference, JobError> {
        for opportunite_id in lock(cx, self.client_id).await? {
            ensure_closed(cx, opportunite_id).await?;
        }
        // First what is found by what goes next.
        erase_parked_jobs(cx, self.client_id).await?;
        erase_stripe_events(cx, self.client_id).await?;
        erase_exchanges(cx, self.client_id).await?;
        erase_deals(cx, self.client_id).await?;
        sqlx::query!(
            "UPDATE client SET nom = $2, email = NULL, token_portail_hash = NULL, token_portail_scelle = NULL,
                 date_portail = NULL, date_effacement = coalesce(date_effacement, $3), date_modification = $3
             WHERE id = $1",
            self.client_id,
            pseudonym("C", self.client_id),
            cx.now,
        )
        .execute(&mut *cx.tx)
        .await?;
        Ok(reference(Entite::Client, self.client_id))
    }
}

/// What stands in place of a name: it tells rows apart and nothing else. Of a time-ordered id the end is the
/// part that differs.
fn pseudonym(letter: &str, id: Uuid) -> String {
    let id = id.simple().to_string();
    format!("{letter}-{}", &id[id.len() - 8..])
}

/// Locks the actor's client behind its deals and tickets, in the house's order, and gives the deals. From here on
/// nothing can be added to the client.
async fn lock(cx: &mut Cx, client_id: Uuid) -> Result<Vec<Uuid>, JobError> {
    let utilisateur_id = cx.utilisateur()?;
    let deals = sqlx::query_scalar!(
        "SELECT id FROM opportunite WHERE client_id = $1 AND utilisateur_id = $2 ORDER BY id FOR UPDATE",
        client_id,
        utilisateur_id
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    sqlx::query!("SELECT id FROM ticket WHERE client_id = $1 ORDER BY id FOR UPDATE", client_id)
        .fetch_all(&mut *cx.tx)
        .await?;
    sqlx::query_scalar!(
        "SELECT id FROM client WHERE id = $1 AND utilisateur_id = $2 FOR UPDATE",
        client_id,
        utilisateur_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    let now = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM opportunite WHERE client_id = $1"#,
        client_id
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    if usize::try_from(now).ok() == Some(deals.len()) {
        Ok(deals)
    } else {
        Err(JobError::Retry(anyhow::anyhow!("a deal was added or deleted meanwhile")))
    }
}

/// A parked job's envelope holds what a person wrote: it can no longer be run again. News of Stripe's that never
/// reached the ledger must reach it first; a refund is money, and names nobody.
pub(super) async fn erase_parked_jobs(cx: &mut Cx, client_id: Uuid) -> Result<(), JobError> {
    let theirs = sqlx::query_scalar!(
        r#"SELECT '%' || id || '%' AS "motif!" FROM (
               SELECT $1::text AS id
                UNION SELECT id::text FROM opportunite WHERE client_id = $2
                UNION SELECT id::text FROM ticket WHERE client_id = $2
                UNION SELECT id::text FROM evenement_timeline WHERE client_id = $2
                UNION SELECT s.stripe_session_id FROM session_paiement s
                        JOIN opportunite o ON o.id = s.opportunite_id WHERE o.client_id = $2
                UNION SELECT p.stripe_payment_intent FROM paiement p
                        JOIN opportunite o ON o.id = p.opportunite_id WHERE o.client_id = $2) AS theirs
           WHERE id IS NOT NULL"#,
        client_id.to_string(),
        client_id
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    let erased = sqlx::query_scalar!(
        "UPDATE job_resultat SET statut = 'rejete', enveloppe = NULL, erreur = $2
         WHERE statut = 'echoue' AND type <> $3 AND enveloppe LIKE ANY ($1) RETURNING type",
        &theirs,
        serde_json::to_value(Refus::not_found()).map_err(anyhow::Error::from)?,
        RefundPayment::KIND,
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    if erased.iter().any(|kind| kind == ProcessStripeWebhook::KIND) {
        return Err(Refus::conflict("effacement-stripe-en-attente").into());
    }
    Ok(())
}

/// Stripe's events repeat name, address and what was bought. An event of a deal that is gone, or that came before
/// its payment, is known by what it says.
pub(super) async fn erase_stripe_events(cx: &mut Cx, client_id: Uuid) -> Result<(), JobError> {
    let events = sqlx::query_scalar!(
        "SELECT id FROM evenement_stripe
         WHERE opportunite_id IN (SELECT id FROM opportunite WHERE client_id = $1)
            OR stripe_payment_intent IN (SELECT p.stripe_payment_intent FROM paiement p
                                           JOIN opportunite o ON o.id = p.opportunite_id WHERE o.client_id = $1)
            OR (opportunite_id IS NULL AND corps LIKE '%' || $1::uuid || '%')",
        client_id
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    reduce_events(cx, &events).await
}

/// Tickets, and mails to the client: what the mail server said of one may repeat an address, and what still waits
/// must not be sent. Mails to the freelancer about the client's money stay: they are written when they are sent.
async fn erase_exchanges(cx: &mut Cx, client_id: Uuid) -> Result<(), JobError> {
    sqlx::query!(
        "DELETE FROM courriel WHERE client_id = $1 OR reference_id IN (
             SELECT m.id FROM message_ticket m JOIN ticket t ON t.id = m.ticket_id WHERE t.client_id = $1)",
        client_id
    )
    .execute(&mut *cx.tx)
    .await?;
    sqlx::query!("DELETE FROM ticket WHERE client_id = $1", client_id).execute(&mut *cx.tx).await?;
    Ok(())
}

/// A deal without money goes, unless money could still come from a session that nobody could close. Of the others
/// the title may name people, and so may their receipts and their part of the timeline; the rest of it goes.
async fn erase_deals(cx: &mut Cx, client_id: Uuid) -> Result<(), JobError> {
    sqlx::query!(
        "DELETE FROM opportunite o WHERE client_id = $1
            AND NOT EXISTS (SELECT FROM paiement WHERE opportunite_id = o.id)
            AND NOT EXISTS (SELECT FROM session_paiement
                WHERE opportunite_id = o.id AND statut IN ('abandonnee', 'payee'))",
        client_id
    )
    .execute(&mut *cx.tx)
    .await?;
    let deals = sqlx::query_scalar!("SELECT id FROM opportunite WHERE client_id = $1", client_id)
        .fetch_all(&mut *cx.tx)
        .await?;
    sqlx::query!(
        "DELETE FROM evenement_timeline
         WHERE client_id = $1 AND (reference_id IS NULL OR reference_id <> ALL ($2))",
        client_id,
        &deals
    )
    .execute(&mut *cx.tx)
    .await?;
    for id in deals {
        erase_deal(cx, client_id, id).await?;
    }
    Ok(())
}

async fn erase_deal(cx: &mut Cx, client_id: Uuid, id: Uuid) -> Result<(), JobError> {
    let titre = pseudonym("P", id);
    sqlx::query!(
        "UPDATE opportunite SET titre = $2, url_paiement = NULL, date_lien = NULL,
             date_effacement = coalesce(date_effacement, $3), date_modification = $3 WHERE id = $1",
        id,
        titre,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    sqlx::query!(
        "UPDATE recu SET client_nom = $2, titre = $3
         WHERE paiement_id IN (SELECT id FROM paiement WHERE opportunite_id = $1)",
        id,
        pseudonym("C", client_id),
        titre,
    )
    .execute(&mut *cx.tx)
    .await?;
    // What an attempt was frozen with names what was sold and to whom; it is closed and asked no more.
    sqlx::query!("UPDATE session_paiement SET parametres = '{}', url = NULL WHERE opportunite_id = $1", id)
        .execute(&mut *cx.tx)
        .await?;
    // Of what happened, the figures and the stages stay.
    sqlx::query!(
        "UPDATE evenement_timeline e SET description_texte = $2, empreinte = NULL,
             date_lecture = coalesce(date_lecture, $3),
             meta_json = (SELECT coalesce(jsonb_object_agg(cle, valeur), '{}')
                 FROM jsonb_each(e.meta_json) AS m (cle, valeur)
                 WHERE cle IN ('montant', 'devise', 'de', 'vers')) || jsonb_build_object('titre', $2::text)
         WHERE reference_id = $1",
        id,
        titre,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}
