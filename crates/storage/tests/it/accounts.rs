//! Looks at the broker's accounts.

use tradebot_domain::Timestamp;
use tradebot_storage::{Mode, SeenAccount, Store};

fn seen(at: &str, account: &str, cash: &str) -> SeenAccount {
    SeenAccount {
        seen_at: at.parse::<Timestamp>().unwrap(),
        account: account.to_owned(),
        kind: "TFSA".to_owned(),
        status: "Active".to_owned(),
        snapshot: format!(r#"{{"cash":"{cash}"}}"#),
    }
}

#[test]
fn the_last_look_at_each_account_is_what_readers_see() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Paper).unwrap();
    let first = [
        seen("2026-07-09T14:00:00Z", "51234567", "1"),
        seen("2026-07-09T14:00:00Z", "01234567", "2"),
    ];
    store.keep_accounts(&first).unwrap();
    let later = seen("2026-07-09T14:01:00Z", "51234567", "3");
    store.keep_accounts(std::slice::from_ref(&later)).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Paper).unwrap();
    assert_eq!(reader.broker_accounts().unwrap(), [first[1].clone(), later]);
}

#[test]
fn a_look_that_is_no_json_keeps_nothing_of_its_group() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Paper).unwrap();
    let bad = SeenAccount { snapshot: "cash".to_owned(), ..seen("2026-07-09T14:00:00Z", "2", "1") };
    assert!(store.keep_accounts(&[seen("2026-07-09T14:00:00Z", "1", "1"), bad]).is_err());
    let reader = Store::open_read(dir.path(), Mode::Paper).unwrap();
    assert_eq!(reader.broker_accounts().unwrap(), []);
}
