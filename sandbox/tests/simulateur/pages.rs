//! The pages for people.

use axum::http::{StatusCode, header};
use sandbox::simulateur::{Moyen, Options};

use crate::{Hook, SESSIONS, Stripe};

#[tokio::test]
async fn paying_on_the_page_tells_the_endpoint_and_sends_the_payer_back() {
    let hook = Hook::start().await;
    let stripe = Stripe::start(hook.options()).await;
    let id = stripe.session("k").await;
    let page = format!("{}/c/pay/{id}", stripe.simulateur.base());
    let shown = stripe.http.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Payer") && shown.contains("1200.50 EUR"), "{shown}");

    let declined = stripe.http.post(&page).form(&[("action", "carte_refusee")]).send().await.unwrap();
    assert!(declined.text().await.unwrap().contains("refusée"));
    assert_eq!(stripe.simulateur.session(&id).unwrap().statut, "open");

    let paid = stripe.http.post(&page).form(&[("action", "carte")]).send().await.unwrap();
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    assert_eq!(paid.headers()["location"], format!("http://127.0.0.1:1/merci?s={id}"));
    // The page waited for the endpoint: it has been told already.
    assert_eq!(hook.got(), [("checkout.session.completed".to_owned(), true)]);
    let session = stripe.get(&format!("{SESSIONS}/{id}?expand[]=payment_intent")).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&"complete".into(), &"paid".into()));
    assert_eq!(session["payment_intent"]["amount_received"], 120_050);

    let again = stripe.http.post(&page).form(&[("action", "carte")]).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

impl Stripe {
    /// Presses a button of the home page; the page that follows, or what it answered instead.
    async fn press(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let url = format!("{}{path}", self.simulateur.base());
        let answer = self.http.post(url).form(fields).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn home(&self, language: &str) -> String {
        let url = format!("{}/", self.simulateur.base());
        let request = self.http.get(url).header(header::ACCEPT_LANGUAGE, language);
        request.send().await.unwrap().text().await.unwrap()
    }
}

#[tokio::test]
async fn the_buttons_of_the_home_page_do_what_they_say() {
    let stripe = Stripe::start(Options::default()).await;
    let id = stripe.session("a").await;
    let session = format!("/sessions/{id}");
    assert!(stripe.home("fr-FR,en;q=0.5").await.contains("Payer par carte"));
    assert!(stripe.home("en-GB,fr;q=0.5").await.contains("Pay by card"));
    for (fields, event) in [
        (vec![("acte", "carte_refusee")], "payment_intent.payment_failed"),
        (vec![("acte", "carte")], "checkout.session.completed"),
        (vec![("acte", "rembourser"), ("montant", "12,50")], "refund.created"),
        (vec![("acte", "rembourser_lentement"), ("montant", "1")], "charge.refunded"),
        (vec![("acte", "contester"), ("montant", "100.00")], "charge.dispute.funds_withdrawn"),
    ] {
        assert_eq!(stripe.press(&session, &fields).await.0, StatusCode::SEE_OTHER, "{event}");
        assert!(!stripe.simulateur.events(event).is_empty(), "{event}");
    }
    let object = |event: &str| stripe.simulateur.events(event)[0]["data"]["object"].clone();
    assert_eq!(object("refund.created")["amount"], 1250);
    let page = stripe.home("fr").await;
    assert!(page.contains("Remboursement de 1.00 EUR") && page.contains("Litige, 100.00 EUR"), "{page}");
    let refund = stripe.simulateur.events("refund.created")[1]["data"]["object"]["id"].clone();
    let dispute = object("charge.dispute.created")["id"].clone();
    for (path, event) in [
        (format!("/remboursements/{}", refund.as_str().unwrap()), "refund.failed"),
        (format!("/litiges/{}", dispute.as_str().unwrap()), "charge.dispute.closed"),
    ] {
        stripe.press(&path, &[("bon", "false")]).await;
        assert_eq!(stripe.simulateur.events(event).len(), 1, "{event}");
    }
    assert_eq!(object("charge.dispute.closed")["status"], "lost");
    let (status, page) = stripe.press(&session, &[("acte", "expirer")]).await;
    assert!(status == StatusCode::CONFLICT && page.contains("can be expired"), "{page}");

    let debit = stripe.session("b").await;
    stripe.simulateur.pay(&debit, Moyen::Sepa).await.unwrap();
    stripe.press(&format!("/sessions/{debit}"), &[("acte", "rejeter")]).await;
    assert_eq!(stripe.simulateur.events("checkout.session.async_payment_failed").len(), 1);
    assert!(stripe.home("fr").await.contains("prélèvement rejeté"));
}

#[tokio::test]
async fn the_switches_of_the_home_page_are_faults() {
    let stripe = Stripe::start(Options::default()).await;
    stripe.press("/fautes/api", &[("faute", "trop_de_requetes"), ("fois", "1")]).await;
    stripe.press("/fautes/webhooks", &[("faute", "perdre"), ("fois", "")]).await;
    let page = stripe.home("fr").await;
    assert!(page.contains("trop_de_requetes</code> × 1") && page.contains("perdre"), "{page}");
    assert_eq!(stripe.post("k", &crate::form()).await.unwrap().0, 429);
    stripe.press("/fautes/aucune", &[]).await;
    assert!(!stripe.home("fr").await.contains("perdre</code>"));
    assert_eq!(stripe.post("k", &crate::form()).await.unwrap().0, 200);
}
