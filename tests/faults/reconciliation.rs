//! What was paid is in the books although nobody tells of it, or what told of it is lost.

use std::time::Duration;

use common::jobs::ProcessStripeWebhook;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use sandbox::simulateur::Moyen;
use tests::wait::within;
use tests::{App, Bureau, Options};
use uuid::Uuid;

use crate::tempete::{VICTIMS, chance, kill_one, seed};
use crate::{faulty, office};

/// What is promised once the dependencies are back.
const TWO_MINUTES: Duration = Duration::from_mins(2);

fn looking() -> Options {
    Options { webhooks: false, workers: 2, reconcile_every: 1, ..faulty() }
}

/// Sessions that wait for money.
async fn open_sessions(app: &App, claire: &Bureau, client: Uuid, count: usize) -> Vec<String> {
    for n in 0..count {
        let deal = claire.add_won_deal(client, &format!("deal {n}"), "100").await;
        claire.pay_link(deal).await;
    }
    app.simulateur.sessions().into_iter().map(|session| session.id).collect()
}

/// Waits until every event that Stripe lists stands; how many there are.
async fn until_all_stand(app: &App) -> usize {
    let listed = ProcessStripeWebhook::TYPES.iter().flat_map(|kind| app.simulateur.events(kind));
    let ids: Vec<String> = listed.map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    let sql = "SELECT count(*) FROM evenement_stripe WHERE stripe_event_id = ANY($1)";
    within(TWO_MINUTES, "every event that Stripe lists", || async {
        let stand: i64 = sqlx::query_scalar(sql).bind(&ids).fetch_one(&app.db).await.ok()?;
        (usize::try_from(stand).unwrap() == ids.len()).then_some(())
    })
    .await;
    ids.len()
}

#[tokio::test]
async fn without_any_webhook_everything_arrives_in_a_storm() {
    let (mut app, claire, client) = office(looking()).await;
    let mut sessions = open_sessions(&app, &claire, client, 20).await;
    let mut rng = chance(seed());
    sessions.shuffle(&mut rng);
    // Twelve of which ten are hit: each at least once.
    let mut victims = VICTIMS.repeat(3);
    victims.shuffle(&mut rng);
    for two in sessions.chunks(2) {
        for session in two {
            app.simulateur.pay(session, Moyen::Carte).await.unwrap();
        }
        app.simulateur.refund(&two[0], Some(50)).unwrap();
        kill_one(&mut app, victims.pop().unwrap()).await;
    }
    assert!(until_all_stand(&app).await >= 30);
    let told = "SELECT count(*) FROM evenement_stripe WHERE source <> 'reconciliation'";
    assert_eq!(app.count(told).await, 0);
    app.check_l().await;
}

/// Each round's events are accepted while no worker runs, by an edge that is killed in between, and then Redis is
/// emptied: only Stripe still has them.
#[tokio::test]
async fn nothing_that_was_accepted_is_lost_with_ten_wipes_of_redis() {
    let (mut app, claire, client) = office(looking()).await;
    let mut sessions = open_sessions(&app, &claire, client, 20).await;
    let mut rng = chance(seed());
    sessions.shuffle(&mut rng);
    let courier = app.courier();
    for two in sessions.chunks(2) {
        app.kill_workers();
        for session in two {
            app.simulateur.pay(session, Moyen::Carte).await.unwrap();
        }
        let paid = app.simulateur.events("checkout.session.completed");
        let mut letters: Vec<_> = paid.iter().rev().take(2).cycle().take(6).collect();
        letters.shuffle(&mut rng);
        let killed = rng.random_range(0..letters.len());
        for (n, event) in letters.iter().enumerate() {
            courier.deliver(event).await.unwrap().expect(200);
            if n == killed {
                kill_one(&mut app, "edge").await;
            }
        }
        app.wipe_redis().await;
        app.start_worker();
    }
    assert!(until_all_stand(&app).await >= 20);
    // Not "at most once", as after other wipes: exactly once.
    app.check_l().await;
    assert_eq!(app.witness.events(), 20);
}
