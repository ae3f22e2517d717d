//! Sockets around the core: a login host, several API hosts and four stream ports on one machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tradebot_broker_questrade::BrokerTime;
use tradebot_domain::Timestamp;

use crate::http::Host;
use crate::knobs::Knobs;
use crate::library::{Library, LibraryError};
use crate::world::{Command, CommandError, StreamKind, StreamMode, StreamPorts, World};

mod deliver;
mod hosts;
mod shared;
mod streams;

use shared::{Shared, Wall};

/// Where the simulator listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bind {
    /// Address of this machine.
    pub address: IpAddr,
    /// Port of the login host; 0 for any.
    pub login_port: u16,
    /// Port of the first API host, the others and the streams follow; 0 for any.
    pub api_port: u16,
}

impl Default for Bind {
    /// Loopback, any ports.
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), login_port: 0, api_port: 0 }
    }
}

/// Why the simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Recorded bars cannot be had.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A port cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Address and port.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The clock's start does not read.
    #[error("clock.start `{0}` is no moment with an offset, nor `now`")]
    Start(String),
}

/// A running simulator; it stops when dropped.
#[derive(Debug)]
pub struct SimServer {
    shared: Arc<Shared>,
    login: SocketAddr,
    apis: Vec<SocketAddr>,
    ports: StreamPorts,
    tasks: JoinSet<()>,
}

impl SimServer {
    /// Starts on loopback, on ports that are free.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(knobs: Knobs) -> Result<Self, StartError> {
        Self::start_on(knobs, Bind::default()).await
    }

    /// Starts where it is told to.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_on(knobs: Knobs, bind: Bind) -> Result<Self, StartError> {
        Self::start_by(knobs, bind, Arc::new(shared::wall)).await
    }

    /// Starts with another clock than the machine's: rate limits are counted by it, and the virtual
    /// clock follows it. A test gives one that makes hours pass in a moment.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_by(
        knobs: Knobs,
        bind: Bind,
        wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Result<Self, StartError> {
        let library = Library::load(&knobs.market)?;
        let start = start_of(&knobs, wall())?;
        let hosts = knobs.login.api_hosts;
        let shared = Arc::new(Shared::new(World::new(knobs, &library, start), Wall(wall)));
        let mut tasks = JoinSet::new();
        let login = listen(bind.address, bind.login_port).await?;
        let login_at = hosts::spawn(&mut tasks, &shared, Host::Login, login)?;
        let mut next = Ports(bind.api_port);
        let mut apis = Vec::new();
        for number in 0..hosts {
            let listener = listen(bind.address, next.take()).await?;
            apis.push(hosts::spawn(&mut tasks, &shared, Host::Api(number), listener)?);
        }
        let mut ports = StreamPorts::default();
        for (port, kind, mode) in [
            (&mut ports.quotes_web, StreamKind::Quotes, StreamMode::WebSocket),
            (&mut ports.quotes_raw, StreamKind::Quotes, StreamMode::RawSocket),
            (&mut ports.notifications_web, StreamKind::Notifications, StreamMode::WebSocket),
            (&mut ports.notifications_raw, StreamKind::Notifications, StreamMode::RawSocket),
        ] {
            let listener = listen(bind.address, next.take()).await?;
            *port = streams::spawn(&mut tasks, &shared, kind, mode, listener)?.port();
        }
        let servers = apis.iter().map(|at| format!("http://{at}/")).collect();
        shared.with(|world| world.set_addresses(servers, ports));
        tasks.spawn(shared::keep_time(Arc::clone(&shared)));
        Ok(Self { shared, login: login_at, apis, ports, tasks })
    }

    /// Address of the login host, without a slash at its end.
    pub fn login_url(&self) -> String {
        format!("http://{}", self.login)
    }

    /// Addresses of the API hosts, with a slash at their ends, as replies name them.
    pub fn api_urls(&self) -> Vec<String> {
        self.apis.iter().map(|at| format!("http://{at}/")).collect()
    }

    /// Ports of the streams.
    pub fn stream_ports(&self) -> StreamPorts {
        self.ports
    }

    /// The refresh token that a chain accepts now.
    pub fn refresh_token(&self, chain: usize) -> Option<String> {
        self.world(|world| world.refresh_tokens().get(chain).cloned().flatten())
    }

    /// Bearer of the control endpoint.
    pub fn control_token(&self) -> String {
        self.world(|world| world.control_token().to_owned())
    }

    /// Looks at, or changes, the core; what it has for the streams is sent afterwards.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        self.shared.with(look)
    }

    /// Carries out a command, as the control endpoint does.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn command(&self, command: Command) -> Result<serde_json::Value, CommandError> {
        self.world(|world| world.command(command))
    }

    /// Runs until every listener has failed, which is for ever.
    pub async fn run(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Ports in a row, or any.
struct Ports(u16);

impl Ports {
    fn take(&mut self) -> u16 {
        let port = self.0;
        if port != 0 {
            self.0 = port.saturating_add(1);
        }
        port
    }
}

async fn listen(address: IpAddr, port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).await.map_err(|source| StartError::Bind { address, source })
}

fn start_of(knobs: &Knobs, now: Timestamp) -> Result<Timestamp, StartError> {
    match knobs.clock.start.as_str() {
        "now" => Ok(now),
        text => {
            let parsed: Result<BrokerTime, _> = text.parse();
            parsed.map(|time| time.instant()).map_err(|_| StartError::Start(text.to_owned()))
        }
    }
}
