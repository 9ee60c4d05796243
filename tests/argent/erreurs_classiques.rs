//! The fifteen classic mistakes of whoever takes payments, each by its name, and none of them made here.

use std::process::Stdio;

use common::domaine::StatutPaiement;
use sandbox::redis::AppendFsync;
use sandbox::simulateur::{FauteApi, Fautes, GenreApi, Moyen, signature};
use serde_json::{Value, json};
use tests::app::{SECRET_KEY, WEBHOOK_SECRET, binary};
use tests::{App, Deal, Options, until};

fn without_webhooks() -> Options {
    Options { webhooks: false, ..Options::default() }
}

fn now() -> i64 {
    worker::clock().timestamp()
}

async fn deliver(app: &App, body: &str) -> u16 {
    app.deliver(body, &signature(WEBHOOK_SECRET, now(), body.as_bytes())).await.status.as_u16()
}

#[tokio::test]
async fn blank_secret() {
    for blank in ["", " ", "whsec_1,"] {
        let started = tokio::process::Command::new(binary("edge"))
            .env("REDIS_URL", "redis://127.0.0.1:1/")
            .env("EDGE_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
            .env("PUBLIC_URL", "http://127.0.0.1:1")
            .env("SECRET_KEY", SECRET_KEY)
            .env("STRIPE_WEBHOOK_SECRET", blank)
            .stdout(Stdio::null())
            .output()
            .await
            .unwrap();
        assert!(!started.status.success(), "{blank:?}");
        assert!(String::from_utf8_lossy(&started.stderr).contains("STRIPE_WEBHOOK_SECRET"), "{blank:?}");
    }
}

#[tokio::test]
async fn success_page_as_proof() {
    let app = App::start_with(without_webhooks()).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let link = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let page = reqwest::get(format!("{link}?retour=ok")).await.unwrap();
    assert!(page.status().is_success());
    app.until_empty().await;
    assert_eq!(claire.deal(deal).await["statutPaiement"], "en_attente");
    assert_eq!(app.count("SELECT count(*) FROM paiement").await, 0);
}

#[tokio::test]
async fn unpaid_taken_for_paid() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Sepa).await.unwrap();
    deal.hand_over("checkout.session.completed").await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("en_cours"));
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type = 'recu'").await, 0);
}

#[tokio::test]
async fn amount_times_a_hundred() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for (devise, montant, minor) in [
        ("JPY", "5000", 5_000),
        ("EUR", "19.99", 1_999),
        ("KWD", "12.340", 12_340),
        ("ISK", "500", 50_000),
        ("HUF", "175", 17_500),
    ] {
        let body = json!({ "clientId": client, "titre": devise, "montantEstime": montant, "devise": devise,
            "etapePipeline": "gagne" });
        let deal = tests::people::id(&claire.post("/api/opportunites", body).await.expect(201));
        claire.pay_link(deal).await;
        let session = claire.session_id(deal).await;
        app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
        until(devise, || async { (claire.deal(deal).await["statutPaiement"] == "paye").then_some(()) }).await;
        let booked: i64 = sqlx::query_scalar("SELECT montant_minor FROM paiement WHERE stripe_id = $1")
            .bind(&session)
            .fetch_one(&app.db)
            .await
            .unwrap();
        assert_eq!(booked, minor, "{devise}");
    }
    // What could never be paid is refused where it is typed, with the limit.
    for (devise, montant, limit) in [("EUR", "0.49", "0.50"), ("JPY", "49", "50"), ("HUF", "174", "175")] {
        let body = json!({ "clientId": client, "titre": "t", "montantEstime": montant, "devise": devise });
        let refused = claire.post("/api/opportunites", body).await;
        refused.expect(422);
        assert_eq!(refused.champs(), ["montantEstime"]);
        let said = refused.text.replace(',', ".");
        assert!(said.contains(limit), "{devise} {}", refused.text);
    }
}

#[tokio::test]
async fn two_live_sessions() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let first = deal.session_id().await;
    tokio::join!(deal.open_session("b"), deal.open_session("c"));
    assert_eq!(deal.session_id().await, first);
    assert_eq!(deal.app.simulateur.sessions().len(), 1);
}

#[tokio::test]
async fn answered_200_before_it_is_durable() {
    let redis = sandbox::redis::Options { append_fsync: AppendFsync::Always, ..Default::default() };
    let mut app = App::start_with(Options { workers: 0, redis, ..without_webhooks() }).await;
    let body = r#"{"id":"evt_1","type":"ping"}"#;
    app.redis.kill().unwrap();
    assert_eq!(deliver(&app, body).await, 503);
    app.redis.restart().unwrap();
    until("the queue takes it", || async { (deliver(&app, body).await == 200).then_some(()) }).await;
    // What was answered 200 outlives the queue's crash.
    app.redis.kill().unwrap();
    app.redis.restart().unwrap();
    app.start_worker();
    app.until_count("SELECT count(*) FROM evenement_stripe", 1).await;
}

#[tokio::test]
async fn duplicates_booked_twice() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    claire.pay_link(deal).await;
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    let body = app.simulateur.events("checkout.session.completed")[0].to_string();
    let header = signature(WEBHOOK_SECRET, now(), body.as_bytes());

    let five = [(); 5].map(|()| app.deliver(&body, &header));
    for answer in futures_util::future::join_all(five).await {
        answer.expect(200);
    }
    until("the deal is paid", || async {
        (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
    })
    .await;
    app.deliver(&body, &header).await.expect(200);
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_stripe").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM paiement").await, 1);
    assert_eq!(
        app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_recu'").await,
        1
    );
}

#[tokio::test]
async fn no_reconciliation() {
    let options = Options { edge: false, reconcile_every: 1, ..without_webhooks() };
    let deal = Deal::won_with(options).await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    deal.until_statut(StatutPaiement::Paye).await;
}

#[tokio::test]
async fn paid_downgraded_by_order() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Sepa).await.unwrap();
    deal.app.simulateur.settle_debit(&session, Some(true)).unwrap();
    deal.hand_over("checkout.session.async_payment_succeeded").await;
    let mut late = deal.app.simulateur.events("checkout.session.completed").remove(0);
    deal.hand_over_event(&late).await;
    for (kind, status) in
        [("checkout.session.async_payment_failed", "complete"), ("checkout.session.expired", "expired")]
    {
        late["id"] = json!(format!("evt_{status}"));
        late["type"] = json!(kind);
        late["data"]["object"]["status"] = json!(status);
        deal.hand_over_event(&late).await;
    }
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("paye"));
}

#[tokio::test]
async fn refund_leaves_paye() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.hand_over("checkout.session.completed").await;
    deal.app.simulateur.refund(&session, Some(50)).unwrap();
    deal.hand_over("refund.created").await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("rembourse_partiel"));
    deal.app.simulateur.refund(&session, None).unwrap();
    // Told by the charge alone: Stripe, asked, lists the refunds.
    deal.hand_over("charge.refunded").await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("rembourse"));
}

#[tokio::test]
async fn price_edited_after_the_link() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let old = deal.session_id().await;
    let (statut, result) = deal.app.run(deal.owner, "price", &deal.price("900")).await;
    assert_eq!(statut, "termine", "{result}");
    assert_eq!(deal.column("url_paiement").await, None);
    assert_eq!(deal.app.count("SELECT count(*) FROM session_paiement WHERE statut = 'annulee'").await, 1);
    deal.app.simulateur.pay(&old, Moyen::Carte).await.expect_err("an expired session cannot be paid");

    deal.open_session("b").await;
    assert_ne!(deal.session_id().await, old);
    let price = "SELECT montant_minor FROM session_paiement WHERE statut = 'ouverte'";
    assert_eq!(deal.app.count(price).await, 90_000);
}

#[tokio::test]
async fn creation_retried_without_a_stable_key() {
    for faute in [GenreApi::CoupureApres, GenreApi::Delai] {
        let deal = Deal::won().await;
        let fault = FauteApi {
            methode: Some("POST".into()),
            chemin: Some("/v1/checkout/sessions".into()),
            faute,
            fois: Some(1),
            delai_ms: 25_000,
        };
        deal.app.simulateur.set_faults(Fautes { api: vec![fault], ..Fautes::default() });
        let (statut, result) = deal.open_session("a").await;
        assert_eq!(statut, "termine", "{faute:?} {result}");
        assert_eq!(deal.app.simulateur.sessions().len(), 1, "{faute:?}");
    }
}

#[tokio::test]
async fn session_url_as_link() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let link = claire.pay_link(deal).await;
    let lien = link["lienPaiement"].as_str().unwrap().to_owned();
    assert!(lien.starts_with(&format!("{}/payer/", app.base)) && link["urlPaiement"] != link["lienPaiement"]);
    let session = claire.session_id(deal).await;
    app.simulateur.expire(&session).unwrap();
    until("the session is over", || async { claire.deal(deal).await["urlPaiement"].is_null().then_some(()) })
        .await;
    // The same link, a day later.
    let again = claire.pay_link(deal).await;
    assert_eq!(again["lienPaiement"], link["lienPaiement"]);
    assert_ne!(again["urlPaiement"], link["urlPaiement"]);
    assert!(reqwest::get(&lien).await.unwrap().status().is_success());
}

#[tokio::test]
async fn genuine_event_that_cannot_be_read_refused() {
    let app = App::start_with(Options { webhooks: false, ..Options::default() }).await;
    for body in [
        r#"{"id":"evt_1","type":"checkout.session.completed","data":{"object":{"id":7}}}"#,
        r#"{"id":"evt_2","type":"some.event.of.tomorrow","data":{"object":{}}}"#,
        r#"{"no":"id"}"#,
        "not json at all",
    ] {
        app.deliver(body, &signature(WEBHOOK_SECRET, now(), body.as_bytes())).await.expect(200);
    }
    app.until_count("SELECT count(*) FROM evenement_stripe", 4).await;
    assert_eq!(app.count("SELECT count(*) FROM job_resultat WHERE statut <> 'termine'").await, 0);
}

#[tokio::test]
async fn test_and_live_mixed() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    let mut live: Value = deal.app.simulateur.events("checkout.session.completed").remove(0);
    live["livemode"] = json!(true);
    live["data"]["object"]["livemode"] = json!(true);
    deal.hand_over_event(&live).await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("en_attente"));
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE NOT conforme AND livemode").await, 1);
}
