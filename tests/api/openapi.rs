//! `GET /api/openapi.json`: a document that cannot be wrong unseen. Whatever any test is answered is held against it
//! (`tests/src/openapi.rs`); here it is held against the URL table and the fields that are read, and everything that
//! it promises is seen once.

use std::collections::BTreeSet;
use std::process::Command;

use reqwest::{Method, RequestBuilder};
use sandbox::simulateur::Moyen;
use serde_json::{Map, Value, json};
use tests::app::{PASSWORD, prefer_wait};
use tests::openapi::{DOCUMENT, Operation, operations, seen};
use tests::people::id;
use tests::routes::{WEBHOOK, routes};
use tests::{Answer, App, Bureau, Options};
use uuid::Uuid;

#[tokio::test]
async fn anybody_may_read_it_and_keep_it() {
    let app = App::start().await;
    let answer = Bureau::stranger(&app).get("/api/openapi.json").await;
    assert_eq!(answer.expect(200), *DOCUMENT);
    assert_eq!(answer.header("cache-control"), "public, no-cache");
    assert_eq!(DOCUMENT["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn it_has_every_route_and_no_other_and_says_which_need_no_account() {
    let described = |path: &str| path.starts_with("/api/") || ["/sante", "/pret"].contains(&path);
    let table: BTreeSet<_> = routes()
        .into_iter()
        .filter(|route| described(&route.path))
        .map(|route| {
            let public = route.is_public() || route.path == WEBHOOK;
            (route.path, route.method.to_string(), public)
        })
        .collect();
    let document: BTreeSet<_> = operations()
        .into_iter()
        .map(|it| {
            let public = it.described["security"] == json!([]);
            (it.path, it.method.to_string(), public)
        })
        .collect();
    let difference: Vec<_> = table.symmetric_difference(&document).collect();
    assert!(difference.is_empty(), "the URL table and the document differ: {difference:?}");
}

#[test]
fn it_is_openapi_as_a_linter_knows_it() {
    let modules = sandbox::place::repository().join("target/web/node_modules");
    assert!(
        modules.join("@redocly").exists(),
        "@redocly/openapi-core is missing: `make outils-test` fetches it"
    );
    let dir = tempfile::tempdir().unwrap();
    let complaints = |document: &Value| {
        let file = dir.path().join("openapi.json");
        std::fs::write(&file, document.to_string()).unwrap();
        let mut node = Command::new("node");
        node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/api/openapi.cjs"))
            .arg(file)
            .env("NODE_PATH", &modules);
        let output = node.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complaints(&DOCUMENT), "");
    // The same judge refuses what is no OpenAPI.
    for (pointer, wrong, word) in [
        ("/paths/~1api~1clients/get/responses/200/description", json!(7), "description"),
        ("/paths/~1api~1clients/get/operationId", json!("createClient"), "operationId"),
        ("/paths/~1api~1clients~1{id}/get/parameters", json!([]), "`{id}`"),
        ("/components/parameters/id/in", json!("chemin"), "in"),
        ("/components/schemas/Job/properties/erreur/$ref", json!("#/components/schemas/Erreur"), "resolve"),
    ] {
        let mut document = DOCUMENT.clone();
        *document.pointer_mut(pointer).unwrap() = wrong;
        let said = complaints(&document);
        assert!(said.contains(word), "{pointer}: {said}");
    }
}

/// Every text of the sources that may be a field's name.
fn words() -> BTreeSet<String> {
    let edge = sandbox::place::repository().join("edge/src");
    let folders =
        ["commands", "api/bureau", "api/public"].map(|it| std::fs::read_dir(edge.join(it)).unwrap());
    let files = folders.into_iter().flatten().map(|file| file.unwrap().path());
    let texts = files.chain([edge.join("connexion.rs")]).map(|file| std::fs::read_to_string(file).unwrap());
    let is_name = |word: &&str| word.len() < 30 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: BTreeSet<_> = texts
        .flat_map(|text| text.split('"').filter(is_name).map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    assert!(words.contains("montantEstime") && words.contains("apres"), "{words:?}");
    words
}

/// Where an operation is tried: nothing stands there, and nobody asks before the fields are read.
fn place(operation: &Operation, portail: &str) -> String {
    let id = Uuid::nil().to_string();
    operation.path.replace("{id}", &id).replace("{evt}", "evt_1").replace("{token}", portail)
}

/// The fields that an answer names, parted: those that nobody reads, those that must be there, and the others.
fn told(answer: &Answer, what: &str) -> [BTreeSet<String>; 3] {
    let problem = answer.json();
    let errors = problem["erreurs"].as_array().unwrap_or_else(|| panic!("{what}: {}", answer.text)).clone();
    let with = |wanted: fn(&str) -> bool| {
        let it = errors.iter().filter(|error| wanted(error["code"].as_str().unwrap()));
        it.map(|error| error["champ"].as_str().unwrap().to_owned()).collect()
    };
    [
        with(|code| code == "champ-inconnu"),
        with(|code| code == "champ-requis"),
        with(|code| code != "champ-inconnu" && code != "champ-requis"),
    ]
}

#[tokio::test]
async fn the_fields_that_it_names_are_those_that_are_read() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let portail = claire.open_portail(client).await.token;
    let words = words();
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let (mut bodies, mut queries) = (0, 0);
    for operation in operations() {
        let what = format!("{} {}", operation.method, operation.path);
        let path = place(&operation, &portail);
        if operation.path == WEBHOOK {
            continue;
        }
        if let Some(schema) = operation.body() {
            bodies += 1;
            let send = async |body: Value| {
                Answer::of(claire.request(operation.method.clone(), &path).json(&body)).await
            };
            let known: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
            let others: Vec<_> = words.difference(&known).collect();
            // Ten unknown fields are told by name; the rest would not be.
            for unknown in others.chunks(10) {
                let body: Map<_, _> = known
                    .iter()
                    .chain(unknown.iter().copied())
                    .map(|name| (name.clone(), json!([])))
                    .collect();
                let answer = send(body.into()).await;
                answer.expect(422);
                let [ignored, required, wrong] = told(&answer, &what);
                assert_eq!(
                    ignored,
                    unknown.iter().map(|it| (*it).clone()).collect(),
                    "{what}: not in the document"
                );
                assert_eq!(&wrong | &required, known, "{what}: in the document, but never read");
            }
            let required = names(&schema["required"]);
            let answer = send(json!({})).await;
            answer.expect(422);
            if !required.is_empty() {
                assert_eq!(told(&answer, &what)[1], required, "{what}: what must be there");
            }
        } else if operation.method == Method::GET
            && operation.path.starts_with("/api/")
            && !operation.query().is_empty()
        {
            queries += 1;
            let known: BTreeSet<_> = operation.query().into_iter().map(str::to_owned).collect();
            let others: Vec<_> = words.difference(&known).collect();
            for unknown in others.chunks(10) {
                let query = known.iter().chain(unknown.iter().copied()).map(|name| format!("{name}=%01"));
                let path = format!("{path}?{}", query.collect::<Vec<_>>().join("&"));
                let answer = claire.get(&path).await;
                answer.expect(422);
                let [ignored, _, wrong] = told(&answer, &what);
                assert_eq!(
                    ignored,
                    unknown.iter().map(|it| (*it).clone()).collect(),
                    "{what}: not in the document"
                );
                assert_eq!(wrong, known, "{what}: in the document, but never read");
            }
        }
    }
    assert!(bodies > 15 && queries > 4, "{bodies} bodies, {queries} queries");
}

/// Asks twice for the same write: once in passing (202), once waiting for what becomes of it.
async fn done(request: RequestBuilder) -> Value {
    let request = request.header("Idempotency-Key", rand::random::<u128>().to_string());
    Answer::of(request.try_clone().unwrap()).await.expect(202);
    let answer = Answer::of(request.header("Prefer", prefer_wait())).await;
    assert!(answer.status.is_success() && answer.status != 202, "{} {}", answer.status, answer.text);
    answer.json()
}

async fn wrote(who: &Bureau, method: &str, path: &str, body: Value) -> Value {
    done(who.request(method.parse().unwrap(), path).json(&body)).await
}

async fn pressed(who: &Bureau, method: &str, path: &str) -> Value {
    done(who.request(method.parse().unwrap(), path)).await
}

async fn account(app: &App, claire: &Bureau) {
    claire.get("/api/utilisateur").await.expect(200);
    wrote(claire, "PATCH", "/api/utilisateur", json!({ "nom": "Claire M.", "langue": "fr" })).await;
    let logo = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x20\x08\x06\0\0\0\0\0\0\0".to_vec();
    let put = claire.request(Method::PUT, "/api/utilisateur/logo").header("Content-Type", "image/png");
    done(put.body(logo)).await;
    let other = Bureau::sign_in(app, "claire@example.org").await;
    let sessions = claire.get("/api/sessions").await.expect(200);
    let session = sessions[1]["id"].as_str().unwrap();
    claire.delete(&format!("/api/sessions/{session}")).await.expect(204);
    other.get("/api/utilisateur").await.expect(401);
    claire.delete("/api/sessions").await.expect(204);
    let asked = json!({ "nom": "Export", "motDePasseActuel": PASSWORD });
    let path = "/api/utilisateur/jetons";
    Answer::of(claire.request(Method::POST, path).json(&asked)).await.expect(202);
    let jeton = id(&claire.post(path, asked).await.expect(201));
    claire.get(path).await.expect(200);
    pressed(claire, "DELETE", &format!("/api/utilisateur/jetons/{jeton}")).await;
    let passwords = json!({ "motDePasseActuel": PASSWORD, "motDePasse": "un autre mot de passe" });
    claire.post("/api/utilisateur/mot-de-passe", passwords).await.expect(204);
}

async fn timeline(claire: &Bureau, client: Uuid) {
    let path = format!("/api/clients/{client}");
    let mail = json!({ "expediteur": "a@b.example", "sujet": "Devis", "corps": "Bonjour", "dateEvenement": "2026-03-01T10:00:00Z" });
    wrote(claire, "POST", &format!("{path}/emails"), mail.clone()).await;
    assert_eq!(claire.post(&format!("{path}/emails"), mail).await.expect(200)["dejaLa"], true);
    let eml =
        claire.request(Method::POST, &format!("{path}/emails")).header("Content-Type", "message/rfc822");
    done(eml.body("From: c@d.example\nSubject: Suite\n\nBonjour")).await;
    let note = id(&wrote(claire, "POST", &format!("{path}/notes"), json!({ "texte": "n" })).await);
    wrote(claire, "PATCH", &format!("/api/evenements/{note}"), json!({ "texte": "m" })).await;
    pressed(claire, "DELETE", &format!("/api/evenements/{note}")).await;
    claire.get(&format!("{path}/timeline?typeEvenement=email_client&limite=1")).await.expect(200);
}

async fn tickets(claire: &Bureau, client: Uuid) {
    let ticket =
        json!({ "clientId": client, "sujet": "Couleur", "description": "Bleu ?", "typeTicket": "bug" });
    let ticket = id(&wrote(claire, "POST", "/api/tickets", ticket).await);
    let path = format!("/api/tickets/{ticket}");
    wrote(claire, "PATCH", &path, json!({ "statutTicket": "en_cours" })).await;
    wrote(claire, "POST", &format!("{path}/messages"), json!({ "corps": "Rouge." })).await;
    claire.get(&path).await.expect(200);
    claire.get("/api/tickets?limite=1").await.expect(200);
}

async fn portal(app: &App, claire: &Bureau, client: Uuid) {
    pressed(claire, "POST", &format!("/api/clients/{client}/portail")).await;
    let path = format!("/api/portail/{}", claire.open_portail(client).await.token);
    let visitor = Bureau::stranger(app);
    let question = json!({ "sujet": "Fond", "description": "Noir ?" });
    let ticket = id(&wrote(&visitor, "POST", &format!("{path}/tickets"), question).await);
    let answer = json!({ "corps": "Ou blanc ?" });
    wrote(&visitor, "POST", &format!("{path}/tickets/{ticket}/messages"), answer.clone()).await;
    let asked = visitor.request(Method::POST, &format!("{path}/tickets/{ticket}/messages")).json(&answer);
    let job = Answer::of(asked).await.expect(202)["jobId"].as_str().unwrap().to_owned();
    let waited = visitor.request(Method::GET, &format!("{path}/jobs/{job}")).header("Prefer", prefer_wait());
    assert_eq!(Answer::of(waited).await.expect(200)["statut"], "termine");
    let portail = visitor.get(&path).await.expect(200);
    assert!(!portail["tickets"].as_array().unwrap().is_empty());
    assert!(!portail["opportunites"].as_array().unwrap().is_empty());
    let news = claire.get(&format!("/api/tickets/{ticket}")).await.expect(200)["nouvelleId"].clone();
    pressed(claire, "POST", &format!("/api/evenements/{}/lecture", news.as_str().unwrap())).await;
    pressed(claire, "DELETE", &format!("/api/clients/{client}/portail")).await;
}

async fn payments(app: &App, claire: &Bureau, client: Uuid) {
    let deal = json!({ "clientId": client, "titre": "Site", "montantEstime": "1200.50", "devise": "EUR",
                       "echeance": "2026-04-01", "etapePipeline": "gagne" });
    let paid = id(&wrote(claire, "POST", "/api/opportunites", deal).await);
    let path = format!("/api/opportunites/{paid}");
    wrote(claire, "POST", "/api/paiements/stripe/session", json!({ "opportuniteId": paid })).await;
    app.simulateur.pay(&claire.session_id(paid).await, Moyen::Carte).await.unwrap();
    app.until_count("SELECT count(*) FROM paiement", 1).await;
    wrote(claire, "POST", &format!("{path}/remboursements"), json!({ "montant": "100" })).await;
    app.until_count("SELECT count(*) FROM paiement WHERE type = 'rembourse'", 1).await;
    pressed(claire, "POST", &format!("{path}/verification")).await;
    let money = claire.get(&format!("{path}/paiements")).await.expect(200);
    for what in ["sessions", "paiements", "remboursements"] {
        assert!(!money[what].as_array().unwrap().is_empty(), "{what}");
    }
    let receipts = claire.get(&format!("{path}/recus")).await.expect(200);
    assert!(!receipts[0]["remboursements"].as_array().unwrap().is_empty());
    let events = claire.get(&format!("{path}/evenements-stripe")).await.expect(200);
    let event = format!("{path}/evenements-stripe/{}", events[0]["stripeEventId"].as_str().unwrap());
    claire.get(&event).await.expect(200);
    pressed(claire, "POST", &format!("{event}/rejeu")).await;
    claire.delete(&path).await.expect(409);

    let by_transfer = claire.add_won_deal(client, "Logo", "80").await;
    let path = format!("/api/opportunites/{by_transfer}");
    wrote(claire, "PATCH", &path, json!({ "montantEstime": 90, "echeance": null })).await;
    claire.pay_link(by_transfer).await;
    pressed(claire, "POST", &format!("{path}/envoi")).await;
    pressed(claire, "DELETE", &format!("{path}/lien")).await;
    let cash = json!({ "moyen": "especes", "datePaiement": "2026-03-31", "montant": "90", "devise": "EUR" });
    wrote(claire, "POST", &format!("{path}/encaissement"), cash).await;
    pressed(claire, "DELETE", &format!("{path}/encaissement")).await;
    let lost = claire.add_won_deal(client, "Rien", "10").await;
    pressed(claire, "DELETE", &format!("/api/opportunites/{lost}")).await;
    claire.get("/api/opportunites?limite=1&etapePipeline=gagne").await.expect(200);
}

async fn problems(claire: &Bureau, client: Uuid) {
    let post = |path: &str| claire.request(Method::POST, path).header("Prefer", prefer_wait());
    let json = |request: RequestBuilder, body| request.header("Content-Type", "application/json").body(body);
    Answer::of(json(post("/api/clients"), "[")).await.expect(400);
    Answer::of(post("/api/clients").body("x").header("Content-Type", "text/plain")).await.expect(415);
    Answer::of(claire.bare(Method::POST, "/api/clients")).await.expect(403);
    claire.get("/api/rien").await.expect(404);
    Answer::of(claire.request(Method::PUT, "/api/clients")).await.expect(405);
    let deal = json!({ "clientId": client, "titre": "Un jour" });
    let deal = id(&wrote(claire, "POST", "/api/opportunites", deal).await);
    let refused = claire.post("/api/paiements/stripe/session", json!({ "opportuniteId": deal })).await;
    let job = refused.expect(409)["jobId"].as_str().unwrap().to_owned();
    let seen = claire.get(&format!("/api/jobs/{job}")).await.expect(200);
    assert_eq!((&seen["statut"], seen["erreur"].is_object()), (&json!("rejete"), true));
}

#[tokio::test]
async fn all_that_it_promises_is_seen_once() {
    // Nobody takes the mails: they are written all the same.
    let options = Options { smtp_url: Some("smtp://127.0.0.1:9".into()), ..Options::default() };
    let mut app = App::start_with(options).await;
    // The first account is an administrator's.
    let claire = app.freelance("claire@example.org").await;
    account(&app, &claire).await;
    let client = json!({ "nom": "Vasseur", "type": "particulier", "email": "a@b.example", "langue": "en" });
    let client = id(&wrote(&claire, "POST", "/api/clients", client).await);
    let path = format!("/api/clients/{client}");
    wrote(&claire, "PATCH", &path, json!({ "email": null })).await;
    wrote(&claire, "PATCH", &path, json!({ "email": "a@b.example" })).await;
    timeline(&claire, client).await;
    tickets(&claire, client).await;
    payments(&app, &claire, client).await;
    portal(&app, &claire, client).await;
    problems(&claire, client).await;
    claire.get(&path).await.expect(200);
    claire.get("/api/clients?limite=1").await.expect(200);
    claire.get("/api/recherche?q=vasseur").await.expect(200);
    let dossier = claire.get(&format!("{path}/donnees")).await.expect(200);
    for (what, held) in dossier.as_object().unwrap() {
        assert!(held.is_object() || !held.as_array().unwrap().is_empty(), "no {what}");
    }
    pressed(&claire, "DELETE", "/api/utilisateur/logo").await;

    let parked = app.park_note("claire@example.org", client).await;
    claire.get("/api/operations").await.expect(200);
    claire.post(&format!("/api/operations/jobs/{parked}/reexecuter"), json!({})).await.expect(202);
    app.until_empty().await;
    claire.get(&format!("/api/jobs/{parked}")).await.expect(200);
    pressed(&claire, "POST", &format!("{path}/effacement")).await;
    let nobody = claire.add_client("Personne").await;
    pressed(&claire, "DELETE", &format!("/api/clients/{nobody}")).await;
    claire.post("/api/deconnexion", json!({})).await.expect(204);

    app.courier().deliver(&json!({ "id": "evt_x", "type": "x", "data": { "object": {} } })).await.unwrap();
    let stranger = Bureau::stranger(&app);
    for path in ["/sante", "/pret"] {
        stranger.get(path).await.expect(200);
    }
    let document = stranger.get("/api/openapi.json").await;
    document.expect(200);
    let again = stranger.bare(Method::GET, "/api/openapi.json");
    Answer::of(again.header("If-None-Match", document.header("etag"))).await.expect(304);
    app.redis.stop().unwrap();
    stranger.get("/pret").await.expect(503);

    let promised: BTreeSet<_> = operations()
        .iter()
        .flat_map(|it| {
            let answers = it.described["responses"].as_object().unwrap().keys();
            answers
                .filter(|it| *it != "default")
                .map(|answer| (it.id().to_owned(), answer.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    let missing: Vec<_> = promised.difference(&seen()).cloned().collect();
    assert!(missing.is_empty(), "promised and never seen: {missing:?}");
}
