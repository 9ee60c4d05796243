//! Wrong input to every route: a 4xx problem that names the field, and nothing written.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Bureau};
use uuid::Uuid;

/// Every route that takes a body: its method, its path, a right body.
fn routes(client: Uuid, deal: Uuid, ticket: Uuid, note: Uuid) -> Vec<(Method, String, Value)> {
    let (post, patch) = (Method::POST, Method::PATCH);
    vec![
        (post.clone(), "/api/clients".into(), json!({ "nom": "X", "type": "entreprise", "langue": "fr" })),
        (patch.clone(), format!("/api/clients/{client}"), json!({ "nom": "X" })),
        (
            post.clone(),
            format!("/api/clients/{client}/emails"),
            json!({ "expediteur": "x", "sujet": "x", "corps": "x" }),
        ),
        (post.clone(), format!("/api/clients/{client}/notes"), json!({ "texte": "x" })),
        (
            post.clone(),
            "/api/opportunites".into(),
            json!({ "clientId": client, "titre": "x", "montantEstime": "10", "devise": "EUR" }),
        ),
        (patch.clone(), format!("/api/opportunites/{deal}"), json!({ "titre": "x" })),
        (post.clone(), "/api/paiements/stripe/session".into(), json!({ "opportuniteId": deal })),
        (
            post.clone(),
            format!("/api/opportunites/{deal}/remboursements"),
            json!({ "montant": "1", "paiementId": deal }),
        ),
        (
            post.clone(),
            format!("/api/opportunites/{deal}/encaissement"),
            json!({ "moyen": "virement", "datePaiement": "2026-01-31", "montant": "100", "devise": "EUR" }),
        ),
        (
            post.clone(),
            "/api/tickets".into(),
            json!({ "clientId": client, "sujet": "x", "description": "x" }),
        ),
        (patch.clone(), format!("/api/tickets/{ticket}"), json!({ "statutTicket": "resolu" })),
        (post, format!("/api/tickets/{ticket}/messages"), json!({ "corps": "x" })),
        (patch, format!("/api/evenements/{note}"), json!({ "texte": "x" })),
    ]
}

/// A small world: a client, a deal, a ticket, a note.
async fn world(claire: &Bureau) -> (Uuid, Uuid, Uuid, Uuid) {
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let ticket = json!({ "clientId": client, "sujet": "s", "description": "d" });
    let ticket = tests::people::id(&claire.post("/api/tickets", ticket).await.expect(201));
    let note =
        claire.post(&format!("/api/clients/{client}/notes"), json!({ "texte": "n" })).await.expect(201);
    (client, deal, ticket, tests::people::id(&note))
}

fn is_problem(answer: &Answer, what: &str) {
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
}

#[tokio::test]
async fn every_field_that_is_mistyped_or_unknown_is_named() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (client, deal, ticket, note) = world(&claire).await;
    let jobs = app.count("SELECT count(*) FROM job_resultat").await;
    for (method, path, body) in routes(client, deal, ticket, note) {
        for champ in body.as_object().unwrap().keys() {
            for wrong in [json!({ "deep": [1] }), json!(true), json!("x\u{0}y"), json!("x".repeat(60_000))] {
                let mut changed = body.clone();
                changed[champ] = wrong.clone();
                let answer = claire.write(method.clone(), &path, changed).await;
                let what = format!("{method} {path} {champ}");
                is_problem(&answer, &what);
                assert!(answer.champs().contains(champ), "{what}: {}", answer.text);
            }
        }
        let mut more = body.clone();
        more["utilisateurId"] = json!(Uuid::from_u128(1));
        let answer = claire.write(method.clone(), &path, more).await;
        is_problem(&answer, &path);
        assert_eq!(answer.champs(), ["utilisateurId"], "{path}");
    }
    assert_eq!(app.count("SELECT count(*) FROM job_resultat").await, jobs, "nothing was enqueued");
}

#[tokio::test]
async fn every_missing_field_is_named_at_once() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (client, deal, ticket, _) = world(&claire).await;
    for (path, champs) in [
        ("/api/clients".to_owned(), vec!["nom"]),
        (format!("/api/clients/{client}/emails"), vec!["expediteur", "sujet", "corps"]),
        (format!("/api/clients/{client}/notes"), vec!["texte"]),
        ("/api/opportunites".to_owned(), vec!["clientId", "titre"]),
        ("/api/paiements/stripe/session".to_owned(), vec!["opportuniteId"]),
        (format!("/api/opportunites/{deal}/encaissement"), vec!["moyen"]),
        (format!("/api/opportunites/{deal}/remboursements"), vec!["montant"]),
        ("/api/tickets".to_owned(), vec!["clientId", "sujet", "description"]),
        (format!("/api/tickets/{ticket}/messages"), vec!["corps"]),
    ] {
        let answer = claire.post(&path, json!({})).await;
        is_problem(&answer, &path);
        for champ in champs {
            assert!(answer.champs().iter().any(|named| named == champ), "{path} {champ}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_everywhere() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (client, deal, ticket, note) = world(&claire).await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let bodies: [&[u8]; 7] =
        [b"", b"{", b"[]", b"null", b"\xff\xfe", deep.as_bytes(), &vec![b' '; 2 * 1024 * 1024]];
    for (method, path, _) in routes(client, deal, ticket, note) {
        for body in bodies {
            let request = claire.request(method.clone(), &path).header("Content-Type", "application/json");
            let answer = Answer::of(request.body(body.to_vec())).await;
            is_problem(&answer, &format!("{method} {path} {} bytes", body.len()));
        }
    }
}

#[tokio::test]
async fn an_id_that_is_unknown_or_none_is_not_found() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for id in [Uuid::from_u128(1).to_string(), "abc".into(), "..%2F..".into(), "%00".into()] {
        for path in ["clients", "opportunites", "tickets", "jobs"] {
            is_problem(&claire.get(&format!("/api/{path}/{id}")).await, path);
        }
        for path in ["clients", "opportunites", "evenements"] {
            let answer = claire.delete(&format!("/api/{path}/{id}")).await;
            is_problem(&answer, path);
        }
    }
    is_problem(&claire.get("/api/rien").await, "an unknown route");
    is_problem(&claire.write(Method::PUT, "/api/clients", json!({})).await, "an unknown method");
}

#[tokio::test]
async fn amounts_that_no_currency_has_are_refused_with_their_field() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for (montant, devise, champ) in [
        ("10.005", "EUR", "montantEstime"),
        ("0.5", "JPY", "montantEstime"),
        ("-1", "EUR", "montantEstime"),
        ("0", "EUR", "montantEstime"),
        ("1e400", "EUR", "montantEstime"),
        ("NaN", "EUR", "montantEstime"),
        ("10", "XYZQ", "devise"),
        ("10", "ZZZ", "devise"),
        ("10", "XXX", "devise"),
    ] {
        let body = json!({ "clientId": client, "titre": "x", "montantEstime": montant, "devise": devise });
        let answer = claire.post("/api/opportunites", body).await;
        is_problem(&answer, montant);
        assert_eq!(answer.champs(), [champ], "{montant} {devise}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_refusal_is_in_the_readers_language() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await;
    let french = portail.post("/tickets", json!({})).await;
    claire.patch(&format!("/api/clients/{client}"), json!({ "langue": "en" })).await.expect(200);
    let english = portail.post("/tickets", json!({})).await;
    assert_eq!(french.champs(), english.champs());
    assert_ne!(french.text, english.text);
}
