//! `questrade-sim`: the simulator on the command line.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use questrade_sim::assumptions;
use questrade_sim::knobs::Knobs;
use questrade_sim::server::{Bind, SimServer};
use serde_json::{Value, json};

/// A local server of the Questrade API.
///
/// Prints its addresses, a refresh token and what it assumes; then serves until Ctrl-C.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Settings, YAML; every key has a default.
    #[arg(long, value_name = "FILE", env = "QUESTRADE_SIM_CONFIG")]
    config: Option<PathBuf>,
    /// One setting, as in `login.profile=partner` or `clock.speed=60`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Port of the login host; 0 for any.
    #[arg(long, default_value_t = 8480)]
    login_port: u16,
    /// Port of the first API host; the others and the streams follow. 0 for any.
    #[arg(long, default_value_t = 8481)]
    api_port: u16,
    /// Print the settings as JSON and leave.
    #[arg(long)]
    print_settings: bool,
    /// Do not print the assumptions.
    #[arg(long)]
    quiet: bool,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let knobs = settings(&cli)?;
    let mut out = std::io::stdout().lock();
    if cli.print_settings {
        writeln!(out, "{}", serde_json::to_string_pretty(&knobs)?)?;
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bind = Bind { address: cli.address, login_port: cli.login_port, api_port: cli.api_port };
    runtime.block_on(async {
        let server = SimServer::start_on(knobs, bind).await?;
        writeln!(out, "{}", greeting(&server, cli.quiet))?;
        tokio::select! {
            () = server.run() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}

/// Defaults, then the file, then the command line.
fn settings(cli: &Cli) -> anyhow::Result<Knobs> {
    let mut knobs = match &cli.config {
        Some(path) => Knobs::from_file(path)?,
        None => Knobs::default(),
    };
    for setting in &cli.settings {
        let (key, value) = setting.split_once('=').context("--set wants KEY=VALUE")?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
        let tree = key.rsplit('.').fold(value, |inner, key| {
            let mut map = serde_json::Map::new();
            map.insert(key.to_owned(), inner);
            Value::Object(map)
        });
        knobs = knobs.changed(&tree).with_context(|| format!("--set {setting}"))?;
    }
    Ok(knobs)
}

/// What a person needs to begin.
fn greeting(server: &SimServer, quiet: bool) -> String {
    let mut lines = Vec::new();
    if !quiet {
        lines.push("What this simulator assumes (change it with the setting named):".to_owned());
        for a in assumptions::all() {
            let knob = match &a.default {
                Some(default) => format!("{} = {default}", a.knob),
                None => "fixed".to_owned(),
            };
            lines.push(format!("  {:<18} {} [{}; {knob}]", a.id, a.says, a.basis));
        }
        lines.push(String::new());
    }
    lines.push(format!("login host     {}", server.login_url()));
    lines.push(format!("API hosts      {}", server.api_urls().join(" ")));
    let ports = server.stream_ports();
    lines.push(format!(
        "stream ports   quotes {} (raw {}), notifications {} (raw {})",
        ports.quotes_web, ports.quotes_raw, ports.notifications_web, ports.notifications_raw
    ));
    let mut chain = 0;
    while let Some(token) = server.refresh_token(chain) {
        lines.push(format!("refresh token  {token}"));
        chain += 1;
    }
    lines.push(format!("control token  {} (for /_sim/)", server.control_token()));
    lines.push("Ctrl-C ends it.".to_owned());
    lines.join("\n")
}
