//! Places in the code at which tests make the process die, halt or fail, and settings that only tests change.
//!
//! All of it is compiled for tests alone (feature `failpoints`, which only the package `tests` asks for):
//! without the feature [`failpoint!`](crate::failpoint!) is nothing at all and [`setting`] knows no setting.
//!
//! A test arms points by the environment: `FAILPOINT=point=action`, or `point@subject=action` for one job
//! (its id) or one kind of job. Several are separated by `;`.

use std::str::FromStr;

/// Names a place where tests may end, halt or break the process, and what is being worked on there.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! failpoint {
    ($point:literal $(, $subject:expr)*) => {
        $crate::failpoint::reach($point, &[$(&$subject.to_string()),*]).await
    };
}

/// Nothing: tests name places here.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! failpoint {
    ($point:literal $(, $subject:expr)*) => {};
}

/// A setting that only tests may change; `None` in every other build.
pub fn setting<T: FromStr>(name: &str) -> Option<T> {
    if cfg!(feature = "failpoints") { std::env::var(name).ok()?.parse().ok() } else { None }
}

/// Does what `FAILPOINT` asks for at this point.
///
/// # Panics
/// When that is what is asked for, or when the action is none of these:
/// `kill` (SIGKILL), `abort`, `panic`, `exhaust` (no more memory), `hang:file` (until the file is gone).
#[cfg(feature = "failpoints")]
pub async fn reach(point: &str, subjects: &[&str]) {
    use nix::sys::resource::{Resource, setrlimit};
    use nix::sys::signal::{Signal, raise};

    let Ok(armed) = std::env::var("FAILPOINT") else { return };
    let fits = |entry: &str| {
        let (place, action) = entry.split_once('=')?;
        let (name, subject) = place.split_once('@').map_or((place, None), |(name, it)| (name, Some(it)));
        let wanted = name == point && subject.is_none_or(|subject| subjects.contains(&subject));
        wanted.then(|| action.to_owned())
    };
    let Some(action) = armed.split(';').find_map(fits) else { return };
    tracing::warn!(point, action, "failpoint");
    match action.as_str() {
        "kill" => raise(Signal::SIGKILL).expect("a process may end itself"),
        "abort" => std::process::abort(),
        "panic" => panic!("{point}: as the test wants it"),
        "exhaust" => {
            setrlimit(Resource::RLIMIT_AS, 1 << 20, 1 << 20).expect("a limit may be lowered");
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1_u8; 1 << 20]);
            }
        }
        _ => {
            let file = action.strip_prefix("hang:").unwrap_or_else(|| panic!("no such action: {action}"));
            while std::path::Path::new(file).exists() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }
}
