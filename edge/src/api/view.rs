//! What a job made, read anew when it is shown: as the entity's own GET gives it, to the freelancer or to
//! the client who asked. What is gone by then is its id.

use common::domaine::{Entite, StatutPaiement};
use common::job::{Actor, Job, Reference};
use common::jobs::{CreateCheckoutSession, GeneratePortail};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::problem::AppError;
use crate::queries::{self, client, evenement, jeton_api, opportunite, ticket};

/// What a reference points at, as `actor` may see it; `dejaLa` where the job found it there and added nothing.
pub async fn of_reference(app: &App, actor: &Actor, reference: &Reference) -> Result<Value, AppError> {
    let entite = match actor {
        Actor::Utilisateur(id) => of_bureau(app, *id, reference).await?,
        Actor::Client(id) => of_portail(app, *id, reference).await?,
        Actor::Stripe | Actor::Systeme => None,
    };
    let mut entite = entite.unwrap_or_else(|| json!({ "id": reference.id }));
    if reference.deja_la {
        entite["dejaLa"] = json!(true);
    }
    Ok(entite)
}

/// The answer to who waited for a job of this kind: the entity, or the few fields that the contract gives.
pub fn of_write(kind: &str, entite: Value) -> Value {
    match kind {
        CreateCheckoutSession::KIND => json!({
            "urlPaiement": entite["urlPaiement"],
            "statutPaiementInitial": StatutPaiement::EnAttente,
            "lienPaiement": entite["lienPaiement"],
        }),
        GeneratePortail::KIND => json!({ "urlPortail": entite["urlPortail"] }),
        _ => entite,
    }
}

async fn of_bureau(app: &App, me: Uuid, reference: &Reference) -> Result<Option<Value>, AppError> {
    let (pool, liens, id) = (&app.pool, &app.liens, reference.id);
    match reference.entite {
        Entite::Client => shown(client::find(pool, me, id, liens).await?),
        Entite::Opportunite => shown(opportunite::find(pool, me, id, liens).await?),
        Entite::Ticket => shown(ticket::find(pool, me, id).await?),
        Entite::EvenementTimeline => shown(evenement::find(pool, me, id).await?),
        Entite::Utilisateur => shown(Some(queries::utilisateur::profil(pool, me).await?)),
        Entite::JetonApi => shown(jeton_api::find(pool, me, id).await?),
        Entite::MessageTicket | Entite::EvenementStripe | Entite::SessionPaiement => Ok(None),
    }
}

/// Only what the portal shows too.
async fn of_portail(app: &App, client_id: Uuid, reference: &Reference) -> Result<Option<Value>, AppError> {
    if !matches!(reference.entite, Entite::Opportunite | Entite::Ticket) {
        return Ok(None);
    }
    let contenu = queries::portail::contenu(&app.pool, client_id, &app.liens).await?;
    let opportunites = contenu.opportunites.into_iter().map(|prestation| prestation.contrat);
    match reference.entite {
        Entite::Opportunite => shown(opportunites.into_iter().find(|contrat| contrat.id == reference.id)),
        _ => shown(contenu.tickets.into_iter().map(|ticket| ticket.contrat).find(|it| it.id == reference.id)),
    }
}

fn shown<T: Serialize>(entite: Option<T>) -> Result<Option<Value>, AppError> {
    entite.map(serde_json::to_value).transpose().map_err(|error| AppError::Internal(error.into()))
}
