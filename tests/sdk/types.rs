//! What the worker sends, and what the simulator answers, against the types that Stripe publishes with its Node SDK.

use std::fmt::Write as _;
use std::process::Command;

use sandbox::simulateur::{Moyen, Options, Requete, Simulateur};
use serde_json::{Value, json};
use tests::{App, until};

use crate::tools;

/// Stripe's type of the parameters of a request; what the worker learns to send is named here.
fn type_of(request: &Requete) -> &'static str {
    let steps: Vec<_> = request.chemin.trim_start_matches("/v1/").split('/').collect();
    match (request.methode.as_str(), steps.as_slice()) {
        ("POST", ["checkout", "sessions"]) => "Form<Stripe.Checkout.SessionCreateParams>",
        ("POST", ["checkout", "sessions", _, "expire"]) => "Form<Stripe.Checkout.SessionExpireParams>",
        ("GET", ["checkout", "sessions"]) => "Form<Stripe.Checkout.SessionListParams>",
        ("GET", ["checkout", "sessions", _]) => "Form<Stripe.Checkout.SessionRetrieveParams>",
        ("GET", ["events"]) => "Form<Stripe.EventListParams>",
        ("GET", ["events", _]) => "Form<Stripe.EventRetrieveParams>",
        ("POST", ["refunds"]) => "Form<Stripe.RefundCreateParams>",
        ("GET", ["refunds"]) => "Form<Stripe.RefundListParams>",
        ("GET", ["refunds", _]) => "Form<Stripe.RefundRetrieveParams>",
        ("GET", ["disputes"]) => "Form<Stripe.DisputeListParams>",
        ("GET", ["disputes", _]) => "Form<Stripe.DisputeRetrieveParams>",
        ("GET", ["charges", _]) => "Form<Stripe.ChargeRetrieveParams>",
        ("GET", ["payment_intents", _]) => "Form<Stripe.PaymentIntentRetrieveParams>",
        ("GET", ["webhook_endpoints"]) => "Form<Stripe.WebhookEndpointListParams>",
        ("GET", ["account"]) => "Form<Stripe.AccountRetrieveCurrentParams>",
        _ => panic!("{} {}: name Stripe's type of its parameters", request.methode, request.chemin),
    }
}

/// Asks TypeScript whether each value is of its type; its complaints, or `None` where it cannot be had.
async fn complaints(values: &[(&str, &Value)]) -> Option<String> {
    let modules = tools::modules()?;
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(&modules, dir.path().join("node_modules")).unwrap();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/sdk/types.ts"), dir.path().join("types.ts")).unwrap();
    let mut source = "import type { Form, Json, Stripe } from './types';\n".to_owned();
    for (number, (kind, value)) in values.iter().enumerate() {
        writeln!(source, "export const v{number}: {kind} = {value};").unwrap();
    }
    std::fs::write(dir.path().join("values.ts"), source).unwrap();
    let mut tsc = Command::new(modules.join(".bin/tsc"));
    tsc.current_dir(dir.path()).args(["--noEmit", "--strict", "--skipLibCheck", "--types", ""]);
    tsc.args(["--module", "esnext", "--moduleResolution", "bundler", "--target", "esnext", "values.ts"]);
    let output = tools::run(tsc).await;
    let said = tools::said(&output);
    assert_eq!(output.status.success(), said.trim().is_empty(), "{said}");
    Some(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_worker_is_of_stripes_type() {
    if tools::modules().is_none() {
        return;
    }
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Boulangerie « Dupont & fils »").await;
    for (titre, montant) in [("Site", "1200.50"), ("Une refonte, 2ᵉ partie [lot 3]", "50")] {
        let deal = claire.add_won_deal(client, titre, montant).await;
        claire.pay_link(deal).await;
        let session = claire.session_id(deal).await;
        if titre == "Site" {
            app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
            until("the deal is paid", || async {
                (claire.deal(deal).await["statutPaiement"] == "paye").then_some(())
            })
            .await;
        } else {
            // Another price closes the session at Stripe.
            claire.patch(&format!("/api/opportunites/{deal}"), json!({ "montantEstime": "60" })).await;
            let expired = async || app.simulateur.session(&session).unwrap().statut == "expired";
            until("the session is closed", || async { expired().await.then_some(()) }).await;
        }
    }
    let requests = app.simulateur.requests();
    let values: Vec<_> = requests.iter().map(|request| (type_of(request), &request.params)).collect();
    let of_kind = |kind: &str| values.iter().filter(|(name, _)| name.contains(kind)).count();
    assert!(of_kind("SessionCreateParams") >= 2 && of_kind("SessionExpireParams") >= 1, "{requests:?}");
    assert_eq!(complaints(&values).await.unwrap(), "");

    // The same judge refuses what Stripe does not know.
    let created = requests.iter().find(|request| request.chemin == "/v1/checkout/sessions").unwrap();
    for (path, wrong, word) in [
        ("/montant", json!("12"), "montant"),
        ("/expires_at", json!("demain"), "demain"),
        ("/mode", json!("paiement"), "paiement"),
        ("/metadata", json!("o1"), "MetadataParam"),
        ("/line_items/0/price_data/product_data/titre", json!("x"), "titre"),
        ("/payment_intent_data/metadonnees", json!({}), "metadonnees"),
    ] {
        let mut params = created.params.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        params.pointer_mut(parent).unwrap()[name] = wrong;
        let said = complaints(&[(type_of(created), &params)]).await.unwrap();
        assert!(said.contains("error TS") && said.contains(word), "{path}: {said}");
    }
}

/// Everything that may happen, once.
async fn lived(simulateur: &Simulateur) {
    let asked = [
        ("mode", "payment"),
        ("success_url", "http://127.0.0.1:1/merci"),
        ("line_items[0][quantity]", "2"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "5000"),
        ("line_items[0][price_data][product_data][name]", "Refonte"),
    ];
    let url = format!("{}/v1/checkout/sessions", simulateur.base());
    let http = reqwest::Client::new();
    let session = async || {
        let answer = http.post(&url).bearer_auth("sk_test_51Simulateur").form(&asked).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    };
    for moyen in [Moyen::Carte, Moyen::CarteRefusee, Moyen::Sepa, Moyen::SepaEchec] {
        let id = session().await;
        simulateur.pay(&id, moyen).await.unwrap();
        match moyen {
            Moyen::Carte => {
                let refund = simulateur.refund(&id, Some(100)).unwrap();
                simulateur.settle_refund(&refund, false).unwrap();
                let refund = simulateur.refund_slowly(&id, Some(100)).unwrap();
                simulateur.settle_refund(&refund, true).unwrap();
                let dispute = simulateur.dispute(&id, None, false).unwrap();
                simulateur.close_dispute(&dispute, true).unwrap();
            }
            Moyen::CarteRefusee => simulateur.expire(&id).unwrap(),
            Moyen::Sepa => {
                simulateur.settle_debit(&id, None).unwrap();
                let inquiry = simulateur.dispute(&id, None, true).unwrap();
                simulateur.close_dispute(&inquiry, false).unwrap();
            }
            Moyen::SepaEchec => simulateur.settle_debit(&id, None).unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_of_the_simulator_is_of_stripes_type() {
    if tools::modules().is_none() {
        return;
    }
    let simulateur = Simulateur::start(Options::default()).await.unwrap();
    simulateur.set_webhook(Some(sandbox::simulateur::Endpoint {
        url: "http://127.0.0.1:1/".to_owned(),
        secret: "whsec_x".to_owned(),
        types: Vec::new(),
    }));
    lived(&simulateur).await;
    let http = reqwest::Client::new();
    let get = async |path: &str| {
        let url = format!("{}{path}", simulateur.base());
        let answer = http.get(url).bearer_auth("sk_test_51Simulateur").send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        answer.json::<Value>().await.unwrap()
    };
    let events = get("/v1/events?limit=100").await;
    let id = |object: &str| {
        let about = events["data"].as_array().unwrap().iter().map(|event| &event["data"]["object"]);
        let found = about.into_iter().find(|about| about["object"] == object);
        found.unwrap_or_else(|| panic!("no {object}"))["id"].as_str().unwrap().to_owned()
    };
    let session = format!("/v1/checkout/sessions/{}", id("checkout.session"));
    let mut values = Vec::new();
    for event in events["data"].as_array().unwrap() {
        values.push(("Stripe.Event", event.clone()));
    }
    for (kind, path) in [
        ("Stripe.Checkout.Session", session.clone()),
        ("Stripe.ApiList<Stripe.Checkout.Session>", "/v1/checkout/sessions".to_owned()),
        ("Stripe.ApiList<Stripe.LineItem>", format!("{session}/line_items")),
        (
            "Stripe.PaymentIntent",
            format!("/v1/payment_intents/{}?expand[]=latest_charge", id("payment_intent")),
        ),
        ("Stripe.ApiList<Stripe.PaymentIntent>", "/v1/payment_intents".to_owned()),
        ("Stripe.Charge", format!("/v1/charges/{}", id("charge"))),
        ("Stripe.Refund", format!("/v1/refunds/{}", id("refund"))),
        ("Stripe.ApiList<Stripe.Refund>", "/v1/refunds".to_owned()),
        ("Stripe.Dispute", format!("/v1/disputes/{}", id("dispute"))),
        ("Stripe.ApiList<Stripe.Dispute>", "/v1/disputes".to_owned()),
        ("Stripe.ApiList<Stripe.Event>", "/v1/events?limit=3".to_owned()),
        ("Stripe.ApiList<Stripe.WebhookEndpoint>", "/v1/webhook_endpoints".to_owned()),
        ("Stripe.Account", "/v1/account".to_owned()),
    ] {
        values.push((kind, get(&path).await));
    }
    let kinds: Vec<_> = values.iter().map(|(kind, _)| format!("Json<{kind}>")).collect();
    let values: Vec<_> = values.iter().zip(&kinds).map(|((_, value), kind)| (kind.as_str(), value)).collect();
    assert_eq!(complaints(&values).await.unwrap(), "");

    // The same judge misses a field that Stripe always sends.
    let mut session = get(&session).await;
    session.as_object_mut().unwrap().remove("payment_status");
    let said = complaints(&[("Json<Stripe.Checkout.Session>", &session)]).await.unwrap();
    assert!(said.contains("payment_status"), "{said}");
}
