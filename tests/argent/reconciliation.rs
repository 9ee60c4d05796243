//! The books are right although no webhook comes.

use std::process::Stdio;
use std::time::Duration;

use common::domaine::StatutPaiement;
use common::job::JobId;
use common::jobs::ProcessStripeWebhook;
use sandbox::simulateur::{FauteApi, Fautes, GenreApi, Moyen};
use serde_json::json;
use tests::wait::within;
use tests::{App, Deal, Options, until};

/// What is promised without webhooks.
const TWO_MINUTES: Duration = Duration::from_mins(2);

fn without_webhooks() -> Options {
    Options { edge: false, webhooks: false, reconcile_every: 1, ..Options::default() }
}

async fn shows(deal: &Deal, statut: StatutPaiement) {
    within(TWO_MINUTES, statut.as_str(), || async {
        (deal.column("statut_paiement").await.as_deref() == Some(statut.as_str())).then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_any_webhook_a_payment_its_refund_and_its_dispute_arrive() {
    let deal = Deal::won_with(without_webhooks()).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    shows(&deal, StatutPaiement::Paye).await;
    deal.app.simulateur.refund(&session, Some(50)).unwrap();
    shows(&deal, StatutPaiement::RemboursePartiel).await;
    let intent: String = sqlx::query_scalar("SELECT stripe_payment_intent FROM paiement WHERE type = 'recu'")
        .fetch_one(&deal.app.db)
        .await
        .unwrap();
    let dispute = |status| json!({ "id": "dp_1", "amount": 120_000, "currency": "eur", "payment_intent": intent, "status": status });
    let _ = deal.app.simulateur.make_event("charge.dispute.created", dispute("needs_response"));
    shows(&deal, StatutPaiement::Conteste).await;
    let _ = deal.app.simulateur.make_event("charge.dispute.closed", dispute("won"));
    shows(&deal, StatutPaiement::RemboursePartiel).await;

    let not_ours = "SELECT count(*) FROM evenement_stripe WHERE source <> 'reconciliation'";
    assert_eq!(deal.app.count(not_ours).await, 0);
    // Stripe repeats the payment link, whose token is never kept.
    let kept = "SELECT count(*) FROM evenement_stripe WHERE corps ~ '/payer/[0-9a-f]'";
    assert_eq!(deal.app.count(kept).await, 0);
    assert!(deal.app.count("SELECT count(*) FROM evenement_stripe WHERE corps LIKE '%/payer/…%'").await > 0);
}

#[tokio::test]
async fn without_any_webhook_a_bank_debit_and_an_expiry_arrive() {
    let deal = Deal::won_with(without_webhooks()).await;
    deal.open_session("a").await;
    deal.app.simulateur.expire(&deal.session_id().await).unwrap();
    deal.app.until_count("SELECT count(*) FROM session_paiement WHERE statut = 'expiree'", 1).await;

    deal.open_session("b").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Sepa).await.unwrap();
    shows(&deal, StatutPaiement::EnCours).await;
    deal.app.simulateur.settle_debit(&session, Some(false)).unwrap();
    shows(&deal, StatutPaiement::Echoue).await;

    deal.open_session("c").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Sepa).await.unwrap();
    shows(&deal, StatutPaiement::EnCours).await;
    deal.app.simulateur.settle_debit(&session, Some(true)).unwrap();
    shows(&deal, StatutPaiement::Paye).await;
}

#[tokio::test]
async fn what_happened_while_no_worker_ran_is_found_at_the_next_start() {
    let mut deal = Deal::won_with(without_webhooks()).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.kill_workers();
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    // Two weeks later; Redis lost everything meanwhile.
    let past = "UPDATE reconciliation SET date_debut = date_debut - interval '14 days', date_fin = date_fin - interval '14 days',
        filigrane = filigrane - interval '14 days'";
    sqlx::query(past).execute(&deal.app.db).await.unwrap();
    deal.app.start_worker();
    shows(&deal, StatutPaiement::Paye).await;
}

#[tokio::test]
async fn two_workers_and_the_webhooks_find_the_same_events_and_apply_them_once() {
    let deal = Deal::won_with(Options { workers: 2, reconcile_every: 1, ..Options::default() }).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    shows(&deal, StatutPaiement::Paye).await;
    let paid = deal.app.simulateur.events("checkout.session.completed").remove(0);
    deal.app.simulateur.deliver(paid["id"].as_str().unwrap(), 5).await.unwrap();
    deal.app.until_empty().await;
    let looks = deal.app.count("SELECT count(*) FROM reconciliation WHERE fenetre = 'heure'").await;
    let more = async || deal.app.count("SELECT count(*) FROM reconciliation WHERE fenetre = 'heure'").await;
    until("two more looks", || async { (more().await >= looks + 2).then_some(()) }).await;

    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 1);
    let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_recu'";
    assert_eq!(deal.app.count(told).await, 1);
    assert_eq!(deal.app.count("SELECT count(*) FROM evenement_stripe WHERE stripe_event_id LIKE 'evt_%' AND type = 'checkout.session.completed'").await, 1);
    // Each long look was due once, whichever worker took it.
    for fenetre in ["trois_jours", "trente_jours"] {
        let sql = "SELECT count(*) FROM reconciliation WHERE fenetre = $1";
        let looks: i64 = sqlx::query_scalar(sql).bind(fenetre).fetch_one(&deal.app.db).await.unwrap();
        assert_eq!(looks, 1, "{fenetre}");
    }
}

#[tokio::test]
async fn an_outage_of_stripe_only_delays_the_news() {
    let deal = Deal::won_with(without_webhooks()).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    for faute in [GenreApi::Erreur, GenreApi::TropDeRequetes, GenreApi::Coupure] {
        deal.app.simulateur.set_faults(list_fails(faute));
        let complained = |log: &str| log.matches("could not be compared").count();
        let before = complained(&deal.app.log("worker"));
        until("the worker says so", || async {
            (complained(&deal.app.log("worker")) > before + 1).then_some(())
        })
        .await;
    }
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.app.simulateur.set_faults(Fautes::default());
    shows(&deal, StatutPaiement::Paye).await;
}

fn list_fails(faute: GenreApi) -> Fautes {
    let chemin = Some("/v1/events".into());
    let fault = FauteApi { methode: Some("GET".into()), chemin, faute, fois: None, delai_ms: 0 };
    Fautes { api: vec![fault], webhooks: Vec::new() }
}

#[tokio::test]
async fn a_session_is_asked_for_by_its_id_when_no_event_tells_of_it() {
    let deal = Deal::won_with(without_webhooks()).await;
    deal.app.simulateur.set_faults(list_fails(GenreApi::Erreur));
    deal.open_session("a").await;
    let session = deal.session_id().await;
    // An hour later, an attempt whose outcome nobody has learnt: the answer to its call was lost.
    let lost = "UPDATE session_paiement SET statut = 'preparee', stripe_session_id = NULL, url = NULL,
        date_creation = date_creation - interval '2 hours'";
    sqlx::query(lost).execute(&deal.app.db).await.unwrap();
    deal.app.until_count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'", 1).await;
    assert_eq!(deal.session_id().await, session, "the same key, the same session");

    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    let later = "UPDATE session_paiement SET date_verification = date_verification - interval '2 hours'";
    sqlx::query(later).execute(&deal.app.db).await.unwrap();
    shows(&deal, StatutPaiement::Paye).await;
    assert_eq!(deal.app.simulateur.sessions().len(), 1);
}

#[tokio::test]
async fn many_pages_of_events_are_compared_and_the_command_says_how_many() {
    let app = App::start_with(Options { workers: 0, ..without_webhooks() }).await;
    for n in 0..250 {
        let _ = app.simulateur.make_event("checkout.session.expired", json!({ "id": format!("cs_{n}") }));
    }
    assert_eq!(reconcile(&app, &[]).await, "250 vérifiés, 250 réparés\n");
    assert_eq!(reconcile(&app, &[]).await, "250 vérifiés, 0 réparé\n");
    assert_eq!(reconcile(&app, &["--depuis", "2999-01-01"]).await, "0 vérifié, 0 réparé\n");
    assert_eq!(app.count("SELECT count(*) FROM evenement_stripe").await, 250);
    let runs = "SELECT count(*) FROM reconciliation WHERE fenetre = 'manuelle' AND verifies = 250";
    assert_eq!(app.count(runs).await, 2);
}

#[tokio::test]
async fn a_parked_event_waits_for_a_person() {
    let app = App::start_with(Options { workers: 0, ..without_webhooks() }).await;
    let event = app.simulateur.make_event("checkout.session.expired", json!({ "id": "cs_1" }));
    sqlx::query(
        "INSERT INTO job_resultat (id, type, statut, acteur_type, payload_hash, date_creation, date_fin)
         VALUES ($1, $2, 'echoue', 'stripe', '', now(), now())",
    )
    .bind(JobId::of_stripe_event(&event).0)
    .bind(<ProcessStripeWebhook as common::job::Job>::KIND)
    .execute(&app.db)
    .await
    .unwrap();
    assert_eq!(reconcile(&app, &[]).await, "1 vérifié, 0 réparé\n");
}

async fn reconcile(app: &App, args: &[&str]) -> String {
    let mut command = app.worker_command("reconcile");
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::process::Command::from(command).output().await.expect("the worker's binary");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
