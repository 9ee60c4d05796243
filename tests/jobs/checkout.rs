//! A deal's way to `paye`, seen from the worker.

use common::job::{Actor, JobId};
use common::jobs::{DeleteClient, DeleteOpportunite, ProcessStripeWebhook, RefreshPayment};
use sandbox::simulateur::{FauteApi, Fautes, GenreApi, Moyen};
use tests::Deal;
use uuid::Uuid;

#[tokio::test]
async fn a_paid_session_makes_the_deal_paye_once() {
    let deal = Deal::won().await;
    let (statut, result) = deal.open_session("a").await;
    assert_eq!(statut, "termine", "{result}");
    assert!(deal.column("url_paiement").await.is_some());
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("en_attente"));

    deal.hand_over("checkout.session.completed").await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("paye"));
    assert_eq!(deal.column("url_paiement").await, None);
    assert_eq!(
        deal.app.count("SELECT count(*) FROM paiement WHERE conforme AND montant_minor = 120050").await,
        1
    );
    let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_recu'";
    assert_eq!(deal.app.count(told).await, 1);

    let (statut, refused) = deal.open_session("b").await;
    assert_eq!((statut.as_str(), refused["code"].as_str()), ("rejete", Some("deja-payee")));
}

#[tokio::test]
async fn a_price_is_not_changed_under_a_payment_that_came_meanwhile() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    // No event reached us: the expiry's answer is what tells.
    let (statut, refused) = deal.app.run(deal.owner, "price", &deal.price("900")).await;
    assert_eq!((statut.as_str(), refused["code"].as_str()), ("rejete", Some("prix-deja-paye")));
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("paye"));

    let (statut, refused) =
        deal.app.run(deal.owner, "delete", &DeleteOpportunite { opportunite_id: deal.id }).await;
    assert_eq!((statut.as_str(), refused["code"].as_str()), ("rejete", Some("opportunite-a-paiements")));
}

#[tokio::test]
async fn a_deleted_deal_leaves_nothing_to_pay() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    let (statut, result) =
        deal.app.run(deal.owner, "delete", &DeleteOpportunite { opportunite_id: deal.id }).await;
    assert_eq!(statut, "termine", "{result}");
    assert_eq!(deal.app.count("SELECT count(*) FROM opportunite").await, 0);
    deal.app.simulateur.pay(&session, Moyen::Carte).await.expect_err("an expired session cannot be paid");
}

#[tokio::test]
async fn a_debit_that_failed_is_told_once_in_whatever_order_its_news_come() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Sepa).await.unwrap();
    deal.app.simulateur.settle_debit(&session, Some(false)).unwrap();
    for news in [
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
        "checkout.session.completed",
        "payment_intent.payment_failed",
    ] {
        deal.hand_over(news).await;
    }
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("echoue"));
    let told = "SELECT count(*) FROM evenement_timeline
                WHERE type_evenement IN ('tentative_refusee', 'paiement_echoue')";
    assert_eq!(deal.app.count(told).await, 1);
}

#[tokio::test]
async fn a_bank_debit_is_en_cours_and_then_paye_or_echoue() {
    for (honoured, statut) in [(true, "paye"), (false, "echoue")] {
        let deal = Deal::won().await;
        deal.open_session("a").await;
        let session = deal.session_id().await;
        deal.app.simulateur.pay(&session, Moyen::Sepa).await.unwrap();
        deal.hand_over("checkout.session.completed").await;
        assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("en_cours"));
        deal.app.simulateur.settle_debit(&session, Some(honoured)).unwrap();
        deal.hand_over("payment_intent.payment_failed").await;
        deal.hand_over("checkout.session.async_payment_succeeded").await;
        deal.hand_over("checkout.session.async_payment_failed").await;
        assert_eq!(deal.column("statut_paiement").await.as_deref(), Some(statut));
        // A failure is told once: no card was refused.
        let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'tentative_refusee'";
        assert_eq!(deal.app.count(told).await, 0);
    }
}

#[tokio::test]
async fn asking_stripe_finds_a_payment_whose_event_never_came() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    deal.app.run(deal.owner, "refresh", &RefreshPayment { opportunite_id: deal.id }).await;
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("paye"));
    // The late event tells nothing new.
    deal.hand_over("checkout.session.completed").await;
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 1);
    assert_eq!(deal.app.count("SELECT count(*) FROM evenement_stripe").await, 1);
}

fn fault(path: &str, faute: GenreApi, fois: u32) -> Fautes {
    let fault = FauteApi {
        methode: Some("POST".into()),
        chemin: Some(path.into()),
        faute,
        fois: Some(fois),
        delai_ms: 0,
    };
    Fautes { api: vec![fault], webhooks: Vec::new() }
}

#[tokio::test]
async fn a_refused_key_says_nothing_about_an_open_session() {
    let mut deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.kill_workers();
    deal.app.start_worker_with(&[("STRIPE_SECRET_KEY", "sk_refused")]);
    let (statut, refused) = deal.app.run(deal.owner, "r", &RefreshPayment { opportunite_id: deal.id }).await;
    assert_eq!((statut.as_str(), refused["code"].as_str()), ("rejete", Some("stripe-refuse")));
    let (statut, _) = deal.app.run(deal.owner, "d", &DeleteOpportunite { opportunite_id: deal.id }).await;
    assert_eq!(statut, "rejete");
    assert_eq!(deal.app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 1);

    deal.app.kill_workers();
    deal.app.start_worker();
    deal.open_session("b").await;
    assert_eq!(deal.session_id().await, session, "still the one session");
}

#[tokio::test]
async fn a_failure_that_stripe_keeps_under_its_key_is_left_behind() {
    for faute in [GenreApi::Erreur, GenreApi::ErreurApres, GenreApi::CoupureApres, GenreApi::TropDeRequetes] {
        let deal = Deal::won().await;
        deal.app.simulateur.set_faults(fault("/v1/checkout/sessions", faute, 1));
        let (statut, result) = deal.open_session("a").await;
        assert_eq!(statut, "termine", "{faute:?} {result}");
        assert_eq!(deal.app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 1);
    }
}

#[tokio::test]
async fn a_stray_payment_of_a_deal_without_a_price_does_not_pay_it() {
    let deal = Deal::won().await;
    sqlx::query("UPDATE opportunite SET montant_estime = NULL").execute(&deal.app.db).await.unwrap();
    let stray = |id: &str, status: &str, currency: &str| {
        serde_json::json!({ "id": id, "type": "checkout.session.completed", "livemode": false, "data": { "object": {
            "id": format!("cs_{id}"), "status": "complete", "payment_status": status, "amount_total": 7,
            "currency": currency, "livemode": false, "metadata": { "opportuniteId": deal.id } } } })
    };
    for (id, status, currency) in [("1", "paid", "eur"), ("2", "unpaid", "eur"), ("3", "paid", "usdc")] {
        let job = ProcessStripeWebhook {
            stripe_event_id: id.into(),
            corps: stray(id, status, currency).to_string(),
        };
        let job_id = JobId::of_stripe_event(id);
        deal.app.push(&deal.app.envelope(job_id, Actor::Stripe, &job)).await;
        assert_eq!(deal.app.end_of(job_id).await.0, "termine");
    }
    assert_eq!(deal.column("statut_paiement").await.as_deref(), Some("en_attente"));
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE NOT conforme").await, 2);
    assert_eq!(
        deal.app.count("SELECT count(*) FROM evenement_stripe WHERE opportunite_id IS NOT NULL").await,
        3
    );
}

#[tokio::test]
async fn an_event_that_spells_nul_is_applied_without_it() {
    let deal = Deal::won().await;
    let corps = r#"{"id":"evt_nul","type":"some.\u0000event","api_version":"\u0000","data":{"object":{}}}"#;
    let job = ProcessStripeWebhook { stripe_event_id: "evt_nul".into(), corps: corps.into() };
    let job_id = JobId::of_stripe_event("evt_nul");
    deal.app.push(&deal.app.envelope(job_id, Actor::Stripe, &job)).await;
    assert_eq!(deal.app.end_of(job_id).await.0, "termine");
}

#[tokio::test]
async fn a_session_opened_while_its_client_is_deleted_is_closed_first() {
    let deal = Deal::won().await;
    let client: Uuid = sqlx::query_scalar("SELECT id FROM client").fetch_one(&deal.app.db).await.unwrap();
    // The deletion has asked what is open (nothing), and waits for its claim, which the test holds.
    let delete = DeleteClient { client_id: client };
    let job_id = JobId::of::<DeleteClient>(&deal.owner, "delete");
    let mut hold = deal.app.db.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO job_resultat (id, type, statut, acteur_type, payload_hash, date_creation, date_fin)
         VALUES ($1, 'DeleteClient', 'en_cours', 'systeme', '', now(), now())",
    )
    .bind(job_id.0)
    .execute(&mut *hold)
    .await
    .unwrap();
    deal.app.push(&deal.app.envelope(job_id, deal.owner, &delete)).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guichet-worker'
        AND wait_event_type = 'Lock'";
    deal.app.until_count(waiting, 1).await;
    deal.open_session("meanwhile").await;
    let session = deal.session_id().await;
    hold.rollback().await.unwrap();

    assert_eq!(deal.app.end_of(job_id).await.0, "termine");
    deal.app.simulateur.pay(&session, Moyen::Carte).await.expect_err("it was expired first");
    assert_eq!(deal.app.count("SELECT count(*) FROM client").await, 0);
}
