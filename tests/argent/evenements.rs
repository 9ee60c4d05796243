//! Events that matter, and events that disagree with what we know.

use common::domaine::StatutPaiement;
use sandbox::simulateur::Moyen;
use serde_json::json;
use tests::{Deal, Options};

async fn statut(deal: &Deal) -> String {
    deal.statut().await.expect("it has one")
}

#[tokio::test]
async fn a_refused_card_leaves_a_trace_and_the_session_open() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::CarteRefusee).await.unwrap();
    deal.hand_over("payment_intent.payment_failed").await;
    let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'tentative_refusee'";
    assert_eq!(deal.app.count(told).await, 1);
    assert_eq!(statut(&deal).await, "en_attente");
    assert_eq!(deal.app.count("SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'").await, 1);
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.hand_over("checkout.session.completed").await;
    assert_eq!(statut(&deal).await, "paye");
}

#[tokio::test]
async fn an_amount_that_disagrees_is_asked_of_stripe() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    let mut event = deal.app.simulateur.events("checkout.session.completed").remove(0);
    event["data"]["object"]["amount_total"] = json!(1);
    deal.hand_over_event(&event).await;
    // Stripe's object says what was paid, whatever this event said.
    assert_eq!(statut(&deal).await, "paye");
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 1);
}

#[tokio::test]
async fn an_event_of_a_shape_that_cannot_be_read_is_asked_of_stripe() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    let mut event = deal.app.simulateur.events("checkout.session.completed").remove(0);
    event["api_version"] = json!("2031-01-01.tomorrow");
    event["data"]["object"]["livemode"] = json!({ "moved": "elsewhere" });
    deal.hand_over_event(&event).await;
    assert_eq!(statut(&deal).await, "paye");
}

#[tokio::test]
async fn a_refund_of_a_payment_that_nobody_told_of_finds_it() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.app.simulateur.refund(&session, Some(50)).unwrap();
    deal.hand_over("charge.refunded").await;
    assert_eq!(statut(&deal).await, "rembourse_partiel");
    deal.hand_over("refund.created").await;
    deal.hand_over("checkout.session.completed").await;
    assert_eq!(statut(&deal).await, "rembourse_partiel");
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type = 'rembourse'").await, 1);
}

#[tokio::test]
async fn a_refund_that_comes_back_leaves_the_deal_paye_in_either_order() {
    for reversed in [false, true] {
        let deal = Deal::won().await;
        deal.open_session("a").await;
        deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
        deal.hand_over("checkout.session.completed").await;
        let intent =
            deal.app.simulateur.events("checkout.session.completed")[0]["data"]["object"]["payment_intent"]
                .clone();
        let refund = |kind: &str, status: &str| {
            json!({ "id": format!("evt_{status}"), "type": kind, "livemode": false, "data": { "object": {
                "id": "re_1", "amount": 50, "currency": "eur", "payment_intent": intent, "status": status } } })
        };
        let mut events = [refund("refund.created", "succeeded"), refund("refund.failed", "failed")];
        if reversed {
            events.reverse();
        }
        for event in events {
            deal.hand_over_event(&event).await;
        }
        assert_eq!(statut(&deal).await, "paye", "reversed: {reversed}");
        assert_eq!(deal.app.count("SELECT sum(mouvement_minor)::bigint FROM paiement").await, 120_050);
    }
}

#[tokio::test]
async fn an_inquiry_takes_no_money_until_it_becomes_a_dispute() {
    for reversed in [false, true] {
        let deal = Deal::won().await;
        deal.open_session("a").await;
        let session = deal.session_id().await;
        deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
        deal.hand_over("checkout.session.completed").await;
        deal.app.simulateur.dispute(&session, None, true).unwrap();
        let mut asked = deal.app.simulateur.events("charge.dispute.created").remove(0);
        assert_eq!(asked["data"]["object"]["status"], "warning_needs_response");
        let mut taken = asked.clone();
        taken["id"] = json!("evt_escalated");
        taken["type"] = json!("charge.dispute.updated");
        taken["data"]["object"]["status"] = json!("needs_response");
        if !reversed {
            deal.hand_over_event(&asked).await;
            asked["id"] = json!("evt_reviewed");
            asked["type"] = json!("charge.dispute.updated");
            asked["data"]["object"]["status"] = json!("warning_under_review");
            deal.hand_over_event(&asked).await;
            assert_eq!(statut(&deal).await, "paye");
            let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_enquete'";
            assert_eq!(deal.app.count(told).await, 1);
        }
        deal.hand_over_event(&taken).await;
        if reversed {
            deal.hand_over_event(&asked).await;
        }
        assert_eq!(statut(&deal).await, "conteste", "reversed: {reversed}");
    }
}

#[tokio::test]
async fn a_payment_that_a_bank_asks_about_can_be_refunded_and_an_inquiry_ends() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.hand_over("checkout.session.completed").await;
    let inquiry = deal.app.simulateur.dispute(&session, None, true).unwrap();
    deal.hand_over("charge.dispute.created").await;
    let half = Some("600".parse().unwrap());
    let job = common::jobs::RefundPayment {
        opportunite_id: deal.id,
        paiement_id: None,
        montant: half,
        devise: None,
    };
    assert_eq!(deal.app.run(deal.owner, "refund", &job).await.0, "termine");
    assert_eq!(statut(&deal).await, "rembourse_partiel");
    deal.app.simulateur.close_dispute(&inquiry, false).unwrap();
    deal.hand_over("charge.dispute.closed").await;
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type = 'enquete_close'").await, 1);
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type LIKE 'conteste%'").await, 0);
    assert_eq!(statut(&deal).await, "rembourse_partiel");
}

#[tokio::test]
async fn a_dispute_says_by_when_it_is_to_be_answered_as_it_was_last_told() {
    let deal = Deal::won_with(Options { webhooks: false, ..Options::default() }).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    deal.hand_over("checkout.session.completed").await;
    deal.app.simulateur.dispute(&session, None, false).unwrap();
    let mut told = deal.app.simulateur.events("charge.dispute.created").remove(0);
    let mut later = told.clone();
    later["id"] = json!("evt_later");
    later["type"] = json!("charge.dispute.updated");
    later["created"] = json!(told["created"].as_i64().unwrap() + 60);
    // Noon of a day of the years 2100 and 2101.
    told["data"]["object"]["evidence_details"]["due_by"] = json!(4_105_080_000_i64);
    later["data"]["object"]["evidence_details"]["due_by"] = json!(4_136_616_000_i64);
    let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
    // Its spaces plain; a year is looked for beside its month, for a link's token may hold any four digits.
    let page = async || {
        let page = claire.get(&format!("/opportunites/{}", deal.id)).await.text;
        page.replace(['\u{202f}', '\u{a0}'], " ")
    };
    deal.hand_over_event(&later).await;
    deal.hand_over_event(&told).await;
    let shown = page().await;
    assert!(shown.contains("avant le") && shown.contains("janv. 2101"), "{shown}");
    assert!(!shown.contains("janv. 2100"), "{shown}");
    let dashboard = async || claire.get("/").await.text;
    let asked = "preuves à envoyer avant le";
    assert!(dashboard().await.contains(asked));

    // Evidence that was sent is not asked for.
    let mut sent = later.clone();
    sent["id"] = json!("evt_sent");
    sent["created"] = json!(told["created"].as_i64().unwrap() + 90);
    sent["data"]["object"]["status"] = json!("under_review");
    deal.hand_over_event(&sent).await;
    let shown = page().await;
    for gone in ["avant le", "Répondre chez Stripe", "Envoyez vos preuves"] {
        assert!(!shown.contains(gone), "{gone}: {shown}");
    }
    assert!(shown.contains("Vos preuves sont parties") && shown.contains("Voir chez Stripe"), "{shown}");
    let shown = dashboard().await;
    assert!(shown.contains("preuves envoyées") && !shown.contains(asked), "{shown}");

    // A moment that has passed asks nothing of anybody.
    let mut past = later.clone();
    past["id"] = json!("evt_past");
    past["created"] = json!(told["created"].as_i64().unwrap() + 120);
    past["data"]["object"]["evidence_details"]["due_by"] = json!(1_000_000_000);
    deal.hand_over_event(&past).await;
    let shown = page().await;
    assert!(!shown.contains("avant le") && shown.contains("Répondre chez Stripe"), "{shown}");
    let shown = dashboard().await;
    assert!(shown.contains("Voir le litige") && !shown.contains(asked), "{shown}");
}

#[tokio::test]
async fn the_bank_holds_the_money_of_a_dispute_and_gives_it_back_only_when_it_is_won() {
    for won in [true, false] {
        let (deal, dispute) = disputed(40_000).await;
        let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
        let seen = async || {
            let read = claire.get(&format!("/api/opportunites/{}", deal.id)).await.expect(200);
            let receipt = claire.get(&format!("/api/opportunites/{}/recus", deal.id)).await.expect(200);
            json!([read["montantConteste"], read["montantRepris"], read["montantNet"], receipt[0]["reste"]])
        };
        assert_eq!(seen().await, json!(["400.00", null, "800.50", "800.50"]));
        // What the dashboard sums, with the spaces that French puts into an amount.
        let sums = async || {
            let page = claire.get("/").await.text.replace(['\u{202f}', '\u{a0}'], " ");
            let sums = page
                .split_once(r#"data-region="argent""#)
                .and_then(|(_, rest)| rest.split_once("</section>"));
            sums.map(|(sums, _)| (sums.contains("400,00 €"), sums.contains("800,50 €")))
        };
        assert_eq!(sums().await, Some((true, true)));
        deal.app.simulateur.close_dispute(&dispute, won).unwrap();
        deal.hand_over("charge.dispute.closed").await;
        let end = if won {
            json!([null, null, null, "1200.50"])
        } else {
            json!([null, "400.00", "800.50", "800.50"])
        };
        assert_eq!(seen().await, end, "won: {won}");
        let sum = if won { 120_050 } else { 80_050 };
        assert_eq!(deal.app.count("SELECT sum(mouvement_minor)::bigint FROM paiement").await, sum);
        // What is decided is no longer among what a bank holds.
        assert_eq!(sums().await, Some((false, !won)));
    }
}

#[tokio::test]
async fn an_inquiry_that_an_earlier_version_noted_as_a_dispute_gives_back_what_it_took() {
    let (deal, _) = disputed(40_000).await;
    let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
    let mut closed = deal.app.simulateur.events("charge.dispute.created").remove(0);
    closed["id"] = json!("evt_closed");
    closed["type"] = json!("charge.dispute.closed");
    closed["data"]["object"]["status"] = json!("warning_closed");
    deal.hand_over_event(&closed).await;
    assert_eq!(statut(&deal).await, "paye");
    let read = claire.get(&format!("/api/opportunites/{}", deal.id)).await.expect(200);
    assert_eq!(json!([read["montantConteste"], read["montantNet"]]), json!([null, null]));
}

#[tokio::test]
async fn of_a_lost_and_an_open_dispute_each_says_what_it_took() {
    let (deal, lost) = disputed(40_000).await;
    let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
    deal.app.simulateur.close_dispute(&lost, false).unwrap();
    deal.hand_over("charge.dispute.closed").await;
    let mut second = deal.app.simulateur.events("charge.dispute.created").remove(0);
    second["id"] = json!("evt_second");
    second["data"]["object"]["id"] = json!("du_second");
    second["data"]["object"]["amount"] = json!(20_000);
    deal.hand_over_event(&second).await;
    let seen = async || {
        let read = claire.get(&format!("/api/opportunites/{}", deal.id)).await.expect(200);
        let page = claire.get(&format!("/opportunites/{}", deal.id)).await.text;
        let said = ["Retenu par la banque", "Repris par la banque", "Répondre chez Stripe"];
        json!([
            [read["montantConteste"], read["montantRepris"], read["montantNet"]],
            said.map(|said| page.contains(said))
        ])
    };
    assert_eq!(seen().await, json!([["200.00", "400.00", "600.50"], [true, true, true]]));

    // It is about less by its end: all that was taken comes back.
    second["id"] = json!("evt_second_won");
    second["type"] = json!("charge.dispute.closed");
    second["data"]["object"]["status"] = json!("won");
    second["data"]["object"]["amount"] = json!(15_000);
    deal.hand_over_event(&second).await;
    assert_eq!(seen().await, json!([[null, "400.00", "800.50"], [false, true, false]]));
}

#[tokio::test]
async fn a_dispute_that_was_lost_asks_nothing_more_and_says_so() {
    let (deal, dispute) = disputed(120_050).await;
    let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
    let seen = async || {
        let page = claire.get(&format!("/opportunites/{}", deal.id)).await.text;
        let answer = page.contains("Répondre chez Stripe");
        let lost = page.contains("Contestation perdue") && page.contains("Repris par la banque");
        (answer, lost, claire.get("/").await.text.contains("Voir le litige"))
    };
    assert_eq!(seen().await, (true, false, true));
    deal.app.simulateur.close_dispute(&dispute, false).unwrap();
    deal.hand_over("charge.dispute.closed").await;
    assert_eq!(statut(&deal).await, "conteste");
    assert_eq!(seen().await, (false, true, false));
    // Nor of the client, who has it back.
    let lien =
        claire.get(&format!("/api/opportunites/{}", deal.id)).await.expect(200)["lienPaiement"].clone();
    let (_, path) = lien.as_str().unwrap().split_at(lien.as_str().unwrap().find("/payer/").unwrap());
    let page = claire.get(path).await.text;
    assert!(page.contains("Votre banque vous a rendu ce paiement") && !page.contains("Contesté"), "{page}");
}

#[tokio::test]
async fn two_paid_sessions_are_both_booked_and_the_surplus_is_shown() {
    let options = Options { webhooks: false, ..Options::default() };
    let deal = Deal::won_with(options).await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    let first = deal.app.simulateur.events("checkout.session.completed").remove(0);
    deal.hand_over_event(&first).await;
    let mut second = first.clone();
    second["id"] = json!("evt_second");
    second["data"]["object"]["id"] = json!("cs_test_second");
    second["data"]["object"]["payment_intent"] = json!("pi_second");
    second["data"]["object"]["metadata"] = json!({ "opportuniteId": deal.id });
    deal.hand_over_event(&second).await;
    deal.until_statut(StatutPaiement::Paye).await;
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type = 'recu' AND conforme").await, 2);
    let claire = tests::Bureau::sign_in(&deal.app, "claire@example.org").await;
    let page = claire.get(&format!("/opportunites/{}", deal.id)).await;
    assert!(page.text.contains("Trop-perçu"), "{}", page.text);
}

#[tokio::test]
async fn the_doctor_says_what_is_there_and_what_is_missing() {
    let deal = Deal::won_with(Options { edge: false, ..Options::default() }).await;
    let examine = async |stripe: &str| {
        let mut command = deal.app.worker_command("doctor");
        command.env("STRIPE_SECRET_KEY", stripe);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let output = tokio::process::Command::from(command).output().await.unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (_, said) = examine("sk_test_guichet").await;
    for line in ["ok       PostgreSQL", "ok       Redis", "ok       Stripe: reachable, TEST MODE"] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let (good, said) = examine("sk_refused").await;
    assert!(!good && said.contains("WRONG    Stripe"), "{said}");
}

/// A deal that was paid by card, of which a bank then takes an amount back: the dispute's id beside it.
async fn disputed(montant_minor: i64) -> (Deal, String) {
    let deal = Deal::won_with(Options { webhooks: false, ..Options::default() }).await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    deal.app.simulateur.pay(&session, Moyen::Carte).await.expect("the simulator agrees");
    deal.hand_over("checkout.session.completed").await;
    let dispute =
        deal.app.simulateur.dispute(&session, Some(montant_minor), false).expect("the simulator agrees");
    deal.hand_over("charge.dispute.created").await;
    (deal, dispute)
}
