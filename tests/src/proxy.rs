//! A way between two processes that can be hung, cut and resumed: what a network does, and a firewall.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Connections stay and nothing passes.
    Hung,
    /// Connections end, and new ones end at once.
    Cut,
}

/// Passes on whatever comes to a port of its own. Dropped, it ends.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    upstream: Arc<AtomicU16>,
    way: watch::Sender<Way>,
    refused: Arc<AtomicUsize>,
    _serving: AbortOnDropHandle<()>,
}

impl Proxy {
    /// Stands in front of a port of the loopback.
    pub async fn start(upstream: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (way, watched) = watch::channel(Way::Open);
        let upstream = Arc::new(AtomicU16::new(upstream));
        let target = upstream.clone();
        let refused = Arc::new(AtomicUsize::new(0));
        let counted = refused.clone();
        let serving = async move {
            while let Ok((near, _)) = listener.accept().await {
                if *watched.borrow() == Way::Cut {
                    counted.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                tokio::spawn(pass(near, target.load(Ordering::Relaxed), watched.clone()));
            }
        };
        Self { port, upstream, way, refused, _serving: AbortOnDropHandle::new(tokio::spawn(serving)) }
    }

    /// The port in front.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads to another port, as a fail-over does: what was connected ends.
    pub fn lead_to(&self, upstream: u16) {
        self.upstream.store(upstream, Ordering::Relaxed);
        self.cut();
        self.resume();
    }

    /// Nothing passes any more, and nobody is told.
    pub fn hang(&self) {
        self.way.send_replace(Way::Hung);
    }

    /// Ends all connections and refuses new ones.
    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    /// How many connections were refused so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Lets everything pass again, also what was held back meanwhile.
    pub fn resume(&self) {
        self.way.send_replace(Way::Open);
    }
}

async fn pass(near: TcpStream, upstream: u16, mut way: watch::Receiver<Way>) {
    // The server may be down, and restarted on its port: then this connection ends as it would without us.
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, upstream)).await else { return };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let mut cut = way.clone();
    tokio::select! {
        () = pump(near_in, far_out, way.clone()) => {}
        () = pump(far_in, near_out, way.clone()) => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
    way.mark_unchanged();
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut way: watch::Receiver<Way>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if way.wait_for(|way| *way == Way::Open).await.is_err()
            || to.write_all(&buffer[..length]).await.is_err()
        {
            return;
        }
    }
    // What was sent before the end has arrived: give the other direction a moment to answer it.
    drop(tokio::time::timeout(Duration::from_millis(200), to.shutdown()).await);
}
