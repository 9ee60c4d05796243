//! The dashboard: what to do next, and where the money stands.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use common::domaine::StatutPaiement;
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::evenement::{self, Evenement};
use super::opportunite::{self, Opportunite};
use super::paiement::{self, Contestation};
use super::payer::date_attendue;
use super::ticket::{self, Ticket};
use super::{Liens, Somme};

/// Rows of each list of the dashboard.
const ROWS: u16 = 12;

/// What the dashboard shows.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tableau {
    /// The deals that do not wait, most urgent first: contested, late, refused.
    pub urgentes: Vec<Opportunite>,
    /// The others that ask something of the freelancer: won without a link.
    pub sans_lien: Vec<Opportunite>,
    /// What Stripe wants in the open disputes of a deal among these, by its id.
    pub contestations: HashMap<Uuid, Contestation>,
    /// Whether there are more of them.
    pub a_faire_suite: bool,
    /// Where the money stands, a row a currency.
    pub argent: Vec<Argent>,
    /// The tickets that are not resolved, those that wait for the freelancer first: the first of them.
    pub tickets: Vec<Ticket>,
    /// How many are not resolved in all.
    pub tickets_ouverts: i64,
    /// Of these, how many wait for the freelancer.
    pub tickets_a_repondre: i64,
    /// What happened last.
    pub mouvements: Vec<Mouvement>,
}

/// An event with the name of whom it happened with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mouvement {
    /// What happened.
    #[serde(flatten)]
    pub evenement: Evenement,
    /// With whom.
    pub client_nom: String,
}

/// Where the money stands in one currency; a zero is absent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Argent {
    /// ISO 4217.
    pub devise: Devise,
    /// Won, priced and not paid.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub du: Option<Decimal>,
    /// The part of it whose due date has passed.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub en_retard: Option<Decimal>,
    /// On its way from a bank.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub en_cours: Option<Decimal>,
    /// By when the last of it has usually come through.
    pub date_attendue: Option<NaiveDate>,
    /// What disputes hold, while they are undecided; not in what was received.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub conteste: Option<Decimal>,
    /// Received this month, what went back taken off.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub recu: Option<Decimal>,
}

/// Reads the dashboard at a moment. `today` and `month_start` are the reader's.
pub async fn read(
    pool: &PgPool,
    utilisateur_id: Uuid,
    now: DateTime<Utc>,
    today: NaiveDate,
    month_start: DateTime<Utc>,
    liens: &Liens,
) -> sqlx::Result<Tableau> {
    let (mut a_faire, argent, tickets, nombres, recent) = tokio::try_join!(
        opportunite::a_faire(pool, utilisateur_id, today, i64::from(ROWS) + 1, liens),
        argent(pool, utilisateur_id, today, month_start),
        ticket::open(pool, utilisateur_id, i64::from(ROWS)),
        ticket::nombres(pool, utilisateur_id),
        evenement::recent(pool, utilisateur_id, i64::from(ROWS)),
    )?;
    let mouvements = recent
        .into_iter()
        .map(|evenement| Mouvement { client_nom: evenement.client_nom.clone(), evenement })
        .collect();
    let a_faire_suite = a_faire.len() > usize::from(ROWS);
    a_faire.truncate(usize::from(ROWS));
    let contested = |deal: &&Opportunite| deal.statut_paiement == StatutPaiement::Conteste;
    let contested: Vec<Uuid> = a_faire.iter().filter(contested).map(|deal| deal.id).collect();
    let contestations = match contested.as_slice() {
        [] => HashMap::new(),
        ids => paiement::contestations(pool, utilisateur_id, ids, now).await?,
    };
    let (urgentes, sans_lien) = a_faire.into_iter().partition(|deal| {
        matches!(deal.statut_paiement, StatutPaiement::Conteste | StatutPaiement::Echoue)
            || deal.echeance.is_some_and(|echeance| echeance < today)
    });
    let (tickets_ouverts, tickets_a_repondre) = nombres;
    Ok(Tableau {
        urgentes,
        sans_lien,
        contestations,
        a_faire_suite,
        argent,
        tickets,
        tickets_ouverts,
        tickets_a_repondre,
        mouvements,
    })
}

/// How much the dashboard has under « À faire », all of it: [`opportunite::a_faire`] and the tickets that wait for an
/// answer. `today` is the reader's.
pub async fn nombre_a_faire(pool: &PgPool, utilisateur_id: Uuid, today: NaiveDate) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM opportunite
                    WHERE utilisateur_id = $1
                      AND est_a_faire(
                          id, etape_pipeline, statut_paiement, montant_estime, echeance, date_lien, date_effacement, $2))
                + (SELECT count(*) FROM ticket
                    WHERE utilisateur_id = $1 AND statut_ticket <> 'resolu' AND dernier_auteur = 'client') as "nombre!""#,
        utilisateur_id,
        today,
    )
    .fetch_one(pool)
    .await
}

async fn argent(
    pool: &PgPool,
    utilisateur_id: Uuid,
    today: NaiveDate,
    month_start: DateTime<Utc>,
) -> sqlx::Result<Vec<Argent>> {
    let rows = sqlx::query!(
        r#"WITH dus AS (
               SELECT devise,
                      max((SELECT max(date_paiement) FROM paiement p
                            WHERE p.opportunite_id = o.id AND p.type = 'en_cours'))
                        FILTER (WHERE statut_paiement = 'en_cours') as lancement,
                      sum(montant_estime) FILTER (WHERE statut_paiement IN ('en_attente', 'echoue')
                                                    AND date_effacement IS NULL) as du,
                      sum(montant_estime) FILTER (WHERE date_effacement IS NULL
                          AND est_en_retard(etape_pipeline, statut_paiement, montant_estime, echeance, $2)) as en_retard,
                      sum(montant_estime) FILTER (WHERE statut_paiement = 'en_cours') as en_cours,
                      sum((SELECT conteste_minor FROM opportunite_argent a WHERE a.opportunite_id = o.id))
                        FILTER (WHERE statut_paiement = 'conteste')::bigint as conteste
                 FROM opportunite o
                WHERE utilisateur_id = $1 AND etape_pipeline = 'gagne' AND montant_estime IS NOT NULL
                GROUP BY devise),
           recus AS (
               SELECT p.devise,
                      sum(p.mouvement_minor)::bigint as minor
                 FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
                WHERE o.utilisateur_id = $1 AND p.mouvement_minor <> 0 AND p.conforme
                  AND p.date_paiement >= $3
                  AND (p.moyen IS NOT NULL OR p.livemode = (SELECT coalesce(stripe_livemode, true) FROM instance))
                GROUP BY p.devise)
           SELECT coalesce(d.devise, r.devise) as "devise!: Devise", d.du, d.en_retard, d.en_cours, d.conteste,
                  d.lancement, r.minor, (SELECT fuseau FROM utilisateur WHERE id = $1) as "fuseau!"
             FROM dus d FULL JOIN recus r ON r.devise = d.devise
            ORDER BY 1"#,
        utilisateur_id,
        today,
        month_start,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let devise = row.devise;
            let sum = |montant: Option<Decimal>| montant.map(|montant| exact(montant, devise));
            let of_minor = |minor: Option<i64>| {
                minor.filter(|minor| *minor != 0).map(|minor| Somme::of_minor(minor, devise).montant)
            };
            Argent {
                devise,
                du: sum(row.du),
                en_retard: sum(row.en_retard),
                en_cours: sum(row.en_cours),
                date_attendue: row.lancement.map(|lancement| date_attendue(lancement, &row.fuseau)),
                conteste: of_minor(row.conteste),
                recu: of_minor(row.minor),
            }
        })
        .filter(|it| [it.du, it.en_cours, it.conteste, it.recu].iter().any(Option::is_some))
        .collect())
}
