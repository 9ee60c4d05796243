//! Receipts: our own, numbered, with what went back since.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use common::domaine::MoyenPaiement;
use common::montant::Devise;
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::Somme;

/// What attests one payment. Names and title are those of the day on which it was paid.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recu {
    /// The deal.
    pub opportunite_id: Uuid,
    /// Its number: one after the other for each freelancer, test payments apart, none left out.
    pub numero: i32,
    /// Real money, or Stripe's test mode.
    pub livemode: bool,
    /// Who was paid.
    pub freelance_nom: String,
    /// Who paid.
    pub client_nom: String,
    /// What for.
    pub titre: String,
    /// What was paid.
    #[serde(flatten)]
    pub somme: Somme,
    /// How, when it came another way than Stripe.
    pub moyen: Option<MoyenPaiement>,
    /// When it was paid.
    pub date_paiement: DateTime<Utc>,
    /// Whether the freelancer took it back as marked by mistake: the number stays.
    pub annule: bool,
    /// What went back of it, in the order in which it did.
    pub remboursements: Vec<Rendu>,
    /// What its disputes hold or took for good, in the order in which they were opened; one that was won is gone.
    pub contestations: Vec<Contestation>,
    /// What is left of it then, in its own currency; nothing of what was marked by mistake.
    #[serde(with = "rust_decimal::serde::str")]
    pub reste: Decimal,
}

/// Money that went back of a payment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendu {
    /// How much.
    #[serde(flatten)]
    pub somme: Somme,
    /// When.
    pub date: DateTime<Utc>,
}

/// Money that a bank took of a payment because its customer disputes it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contestation {
    /// How much.
    #[serde(flatten)]
    pub somme: Somme,
    /// When.
    pub date: DateTime<Utc>,
    /// Whether the bank has decided for its customer.
    pub perdue: bool,
}

/// The receipts of some deals of the freelancer's own, latest first.
pub async fn list(
    pool: &PgPool,
    utilisateur_id: Uuid,
    opportunites: &[Uuid],
    limit: i64,
) -> sqlx::Result<Vec<Recu>> {
    let rows = sqlx::query!(
        r#"SELECT p.opportunite_id, r.numero, r.livemode, r.freelance_nom, r.client_nom, r.titre, p.montant_minor,
                  p.devise as "devise: Devise", p.moyen as "moyen: MoyenPaiement", p.date_paiement,
                  p.stripe_payment_intent,
                  EXISTS (SELECT FROM paiement a
                           WHERE a.type = 'encaisse_annule' AND a.stripe_id = p.stripe_id) as "annule!"
             FROM recu r JOIN paiement p ON p.id = r.paiement_id
            WHERE r.utilisateur_id = $1 AND p.opportunite_id = ANY ($2)
            ORDER BY r.numero DESC LIMIT $3"#,
        utilisateur_id,
        opportunites,
        limit,
    )
    .fetch_all(pool);
    let back = sqlx::query!(
        r#"SELECT p.stripe_payment_intent as "payment_intent!", p.montant_minor, p.devise as "devise: Devise",
                  p.date_paiement, p.type = 'conteste' as "conteste!",
                  EXISTS (SELECT FROM paiement e
                           WHERE e.type = 'conteste_perdu' AND e.stripe_id = p.stripe_id) as "perdue!"
             FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
            WHERE o.utilisateur_id = $1 AND p.opportunite_id = ANY ($2) AND p.type IN ('rembourse', 'conteste')
              AND p.conforme AND p.stripe_payment_intent IS NOT NULL
              AND NOT EXISTS (SELECT FROM paiement e WHERE e.stripe_id = p.stripe_id
                                AND e.type IN ('rembourse_echoue', 'conteste_gagne'))
            ORDER BY p.date_paiement, p.id"#,
        utilisateur_id,
        opportunites,
    )
    .fetch_all(pool);
    let (rows, back) = tokio::try_join!(rows, back)?;
    let mut by_payment: HashMap<String, (Vec<Rendu>, Vec<Contestation>)> = HashMap::new();
    for row in back {
        let (somme, date) = (Somme::of_minor(row.montant_minor, row.devise), row.date_paiement);
        let (remboursements, contestations) = by_payment.entry(row.payment_intent).or_default();
        if row.conteste {
            contestations.push(Contestation { somme, date, perdue: row.perdue });
        } else {
            remboursements.push(Rendu { somme, date });
        }
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let somme = Somme::of_minor(row.montant_minor, row.devise);
            let back = row.stripe_payment_intent.and_then(|intent| by_payment.remove(&intent));
            let (remboursements, contestations) = back.unwrap_or_default();
            let kept = if row.annule { Decimal::ZERO } else { somme.montant };
            let refunded: Decimal = remboursements.iter().map(|rendu| rendu.somme.montant).sum();
            let disputed: Decimal = contestations.iter().map(|contestation| contestation.somme.montant).sum();
            Recu {
                opportunite_id: row.opportunite_id,
                numero: row.numero,
                livemode: row.livemode,
                freelance_nom: row.freelance_nom,
                client_nom: row.client_nom,
                titre: row.titre,
                somme,
                moyen: row.moyen,
                date_paiement: row.date_paiement,
                annule: row.annule,
                remboursements,
                contestations,
                reste: kept - refunded - disputed,
            }
        })
        .collect())
}
