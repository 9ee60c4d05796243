//! A deal on its way to `paye`, seen from the worker.

use common::domaine::{EtapePipeline, Langue, StatutPaiement, TypeClient};
use common::job::{Actor, Job, JobId};
use common::jobs::{
    CreateCheckoutSession, CreateClient, CreateOpportunite, ProcessStripeWebhook, UpdateOpportunite,
};
use common::montant::Devise;
use serde_json::Value;
use uuid::Uuid;

use crate::people;
use crate::wait::until;
use crate::{App, Options};

/// A won deal, its freelancer, and the product around it.
#[derive(Debug)]
pub struct Deal {
    /// The product, running.
    pub app: App,
    /// The freelancer.
    pub owner: Actor,
    /// The deal.
    pub id: Uuid,
}

impl Deal {
    /// A won deal of 1200.50 EUR, without the edge: events reach nobody until they are handed over.
    pub async fn won() -> Self {
        Self::won_with(Options { edge: false, webhooks: false, ..Options::default() }).await
    }

    /// A won deal of 1200.50 EUR.
    pub async fn won_with(options: Options) -> Self {
        let app = App::start_with(options).await;
        app.create_user("claire@example.org");
        let owner: Uuid =
            sqlx::query_scalar("SELECT id FROM utilisateur").fetch_one(&app.db).await.expect("it is so");
        let owner = Actor::Utilisateur(owner);
        let client = CreateClient {
            nom: "Librairie Vasseur".into(),
            r#type: TypeClient::Entreprise,
            email: Some("helene@vasseur.example".into()),
            langue: Langue::Fr,
        };
        let (statut, client) = app.run(owner, "client", &client).await;
        assert_eq!(statut, "termine", "{client}");
        let deal = CreateOpportunite {
            client_id: people::id(&client),
            titre: "Refonte du site".into(),
            montant_estime: Some("1200.50".parse().expect("it is so")),
            devise: Devise::EUR,
            echeance: None,
            etape_pipeline: EtapePipeline::Gagne,
        };
        let (_, deal) = app.run(owner, "deal", &deal).await;
        Self { id: people::id(&deal), app, owner }
    }

    /// Asks for a payment link, under a form's key: the job's end and result.
    pub async fn open_session(&self, key: &str) -> (String, Value) {
        let job = CreateCheckoutSession { opportunite_id: self.id };
        self.app.run(self.owner, key, &job).await
    }

    /// A column of the deal, as text.
    pub async fn column(&self, column: &'static str) -> Option<String> {
        let sql = format!("SELECT {column} FROM opportunite WHERE id = $1");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(self.id)
            .fetch_one(&self.app.db)
            .await
            .expect("it is so")
    }

    /// Stripe's id of the deal's session.
    pub async fn session_id(&self) -> String {
        self.column("stripe_session_id").await.expect("a session")
    }

    /// Hands the worker the simulator's events of a type, as the edge would.
    pub async fn hand_over(&self, kind: &str) {
        for event in self.app.simulateur.events(kind) {
            self.hand_over_event(&event).await;
        }
    }

    /// Hands the worker an event, as the edge would, and waits until it is done.
    pub async fn hand_over_event(&self, event: &Value) {
        let id = event["id"].as_str().expect("an id").to_owned();
        let job = ProcessStripeWebhook::new(id.clone(), &event.to_string());
        let job_id = JobId::of_stripe_event(&id);
        self.app.push(&self.app.envelope(job_id, Actor::Stripe, &job)).await;
        assert_eq!(self.app.end_of(job_id).await.0, "termine");
    }

    /// Where the deal's payment stands.
    pub async fn statut(&self) -> Option<String> {
        self.column("statut_paiement").await
    }

    /// The deal's client, as who asks for a job.
    pub async fn client(&self) -> Actor {
        Actor::Client(self.column("client_id::text").await.and_then(|id| id.parse().ok()).expect("an id"))
    }

    /// Runs a job of the freelancer's that must be refused: the field and the reason.
    pub async fn refused<J: Job>(&self, key: &str, job: &J) -> (String, String) {
        let (statut, refus) = self.app.run(self.owner, key, job).await;
        assert_eq!(statut, "rejete", "{refus}");
        let text = |name: &str| refus[name].as_str().unwrap_or_default().to_owned();
        (text("champ"), text("code"))
    }

    /// Waits until the deal's payment stands so.
    pub async fn until_statut(&self, statut: StatutPaiement) {
        until(&format!("the deal is {statut}"), || async {
            (self.column("statut_paiement").await.as_deref() == Some(statut.as_str())).then_some(())
        })
        .await;
    }

    /// The job that changes the deal's price.
    pub fn price(&self, montant: &str) -> UpdateOpportunite {
        UpdateOpportunite {
            opportunite_id: self.id,
            titre: None,
            montant_estime: Some(Some(montant.parse().expect("it is so"))),
            devise: None,
            echeance: None,
            etape_pipeline: None,
            version: None,
        }
    }
}
