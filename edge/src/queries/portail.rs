//! The client's private page. Its JSON shape is an allow-list: nothing internal, exactly these keys.

use chrono::{DateTime, NaiveDate, Utc};
use common::domaine::{Auteur, Langue, StatutPaiement, StatutTicket, TypeClient, TypeTicket};
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::logo::Logo;
use super::payer::date_attendue;
use super::{Liens, Somme};

/// Whom a portal's link lets in, and how they read.
#[derive(Debug, Clone)]
pub struct Acces {
    /// The client whose page it is.
    pub client_id: Uuid,
    /// Their freelancer.
    pub utilisateur_id: Uuid,
    /// The client's name.
    pub client_nom: String,
    /// A company or a person.
    pub client_type: TypeClient,
    /// The language that the freelancer noted for the client.
    pub langue: Langue,
    /// The name that clients read.
    pub freelance_nom: String,
    /// The freelancer's own colour, as `#rrggbb`.
    pub couleur: Option<String>,
    /// Their logo.
    pub logo: Option<Logo>,
    /// Their time zone.
    pub fuseau: String,
    /// The Stripe key's mode; none: payments are not configured.
    pub stripe_livemode: Option<bool>,
}

/// Finds whose page a token opens. `None` for what never was and for what no longer is.
pub async fn acces(pool: &PgPool, jeton_hash: &[u8]) -> sqlx::Result<Option<Acces>> {
    let row = sqlx::query!(
        r#"SELECT c.id, c.utilisateur_id, c.nom, c.type as "type: TypeClient", c.langue as "langue: Langue",
                  u.nom as freelance_nom, u.couleur, u.fuseau,
                  l.empreinte as "empreinte?", l.largeur as "largeur?", l.hauteur as "hauteur?",
                  (SELECT stripe_livemode FROM instance) as stripe_livemode
             FROM client c
             JOIN utilisateur u ON u.id = c.utilisateur_id
             LEFT JOIN logo l ON l.utilisateur_id = u.id
            WHERE c.token_portail_hash = $1"#,
        jeton_hash,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Acces {
        client_id: row.id,
        utilisateur_id: row.utilisateur_id,
        client_nom: row.nom,
        client_type: row.r#type,
        langue: row.langue,
        freelance_nom: row.freelance_nom,
        couleur: row.couleur,
        logo: Logo::joined(row.empreinte, row.largeur, row.hauteur),
        fuseau: row.fuseau,
        stripe_livemode: row.stripe_livemode,
    }))
}

/// `GET /api/portail/{token}`.
#[derive(Debug, Clone, Serialize)]
pub struct Portail {
    /// Who is to be paid and asked.
    pub freelance: Freelance,
    /// Whose page it is.
    pub client: PortailClient,
    /// What is sold and won.
    pub opportunites: Vec<Prestation>,
    /// What was asked.
    pub tickets: Vec<Demande>,
}

/// The freelancer, as clients see them.
#[derive(Debug, Clone, Serialize)]
pub struct Freelance {
    /// Their name.
    pub nom: String,
    /// Their logo's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// The client, as they see themselves.
#[derive(Debug, Clone, Serialize)]
pub struct PortailClient {
    /// Their name.
    pub nom: String,
    /// A company or a person.
    pub r#type: TypeClient,
}

/// A deal, as its client sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prestation {
    /// Its id.
    pub id: Uuid,
    /// What is sold.
    pub titre: String,
    /// The price.
    #[serde(with = "rust_decimal::serde::str")]
    pub montant: Decimal,
    /// ISO 4217.
    pub devise: Devise,
    /// The day by which it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echeance: Option<NaiveDate>,
    /// Where its payment stands.
    pub statut_paiement: StatutPaiement,
    /// Stripe's page, while a session is open.
    pub url_paiement: Option<String>,
    /// The durable payment link.
    pub lien_paiement: Option<String>,
}

/// A ticket, as its client sees it in the list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Demande {
    /// Its id.
    pub id: Uuid,
    /// One line.
    pub sujet: String,
    /// What it is about.
    pub type_ticket: TypeTicket,
    /// How far it is.
    pub statut_ticket: StatutTicket,
    /// When it was asked.
    pub date_creation: DateTime<Utc>,
}

/// A deal with what the page says beyond the JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrestationPage {
    /// What the JSON says.
    #[serde(flatten)]
    pub contrat: Prestation,
    /// Whether it can be paid now: won, and owed, by a link that was not cancelled.
    pub payable: bool,
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
    /// When money last came.
    pub date_paiement: Option<DateTime<Utc>>,
    /// The day by which a debit that is under way has usually come through.
    pub date_attendue: Option<NaiveDate>,
}

/// A ticket with what the page says beyond the JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemandePage {
    /// What the JSON says.
    #[serde(flatten)]
    pub contrat: Demande,
    /// Who wrote last.
    pub dernier_auteur: Auteur,
    /// When somebody last wrote or moved it.
    pub date_modification: DateTime<Utc>,
    /// What was written last.
    pub dernier_message: Option<String>,
}

/// All that the page shows.
#[derive(Debug, Clone, Serialize)]
pub struct Contenu {
    /// What is sold and won: newest first.
    pub opportunites: Vec<PrestationPage>,
    /// What was asked: what moved last first.
    pub tickets: Vec<DemandePage>,
}

impl Contenu {
    /// The JSON shape of the contract; `logo` is the address of the freelancer's.
    pub fn into_portail(self, acces: &Acces, logo: Option<String>) -> Portail {
        Portail {
            freelance: Freelance { nom: acces.freelance_nom.clone(), logo },
            client: PortailClient { nom: acces.client_nom.clone(), r#type: acces.client_type },
            opportunites: self.opportunites.into_iter().map(|it| it.contrat).collect(),
            tickets: self.tickets.into_iter().map(|it| it.contrat).collect(),
        }
    }
}

/// Reads a client's page: the deals that are won with an amount or have any payment, and the tickets.
pub async fn contenu(pool: &PgPool, client_id: Uuid, liens: &Liens) -> sqlx::Result<Contenu> {
    let (opportunites, tickets) =
        tokio::try_join!(prestations(pool, client_id, liens), demandes(pool, client_id))?;
    Ok(Contenu { opportunites, tickets })
}

async fn prestations(pool: &PgPool, client_id: Uuid, liens: &Liens) -> sqlx::Result<Vec<PrestationPage>> {
    let rows = sqlx::query!(
        r#"SELECT o.id, o.titre, o.montant_estime, o.devise as "devise: Devise", o.echeance,
                  o.statut_paiement as "statut_paiement: StatutPaiement",
                  (SELECT s.url FROM session_paiement s WHERE s.opportunite_id = o.id AND s.statut = 'ouverte'
                  AND s.date_expiration > now()) as url_paiement,
                  o.token_paiement_scelle,
                  (o.etape_pipeline = 'gagne' AND o.montant_estime IS NOT NULL AND o.date_lien_annule IS NULL
                    AND o.statut_paiement IN ('en_attente', 'echoue')) as "payable!",
                  a.recu_minor as "recu_minor!", a.rembourse_minor as "rembourse_minor!",
                  a.conteste_minor as "conteste_minor!", a.repris_minor as "repris_minor!",
                  (SELECT u.fuseau FROM utilisateur u WHERE u.id = o.utilisateur_id) as "fuseau!",
                  litige_perdu(o.id, o.statut_paiement) as "litige_perdu!",
                  a.date_recu, a.date_lancement
             FROM opportunite o
             JOIN opportunite_argent a ON a.opportunite_id = o.id
            WHERE o.client_id = $1
              AND ((o.etape_pipeline = 'gagne' AND o.montant_estime IS NOT NULL)
                   -- Money that came, or that is on its way; not a payment that failed or was noted by mistake.
                   OR (a.lignes > 0 AND o.statut_paiement NOT IN ('en_attente', 'echoue')))
            ORDER BY o.id DESC LIMIT 500"#,
        client_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let devise = row.devise;
            let of_minor = |minor| Somme::of_minor(minor, devise).montant;
            PrestationPage {
                contrat: Prestation {
                    id: row.id,
                    titre: row.titre,
                    montant: row
                        .montant_estime
                        .map_or_else(|| of_minor(row.recu_minor), |montant| exact(montant, devise)),
                    devise,
                    echeance: row.echeance,
                    statut_paiement: row.statut_paiement,
                    url_paiement: row.url_paiement.filter(|_| row.payable),
                    lien_paiement: liens.payer(&row.token_paiement_scelle, row.id),
                },
                payable: row.payable,
                montant_rembourse: (row.rembourse_minor > 0).then(|| of_minor(row.rembourse_minor)),
                montant_conteste: (row.conteste_minor > 0).then(|| of_minor(row.conteste_minor)),
                montant_repris: (row.repris_minor > 0).then(|| of_minor(row.repris_minor)),
                litige_perdu: row.litige_perdu,
                date_paiement: row.date_recu.filter(|_| {
                    // What was noted by mistake and taken back is no payment.
                    !matches!(row.statut_paiement, StatutPaiement::EnAttente | StatutPaiement::Echoue)
                }),
                date_attendue: row
                    .date_lancement
                    .filter(|_| row.statut_paiement == StatutPaiement::EnCours)
                    .map(|lancement| date_attendue(lancement, &row.fuseau)),
            }
        })
        .collect())
}

async fn demandes(pool: &PgPool, client_id: Uuid) -> sqlx::Result<Vec<DemandePage>> {
    let rows = sqlx::query!(
        r#"SELECT t.id, t.sujet, t.type_ticket as "type_ticket: TypeTicket",
                  t.statut_ticket as "statut_ticket: StatutTicket",
                  t.dernier_auteur as "dernier_auteur: Auteur", t.date_creation, t.date_modification,
                  (SELECT m.corps FROM message_ticket m WHERE m.ticket_id = t.id
                    ORDER BY m.id DESC LIMIT 1) as dernier_message
             FROM ticket t WHERE t.client_id = $1 ORDER BY t.date_modification DESC, t.id DESC LIMIT 500"#,
        client_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DemandePage {
            contrat: Demande {
                id: row.id,
                sujet: row.sujet,
                type_ticket: row.type_ticket,
                statut_ticket: row.statut_ticket,
                date_creation: row.date_creation,
            },
            dernier_auteur: row.dernier_auteur,
            date_modification: row.date_modification,
            dernier_message: row.dernier_message,
        })
        .collect())
}
