//! What narrows a list stands in its address: a link to it shows the same, with and without a script.

use chrono::{Datelike, Days, Months};
use serde_json::json;
use tests::{App, Bureau};
use uuid::Uuid;

async fn add_deal(claire: &Bureau, client: Uuid, titre: &str, etape: &str, montant: &str, devise: &str) {
    let deal = json!({
        "clientId": client, "titre": titre, "etapePipeline": etape, "montantEstime": montant, "devise": devise,
    });
    claire.post("/api/opportunites", deal).await.expect(201);
}

/// The titles of `all` that the page shows.
async fn shown<'a>(claire: &Bureau, path: &str, all: &[&'a str]) -> Vec<&'a str> {
    let page = claire.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    all.iter().copied().filter(|titre| page.text.contains(&format!(">{titre}</a>"))).collect()
}

#[tokio::test]
async fn deals_are_narrowed_alike_on_the_board_and_in_the_list() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let (vasseur, roche) = (claire.add_client("Vasseur").await, claire.add_client("Roche").await);
    add_deal(&claire, vasseur, "Affiche", "prospect", "100", "EUR").await;
    add_deal(&claire, vasseur, "Site", "gagne", "1200.50", "EUR").await;
    add_deal(&claire, roche, "Catalogue", "gagne", "900", "CHF").await;
    let all = ["Affiche", "Site", "Catalogue"];
    for vue in ["", "vue=liste&"] {
        for (query, expected) in [
            ("", &all[..]),
            ("q=vasseur", &["Affiche", "Site"]),
            ("etapePipeline=gagne", &["Site", "Catalogue"]),
            ("statutPaiement=en_attente", &["Site", "Catalogue"]),
            ("statutPaiement=paye", &[]),
            ("devise=CHF", &["Catalogue"]),
            (&format!("client={vasseur}&etapePipeline=gagne"), &["Site"]),
            ("etapePipeline=rien", &all[..]),
        ] {
            let path = format!("/opportunites?{vue}{query}");
            assert_eq!(shown(&claire, &path, &all).await, expected, "{path}");
        }
    }
    // Counts and sums are of what is shown, per currency, never across.
    let page = claire.get("/opportunites?q=vasseur&etapePipeline=gagne").await.text.replace('\u{202f}', " ");
    assert!(page.contains("1 200,50 €") && !page.contains("CHF</p>"), "{page}");
    let all = claire.get("/opportunites").await.text.replace(['\u{202f}', '\u{a0}'], " ");
    assert!(all.contains("900,00 CHF<br>1 200,50 €"), "{all}");
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_ended_and_keeps_what_narrows_it() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    for n in 0..52 {
        add_deal(&claire, client, &format!("Affiche {n:02}"), "prospect", "10", "EUR").await;
    }
    let first = claire.get("/opportunites?vue=liste&q=affiche").await.text;
    let next =
        first.split("href=\"").find_map(|rest| rest.split('"').next().filter(|it| it.contains("apres=")));
    let next = next.expect("a link to what follows").replace("&amp;", "&");
    assert!(next.contains("q=affiche") && next.contains("vue=liste"), "{next}");
    let rest = claire.get(&next).await.text;
    for n in 0..52 {
        let title = format!(">Affiche {n:02}</a>");
        assert!(first.contains(&title) != rest.contains(&title), "{title} stands on one of both");
    }
    assert!(!rest.contains("apres="), "nothing follows");
}

#[tokio::test]
async fn deals_are_narrowed_by_the_day_they_are_to_be_paid() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    // As the freelancer's own calendar has it, wherever the test runs.
    let today = worker::clock().with_timezone(&chrono_tz::Europe::Paris).date_naive();
    let first = today.with_day(1).unwrap();
    let (yesterday, last) = (today - Days::new(1), first + Months::new(1) - Days::new(1));
    let next = first + Months::new(1);
    for (titre, etape, echeance) in [
        ("Hier", "gagne", Some(yesterday)),
        ("Hier proposée", "proposition", Some(yesterday)),
        ("Aujourd", "gagne", Some(today)),
        ("Premier", "prospect", Some(first)),
        ("Dernier", "gagne", Some(last)),
        ("Suivant", "gagne", Some(next)),
        ("Sans", "gagne", None),
    ] {
        let deal = json!({ "clientId": client, "titre": titre, "etapePipeline": etape, "montantEstime": "10", "echeance": echeance });
        claire.post("/api/opportunites", deal).await.expect(201);
    }
    let all = ["Hier", "Hier proposée", "Aujourd", "Premier", "Dernier", "Suivant", "Sans"];
    let mut month = vec!["Aujourd", "Premier", "Dernier"];
    if yesterday >= first {
        month.splice(0..0, ["Hier", "Hier proposée"]);
    }
    for (query, expected) in [
        ("echeance=en_retard", &["Hier"][..]),
        ("echeance=ce_mois", &month),
        ("echeance=ce_mois&etapePipeline=prospect", &["Premier"]),
        ("echeance=sans_echeance", &["Sans"]),
        ("echeance=demain", &all),
    ] {
        for vue in ["", "vue=liste&"] {
            let path = format!("/opportunites?{vue}{query}");
            assert_eq!(shown(&claire, &path, &all).await, expected, "{path}");
        }
        let csv = claire.get(&format!("/opportunites.csv?{query}")).await.text;
        assert_eq!(csv.lines().count(), expected.len() + 1, "{query}: {csv}");
        if query != "echeance=demain" {
            let found = claire.get(&format!("/api/opportunites?{query}")).await.expect(200);
            assert_eq!(found["elements"].as_array().unwrap().len(), expected.len(), "{query}");
        }
    }
    let refused = claire.get("/api/opportunites?echeance=demain").await;
    refused.expect(422);
    assert_eq!(refused.champs(), ["echeance"]);
    let page = claire.get("/opportunites?vue=liste&echeance=en_retard").await.text;
    assert!(page.contains(r#"<option value="en_retard" selected>En retard</option>"#), "{page}");
}

#[tokio::test]
async fn nothing_is_folded_without_a_script_which_folds_what_is_not_looked_for_on_a_phone() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    add_deal(&claire, client, "Site", "gagne", "1200.50", "EUR").await;
    for (query, filters, cards) in [("", true, true), ("?q=site", true, false), ("?devise=EUR", false, false)]
    {
        let page = claire.get(&format!("/opportunites{query}")).await.text;
        assert_eq!(
            page.contains(r#"<details class="filters__plus" open data-plier>"#),
            filters,
            "{query}: {page}"
        );
        assert!(
            !page.contains(r#"<details class="filters__plus">"#)
                && !page.contains(r#"<details class="pli">"#)
        );
        assert_eq!(page.contains(r#"<details class="pli" open data-plier>"#), cards, "{query}: {page}");
    }
}

#[tokio::test]
async fn the_clients_say_what_they_owe_and_when_they_were_last_heard_of() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let vasseur = claire.add_client("Vasseur").await;
    for (titre, etape, montant, devise, echeance) in [
        ("Site", "gagne", "1200.50", "EUR", Some("2020-02-29")),
        ("Affiche", "gagne", "100", "EUR", None),
        ("Logo", "gagne", "900", "CHF", None),
        ("Carte", "proposition", "7000", "EUR", Some("2020-02-29")),
    ] {
        let deal = json!({
            "clientId": vasseur, "titre": titre, "etapePipeline": etape, "montantEstime": montant, "devise": devise,
            "echeance": echeance,
        });
        claire.post("/api/opportunites", deal).await.expect(201);
    }
    let mail = json!({ "expediteur": "Jean", "sujet": "Site", "corps": "Bonjour" });
    claire.post(&format!("/api/clients/{vasseur}/emails"), mail).await.expect(201);
    for n in 0..50 {
        claire.add_client(&format!("Suivant {n:02}")).await;
    }
    let first = claire.get("/clients").await.text;
    assert!(
        !first.contains(">Vasseur</a>")
            && first.contains(">Suivant 49</a>")
            && !first.contains("Dernier contact")
    );
    let next =
        first.split("href=\"").find_map(|rest| rest.split('"').next().filter(|it| it.contains("apres=")));
    let next = next.expect("a link to what follows").replace("&amp;", "&");
    for (langue, expected) in [
        ("fr", ["900,00 CHF<br>1 300,50 €", "dont 1 200,50 € en retard", "Dernier contact"]),
        ("en", ["CHF 900.00<br>€1,300.50", "of which €1,200.50 overdue", "Last contact"]),
    ] {
        sqlx::query("UPDATE utilisateur SET langue = $1").bind(langue).execute(&app.db).await.unwrap();
        let page = claire.get(&next).await.text.replace(['\u{202f}', '\u{a0}'], " ");
        for text in expected {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
}

#[tokio::test]
async fn of_more_clients_than_a_list_shows_the_chosen_one_is_there() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Zinc").await;
    let note = claire
        .post(&format!("/api/clients/{client}/notes"), json!({ "texte": "À relire" }))
        .await
        .expect(201);
    sqlx::query(
        "INSERT INTO client (id, utilisateur_id, nom, type, langue, date_creation, date_modification)
         SELECT gen_random_uuid(), utilisateur_id, 'A ' || n, type, langue, date_creation, date_modification
           FROM client, generate_series(1, 1000) n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let chosen = format!(r#"value="{client}" selected"#);
    for page in [
        format!("/evenements/{}", note["id"].as_str().unwrap()),
        format!("/tickets?nouveau=1&client={client}"),
        format!("/opportunites?nouveau=1&client={client}"),
    ] {
        let text = claire.get(&page).await.text;
        assert!(text.contains(&chosen), "{page}: {text}");
    }
    // The list of tickets says whose it is, and keeps it beside a status.
    let text = claire.get(&format!("/tickets?client={client}")).await.text;
    assert!(
        text.contains(&format!("client={client}&amp;statut=resolu")) && text.contains("Retirer"),
        "{text}"
    );
}
