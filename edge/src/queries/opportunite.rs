//! Deals, as their freelancer sees them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use common::domaine::{Echeance, EtapePipeline, MoyenPaiement, StatutPaiement};
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::payer::date_attendue;
use super::{Liens, Page, Somme, containing};

/// A deal.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Opportunite {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub client_id: Uuid,
    /// That client's name.
    pub client_nom: String,
    /// What is sold.
    pub titre: String,
    /// The price, in the currency's main unit; none while it is unknown.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_estime: Option<Decimal>,
    /// ISO 4217.
    pub devise: Devise,
    /// The day by which it is to be paid.
    pub echeance: Option<NaiveDate>,
    /// Where it stands in the pipeline.
    pub etape_pipeline: EtapePipeline,
    /// Where its payment stands; means something from `gagne` on.
    pub statut_paiement: StatutPaiement,
    /// Stripe's page of the open session; none while none is open. Dies within a day, here too, whether or
    /// not Stripe has told of it.
    pub url_paiement: Option<String>,
    /// That session's id at Stripe.
    pub stripe_session_id: Option<String>,
    /// The durable payment link: what is copied and mailed.
    pub lien_paiement: Option<String>,
    /// When the freelancer asked for the link; none while there is none.
    pub date_lien: Option<DateTime<Utc>>,
    /// When the client last went on to Stripe from it; none until then.
    pub date_ouverture: Option<DateTime<Utc>>,
    /// When a bank debit was last started.
    pub date_lancement: Option<DateTime<Utc>>,
    /// The day by which a debit that is under way has usually come through.
    pub date_attendue: Option<NaiveDate>,
    /// When they cancelled it; none while it can be used.
    pub date_lien_annule: Option<DateTime<Utc>>,
    /// Since when it stands in its stage.
    pub date_etape: DateTime<Utc>,
    /// When it was noted.
    pub date_creation: DateTime<Utc>,
    /// When it last changed.
    pub date_modification: DateTime<Utc>,
    /// What its card says (title, price, due date), in one word: to be sent with a change of it, so that nothing is
    /// overwritten unseen.
    pub version: String,
    /// When its client was forgotten: it stands under a pseudonym for its payments' sake.
    pub date_effacement: Option<DateTime<Utc>>,
    /// Money received for it, as the ledger says; zero is absent.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_recu: Option<Decimal>,
    /// Money given back.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_rembourse: Option<Decimal>,
    /// What open disputes hold.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_conteste: Option<Decimal>,
    /// What banks took for good: disputes that were lost.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_repris: Option<Decimal>,
    /// What is left of it; none where nothing went back.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_net: Option<Decimal>,
    /// Received beyond the price because it was paid twice.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub surplus: Option<Decimal>,
    /// How it was paid, when money came another way than Stripe.
    pub moyen_paiement: Option<MoyenPaiement>,
    /// Whether money came that does not match what was asked; it never makes a deal `paye`.
    pub non_conforme: bool,
    /// Whether the bank took the disputed money back for good, and no dispute is open.
    pub litige_perdu: bool,
    /// Whether money came for its price or is on its way: price and currency stand, and once won the stage.
    pub prix_fige: bool,
}

struct Row {
    id: Uuid,
    client_id: Uuid,
    client_nom: String,
    titre: String,
    montant_estime: Option<Decimal>,
    devise: Devise,
    echeance: Option<NaiveDate>,
    etape_pipeline: EtapePipeline,
    statut_paiement: StatutPaiement,
    url_paiement: Option<String>,
    stripe_session_id: Option<String>,
    token_paiement_scelle: Vec<u8>,
    date_lien: Option<DateTime<Utc>>,
    date_ouverture: Option<DateTime<Utc>>,
    date_lancement: Option<DateTime<Utc>>,
    date_lien_annule: Option<DateTime<Utc>>,
    date_etape: DateTime<Utc>,
    date_creation: DateTime<Utc>,
    date_modification: DateTime<Utc>,
    version: String,
    date_effacement: Option<DateTime<Utc>>,
    recus: i64,
    recu_minor: i64,
    rembourse_minor: i64,
    conteste_minor: i64,
    repris_minor: i64,
    fuseau: String,
    moyen_paiement: Option<MoyenPaiement>,
    non_conforme: bool,
    litige_perdu: bool,
}

impl Row {
    fn view(self, liens: &Liens) -> Opportunite {
        let devise = self.devise;
        let montant_estime = self.montant_estime.map(|montant| exact(montant, devise));
        let of_minor = |minor: i64| (minor > 0).then(|| Somme::of_minor(minor, devise).montant);
        let back_minor = self.rembourse_minor + self.conteste_minor + self.repris_minor;
        let kept = Somme::of_minor(self.recu_minor - back_minor, devise).montant;
        let surplus = montant_estime
            .filter(|price| self.recus > 1 && kept > *price)
            .map(|price| exact(kept - price, devise));
        Opportunite {
            lien_paiement: self
                .date_effacement
                .is_none()
                .then(|| liens.payer(&self.token_paiement_scelle, self.id))
                .flatten(),
            id: self.id,
            client_id: self.client_id,
            client_nom: self.client_nom,
            titre: self.titre,
            montant_estime,
            devise,
            echeance: self.echeance,
            etape_pipeline: self.etape_pipeline,
            statut_paiement: self.statut_paiement,
            url_paiement: self.url_paiement,
            stripe_session_id: self.stripe_session_id,
            date_lien: self.date_lien,
            date_ouverture: self.date_ouverture,
            date_lancement: self.date_lancement,
            date_attendue: self
                .date_lancement
                .filter(|_| self.statut_paiement == StatutPaiement::EnCours)
                .map(|lancement| date_attendue(lancement, &self.fuseau)),
            date_lien_annule: self.date_lien_annule,
            date_etape: self.date_etape,
            date_creation: self.date_creation,
            date_modification: self.date_modification,
            version: self.version,
            date_effacement: self.date_effacement,
            montant_recu: of_minor(self.recu_minor),
            montant_rembourse: of_minor(self.rembourse_minor),
            montant_conteste: of_minor(self.conteste_minor),
            montant_repris: of_minor(self.repris_minor),
            montant_net: (back_minor > 0).then_some(kept),
            surplus,
            moyen_paiement: self.moyen_paiement,
            non_conforme: self.non_conforme,
            litige_perdu: self.litige_perdu,
            prix_fige: self.statut_paiement.is_paid_for(),
        }
    }
}

/// Selects deals with what the ledger says of each; the text after it continues the statement.
macro_rules! select_opportunites {
    ($rest:literal, $($arg:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT o.id, o.client_id, c.nom as client_nom, o.titre, o.montant_estime,
                      o.devise as "devise: Devise", o.echeance,
                      o.etape_pipeline as "etape_pipeline: EtapePipeline",
                      o.statut_paiement as "statut_paiement: StatutPaiement",
                      (SELECT s.url FROM session_paiement s WHERE s.opportunite_id = o.id AND s.statut = 'ouverte'
                      AND s.date_expiration > now()) as url_paiement,
                      o.stripe_session_id, o.token_paiement_scelle, o.date_lien, o.date_ouverture, o.date_lien_annule, a.date_lancement,
                      o.date_etape, o.date_creation, o.date_modification, o.version, o.date_effacement,
                      (SELECT e.moyen FROM paiement e WHERE e.opportunite_id = o.id AND e.type = 'encaisse'
                          AND NOT EXISTS (SELECT FROM paiement n
                              WHERE n.type = 'encaisse_annule' AND n.stripe_id = e.stripe_id)
                        LIMIT 1) as "moyen_paiement: MoyenPaiement",
                      a.recus as "recus!", a.recu_minor as "recu_minor!",
                      a.rembourse_minor as "rembourse_minor!", a.conteste_minor as "conteste_minor!",
                      a.repris_minor as "repris_minor!",
                      (SELECT u.fuseau FROM utilisateur u WHERE u.id = o.utilisateur_id) as "fuseau!",
                      a.non_conforme as "non_conforme!", litige_perdu(o.id, o.statut_paiement) as "litige_perdu!"
                 FROM opportunite o
                 JOIN client c ON c.id = o.client_id
                 JOIN opportunite_argent a ON a.opportunite_id = o.id
                WHERE "# + $rest,
            $($arg),*
        )
    };
}

/// Reads one deal of the freelancer's own.
pub async fn find(
    pool: &PgPool,
    utilisateur_id: Uuid,
    id: Uuid,
    liens: &Liens,
) -> sqlx::Result<Option<Opportunite>> {
    let row = select_opportunites!("o.utilisateur_id = $1 AND o.id = $2", utilisateur_id, id)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| row.view(liens)))
}

/// What a list of deals is narrowed to; each `None` lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Looked for in titles and clients' names.
    pub recherche: Option<String>,
    /// Of one client.
    pub client_id: Option<Uuid>,
    /// In one stage.
    pub etape_pipeline: Option<EtapePipeline>,
    /// With one payment status.
    pub statut_paiement: Option<StatutPaiement>,
    /// In one currency.
    pub devise: Option<Devise>,
    /// By their due date, as it is today.
    pub echeance: Option<(Echeance, NaiveDate)>,
}

/// Lists the freelancer's deals, newest first; those of a client who was forgotten only when that client is asked
/// for.
pub async fn list(
    pool: &PgPool,
    utilisateur_id: Uuid,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
    liens: &Liens,
) -> sqlx::Result<Page<Opportunite>> {
    let rows = select_opportunites!(
        "o.utilisateur_id = $1
          AND ($2::uuid IS NULL OR o.id < $2)
          AND ($5::text IS NULL OR o.etape_pipeline = $5)
          AND est_retenue(o, c.nom, $3, $4, $6, $7, $8, $9)
        ORDER BY o.id DESC LIMIT $10",
        utilisateur_id,
        after,
        containing(filter.recherche.as_deref()),
        filter.client_id,
        filter.etape_pipeline.map(EtapePipeline::as_str),
        filter.statut_paiement.map(StatutPaiement::as_str),
        filter.devise.map(Devise::code),
        filter.echeance.map(|(echeance, _)| echeance.as_str()),
        filter.echeance.map(|(_, today)| today),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let deals = rows.into_iter().map(|row| row.view(liens)).collect();
    Ok(Page::cut(deals, limit, |deal: &Opportunite| deal.id.to_string()))
}

/// The currencies of the freelancer's deals, to choose from.
pub async fn devises(pool: &PgPool, utilisateur_id: Uuid) -> sqlx::Result<Vec<Devise>> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT devise as "devise: Devise" FROM opportunite WHERE utilisateur_id = $1 ORDER BY 1"#,
        utilisateur_id,
    )
    .fetch_all(pool)
    .await
}

/// The deals that ask something of the freelancer (`est_a_faire`), most urgent first (`rang_opportunite`): disputed,
/// late, refused, won without a link.
pub async fn a_faire(
    pool: &PgPool,
    utilisateur_id: Uuid,
    today: NaiveDate,
    limit: i64,
    liens: &Liens,
) -> sqlx::Result<Vec<Opportunite>> {
    let rows = select_opportunites!(
        "o.utilisateur_id = $1
          AND est_a_faire(
              o.id, o.etape_pipeline, o.statut_paiement, o.montant_estime, o.echeance, o.date_lien, o.date_effacement, $2)
        ORDER BY rang_opportunite(o.id, o.etape_pipeline, o.statut_paiement, o.echeance, $2), o.echeance, o.id LIMIT $3",
        utilisateur_id,
        today,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| row.view(liens)).collect())
}

/// A client's deals, most pressing first: disputed, late, owed, with a debit under way, to be won, paid, lost.
pub async fn of_client(
    pool: &PgPool,
    utilisateur_id: Uuid,
    client_id: Uuid,
    today: NaiveDate,
    limit: i64,
    liens: &Liens,
) -> sqlx::Result<Vec<Opportunite>> {
    let rows = select_opportunites!(
        "o.utilisateur_id = $1 AND o.client_id = $2
        ORDER BY rang_opportunite(o.id, o.etape_pipeline, o.statut_paiement, o.echeance, $3), o.echeance, o.id DESC LIMIT $4",
        utilisateur_id,
        client_id,
        today,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| row.view(liens)).collect())
}

/// One column of the board.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Colonne {
    /// The stage.
    pub etape: EtapePipeline,
    /// Deals that stand in it, all of them.
    pub nombre: i64,
    /// Their sum, per currency.
    pub sommes: Vec<Somme>,
    /// The most pressing of them, else the newest.
    pub opportunites: Vec<Opportunite>,
}

/// Reads the board: every stage that the filter lets pass, with its count, its sums and its `per_column` most
/// pressing deals on the reader's day.
pub async fn board(
    pool: &PgPool,
    utilisateur_id: Uuid,
    filter: &Filter,
    per_column: i64,
    jour: NaiveDate,
    liens: &Liens,
) -> sqlx::Result<Vec<Colonne>> {
    let recherche = containing(filter.recherche.as_deref());
    let statut = filter.statut_paiement.map(StatutPaiement::as_str);
    let devise = filter.devise.map(Devise::code);
    let (echeance, today) = filter.echeance.map(|(echeance, today)| (echeance.as_str(), today)).unzip();
    let etapes: Vec<_> = EtapePipeline::ALL
        .iter()
        .copied()
        .filter(|etape| filter.etape_pipeline.is_none_or(|wanted| wanted == *etape))
        .collect();
    let noms: Vec<_> = etapes.iter().map(|etape| etape.as_str().to_owned()).collect();
    let sommes = sqlx::query!(
        r#"SELECT o.etape_pipeline as "etape: EtapePipeline", o.devise as "devise: Devise",
                  count(*) as "nombre!", sum(o.montant_estime) as somme
             FROM opportunite o JOIN client c ON c.id = o.client_id
            WHERE o.utilisateur_id = $1
              AND o.etape_pipeline = ANY ($6)
              AND est_retenue(o, c.nom, $2, $3, $4, $5, $7, $8)
            GROUP BY o.etape_pipeline, o.devise ORDER BY o.devise"#,
        utilisateur_id,
        recherche,
        filter.client_id,
        statut,
        devise,
        &noms,
        echeance,
        today,
    )
    .fetch_all(pool);
    let cards = select_opportunites!(
        "o.utilisateur_id = $1 AND o.id IN (
            SELECT first.id FROM unnest($6::text[]) AS etape (nom)
             CROSS JOIN LATERAL (
                   SELECT i.id FROM opportunite i JOIN client ic ON ic.id = i.client_id
                    WHERE i.utilisateur_id = $1 AND i.etape_pipeline = etape.nom
                      AND est_retenue(i, ic.nom, $2, $3, $4, $5, $8, $9)
                    ORDER BY rang_opportunite(i.id, i.etape_pipeline, i.statut_paiement, i.echeance, $10), i.id DESC LIMIT $7) first)
         ORDER BY rang_opportunite(o.id, o.etape_pipeline, o.statut_paiement, o.echeance, $10), o.id DESC",
        utilisateur_id,
        recherche,
        filter.client_id,
        statut,
        devise,
        &noms,
        per_column,
        echeance,
        today,
        jour,
    )
    .fetch_all(pool);
    let (sommes, cards) = tokio::try_join!(sommes, cards)?;

    let mut columns: Vec<_> = etapes
        .iter()
        .map(|&etape| Colonne { etape, nombre: 0, sommes: Vec::new(), opportunites: Vec::new() })
        .collect();
    let place = |etape: EtapePipeline| etapes.iter().position(|&it| it == etape);
    for row in sommes {
        if let Some(column) = place(row.etape).and_then(|at| columns.get_mut(at)) {
            column.nombre += row.nombre;
            column.sommes.extend(row.somme.map(|somme| Somme::new(somme, row.devise)));
        }
    }
    for row in cards {
        if let Some(column) = place(row.etape_pipeline).and_then(|at| columns.get_mut(at)) {
            column.opportunites.push(row.view(liens));
        }
    }
    Ok(columns)
}

/// When a deal came to each of its stages, by its name; `argent` is when its payment came to stand as it does. The stage
/// it was made in, it stood in from its beginning on.
pub async fn stations(
    pool: &PgPool,
    utilisateur_id: Uuid,
    id: Uuid,
) -> sqlx::Result<HashMap<String, DateTime<Utc>>> {
    let rows = sqlx::query!(
        r#"WITH o AS (SELECT * FROM opportunite WHERE utilisateur_id = $1 AND id = $2),
                etapes AS (SELECT e.id, e.meta_json ->> 'de' as de, e.meta_json ->> 'vers' as vers, e.date_evenement as date
                             FROM evenement_timeline e JOIN o ON o.id = e.reference_id
                            WHERE e.type_evenement = 'etape_changee'),
                argent AS (SELECT CASE WHEN o.statut_paiement = 'conteste'
                                       THEN max(p.date_paiement) FILTER (WHERE p.type = 'conteste')
                                       WHEN o.statut_paiement IN ('rembourse', 'rembourse_partiel')
                                       THEN max(p.date_paiement) FILTER (WHERE p.type = 'rembourse')
                                       ELSE min(p.date_paiement) FILTER (
                                           WHERE p.type IN ('recu', 'encaisse') AND p.conforme
                                             AND NOT EXISTS (SELECT FROM paiement a
                                                  WHERE a.type = 'encaisse_annule' AND a.stripe_id = p.stripe_id))
                                  END as date
                             FROM o JOIN paiement p ON p.opportunite_id = o.id GROUP BY o.statut_paiement)
           SELECT station as "station!", max(date) as "date!"
             FROM (SELECT etape_pipeline as station, date_etape as date FROM o
                    UNION ALL SELECT vers, date FROM etapes
                    UNION ALL (SELECT etapes.de, o.date_creation FROM etapes, o ORDER BY etapes.date, etapes.id LIMIT 1)
                    UNION ALL SELECT 'argent', date FROM argent) AS toutes
            WHERE station IS NOT NULL AND date IS NOT NULL GROUP BY station"#,
        utilisateur_id,
        id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.station, row.date)).collect())
}
