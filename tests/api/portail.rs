//! `/api/portail/{token}`: what a client sees, and for how long.

use serde_json::{Value, json};
use tests::{App, Bureau, Portail};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn the_portal_shows_exactly_what_the_contract_lists() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    claire.add_won_deal(client, "Site", "1200.50").await;
    let hidden = json!({ "clientId": client, "titre": "Secret", "montantEstime": "5", "devise": "EUR", "etapePipeline": "proposition" });
    claire.post("/api/opportunites", hidden).await.expect(201);
    claire
        .post(&format!("/api/clients/{client}/notes"), json!({ "texte": "note interne" }))
        .await
        .expect(201);
    let portail = claire.open_portail(client).await;
    portail.post("/tickets", json!({ "sujet": "Couleur", "description": "Bleu ?" })).await.expect(201);

    let answer = portail.get("").await;
    let seen = answer.expect(200);
    assert_eq!(keys(&seen), ["client", "freelance", "opportunites", "tickets"]);
    assert_eq!(keys(&seen["client"]), ["nom", "type"]);
    assert!(keys(&seen["freelance"]).iter().all(|key| ["logo", "nom"].contains(key)));
    assert_eq!(seen["opportunites"].as_array().unwrap().len(), 1);
    let deal = &seen["opportunites"][0];
    let allowed =
        ["devise", "echeance", "id", "lienPaiement", "montant", "statutPaiement", "titre", "urlPaiement"];
    assert!(keys(deal).iter().all(|key| allowed.contains(key)), "{deal}");
    assert_eq!((&deal["montant"], &deal["urlPaiement"]), (&json!("1200.50"), &json!(null)));
    assert_eq!(keys(&seen["tickets"][0]), ["dateCreation", "id", "statutTicket", "sujet", "typeTicket"]);
    for secret in ["note interne", "Secret", "claire@example.org", "contact@example.org"] {
        assert!(!answer.text.contains(secret), "{secret}");
    }
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_new_link_kills_the_old_one_and_revoking_kills_both() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let first = claire.open_portail(client).await;
    let second = claire.open_portail(client).await;
    assert_ne!(first.token, second.token);
    assert_eq!(first.token.len(), 96);
    let dead = first.get("").await;
    dead.expect(404);
    second.get("").await.expect(200);
    claire.delete(&format!("/api/clients/{client}/portail")).await.expect(200);
    second.get("").await.expect(404);
    // What never was looks as what no longer is.
    let never = Portail::visit(&format!("{}/portail/{}", app.base, "0".repeat(96)), &app.base);
    assert_eq!(never.get("").await.text, dead.text);
}

#[tokio::test]
async fn no_token_stands_in_the_database_the_queue_or_the_logs() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let portail = claire.open_portail(client).await;
    let link = claire.pay_link(deal).await;
    portail.get("").await.expect(200);
    portail.post("/tickets", json!({ "sujet": "s", "description": "d" })).await.expect(201);
    // Without a worker, what is pushed stays where it can be seen.
    app.kill_workers();
    let waiting = json!({ "sujet": "en attente", "description": "d" });
    portail.push("/tickets", waiting).await.expect(202);
    let payer = link["lienPaiement"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for table in [
        "client",
        "opportunite",
        "session_paiement",
        "job_resultat",
        "evenement_timeline",
        "evenement_stripe",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t"));
        let dump: String = sqlx::query_scalar(sql).fetch_one(&app.db).await.unwrap();
        for token in [&portail.token, &payer] {
            assert!(!dump.contains(token.as_str()), "{table}");
        }
    }
    let dump = app.dump_redis().await;
    assert!(dump.contains("job"), "the dump shows what Redis holds");
    assert!(!dump.contains(&portail.token) && !dump.contains(&payer), "{dump}");
    for log in [app.log("edge"), app.log("worker")] {
        assert!(!log.contains(&portail.token) && !log.contains(&payer), "{log}");
    }
}

#[tokio::test]
async fn a_clients_job_is_read_by_that_client_alone() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (a, b) = (claire.add_client("A").await, claire.add_client("B").await);
    let (a, b) = (claire.open_portail(a).await, claire.open_portail(b).await);
    let asked = reqwest::Client::new()
        .post(format!("{}/api/portail/{}/tickets", app.base, a.token))
        .header("Origin", &app.base)
        .json(&json!({ "sujet": "s", "description": "d" }));
    let accepted = tests::Answer::of(asked).await;
    let job = accepted.expect(202)["jobId"].as_str().unwrap().to_owned();
    assert!(accepted.header("location").ends_with(&format!("/jobs/{job}")));
    tests::until("the ticket is there", || async {
        (a.get(&format!("/jobs/{job}")).await.expect(200)["statut"] == "termine").then_some(())
    })
    .await;
    b.get(&format!("/jobs/{job}")).await.expect(404);
    claire.get(&format!("/api/jobs/{job}")).await.expect(404);
    Bureau::stranger(&app).get(&format!("/api/jobs/{job}")).await.expect(401);
}

#[tokio::test]
async fn guessing_links_is_limited_and_locks_no_valid_link_out() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let guess = Portail::visit(&format!("{}/portail/{}", app.base, "0".repeat(96)), &app.base);
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(guess.get("").await.status.as_u16());
    }
    assert_eq!((statuses[0], *statuses.last().unwrap()), (404, 429));
    portail.get("").await.expect(200);
}

#[tokio::test]
async fn a_link_that_dies_while_its_holder_waits_shows_nothing() {
    let mut app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    app.kill_workers();
    let asked = tokio::spawn({
        let portail = portail.clone();
        async move { portail.post("/tickets", json!({ "sujet": "s", "description": "d" })).await }
    });
    tests::until("the job waits", || async { app.dump_redis().await.contains("CreateTicket").then_some(()) })
        .await;
    sqlx::query("UPDATE client SET token_portail_hash = NULL, token_portail_scelle = NULL")
        .execute(&app.db)
        .await
        .unwrap();
    app.start_worker();
    asked.await.unwrap().expect(404);
    assert_eq!(app.count("SELECT count(*) FROM ticket").await, 1, "the job outlives the link");
}

#[tokio::test]
async fn an_error_says_what_what_to_do_and_leads_a_client_to_no_page_of_the_back_office() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let portail = claire.open_portail(client).await;
    let stranger = Bureau::stranger(&app);
    let page = async |path: &str, langue: &str| {
        let request = stranger.request(reqwest::Method::GET, path).header("accept-language", langue);
        tests::Answer::of(request).await
    };

    let lost = format!("/portail/{}/tickets/{}", portail.token, deal);
    let (root, home) =
        (format!(r#"class="button" href="/portail/{}""#, portail.token), r#"class="button" href="/""#);
    let shown = page(&lost, "fr").await;
    assert_eq!(shown.status, 404);
    assert!(shown.text.contains("Page introuvable") && shown.text.contains(&root), "{}", shown.text);
    assert!(!shown.text.contains(home), "{}", shown.text);
    let shown = page("/rien", "en").await;
    assert!(shown.text.contains("Page not found") && shown.text.contains(home), "{}", shown.text);

    // The freelancer's own one-time links send nobody to a provider.
    let jeton = "0".repeat(64);
    for (langue, title, other, provider) in [
        ("fr", "Ce lien n’ouvre rien", "Demander un autre lien", "prestataire"),
        ("en", "This link opens nothing", "Ask for another link", "provider"),
    ] {
        let reset = page(&format!("/mot-de-passe/{jeton}"), langue).await;
        assert!(reset.text.contains(title) && reset.text.contains(other), "{}", reset.text);
        assert!(reset.text.contains(r#"href="/mot-de-passe-oublie""#), "{}", reset.text);
        let setup = page(&format!("/installation/{jeton}"), langue).await;
        assert!(setup.text.contains(title) && setup.text.contains("worker setup-link"), "{}", setup.text);
        let client = page(&format!("/payer/{jeton}"), langue).await;
        assert!(client.text.contains(title) && client.text.contains(provider), "{}", client.text);
        assert!(!reset.text.contains(provider) && !setup.text.contains(provider));
    }
}

#[tokio::test]
async fn a_payment_is_asked_for_once_on_the_portal() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let first = claire.add_won_deal(client, "Site", "100").await;
    let portail = claire.open_portail(client).await;
    let lien = claire.pay_link(first).await["lienPaiement"].as_str().unwrap().to_owned();
    let asked = async || claire.get(&format!("/portail/{}", portail.token)).await.text;
    assert_eq!(asked().await.matches(&lien).count(), 1, "one deal, one button");
    let second = claire.add_won_deal(client, "Logo", "50").await;
    let autre = claire.deal(second).await["lienPaiement"].as_str().unwrap().to_owned();
    let page = asked().await;
    assert_eq!((page.matches(&lien).count(), page.matches(&autre).count()), (1, 1), "{page}");
}
