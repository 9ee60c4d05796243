//! Postgres goes away and comes back.

use sandbox::postgres::Stop;
use sandbox::simulateur::signature;
use serde_json::json;
use tests::app::WEBHOOK_SECRET;
use tests::{App, Options};

#[tokio::test]
async fn a_webhook_is_answered_while_postgres_is_stopped_and_applied_once_it_is_back() {
    let mut app = App::start_with(Options { fsync: true, ..Options::default() }).await;
    app.postgres.stop(Stop::Immediate).unwrap();
    for i in 0..20 {
        let body = json!({ "id": format!("evt_{i}"), "type": "ping" }).to_string();
        let header = signature(WEBHOOK_SECRET, worker::clock().timestamp(), body.as_bytes());
        app.deliver(&body, &header).await.expect(200);
    }
    app.postgres.restart().unwrap();
    app.until_count("SELECT count(*) FROM evenement_stripe", 20).await;
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut <> 'termine'").await, 0);
}

#[tokio::test]
async fn a_page_says_that_it_cannot_be_served_and_recovers() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    app.postgres.stop(Stop::Immediate).unwrap();
    for path in ["/api/clients", "/clients", "/pret"] {
        let answer = claire.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
    }
    claire.get("/sante").await.expect(200);
    app.postgres.restart().unwrap();
    tests::until("pages are served", || async { (claire.get("/clients").await.status == 200).then_some(()) })
        .await;
}
