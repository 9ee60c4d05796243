//! `/api/clients/{id}/donnees`: all that is held about a client, and nothing else.

use serde_json::{Value, json};
use tests::App;
use tests::people::id;

#[tokio::test]
async fn all_that_is_held_about_a_client_is_told_and_nothing_that_opens_or_is_anothers() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let denis = app.freelance("denis@example.org").await;
    let card = json!({ "nom": "ZZVasseur", "type": "particulier", "email": "zz@vasseur.example" });
    let client = id(&claire.post("/api/clients", card).await.expect(201));
    let other = claire.add_client("ZZAutre").await;
    claire.add_won_deal(other, "zzautre-titre", "10").await;
    claire.post(&format!("/api/clients/{other}/notes"), json!({ "texte": "zzautre-note" })).await.expect(201);
    let other_ticket = json!({ "clientId": other, "sujet": "zzautre-sujet", "description": "zzautre" });
    claire.post("/api/tickets", other_ticket).await.expect(201);

    // More than a page of each.
    let mut deals = Vec::new();
    for n in 1..60 {
        deals.push(claire.add_won_deal(client, &format!("zzaffaire-{n}"), "1200.50").await);
    }
    let open = deals[0];
    let paid = claire.add_paid_deal(&app, client, "zzaffaire-0", "1200.50").await;
    deals.push(paid);
    claire
        .post(&format!("/api/opportunites/{paid}/remboursements"), json!({ "montant": "100" }))
        .await
        .expect(201);
    let link = claire.pay_link(open).await["lienPaiement"].as_str().unwrap().to_owned();
    let page = claire.deal(open).await["urlPaiement"].as_str().unwrap().to_owned();
    let path = format!("/api/clients/{client}");
    let mail = json!({ "expediteur": "zzmail", "sujet": "zzsujet", "corps": "zzcorps" });
    claire.post(&format!("{path}/emails"), mail).await.expect(201);
    claire.post(&format!("{path}/notes"), json!({ "texte": "zznote" })).await.expect(201);
    let portail = claire.open_portail(client).await;
    let ticket = json!({ "sujet": "zzticket", "description": "zzdescription" });
    let ticket = id(&portail.post("/tickets", ticket).await.expect(201));
    claire
        .post(&format!("/api/tickets/{ticket}/messages"), json!({ "corps": "zzreponse" }))
        .await
        .expect(201);
    let portal_link = claire.get(&path).await.expect(200)["urlPortail"].as_str().unwrap().to_owned();
    app.until_empty().await;

    let dossier = claire.get(&format!("{path}/donnees")).await.expect(200);
    let count = |what: &str| dossier[what].as_array().unwrap().len();
    assert_eq!((count("opportunites"), count("sessionsPaiement"), count("tickets")), (60, 2, 1), "{dossier}");
    assert_eq!((count("remboursements"), count("recus")), (1, 1), "{dossier}");
    let kinds: Vec<_> =
        dossier["paiements"].as_array().unwrap().iter().map(|it| it["type"].clone()).collect();
    assert!(kinds.contains(&json!("recu")) && kinds.contains(&json!("rembourse")), "{kinds:?}");
    assert!(count("evenementsStripe") >= 1 && count("evenements") >= 6, "{dossier}");
    let told = dossier.to_string();
    for held in [
        "zzvasseur",
        "zz@vasseur.example",
        "zzaffaire-59",
        "zzmail",
        "zzsujet",
        "zzcorps",
        "zznote",
        "zzticket",
        "zzdescription",
        "zzreponse",
        "checkout.session.completed",
    ] {
        assert!(told.to_lowercase().contains(held), "{held} is not in {told}");
    }
    assert!(!told.to_lowercase().contains("zzautre"), "{told}");
    for opens in [&link, &page, &portal_link] {
        assert!(!told.contains(opens.as_str()), "{opens} is in {told}");
    }
    assert!(!told.contains("scelle") && !told.contains("_hash") && !told.contains("client_secret"), "{told}");
    assert_eq!(dossier["client"]["urlPortail"], Value::Null);

    let file = claire.get(&format!("/clients/{client}/donnees.json")).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"client-"));
    assert_eq!(file.json(), dossier);
    denis.get(&format!("{path}/donnees")).await.expect(404);
    assert_eq!(denis.get(&format!("/clients/{client}/donnees.json")).await.status, 404);
}

#[tokio::test]
async fn what_stripe_told_of_a_deleted_deal_is_held_and_told_too() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte", "100").await;
    claire.pay_link(deal).await;
    claire.delete(&format!("/api/opportunites/{deal}")).await.expect(200);
    app.until_count("SELECT count(*) FROM evenement_stripe WHERE opportunite_id IS NULL", 1).await;
    let dossier = claire.get(&format!("/api/clients/{client}/donnees")).await.expect(200);
    assert_eq!(
        dossier["evenementsStripe"][0]["corps"]["data"]["object"]["metadata"]["clientId"],
        json!(client)
    );
}
