//! A short range whose decisions and trades are kept word by word: whoever changes what the bot
//! does sees it here, in figures a person can judge.
//!
//! To accept a change: `UPDATE_GOLDEN=1 cargo test -p tradebot-tests golden`, then read the
//! difference before it is committed.

use std::path::Path;

use crate::support::reference::reference;
use crate::support::skipped;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden");

/// Compares with a file, or writes it when asked to.
#[track_caller]
pub(crate) fn is_as_kept(name: &str, text: &str) {
    let file = Path::new(FOLDER).join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(FOLDER).unwrap();
        std::fs::write(&file, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    for (i, (now, kept)) in text.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, kept, "{name}, line {}", i + 1);
    }
    assert_eq!(text.lines().count(), kept.lines().count(), "lines of {name}");
}

fn explained(decision: &str) -> String {
    let call = reference().home.tradebot(&["explain", decision]).env("COLUMNS", "100");
    call.run().code(0).stdout
}

#[test]
fn a_golden_trade_reads_as_it_did() {
    is_as_kept("trade.txt", &explained("MSFT@2002-05-09"));
}

#[test]
fn a_golden_trade_before_anything_was_learned_reads_as_it_did() {
    is_as_kept("first_trade.txt", &explained("IBM@2001-02-28"));
}

#[test]
fn a_golden_refusal_reads_as_it_did() {
    is_as_kept("no_trade.txt", &explained("MSFT@2002-04-18"));
}

#[test]
fn the_golden_trades_are_as_they_were() {
    let trades = reference().home.tradebot(&["trades"]).env("COLUMNS", "200").run().code(0);
    is_as_kept("trades.txt", &trades.stdout);
}

#[test]
fn the_golden_account_is_as_it_was() {
    let account = reference().home.tradebot(&["account"]).env("COLUMNS", "100").run().code(0);
    is_as_kept("account.txt", &account.stdout);
}

/// Mathematical functions of the system may differ in the last bit between platforms, and a bit is
/// another digest; rounded figures above hold everywhere.
#[test]
fn the_golden_digest_is_as_it_was_on_the_platform_it_was_kept_on() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        skipped("the golden digest is that of 64-bit Linux on Intel and AMD processors");
        return;
    }
    let summary = &reference().summary;
    let names =
        ["from", "to", "symbols", "cycles", "decisions", "trades", "final_equity", "digest"];
    let text: String = names.map(|name| format!("{name} {}\n", summary[name])).concat();
    is_as_kept("run.txt", &text);
}
