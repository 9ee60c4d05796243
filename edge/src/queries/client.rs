//! Clients, as their freelancer sees them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use common::domaine::{Langue, TypeClient};
use common::montant::Devise;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Liens, Page, Somme, containing};

/// A client.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Its id.
    pub id: Uuid,
    /// The name, as on an invoice.
    pub nom: String,
    /// A company or a person.
    pub r#type: TypeClient,
    /// Where to write to them.
    pub email: Option<String>,
    /// The language of their portal and mails.
    pub langue: Langue,
    /// When it was added.
    pub date_creation: DateTime<Utc>,
    /// When its card last changed.
    pub date_modification: DateTime<Utc>,
    /// What its card says, in one word: to be sent with a change, so that nothing is overwritten unseen.
    pub version: String,
    /// The private page's link, while there is one.
    pub url_portail: Option<String>,
    /// Since when that link holds.
    pub date_portail: Option<DateTime<Utc>>,
    /// When they were forgotten: what is left stands under a pseudonym.
    pub date_effacement: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    nom: String,
    r#type: TypeClient,
    email: Option<String>,
    langue: Langue,
    token_portail_scelle: Option<Vec<u8>>,
    date_portail: Option<DateTime<Utc>>,
    date_creation: DateTime<Utc>,
    date_modification: DateTime<Utc>,
    version: String,
    date_effacement: Option<DateTime<Utc>>,
}

impl Row {
    fn view(self, liens: &Liens) -> Client {
        Client {
            url_portail: liens.portail(self.token_portail_scelle.as_deref(), self.id),
            id: self.id,
            nom: self.nom,
            r#type: self.r#type,
            email: self.email,
            langue: self.langue,
            date_creation: self.date_creation,
            date_modification: self.date_modification,
            version: self.version,
            date_portail: self.date_portail,
            date_effacement: self.date_effacement,
        }
    }
}

/// Reads one client of the freelancer's own.
pub async fn find(
    pool: &PgPool,
    utilisateur_id: Uuid,
    id: Uuid,
    liens: &Liens,
) -> sqlx::Result<Option<Client>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id, nom, type as "type: TypeClient", email, langue as "langue: Langue",
                  token_portail_scelle, date_portail, date_creation, date_modification, version, date_effacement
             FROM client WHERE utilisateur_id = $1 AND id = $2"#,
        utilisateur_id,
        id,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| row.view(liens)))
}

/// Lists the freelancer's clients, newest first, without those that were forgotten; `recherche` is looked for in names and addresses.
pub async fn list(
    pool: &PgPool,
    utilisateur_id: Uuid,
    recherche: Option<&str>,
    after: Option<Uuid>,
    limit: i64,
    liens: &Liens,
) -> sqlx::Result<Page<Client>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id, nom, type as "type: TypeClient", email, langue as "langue: Langue",
                  token_portail_scelle, date_portail, date_creation, date_modification, version, date_effacement
             FROM client
            WHERE utilisateur_id = $1 AND date_effacement IS NULL
              AND ($2::uuid IS NULL OR id < $2)
              AND ($3::text IS NULL OR nom ILIKE $3 OR email ILIKE $3)
            ORDER BY id DESC LIMIT $4"#,
        utilisateur_id,
        after,
        containing(recherche),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let clients = rows.into_iter().map(|row| row.view(liens)).collect();
    Ok(Page::cut(clients, limit, |client: &Client| client.id.to_string()))
}

/// What one chooses a client of the list by.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Etat {
    /// Won, priced and not paid, per currency.
    pub du: Vec<Somme>,
    /// The part of it whose due date has passed.
    pub en_retard: Vec<Somme>,
    /// When they last wrote, or were written to in a ticket.
    pub dernier_contact: Option<DateTime<Utc>>,
    /// Whether a ticket waits for the freelancer.
    pub a_repondre: bool,
}

/// Reads how the clients of a page of the list stand. `today` is the reader's.
pub async fn etats(
    pool: &PgPool,
    utilisateur_id: Uuid,
    page: &Page<Client>,
    today: NaiveDate,
) -> sqlx::Result<HashMap<Uuid, Etat>> {
    let ids: Vec<_> = page.elements.iter().map(|client| client.id).collect();
    let rows = sqlx::query!(
        r#"SELECT c.id, o.devise as "devise?: Devise", o.du, o.en_retard,
                  (SELECT max(e.date_evenement) FROM evenement_timeline e
                    WHERE e.utilisateur_id = $1 AND e.client_id = c.id
                      AND e.type_evenement IN ('email_client', 'ticket_cree', 'ticket_reponse')) as dernier_contact,
                  EXISTS (SELECT FROM ticket t
                           WHERE t.utilisateur_id = $1 AND t.client_id = c.id AND t.statut_ticket <> 'resolu'
                             AND t.dernier_auteur = 'client') as "a_repondre!"
             FROM client c
             LEFT JOIN LATERAL (
                  SELECT devise, sum(montant_estime) as du,
                         sum(montant_estime) FILTER (WHERE est_en_retard(
                             etape_pipeline, statut_paiement, montant_estime, echeance, $3)) as en_retard
                    FROM opportunite
                   WHERE utilisateur_id = $1 AND client_id = c.id AND etape_pipeline = 'gagne'
                     AND montant_estime IS NOT NULL AND statut_paiement IN ('en_attente', 'echoue')
                     AND date_effacement IS NULL
                   GROUP BY devise) AS o ON true
            WHERE c.utilisateur_id = $1 AND c.id = ANY ($2)
            ORDER BY o.devise"#,
        utilisateur_id,
        &ids,
        today,
    )
    .fetch_all(pool)
    .await?;
    // Who is deleted meanwhile is still on the page.
    let mut etats: HashMap<_, _> = ids.iter().map(|id| (*id, Etat::default())).collect();
    for row in rows {
        let etat = etats.entry(row.id).or_default();
        etat.dernier_contact = row.dernier_contact;
        etat.a_repondre = row.a_repondre;
        if let Some(devise) = row.devise {
            let somme = |montant| Somme::new(montant, devise);
            etat.du.extend(row.du.map(somme));
            etat.en_retard.extend(row.en_retard.map(somme));
        }
    }
    Ok(etats)
}

/// A client to choose in a form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub nom: String,
}

/// The clients to choose from in a form, by name: the thousand first, and before them the one that is chosen.
pub async fn choices(pool: &PgPool, utilisateur_id: Uuid, choisi: Option<Uuid>) -> sqlx::Result<Vec<Choice>> {
    sqlx::query_as!(
        Choice,
        "SELECT id, nom FROM client WHERE utilisateur_id = $1 AND date_effacement IS NULL
         ORDER BY id IS NOT DISTINCT FROM $2 DESC, lower(nom), id LIMIT 1000",
        utilisateur_id,
        choisi,
    )
    .fetch_all(pool)
    .await
}

/// What stands at the head of a client's page.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Faits {
    /// Won, priced and not paid, per currency.
    pub du: Vec<Somme>,
    /// The part of it whose due date has passed.
    pub en_retard: Vec<Somme>,
    /// On its way from a bank.
    pub en_cours: Vec<Somme>,
    /// Received since the first of January, what went back taken off.
    pub paye: Vec<Somme>,
    /// What disputes hold, while they are undecided; not in `paye`.
    pub conteste: Vec<Somme>,
    /// Whether money ever moved: such a client is forgotten, never deleted.
    pub a_paiements: bool,
    /// Tickets that are not resolved.
    pub tickets_ouverts: i64,
    /// Of these, how many wait for the freelancer.
    pub tickets_a_repondre: i64,
    /// When a mail, a ticket or an answer last went either way.
    pub dernier_contact: Option<DateTime<Utc>>,
}

/// Reads the head of a client's page. `today` and `year_start` are the reader's.
pub async fn faits(
    pool: &PgPool,
    utilisateur_id: Uuid,
    id: Uuid,
    today: NaiveDate,
    year_start: DateTime<Utc>,
) -> sqlx::Result<Faits> {
    let sommes = sqlx::query!(
        r#"SELECT o.devise as "devise: Devise",
                  sum(o.montant_estime) FILTER (WHERE o.statut_paiement IN ('en_attente', 'echoue')
                                                  AND o.date_effacement IS NULL) as du,
                  sum(o.montant_estime) FILTER (WHERE o.date_effacement IS NULL AND est_en_retard(
                      o.etape_pipeline, o.statut_paiement, o.montant_estime, o.echeance, $3)) as en_retard,
                  sum(o.montant_estime) FILTER (WHERE o.statut_paiement = 'en_cours') as en_cours,
                  sum((SELECT conteste_minor FROM opportunite_argent a WHERE a.opportunite_id = o.id))
                      FILTER (WHERE o.statut_paiement = 'conteste')::bigint as conteste
             FROM opportunite o
            WHERE o.utilisateur_id = $1 AND o.client_id = $2
              AND o.etape_pipeline = 'gagne' AND o.montant_estime IS NOT NULL
            GROUP BY o.devise ORDER BY o.devise"#,
        utilisateur_id,
        id,
        today,
    )
    .fetch_all(pool);
    let recus = sqlx::query!(
        r#"SELECT p.devise as "devise: Devise",
                  sum(p.mouvement_minor)::bigint as "minor!"
             FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
            WHERE o.utilisateur_id = $1 AND o.client_id = $2
              AND p.mouvement_minor <> 0 AND p.conforme AND p.date_paiement >= $3
              AND (p.moyen IS NOT NULL OR p.livemode = (SELECT coalesce(stripe_livemode, true) FROM instance))
            GROUP BY p.devise ORDER BY p.devise"#,
        utilisateur_id,
        id,
        year_start,
    )
    .fetch_all(pool);
    let exchanges = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM ticket
                    WHERE utilisateur_id = $1 AND client_id = $2 AND statut_ticket <> 'resolu') as "ouverts!",
                  (SELECT count(*) FROM ticket
                    WHERE utilisateur_id = $1 AND client_id = $2 AND statut_ticket <> 'resolu'
                      AND dernier_auteur = 'client') as "a_repondre!",
                  (SELECT max(date_evenement) FROM evenement_timeline
                    WHERE utilisateur_id = $1 AND client_id = $2
                      AND type_evenement IN ('email_client', 'ticket_cree', 'ticket_reponse')) as dernier,
                  EXISTS (SELECT FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id
                           WHERE o.utilisateur_id = $1 AND o.client_id = $2) as "a_paiements!""#,
        utilisateur_id,
        id,
    )
    .fetch_one(pool);
    let (sommes, recus, exchanges) = tokio::try_join!(sommes, recus, exchanges)?;

    let mut faits = Faits {
        tickets_ouverts: exchanges.ouverts,
        tickets_a_repondre: exchanges.a_repondre,
        dernier_contact: exchanges.dernier,
        a_paiements: exchanges.a_paiements,
        ..Faits::default()
    };
    for row in sommes {
        let somme = |montant| Somme::new(montant, row.devise);
        faits.du.extend(row.du.map(somme));
        faits.en_retard.extend(row.en_retard.map(somme));
        faits.en_cours.extend(row.en_cours.map(somme));
        let held = row.conteste.filter(|minor| *minor != 0);
        faits.conteste.extend(held.map(|minor| Somme::of_minor(minor, row.devise)));
    }
    let received = recus.iter().filter(|row| row.minor != 0);
    faits.paye = received.map(|row| Somme::of_minor(row.minor, row.devise)).collect();
    Ok(faits)
}
