//! `/api/recherche`: finds what was written, in one's own rows alone.

use serde_json::{Value, json};
use tests::people::id;
use tests::{App, Bureau};

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |url, byte| format!("{url}%{byte:02X}"))
}

/// What a query finds: type and title, in order.
async fn found(who: &Bureau, q: &str) -> Vec<(String, String)> {
    let answer = who.get(&format!("/api/recherche?q={}", encoded(q))).await.expect(200);
    let text = |pieces: &Value| {
        let pieces = pieces.as_array().unwrap();
        pieces.iter().map(|it| it["texte"].as_str().unwrap()).collect::<String>()
    };
    let elements = answer["elements"].as_array().unwrap().clone();
    elements.iter().map(|it| (it["type"].as_str().unwrap().to_owned(), text(&it["titre"]))).collect()
}

fn genres(found: &[(String, String)]) -> Vec<&str> {
    found.iter().map(|(genre, _)| genre.as_str()).collect()
}

#[tokio::test]
async fn everything_that_was_written_is_found_by_the_beginning_of_its_words() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = claire.add_client("Librairie Hélène Vasseur").await;
    claire.add_won_deal(client, "Refonte du catalogue d’été", "1200").await;
    let ticket =
        json!({ "clientId": client, "sujet": "Couverture", "description": "Les factures sont réglées ?" });
    let ticket = id(&claire.post("/api/tickets", ticket).await.expect(201));
    let message = json!({ "corps": "The invoices were paid on Œrsted street" });
    claire.post(&format!("/api/tickets/{ticket}/messages"), message).await.expect(201);
    let mail =
        json!({ "expediteur": "Jean Çelik", "sujet": "Épreuves", "corps": "Bonjour, voici les épreuves." });
    claire.post(&format!("/api/clients/{client}/emails"), mail).await.expect(201);
    let note = json!({ "texte": "Rappeler après l’été <b>🦀</b>" });
    claire.post(&format!("/api/clients/{client}/notes"), note).await.expect(201);

    for (q, expected) in [
        ("helene", vec!["client"]),
        ("VASS", vec!["client"]),
        ("contact example org", vec!["client"]),
        ("contact@example.org", vec!["client"]),
        ("catalogue", vec!["opportunite"]),
        ("ete", vec!["opportunite", "note"]),
        // A price, however it is written.
        ("1200", vec!["opportunite"]),
        ("1,200", vec!["opportunite"]),
        ("1 200,00", vec!["opportunite"]),
        ("1 200,00 €", vec!["opportunite"]),
        ("1200,50", vec![]),
        ("120", vec![]),
        ("Été rappel", vec!["note"]),
        ("couv", vec!["ticket"]),
        // Stems of both languages: « facture » for « factures », “invoice” for “invoices”.
        ("facture réglé", vec!["ticket"]),
        ("invoice oersted", vec!["ticket"]),
        ("celik", vec!["email"]),
        ("épreuve bonjour", vec!["email"]),
        ("catalogue introuvable", vec![]),
        ("", vec![]),
        ("🦀", vec![]),
        ("\" ' ' & | ! ( ) : * <-> \\", vec![]),
        ("';DROP TABLE client;--", vec![]),
        ("de la", vec![]),
    ] {
        assert_eq!(genres(&found(&claire, q).await), expected, "{q}");
        assert_eq!(found(&denis, q).await, [], "{q}: somebody else's");
    }
    assert_eq!(found(&claire, "epreuves").await, [("email".into(), "Jean Çelik, Épreuves".into())]);

    let priced = claire.get("/api/recherche?q=catalogue").await.expect(200);
    assert_eq!(
        priced["elements"][0]["affaire"],
        json!({
            "etapePipeline": "gagne", "statutPaiement": "en_attente", "montantEstime": "1200.00", "devise": "EUR",
            "echeance": null, "litigePerdu": false, "dateLien": null,
        })
    );
    for (langue, expected) in
        [("fr", ["Gagnée", "En attente", "1 200,00 €"]), ("en", ["Won", "Awaiting payment", "€1,200.00"])]
    {
        sqlx::query("UPDATE utilisateur SET langue = $1").bind(langue).execute(&app.db).await.unwrap();
        let page = claire.get("/recherche?q=1200").await.text.replace('\u{202f}', " ");
        for text in expected {
            assert!(page.contains(text), "{text}: {page}");
        }
    }

    let marked = claire.get("/api/recherche?q=rappel&type=note&limite=1").await.expect(200);
    let pieces = marked["elements"][0]["extrait"].as_array().unwrap().clone();
    assert_eq!(pieces[0], json!({ "texte": "Rappeler", "trouve": true }));
    assert_eq!(marked["elements"][0]["chemin"].as_str().unwrap().split('/').nth(1), Some("evenements"));
}

#[tokio::test]
async fn no_query_does_harm() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    // The longest and strangest texts that the index must take: many words, one word, letters that decompose.
    for corps in [
        "é".repeat(20_000),
        "\u{fdfa} ".repeat(10_000),
        (0..3_300).map(|i| format!("m{i}")).collect::<Vec<_>>().join(" "),
    ] {
        let mail = json!({ "expediteur": "x", "sujet": "s", "corps": corps });
        claire.post(&format!("/api/clients/{client}/emails"), mail).await.expect(201);
    }
    let long = "mot ".repeat(2_500);
    let refused = claire.get(&format!("/api/recherche?q={}", encoded(&long))).await;
    assert_eq!((refused.status.as_u16(), refused.champs()), (422, vec!["q".to_owned()]));
    assert_eq!(claire.get(&format!("/recherche?q={}", encoded(&long))).await.status, 200);
    for path in
        ["/api/recherche?q=%00", "/api/recherche?type=x", "/api/recherche?limite=0", "/api/recherche?q=%FF"]
    {
        let status = claire.get(path).await.status.as_u16();
        assert!((400..500).contains(&status), "{path}: {status}");
    }
}

#[tokio::test]
async fn the_page_marks_what_it_found_and_escapes_the_rest() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("<script>alert(1)</script> Vasseur").await;
    let page = claire.get("/recherche?q=vasseur").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("<mark>Vasseur</mark>") && !page.text.contains("<script>alert"),
        "{}",
        page.text
    );
    assert!(page.text.contains(&format!("href=\"/clients/{client}\"")));
    let page = claire.get("/recherche?q=%3Cscript%3Ealert&type=client").await;
    assert!(
        page.text.contains("<mark>script</mark>") && !page.text.contains("<script>alert"),
        "{}",
        page.text
    );
}

/// The search of a freelancer must not cost more when others write more: it reads an index.
#[tokio::test]
async fn each_search_reads_an_index() {
    let app = App::start_with(tests::Options { edge: false, workers: 0, ..Default::default() }).await;
    for table in ["client", "opportunite", "ticket", "message_ticket", "evenement_timeline"] {
        let sql = format!("EXPLAIN SELECT id FROM {table} WHERE recherche @@ requete_recherche('{{mot}}')");
        let mut db = app.db.acquire().await.unwrap();
        sqlx::query("SET enable_seqscan = off").execute(&mut *db).await.unwrap();
        let plan: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *db).await.unwrap();
        assert!(plan.join("\n").contains(&format!("{table}_recherche")), "{plan:?}");
    }
}
