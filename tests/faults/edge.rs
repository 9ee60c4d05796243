//! The edge dies with an answer on its lips, or is told to stop.

use std::time::Duration;

use nix::sys::signal::Signal;
use tests::wait::within;

use crate::{event, faulty, office};

const KILLED: &[(&str, &str)] = &[("FAILPOINT", "after-push=kill")];

#[tokio::test]
async fn an_edge_killed_between_push_and_reply_has_pushed_once() {
    let (mut app, claire, client) = office(faulty()).await;
    app.kill_edge();
    app.start_edge_with(KILLED).await;
    assert!(claire.push_note(client, "sent twice").await.is_err());
    app.kill_edge();
    app.start_edge_with(KILLED).await;
    assert!(app.courier().deliver(&event("evt_twice")).await.is_err());
    app.kill_edge();
    app.start_edge().await;
    // Who got no answer asks again, under the same key.
    let again = claire.push_note(client, "sent twice").await.unwrap();
    assert!(again.status.is_success(), "{}", again.text);
    app.courier().deliver(&event("evt_twice")).await.unwrap().expect(200);
    app.check_l().await;
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'note'").await, 1);
}

#[tokio::test]
async fn an_edge_told_to_stop_answers_what_it_has_begun_and_is_gone_within_ten_seconds() {
    let (mut app, claire, client) = office(faulty()).await;
    let courier = app.courier();
    let load = tokio::spawn(async move {
        let mut answered = 0;
        for n in 0..10_000 {
            let pushed = claire.push_note(client, &format!("note {n}")).await;
            let delivered = courier.deliver(&event(&format!("evt_{n}"))).await;
            // Refused at the door is no loss: whoever brings it comes again.
            let (Ok(pushed), Ok(delivered)) = (pushed, delivered) else { break };
            assert!(pushed.status.is_success() && delivered.status.is_success(), "{}", pushed.text);
            answered += 1;
        }
        answered
    });
    app.until_count("SELECT least(count(*), 20) FROM evenement_stripe", 20).await;
    let mut edge = app.edge.take().unwrap();
    edge.signal(Signal::SIGTERM).unwrap();
    within(Duration::from_secs(10), "the edge is gone", || {
        let ended = edge.ended().unwrap();
        async move { ended }
    })
    .await;
    assert!(load.await.unwrap() >= 20);
    app.check_l().await;
}
