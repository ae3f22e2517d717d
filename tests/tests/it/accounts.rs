//! Accounts of each kind at the simulated broker, over real sockets, down to what `account` shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use questrade_sim::SimServer;
use questrade_sim::knobs::Knobs;
use tempfile::TempDir;
use tradebot_app::accounts::risk::{Beside, broker_account};
use tradebot_app::accounts::{Ours, Snapshot, look};
use tradebot_app::live::calls::Unwaiting;
use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::{Credential, Custodian, TokenStore};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{Limits, Transport};
use tradebot_domain::{Currency, Symbol};
use tradebot_risk::AccountKind;
use tradebot_storage::{Mode, Store};

use crate::support::Home;

const ACCOUNTS: &str = "
accounts:
  - {number: '51234567', type: TFSA, cash: {cad: '15000', usd: '250'},
     holdings: [{symbol: ZZQ.TO, quantity: '120', average_price: '33.10'}]}
  - {number: '26543210', type: Margin, cash: {cad: '25000', usd: '-310.40'},
     holdings: [{symbol: IBM, quantity: '20', average_price: '100.50'}]}
  - {number: '01234567', type: RRSP, cash: {cad: '3000', usd: '1000'}}
  - {number: '31111111', type: Cash, cash: {cad: '100', usd: '0'}, status: 'Suspended (View Only)'}
  - {number: '41111111', type: FRESP, cash: {cad: '5'}}
  - {number: '61111111', type: FHSA, cash: {usd: '7'}}
  - {number: '71111111', type: DAF, cash: {cad: '1'}}
";

async fn client(sim: &SimServer, home: &TempDir) -> Client {
    let key = home.path().join("tradebot-token-key");
    std::fs::write(&key, "7e".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let environment = Environment::simulator(&sim.login_url()).unwrap();
    let transport =
        Arc::new(Transport::new(environment, Limits::default(), Arc::new(Unwaiting)).unwrap());
    let key = Arc::new(Credential::new(home.path()));
    let store = TokenStore::open(&home.path().join("broker"), "simulator", key).unwrap();
    let owner = Custodian::new(store, transport.clone());
    owner.add(Secret::new(&sim.refresh_token(0).unwrap()).unwrap()).await.unwrap();
    Client::new(transport, owner)
}

/// Everything the broker has, as one who owns 100 of the TFSA's shares.
async fn seen() -> BTreeMap<String, Snapshot> {
    let sim = SimServer::start(Knobs::from_text(ACCOUNTS).unwrap()).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let client = client(&sim, &home).await;
    let now = client.time().await.unwrap().instant();
    let ours = Ours {
        shares: BTreeMap::from([(Symbol::new("ZZQ.TO").unwrap(), 100.into())]),
        orders: BTreeSet::new(),
    };
    let mut seen = BTreeMap::new();
    for account in client.accounts().await.unwrap().accounts {
        let snapshot = look(&client, &account, &ours, now).await.unwrap();
        seen.insert(account.number.clone(), snapshot);
    }
    seen
}

#[tokio::test]
async fn each_kind_of_account_is_told_in_the_words_of_the_review() {
    let seen = seen().await;
    let of = |number: &str, currency| broker_account(&seen[number], currency, Beside::default());
    for (number, kind) in [
        ("51234567", Some(AccountKind::Tfsa)),
        ("26543210", Some(AccountKind::Margin)),
        ("01234567", Some(AccountKind::Rrsp)),
        ("31111111", Some(AccountKind::Cash)),
        ("41111111", Some(AccountKind::Resp)),
        ("61111111", Some(AccountKind::Fhsa)),
        ("71111111", None),
    ] {
        let account = of(number, Currency::Cad);
        assert_eq!((account.kind, account.active), (kind, number != "31111111"), "{number}");
    }
    let (cad, usd) = (of("51234567", Currency::Cad), of("51234567", Currency::Usd));
    assert_eq!((cad.cash, usd.cash), (15_000.0, 250.0));
    assert!(cad.equity > usd.equity && usd.equity > 250.0, "one total in two currencies");
    let [external] = cad.external[..] else { panic!("{:?}", cad.external) };
    assert_eq!(
        (external.symbol.as_str(), external.shares),
        ("ZZQ.TO", 20.0),
        "100 of 120 are ours"
    );
    let margin = of("26543210", Currency::Usd);
    assert_eq!(margin.cash, -310.4, "owed");
    assert!(margin.maintenance_excess > 0.0 && margin.maintenance_excess < margin.equity);
    assert_eq!(margin.external.len(), 1);
}

#[tokio::test]
async fn the_account_command_shows_what_was_seen_and_what_is_not_ours() {
    let reference = &crate::support::reference::reference().home;
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    for file in ["demo.db", "demo.anchors"] {
        std::fs::copy(reference.file(file), home.file(file)).unwrap();
    }
    let before = home.ok(&["account"]).stdout;
    assert!(!before.contains("At the broker"), "{before}");
    let records: Vec<_> = seen().await.values().map(|s| s.to_seen().unwrap()).collect();
    Store::open(&home.path(), Mode::Demo).unwrap().keep_accounts(&records).unwrap();
    let shown = home.ok(&["account"]).shows(&[
        "At the broker: TFSA ..4567",
        "At the broker: Margin ..3210",
        "-310.40",
        "suspended (view only)",
        "External: not ours",
        "ZZQ.TO",
        "IBM",
    ]);
    assert!(!shown.stdout.contains("26543210"), "numbers are masked: {}", shown.stdout);
    let json = home.json(&["account", "--json"]);
    assert_eq!(json["broker"].as_array().unwrap().len(), 7);
    let tfsa = json["broker"].as_array().unwrap().iter().find(|a| a["kind"] == "TFSA").unwrap();
    assert_eq!(tfsa["positions"][0]["external"], "20");
}
