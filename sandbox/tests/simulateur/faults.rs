//! The faults that can be asked for, of webhooks and of the API.

use std::time::Duration;

use axum::http::StatusCode;
use sandbox::simulateur::{FauteApi, FauteWebhook, Fautes, GenreApi, GenreWebhook, Moyen, Options, Outcome};

use crate::{Hook, Stripe, form, ids};

#[tokio::test]
async fn lost_and_doubled_webhooks_stand_in_the_list_of_events_all_the_same() {
    let hook = Hook::start().await;
    let stripe = Stripe::start(hook.options()).await;
    let fault = |faute, copies| FauteWebhook { kind: None, faute, fois: Some(1), copies, delai_ms: 0 };
    stripe.simulateur.set_faults(Fautes {
        webhooks: vec![fault(GenreWebhook::Perdre, 0), fault(GenreWebhook::Dupliquer, 5)],
        ..Default::default()
    });
    for (key, told) in [("a", 0), ("b", 5), ("c", 6)] {
        let id = stripe.session(key).await;
        stripe.simulateur.pay(&id, Moyen::Carte).await.unwrap();
        assert_eq!(hook.got().len(), told, "{key}");
    }
    let events = stripe.get("/v1/events?type=checkout.session.completed&limit=2").await;
    assert_eq!((events["data"].as_array().unwrap().len(), &events["has_more"]), (2, &true.into()));
    let last = events["data"][1]["id"].as_str().unwrap();
    let rest = stripe.get(&format!("/v1/events?types[]=checkout.*&starting_after={last}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &false.into()));
    stripe.simulateur.deliver(last, 3).await.unwrap();
    assert_eq!(hook.got().len(), 9);
}

#[tokio::test]
async fn faults_of_the_api_do_what_they_say() {
    let stripe = Stripe::start(Options::default()).await;
    let fault = |faute| FauteApi { methode: None, chemin: None, faute, fois: Some(1), delai_ms: 0 };
    let set = |faute| {
        stripe.simulateur.set_faults(Fautes { api: vec![fault(faute)], ..Default::default() });
    };

    set(GenreApi::TropDeRequetes);
    assert_eq!(stripe.post("a", &form()).await.unwrap().0, 429);
    assert_eq!(stripe.post("a", &form()).await.unwrap().0, 200);

    set(GenreApi::Erreur);
    let (status, replayed, _) = stripe.post("b", &form()).await.unwrap();
    assert_eq!((status, replayed), (500, false));
    let (status, replayed, _) = stripe.post("b", &form()).await.unwrap();
    assert_eq!((status, replayed), (500, true));
    assert_eq!(stripe.simulateur.sessions().len(), 1, "nothing was done");

    set(GenreApi::Coupure);
    assert!(stripe.post("c", &form()).await.is_err());
    assert_eq!(stripe.simulateur.sessions().len(), 1, "nothing was done");

    set(GenreApi::CoupureApres);
    assert!(stripe.post("d", &form()).await.is_err());
    assert_eq!(stripe.simulateur.sessions().len(), 2, "it was done");
    let (status, replayed, _) = stripe.post("d", &form()).await.unwrap();
    assert_eq!((status, replayed), (200, true));
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict() {
    let stripe = Stripe::start(Options::default()).await;
    let late = FauteApi { methode: None, chemin: None, faute: GenreApi::Delai, fois: Some(1), delai_ms: 300 };
    stripe.simulateur.set_faults(Fautes { api: vec![late], ..Default::default() });
    let form = form();
    let twins = tokio::join!(stripe.post("k", &form), stripe.post("k", &form));
    let mut statuses = [twins.0.unwrap().0, twins.1.unwrap().0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_until_it_is_taken() {
    let hook = Hook::start().await;
    hook.answers.lock().unwrap().extend([StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE]);
    let retries = vec![Duration::from_millis(5); 3];
    let stripe = Stripe::start(Options { retries, ..hook.options() }).await;
    let id = stripe.session("k").await;
    stripe.simulateur.pay(&id, Moyen::Carte).await.unwrap();
    let taken = async {
        while stripe.simulateur.deliveries()[0].etat != Outcome::Livree {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), taken).await.unwrap();
    let statuses: Vec<_> =
        stripe.simulateur.deliveries()[0].essais.iter().map(|essai| essai.statut).collect();
    assert_eq!(statuses, [Some(503), Some(502), Some(200)]);
}

#[tokio::test]
async fn shuffled_webhooks_come_together_and_in_another_order() {
    let hook = Hook::start().await;
    let mut options = hook.options();
    options.webhook.as_mut().unwrap().types = Vec::new();
    let stripe = Stripe::start(options).await;
    let melanger =
        FauteWebhook { kind: None, faute: GenreWebhook::Melanger, fois: None, copies: 3, delai_ms: 0 };
    stripe.simulateur.set_faults(Fautes { webhooks: vec![melanger], ..Default::default() });
    let make = |kind| stripe.simulateur.make_event(kind, serde_json::json!({}));
    let _held = (make("a"), make("b"));
    assert_eq!(ids(&stripe.get("/v1/events?delivery_success=false").await).0.len(), 2, "held, not delivered");
    assert_eq!(hook.got(), []);
    let _third = make("c");
    hook.until(3).await;
    let mut kinds: Vec<_> = hook.got().into_iter().map(|(kind, _)| kind).collect();
    assert_ne!(kinds, ["a", "b", "c"]);
    kinds.sort();
    assert_eq!(kinds, ["a", "b", "c"]);
    let _alone = make("d");
    stripe.simulateur.set_faults(Fautes::default());
    hook.until(4).await;
}

#[tokio::test]
async fn a_closed_port_refuses_connections_and_an_open_one_knows_what_was() {
    let stripe = Stripe::start(Options::default()).await;
    let id = stripe.session("k").await;
    stripe.simulateur.close_port().await;
    let error = stripe.post("k", &form()).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    stripe.simulateur.open_port().await;
    assert_eq!(stripe.session("k").await, id);
}

#[tokio::test]
async fn a_forgotten_key_makes_another_session() {
    let stripe = Stripe::start(Options::default()).await;
    let id = stripe.session("k").await;
    stripe.simulateur.forget_keys();
    assert_ne!(stripe.session("k").await, id);
}
