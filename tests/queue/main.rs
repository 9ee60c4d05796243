//! The queue's contract, on a real Redis and real workers. A test holds each run in its hand: it sees the job
//! being handed out, and says how the run ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::domaine::StatutJob;
use common::job::{Actor, Envelope, JobId, Queue};
use common::queue::health::{QUARANTINE_MAX, Reason};
use common::queue::{DONE_CHANNEL, Producer, PushError, Pushed, keys};
use redis::aio::MultiplexedConnection;
use sandbox::redis::{AppendFsync, Options as RedisOptions, Redis};
use secrecy::SecretString;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::queue::{Delivery, Options, Process, Verdict, serve};

/// How long anything observable may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Short, so that ten of them are soon over; a tenth of production's.
const LEASE: Duration = Duration::from_millis(600);

type Result<T = ()> = anyhow::Result<T>;

// ---- pushing -----------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_same_job_is_queued_once_and_another_under_its_id_is_told_so() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let job = job(1, "a");
    assert_eq!(place.producer.push(&job).await?, Pushed::Queued);
    assert_eq!(place.producer.push(&job).await?, Pushed::Pending);
    assert_eq!(place.producer.push(&Envelope { id: job.id, ..self::job(2, "b") }).await?, Pushed::KeyReused);
    assert_eq!(place.waiting(Queue::Courant).await?, 1);
    Ok(())
}

#[tokio::test]
async fn the_record_tells_of_an_unfinished_job_and_its_end_is_announced() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut ends = redis::Client::open(place.redis.url())?.get_async_pubsub().await?;
    ends.subscribe(DONE_CHANNEL).await?;
    let job = job(1, "a");
    assert_eq!(place.producer.record(job.id).await?, None);
    place.producer.push(&job).await?;
    let record = place.producer.record(job.id).await?.expect("a record");
    assert_eq!((record.actor, record.payload_hash.as_str()), (job.actor, job.payload_hash.as_str()));
    assert_eq!((record.kind.as_str(), record.statut), ("test", StatutJob::EnAttente));
    assert_eq!(record.cree_le, job.cree_le);

    let mut worker = place.worker(Options::new(2));
    let run = worker.run().await?;
    let running = async || place.statut(&job).await == Some(StatutJob::EnCours);
    eventually("the record says that the job runs", running).await?;
    assert_eq!(place.producer.push(&job).await?, Pushed::Pending);

    run.ends(Verdict::Done);
    let end = tokio::time::timeout(PATIENCE, futures_util::StreamExt::next(&mut ends.on_message())).await?;
    assert_eq!(end.expect("a message").get_payload::<String>()?, job.id.to_string());
    assert_eq!(place.producer.record(job.id).await?, None);
    assert_eq!(place.producer.push(&job).await?, Pushed::Queued);
    Ok(())
}

#[tokio::test]
async fn a_delayed_job_does_not_run_before_its_time() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(2));
    let due = place.redis_time().await? + Duration::from_millis(400);
    place.producer.push_after(&job(1, "later"), Duration::from_millis(400)).await?;
    let run = worker.run().await?;
    assert!(place.redis_time().await? >= due);
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn many_jobs_that_are_due_at_once_all_run() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    for n in 0..1_000 {
        place.producer.push_after(&job(n, "due"), Duration::from_millis(1)).await?;
    }
    let mut worker = place.worker(Options::new(16));
    for _ in 0..1_000 {
        worker.run().await?.ends(Verdict::Done);
    }
    place.drained().await
}

#[tokio::test]
async fn a_hundred_thousand_due_jobs_are_just_a_backlog() -> Result {
    const MANY: u64 = 100_000;
    let mut place = Place::start(RedisOptions::default()).await?;
    let fill = redis::Script::new(
        "for n = ARGV[1], ARGV[2] do
           local job = { 'job', string.format('00000000-0000-0000-0000-%012d', n), 'enveloppe', 'e', 'echecs', '3' }
           redis.call('ZADD', KEYS[1], n, cmsgpack.pack(job))
         end",
    );
    for first in (1..MANY).step_by(5_000) {
        let mut fill = fill.key(keys::delayed(Queue::Courant));
        fill.arg(first).arg(first + 4_999).invoke_async::<()>(&mut place.connection).await?;
    }
    let done = Arc::new(Count::default());
    let _worker = Worker::serving(&place.url, Options::new(64), done.clone());
    // While they are promoted and run, others get their turn.
    let other = Envelope { queue: Queue::Paiements, ..job(1, "a") };
    place.producer.push(&other).await?;
    eventually("the other queue goes on", async || place.statut(&other).await.is_none()).await?;
    eventually_within(PATIENCE * 6, "all have run", async || done.0.load(Ordering::Relaxed) > MANY).await?;
    place.drained().await?;
    assert_eq!(done.0.load(Ordering::Relaxed), MANY + 1, "each once");
    Ok(())
}

#[tokio::test]
async fn a_record_whose_job_is_gone_counts_for_nothing() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let soon = Duration::from_millis(50);
    let (ready, delayed, retried) = (job(1, "ready"), job(2, "delayed"), job(3, "retried"));
    let mut worker = place.worker(Options::new(1));
    place.producer.push(&retried).await?;
    worker.run().await?.ends(Verdict::Retry { after: Some(PATIENCE * 10) });
    let waits = async || place.producer.health().await.is_ok_and(|health| health.queues[1].delayed == 1);
    eventually("it waits for its retry", waits).await?;
    worker.stop.cancel();
    worker.ended().await?;
    place.producer.push(&ready).await?;
    place.producer.push_after(&delayed, PATIENCE * 10).await?;
    let jobs = [&ready, &delayed, &retried];
    for job in jobs {
        assert_eq!(place.statut(job).await, Some(StatutJob::EnAttente));
        assert_eq!(place.producer.push(job).await?, Pushed::Pending);
    }
    // As an eviction, or a log that was cut off, would have it: the records stay.
    let gone = [keys::stream(Queue::Courant), keys::delayed(Queue::Courant)];
    let _: () = redis::cmd("DEL").arg(&gone).query_async(&mut place.connection).await?;
    for job in jobs {
        assert_eq!(place.statut(job).await, None);
    }
    // The same wishes may be asked for again, and run; and their records are whole after a promotion.
    assert_eq!(place.producer.push(&ready).await?, Pushed::Queued);
    assert_eq!(place.producer.push_after(&delayed, soon).await?, Pushed::Queued);
    let mut worker = place.worker(Options::new(2));
    let runs = [worker.run().await?, worker.run().await?];
    for job in [&ready, &delayed] {
        assert_eq!(place.producer.push(job).await?, Pushed::Pending);
    }
    for run in runs {
        run.ends(Verdict::Done);
    }
    eventually("both are done", async || place.statut(&delayed).await.is_none()).await?;
    Ok(())
}

// ---- verdicts ----------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_retry_counts_as_a_failure_and_a_deferral_does_not() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(2));
    let soon = Duration::from_millis(20);
    place.producer.push(&job(1, "a")).await?;
    for (failures, verdict) in [
        (0, Verdict::Retry { after: Some(soon) }),
        (1, Verdict::Retry { after: None }),
        (2, Verdict::Defer { after: soon }),
        (2, Verdict::Done),
    ] {
        let run = worker.run().await?;
        assert_eq!((run.delivery.failures, run.delivery.deliveries), (failures, 1));
        run.ends(verdict);
    }
    place.drained().await
}

#[tokio::test]
async fn a_panic_is_a_failed_run() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(1));
    place.producer.push(&job(1, "a")).await?;
    worker.run().await?.panics();
    let run = worker.run().await?;
    assert_eq!(run.delivery.failures, 1);
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn an_outage_spends_no_attempt_and_lets_one_job_at_a_time_try() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(4));
    for n in 0..4 {
        place.producer.push(&job(n, "a")).await?;
    }
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(worker.run().await?);
    }
    for run in runs {
        run.ends(Verdict::Unavailable);
    }
    for _ in 0..2 {
        let run = worker.run().await?;
        assert_eq!(run.delivery.failures, 0);
        assert!(worker.runs.try_recv().is_err(), "only one tries");
        run.ends(Verdict::Unavailable);
    }
    for _ in 0..4 {
        let run = worker.run().await?;
        assert_eq!((run.delivery.failures, run.delivery.deliveries), (0, 1));
        run.ends(Verdict::Done);
    }
    place.drained().await
}

#[tokio::test]
async fn an_entry_that_is_no_job_is_handed_out_as_it_is() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let entry = [("enveloppe", &b"\xff\x00"[..]), ("job", b"no uuid")];
    let _: String = redis::cmd("XADD")
        .arg(keys::stream(Queue::Fond))
        .arg("*")
        .arg(&entry)
        .query_async(&mut place.connection)
        .await?;
    let mut worker = place.worker(Options::new(1));
    let run = worker.run().await?;
    assert_eq!((run.delivery.id, run.delivery.envelope.as_slice()), (None, &b"\xff\x00"[..]));
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn jobs_that_no_worker_knows_wait_where_they_are_counted_and_run_when_one_does() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(1));
    let news = Envelope { kind: "News".into(), version: 7, ..job(1, "a") };
    place.producer.push(&news).await?;
    let unknown = async || place.producer.health().await.expect("Redis").queues[1].clone();
    for _ in 0..2 {
        let run = worker.run().await?;
        assert_eq!((run.delivery.failures, run.delivery.deliveries), (0, 1));
        run.ends(Verdict::Unknown { after: Duration::from_millis(300) });
        eventually("it is counted", async || unknown().await.unknown == 1).await?;
        let seen = unknown().await;
        assert_eq!(seen.unknown_kinds.into_iter().collect::<Vec<_>>(), ["News v7"]);
        assert_eq!((seen.ready, seen.running, seen.delayed, seen.quarantined), (0, 0, 0, 0));
        assert_eq!(place.producer.push(&news).await?, Pushed::Pending);
    }
    worker.run().await?.ends(Verdict::Done);
    place.drained().await?;
    assert_eq!(unknown().await.unknown, 0);
    Ok(())
}

#[tokio::test]
async fn what_nobody_of_ours_wrote_is_kept_in_a_bounded_quarantine() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(8));
    let garbled = [("enveloppe", &b"\xff\x00"[..]), ("job", b"no uuid")];
    let _: String = redis::cmd("XADD")
        .arg(keys::stream(Queue::Courant))
        .arg("*")
        .arg(&garbled)
        .query_async(&mut place.connection)
        .await?;
    worker.run().await?.ends(Verdict::Refused(Reason::Unreadable));
    let kept = async || place.producer.quarantined(2_000).await.expect("Redis");
    eventually("it is kept", async || kept().await.len() == 1).await?;
    let first = &kept().await[0];
    assert_eq!((first.queue, first.reason, first.id), (Queue::Courant, Reason::Unreadable, None));
    assert_eq!(first.envelope, b"\xff\x00");
    assert!((worker::clock() - first.at).num_seconds().abs() < 60);

    let (forged, many) = (QUARANTINE_MAX as u128, QUARANTINE_MAX as u64);
    for n in 1..=forged {
        place.producer.push(&job(n, "forged")).await?;
    }
    for _ in 1..=forged {
        worker.run().await?.ends(Verdict::Refused(Reason::NotSigned));
    }
    place.drained().await?;
    let queue = place.producer.health().await?.queues[1].clone();
    assert_eq!((queue.quarantined, queue.ready, queue.running), (many, 0, 0));
    let kept = kept().await;
    assert!(kept.iter().all(|entry| entry.reason == Reason::NotSigned), "the latest are kept");
    // It is not in the queue any more: the same wish, sent anew, is a job.
    assert_eq!(place.producer.push(&job(1, "forged")).await?, Pushed::Queued);
    Ok(())
}

#[tokio::test]
async fn operators_see_depths_ages_and_what_each_living_worker_runs() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let nothing = place.producer.health().await?;
    assert!(nothing.workers.is_empty() && nothing.queues.iter().all(|queue| queue.oldest.is_none()));
    let mut worker = place.worker(Options::new(2));
    for n in 0..5 {
        place.producer.push(&job(n, "a")).await?;
    }
    place.producer.push_after(&job(9, "later"), Duration::from_mins(10)).await?;
    let runs = [worker.run().await?, worker.run().await?];
    let before = place.redis_time().await?;
    eventually("the clock moves", async || place.redis_time().await.is_ok_and(|now| now > before)).await?;
    let health = place.producer.health().await?;
    let courant = &health.queues[1];
    assert_eq!((courant.queue, courant.ready, courant.running, courant.delayed), (Queue::Courant, 3, 2, 1));
    assert!(courant.oldest.is_some_and(|age| age > Duration::ZERO && age < PATIENCE));
    assert!(health.queues[0].oldest.is_none());
    let [seen] = &health.workers[..] else { anyhow::bail!("one worker: {:?}", health.workers) };
    assert!(seen.since.is_some_and(|since| (worker::clock() - since).num_seconds() < 60));
    let held: std::collections::BTreeSet<_> =
        seen.running.iter().map(|job| (job.id.clone(), job.kind.as_str())).collect();
    let expected = |run: &Run| (run.delivery.id.expect("an id").to_string(), "test");
    assert_eq!(held, runs.iter().map(expected).collect());
    for run in runs {
        run.ends(Verdict::Done);
    }
    for _ in 0..3 {
        worker.run().await?.ends(Verdict::Done);
    }
    worker.stop.cancel();
    worker.ended().await?;
    let health = place.producer.health().await?;
    assert!(health.workers.is_empty(), "one that ended is not living");
    assert!(health.queues[1].oldest.is_none());
    Ok(())
}

#[tokio::test]
async fn each_start_of_a_worker_has_a_name_of_its_own() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let _workers: Vec<Worker> = (0..4).map(|_| place.worker(Options::new(1))).collect();
    let living = async || place.producer.health().await.map_or(0, |health| health.workers.len());
    eventually("all four are known", async || living().await == 4).await
}

// ---- leases ------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_killed_workers_jobs_run_elsewhere_one_at_a_time() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut first = place.worker(short_leases());
    for n in 0..3 {
        place.producer.push(&job(n, "a")).await?;
    }
    let held = [first.run().await?, first.run().await?, first.run().await?];
    let mut second = place.worker(short_leases());
    first.kill();
    for _ in 0..2 {
        let suspect = second.run().await?;
        assert_eq!(suspect.delivery.deliveries, 2);
        // Others go on once the suspect has had its time alone, and no second suspect comes with them.
        place.producer.push(&job(100 + suspect.number(), "fresh")).await?;
        let fresh = second.run().await?;
        assert_eq!(fresh.delivery.deliveries, 1);
        assert!(second.runs.try_recv().is_err());
        fresh.ends(Verdict::Done);
        suspect.ends(Verdict::Done);
    }
    second.run().await?.ends(Verdict::Done);
    drop(held);
    place.drained().await
}

#[tokio::test]
async fn deliveries_to_workers_that_died_are_counted() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    place.producer.push(&job(1, "poison")).await?;
    for deliveries in 1..=3 {
        let mut worker = place.worker(short_leases());
        assert_eq!(worker.run().await?.delivery.deliveries, deliveries);
        worker.kill();
    }
    let mut worker = place.worker(short_leases());
    let run = worker.run().await?;
    assert_eq!(run.delivery.deliveries, 4);
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn a_job_of_ten_leases_runs_once() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let (mut one, mut other) = (place.worker(short_leases()), place.worker(short_leases()));
    place.producer.push(&job(1, "long")).await?;
    let (run, began) =
        (tokio::select! { run = one.run() => run?, run = other.run() => run? }, Instant::now());
    eventually("ten leases pass", async || began.elapsed() > LEASE * 10).await?;
    run.ends(Verdict::Done);
    place.drained().await?;
    assert!(one.runs.try_recv().is_err() && other.runs.try_recv().is_err());
    Ok(())
}

#[tokio::test]
async fn a_job_that_was_taken_over_is_not_ended_by_its_old_worker() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(1));
    let (taken, next) = (job(1, "taken"), job(2, "next"));
    place.producer.push(&taken).await?;
    let run = worker.run().await?;
    let stream = keys::stream(Queue::Courant);
    let pending: Vec<(String, String, u64, u64)> = redis::cmd("XPENDING")
        .arg(&stream)
        .arg(&[keys::GROUP, "-", "+", "10"])
        .query_async(&mut place.connection)
        .await?;
    let _: Vec<String> = redis::cmd("XCLAIM")
        .arg(&stream)
        .arg(&[keys::GROUP, "thief", "0", &pending[0].0, "JUSTID"])
        .query_async(&mut place.connection)
        .await?;
    run.ends(Verdict::Done);
    place.producer.push(&next).await?;
    worker.run().await?.ends(Verdict::Done);
    eventually("the next job is done", async || place.statut(&next).await.is_none()).await?;
    assert!(place.statut(&taken).await.is_some());
    assert_eq!(place.waiting(Queue::Courant).await?, 1);
    Ok(())
}

#[tokio::test]
async fn workers_that_are_gone_are_forgotten() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut gone = place.worker(short_leases());
    place.producer.push(&job(1, "a")).await?;
    gone.run().await?.ends(Verdict::Done);
    place.drained().await?;
    gone.kill();
    assert_eq!(place.consumers().await?, 1);
    let mut worker = place.worker(Options { lease: LEASE / 4, ..short_leases() });
    place.producer.push(&job(1, "a")).await?;
    worker.run().await?.ends(Verdict::Done);
    eventually("only the living one is known", async || place.consumers().await.is_ok_and(|n| n == 1)).await
}

/// Makes apalis's own loop panic when it has taken a job.
struct Doom;

impl tracing::Subscriber for Doom {
    fn enabled(&self, about: &tracing::Metadata<'_>) -> bool {
        about.is_event() && about.target() == "apalis_core::worker::call_all"
    }

    fn event(&self, _: &tracing::Event<'_>) {
        panic!("as the test wants it");
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn when_a_worker_of_apalis_ends_serving_ends_and_its_job_runs_elsewhere() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    place.producer.push(&job(1, "a")).await?;
    let doomed = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(|| std::mem::forget(tracing::subscriber::set_default(Doom)))
        .build()?;
    let (url, done) = (place.url.clone(), Arc::new(Count::default()));
    let never = CancellationToken::new();
    let served = doomed.spawn(async move { serve(done, &url, short_leases(), never).await });
    let ended = tokio::time::timeout(PATIENCE, served).await??;
    assert!(ended.is_err(), "the process is to end with it");
    doomed.shutdown_background();
    let mut worker = place.worker(short_leases());
    worker.run().await?.ends(Verdict::Done);
    place.drained().await
}

// ---- stopping ----------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_stopping_worker_finishes_what_it_can() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(1));
    for n in 0..2 {
        place.producer.push(&job(n, "a")).await?;
    }
    let run = worker.run().await?;
    worker.stop.cancel();
    run.ends(Verdict::Done);
    worker.ended().await?;
    assert!(worker.runs.try_recv().is_err(), "nothing was begun after the stop");
    assert_eq!(place.waiting(Queue::Courant).await?, 1);
    assert_eq!(place.consumers().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_stopping_worker_hands_back_what_it_cannot_finish_and_it_is_not_counted() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let patient = Options { lease: Duration::from_mins(10), ..Options::new(1) };
    let mut first = place.worker(Options { grace: Duration::from_millis(100), ..patient });
    place.producer.push(&job(1, "endless")).await?;
    let run = first.run().await?;
    first.stop.cancel();
    first.ended().await?;
    let mut second = place.worker(patient);
    let again = second.run().await?;
    assert_eq!((again.delivery.deliveries, again.delivery.failures), (1, 0));
    drop(run);
    again.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn what_was_fetched_and_not_begun_is_handed_back_uncounted() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    // Nothing but the hand-back brings a job to the second worker.
    let patient = Options { lease: Duration::from_mins(10), ..Options::new(4) };
    let mut first = place.worker(Options {
        grace: Duration::from_millis(100),
        alone: Duration::from_mins(10),
        ..patient
    });
    let (stream, suspect) = (keys::stream(Queue::Courant), Uuid::from_u128(9).to_string());
    let entry = ["*", "job", &suspect, "enveloppe", "{}", "echecs", "0", "livraisons", "1"];
    let _: String = place.ask("XADD", &[&[&*stream][..], &entry[..]].concat()).await?;
    // It keeps the process to itself, and those that are fetched after it waiting.
    assert_eq!(first.run().await?.delivery.deliveries, 2);
    for n in 1..=3 {
        place.producer.push(&job(n, "a")).await?;
    }
    let held = async || place.producer.health().await.is_ok_and(|health| health.queues[1].running == 4);
    eventually("they are fetched", held).await?;
    first.stop.cancel();
    first.ended().await?;
    assert!(first.runs.try_recv().is_err(), "none was begun");
    let mut second = place.worker(Options { alone: Duration::from_millis(100), ..patient });
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..4 {
        let run = second.run().await?;
        seen.insert(run.number(), (run.delivery.deliveries, run.delivery.failures));
        run.ends(Verdict::Done);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(1, (1, 0)), (2, (1, 0)), (3, (1, 0)), (9, (2, 0))]);
    place.drained().await
}

#[tokio::test]
async fn an_idle_worker_stops_at_once() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(4));
    place.producer.push(&job(1, "a")).await?;
    worker.run().await?.ends(Verdict::Done);
    place.drained().await?;
    let began = Instant::now();
    worker.stop.cancel();
    worker.ended().await?;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    Ok(())
}

// ---- faults of Redis ---------------------------------------------------------------------------------------

#[tokio::test]
async fn everything_starts_before_redis_does() -> Result {
    let mut redis = Redis::start(None, RedisOptions::default())?;
    redis.stop()?;
    let url = SecretString::from(redis.url());
    let producer = Producer::connect(&url)?;
    let mut worker = Worker::start(&url, Options::new(1));
    let job = job(1, "a");
    let refused = producer.push(&job).await;
    assert!(matches!(refused, Err(PushError::Unavailable(_))), "{refused:?}");
    redis.restart()?;
    assert_eq!(producer.push(&job).await?, Pushed::Queued);
    worker.run().await?.ends(Verdict::Done);
    Ok(())
}

#[tokio::test]
async fn a_hung_redis_fails_a_push_soon_and_hands_nothing_out_twice() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let (mut one, mut other) = (place.worker(short_leases()), place.worker(short_leases()));
    place.producer.push(&job(1, "running")).await?;
    let run = tokio::select! { run = one.run() => run?, run = other.run() => run? };
    place.redis.pause()?;
    let began = Instant::now();
    assert!(matches!(place.producer.push(&job(2, "b")).await, Err(PushError::Unavailable(_))));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    eventually("all leases run out", async || began.elapsed() > LEASE * 4).await?;
    place.redis.resume()?;
    // The push that got no answer may have been taken: pushed again, it is there once.
    let queued = async || place.producer.push(&job(2, "b")).await.is_ok();
    eventually("Redis answers", queued).await?;
    let second = tokio::select! { run = one.run() => run?, run = other.run() => run? };
    assert_eq!((second.number(), second.delivery.deliveries), (2, 1));
    second.ends(Verdict::Done);
    run.ends(Verdict::Done);
    place.drained().await?;
    assert!(one.runs.try_recv().is_err() && other.runs.try_recv().is_err());
    Ok(())
}

#[tokio::test]
async fn after_an_outage_living_workers_may_renew_before_anything_is_taken_over() -> Result {
    let lease = Duration::from_secs(1);
    let place = Place::start(RedisOptions::default()).await?;
    let stream = keys::stream(Queue::Courant);
    place.producer.push(&job(1, "another's")).await?;
    // The other living worker, by hand.
    let _: () = place.ask("XGROUP", &["CREATE", &stream, keys::GROUP, "0"]).await?;
    let read = ["GROUP", keys::GROUP, "other", "COUNT", "1", "STREAMS", &stream, ">"];
    let read: redis::streams::StreamReadReply = place.ask("XREADGROUP", &read).await?;
    let renew = [&stream, keys::GROUP, "other", "0", &read.keys[0].ids[0].id, "JUSTID"];

    let mut worker = place.worker(Options { lease, ..short_leases() });
    let began = Instant::now();
    eventually("both have worked for some leases", async || {
        let renewed: Result<Vec<String>> = place.ask("XCLAIM", &renew).await;
        renewed.is_ok() && began.elapsed() > lease * 3
    })
    .await?;
    place.redis.pause()?;
    let began = Instant::now();
    eventually("all leases run out", async || began.elapsed() > lease * 2).await?;
    place.redis.resume()?;
    let began = Instant::now();
    eventually("the other is half a lease late", async || began.elapsed() > lease / 2).await?;
    let pending: Vec<(String, String, u64, u64)> =
        place.ask("XPENDING", &[&stream, keys::GROUP, "-", "+", "10"]).await?;
    assert_eq!(pending[0].1, "other");
    assert!(worker.runs.try_recv().is_err());
    // It never came back: then it is dead, and its job is taken over.
    let run = worker.run().await?;
    assert_eq!(run.delivery.deliveries, 2);
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn a_killed_redis_loses_no_acknowledged_job() -> Result {
    let mut place =
        Place::start(RedisOptions { append_fsync: AppendFsync::Always, ..RedisOptions::default() }).await?;
    let mut worker = place.worker(short_leases());
    place.producer.push(&job(0, "running")).await?;
    let run = worker.run().await?;
    for n in 1..50 {
        place.producer.push(&job(n, "a")).await?;
    }
    place.redis.kill()?;
    run.ends(Verdict::Done);
    place.redis.restart()?;
    place.connection = redis::Client::open(place.redis.url())?.get_multiplexed_async_connection().await?;
    let mut seen = std::collections::BTreeSet::from([0]);
    while seen.len() < 50 {
        let run = worker.run().await?;
        seen.insert(run.number());
        run.ends(Verdict::Done);
    }
    place.drained().await
}

#[tokio::test]
async fn a_redis_that_is_a_replica_for_a_while_is_borne() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(short_leases());
    place.producer.push(&job(1, "running")).await?;
    let run = worker.run().await?;
    let _: () = redis::cmd("REPLICAOF").arg(&["127.0.0.1", "1"]).query_async(&mut place.connection).await?;
    run.ends(Verdict::Done);
    let refused = place.producer.push(&job(2, "b")).await;
    assert!(matches!(refused, Err(PushError::Unavailable(_))), "{refused:?}");
    let _: () = redis::cmd("REPLICAOF").arg(&["NO", "ONE"]).query_async(&mut place.connection).await?;
    assert_eq!(place.producer.push(&job(2, "b")).await?, Pushed::Queued);
    let next = worker.run().await?;
    assert_eq!((next.number(), next.delivery.deliveries), (2, 1));
    next.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn a_connection_that_is_spoilt_while_it_is_set_up_costs_one_push() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let door = TcpListener::bind("127.0.0.1:0").await?;
    let url = SecretString::from(format!("redis://{}/", door.local_addr()?));
    let redis = ("127.0.0.1", place.redis.port());
    tokio::spawn(async move {
        // The first who comes is told what no Redis says.
        door.accept().await?.0.write_all(b"?\r\n").await?;
        loop {
            let (mut comes, mut goes) = (door.accept().await?.0, TcpStream::connect(redis).await?);
            tokio::spawn(async move { copy_bidirectional(&mut comes, &mut goes).await });
        }
        #[expect(unreachable_code, reason = "it names the error's type")]
        std::io::Result::Ok(())
    });
    let producer = Producer::connect(&url)?;
    let refused = producer.push(&job(1, "a")).await;
    assert!(matches!(refused, Err(PushError::Unavailable(_))), "{refused:?}");
    assert_eq!(producer.push(&job(1, "a")).await?, Pushed::Queued);
    Ok(())
}

#[tokio::test]
async fn a_wiped_redis_is_set_up_again() -> Result {
    let mut place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(short_leases());
    let (running, next) = (job(1, "running"), job(2, "next"));
    place.producer.push(&running).await?;
    let run = worker.run().await?;
    for _ in 0..3 {
        let _: () = redis::cmd("FLUSHALL").query_async(&mut place.connection).await?;
        place.producer.push(&next).await?;
        worker.run().await?.ends(Verdict::Done);
        eventually("the job is done", async || place.statut(&next).await.is_none()).await?;
    }
    run.ends(Verdict::Done);
    place.drained().await
}

#[tokio::test]
async fn a_full_redis_refuses_new_jobs_and_drains() -> Result {
    let limit = RedisOptions { max_memory: Some(8 * 1024 * 1024), ..RedisOptions::default() };
    let place = Place::start(limit).await?;
    let mut worker = place.worker(Options::new(8));
    let mut queued = 0;
    let full = |error: &PushError| matches!(error, PushError::Full);
    let brim = place.producer.clone().with_reserve();
    let refused = loop {
        match brim.push(&job(queued, &"x".repeat(10_000))).await {
            Ok(_) => queued += 1,
            Err(error) => break error,
        }
    };
    assert!(full(&refused), "{refused}");
    let others = async || place.producer.push(&job(9_999, "small")).await.is_err_and(|error| full(&error));
    eventually("others are refused as well", others).await?;
    // One of the jobs goes round once more, for also a retry needs room.
    let first = worker.run().await?;
    let retried = first.number();
    first.ends(Verdict::Retry { after: Some(Duration::ZERO) });
    let mut again = false;
    for _ in 0..queued {
        let run = worker.run().await?;
        again |= run.number() == retried && run.delivery.failures == 1;
        run.ends(Verdict::Done);
    }
    assert!(again);
    place.drained().await?;
    eventually("there is room again", async || place.producer.push(&job(9_999, "small")).await.is_ok()).await
}

#[tokio::test]
async fn memory_is_back_at_its_floor_after_a_drain() -> Result {
    let place = Place::start(RedisOptions::default()).await?;
    let mut worker = place.worker(Options::new(32));
    let mut floor = None;
    for round in 0..2 {
        for n in 0..2_000 {
            place.producer.push(&job(round * 10_000 + n, "a")).await?;
        }
        for _ in 0..2_000 {
            worker.run().await?.ends(Verdict::Done);
        }
        place.drained().await?;
        let mut connection = place.connection.clone();
        let keys: u64 = redis::cmd("DBSIZE").query_async(&mut connection).await?;
        let stream: u64 = redis::cmd("MEMORY")
            .arg("USAGE")
            .arg(keys::stream(Queue::Courant))
            .query_async(&mut connection)
            .await?;
        assert_eq!(keys, 3, "the streams, and nothing else");
        assert!(stream < 4096, "{stream} bytes");
        assert_eq!(*floor.get_or_insert(stream), stream);
    }
    Ok(())
}

// ---- tools -------------------------------------------------------------------------------------------------

/// A Redis of its own, and what a test needs to push and look.
struct Place {
    redis: Redis,
    url: SecretString,
    producer: Producer,
    connection: MultiplexedConnection,
}

impl Place {
    async fn start(options: RedisOptions) -> Result<Self> {
        let redis = Redis::start(None, options)?;
        let url = SecretString::from(redis.url());
        let connection = redis::Client::open(redis.url())?.get_multiplexed_async_connection().await?;
        Ok(Self { redis, producer: Producer::connect(&url)?, url, connection })
    }

    fn worker(&self, options: Options) -> Worker {
        Worker::start(&self.url, options)
    }

    async fn statut(&self, job: &Envelope) -> Option<StatutJob> {
        self.producer.record(job.id).await.expect("Redis").map(|record| record.statut)
    }

    /// Jobs in the stream, waiting or running.
    async fn waiting(&self, queue: Queue) -> Result<u64> {
        Ok(redis::cmd("XLEN").arg(keys::stream(queue)).query_async(&mut self.connection.clone()).await?)
    }

    /// Workers that the queue `courant` knows.
    async fn consumers(&self) -> Result<usize> {
        let consumers: Vec<redis::Value> = redis::cmd("XINFO")
            .arg(&["CONSUMERS", &keys::stream(Queue::Courant), keys::GROUP])
            .query_async(&mut self.connection.clone())
            .await?;
        Ok(consumers.len())
    }

    async fn ask<T: redis::FromRedisValue>(&self, command: &str, arguments: &[&str]) -> Result<T> {
        Ok(redis::cmd(command).arg(arguments).query_async(&mut self.connection.clone()).await?)
    }

    async fn redis_time(&self) -> Result<Duration> {
        let (seconds, micros): (u64, u64) =
            redis::cmd("TIME").query_async(&mut self.connection.clone()).await?;
        Ok(Duration::from_secs(seconds) + Duration::from_micros(micros))
    }

    /// Waits until no job is left: not waiting, not running, not delayed, not recorded.
    async fn drained(&self) -> Result {
        eventually("the queues are drained", async || {
            let mut connection = self.connection.clone();
            let mut left = 0;
            for queue in Queue::ALL {
                let counts: [u64; 3] = redis::pipe()
                    .cmd("XLEN")
                    .arg(keys::stream(queue))
                    .cmd("ZCARD")
                    .arg(keys::delayed(queue))
                    .cmd("ZCARD")
                    .arg(keys::unknown(queue))
                    .query_async(&mut connection)
                    .await
                    .expect("Redis");
                left += counts.iter().sum::<u64>();
            }
            let records: Vec<String> =
                redis::cmd("KEYS").arg("*:job:*").query_async(&mut connection).await.expect("Redis");
            left == 0 && records.is_empty()
        })
        .await
    }
}

/// A worker process, as far as Redis can tell: a runtime of its own, which can be killed.
struct Worker {
    runtime: Option<Runtime>,
    stop: CancellationToken,
    runs: mpsc::UnboundedReceiver<Run>,
    served: Option<oneshot::Receiver<Result>>,
}

/// A job in the middle of its run.
#[derive(Debug)]
struct Run {
    delivery: Delivery,
    end: oneshot::Sender<Option<Verdict>>,
}

/// Hands every run to the test.
struct ByHand(mpsc::UnboundedSender<Run>);

impl Process for ByHand {
    async fn process(&self, delivery: Delivery) -> Verdict {
        let (end, ended) = oneshot::channel();
        drop(self.0.send(Run { delivery, end }));
        match ended.await {
            Ok(Some(verdict)) => verdict,
            Ok(None) => panic!("as the test wants it"),
            Err(_) => std::future::pending().await,
        }
    }
}

/// Ends every run at once, and counts.
#[derive(Default)]
struct Count(AtomicU64);

impl Process for Count {
    async fn process(&self, _: Delivery) -> Verdict {
        self.0.fetch_add(1, Ordering::Relaxed);
        Verdict::Done
    }
}

impl Worker {
    fn start(url: &SecretString, options: Options) -> Self {
        let (send, runs) = mpsc::unbounded_channel();
        let mut worker = Self::serving(url, options, Arc::new(ByHand(send)));
        worker.runs = runs;
        worker
    }

    fn serving<P: Process>(url: &SecretString, options: Options, process: Arc<P>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads");
        let (end, served) = oneshot::channel();
        let stop = CancellationToken::new();
        let (url, stopped) = (url.clone(), stop.clone());
        runtime.spawn(async move {
            let result = serve(process, &url, options, stopped).await;
            drop(end.send(result));
        });
        let (_, runs) = mpsc::unbounded_channel();
        Self { runtime: Some(runtime), stop, runs, served: Some(served) }
    }

    /// The next job that is handed out.
    async fn run(&mut self) -> Result<Run> {
        let run = tokio::time::timeout(PATIENCE, self.runs.recv()).await;
        run.map_err(|_| anyhow::anyhow!("no job was handed out"))?
            .ok_or_else(|| anyhow::anyhow!("the worker ended"))
    }

    /// Waits for the end of a worker that was told to stop.
    async fn ended(&mut self) -> Result {
        tokio::time::timeout(PATIENCE, self.served.take().expect("waited for once")).await??
    }

    fn kill(&mut self) {
        self.runtime.take().expect("killed once").shutdown_background();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Run {
    fn ends(self, verdict: Verdict) {
        self.end.send(Some(verdict)).expect("the run waits for its end");
    }

    fn panics(self) {
        self.end.send(None).expect("the run waits for its end");
    }

    /// The number that [`job`] was made with.
    fn number(&self) -> u128 {
        self.delivery.id.map_or(0, |id| id.0.as_u128())
    }
}

fn short_leases() -> Options {
    Options { lease: LEASE, alone: Duration::from_millis(100), ..Options::new(4) }
}

/// A job of the queue `courant` with an id of that number.
fn job(number: u128, payload: &str) -> Envelope {
    Envelope {
        id: JobId(Uuid::from_u128(number)),
        kind: "test".into(),
        version: 1,
        queue: Queue::Courant,
        actor: Actor::Client(Uuid::from_u128(7)),
        payload: serde_json::value::to_raw_value(payload).expect("text is JSON"),
        payload_hash: format!("hash of {}", payload.chars().take(9).collect::<String>()),
        cree_le: chrono::DateTime::UNIX_EPOCH,
        signature: String::new(),
    }
}

/// Waits for something observable.
async fn eventually(what: &str, holds: impl AsyncFnMut() -> bool) -> Result {
    eventually_within(PATIENCE, what, holds).await
}

async fn eventually_within(patience: Duration, what: &str, mut holds: impl AsyncFnMut() -> bool) -> Result {
    let end = Instant::now() + patience;
    let mut glance = tokio::time::interval(Duration::from_millis(10));
    while !holds().await {
        anyhow::ensure!(Instant::now() < end, "it did not come to pass that {what}");
        glance.tick().await;
    }
    Ok(())
}
