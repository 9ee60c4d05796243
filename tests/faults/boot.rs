//! What the processes depend on comes up after them, in any order.

use sandbox::postgres::Stop;
use tests::wait::PATIENCE;
use tests::{App, Options, until};

use crate::{event, faulty};

/// One of the two that the processes cannot do without.
#[derive(Clone, Copy)]
enum Dependency {
    Redis,
    Postgres,
}

#[tokio::test]
async fn whatever_comes_up_last_the_product_converges() {
    use Dependency::{Postgres, Redis};
    for order in [[Redis, Postgres], [Postgres, Redis]] {
        let mut app = App::start_with(Options { edge: false, workers: 0, ..faulty() }).await;
        app.redis.stop().unwrap();
        app.postgres.stop(Stop::Fast).unwrap();
        app.start_edge().await;
        app.start_worker();
        let status = async |path: &str| {
            let answer = reqwest::Client::new().get(format!("{}{path}", app.base)).timeout(PATIENCE).send();
            answer.await.unwrap().status().as_u16()
        };
        assert_eq!((status("/sante").await, status("/pret").await), (200, 503));
        for (n, dependency) in order.into_iter().enumerate() {
            match dependency {
                Redis => app.redis.restart().unwrap(),
                Postgres => app.postgres.restart().unwrap(),
            }
            if n == 0 {
                let client = reqwest::Client::new().get(format!("{}/pret", app.base));
                assert_eq!(client.send().await.unwrap().status(), 503, "one of two is not enough");
            }
        }
        let url = format!("{}/pret", app.base);
        until("the edge is ready", || async {
            (reqwest::get(&url).await.ok()?.status() == 200).then_some(())
        })
        .await;
        app.courier().deliver(&event("evt_first")).await.unwrap().expect(200);
        app.until_count("SELECT count(*) FROM evenement_stripe", 1).await;
        assert!(app.workers[0].ended().unwrap().is_none(), "the worker was never started again");
        app.check_l().await;
    }
}
