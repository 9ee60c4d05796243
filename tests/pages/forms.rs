//! A form sent twice is one job; sent back wrong, it comes again with what was typed.

use reqwest::Method;
use serde_json::json;
use tests::people::{id, part};
use tests::{Answer, App, Bureau};

/// What follows `before` in a page, up to the next quote.
fn after<'a>(page: &'a str, before: &str) -> &'a str {
    let start = page.find(before).unwrap_or_else(|| panic!("no {before} in {page}")) + before.len();
    page[start..].split('"').next().unwrap()
}

/// The hidden key of a page's first form that has one.
fn key(page: &str) -> String {
    after(page, r#"name="cle" value=""#).to_owned()
}

async fn send(who: &Bureau, path: &str, fields: &[(&str, &str)]) -> Answer {
    Answer::of(who.request(Method::POST, path).form(fields)).await
}

#[tokio::test]
async fn a_form_sent_twice_at_once_adds_one_client_and_leads_to_one_page() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let page = claire.get("/clients?nouveau=1").await;
    let cle = key(&page.text);
    let fields = [("cle", cle.as_str()), ("nom", "Vasseur"), ("type", "entreprise"), ("langue", "fr")];
    let (a, b) = tokio::join!(send(&claire, "/clients", &fields), send(&claire, "/clients", &fields));
    assert_eq!((a.status.as_u16(), b.status.as_u16()), (303, 303));
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM client").await, 1);
    let again = send(&claire, "/clients", &fields).await;
    assert_eq!(again.header("location").split('?').next(), a.header("location").split('?').next());
}

#[tokio::test]
async fn a_form_sent_back_corrected_is_a_new_job() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let cle = key(&claire.get("/clients?nouveau=1").await.text);
    let wrong = [
        ("cle", cle.as_str()),
        ("nom", "Vasseur & fils"),
        ("email", "pas une adresse"),
        ("type", "entreprise"),
        ("langue", "fr"),
    ];
    let refused = send(&claire, "/clients", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains(r#"aria-invalid="true""#), "the message stands at the field");
    assert!(refused.text.contains("Vasseur &amp; fils"), "what was typed is kept");
    let fresh = key(&refused.text);
    assert_ne!(fresh, cle);
    let right =
        [("cle", fresh.as_str()), ("nom", "Vasseur & fils"), ("type", "entreprise"), ("langue", "fr")];
    assert_eq!(send(&claire, "/clients", &right).await.status, 303);
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM client").await, 1);
}

#[tokio::test]
async fn a_rejection_by_the_worker_comes_back_to_its_page() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    let path = format!("/opportunites/{deal}");
    let cle = key(&claire.get(&path).await.text);
    let refused = send(&claire, &path, &[("cle", &cle), ("etapePipeline", "perdu")]).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains("étape"), "{}", refused.text);
    assert_eq!(claire.deal(deal).await["etapePipeline"], "gagne");
}

#[tokio::test]
async fn a_clients_page_escapes_what_people_write_and_sets_no_cookie() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("<b>Vasseur</b>").await;
    claire.add_won_deal(client, "<script>alert(1)</script>{{ 7 * 7 }}", "100").await;
    let portail = claire.open_portail(client).await;
    let page =
        Answer::of(reqwest::Client::new().get(format!("{}/portail/{}", app.base, portail.token))).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<script>alert") && page.text.contains("{{ 7 * 7 }}"));
    assert_eq!(page.header("set-cookie"), "");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(page.header("x-robots-tag").contains("noindex"));
}

#[tokio::test]
async fn a_card_that_changed_in_another_tab_is_not_overwritten_unseen() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let (path, api) = (format!("/clients/{client}"), format!("/api/clients/{client}"));
    let seen_on = |page: &str| after(page, r#"name="version" value=""#).to_owned();
    let tab = claire.get(&path).await.text;
    claire.patch(&api, json!({ "nom": "Vasseur & fils" })).await.expect(200);

    let (cle, seen) = (key(&tab), seen_on(&tab));
    let mine = [("cle", cle.as_str()), ("nom", "Vasseur SARL"), ("version", &seen)];
    let refused = send(&claire, &path, &mine).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains(r#"value="Vasseur SARL""#), "what was typed is kept");
    assert!(refused.text.contains("<bdi>Vasseur &amp; fils</bdi>"), "and what stands there is shown");
    assert_eq!(claire.get(&api).await.expect(200)["nom"], "Vasseur & fils");

    // Sent back, now that both were seen, it is written.
    let (cle, seen) = (key(&refused.text), seen_on(&refused.text));
    let again = [("cle", cle.as_str()), ("nom", "Vasseur SARL"), ("version", &seen)];
    assert_eq!(send(&claire, &path, &again).await.status, 303);
    app.until_empty().await;
    assert_eq!(claire.get(&api).await.expect(200)["nom"], "Vasseur SARL");
}

#[tokio::test]
async fn a_deal_s_card_that_changed_in_another_tab_is_not_overwritten_unseen() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_won_deal(client, "Site", "1200.50").await;
    claire.pay_link(deal).await;
    let (path, api) = (format!("/opportunites/{deal}"), format!("/api/opportunites/{deal}"));
    let seen_on = |page: &str| after(page, r#"name="version" value=""#).to_owned();
    let tab = claire.get(&path).await.text;
    let open = "SELECT count(*) FROM session_paiement WHERE statut = 'ouverte'";
    claire.patch(&api, json!({ "echeance": "2027-01-31" })).await.expect(200);

    let (cle, seen) = (key(&tab), seen_on(&tab));
    let card = |cle: &str, seen: &str, montant: &str, echeance: &str| {
        [
            ("cle", cle),
            ("titre", "Site"),
            ("montantEstime", montant),
            ("devise", "EUR"),
            ("echeance", echeance),
            ("version", seen),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let refused = Answer::of(claire.request(Method::POST, &path).form(&card(&cle, &seen, "900", ""))).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains(r#"value="900""#), "what was typed is kept");
    let said = refused.text.replace(['\u{202f}', '\u{a0}'], " ");
    for now in ["<bdi>31 janv. 2027</bdi>", "<bdi>1 200,50 €</bdi>"] {
        assert!(said.contains(now), "what stands there is shown: {now} {said}");
    }
    assert!(!said.contains("Titre, enregistré"), "and what is the same is not");
    assert_eq!(app.count(open).await, 1, "nothing was closed for a change that was refused");

    // Its stage is no part of the card, nor is what a payment link does to it.
    let (cle, seen) = (key(&refused.text), seen_on(&refused.text));
    claire.patch(&api, json!({ "etapePipeline": "proposition" })).await.expect(200);
    claire.patch(&api, json!({ "etapePipeline": "gagne" })).await.expect(200);
    claire.pay_link(deal).await;
    let again = card(&cle, &seen, "900,00", "2027-01-31");
    let sent = Answer::of(claire.request(Method::POST, &path).form(&again)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    app.until_empty().await;
    assert_eq!(claire.deal(deal).await["montantEstime"], "900.00");
    assert_eq!(app.count(open).await, 0, "the old price cannot be paid any more");

    // A program says what it saw, or lets the last one win.
    let version = claire.deal(deal).await["version"].clone();
    claire.patch(&api, json!({ "titre": "Site web", "version": version })).await.expect(200);
    claire.patch(&api, json!({ "titre": "Site", "version": version })).await.expect(409);
    claire.patch(&api, json!({ "titre": "Site" })).await.expect(200);
}

#[tokio::test]
async fn a_mail_dated_to_come_comes_back_with_its_text() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let mail = [
        ("cle", "a"),
        ("expediteur", "Hélène"),
        ("sujet", "Solde"),
        ("corps", "Bonjour, ça part demain."),
        ("dateEvenement", "2090-01-01T10:00"),
    ];
    let refused = send(&claire, &format!("/clients/{client}/emails"), &mail).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains(r#"id="email-dateEvenement-e""#), "the message stands at the field");
    assert!(refused.text.contains("Bonjour, ça part demain."), "what was typed is kept");
}

#[tokio::test]
async fn a_mail_is_typed_or_chosen_as_a_file_and_the_same_twice_is_said() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let (page, path) = (format!("/clients/{client}"), format!("/clients/{client}/emails"));
    // As a browser sends it: every field, the file's own name, or an empty one where none was chosen.
    let fields = |cle: &str, sujet: &str, corps: &str, file: Option<(&str, &str)>| {
        let (nom, eml) = file.unwrap_or_default();
        vec![
            part("cle", None, cle),
            part("expediteur", None, "contact@example.org"),
            part("dateEvenement", None, ""),
            part("sujet", None, sujet),
            part("corps", None, corps),
            part("fichier", Some(nom), eml),
        ]
    };
    let eml = "From: H <helene@vasseur.example>\r\nMessage-ID: <1@v>\r\nSubject: Devis\r\n\r\nSign\u{e9}.";
    for (cle, said) in [("a", "Ajouté dans l’historique."), ("b", "Ce message est déjà dans l’historique.")]
    {
        let sent = claire.send_parts(&path, &fields(cle, "", "", Some(("devis.eml", eml)))).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        app.until_empty().await;
        let landed = claire.get(sent.header("location")).await;
        let landed = if landed.status == 303 { claire.get(landed.header("location")).await } else { landed };
        assert!(landed.text.contains(said), "{said}: {}", landed.text);
        assert!(landed.text.contains("H &lt;helene@vasseur.example&gt;"), "{}", landed.text);
    }
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 1);
    let typed = claire.send_parts(&path, &fields("c", "Solde", "Demain.", None)).await;
    assert_eq!(typed.status, 303, "{}", typed.text);

    let cle = key(&claire.get(&page).await.text);
    let large = "x".repeat(11 * 1024 * 1024);
    for (sujet, corps, file, said) in [
        ("Un sujet à garder", "", "From: a@b.example\n\nx", "Soit le fichier, soit le texte"),
        ("Un sujet à garder", "", "", "Ce fichier est vide."),
        ("", "Un texte à garder", &large, "10 Mo au plus."),
        ("", "", "Bonjour", "Ce fichier n’est pas un e-mail enregistré"),
    ] {
        let sent = fields(&cle, sujet, corps, Some(("m.eml", file)));
        let refused = claire.send_parts(&path, &sent).await;
        assert_eq!(refused.status, 422, "{said}: {}", refused.text);
        assert!(refused.text.contains(r#"id="email-fichier-e""#) && refused.text.contains(said), "{said}");
        assert!(refused.text.contains(sujet) && refused.text.contains(corps), "what was typed is kept");
    }
    let nothing = claire.send_parts(&path, &fields(&cle, "", "", None)).await;
    assert!(nothing.status == 422 && nothing.text.contains(r#"id="email-sujet-e""#), "{}", nothing.text);
    let nameless = b"--limite\r\nContent-Disposition: form-data\r\n\r\nx\r\n".to_vec();
    for broken in [vec![part("cle", None, "a"), part("cle", None, "b")], vec![nameless]] {
        assert_eq!(claire.send_parts(&path, &broken).await.status, 400);
    }
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 2);
}

#[tokio::test]
async fn a_mail_or_ticket_that_changed_in_another_tab_is_not_overwritten_unseen() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let other = claire.add_client("Duteil").await;
    let seen_on = |page: &str| after(page, r#"name="version" value=""#).to_owned();

    let mail = json!({ "expediteur": "H", "sujet": "Devis", "corps": "Bonjour." });
    let mail = id(&claire.post(&format!("/api/clients/{client}/emails"), mail).await.expect(201));
    let path = format!("/evenements/{mail}");
    let tab = claire.get(&path).await.text;
    claire.patch(&format!("/api/evenements/{mail}"), json!({ "clientId": other })).await.expect(200);
    let (cle, seen, home) = (key(&tab), seen_on(&tab), client.to_string());
    let form = [
        ("cle", cle.as_str()),
        ("version", &seen),
        ("expediteur", "H"),
        ("sujet", "Devis signé"),
        ("clientId", &home),
    ];
    let refused = Answer::of(claire.request(Method::POST, &path).form(&form)).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains(r#"value="Devis signé""#), "what was typed is kept");
    assert!(refused.text.contains("<bdi>Duteil</bdi>"), "what stands there is shown");
    let moved = sqlx::query_scalar::<_, uuid::Uuid>("SELECT client_id FROM evenement_timeline WHERE id = $1");
    assert_eq!(moved.bind(mail).fetch_one(&app.db).await.unwrap(), other);

    let portail = claire.open_portail(client).await;
    let ticket = json!({ "sujet": "Couleur", "description": "Bleu ?" });
    let ticket = id(&portail.post("/tickets", ticket).await.expect(201));
    let (path, api) = (format!("/tickets/{ticket}"), format!("/api/tickets/{ticket}"));
    claire.patch(&api, json!({ "statutTicket": "resolu" })).await.expect(200);
    let tab = claire.get(&path).await.text;
    let again = json!({ "corps": "Ou bordeaux ?" });
    portail.post(&format!("/tickets/{ticket}/messages"), again).await.expect(201);
    let (cle, seen) = (key(&tab), seen_on(&tab));
    let form = [("cle", cle.as_str()), ("version", &seen), ("statutTicket", "resolu"), ("typeTicket", "bug")];
    let refused = Answer::of(claire.request(Method::POST, &path).form(&form)).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(
        claire.get(&api).await.expect(200)["statutTicket"],
        "en_cours",
        "the answer is not closed unseen"
    );
}

#[tokio::test]
async fn a_refund_always_says_how_much() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Site", "100").await;
    // The last one is a thousand to one reader, and one to another.
    for montant in ["", "  ", "0.1.0", "1.000"] {
        let form = [("cle", "k"), ("montant", montant)];
        let path = format!("/opportunites/{deal}/remboursements");
        let refused = Answer::of(claire.request(Method::POST, &path).form(&form)).await;
        assert_eq!(refused.status, 422, "{montant:?}: {}", refused.text);
    }
    let path = format!("/api/opportunites/{deal}/remboursements");
    assert_eq!(claire.post(&path, json!({ "montant": null })).await.champs(), ["montant"]);
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM remboursement").await, 0);
}

#[tokio::test]
async fn a_ticket_is_opened_from_the_list_of_tickets() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    assert!(claire.get("/tickets?nouveau=1").await.text.contains("Ajoutez d’abord un client"));
    let client = claire.add_client("Librairie Vasseur").await.to_string();
    let page = claire.get("/tickets?nouveau=1").await.text;
    let cle = key(after_form(&page, "/tickets"));
    let typed = [
        ("cle", cle.as_str()),
        ("clientId", ""),
        ("sujet", "Couleur <de> la couverture"),
        ("description", "Bleu ?"),
    ];
    let refused = send(&claire, "/tickets", &typed).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("f-clientId-e") && refused.text.contains("Couleur &lt;de&gt; la couverture")
    );
    let cle = key(after_form(&refused.text, "/tickets"));
    let right =
        [("cle", cle.as_str()), ("clientId", &client), ("sujet", "Couleur"), ("description", "Bleu ?")];
    let (sent, again) = (send(&claire, "/tickets", &right).await, send(&claire, "/tickets", &right).await);
    assert_eq!((sent.status.as_u16(), again.status.as_u16()), (303, 303));
    app.until_empty().await;
    assert_eq!(app.count("SELECT count(*) FROM ticket").await, 1);
    assert!(claire.get("/tickets").await.text.contains("Couleur"));
}

/// The page from a form's beginning on.
fn after_form<'a>(page: &'a str, action: &str) -> &'a str {
    page.split_once(&format!(r#"method="post" action="{action}""#)).expect("the form is there").1
}
