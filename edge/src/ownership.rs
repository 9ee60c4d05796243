//! What a job is about must exist and be the sender's: looked at before it is queued, so that a wrong id is
//! told at once. The worker looks again, in its transaction, and believes nobody.

use common::domaine::Entite;
use common::job::{Actor, Job};
use common::jobs::{
    CancelPaymentLink, CreateCheckoutSession, CreateClient, CreateJetonApi, CreateOpportunite, CreateTicket,
    CreateUtilisateur, DeleteClient, DeleteEvenement, DeleteOpportunite, EraseClient, ForgetMotDePasse,
    GeneratePortail, ReadEvenement, RecordEmail, RecordNote, RecordPayment, RefreshPayment, RefundPayment,
    ReplayStripeEvent, ReplyTicket, ResetMotDePasse, ReversePayment, RevokeJetonApi, RevokePortail,
    SendLienPaiement, UpdateClient, UpdateEvenement, UpdateLogo, UpdateMotDePasse, UpdateOpportunite,
    UpdateTicket, UpdateUtilisateur,
};
use common::refus::Refus;
use uuid::Uuid;

use crate::app::App;
use crate::problem::AppError;

/// A row that a job is about.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    entite: Entite,
    id: Uuid,
    /// The field that names it; `None` when the path does.
    champ: Option<&'static str>,
}

/// A job that people ask for, and what it is about.
pub trait Targets: Job {
    /// The rows that must be the sender's.
    fn targets(&self) -> Vec<Target>;
}

/// Says of each job which of its fields point at what.
macro_rules! targets {
    ($($Job:ident => [$($Entite:ident $champ:ident $(as $name:literal)?),*];)+) => {
        $(impl Targets for $Job {
            fn targets(&self) -> Vec<Target> {
                let targets: Vec<Option<Target>> = vec![$(
                    Option::from(self.$champ).map(|id| Target { entite: Entite::$Entite, id, champ: [$($name)?].first().copied() })
                ),*];
                targets.into_iter().flatten().collect()
            }
        })+
    };
}

targets! {
    CreateUtilisateur => [];
    CreateClient => [];
    UpdateClient => [Client client_id];
    DeleteClient => [Client client_id];
    EraseClient => [Client client_id];
    GeneratePortail => [Client client_id];
    RevokePortail => [Client client_id];
    CreateOpportunite => [Client client_id as "clientId"];
    UpdateOpportunite => [Opportunite opportunite_id];
    DeleteOpportunite => [Opportunite opportunite_id];
    CreateTicket => [Client client_id as "clientId"];
    UpdateTicket => [Ticket ticket_id];
    ReplyTicket => [Ticket ticket_id];
    RecordEmail => [Client client_id];
    RecordNote => [Client client_id];
    UpdateEvenement => [EvenementTimeline evenement_id, Client client_id as "clientId"];
    DeleteEvenement => [EvenementTimeline evenement_id];
    ReadEvenement => [EvenementTimeline evenement_id];
    CreateCheckoutSession => [Opportunite opportunite_id as "opportuniteId"];
    RefreshPayment => [Opportunite opportunite_id];
    CancelPaymentLink => [Opportunite opportunite_id];
    RecordPayment => [Opportunite opportunite_id];
    RefundPayment => [Opportunite opportunite_id];
    ReplayStripeEvent => [Opportunite opportunite_id];
    ReversePayment => [Opportunite opportunite_id];
    SendLienPaiement => [Opportunite opportunite_id];
    UpdateUtilisateur => [];
    UpdateLogo => [];
    UpdateMotDePasse => [];
    ForgetMotDePasse => [];
    ResetMotDePasse => [];
    CreateJetonApi => [];
    RevokeJetonApi => [JetonApi jeton_id];
}

/// Refuses with 404, the field named, when one of them is not the actor's.
pub async fn check(app: &App, actor: &Actor, targets: &[Target]) -> Result<(), AppError> {
    for target in targets {
        let owned = match actor {
            Actor::Utilisateur(me) => is_of_utilisateur(app, *me, target).await?,
            Actor::Client(client_id) => is_of_client(app, *client_id, target).await?,
            Actor::Stripe | Actor::Systeme => true,
        };
        if !owned {
            let champ = target.champ.map(str::to_owned);
            return Err(Refus { champ, ..Refus::not_found() }.into());
        }
    }
    Ok(())
}

async fn is_of_utilisateur(app: &App, me: Uuid, target: &Target) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT CASE $1::text
                  WHEN 'client' THEN EXISTS (SELECT FROM client WHERE id = $2 AND utilisateur_id = $3)
                  WHEN 'opportunite' THEN EXISTS (SELECT FROM opportunite WHERE id = $2 AND utilisateur_id = $3)
                  WHEN 'ticket' THEN EXISTS (SELECT FROM ticket WHERE id = $2 AND utilisateur_id = $3)
                  WHEN 'evenement_timeline' THEN EXISTS
                       (SELECT FROM evenement_timeline WHERE id = $2 AND utilisateur_id = $3)
                  WHEN 'jeton_api' THEN EXISTS (SELECT FROM jeton_api WHERE id = $2 AND utilisateur_id = $3)
                  ELSE false END as "sienne!""#,
        target.entite.as_str(),
        target.id,
        me,
    )
    .fetch_one(&app.pool)
    .await
}

/// A client asks about itself, its deals and its tickets, nothing else.
async fn is_of_client(app: &App, client_id: Uuid, target: &Target) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT CASE $1::text
                  WHEN 'client' THEN $2::uuid = $3::uuid
                  WHEN 'opportunite' THEN EXISTS (SELECT FROM opportunite WHERE id = $2 AND client_id = $3)
                  WHEN 'ticket' THEN EXISTS (SELECT FROM ticket WHERE id = $2 AND client_id = $3)
                  ELSE false END as "sienne!""#,
        target.entite.as_str(),
        target.id,
        client_id,
    )
    .fetch_one(&app.pool)
    .await
}
