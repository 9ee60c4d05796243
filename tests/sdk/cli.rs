//! Stripe's command line drives the simulator: `trigger`, `events list`, `events resend`.

use sandbox::simulateur::{Options, Outcome, Simulateur};
use serde_json::Value;
use tests::{App, until};

use crate::tools;

/// Runs `stripe …` against a simulator: what it wrote, if the command line is here.
async fn stripe(simulateur: &Simulateur, arguments: &[&str]) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let mut command = tools::cli(home.path())?;
    command.args(arguments).args(["--api-base", simulateur.base(), "--api-key", "sk_test_51GuichetParcours"]);
    let output = tools::run(command).await;
    assert!(output.status.success(), "{arguments:?}: {}", tools::said(&output));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_triggers_each_event_that_matters() {
    let simulateur = Simulateur::start(Options::default()).await.unwrap();
    for kind in [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "charge.refunded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
    ] {
        let before = simulateur.events(kind).len();
        let Some(said) = stripe(&simulateur, &["trigger", kind]).await else { return };
        assert!(said.contains("Trigger succeeded"), "{said}");
        assert_eq!(simulateur.events(kind).len(), before + 1, "{kind}");
    }
    let listed = stripe(&simulateur, &["events", "list", "--limit", "2", "--type", "charge.dispute.*"]).await;
    let listed: Value = serde_json::from_str(&listed.unwrap()).unwrap();
    let kinds: Vec<_> = listed["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["charge.dispute.closed", "charge.dispute.created"]);
    assert_eq!(listed["has_more"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_triggers_and_resends_what_the_product_takes() {
    let app = App::start().await;
    let kind = "checkout.session.completed";
    if stripe(&app.simulateur, &["trigger", kind]).await.is_none() {
        return;
    }
    let event = app.simulateur.events(kind)[0]["id"].as_str().unwrap().to_owned();
    let stored = "SELECT count(*) FROM evenement_stripe WHERE type = 'checkout.session.completed'";
    app.until_count(stored, 1).await;
    let resent = stripe(&app.simulateur, &["events", "resend", &event, "--confirm"]).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&resent).unwrap()["id"], event, "{resent}");
    until("it was sent twice and taken twice", || async {
        let sent = app.simulateur.deliveries();
        let taken = sent.iter().filter(|one| one.evenement == event && one.etat == Outcome::Livree);
        (taken.count() == 2).then_some(())
    })
    .await;
    app.until_count(stored, 1).await;
}
