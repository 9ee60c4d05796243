//! Pages on paper, and in their reader's own colours.

use serde_json::json;
use tests::{App, Browser};

const EMAIL: &str = "claire@example.org";

/// A paid deal and one that is due, each with its pages: the paid deal's id, its payment link, the portal's.
async fn paid() -> (App, String, String, String) {
    let app = App::start().await;
    let claire = app.freelance(EMAIL).await;
    let client = claire.add_client("Librairie Vasseur").await;
    let deal = claire.add_paid_deal(&app, client, "Refonte du site", "1200.50").await;
    let lien = claire.deal(deal).await["lienPaiement"].as_str().unwrap().to_owned();
    claire.add_won_deal(client, "Maintenance annuelle", "640").await;
    let portail = claire.open_portail(client).await;
    let question = json!({ "sujet": "Couleur", "description": "Bleu ?" });
    portail.post("/tickets", question).await.expect(201);
    let portail = format!("{}/portail/{}", app.base, portail.token);
    let deal = format!("{}/opportunites/{deal}", app.base);
    (app, deal, lien, portail)
}

/// How many sheets a PDF has.
fn sheets(pdf: &[u8]) -> usize {
    let pdf = String::from_utf8_lossy(pdf);
    pdf.matches("/Type /Page").count() - pdf.matches("/Type /Pages").count()
}

#[tokio::test]
async fn receipts_portals_and_deals_are_whole_on_paper() {
    let (app, deal, lien, portail) = paid().await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    let all = ["Librairie Vasseur", "Refonte du site", "1 200,50 €"];
    for (url, most, also) in [
        (format!("{lien}/recu"), 1, "Ce reçu ne remplace pas une facture."),
        (format!("{deal}/recu"), 1, "Ce reçu ne remplace pas une facture."),
        (portail, 2, "Maintenance annuelle"),
        (deal, 2, "checkout.session.completed"),
    ] {
        browser.go(&url).await;
        browser.look_at_paper().await;
        let width = browser.run("return document.documentElement.scrollWidth").await;
        assert!(width.as_u64().unwrap() <= 718, "{url} is as wide as {width}");
        let text = browser.text().await;
        for said in all.iter().chain([&also]) {
            assert!(text.contains(said), "{url} does not say « {said} »: {text}");
        }
        let pressed = "return [...document.querySelectorAll('button, input, select, textarea')].filter((it) => it.offsetParent).length";
        assert_eq!(browser.run(pressed).await, 0, "{url}: nothing on paper can be pressed");
        let pdf = browser.print().await;
        assert!((1..=most).contains(&sheets(&pdf)), "{url} takes {} sheets", sheets(&pdf));
    }
    browser.close().await;
}

#[tokio::test]
async fn the_reader_s_own_colours_still_tell_where_one_is_and_what_is_new() {
    let (app, deal, _, portail) = paid().await;
    let browser = Browser::open(true).await;
    browser.sign_in(&app.base, EMAIL).await;
    browser.force_colors().await;
    assert_eq!(browser.run("return matchMedia('(forced-colors: active)').matches").await, true);
    let colours = |of: &str| format!("const of = {of}; return of.map((it) => it && it.trim())");
    let of = |selector: &str, pseudo: &str, property: &str| {
        format!("getComputedStyle(document.querySelector('{selector}'), '{pseudo}').{property}")
    };
    for (url, here, there) in [
        // The station that one is at, and the one before; the current entry, and another; what is new, and the page.
        (
            &deal,
            of(".ligne > [aria-current]", "::after", "backgroundColor"),
            of(".ligne > .passed", "::after", "backgroundColor"),
        ),
        (
            &deal,
            of(".nav [aria-current]", "", "borderBlockEndColor"),
            of(".nav a:not([aria-current])", "", "borderBlockEndColor"),
        ),
        (
            &format!("{}/tickets", app.base),
            of(".rang .mark", "", "backgroundColor"),
            of("body", "", "backgroundColor"),
        ),
        (&portail, of(".prochain", "", "backgroundColor"), of("body", "", "backgroundColor")),
    ] {
        browser.go(url).await;
        let seen = browser.run(&colours(&format!("[{here}, {there}]"))).await;
        assert_ne!(seen[0], seen[1], "{url}: {here}");
    }
    browser.close().await;
}
