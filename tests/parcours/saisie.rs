//! What was typed is lost to nothing: not to a look at what changed, not to a place of the page, not to another form.

use sandbox::simulateur::Moyen;
use serde_json::json;
use tests::{App, Browser, until};

const EMAIL: &str = "claire@example.org";
const NOTE: &str = "Préfère être appelée après 15 h.";
/// Counts the page's looks at the server. A page that was loaded anew knows nothing of it.
const COUNT: &str = "window.looks = 0; const before = window.fetch; \
     window.fetch = async (...asked) => { const answer = await before(...asked); looks += 1; return answer; }";

/// Keeps the page from looking at the server.
const BLIND: &str = "const before = window.fetch; window.fetch = (...asked) => \
     asked[1]?.headers?.Accept === 'text/html' ? new Promise(() => {}) : before(...asked)";

/// Waits until the page has looked at the server once more.
async fn looks(browser: &Browser) {
    let seen = browser.run("return looks").await;
    browser.run("document.dispatchEvent(new Event('visibilitychange'))").await;
    until("the page looks", async || (browser.run("return looks").await != seen).then_some(())).await;
}

async fn typed(browser: &Browser, name: &str) -> serde_json::Value {
    browser.run(&format!("return document.querySelector('[name={name}]').value")).await
}

#[tokio::test]
async fn a_refund_that_was_refused_late_says_why_until_it_is_mended() {
    let mut app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Refonte du site", "1200").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/opportunites/{deal}?ouvrir=rembourser", app.base)).await;
    browser.run(COUNT).await;
    app.kill_workers();
    browser.fill("Rembourser pour de bon", "montant", "9000").await;
    browser.press("Rembourser pour de bon").await;
    browser.find("//*[@data-trajet]/li[@aria-current='step' and contains(., 'en file')]").await;
    app.start_worker();
    browser.sees("à rembourser, pas plus").await;
    for _ in 0..2 {
        looks(&browser).await;
        browser.sees("à rembourser, pas plus").await;
        assert_eq!(typed(&browser, "montant").await, "9000");
    }
    // Corrected it is another wish.
    browser.fill("Rembourser pour de bon", "montant", "200").await;
    browser.press("Rembourser pour de bon").await;
    browser.sees("Remboursement").await;
    app.until_count("SELECT count(*) FROM remboursement WHERE montant_minor = 20000", 1).await;
    browser.close().await;
}

#[tokio::test]
async fn a_note_outlives_a_place_of_the_page_a_look_and_what_another_form_did() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/clients/{client}?onglet=note", app.base)).await;
    browser.run(COUNT).await;
    browser.fill("Ajouter dans l’historique", "texte", NOTE).await;
    browser.run("location.hash = 'historique'; history.back()").await;
    looks(&browser).await;
    assert_eq!(typed(&browser, "texte").await, NOTE);

    browser.press("Générer lien portail").await;
    browser.sees("Portail ouvert").await;
    assert_eq!(typed(&browser, "texte").await, NOTE);
    looks(&browser).await;
    assert_eq!(typed(&browser, "texte").await, NOTE);
    browser.close().await;
}

#[tokio::test]
async fn a_deal_that_is_paid_from_the_portal_turns_before_anybody_made_its_link() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte du site", "1200.50").await;
    let portail = claire.open_portail(client).await;
    let page = portail.get("").await.json();
    let link = page["opportunites"][0]["lienPaiement"].as_str().unwrap().to_owned();
    let (ours, theirs) = (Browser::open(true).await, Browser::open(true).await);
    ours.sign_in(&app.base, EMAIL).await;
    ours.go(&format!("{}/opportunites/{deal}", app.base)).await;
    theirs.go(&link).await;
    theirs.press("Payer").await;
    until("a session is open", async || claire.deal(deal).await["stripeSessionId"].is_string().then_some(()))
        .await;
    app.simulateur.pay(&claire.session_id(deal).await, Moyen::Carte).await.unwrap();
    ours.find(super::PAID).await;

    app.simulateur.dispute(&claire.session_id(deal).await, None, false).unwrap();
    ours.run("document.dispatchEvent(new Event('visibilitychange'))").await;
    ours.sees("Répondre chez Stripe").await;
    let dashboard = claire.get("/").await.text;
    assert!(dashboard.contains("Voir le litige") && !dashboard.contains("gagnée sans lien"), "{dashboard}");
    ours.close().await;
    theirs.close().await;
}

#[tokio::test]
async fn a_refused_move_on_the_board_is_told_at_the_deal_s_own_address() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte du site", "1200").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/opportunites", app.base)).await;
    // Paid in the meantime, and the board has not looked yet.
    browser.run(BLIND).await;
    let paid =
        claire.post(&format!("/api/opportunites/{deal}/encaissement"), json!({ "moyen": "virement" })).await;
    assert!(paid.status.is_success(), "{}", paid.text);
    let there = format!("{}/opportunites/{deal}", app.base);
    browser
        .run("document.querySelector('[data-carte] button[name=etapePipeline][value=perdu]').click()")
        .await;
    until("the deal's address", async || (browser.url().await == there).then_some(())).await;
    browser.find("//*[contains(@class, 'field__error')]").await;
    browser.close().await;
}

/// What a note's textarea holds; nothing where there is none.
async fn note(browser: &Browser) -> serde_json::Value {
    browser.run("return document.querySelector('textarea[name=texte]')?.value ?? ''").await
}

/// A client's page on which a note was sent, of which nothing has told yet what became of it (until `release()`), and
/// then another form, whose answer is shown.
async fn two_forms_under_way() -> (App, Browser) {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/clients/{client}?onglet=note", app.base)).await;
    browser
        .run(
            "const before = window.fetch; let first = true; window.fetch = async (...asked) => { \
             const held = first && String(asked[0]).includes('/notes'); if (held) first = false; \
             const answer = await before(...asked); \
             if (held) await new Promise((go) => { window.release = go; }); return answer; }",
        )
        .await;
    browser.fill("Ajouter dans l’historique", "texte", NOTE).await;
    browser.press("Ajouter dans l’historique").await;
    until("its answer is held", async || {
        browser.run("return 'release' in window").await.as_bool().filter(|held| *held)
    })
    .await;
    browser.press("Générer lien portail").await;
    browser.sees("Portail ouvert").await;
    assert_eq!(note(&browser).await, NOTE);
    (app, browser)
}

/// Lets the held answer come, and waits until its page is shown.
async fn release(browser: &Browser) {
    browser.run("window.seen = document.getElementById('contenu'); release()").await;
    until("the held answer is shown", async || {
        browser
            .run("return document.getElementById('contenu') !== seen")
            .await
            .as_bool()
            .filter(|shown| *shown)
    })
    .await;
}

const NOTES: &str = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'";

#[tokio::test]
async fn of_two_forms_under_way_the_later_answer_brings_no_sent_text_back() {
    let (app, browser) = two_forms_under_way().await;
    // Sent again it is the same wish.
    browser.press("Ajouter dans l’historique").await;
    browser.sees("Ajouté dans l’historique").await;
    assert_eq!(note(&browser).await, "");
    release(&browser).await;
    assert_eq!(note(&browser).await, "");
    assert_eq!(app.count(NOTES).await, 1);
    browser.close().await;
}

#[tokio::test]
async fn of_two_forms_under_way_the_later_answer_keeps_what_was_typed_since() {
    let (app, browser) = two_forms_under_way().await;
    browser.fill("Ajouter dans l’historique", "texte", "Et le mardi matin.").await;
    release(&browser).await;
    assert_eq!(note(&browser).await, "Et le mardi matin.");
    browser.press("Ajouter dans l’historique").await;
    app.until_count(NOTES, 2).await;
    browser.close().await;
}

#[tokio::test]
async fn a_chosen_file_outlives_another_form() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/clients/{client}?onglet=email", app.base)).await;
    browser
        .run(
            "const chosen = new DataTransfer(); chosen.items.add(new File(['Subject: Devis'], 'devis.eml')); \
             document.querySelector('[name=fichier]').files = chosen.files",
        )
        .await;
    browser.press("Générer lien portail").await;
    browser.sees("Portail ouvert").await;
    let chosen = browser.run("return document.querySelector('[name=fichier]').files[0]?.name").await;
    assert_eq!(chosen, "devis.eml");
    browser.close().await;
}

#[tokio::test]
async fn a_note_outlives_the_refusal_of_another_form_and_what_was_refused_a_third_one_s_success() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/clients/{client}?onglet=note&modifier=1", app.base)).await;
    browser.fill("Ajouter dans l’historique", "texte", NOTE).await;
    browser.fill("Enregistrer", "nom", "Vasseur SARL").await;
    let elsewhere = json!({ "nom": "Librairie Vasseur et fille" });
    claire.patch(&format!("/api/clients/{client}"), elsewhere).await.expect(200);
    // What was typed over has changed by the time another form's page shows it: it is not overwritten unseen.
    browser.press("Générer lien portail").await;
    browser.sees("Portail ouvert").await;
    assert_eq!(typed(&browser, "nom").await, "Vasseur SARL");
    browser.press("Enregistrer").await;
    browser.sees("Modifié entre-temps").await;
    assert_eq!((note(&browser).await, typed(&browser, "nom").await), (NOTE.into(), "Vasseur SARL".into()));
    // What was refused stays, too, when another form is sent.
    browser.press("Ajouter dans l’historique").await;
    browser.sees("Ajouté dans l’historique").await;
    assert_eq!(typed(&browser, "nom").await, "Vasseur SARL");
    browser.close().await;
}

#[tokio::test]
async fn a_choice_in_a_menu_that_was_closed_keeps_nothing_from_being_seen() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte du site", "1200").await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/opportunites/{deal}", app.base)).await;
    browser.run(COUNT).await;
    browser.find("//summary[contains(., 'Changer d’étape')]").await.click().await.unwrap();
    browser.choose("Déplacer", "etapePipeline", "perdu").await;
    browser.find("//summary[contains(., 'Changer d’étape')]").await.click().await.unwrap();
    browser.run("document.activeElement.blur()").await;
    let paid =
        claire.post(&format!("/api/opportunites/{deal}/encaissement"), json!({ "moyen": "virement" })).await;
    assert!(paid.status.is_success(), "{}", paid.text);
    looks(&browser).await;
    browser.find("//a[contains(., 'Voir le reçu')]").await;
    browser.close().await;
}

#[tokio::test]
async fn a_payment_page_that_showed_an_error_still_turns_to_paid() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte du site", "1200").await;
    let lien =
        claire.open_portail(client).await.get("").await.json()["opportunites"][0]["lienPaiement"].clone();
    let browser = Browser::open(true).await;
    browser.go(lien.as_str().unwrap()).await;
    // As often as a link may ask within an hour.
    browser
        .run(
            "for (let n = 0; n < 60; n += 1) await fetch(`${location.pathname}/verifier`, \
             { method: 'POST', body: new URLSearchParams({ cle: 'once' }), redirect: 'manual' })",
        )
        .await;
    browser.press("Payer").await;
    browser.find("//*[@data-caduque]").await;
    browser.run(COUNT).await;
    looks(&browser).await;
    browser.find("//*[@data-caduque]").await;
    let paid =
        claire.post(&format!("/api/opportunites/{deal}/encaissement"), json!({ "moyen": "virement" })).await;
    assert!(paid.status.is_success(), "{}", paid.text);
    looks(&browser).await;
    browser.find(super::PAID).await;
    assert_eq!(browser.run("return document.querySelectorAll('[data-caduque]').length").await, 0);
    browser.close().await;
}
