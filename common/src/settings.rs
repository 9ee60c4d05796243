//! The settings, from the environment. Each is checked at boot; a wrong one is named and the process
//! refuses to start. Secrets do not print.

use std::collections::BTreeSet;
use std::net::IpAddr;

use clap::Args;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use crate::jeton::Sealer;
use crate::lien::PublicUrl;

/// How many characters a password may have, wherever it is set.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// How many of them must differ.
pub const PASSWORD_VARIETY: usize = 5;

/// Whether enough of a new password's characters differ.
#[must_use]
pub fn is_varied(password: &str) -> bool {
    password.chars().collect::<BTreeSet<_>>().len() >= PASSWORD_VARIETY
}

/// A setting that is wrong, by name. Never holds the value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong with it and what is wanted.
    pub problem: String,
}

fn wrong(name: &'static str, problem: &str) -> SettingError {
    SettingError { name, problem: problem.into() }
}

/// What both processes take.
#[derive(Args, Debug, Clone)]
pub struct Shared {
    /// Redis ≥ 6.2, for queues, sessions and limits: `redis://[:password@]host:port/`.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: SecretString,
    /// The root of every link: `https://guichet.example`, without a path.
    #[arg(long, env = "PUBLIC_URL", value_parser = PublicUrl::parse)]
    pub public_url: PublicUrl,
    /// 32 bytes in hexadecimal that seal the tokens of private links; comma-separated while rotating,
    /// newest first.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: SecretString,
    /// Stripe's API, for tests and the demo: the base URL of a stand-in.
    #[arg(long, env = "STRIPE_API_BASE", default_value = "https://api.stripe.com")]
    pub stripe_api_base: url::Url,
    /// Where this process tells Prometheus its figures (`GET /metrics`): an address that only those who operate it
    /// reach, another one for each process of a machine. Unset: nowhere.
    #[arg(long, env = "METRICS_ADDR")]
    pub metrics_addr: Option<std::net::SocketAddr>,
    /// Which events to log, as `tracing-subscriber` filters.
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub rust_log: String,
    /// How log lines look.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty)]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Pretty,
}

impl Shared {
    /// Opens and makes sealed tokens.
    pub fn sealer(&self) -> Result<Sealer, SettingError> {
        let mut keys = Vec::new();
        for text in self.secret_key.expose_secret().split(',') {
            let mut key = [0_u8; 32];
            hex::decode_to_slice(text.trim(), &mut key).map_err(|_| {
                wrong("SECRET_KEY", "each key must be 32 bytes in hexadecimal (64 characters)")
            })?;
            keys.push(key);
        }
        Ok(Sealer::new(&keys))
    }

    /// Starts the logs of this process, on standard error. To be called once.
    pub fn start_logs(&self) -> Result<(), SettingError> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.rust_log)
            .map_err(|error| wrong("RUST_LOG", &error.to_string()))?;
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let logs =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
        match self.log_format {
            LogFormat::Json => logs.json().init(),
            LogFormat::Pretty => logs.init(),
        }
        Ok(())
    }
}

/// What the edge takes.
#[derive(Args, Debug, Clone)]
pub struct EdgeSettings {
    /// What both processes take.
    #[command(flatten)]
    pub shared: Shared,
    /// Postgres, as a user who can only SELECT.
    #[arg(long, env = "EDGE_DATABASE_URL", hide_env_values = true)]
    pub edge_database_url: SecretString,
    /// Where to listen.
    #[arg(long, env = "EDGE_ADDR", default_value = "127.0.0.1:8080")]
    pub edge_addr: std::net::SocketAddr,
    /// The webhook's signing secret(s), comma-separated while rotating. Unset: the endpoint is closed.
    /// Set but blank: no boot.
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    pub stripe_webhook_secret: Option<SecretString>,
    /// Proxies whose `X-Forwarded-For` is believed: addresses and networks (`10.0.0.0/8`), comma-separated.
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", value_parser = networks)]
    pub trusted_proxies: Networks,
    /// Whether `/styleguide` shows what the pages are made of: for development.
    #[arg(long, env = "STYLEGUIDE", default_value_t = false, action = clap::ArgAction::Set)]
    pub styleguide: bool,
}

/// A list of networks, a bare address being one of its own; an empty setting is an empty list.
#[derive(Debug, Clone, Default)]
pub struct Networks(pub Vec<IpNet>);

fn networks(text: &str) -> Result<Networks, String> {
    let network = |part: &str| {
        let address = part.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        address.or_else(|_| part.parse()).map_err(|_| format!("{part} is neither an address nor a network"))
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(network).collect::<Result<_, _>>().map(Networks)
}

impl EdgeSettings {
    /// The webhook's secrets, none of them blank; empty when the endpoint is closed.
    pub fn webhook_secrets(&self) -> Result<Vec<SecretString>, SettingError> {
        let Some(setting) = &self.stripe_webhook_secret else {
            return Ok(Vec::new());
        };
        let secrets: Vec<_> = setting.expose_secret().split(',').map(str::trim).collect();
        if secrets.iter().any(|secret| secret.is_empty()) {
            return Err(wrong(
                "STRIPE_WEBHOOK_SECRET",
                "is blank: a blank secret would accept forged events",
            ));
        }
        Ok(secrets.into_iter().map(SecretString::from).collect())
    }
}

/// What `worker run` takes.
#[derive(Args, Debug, Clone)]
pub struct WorkerSettings {
    /// What both processes take.
    #[command(flatten)]
    pub shared: Shared,
    /// Postgres, as the user who writes.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,
    /// Stripe's key. Unset: the app runs and payments say « non configurés ».
    #[arg(long, env = "STRIPE_SECRET_KEY", hide_env_values = true)]
    pub stripe_secret_key: Option<SecretString>,
    /// The mail server: `smtps://user:password@host`, or `smtp://user:password@host:587?tls=required`. Unset: no
    /// mail is sent.
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<SecretString>,
    /// The address that mails come from: `guichet@example.org`. Needed with `SMTP_URL`.
    #[arg(long, env = "MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Jobs that run at once, per queue.
    #[arg(long, env = "WORKER_CONCURRENCY", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub worker_concurrency: u16,
    /// Seconds between two looks at Stripe's list of events. A payment whose webhook never comes shows after
    /// one of them.
    #[arg(long, env = "RECONCILE_EVERY", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub reconcile_every: u32,
}

impl WorkerSettings {
    /// Stripe's key; `None` when payments are not configured.
    pub fn stripe_key(&self) -> Result<Option<&SecretString>, SettingError> {
        let Some(key) = &self.stripe_secret_key else {
            return Ok(None);
        };
        let text = key.expose_secret();
        if text.starts_with("sk_") || text.starts_with("rk_") {
            Ok(Some(key))
        } else {
            Err(wrong("STRIPE_SECRET_KEY", "must start with sk_ or rk_"))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Edge {
        #[command(flatten)]
        settings: EdgeSettings,
    }

    fn edge(webhook_secret: &str) -> EdgeSettings {
        let args = [
            "edge",
            "--redis-url=redis://127.0.0.1",
            "--public-url=http://127.0.0.1:8080",
            "--edge-database-url=postgres://localhost",
        ];
        let key = format!("--secret-key={}", "ab".repeat(32));
        let secret = format!("--stripe-webhook-secret={webhook_secret}");
        Edge::parse_from(args.into_iter().chain([key.as_str(), secret.as_str()])).settings
    }

    #[test]
    fn a_password_of_one_character_or_two_is_not_varied() {
        assert!(!is_varied("aaaaaaaaaaaa") && !is_varied("121212121212"));
        assert!(is_varied("un mot de passe"));
    }

    #[test]
    fn a_blank_webhook_secret_refuses_to_boot() {
        for blank in ["", " ", "whsec_1,", ",whsec_1"] {
            assert_eq!(edge(blank).webhook_secrets().unwrap_err().name, "STRIPE_WEBHOOK_SECRET", "{blank:?}");
        }
        assert_eq!(edge("whsec_1,whsec_2").webhook_secrets().unwrap().len(), 2);
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        let read =
            |text: &str| networks(text).map(|networks| networks.0.iter().map(ToString::to_string).collect());
        let list: Result<Vec<String>, _> = read("10.0.0.1, 172.16.0.0/12,::ffff:10.0.0.2,fd00::/8");
        assert_eq!(list.unwrap(), ["10.0.0.1/32", "172.16.0.0/12", "10.0.0.2/32", "fd00::/8"]);
        assert!(read("").unwrap().is_empty());
        for wrong in ["proxy", "10.0.0.0/33", "10.0.0/8"] {
            assert!(read(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let printed = format!("{:?}", edge("whsec_canary"));
        assert!(!printed.contains("canary") && !printed.contains("abab"), "{printed}");
    }
}
