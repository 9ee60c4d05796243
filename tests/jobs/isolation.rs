//! A flood in one queue does not delay another.

use common::job::{Actor, JobId};
use common::jobs::{ProcessStripeWebhook, RecordNote};
use common::queue::Producer;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tests::{App, Options};
use uuid::Uuid;

/// Connections of the worker that wait for the row which the test holds.
const STUCK: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guichet-worker'
    AND wait_event_type = 'Lock'";

#[tokio::test]
async fn ten_thousand_notes_that_all_wait_for_a_lock_do_not_delay_a_payment() {
    let mut app = App::start_with(Options { edge: false, workers: 0, ..Options::default() }).await;
    app.create_user("claire@example.org");
    let claire: Uuid = sqlx::query_scalar("SELECT id FROM utilisateur").fetch_one(&app.db).await.unwrap();
    let client_id: Uuid = sqlx::query_scalar(
        "INSERT INTO client (id, utilisateur_id, nom, type, langue, date_creation,
             date_modification)
         VALUES (gen_random_uuid(), $1, 'Vasseur', 'entreprise', 'fr', now(), now()) RETURNING id",
    )
    .bind(claire)
    .fetch_one(&app.db)
    .await
    .unwrap();
    let actor = Actor::Utilisateur(claire);
    let producer = Producer::connect(&app.redis.url().into()).unwrap();
    let notes = (0..10_000).map(|n| {
        let note = RecordNote { client_id, texte: format!("note {n}") };
        app.envelope(JobId::of::<RecordNote>(&actor, &n.to_string()), actor, &note)
    });
    let pushes = notes.map(async |note| producer.push(&note).await.map(drop));
    stream::iter(pushes).buffer_unordered(64).try_collect::<()>().await.unwrap();

    // Every slot of the flooded queue holds a connection and waits for this row.
    let mut hold = app.db.begin().await.unwrap();
    sqlx::query("SELECT id FROM client FOR UPDATE").execute(&mut *hold).await.unwrap();
    app.start_worker();
    app.until_count(STUCK, 4).await;

    let event = ProcessStripeWebhook {
        stripe_event_id: "evt_1".into(),
        corps: json!({ "id": "evt_1", "type": "ping" }).to_string(),
    };
    let (statut, _) = app.run(Actor::Stripe, "evt_1", &event).await;
    assert_eq!(statut, "termine");
    let courant = producer.health().await.unwrap().queues.swap_remove(1);
    assert!(courant.ready >= 9_990, "the flood is still there: {courant:?}");
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 0);
    hold.rollback().await.unwrap();
}
