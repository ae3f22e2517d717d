//! `feed-sim`: the providers on the command line.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

use clap::Parser;
use feed_sim::{FeedServer, Knobs};
use tradebot_domain::Date;

/// A local server of market-data providers.
///
/// Prints its address, then serves until Ctrl-C. Point the program at it with the setting
/// `sources.simulator`.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Port; 0 for any.
    #[arg(long, default_value_t = 8490)]
    port: u16,
    /// The last session that the providers have.
    #[arg(long, default_value = "2013-03-01", value_name = "DATE")]
    today: Date,
    /// Seed of what is made up.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// No limits on the number of calls.
    #[arg(long)]
    unlimited: bool,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let mut knobs = Knobs { today: cli.today, seed: cli.seed, ..Knobs::default() };
    if cli.unlimited {
        knobs.limits.clear();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = FeedServer::start_on(knobs, SocketAddr::new(cli.address, cli.port)).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "providers   {}", server.url())?;
        writeln!(out, "control     POST {0}/_sim/do, GET {0}/_sim/calls", server.url())?;
        writeln!(out, "Ctrl-C ends it.")?;
        out.flush()?;
        tokio::select! {
            () = server.run() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}
