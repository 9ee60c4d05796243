//! The worker trusts no payload: whose a row is, it reads itself.

use common::domaine::{Langue, TypeClient, TypeTicket};
use common::job::{Actor, JobId};
use common::jobs::{CreateClient, CreateTicket, DeleteClient, GeneratePortail, RecordNote, UpdateClient};
use common::queue::Producer;
use common::queue::health::Reason;
use tests::{App, Options};
use uuid::Uuid;

#[tokio::test]
async fn a_job_in_anothers_name_finds_nothing() {
    let app = App::start_with(Options { edge: false, ..Options::default() }).await;
    app.create_user("claire@example.org");
    app.create_user("denis@example.org");
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM utilisateur ORDER BY email").fetch_all(&app.db).await.unwrap();
    let (claire, denis) = (Actor::Utilisateur(ids[0]), Actor::Utilisateur(ids[1]));
    let client = CreateClient {
        nom: "Studio Kéa".into(),
        r#type: TypeClient::Entreprise,
        email: None,
        langue: Langue::Fr,
    };
    let (_, client) = app.run(claire, "client", &client).await;
    let client_id = tests::people::id(&client);

    let update = UpdateClient {
        client_id,
        nom: Some("À moi".into()),
        r#type: None,
        email: None,
        langue: None,
        version: None,
    };
    let ticket = CreateTicket {
        client_id,
        sujet: "Bonjour".into(),
        description: "…".into(),
        type_ticket: TypeTicket::Question,
    };
    for actor in [denis, Actor::Client(Uuid::from_u128(7)), Actor::Stripe, Actor::Systeme] {
        let ends = [
            app.run(actor, "1", &update).await,
            app.run(actor, "2", &DeleteClient { client_id }).await,
            app.run(actor, "3", &GeneratePortail { client_id }).await,
            app.run(actor, "4", &RecordNote { client_id, texte: "…".into() }).await,
            app.run(actor, "5", &ticket).await,
        ];
        for (statut, refus) in ends {
            assert_eq!((statut.as_str(), refus["code"].as_str()), ("rejete", Some("introuvable")), "{actor}");
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM client WHERE nom = 'Studio Kéa'").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 0);
}

#[tokio::test]
async fn a_job_forged_in_redis_is_not_run() {
    let app = App::start_with(Options { edge: false, ..Options::default() }).await;
    app.create_user("claire@example.org");
    let claire: Uuid = sqlx::query_scalar("SELECT id FROM utilisateur").fetch_one(&app.db).await.unwrap();
    let client = |nom: &str| CreateClient {
        nom: nom.into(),
        r#type: TypeClient::Entreprise,
        email: None,
        langue: Langue::Fr,
    };
    let actor = Actor::Utilisateur(claire);
    let mut forged = app.envelope(JobId::of::<CreateClient>(&actor, "forged"), actor, &client("Faux"));
    forged.signature = "00".repeat(32);
    app.push(&forged).await;
    // Jobs of one queue are fetched in order: once a later one is done, the forged one was looked at.
    app.run(actor, "honest", &client("Vrai")).await;
    let redis = Producer::connect(&app.redis.url().into()).unwrap();
    let kept = tests::until("the forged job is in quarantine", || async {
        redis.quarantined(2).await.ok().filter(|kept| !kept.is_empty())
    })
    .await;
    assert_eq!((kept[0].id, kept[0].reason), (Some(forged.id), Reason::NotSigned));
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM client WHERE nom = 'Faux'").await, 0);
}
