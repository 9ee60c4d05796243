//! What the pages of a deal, a client and a ticket say of what happened and what is to do.

use reqwest::Method;
use serde_json::json;
use tests::people::id;
use tests::{Answer, App};

/// Where these words stand in a page, each behind the one before it.
fn in_order(page: &str, words: &[&str]) {
    let mut rest = page;
    for word in words {
        let at = rest.find(word).unwrap_or_else(|| panic!("no {word} behind the others in {page}"));
        rest = &rest[at + word.len()..];
    }
}

#[tokio::test]
async fn a_deal_s_stations_are_dated_and_its_proof_reads_in_words() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = json!({ "clientId": client, "titre": "Site", "montantEstime": "100", "devise": "EUR",
                       "etapePipeline": "proposition" });
    let deal = id(&claire.post("/api/opportunites", deal).await.expect(201));
    let (path, page) = (format!("/api/opportunites/{deal}"), format!("/opportunites/{deal}"));
    claire.patch(&path, json!({ "etapePipeline": "gagne" })).await.expect(200);
    let owed = claire.get(&page).await.text;
    in_order(&owed, &["Qualifiée</li>", "Proposition <time", "Gagnée <time", "Payé</li>"]);
    claire.pay_link(deal).await;
    let session = claire.session_id(deal).await;
    app.simulateur.pay(&session, sandbox::simulateur::Moyen::Carte).await.unwrap();
    app.until_count("SELECT count(*) FROM opportunite WHERE statut_paiement = 'paye'", 1).await;
    let paid = claire.get(&page).await.text;
    in_order(&paid, &["Proposition <time", "Gagnée <time", "Payé <time"]);
    in_order(&paid, &["Le client a terminé sur la page de Stripe", "checkout.session.completed"]);
    // Money that came stands out from a link that was made.
    in_order(
        &paid,
        &["Paiement reçu</p><p class=\"montant\">", "généré</p><p class=\"montant montant--dit\">"],
    );
}

#[tokio::test]
async fn a_client_s_page_begins_with_what_presses_and_offers_no_deletion_of_money() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let page = format!("/clients/{client}");
    assert!(claire.get(&page).await.text.contains(&format!(r#"action="{page}/supprimer""#)));
    let add = async |titre: &str, etape: &str, echeance: Option<&str>| {
        let deal = json!({ "clientId": client, "titre": titre, "montantEstime": "100", "devise": "EUR",
                           "etapePipeline": etape, "echeance": echeance });
        id(&claire.post("/api/opportunites", deal).await.expect(201))
    };
    let late = add("En retard", "gagne", Some("2020-02-29")).await;
    add("A venir", "gagne", Some("2099-01-01")).await;
    claire.add_paid_deal(&app, client, "Déjà payée", "100").await;
    add("A gagner", "prospect", None).await;
    add("Sans suite", "perdu", None).await;
    let shown = claire.get(&page).await.text;
    in_order(&shown, &["En retard</a>", "A venir</a>", "A gagner</a>", "Déjà payée</a>", "Sans suite</a>"]);
    // Without a link it is not the client who is late.
    assert!(shown.contains("Échéance passée, lien à générer") && !shown.contains("en retard depuis le 29"));
    claire.pay_link(late).await;
    let linked = claire.get(&page).await.text;
    assert!(linked.contains("en retard depuis le 29"), "so long ago a date says more than days");
    assert!(!shown.contains(&format!(r#"action="{page}/supprimer""#)), "{shown}");
    assert!(shown.contains(&format!(r#"href="{page}/effacer""#)));
}

#[tokio::test]
async fn a_ticket_that_its_client_cannot_read_says_so_and_is_resolved_in_one_click() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let ticket = json!({ "clientId": client, "sujet": "Couleur", "description": "Bleu ?" });
    let ticket = id(&claire.post("/api/tickets", ticket).await.expect(201));
    assert!(claire.get("/tickets").await.text.contains("Le client ne le voit pas"));
    claire.open_portail(client).await;
    let listed = claire.get("/tickets").await.text;
    assert!(listed.contains("Attend le client") && !listed.contains("Le client ne le voit pas"), "{listed}");

    let path = format!("/tickets/{ticket}");
    let page = claire.get(&path).await.text;
    in_order(&page, &["name=\"statutTicket\" value=\"resolu\"", "Marquer résolu"]);
    let version = claire.get(&format!("/api{path}")).await.expect(200)["version"].clone();
    let form = [("cle", "k"), ("version", version.as_str().unwrap()), ("statutTicket", "resolu")];
    let sent = Answer::of(claire.request(Method::POST, &path).form(&form)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    app.until_count("SELECT count(*) FROM ticket WHERE statut_ticket = 'resolu'", 1).await;
    // Another tab says the same of what it saw: that is no conflict.
    let form = [("cle", "k2"), form[1], form[2]];
    let sent = Answer::of(claire.request(Method::POST, &path).form(&form)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert!(!claire.get(&path).await.text.contains("Marquer résolu"));
}

#[tokio::test]
async fn an_error_keeps_the_head_of_the_pages_of_whoever_is_signed_in() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    for path in ["/nulle-part", "/clients/nulle-part", "/tickets/nulle-part"] {
        let missing = claire.get(path).await;
        assert_eq!(missing.status, 404, "{path}");
        in_order(&missing.text, &["<header", r#"href="/clients""#, "data-erreur"]);
    }
    // A client's page stays the client's, whoever is signed in.
    let dead = claire.get("/portail/rien").await.text;
    assert!(!dead.contains("<header") && dead.contains("data-erreur"), "{dead}");
}

#[tokio::test]
async fn the_history_is_seen_before_the_forms_that_add_to_it() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let open = r#"<details class="pli" open>"#;
    for (query, opened) in [("", false), ("?onglet=note", true), ("?onglet=rien", false)] {
        let page = claire.get(&format!("/clients/{client}{query}")).await.text;
        assert_eq!(page.contains(open), opened, "{query}: {page}");
    }
    let refused =
        Answer::of(claire.request(Method::POST, &format!("/clients/{client}/notes")).form(&[("texte", "")]))
            .await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains(open), "{}", refused.text);
    let long = format!("Premier mot{}", "\nsuite".repeat(12));
    for (texte, folded) in [("Un mot", false), (&long, true)] {
        claire.post(&format!("/api/clients/{client}/notes"), json!({ "texte": texte })).await.expect(201);
        let page = claire.get(&format!("/clients/{client}")).await.text;
        assert_eq!(page.contains("Tout lire"), folded, "{texte}");
    }
}

#[tokio::test]
async fn the_navigation_counts_what_the_dashboard_has_to_do() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let count = async || {
        let page = claire.get("/").await.text;
        let nav =
            page.split(r#"data-region="nav""#).nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
        let first = nav.split("</a>").next().unwrap();
        let count =
            first.split(r#"<span class="mark">"#).nth(1).map(|it| it.split('<').next().unwrap().to_owned());
        let rows = page.split(r#"data-region="a-faire""#).nth(1).map_or(0, |region| {
            region.split("</section>").next().unwrap().matches(r#"<li class="rang">"#).count()
        });
        (count.map_or(0, |it| it.parse().unwrap()), rows)
    };
    assert_eq!(count().await, (0, 0));
    claire.add_won_deal(client, "Site", "100").await;
    claire.add_paid_deal(&app, client, "Déjà payée", "100").await;
    assert_eq!(count().await, (1, 1), "money that came asks for nothing");
    let portail = claire.open_portail(client).await;
    let ticket = json!({ "sujet": "Couleur", "description": "Bleu ?" });
    portail.post("/tickets", ticket).await.expect(201);
    assert_eq!(count().await, (2, 2));
}

#[tokio::test]
async fn the_ready_message_reminds_of_a_day_that_has_passed_and_says_what_did_not_come_through() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    for (stands, expected) in [
        ("date_lien = now(), echeance = NULL", "Voici le lien pour régler"),
        ("echeance = '2020-03-01'", "échéance au 1er mars 2020) reste à régler"),
        ("statut_paiement = 'echoue'", "n’a pas abouti"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE opportunite SET {stands}")))
            .execute(&app.db)
            .await
            .unwrap();
        let page = claire.get(&format!("/opportunites/{deal}")).await.text.replace('\u{a0}', " ");
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test]
async fn the_language_is_switched_without_forgetting_where_one_comes_from() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "100").await;
    let link = claire.pay_link(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    let path = link.strip_prefix(&app.base).unwrap();
    let page = claire.get(&format!("{path}?retour=ok")).await.text;
    assert!(page.contains(&format!(r#"href="{path}?retour=ok&amp;langue=en""#)), "{page}");
}
