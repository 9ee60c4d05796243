//! Attempts: one row each, written before Stripe is asked. At most one of a deal's may still be paid.

use chrono::{DateTime, TimeDelta, Utc};
use common::domaine::{EtapePipeline, Langue, StatutPaiement, StatutSession};
use common::jeton::Unsealable;
use common::montant::{Devise, to_minor};
use common::refus::{Refus, RefusKind};
use rust_decimal::Decimal;
use secrecy::SecretString;
use uuid::Uuid;

use super::ledger::refresh_opportunite;
use crate::cx::{Cx, JobError};
use crate::integrations::stripe::{SessionParams, StripeCall};

/// A session's life: under the 24 h that Stripe allows, counted from our clock, which may be an hour ahead of
/// Stripe's.
const LIFE: TimeDelta = TimeDelta::hours(22);
/// A session with less time left is replaced: somebody is about to type a card number.
const LEAST_LIFE: TimeDelta = TimeDelta::hours(1);
/// How long after its end a session is dead whatever any clock says.
const DEAD_FOR_SURE: TimeDelta = TimeDelta::days(1);

/// How long the money of a session that is complete may take: afterwards nobody asks any more.
const LONGEST_DEBIT: TimeDelta = TimeDelta::days(90);

/// An attempt of which Stripe may still have news.
#[derive(Debug)]
struct Attempt {
    statut: StatutSession,
    cle_idempotence: String,
    parametres: serde_json::Value,
    montant_minor: i64,
    devise: String,
    stripe_session_id: Option<String>,
    livemode: Option<bool>,
    date_expiration: DateTime<Utc>,
    opportunite_id: Uuid,
    token_paiement_scelle: Vec<u8>,
}

impl SessionParams {
    /// Whether the attempt is so old that Stripe may refuse its end as too near. A refusal of a younger one
    /// means that our clock is wrong.
    pub(super) fn is_stale(&self, now: DateTime<Utc>) -> bool {
        now > self.date_expiration - LIFE + LEAST_LIFE
    }
}

/// Sends a job back when the deal can still be paid although the job had closed what was open: somebody
/// opened a session meanwhile.
pub async fn ensure_closed(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    match live_attempt(cx, opportunite_id).await? {
        Some(_) => Err(JobError::Retry(anyhow::anyhow!("a session was opened meanwhile"))),
        None => Ok(()),
    }
}

/// The deal's attempt that is `preparee` or `ouverte`, locked. The deal's row must be locked before.
async fn live_attempt(cx: &mut Cx, opportunite_id: Uuid) -> Result<Option<Attempt>, JobError> {
    Ok(sqlx::query_as!(
        Attempt,
        r#"SELECT s.statut AS "statut: StatutSession", s.cle_idempotence, s.parametres, s.montant_minor, s.devise,
                  s.stripe_session_id, s.livemode, s.date_expiration, s.opportunite_id, o.token_paiement_scelle
           FROM session_paiement s JOIN opportunite o ON o.id = s.opportunite_id
           WHERE s.opportunite_id = $1 AND s.statut IN ('preparee', 'ouverte') FOR UPDATE OF s"#,
        opportunite_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?)
}

/// What to ask of Stripe about the attempt that has waited longest for news, and notes that it was asked for;
/// `None` when each was asked for since `pause`.
///
/// News may come of a session that is open, or complete without its money. What became of an attempt without a
/// session is learnt by asking for it again under its own key.
pub async fn next_check(
    cx: &mut Cx,
    pause: DateTime<Utc>,
    livemode: bool,
) -> Result<Option<StripeCall>, JobError> {
    let attempt = sqlx::query_as!(
        Attempt,
        r#"UPDATE session_paiement s SET date_verification = $1 FROM opportunite o
           WHERE o.id = s.opportunite_id AND s.id = (
               SELECT u.id FROM session_paiement u
               WHERE u.statut IN ('preparee', 'ouverte', 'payee') AND coalesce(u.livemode, $3) = $3
                 AND coalesce(u.date_verification, u.date_creation) < $2 AND u.date_creation > $4
                 AND NOT EXISTS (SELECT FROM paiement p
                     WHERE p.session_paiement_id = u.id AND p.type IN ('recu', 'echoue'))
               ORDER BY coalesce(u.date_verification, u.date_creation) LIMIT 1)
           RETURNING s.statut AS "statut: StatutSession", s.cle_idempotence, s.parametres, s.montant_minor, s.devise,
               s.stripe_session_id, s.livemode, s.date_expiration, s.opportunite_id, o.token_paiement_scelle"#,
        cx.now,
        pause,
        livemode,
        cx.now - LONGEST_DEBIT,
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    attempt
        .map(|attempt| ask(cx, attempt, |stripe_session_id| StripeCall::Retrieve { stripe_session_id }))
        .transpose()
}

/// What to ask of Stripe so that the deal's live attempt can no longer be paid; `None` when there is
/// none. An attempt whose outcome is unknown is first asked for again under its own key.
pub async fn next_call_to_close(cx: &mut Cx, opportunite_id: Uuid) -> Result<Option<StripeCall>, JobError> {
    let Some(attempt) = live_attempt(cx, opportunite_id).await? else { return Ok(None) };
    if cx.shared.stripe.is_none() && attempt.date_expiration < cx.now - DEAD_FOR_SURE {
        // Nobody left to ask, and nothing left to pay.
        set_expired(cx, opportunite_id).await?;
        return Ok(None);
    }
    cx.stripe()?;
    close(cx, attempt).map(Some)
}

async fn set_expired(cx: &mut Cx, opportunite_id: Uuid) -> Result<(), JobError> {
    sqlx::query!(
        "UPDATE session_paiement SET statut = 'expiree', url = NULL, date_modification = $2
         WHERE opportunite_id = $1 AND statut IN ('preparee', 'ouverte')",
        opportunite_id,
        cx.now
    )
    .execute(&mut *cx.tx)
    .await?;
    refresh_opportunite(cx, opportunite_id).await?;
    Ok(())
}

fn close(cx: &Cx, attempt: Attempt) -> Result<StripeCall, JobError> {
    ask(cx, attempt, |stripe_session_id| StripeCall::Expire { stripe_session_id })
}

/// What to ask about an attempt's session; of one that we do not know, first which it is.
fn ask(cx: &Cx, attempt: Attempt, call: fn(String) -> StripeCall) -> Result<StripeCall, JobError> {
    match &attempt.stripe_session_id {
        Some(id) => Ok(call(id.clone())),
        None => create(cx, attempt),
    }
}

fn create(cx: &Cx, attempt: Attempt) -> Result<StripeCall, JobError> {
    let params: SessionParams = serde_json::from_value(attempt.parametres).map_err(anyhow::Error::from)?;
    let jeton = cx
        .shared
        .sealer
        .open(&attempt.token_paiement_scelle, attempt.opportunite_id)
        .map_err(|Unsealable| Refus::conflict("lien-illisible"))?;
    // On the root that was frozen: a changed PUBLIC_URL must not change the parameters of a used key.
    let lien: SecretString = format!("{}/payer/{}", params.racine, jeton.expose()).into();
    Ok(StripeCall::Create { cle: attempt.cle_idempotence, params: Box::new(params), lien })
}

/// What must be paid, as the locked deal says it.
struct Payable {
    client_id: Uuid,
    titre: String,
    montant: Option<Decimal>,
    devise: Devise,
    etape: EtapePipeline,
    statut: StatutPaiement,
    langue: Langue,
    email: Option<String>,
}

/// What to ask of Stripe so that the deal has an open session for today's price; `None` when it has.
///
/// Locks the deal. Refuses with 409 unless the deal is `gagne` with a payable amount that is owed.
pub async fn prepare_attempt(cx: &mut Cx, opportunite_id: Uuid) -> Result<Option<StripeCall>, JobError> {
    let deal = sqlx::query_as!(
        Payable,
        r#"SELECT o.client_id, o.titre, o.montant_estime AS montant, o.devise AS "devise: Devise",
                  o.etape_pipeline AS "etape: EtapePipeline", o.statut_paiement AS "statut: StatutPaiement",
                  c.langue AS "langue: Langue", c.email
           FROM opportunite o JOIN client c ON c.id = o.client_id WHERE o.id = $1 AND o.date_effacement IS NULL FOR UPDATE OF o"#,
        opportunite_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    .ok_or_else(Refus::not_found)?;
    let montant_minor = payable_amount(&deal)?;
    let livemode = cx.stripe()?.livemode();

    if let Some(attempt) = live_attempt(cx, opportunite_id).await? {
        if attempt.statut == StatutSession::Preparee {
            return create(cx, attempt).map(Some);
        }
        let wanted = attempt.montant_minor == montant_minor
            && attempt.devise == deal.devise.code()
            && attempt.livemode == Some(livemode)
            && attempt.date_expiration > cx.now + LEAST_LIFE;
        return if wanted { Ok(None) } else { close(cx, attempt).map(Some) };
    }
    insert_attempt(cx, opportunite_id, deal, montant_minor).await?;
    let attempt =
        live_attempt(cx, opportunite_id).await?.ok_or_else(|| anyhow::anyhow!("the new attempt is gone"))?;
    create(cx, attempt).map(Some)
}

/// The amount at Stripe's door, or the reason why there is none to be paid.
fn payable_amount(deal: &Payable) -> Result<i64, Refus> {
    if deal.etape != EtapePipeline::Gagne {
        return Err(Refus::conflict("opportunite-non-gagnee"));
    }
    let montant = deal.montant.ok_or_else(|| Refus::conflict("opportunite-sans-montant"))?;
    match deal.statut {
        StatutPaiement::EnAttente | StatutPaiement::Echoue => {}
        StatutPaiement::EnCours => return Err(Refus::conflict("paiement-en-cours")),
        _ => return Err(Refus::conflict("deja-payee")),
    }
    // The amount is right for a deal and wrong for Stripe: a conflict with the deal's state, not a typo.
    to_minor(montant, deal.devise).map_err(|refus| Refus { kind: RefusKind::Conflict, ..refus })
}

async fn insert_attempt(
    cx: &mut Cx,
    opportunite_id: Uuid,
    deal: Payable,
    montant_minor: i64,
) -> Result<(), JobError> {
    let id = cx.new_id();
    let params = SessionParams {
        racine: cx.shared.public_url.origin(),
        session_paiement_id: id,
        opportunite_id,
        client_id: deal.client_id,
        titre: deal.titre,
        montant_minor,
        devise: deal.devise,
        langue: deal.langue,
        email: deal.email,
        date_expiration: cx.now + LIFE,
    };
    sqlx::query!(
        "INSERT INTO session_paiement (id, opportunite_id, statut, cle_idempotence, parametres, montant_minor, devise,
             date_expiration, date_creation, date_modification)
         VALUES ($1, $2, 'preparee', $3, $4, $5, $6, $7, $8, $8)",
        id,
        opportunite_id,
        format!("guichet-session-{id}"),
        serde_json::to_value(&params).map_err(anyhow::Error::from)?,
        montant_minor,
        deal.devise.code(),
        params.date_expiration,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}
