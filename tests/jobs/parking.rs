//! Jobs that are given up: visible, whole, and run again when somebody says so.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use std::marker::PhantomData;
use std::time::Duration;

use chrono::TimeDelta;
use common::each_job;
use common::job::{Actor, Envelope, Job, JobId, Queue};
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

/// A job of this kind that no worker can read: each run fails.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(bound = "")]
struct Unreadable<J>(PhantomData<J>);

impl<J: Job> Job for Unreadable<J> {
    const KIND: &'static str = J::KIND;
    const VERSION: u16 = J::VERSION;
    const QUEUE: Queue = J::QUEUE;
    const HORIZON: Duration = J::HORIZON;
}

/// One that was asked for as long ago as its kind is tried, and one that has half an hour left.
fn at_the_horizon<J: Job>(app: &App, actor: Actor) -> [Envelope; 2] {
    let job = Unreadable::<J>(PhantomData);
    let asked = worker::clock() - TimeDelta::from_std(J::HORIZON).unwrap();
    [asked, asked + TimeDelta::minutes(30)].map(|asked| {
        let id = JobId::of::<Unreadable<J>>(&actor, &asked.to_string());
        app.envelope_asked(id, actor, &job, asked)
    })
}

#[tokio::test]
async fn a_job_is_tried_as_long_as_its_kind_says_and_no_longer() {
    let (app, actor, _) = start().await;
    macro_rules! of_each_kind {
        ($($Job:ident),+ $(,)?) => { [$(at_the_horizon::<common::jobs::$Job>(&app, actor)),+] };
    }
    let jobs = each_job!(of_each_kind);
    for envelope in jobs.iter().flatten() {
        app.push_with_past(envelope, "0", "0").await;
    }
    for [over, _] in &jobs {
        let (statut, erreur) = app.end_of(over.id).await;
        assert_eq!(
            (statut.as_str(), &erreur),
            ("echoue", &json!({ "code": "job-abandonne" })),
            "{}",
            over.kind
        );
    }
    let producer = Producer::connect(&app.redis.url().into()).unwrap();
    until("every other has failed, and waits to be tried again", || async {
        let health = producer.health().await.ok()?;
        let delayed: u64 = health.queues.iter().map(|queue| queue.delayed).sum();
        (delayed == u64::try_from(jobs.len()).unwrap()).then_some(())
    })
    .await;
    let parked: i64 = i64::try_from(jobs.len()).unwrap();
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut = 'echoue'").await, parked);
}
