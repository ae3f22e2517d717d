//! Public clients of the broker's API, run against the simulator: a check that it is faithful.
//!
//! They are Python packages (`kwess`, `qtrade`, `questrade_api`). The test runs where
//! `QUESTRADE_SIM_PYTHON` names an interpreter that can import all three, and says so when it does
//! not.

use std::process::Command as Process;

use questrade_sim::knobs::Knobs;
use questrade_sim::server::SimServer;

/// Reads of all three clients; each gets the refresh token that the one before left behind.
const SCRIPT: &str = include_str!("clients.py");

#[tokio::test]
async fn public_clients_read_everything() {
    let Ok(python) = std::env::var("QUESTRADE_SIM_PYTHON") else {
        println!(
            "skipped: QUESTRADE_SIM_PYTHON names no interpreter with kwess, qtrade, questrade_api"
        );
        return;
    };
    let importable =
        Process::new(&python).args(["-c", "import kwess, qtrade, questrade_api"]).status();
    if !importable.is_ok_and(|status| status.success()) {
        println!("skipped: {python} cannot import kwess, qtrade and questrade_api");
        return;
    }
    let mut knobs = Knobs::from_text("{login: {profile: partner}}").unwrap();
    // The clients ask without a pause; one of them takes a 429 for data.
    knobs.limits.account.per_second = 1_000;
    knobs.limits.market_data.per_second = 1_000;
    knobs.clock.speed = 0.0;
    let server = SimServer::start(knobs).await.unwrap();
    let (url, token) = (server.login_url(), server.refresh_token(0).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    let run =
        move || Process::new(python).args(["-c", SCRIPT, &url, &token]).current_dir(path).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let erred = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{erred}");
    let statuses = server.world(|w| w.log().iter().filter(|e| e.status != 200).count());
    assert_eq!(statuses, 0, "{said}");
    let routes: std::collections::BTreeSet<String> =
        server.world(|w| w.log().iter().map(|e| e.route.clone()).collect());
    for route in [
        "token",
        "time",
        "accounts",
        "positions",
        "balances",
        "executions",
        "orders.list",
        "activities",
        "symbols",
        "search",
        "options",
        "markets",
        "quotes",
        "quotes.options",
        "candles",
    ] {
        assert!(routes.contains(route), "no client called {route}");
    }
}
