//! What is taken away: lists as CSV.

use tests::App;

#[tokio::test]
async fn lists_are_files_that_a_spreadsheet_opens_without_running_them() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let client = claire.add_client("=HYPERLINK(\"http://evil\"), \"é\"").await;
    claire.add_paid_deal(&app, client, "@Refonte", "1200.50").await;

    let file = claire.get("/clients.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"clients-"));
    let lines: Vec<_> = file.text.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}Nom;Type;E-mail;Langue;Ajouté le;Identifiant");
    assert!(
        lines[1].starts_with("\"'=HYPERLINK(\"\"http://evil\"\"), \"\"é\"\"\";Entreprise;"),
        "{}",
        lines[1]
    );
    assert_eq!((lines.len(), lines[2]), (3, ""));

    let deals = claire.get("/opportunites.csv").await.text;
    assert!(deals.contains(";'@Refonte;1200,50;EUR;;Gagnée;Payé;1200,50;;"), "{deals}");
    let ledger = claire.get("/paiements.csv").await.text;
    assert!(ledger.contains(";Argent reçu;En ligne, par Stripe;1200,50;1200,50;EUR;test;oui;"), "{ledger}");

    for path in ["/clients.csv", "/opportunites.csv", "/paiements.csv"] {
        let others = denis.get(path).await;
        assert_eq!((others.status.as_u16(), others.text.split("\r\n").count()), (200, 2), "{}", others.text);
    }
    sqlx::query("UPDATE utilisateur SET langue = 'en'").execute(&app.db).await.unwrap();
    let english = claire.get("/clients.csv").await.text;
    assert!(english.starts_with("\u{feff}Name,Type,E-mail,Language,"), "{english}");
}

#[tokio::test]
async fn a_long_list_is_exported_to_its_last_row() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    sqlx::query(
        "INSERT INTO client (id, utilisateur_id, nom, type, langue, date_creation, date_modification)
         SELECT gen_random_uuid(), u.id, 'Client ' || n, 'particulier', 'fr', now(), now()
           FROM utilisateur u, generate_series(1, 1234) AS n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let file = claire.get("/clients.csv").await.text;
    let rows: std::collections::BTreeSet<_> =
        file.split("\r\n").filter(|row| row.starts_with("Client ")).collect();
    assert_eq!(rows.len(), 1234);
}
