//! Money that goes back, and the receipts that tell of it.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

use common::job::JobId;
use common::jobs::{RefundPayment, ReversePayment};
use common::montant::Devise;
use sandbox::simulateur::{FauteApi, Fautes, GenreApi, Moyen};
use serde_json::Value;
use tests::{Deal, until};

use crate::encaissement::transfer;

/// Refunds at Stripe's, in the order in which they were made.
async fn refunds(deal: &Deal) -> Vec<Value> {
    let url = format!("{}/v1/refunds?limit=100", deal.app.simulateur.base());
    let answer = reqwest::Client::new().get(url).bearer_auth("sk_test_guichet").send().await.unwrap();
    let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    page["data"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

/// What the tests of refunds do with a deal.
trait Refunded: Sized {
    async fn paid() -> Self;
    async fn refund(&self, key: &str, montant: Option<&str>) -> (String, Value);
    fn fault(&self, faute: GenreApi);
    fn faults(&self, faute: GenreApi, fois: Option<u32>);
    async fn unanswered(&mut self, faute: GenreApi) -> JobId;
    async fn reconcile(&self);
}

impl Refunded for Deal {
    /// A deal of 1200.50 EUR that was paid by card, as its event told.
    async fn paid() -> Self {
        let deal = Self::won().await;
        deal.open_session("pay").await;
        deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
        deal.hand_over("checkout.session.completed").await;
        assert_eq!(deal.statut().await.as_deref(), Some("paye"));
        deal
    }

    async fn refund(&self, key: &str, montant: Option<&str>) -> (String, Value) {
        let montant = montant.map(|montant| montant.parse().unwrap());
        let job = RefundPayment { opportunite_id: self.id, paiement_id: None, montant, devise: None };
        self.app.run(self.owner, key, &job).await
    }

    fn fault(&self, faute: GenreApi) {
        self.faults(faute, Some(1));
    }

    fn faults(&self, faute: GenreApi, fois: Option<u32>) {
        let refunds = FauteApi {
            methode: Some("POST".into()),
            chemin: Some("/v1/refunds".into()),
            faute,
            fois,
            delai_ms: 0,
        };
        self.app.simulateur.set_faults(Fautes { api: vec![refunds], webhooks: Vec::new() });
    }

    /// Asks for all of it back, and kills the worker that had Stripe's answer to wait for.
    async fn unanswered(&mut self, faute: GenreApi) -> JobId {
        self.faults(faute, None);
        let job = RefundPayment { opportunite_id: self.id, paiement_id: None, montant: None, devise: None };
        let id = JobId::of::<RefundPayment>(&self.owner, "a");
        self.app.push(&self.app.envelope(id, self.owner, &job)).await;
        until("Stripe was asked", || async {
            let mut asked = self.app.simulateur.requests().into_iter();
            asked.rfind(|request| request.methode == "POST" && request.chemin == "/v1/refunds")
        })
        .await;
        self.app.kill_workers();
        self.app.simulateur.set_faults(Fautes::default());
        id
    }

    /// `worker reconcile`.
    async fn reconcile(&self) {
        let command = self.app.worker_command("reconcile");
        assert!(tokio::process::Command::from(command).status().await.unwrap().success());
    }
}

#[tokio::test]
async fn a_refund_in_two_parts_reaches_the_ledger_once_whoever_tells_of_it() {
    let deal = Deal::paid().await;
    let (statut, result) = deal.refund("a", Some("200.50")).await;
    assert_eq!(statut, "termine", "{result}");
    assert_eq!(deal.statut().await.as_deref(), Some("rembourse_partiel"));
    assert_eq!(deal.refund("b", None).await.0, "termine");
    assert_eq!(deal.statut().await.as_deref(), Some("rembourse"));
    // The events tell of the same two refunds.
    deal.hand_over("refund.created").await;
    deal.hand_over("charge.refunded").await;
    let rows = "SELECT count(*) FROM paiement WHERE type = 'rembourse'";
    assert_eq!(deal.app.count(rows).await, 2);
    assert_eq!(deal.app.count("SELECT count(*) FROM remboursement WHERE statut = 'fait'").await, 2);
    assert_eq!(deal.app.count("SELECT sum(mouvement_minor)::bigint FROM paiement").await, 0);
    let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_rembourse'";
    assert_eq!(deal.app.count(told).await, 2);
    let amounts: Vec<_> =
        refunds(&deal).await.iter().map(|refund| refund["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [100_000, 20_050]);
    assert_eq!(deal.refund("c", None).await.1["code"], "rien-a-rembourser");
}

#[tokio::test]
async fn more_than_what_is_left_is_refused_with_its_field_and_stripe_is_not_asked() {
    let deal = Deal::paid().await;
    for (montant, code) in [
        ("1200.51", "remboursement-trop-grand"),
        ("0", "montant-negatif"),
        ("-1", "montant-negatif"),
        ("0.001", "montant-decimales"),
    ] {
        let (statut, refus) = deal.refund(montant, Some(montant)).await;
        let refused = (statut.as_str(), refus["code"].as_str(), refus["champ"].as_str());
        assert_eq!(refused, ("rejete", Some(code), Some("montant")), "{montant}");
    }
    let dollars = RefundPayment {
        opportunite_id: deal.id,
        paiement_id: None,
        montant: Some("1".parse().unwrap()),
        devise: Some(Devise::parse("USD").unwrap()),
    };
    assert_eq!(deal.refused("dollars", &dollars).await, ("devise".into(), "devise-differente".into()));
    // Two at once for more than there is: one of them is refused.
    let (a, b) = tokio::join!(deal.refund("a", Some("800")), deal.refund("b", Some("800")));
    let mut ends = [a.0, b.0];
    ends.sort();
    assert_eq!(ends, ["rejete", "termine"]);
    assert_eq!(refunds(&deal).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_never_came_is_one_refund() {
    for fault in [GenreApi::CoupureApres, GenreApi::ErreurApres, GenreApi::Coupure] {
        let deal = Deal::paid().await;
        deal.fault(fault);
        let (statut, result) = deal.refund("a", None).await;
        assert_eq!(statut, "termine", "{fault:?}: {result}");
        assert_eq!(refunds(&deal).await.len(), 1, "{fault:?}");
        assert_eq!(deal.statut().await.as_deref(), Some("rembourse"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_refund_that_stripe_failed_to_make_says_so_and_may_be_asked_for_again() {
    let deal = Deal::paid().await;
    deal.fault(GenreApi::Erreur);
    let (statut, refus) = deal.refund("a", None).await;
    assert_eq!((statut.as_str(), refus["code"].as_str()), ("rejete", Some("remboursement-echoue")));
    assert_eq!((refunds(&deal).await.len(), deal.statut().await.as_deref()), (0, Some("paye")));
    assert_eq!(deal.refund("b", None).await.0, "termine");
    assert_eq!(refunds(&deal).await.len(), 1);
}

#[tokio::test]
async fn a_refund_made_at_stripe_is_seen_on_its_way_and_when_it_comes_back() {
    let deal = Deal::paid().await;
    let session = deal.session_id().await;
    let refund = deal.app.simulateur.refund_slowly(&session, Some(50_000)).unwrap();
    deal.hand_over("refund.created").await;
    let under_way = "SELECT count(*) FROM remboursement WHERE statut = 'en_cours' AND montant_minor = 50000";
    assert_eq!(deal.app.count(under_way).await, 1);
    assert_eq!(deal.statut().await.as_deref(), Some("paye"));
    assert_eq!(deal.refund("a", Some("1000")).await.1["code"], "remboursement-trop-grand");

    deal.app.simulateur.settle_refund(&refund, false).unwrap();
    deal.hand_over("refund.failed").await;
    deal.hand_over("refund.updated").await;
    assert_eq!(deal.app.count("SELECT count(*) FROM remboursement WHERE statut = 'echoue'").await, 1);
    assert_eq!(deal.statut().await.as_deref(), Some("paye"));
    assert_eq!(deal.app.count("SELECT sum(mouvement_minor)::bigint FROM paiement").await, 120_050);
    assert_eq!(deal.refund("b", None).await.0, "termine");
}

#[tokio::test]
async fn receipts_are_numbered_without_a_gap_and_keep_their_number() {
    let deal = Deal::won().await;
    let reverse = ReversePayment { opportunite_id: deal.id };
    for round in 0..3 {
        let (mark, back) = (format!("mark {round}"), format!("back {round}"));
        assert_eq!(deal.app.run(deal.owner, &mark, &transfer(deal.id)).await.0, "termine");
        assert_eq!(deal.app.run(deal.owner, &back, &reverse).await.0, "termine");
    }
    // Refused: no number is used up.
    deal.app.run(deal.owner, "refused", &reverse).await;
    deal.open_session("pay").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    for _ in 0..2 {
        deal.hand_over("checkout.session.completed").await;
    }
    let numbers: Vec<(bool, i32)> =
        sqlx::query_as("SELECT livemode, numero FROM recu ORDER BY livemode, numero")
            .fetch_all(&deal.app.db)
            .await
            .unwrap();
    // The test payment has a sequence of its own.
    assert_eq!(numbers, [(false, 1), (true, 1), (true, 2), (true, 3)]);
}

/// What passes for a quarter of an hour without a word from the refund's job.
const LEFT_ALONE: &str = "UPDATE remboursement SET date_modification = date_modification - interval '1 hour',
    date_creation = date_creation - interval '2 hours'";
const UNKNOWN: &str = "SELECT count(*) FROM remboursement WHERE statut = 'prepare'";

#[tokio::test]
async fn a_refund_whose_job_is_dead_is_looked_for_and_its_amount_is_free_or_given_back_once() {
    for (fault, made) in [(GenreApi::Coupure, false), (GenreApi::CoupureApres, true)] {
        let mut deal = Deal::paid().await;
        let id = deal.unanswered(fault).await;
        // Its job may still be at it.
        if !made {
            deal.reconcile().await;
            assert_eq!(deal.app.count(UNKNOWN).await, 1);
        }
        sqlx::query(LEFT_ALONE).execute(&deal.app.db).await.unwrap();
        deal.reconcile().await;
        assert_eq!(deal.app.count(UNKNOWN).await, 0, "{fault:?}");
        assert_eq!(
            deal.statut().await.as_deref(),
            Some(if made { "rembourse" } else { "paye" }),
            "{fault:?}"
        );

        // The job comes back from the dead, and gives nothing back a second time.
        deal.app.start_worker();
        assert_eq!(deal.app.end_of(id).await.0, if made { "termine" } else { "rejete" });
        assert_eq!(refunds(&deal).await.len(), usize::from(made));
        // What is free can be given back.
        assert_eq!(deal.refund("b", None).await.0, if made { "rejete" } else { "termine" });
        assert_eq!(refunds(&deal).await.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_key_that_is_refused_after_an_unanswered_call_frees_no_money() {
    let mut deal = Deal::paid().await;
    let id = deal.unanswered(GenreApi::CoupureApres).await;
    deal.app.start_worker_with(&[("STRIPE_SECRET_KEY", "sk_refused")]);
    let (statut, refus) = deal.app.end_of(id).await;
    assert_eq!((statut.as_str(), refus["code"].as_str()), ("rejete", Some("stripe-refuse")));
    assert_eq!(deal.app.count(UNKNOWN).await, 1);
    deal.app.kill_workers();
    deal.app.start_worker();
    assert_eq!(deal.refund("b", None).await.1["code"], "rien-a-rembourser");
    sqlx::query(LEFT_ALONE).execute(&deal.app.db).await.unwrap();
    // « Revérifier auprès de Stripe »
    let job = common::jobs::RefreshPayment { opportunite_id: deal.id };
    assert_eq!(deal.app.run(deal.owner, "verifier", &job).await.0, "termine");
    assert_eq!(deal.app.count("SELECT count(*) FROM remboursement WHERE statut = 'fait'").await, 1);
    assert_eq!((refunds(&deal).await.len(), deal.statut().await.as_deref()), (1, Some("rembourse")));
}
