//! Jobs that are given up: visible, whole, and run again when somebody says so.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use chrono::TimeDelta;
use common::job::{Actor, Envelope, JobId};
use common::jobs::RecordNote;
use common::queue::Producer;
use serde_json::json;
use tests::{App, Options, until};
use uuid::Uuid;

/// What makes every note fail, until it is dropped.
const BREAK: &str = "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'broken'; END $$;
    CREATE TRIGGER broken BEFORE INSERT ON evenement_timeline FOR EACH ROW EXECUTE FUNCTION broken()";
const MEND: &str = "DROP TRIGGER broken ON evenement_timeline";
const NOTES: &str = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'";

/// A freelancer's client to write notes about, by their ids.
async fn start() -> (App, Actor, Uuid) {
    let app = App::start_with(Options { edge: false, ..Options::default() }).await;
    app.create_user("claire@example.org");
    let claire: Uuid = sqlx::query_scalar("SELECT id FROM utilisateur").fetch_one(&app.db).await.unwrap();
    let client: Uuid = sqlx::query_scalar(
        "INSERT INTO client (id, utilisateur_id, nom, type, langue, date_creation,
             date_modification)
         VALUES (gen_random_uuid(), $1, 'Vasseur', 'entreprise', 'fr', now(), now()) RETURNING id",
    )
    .bind(claire)
    .fetch_one(&app.db)
    .await
    .unwrap();
    (app, Actor::Utilisateur(claire), client)
}

async fn parked_envelope(app: &App, id: JobId) -> String {
    sqlx::query_scalar("SELECT enveloppe FROM job_resultat WHERE id = $1 AND statut = 'echoue'")
        .bind(id.0)
        .fetch_one(&app.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_parked_job_whose_cause_is_mended_is_pushed_again_and_done_once() {
    let (app, actor, client_id) = start().await;
    sqlx::raw_sql(BREAK).execute(&app.db).await.unwrap();
    // Asked for longer ago than its kind is tried, and with a payload that no jsonb would keep.
    let note = RecordNote { client_id, texte: "déjà  \"vu\"".into() };
    let mut envelope = app.envelope(JobId::of::<RecordNote>(&actor, "k"), actor, &note);
    envelope = app.envelope_asked(envelope.id, actor, &note, envelope.cree_le - TimeDelta::days(30));
    app.push_with_past(&envelope, "0", "0").await;
    let (statut, erreur) = app.end_of(envelope.id).await;
    assert_eq!((statut.as_str(), &erreur), ("echoue", &json!({ "code": "job-abandonne" })));
    let kept = parked_envelope(&app, envelope.id).await;
    assert_eq!(kept, serde_json::to_string(&envelope).unwrap(), "to the letter");

    // Pushed again before the cause is mended, it has a horizon of its own: it is tried more than once.
    let producer = Producer::connect(&app.redis.url().into()).unwrap();
    let again: Envelope = serde_json::from_str(&kept).unwrap();
    producer.push(&again).await.unwrap();
    producer.push(&again).await.unwrap();
    until("it waits to be tried again", || async {
        producer.health().await.ok().filter(|health| health.queues[1].delayed == 1)
    })
    .await;
    sqlx::raw_sql(MEND).execute(&app.db).await.unwrap();
    app.until_count(NOTES, 1).await;
    app.until_empty().await;
    assert_eq!(app.end_of(envelope.id).await.0, "termine");
    // Done is done.
    producer.push(&again).await.unwrap();
    app.until_empty().await;
    assert_eq!(app.count(NOTES).await, 1);
}

#[tokio::test]
async fn a_job_that_ended_its_worker_three_times_is_parked_and_its_neighbours_go_on() {
    let (app, actor, client_id) = start().await;
    let envelope = |key: &str| {
        let note = RecordNote { client_id, texte: key.into() };
        app.envelope(JobId::of::<RecordNote>(&actor, key), actor, &note)
    };
    let poison = envelope("poison");
    app.push_with_past(&poison, "0", "3").await;
    for n in 0..20 {
        app.push(&envelope(&n.to_string())).await;
    }
    let (statut, erreur) = app.end_of(poison.id).await;
    assert_eq!((statut.as_str(), &erreur), ("echoue", &json!({ "code": "job-fatal" })));
    app.until_count(NOTES, 20).await;
    app.until_empty().await;
}

#[tokio::test]
async fn a_job_that_postgres_cannot_take_is_parked_too() {
    let (app, actor, client_id) = start().await;
    let note = RecordNote { client_id, texte: "a\0b".into() };
    let envelope = app.envelope(JobId::of::<RecordNote>(&actor, "k"), actor, &note);
    app.push_with_past(&envelope, "19", "0").await;
    assert_eq!(app.end_of(envelope.id).await.0, "echoue");
    assert!(parked_envelope(&app, envelope.id).await.contains("a\\u0000b"));
    app.until_empty().await;
}
