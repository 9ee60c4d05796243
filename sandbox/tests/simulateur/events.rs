//! The list of events: in pages, filtered.

use axum::http::StatusCode;
use sandbox::simulateur::{Moyen, Options};
use serde_json::Value;

use crate::{Hook, KEY, SESSIONS, Stripe, ids};

#[tokio::test]
async fn the_list_of_events_is_newest_first_in_pages_and_filtered() {
    let stripe = Stripe::start(Options::default()).await;
    let session = stripe.session("k").await;
    let now = stripe.get(&format!("{SESSIONS}/{session}")).await["created"].as_i64().unwrap();
    let make =
        |kind, age| stripe.simulateur.make_event_at(kind, serde_json::json!({ "object": "x" }), now - age);
    let too_old = make("charge.failed", 31 * 24 * 3600);
    assert_eq!(stripe.get(&format!("/v1/events/{too_old}")).await["id"], too_old, "kept, and not listed");
    let (a, b, c, d) = (
        make("refund.created", 3000),
        make("charge.failed", 200),
        make("refund.created", 100),
        make("ping", 0),
    );
    for (query, expected, more) in [
        ("", vec![&d, &c, &b, &a], false),
        ("?limit=2", vec![&d, &c], true),
        (&format!("?limit=2&starting_after={c}"), vec![&b, &a], false),
        (&format!("?limit=1&ending_before={a}"), vec![&b], true),
        (&format!("?ending_before={b}"), vec![&d, &c], false),
        ("?type=refund.*", vec![&c, &a], false),
        ("?types[]=ping&types[]=charge.failed", vec![&d, &b], false),
        ("?types[0]=ping&types[1]=refund.created&limit=2", vec![&d, &c], true),
        (&format!("?created[gte]={}", now - 200), vec![&d, &c, &b], false),
        (&format!("?created[gt]={}&created[lt]={now}", now - 200), vec![&c], false),
        (&format!("?created={}", now - 3000), vec![&a], false),
    ] {
        let list = stripe.get(&format!("/v1/events{query}")).await;
        assert_eq!(ids(&list), (expected.into_iter().map(String::as_str).collect(), more), "{query}");
    }
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("starting_after=evt_inconnu", "starting_after"),
        ("type=ping&types[]=ping", "type"),
        ("created[depuis]=1", "created[depuis]"),
        ("depuis=1", "depuis"),
    ] {
        let url = format!("{}/v1/events?{query}", stripe.simulateur.base());
        let answer = stripe.http.get(url).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["param"], param, "{query}");
    }
}

#[tokio::test]
async fn events_are_listed_by_whether_the_endpoint_took_them() {
    let hook = Hook::start().await;
    hook.answers.lock().unwrap().push(StatusCode::BAD_GATEWAY);
    let stripe = Stripe::start(Options { retries: Vec::new(), ..hook.options() }).await;
    stripe.simulateur.pay(&stripe.session("a").await, Moyen::Carte).await.unwrap();
    stripe.simulateur.pay(&stripe.session("b").await, Moyen::Carte).await.unwrap();
    let list = async |success: bool| {
        stripe.get(&format!("/v1/events?type=checkout.session.completed&delivery_success={success}")).await
    };
    let (taken, refused) = (list(true).await, list(false).await);
    let ((taken, _), (refused, _)) = (ids(&taken), ids(&refused));
    assert_eq!((taken.len(), refused.len()), (1, 1), "given up is not delivered");
    stripe.simulateur.deliver(refused[0], 1).await.unwrap();
    assert_eq!(ids(&list(false).await).0.len(), 0, "sent again and taken");
}
