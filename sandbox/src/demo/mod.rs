//! `make demo`: the whole product on this machine, with sample data.

mod parts;
mod program;
mod reglages;

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use self::parts::Parts;
use self::program::Program;
use self::reglages::{Place, Settings};
use crate::echantillon::{self, FREELANCE_EMAIL, Guichet};
use crate::place;
use crate::postgres::{self, Postgres, Stop};
use crate::redis::{self, AppendFsync, Redis};

const DATABASE: &str = "guichet";

/// `target/demo.json`: where everything is, for scripts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    back_office: BackOffice,
    portail: String,
    simulateur: String,
    database_url: String,
    edge_database_url: String,
    redis_url: String,
    stripe_webhook_secret: String,
    pids: Pids,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackOffice {
    url: String,
    email: String,
    mot_de_passe: String,
}

#[derive(Serialize)]
struct Pids {
    edge: Option<u32>,
    worker: Option<u32>,
    postgres: Option<u32>,
    redis: Option<u32>,
    simulateur: Option<u32>,
}

/// Everything that runs.
struct Demo {
    place: Place,
    settings: Settings,
    portail: String,
    edge: Program,
    worker: Program,
    simulateur: Program,
    redis: Redis,
    postgres: Postgres,
}

/// Runs the demo until Ctrl-C or SIGTERM; its data stays.
///
/// # Errors
/// When something is missing or does not start.
pub async fn run() -> Result<()> {
    let start = Instant::now();
    let mut stop = std::pin::pin!(crate::stop_signal()?);
    let prepared = async {
        let mut demo = tokio::task::block_in_place(Demo::prepare)?;
        match demo.open().await {
            Ok(()) => Ok(demo),
            Err(error) => {
                tokio::task::block_in_place(|| demo.end())?;
                Err(error)
            }
        }
    };
    let mut demo = tokio::select! {
        // Asked to stop meanwhile: what was started ends as it is dropped.
        () = &mut stop => return Ok(()),
        demo = prepared => demo?,
    };
    demo.write_card()?;
    demo.tell(start.elapsed());
    let watched = tokio::select! {
        () = stop => Ok(()),
        watched = demo.watch() => watched,
    };
    crate::say("Arrêt…");
    let ended = tokio::task::block_in_place(|| demo.end());
    watched.and(ended)
}

/// Deletes the demo's data.
///
/// # Errors
/// When a demo runs, or the data cannot be deleted.
pub fn reset() -> Result<()> {
    Place::take()?.clear()?;
    crate::say("Les données de la démo sont effacées.");
    Ok(())
}

impl Demo {
    /// Starts the servers and the programs.
    fn prepare() -> Result<Self> {
        let place = Place::take()?;
        let mut settings = Settings::load(&place)?;
        let redis_options = redis::Options {
            port: settings.redis_port,
            append_fsync: AppendFsync::EverySecond,
            ..Default::default()
        };
        let redis = Redis::start(Some(&place.data.join("redis")), redis_options)?;
        let postgres_options = postgres::Options { port: settings.postgres_port, ..Default::default() };
        let postgres = Postgres::start(Some(&place.data.join("postgres")), postgres_options)?;
        postgres.prepare_database(DATABASE)?;
        settings.redis_port = Some(redis.port());
        settings.postgres_port = Some(postgres.port());
        settings.save(&place)?;

        let parts = Parts { place: &place, settings: &settings, redis: &redis, postgres: &postgres };
        parts.migrate()?;
        if settings.client.is_none() {
            parts.create_user()?;
        }
        let (mut edge, mut worker, mut simulateur) = (parts.edge()?, parts.worker()?, parts.simulateur()?);
        simulateur.start()?;
        worker.start()?;
        edge.start()?;
        Ok(Self { place, settings, portail: String::new(), edge, worker, simulateur, redis, postgres })
    }

    /// Waits until all answer, and loads the sample data if it is not there yet.
    async fn open(&mut self) -> Result<()> {
        let (edge, simulateur) = (self.settings.public_url(), self.settings.simulateur_url());
        wait_for(&format!("{edge}/pret"), &mut self.edge).await?;
        wait_for(&format!("{simulateur}/"), &mut self.simulateur).await?;
        self.worker.check()?;
        let guichet = Guichet::sign_in(&edge, FREELANCE_EMAIL, &self.settings.password).await?;
        let client = if let Some(client) = self.settings.client.clone() {
            client
        } else {
            crate::say("Chargement des données d'exemple…");
            let client = echantillon::load(&guichet, &simulateur).await?;
            self.settings.client = Some(client.clone());
            self.settings.save(&self.place)?;
            client
        };
        self.portail = guichet.portal_of(&client).await?;
        Ok(())
    }

    fn write_card(&self) -> Result<()> {
        let card = Card {
            back_office: BackOffice {
                url: format!("{}/connexion", self.settings.public_url()),
                email: FREELANCE_EMAIL.to_owned(),
                mot_de_passe: self.settings.password.clone(),
            },
            portail: self.portail.clone(),
            simulateur: format!("{}/", self.settings.simulateur_url()),
            database_url: self.postgres.worker_url(DATABASE),
            edge_database_url: self.postgres.edge_url(DATABASE),
            redis_url: self.redis.url(),
            stripe_webhook_secret: self.settings.webhook_secret.clone(),
            pids: Pids {
                edge: self.edge.pid(),
                worker: self.worker.pid(),
                postgres: self.postgres.pid(),
                redis: self.redis.pid(),
                simulateur: self.simulateur.pid(),
            },
        };
        place::write_atomically(&self.place.card(), &serde_json::to_string_pretty(&card)?)
    }

    fn tell(&self, took: Duration) {
        crate::say(&format!(
            "\nGuichet est ouvert (en {} s).\n\n  \
             Back-office : {}/connexion\n                {FREELANCE_EMAIL}  {}\n  \
             Portail     : {}\n  \
             Simulateur  : {}/\n\n\
             Les mêmes adresses : {}\n\
             Les journaux       : {}\n\
             Ctrl-C arrête tout ; les données restent (make demo-reset les efface).\n",
            took.as_secs(),
            self.settings.public_url(),
            self.settings.password,
            self.portail,
            self.settings.simulateur_url(),
            self.place.card().display(),
            self.place.data.display(),
        ));
    }

    /// Starts again whatever dies, until the future is dropped.
    async fn watch(&mut self) -> Result<()> {
        let mut child_ended = signal(SignalKind::child())?;
        loop {
            let next = tokio::task::block_in_place(|| self.revive())?;
            match next {
                Some(due) => tokio::select! {
                    _ = child_ended.recv() => {}
                    () = tokio::time::sleep_until(due.into()) => {}
                },
                None => drop(child_ended.recv().await),
            }
        }
    }

    /// Starts again what is down; when to look next, if something must wait.
    fn revive(&mut self) -> Result<Option<Instant>> {
        let before = self.pids();
        let soon = Instant::now() + Duration::from_secs(1);
        let mut next = None;
        let mut look_again = |due: Option<Instant>| next = next.into_iter().chain(due).min();
        if !self.postgres.is_running() {
            tracing::warn!("PostgreSQL s'est arrêté");
            // The backends of a killed server hold its memory for a moment yet.
            if let Err(error) = self.postgres.restart() {
                tracing::warn!("PostgreSQL : {error:#}");
                look_again(Some(soon));
            }
        }
        if !self.redis.is_running() {
            tracing::warn!("Redis s'est arrêté");
            if let Err(error) = self.redis.restart() {
                tracing::warn!("Redis : {error:#}");
                look_again(Some(soon));
            }
        }
        for program in [&mut self.simulateur, &mut self.worker, &mut self.edge] {
            look_again(program.revive()?);
        }
        if self.pids() != before {
            self.write_card()?;
        }
        Ok(next)
    }

    fn pids(&self) -> [Option<u32>; 5] {
        let [edge, worker, simulateur] = [&self.edge, &self.worker, &self.simulateur].map(Program::pid);
        [edge, worker, simulateur, self.postgres.pid(), self.redis.pid()]
    }

    /// Stops all, those first that need the others.
    fn end(&mut self) -> Result<()> {
        reglages::remove(&self.place.card())?;
        self.edge.ask_to_stop();
        self.worker.ask_to_stop();
        self.edge.stop()?;
        self.worker.stop()?;
        self.simulateur.stop()?;
        self.redis.stop()?;
        self.postgres.stop(Stop::Fast)
    }
}

/// Asks until the answer is a success, as long as the program runs, for a minute at most.
async fn wait_for(url: &str, program: &mut Program) -> Result<()> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        program.check()?;
        match http.get(url).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) if Instant::now() > end => anyhow::bail!("{url} : {}", answer.status()),
            Err(error) if Instant::now() > end => return Err(error.into()),
            _ => tokio::time::sleep(crate::process::GLANCE).await,
        }
    }
}
