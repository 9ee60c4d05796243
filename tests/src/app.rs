//! The product, deployed for one test: everything of its own, gone at the end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use common::jeton::Sealer;
use common::job::{Actor, Envelope, Job, JobId, Queue};
use common::queue::Producer;
use nix::sys::signal::Signal;
use sandbox::postgres::Postgres;
use sandbox::process::Service;
use sandbox::redis::Redis;
use sandbox::simulateur::{Endpoint, Simulateur};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::check::Witness;
use crate::people::{Answer, Bureau, Courier, browser};
use crate::proxy::Proxy;
use crate::wait::{PATIENCE, until};

/// The webhook's signing secret in tests.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";
/// The key that seals tokens in tests.
pub const SECRET_KEY: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";
/// The password of every freelancer in tests.
pub const PASSWORD: &str = "un mot de passe assez long";

/// How the product is deployed.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Postgres writes through to the disk: for faults.
    pub fsync: bool,
    /// How Redis keeps what it acknowledged.
    pub redis: sandbox::redis::Options,
    /// Whether Stripe's settings are set.
    pub stripe: bool,
    /// Whether the simulator's events are delivered.
    pub webhooks: bool,
    /// Where the mail server answers, if there is one.
    pub smtp_url: Option<String>,
    /// The edge's `TRUSTED_PROXIES`.
    pub trusted_proxies: String,
    /// How many workers run.
    pub workers: usize,
    /// Seconds between two looks at Stripe's list of events; a day, so that nothing comes unasked.
    pub reconcile_every: u32,
    /// Whether the edge runs. Without it jobs are pushed by hand.
    pub edge: bool,
    /// Whether the processes reach Redis, Postgres and Stripe through [`Ways`].
    pub ways: bool,
    /// Whether a job may panic in this test.
    pub panics: bool,
    /// What every process gets into its environment.
    pub env: Vec<(&'static str, String)>,
}

/// What stands between the product's processes and what they depend on.
#[derive(Debug)]
pub struct Ways {
    /// To Redis.
    pub redis: Proxy,
    /// To Postgres.
    pub postgres: Proxy,
    /// To Stripe.
    pub stripe: Proxy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fsync: false,
            redis: sandbox::redis::Options::default(),
            stripe: true,
            webhooks: true,
            smtp_url: None,
            trusted_proxies: String::new(),
            workers: 1,
            reconcile_every: 86_400,
            edge: true,
            ways: false,
            panics: false,
            env: Vec::new(),
        }
    }
}

/// The product, running.
#[derive(Debug)]
pub struct App {
    /// The edge, and the root of every link.
    pub base: String,
    /// The edge's process; `None` while it is down.
    pub edge: Option<Service>,
    /// The workers' processes.
    pub workers: Vec<Service>,
    /// Stripe's stand-in.
    pub simulateur: Simulateur,
    /// The queue, the sessions, the limits.
    pub redis: Redis,
    /// The database server.
    pub postgres: Postgres,
    /// The database, as its owner, to look at.
    pub db: PgPool,
    /// What the product has answered so far.
    pub witness: Witness,
    ways: Option<Ways>,
    options: Options,
    logs: tempfile::TempDir,
}

const DATABASE: &str = "guichet";

impl App {
    /// Deploys with the defaults.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Deploys, and waits until the edge answers.
    pub async fn start_with(options: Options) -> Self {
        let pg_options = sandbox::postgres::Options { fsync: options.fsync, ..Default::default() };
        let postgres = Postgres::start(None, pg_options).expect("a private Postgres");
        postgres.prepare_database(DATABASE).expect("a database");
        let redis = Redis::start(None, options.redis.clone()).expect("a private Redis");
        let simulateur =
            Simulateur::start(sandbox::simulateur::Options::default()).await.expect("the simulator");
        let port = sandbox::place::free_port(None).expect("a port");
        let db =
            PgPoolOptions::new().max_connections(4).connect_lazy(&postgres.url(DATABASE)).expect("a URL");
        let ways = if options.ways {
            Some(Ways {
                redis: Proxy::start(redis.port()).await,
                postgres: Proxy::start(postgres.port()).await,
                stripe: Proxy::start(simulateur.port()).await,
            })
        } else {
            None
        };
        let mut app = Self {
            witness: Witness::default(),
            ways,
            base: format!("http://127.0.0.1:{port}"),
            edge: None,
            workers: Vec::new(),
            simulateur,
            redis,
            postgres,
            db,
            options,
            logs: tempfile::tempdir().expect("a folder for logs"),
        };
        app.migrate();
        if app.options.edge {
            app.start_edge().await;
        }
        for _ in 0..app.options.workers {
            app.start_worker();
        }
        if app.options.stripe && app.options.webhooks {
            let url = format!("{}/api/webhooks/stripe", app.base);
            let endpoint = Endpoint { url, secret: WEBHOOK_SECRET.into(), types: Vec::new() };
            app.simulateur.set_webhook(Some(endpoint));
        }
        app
    }

    /// Runs `worker migrate`.
    pub fn migrate(&self) {
        let migrated = Command::new(binary("worker"))
            .arg("migrate")
            .env("MIGRATE_DATABASE_URL", self.postgres.migrate_url(DATABASE))
            .env("DATABASE_URL", self.postgres.worker_url(DATABASE))
            .env("EDGE_DATABASE_URL", self.postgres.edge_url(DATABASE))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(migrated.expect("the worker's binary").success(), "worker migrate");
    }

    /// Starts the edge and waits until it answers.
    pub async fn start_edge(&mut self) {
        self.start_edge_with(&[]).await;
    }

    /// Starts the edge with more environment, and waits until it answers.
    pub async fn start_edge_with(&mut self, env: &[(&str, &str)]) {
        let mut command = self.command("edge");
        command
            .env("STYLEGUIDE", "true")
            .env("EDGE_ADDR", self.base.trim_start_matches("http://"))
            .env("EDGE_DATABASE_URL", self.postgres_way(self.postgres.edge_url(DATABASE)))
            .env("TRUSTED_PROXIES", &self.options.trusted_proxies);
        if self.options.stripe {
            command.env("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET);
        }
        command.envs(env.iter().copied());
        self.edge = Some(Service::start("edge", command).expect("the edge"));
        let url = format!("{}/sante", self.base);
        until("the edge answers", || async { reqwest::get(&url).await.ok() }).await;
    }

    /// Starts one more worker. Its first job may come at once.
    pub fn start_worker(&mut self) {
        self.start_worker_with(&[]);
    }

    /// Starts one more worker with more environment.
    pub fn start_worker_with(&mut self, env: &[(&str, &str)]) {
        let worker = self.worker_process(env);
        self.workers.push(worker);
    }

    /// A worker that is looked after by the caller.
    pub fn worker_process(&self, env: &[(&str, &str)]) -> Service {
        let mut command = self.worker_command("run");
        command.envs(env.iter().copied());
        Service::start("worker", command).expect("the worker")
    }

    /// A command of the worker's, set as its process is.
    pub fn worker_command(&self, name: &str) -> Command {
        let mut command = self.command("worker");
        command
            .arg(name)
            .env("DATABASE_URL", self.postgres_way(self.postgres.worker_url(DATABASE)))
            .env("WORKER_CONCURRENCY", "4")
            .env("RECONCILE_EVERY", self.options.reconcile_every.to_string());
        if self.options.stripe {
            command.env("STRIPE_SECRET_KEY", "sk_test_guichet");
        }
        if let Some(url) = &self.options.smtp_url {
            command.env("SMTP_URL", url).env("MAIL_FROM", "guichet@example.org");
        }
        command
    }

    fn command(&self, name: &str) -> Command {
        let mut command = sandbox::process::command(&binary(name), Signal::SIGKILL);
        let log =
            std::fs::File::options().create(true).append(true).open(self.log_file(name)).expect("a log");
        command
            .env_remove("STRIPE_SECRET_KEY")
            .env_remove("STRIPE_WEBHOOK_SECRET")
            .env_remove("SMTP_URL")
            .env_remove("MAIL_FROM")
            .env("REDIS_URL", self.redis_way())
            .env("PUBLIC_URL", &self.base)
            .env("SECRET_KEY", SECRET_KEY)
            .env("STRIPE_API_BASE", self.stripe_way())
            .env("RUST_LOG", "info")
            .envs(self.options.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        command
    }

    /// The ways to what the processes depend on.
    pub fn ways(&self) -> &Ways {
        self.ways.as_ref().expect("Options { ways: true }")
    }

    fn redis_way(&self) -> String {
        let port = self.ways.as_ref().map_or(self.redis.port(), |ways| ways.redis.port());
        format!("redis://127.0.0.1:{port}/")
    }

    fn stripe_way(&self) -> String {
        let port = self.ways.as_ref().map_or(self.simulateur.port(), |ways| ways.stripe.port());
        format!("http://127.0.0.1:{port}")
    }

    fn postgres_way(&self, url: String) -> String {
        let Some(ways) = &self.ways else { return url };
        url.replace(&format!(":{}/", self.postgres.port()), &format!(":{}/", ways.postgres.port()))
    }

    pub(crate) fn may_panic(&self) -> bool {
        self.options.panics
    }

    /// A file whose deletion lets a job that hangs at a failpoint go on.
    pub fn latch(&self) -> Latch {
        let path = self.logs.path().join("latch");
        std::fs::write(&path, "").expect("a file");
        Latch(path)
    }

    fn log_file(&self, name: &str) -> PathBuf {
        self.logs.path().join(format!("{name}.log"))
    }

    /// What a process has written so far: `edge` or `worker`.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.log_file(name)).unwrap_or_default()
    }

    /// Kills every worker at once, as `kill -9` does.
    pub fn kill_workers(&mut self) {
        for mut worker in self.workers.drain(..) {
            worker.stop(Signal::SIGKILL, Duration::from_secs(5)).expect("it can be waited for");
        }
    }

    /// Kills the edge, as `kill -9` does.
    pub fn kill_edge(&mut self) {
        if let Some(mut edge) = self.edge.take() {
            edge.stop(Signal::SIGKILL, Duration::from_secs(5)).expect("it can be waited for");
        }
    }

    /// Waits until the last worker that was started has ended by itself or was killed, and forgets it.
    pub async fn until_worker_ended(&mut self) {
        let mut worker = self.workers.pop().expect("a worker");
        until("the worker's process ends (failpoints need `cargo build --workspace --bins`)", || {
            let ended = worker.ended().expect("the system says");
            async move { ended }
        })
        .await;
    }

    /// Waits until the log of `edge` or `worker` holds this text.
    pub async fn until_log(&self, name: &str, text: &str) {
        until(&format!("{text:?} in the log of {name}"), || async {
            self.log(name).contains(text).then_some(())
        })
        .await;
    }

    /// Makes a freelancer by the command line and signs them in.
    pub async fn freelance(&self, email: &str) -> Bureau {
        self.create_user(email);
        Bureau::sign_in(self, email).await
    }

    /// Makes a freelancer by the command line.
    pub fn create_user(&self, email: &str) {
        self.worker_with_password(&["create-user", "--email", email, "--nom", "Claire Morel"], PASSWORD);
    }

    /// Runs a command of the worker's that reads a password from its standard input.
    pub fn worker_with_password(&self, args: &[&str], password: &str) {
        use std::io::Write as _;
        let mut child = Command::new(binary("worker"))
            .args(args)
            .env("DATABASE_URL", self.postgres.worker_url(DATABASE))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the worker's binary");
        child.stdin.take().expect("a pipe").write_all(password.as_bytes()).expect("it reads");
        assert!(child.wait().expect("it ends").success(), "worker {args:?}");
    }

    /// Pushes a job as the edge does, and waits for its row in `job_resultat`: its end and its result.
    pub async fn run<J: Job>(&self, actor: Actor, key: &str, job: &J) -> (String, Value) {
        let envelope = self.envelope(JobId::of::<J>(&actor, key), actor, job);
        self.push(&envelope).await;
        self.end_of(envelope.id).await
    }

    /// Wraps a job as the edge does.
    pub fn envelope<J: Job>(&self, id: JobId, actor: Actor, job: &J) -> Envelope {
        self.envelope_asked(id, actor, job, worker::clock())
    }

    /// The same, for a job that was asked for at another time.
    pub fn envelope_asked<J: Job>(
        &self,
        id: JobId,
        actor: Actor,
        job: &J,
        cree_le: DateTime<Utc>,
    ) -> Envelope {
        let mut key = [0; 32];
        hex::decode_to_slice(SECRET_KEY, &mut key).expect("hexadecimal");
        Envelope::new(id, actor, job, cree_le, &Sealer::new(&[key])).expect("JSON")
    }

    /// Pushes an envelope into its queue.
    pub async fn push(&self, envelope: &Envelope) {
        let producer = Producer::connect(&self.redis.url().into()).expect("a URL");
        producer.push(envelope).await.expect("Redis takes it");
    }

    /// Waits for a job's row: its end, and its result or why there is none.
    pub async fn end_of(&self, job: JobId) -> (String, Value) {
        until("the job's result", || async {
            let row: Option<(String, Option<Value>, Option<Value>)> =
                sqlx::query_as("SELECT statut, resultat, erreur FROM job_resultat WHERE id = $1")
                    .bind(job.0)
                    .fetch_optional(&self.db)
                    .await
                    .ok()?;
            row.map(|(statut, resultat, erreur)| (statut, resultat.or(erreur).unwrap_or_default()))
        })
        .await
    }

    /// Sends a body to the webhook as Stripe would, with this signature header.
    pub async fn deliver(&self, body: &str, signature: &str) -> Answer {
        self.try_deliver(body, signature).await.expect("an answer")
    }

    async fn try_deliver(&self, body: &str, signature: &str) -> reqwest::Result<Answer> {
        self.courier().try_deliver(body, signature).await
    }

    /// Whoever brings events to the webhook.
    pub fn courier(&self) -> Courier {
        let url = format!("{}/api/webhooks/stripe", self.base);
        Courier { url, http: browser().build().expect("a client"), witness: self.witness.clone() }
    }

    /// A number out of the database.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db).await.expect(sql)
    }

    /// Empties Redis: queues, records and sessions are gone.
    pub async fn wipe_redis(&self) {
        let mut redis = self.redis_connection().await;
        let _: () = redis::cmd("FLUSHALL").query_async(&mut redis).await.expect("Redis");
    }

    /// A connection to Redis of the test's own.
    pub async fn redis_connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.redis.url()).expect("a URL");
        client.get_multiplexed_async_connection().await.expect("Redis")
    }

    /// Waits until no job is waiting, running or delayed in any queue.
    pub async fn until_empty(&self) {
        let client = redis::Client::open(self.redis.url()).expect("a URL");
        until("the queues are empty", || async {
            let mut redis = client.get_multiplexed_async_connection().await.ok()?;
            let mut depth = redis::pipe();
            for queue in Queue::ALL {
                depth.cmd("XLEN").arg(common::queue::keys::stream(queue));
                depth.cmd("ZCARD").arg(common::queue::keys::delayed(queue));
                depth.cmd("ZCARD").arg(common::queue::keys::unknown(queue));
            }
            let depths: Vec<u64> = depth.query_async(&mut redis).await.ok()?;
            depths.iter().all(|depth| *depth == 0).then_some(())
        })
        .await;
    }

    /// Everything that Redis holds, as text.
    pub async fn dump_redis(&self) -> String {
        let mut redis = self.redis_connection().await;
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.expect("keys");
        let mut dump = String::new();
        for key in keys {
            let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut redis).await.expect("a type");
            let read = match kind.as_str() {
                "stream" => redis::cmd("XRANGE").arg(&key).arg("-").arg("+").to_owned(),
                "hash" => redis::cmd("HGETALL").arg(&key).to_owned(),
                "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).to_owned(),
                "set" => redis::cmd("SMEMBERS").arg(&key).to_owned(),
                _ => redis::cmd("GET").arg(&key).to_owned(),
            };
            let value: redis::Value = read.query_async(&mut redis).await.expect("a value");
            dump.push_str(&key);
            dump.push_str(&printed(&value));
        }
        dump
    }

    /// Waits until a count is what it should be.
    pub async fn until_count(&self, sql: &'static str, expected: i64) {
        until(&format!("{expected} from {sql}"), || async {
            let seen: Option<i64> = sqlx::query_scalar(sql).fetch_one(&self.db).await.ok();
            (seen == Some(expected)).then_some(())
        })
        .await;
    }
}

impl Drop for App {
    /// A panic in a log fails the test that caused it, whatever else it looked at.
    #[expect(clippy::print_stderr, reason = "the test's runner shows it beside the failure")]
    fn drop(&mut self) {
        let mut panicked = Vec::new();
        for name in ["edge", "worker"] {
            let log = self.log(name);
            if std::thread::panicking() {
                eprintln!("--- {name}.log\n{log}");
            } else if log.contains("panicked at") && !self.options.panics {
                panicked.push(log);
            }
        }
        assert!(panicked.is_empty(), "a process panicked:\n{}", panicked.join("\n"));
    }
}

/// Holds a job that hangs at a failpoint, until it is lifted.
#[derive(Debug)]
pub struct Latch(PathBuf);

impl Latch {
    /// The action of the failpoint.
    pub fn hang(&self) -> String {
        format!("hang:{}", self.0.display())
    }

    /// Lets the job go on.
    pub fn lift(self) {
        std::fs::remove_file(self.0).expect("it is there");
    }
}

/// A value out of Redis, as text.
fn printed(value: &redis::Value) -> String {
    match value {
        redis::Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        redis::Value::Array(items) => items.iter().map(printed).collect::<Vec<_>>().join(" "),
        redis::Value::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| format!("{} {}", printed(key), printed(value)))
            .collect::<Vec<_>>()
            .join(" "),
        other => format!("{other:?}"),
    }
}

/// A binary of the workspace, beside the test's own.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let built = test.ancestors().find(|dir| dir.ends_with("debug") || dir.ends_with("release"));
    let path = built.unwrap_or(Path::new("target/debug")).join(name);
    assert!(path.exists(), "{} is not built: cargo build --workspace", path.display());
    path
}

/// How long `Prefer: wait` may hold an answer in tests.
pub fn prefer_wait() -> String {
    format!("wait={}", PATIENCE.as_secs().min(30))
}
