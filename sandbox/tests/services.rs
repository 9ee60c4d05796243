//! The private servers: what is written outlives a stop, a kill and a restart; nothing outlives us.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::postgres::{self, Postgres, Stop};
use sandbox::process::wait_until;
use sandbox::redis::{self, AppendFsync, Redis};

fn quick() -> postgres::Options {
    postgres::Options { fsync: false, ..Default::default() }
}

#[test]
fn postgres_keeps_its_data_its_port_and_its_users_over_a_crash() {
    let mut postgres = Postgres::start(None, quick()).unwrap();
    postgres.prepare_database("essai").unwrap();
    postgres.prepare_database("essai").unwrap();
    postgres.psql("essai", "CREATE TABLE t (n int); INSERT INTO t VALUES (42)").unwrap();
    let (port, url) = (postgres.port(), postgres.worker_url("essai"));
    postgres.stop(Stop::Immediate).unwrap();
    assert_eq!(postgres.pid(), None);
    postgres.restart().unwrap();
    assert_eq!(postgres.psql("essai", "SELECT n FROM t").unwrap().trim(), "42");
    assert_eq!((postgres.port(), postgres.worker_url("essai")), (port, url));
}

#[test]
fn the_logins_stand_in_their_groups() {
    let postgres = Postgres::start(None, quick()).unwrap();
    let sql = "SELECT m.rolname || ' in ' || g.rolname FROM pg_auth_members JOIN pg_roles m ON m.oid = member \
               JOIN pg_roles g ON g.oid = roleid WHERE g.rolname LIKE 'guichet%' ORDER BY 1";
    let members = postgres.psql("postgres", sql).unwrap();
    assert_eq!(members, "guichet_edge_login in guichet_edge\nguichet_worker_login in guichet_worker\n");
}

#[test]
fn a_database_name_is_not_sql() {
    let postgres = Postgres::start(None, quick()).unwrap();
    assert!(postgres.prepare_database("x\"; DROP DATABASE postgres; --").is_err());
}

#[test]
fn redis_keeps_what_it_acknowledged_over_a_kill_when_it_syncs_each_write() {
    let dir = tempfile::tempdir().unwrap();
    let options = redis::Options { append_fsync: AppendFsync::Always, ..Default::default() };
    let mut redis = Redis::start(Some(dir.path()), options).unwrap();
    let url = redis.url();
    assert_eq!(cli(&url, &["SET", "cle", "valeur"]), "OK");
    redis.kill().unwrap();
    redis.restart().unwrap();
    assert_eq!(redis.url(), url);
    assert_eq!(cli(&url, &["GET", "cle"]), "valeur");
    assert_eq!(cli(&url, &["CONFIG", "GET", "maxmemory-policy"]), "maxmemory-policy\nnoeviction");
}

#[test]
fn a_paused_redis_answers_once_it_is_resumed() {
    let redis = Redis::start(None, redis::Options::default()).unwrap();
    redis.pause().unwrap();
    let mut asked =
        Command::new("redis-cli").args(["-u", &redis.url(), "PING"]).stdout(Stdio::piped()).spawn().unwrap();
    assert!(asked.try_wait().unwrap().is_none());
    redis.resume().unwrap();
    assert!(asked.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn servers_end_with_a_process_that_is_killed() {
    // Whoever is killed leaves temporary folders: here they go with the test. PostgreSQL's user must get in.
    let out = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.arg("services").arg("--out").arg(out.path()).env("TMPDIR", out.path()).stdout(Stdio::piped());
    let mut parent = Killed(command.spawn().unwrap());
    let said = BufReader::new(parent.0.stdout.take().unwrap());
    let ready = said.lines().map_while(Result::ok).any(|line| line.contains("Ctrl-C"));
    assert!(ready, "both servers start");
    let servers = children_of(parent.0.id());
    assert_eq!(servers.len(), 2);
    parent.0.kill().unwrap();
    parent.0.wait().unwrap();
    assert!(wait_until(Duration::from_secs(20), || servers.iter().all(|pid| !is_alive(*pid))), "and end");
}

struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
    }
}

fn children_of(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|(_, ppid)| ppid == parent)).collect()
}

fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

/// The state and the parent of a process.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn cli(url: &str, words: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-u", url]).args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
