//! The durable payment link of one deal: all that its page says, in one read.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use common::domaine::{EtapePipeline, Langue, StatutPaiement};
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::Somme;
use super::logo::Logo;
use crate::session;

/// What a payment link opens.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payer {
    /// The deal.
    #[serde(skip)]
    pub opportunite_id: Uuid,
    /// Whose deal it is.
    #[serde(skip)]
    pub utilisateur_id: Uuid,
    /// Who pays: the actor of what this page asks for.
    #[serde(skip)]
    pub client_id: Uuid,
    /// Their name.
    pub client_nom: String,
    /// Their language, as the freelancer noted it.
    #[serde(skip)]
    pub langue: Langue,
    /// Who is paid.
    pub freelance_nom: String,
    /// The freelancer's own colour, as `#rrggbb`.
    #[serde(skip)]
    pub couleur: Option<String>,
    /// Their logo.
    #[serde(skip)]
    pub logo: Option<Logo>,
    /// The freelancer's time zone.
    #[serde(skip)]
    pub fuseau: String,
    /// What is sold.
    pub titre: String,
    /// The price; none when the deal has lost it.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant: Option<Decimal>,
    /// ISO 4217.
    pub devise: Devise,
    /// The day by which it is to be paid.
    pub echeance: Option<NaiveDate>,
    /// Where the payment stands.
    pub statut_paiement: StatutPaiement,
    /// Whether it can be paid now: won, priced and owed, by a link that was not cancelled.
    pub payable: bool,
    /// Stripe's page of the open session.
    #[serde(skip)]
    pub url_paiement: Option<String>,
    /// Money received.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_recu: Option<Decimal>,
    /// Money given back.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_rembourse: Option<Decimal>,
    /// What open disputes hold.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_conteste: Option<Decimal>,
    /// What banks gave back for good, in disputes that were lost.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_repris: Option<Decimal>,
    /// Whether the bank gave a disputed payment back for good.
    pub litige_perdu: bool,
    /// What Stripe is giving back and has not given back yet.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub remboursement_en_cours: Option<Decimal>,
    /// When a debit was last started.
    pub date_lancement: Option<DateTime<Utc>>,
    /// The day by which a debit that is under way has usually come through.
    pub date_attendue: Option<NaiveDate>,
    /// When money last came.
    pub date_paiement: Option<DateTime<Utc>>,
    /// When money last went back.
    pub date_remboursement: Option<DateTime<Utc>>,
    /// The Stripe key's mode; none: payments are not configured.
    #[serde(skip)]
    pub stripe_livemode: Option<bool>,
}

/// Banks take five working days at most for a debit, as Stripe tells of them.
pub(super) fn date_attendue(lancement: DateTime<Utc>, fuseau: &str) -> NaiveDate {
    working_days_after(lancement.with_timezone(&session::fuseau(fuseau)).date_naive())
}

fn working_days_after(lancement: NaiveDate) -> NaiveDate {
    let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let mut working_days = lancement.iter_days().skip(1).filter(|day| !weekend(day));
    working_days.nth(4).unwrap_or(lancement)
}

/// Finds what a payment link opens. `None` for what never was and for what no longer is.
pub async fn find(pool: &PgPool, jeton_hash: &[u8]) -> sqlx::Result<Option<Payer>> {
    let row = sqlx::query!(
        r#"SELECT o.id, o.utilisateur_id, o.client_id, c.nom as client_nom, c.langue as "langue: Langue",
                  u.nom as freelance_nom, u.couleur, u.fuseau,
                  l.empreinte as "empreinte?", l.largeur as "largeur?", l.hauteur as "hauteur?",
                  o.titre, o.montant_estime,
                  o.devise as "devise: Devise", o.echeance,
                  o.etape_pipeline as "etape_pipeline: EtapePipeline",
                  o.statut_paiement as "statut_paiement: StatutPaiement",
                  (SELECT s.url FROM session_paiement s WHERE s.opportunite_id = o.id AND s.statut = 'ouverte'
                  AND s.date_expiration > now()) as url_paiement,
                  o.date_lien_annule IS NOT NULL as "lien_annule!",
                  (SELECT stripe_livemode FROM instance) as stripe_livemode,
                  a.recu_minor as "recu_minor!", a.rembourse_minor as "rembourse_minor!",
                  a.conteste_minor as "conteste_minor!", a.repris_minor as "repris_minor!",
                  litige_perdu(o.id, o.statut_paiement) as "litige_perdu!",
                  a.date_lancement, a.date_recu, a.date_rembourse,
                  (SELECT sum(r.montant_minor)::bigint FROM remboursement r
                    WHERE r.opportunite_id = o.id AND r.statut = 'en_cours') as en_route_minor
             FROM opportunite o
             JOIN client c ON c.id = o.client_id
             JOIN utilisateur u ON u.id = o.utilisateur_id
             LEFT JOIN logo l ON l.utilisateur_id = u.id
             JOIN opportunite_argent a ON a.opportunite_id = o.id
            WHERE o.token_paiement_hash = $1 AND o.date_effacement IS NULL"#,
        jeton_hash,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| {
        let devise = row.devise;
        let of_minor = |minor: i64| (minor > 0).then(|| Somme::of_minor(minor, devise).montant);
        let date_attendue = row.date_lancement.map(|lancement| date_attendue(lancement, &row.fuseau));
        let owed = matches!(row.statut_paiement, StatutPaiement::EnAttente | StatutPaiement::Echoue);
        Payer {
            opportunite_id: row.id,
            utilisateur_id: row.utilisateur_id,
            client_id: row.client_id,
            client_nom: row.client_nom,
            langue: row.langue,
            freelance_nom: row.freelance_nom,
            couleur: row.couleur,
            logo: Logo::joined(row.empreinte, row.largeur, row.hauteur),
            fuseau: row.fuseau,
            titre: row.titre,
            payable: owed
                && !row.lien_annule
                && row.etape_pipeline == EtapePipeline::Gagne
                && row.montant_estime.is_some(),
            montant: row.montant_estime.map(|montant| exact(montant, devise)),
            devise,
            echeance: row.echeance,
            statut_paiement: row.statut_paiement,
            url_paiement: row.url_paiement,
            montant_recu: of_minor(row.recu_minor),
            montant_rembourse: of_minor(row.rembourse_minor),
            montant_conteste: of_minor(row.conteste_minor),
            montant_repris: of_minor(row.repris_minor),
            litige_perdu: row.litige_perdu,
            remboursement_en_cours: row.en_route_minor.and_then(of_minor),
            date_lancement: row.date_lancement,
            date_attendue,
            date_paiement: row.date_recu,
            date_remboursement: row.date_rembourse,
            stripe_livemode: row.stripe_livemode,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debit_is_expected_five_working_days_after_its_start() {
        for (started, expected) in
            [("2026-11-02", "2026-11-09"), ("2026-11-06", "2026-11-13"), ("2026-11-07", "2026-11-13")]
        {
            assert_eq!(working_days_after(started.parse().unwrap()), expected.parse().unwrap(), "{started}");
        }
    }
}
