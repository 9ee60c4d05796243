//! How far a job is, told where it was asked for; and what was typed outlives whatever breaks.

use sandbox::redis::AppendFsync;
use sandbox::simulateur::Moyen;
use serde_json::json;
use tests::{App, Browser, Bureau, Options, until};

use super::PAID;

const EMAIL: &str = "claire@example.org";
const NOTES: &str = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'";
/// What the station that a job is at is called, each time that it changes.
const WATCH: &str = "window.stations = []; \
     new MutationObserver(() => { \
       const ici = document.querySelector('[data-trajet] [aria-current]')?.textContent; \
       if (ici && stations.at(-1) !== ici) stations.push(ici); \
     }).observe(document.body, { subtree: true, childList: true, attributes: true })";

/// Lets the page's clock run a minute each second.
const LEAP: &str = "const now = Date.now; let leap = 0; Date.now = () => now() + leap; \
     window.leaping = setInterval(() => { leap += 60_000; }, 1000)";

/// A client's page in a browser, a note typed into it, no worker that would keep it; and their freelancer's API.
async fn note_typed() -> (App, Browser, Bureau) {
    let redis = sandbox::redis::Options { append_fsync: AppendFsync::Always, ..Default::default() };
    let mut app = App::start_with(Options { redis, ..Options::default() }).await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    app.kill_workers();
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.go(&format!("{}/clients/{client}?onglet=note", app.base)).await;
    browser.fill("Ajouter dans l’historique", "texte", "Préfère être appelée après 15 h.").await;
    (app, browser, claire)
}

async fn is_still_there(browser: &Browser) {
    let texte = browser.run("return document.querySelector('[name=texte]').value").await;
    assert_eq!(texte, "Préfère être appelée après 15 h.");
}

async fn is_kept_once(app: &App, browser: &Browser) {
    browser.sees("Ajouté dans l’historique.").await;
    browser.find("//li//*[contains(., 'Préfère être appelée')]").await;
    let texte = browser.run("return document.querySelector('[name=texte]').value").await;
    assert_eq!(texte, "", "the form is ready for the next");
    app.until_empty().await;
    assert_eq!(app.count(NOTES).await, 1);
}

fn station(word: &str) -> String {
    format!("//*[@data-trajet]/li[@aria-current='step' and contains(., '{word}')]")
}

#[tokio::test]
async fn a_job_is_told_from_the_queue_to_its_end_where_it_was_asked_for() {
    let (mut app, browser, _) = note_typed().await;
    browser.run(WATCH).await;
    browser.press("Ajouter dans l’historique").await;
    browser.find(&station("en file")).await;
    let latch = app.latch();
    app.start_worker_with(&[("FAILPOINT", &format!("before-commit@RecordNote={}", latch.hang()))]);
    browser.find(&station("en cours")).await;
    assert!(!browser.text().await.contains("Ajouté dans l’historique."), "nothing is said before it is done");
    latch.lift();
    is_kept_once(&app, &browser).await;
    assert_eq!(browser.run("return stations").await, json!(["en file", "en cours", "fait"]));
    browser.close().await;
}

#[tokio::test]
async fn after_its_deadline_a_job_is_not_confirmed_and_may_be_sent_again() {
    let (mut app, browser, _) = note_typed().await;
    browser.press("Ajouter dans l’historique").await;
    browser.find(&station("en file")).await;
    browser.run(LEAP).await;
    browser.find("//*[@data-trajet and contains(., 'non confirmé')]").await;
    assert!(!browser.text().await.contains("échec"), "nobody knows that");
    is_still_there(&browser).await;
    browser.run("clearInterval(leaping)").await;
    // Sent again it is the same wish.
    browser.press("Réessayer").await;
    browser.find(&station("en file")).await;
    app.start_worker();
    is_kept_once(&app, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn what_was_typed_outlives_a_dead_edge_and_a_dead_redis() {
    let (mut app, browser, claire) = note_typed().await;
    app.start_worker();
    app.kill_edge();
    browser.press("Ajouter dans l’historique").await;
    browser.sees("La connexion a été coupée").await;
    browser.find("//*[@data-trajet and contains(., 'non confirmé')]").await;
    is_still_there(&browser).await;

    app.start_edge().await;
    app.redis.stop().unwrap();
    browser.press("Réessayer").await;
    browser.find("//*[contains(@class, 'toast') and contains(., 'indisponible')]").await;
    is_still_there(&browser).await;

    app.redis.restart().unwrap();
    let other = json!({ "nom": "Domaine de la Roche", "type": "entreprise", "langue": "fr" });
    until("jobs are taken again", || async {
        let taken = claire.post("/api/clients", other.clone()).await;
        (taken.status == 201).then_some(())
    })
    .await;
    browser.press("Réessayer").await;
    is_kept_once(&app, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn the_portal_and_the_deal_turn_to_paye_by_themselves() {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_won_deal(client, "Refonte du site", "1200.50").await;
    claire.pay_link(deal).await;
    let portail = claire.open_portail(client).await;
    let session = claire.session_id(deal).await;

    let (theirs, ours) = (Browser::open(true).await, Browser::open(true).await);
    theirs.go(&format!("{}/portail/{}", app.base, portail.token)).await;
    theirs.sees("En attente").await;
    ours.sign_in(&app.base, EMAIL).await;
    ours.go(&format!("{}/opportunites/{deal}", app.base)).await;
    ours.sees("En attente").await;

    app.simulateur.pay(&session, Moyen::Carte).await.unwrap();
    theirs.find(PAID).await;
    theirs.sees("Rien à faire").await;
    ours.find(PAID).await;
    // News that came while one looks: the page marks it, and its script says that it was seen.
    ours.sees("Non lu").await;
    app.until_count("SELECT count(*) FROM evenement_timeline WHERE nouvelle AND date_lecture IS NULL", 0)
        .await;
    theirs.close().await;
    ours.close().await;
}
