//! What Stripe says of a Checkout Session becomes rows: the attempt's state, the ledger, the deal's
//! state, the timeline.

use chrono::{DateTime, Utc};
use common::domaine::{
    MoyenPaiement, StatutPaiement, StatutSession, TypeCourriel, TypeEvenement, TypePaiement,
};
use common::job::Actor;
use common::montant::{Devise, from_minor, to_minor};
use serde_json::json;
use uuid::Uuid;

use super::reversal::{lock_intent, record_early_reversals};
use super::statut::{Fait, statut_paiement};
use crate::courriel::Destinataire;
use crate::cx::{Cx, Evenement, JobError};
use crate::integrations::stripe::{StripeIntent, StripeSession};

/// On what occasion Stripe told us.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// When it happened, as Stripe dates it; now, for an answer to a call.
    pub date: DateTime<Utc>,
    /// Whether it is the news that a bank debit did not come through.
    pub debit_failed: bool,
}

/// The deal and the attempt that a session of Stripe's belongs to, locked in the house's order
/// (opportunite, session, client).
struct Matched {
    opportunite_id: Uuid,
    /// `None`: the deal has no price, nothing was ever asked for.
    attempt: Option<MatchedAttempt>,
}

struct MatchedAttempt {
    id: Uuid,
    statut: StatutSession,
    montant_minor: i64,
    devise: String,
    livemode: Option<bool>,
}

/// Records what Stripe says of a session. `None` when it belongs to no deal of ours.
///
/// The session finds its deal by its id, else by its metadata. Every fact stands once, however often
/// and in whatever order it is told.
pub async fn record_session(
    cx: &mut Cx,
    session: &StripeSession,
    occasion: Occasion,
) -> Result<Option<Uuid>, JobError> {
    if let Some(payment_intent) = &session.payment_intent {
        lock_intent(cx, payment_intent).await?;
    }
    let Some(matched) = find_match(cx, session).await? else { return Ok(None) };
    if let Some(attempt) = &matched.attempt {
        update_attempt(cx, session, attempt).await?;
    }
    for r#type in told_facts(session, occasion) {
        record_session_fact(cx, &matched, session, occasion, r#type).await?;
    }
    if let Some(payment_intent) = &session.payment_intent {
        record_early_reversals(cx, payment_intent).await?;
    }
    refresh_opportunite(cx, matched.opportunite_id).await?;
    Ok(Some(matched.opportunite_id))
}

async fn find_match(cx: &mut Cx, session: &StripeSession) -> Result<Option<Matched>, JobError> {
    let by_session = sqlx::query_scalar!(
        "SELECT opportunite_id FROM session_paiement WHERE stripe_session_id = $1",
        session.id
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let Some(opportunite_id) = by_session.or_else(|| session.metadata_id("opportuniteId")) else {
        return Ok(None);
    };
    let Some(opportunite) = sqlx::query!(
        r#"SELECT montant_estime, devise AS "devise: Devise" FROM opportunite
           WHERE id = $1 FOR UPDATE"#,
        opportunite_id
    )
    .fetch_optional(&mut *cx.tx)
    .await?
    else {
        return Ok(None);
    };
    // By Stripe's id; else the attempt whose birth Stripe told us of before our own call had returned.
    let attempt = sqlx::query_as!(
        MatchedAttempt,
        r#"SELECT id, statut AS "statut: StatutSession", montant_minor, devise, livemode FROM session_paiement
           WHERE opportunite_id = $1 AND (stripe_session_id = $2 OR (stripe_session_id IS NULL AND id = $3))
           FOR UPDATE"#,
        opportunite_id,
        session.id,
        session.metadata_id("sessionPaiementId"),
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let price = opportunite.montant_estime.and_then(|montant| to_minor(montant, opportunite.devise).ok());
    let attempt = match (attempt, price) {
        (Some(attempt), _) => Some(attempt),
        // A session that bears this deal's id and that we have no row of (a restored backup, a link made by
        // hand at Stripe): what it is held against is the deal's price of today.
        (None, Some(price)) => Some(adopt(cx, opportunite_id, session, price, opportunite.devise).await?),
        // Nothing was ever asked for: whatever comes does not match.
        (None, None) => None,
    };
    Ok(Some(Matched { opportunite_id, attempt }))
}

/// Makes the row of a session that was opened without us.
async fn adopt(
    cx: &mut Cx,
    opportunite_id: Uuid,
    session: &StripeSession,
    montant_minor: i64,
    devise: Devise,
) -> Result<MatchedAttempt, JobError> {
    let id = cx.new_id();
    // An open session without us is not the deal's link: it stands as `abandonnee` until it is paid.
    let statut = StatutSession::Abandonnee;
    sqlx::query!(
        "INSERT INTO session_paiement (id, opportunite_id, statut, cle_idempotence, parametres, montant_minor, devise,
             stripe_session_id, date_expiration, date_creation, date_modification)
         VALUES ($1, $2, $3, $4, '{}', $5, $6, $7, $8, $8, $8)",
        id,
        opportunite_id,
        statut.as_str(),
        format!("adopted-{id}"),
        montant_minor,
        devise.code(),
        session.id,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(MatchedAttempt { id, statut, montant_minor, devise: devise.code().into(), livemode: None })
}

/// Moves the attempt on. Complete is final: no later news takes it back.
async fn update_attempt(
    cx: &mut Cx,
    session: &StripeSession,
    attempt: &MatchedAttempt,
) -> Result<(), JobError> {
    let statut = match (session.status.as_deref(), attempt.statut) {
        (_, StatutSession::Payee) | (Some("complete"), _) => StatutSession::Payee,
        (Some("expired"), StatutSession::Annulee) => StatutSession::Annulee,
        (Some("expired"), _) => StatutSession::Expiree,
        (Some("open"), StatutSession::Preparee) => StatutSession::Ouverte,
        (_, unchanged) => unchanged,
    };
    let url = session.url.as_deref().filter(|_| statut == StatutSession::Ouverte);
    // The first answer tells the mode; afterwards what we know is what news is held against.
    sqlx::query!(
        "UPDATE session_paiement SET statut = $2, stripe_session_id = $3, livemode = coalesce(livemode, $4),
             url = $5, date_modification = $6
         WHERE id = $1",
        attempt.id,
        statut.as_str(),
        session.id,
        session.livemode,
        url,
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// The facts about money in what Stripe says.
pub(super) fn told_facts(session: &StripeSession, occasion: Occasion) -> Vec<TypePaiement> {
    match (session.status.as_deref(), session.payment_status.as_deref()) {
        (Some("complete"), Some("paid")) => vec![TypePaiement::Recu],
        (Some("complete"), Some("unpaid")) if occasion.debit_failed => {
            vec![TypePaiement::EnCours, TypePaiement::Echoue]
        }
        (Some("complete"), Some("unpaid")) => vec![TypePaiement::EnCours],
        _ => Vec::new(),
    }
}

async fn record_session_fact(
    cx: &mut Cx,
    matched: &Matched,
    session: &StripeSession,
    occasion: Occasion,
    r#type: TypePaiement,
) -> Result<(), JobError> {
    let Some((montant_minor, devise)) = session.amount() else {
        tracing::warn!(job = %cx.job, "a session whose amount cannot be counted stays in its event alone");
        return Ok(());
    };
    let as_asked = matched.attempt.as_ref().is_some_and(|attempt| {
        montant_minor == attempt.montant_minor
            && devise.code() == attempt.devise
            && attempt.livemode.is_none_or(|livemode| livemode == session.livemode)
    });
    let conforme = as_asked && !key_mode_differs(cx, session);
    let told = match r#type {
        TypePaiement::Recu if conforme => Some(TypeEvenement::PaiementRecu),
        TypePaiement::Recu => Some(TypeEvenement::PaiementNonConforme),
        // The news that a debit failed makes its start an old story.
        TypePaiement::EnCours if conforme && !occasion.debit_failed => Some(TypeEvenement::PaiementLance),
        TypePaiement::Echoue if conforme => Some(TypeEvenement::PaiementEchoue),
        _ => None,
    };
    let fact = Fact {
        opportunite_id: matched.opportunite_id,
        session_paiement_id: matched.attempt.as_ref().map(|attempt| attempt.id),
        r#type,
        stripe_id: &session.id,
        montant_minor,
        devise,
        livemode: session.livemode,
        conforme,
        stripe_payment_intent: session.payment_intent.as_deref(),
        moyen: None,
        date: occasion.date,
    };
    add_fact(cx, &fact, told).await
}

/// Tells the timeline of a card that was refused on Stripe's page. The page is still open, and nothing has moved:
/// the ledger has no line of it. A debit that fails has its own event, and may come before the news of its start.
pub async fn record_refused_card(cx: &mut Cx, intent: &StripeIntent) -> Result<Option<Uuid>, JobError> {
    if intent.failed_late() {
        return Ok(None);
    }
    let id = intent.metadata.get("sessionPaiementId").and_then(|text| text.parse::<Uuid>().ok());
    let deal = sqlx::query!(
        r#"SELECT o.id, o.client_id, o.titre, s.montant_minor, s.devise AS "devise: Devise"
           FROM session_paiement s JOIN opportunite o ON o.id = s.opportunite_id
           WHERE s.id = $1 AND s.statut IN ('preparee', 'ouverte') FOR UPDATE OF o"#,
        id
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let Some(deal) = deal else { return Ok(None) };
    let montant = from_minor(deal.montant_minor, deal.devise);
    cx.record_evenement(Evenement {
        client_id: deal.client_id,
        r#type: TypeEvenement::TentativeRefusee,
        reference_id: Some(deal.id),
        texte: &deal.titre,
        meta: json!({ "montant": montant, "devise": deal.devise, "titre": deal.titre }),
    })
    .await?;
    Ok(Some(deal.id))
}

/// A line for the ledger.
#[derive(Debug)]
pub struct Fact<'a> {
    /// The deal.
    pub opportunite_id: Uuid,
    /// The attempt, when there was one.
    pub session_paiement_id: Option<Uuid>,
    /// What the line tells.
    pub r#type: TypePaiement,
    /// Whose fact it is; see the column.
    pub stripe_id: &'a str,
    /// In minor units.
    pub montant_minor: i64,
    /// ISO 4217.
    pub devise: Devise,
    /// Real money, or Stripe's test mode.
    pub livemode: bool,
    /// Whether it matches what was asked.
    pub conforme: bool,
    /// The payment at Stripe.
    pub stripe_payment_intent: Option<&'a str>,
    /// How money came of which Stripe knows nothing.
    pub moyen: Option<MoyenPaiement>,
    /// When it happened.
    pub date: DateTime<Utc>,
}

/// Adds a fact to the ledger unless it stands there, and tells the timeline of a new one.
pub async fn add_fact(cx: &mut Cx, fact: &Fact<'_>, told: Option<TypeEvenement>) -> Result<(), JobError> {
    let id = cx.new_id();
    let added = sqlx::query_scalar!(
        "INSERT INTO paiement (id, opportunite_id, session_paiement_id, type, stripe_id, montant_minor, devise, livemode,
             conforme, stripe_payment_intent, moyen, date_paiement, date_creation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT ON CONSTRAINT paiement_unique DO NOTHING RETURNING id",
        id,
        fact.opportunite_id,
        fact.session_paiement_id,
        fact.r#type.as_str(),
        fact.stripe_id,
        fact.montant_minor,
        fact.devise.code(),
        fact.livemode,
        fact.conforme,
        fact.stripe_payment_intent,
        fact.moyen.map(MoyenPaiement::as_str),
        fact.date,
        cx.now,
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let Some(paiement_id) = added else { return Ok(()) };
    if fact.conforme && matches!(fact.r#type, TypePaiement::Recu | TypePaiement::Encaisse) {
        give_receipt(cx, paiement_id, fact).await?;
    }
    let Some(r#type) = told else { return Ok(()) };
    let deal = sqlx::query!("SELECT client_id, titre FROM opportunite WHERE id = $1", fact.opportunite_id)
        .fetch_one(&mut *cx.tx)
        .await?;
    cx.record_evenement(Evenement {
        client_id: deal.client_id,
        r#type,
        reference_id: Some(fact.opportunite_id),
        texte: &deal.titre,
        meta: json!({
            "montant": from_minor(fact.montant_minor, fact.devise), "devise": fact.devise, "titre": deal.titre,
        }),
    })
    .await?;
    // Who asks or notes it themselves is looking.
    if let (Some(courriel), false) = (courriel_of(r#type), matches!(cx.actor, Actor::Utilisateur(_))) {
        cx.write_courriel(courriel, Destinataire::FreelanceDe(deal.client_id), paiement_id).await?;
    }
    Ok(())
}

/// The mail that tells the freelancer, of what they must not miss.
fn courriel_of(told: TypeEvenement) -> Option<TypeCourriel> {
    match told {
        TypeEvenement::PaiementRecu => Some(TypeCourriel::PaiementRecu),
        TypeEvenement::PaiementEchoue => Some(TypeCourriel::PaiementEchoue),
        TypeEvenement::PaiementEnquete => Some(TypeCourriel::PaiementEnquete),
        TypeEvenement::PaiementConteste => Some(TypeCourriel::PaiementConteste),
        TypeEvenement::PaiementNonConforme => Some(TypeCourriel::PaiementNonConforme),
        _ => None,
    }
}

/// Gives a payment its receipt, under the freelancer's next number. Their row's lock keeps two payments from
/// taking the same one; whoever rolls back takes none.
async fn give_receipt(cx: &mut Cx, paiement_id: Uuid, fact: &Fact<'_>) -> Result<(), JobError> {
    let utilisateur_id = sqlx::query_scalar!(
        "SELECT id FROM utilisateur WHERE id = (SELECT utilisateur_id FROM opportunite WHERE id = $1)
         FOR NO KEY UPDATE",
        fact.opportunite_id
    )
    .fetch_one(&mut *cx.tx)
    .await?;
    sqlx::query!(
        "INSERT INTO recu (paiement_id, utilisateur_id, livemode, numero, freelance_nom, client_nom, titre,
             date_creation)
         SELECT $1, u.id, $3,
                (SELECT coalesce(max(numero), 0) + 1 FROM recu WHERE utilisateur_id = u.id AND livemode = $3),
                u.nom, c.nom, o.titre, $4
         FROM opportunite o JOIN client c ON c.id = o.client_id JOIN utilisateur u ON u.id = o.utilisateur_id
         WHERE o.id = $2 AND u.id = $5",
        paiement_id,
        fact.opportunite_id,
        fact.livemode,
        cx.now,
        utilisateur_id
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(())
}

/// Test money is not revenue: an event of the other mode than our key's never pays a deal.
pub(super) fn key_mode_differs(cx: &Cx, session: &StripeSession) -> bool {
    cx.shared.stripe.as_ref().is_some_and(|stripe| stripe.livemode() != session.livemode)
}

/// Derives the deal's state and its link anew from its rows.
pub async fn refresh_opportunite(cx: &mut Cx, opportunite_id: Uuid) -> Result<StatutPaiement, JobError> {
    let faits = sqlx::query_as!(
        Fait,
        r#"SELECT type AS "type: TypePaiement", stripe_id, stripe_payment_intent AS payment_intent, montant_minor,
                  conforme
           FROM paiement
           WHERE opportunite_id = $1"#,
        opportunite_id
    )
    .fetch_all(&mut *cx.tx)
    .await?;
    let statut = statut_paiement(&faits);
    // The URL is the open session's, and null without one; the id is the open session's, else that of the one
    // that was paid, else of the last.
    sqlx::query!(
        "UPDATE opportunite SET statut_paiement = $2, date_modification = $3,
             url_paiement = (SELECT url FROM session_paiement
                             WHERE opportunite_id = $1 AND statut = 'ouverte'),
             stripe_session_id = (SELECT stripe_session_id FROM session_paiement
                                  WHERE opportunite_id = $1 AND stripe_session_id IS NOT NULL
                                  ORDER BY (statut = 'ouverte') DESC, (statut = 'payee') DESC, id DESC
                                  LIMIT 1)
         WHERE id = $1",
        opportunite_id,
        statut.as_str(),
        cx.now,
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(statut)
}
