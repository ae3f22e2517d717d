//! One owner, one exchange at a time, and nothing lost on the way.

use std::sync::Arc;
use std::time::Duration;

use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::custody::{CustodyError, Step, StoreError};

use crate::support::{Broker, FIRST, Login, custodian, home, store};

async fn begun(
    home: &std::path::Path,
    broker: &Broker,
) -> tradebot_broker_questrade::custody::Custodian {
    let custody = custodian(home, &broker.url(), None);
    custody.add(Secret::new(FIRST).unwrap()).await.unwrap();
    custody
}

#[tokio::test]
async fn twenty_callers_make_one_exchange() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    broker.will(&[Login::Late(Duration::from_millis(100))]);
    let callers = (0..20).map(|_| {
        let custody = custody.clone();
        tokio::spawn(async move { custody.session().await.unwrap().generation })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap(), 1);
    }
    assert_eq!(broker.exchanges(), 1);
    // All of them are told that their token is dead: again one exchange.
    let callers = (0..20).map(|_| {
        let custody = custody.clone();
        tokio::spawn(async move { custody.renew(1).await.unwrap().generation })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap(), 2);
    }
    assert_eq!(broker.exchanges(), 2);
}

#[tokio::test]
async fn a_second_owner_of_the_folder_uses_what_the_first_left() {
    let (home, broker) = (home(), Broker::login_only());
    let first = begun(home.path(), &broker).await;
    let second = custodian(home.path(), &broker.url(), None);
    broker.will(&[Login::Late(Duration::from_millis(100))]);
    let (one, two) = tokio::join!(first.session(), second.session());
    assert_eq!((one.unwrap().generation, two.unwrap().generation), (1, 1));
    assert_eq!(broker.exchanges(), 1);
    // The first renews; the second is refused and finds the new session on disk.
    assert_eq!(first.rotate().await.unwrap().generation, 2);
    assert_eq!(second.renew(1).await.unwrap().generation, 2);
    assert_eq!(broker.exchanges(), 2);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_take_the_chain_along() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    broker.will(&[Login::Late(Duration::from_millis(300))]);
    let gone = tokio::time::timeout(Duration::from_millis(50), custody.session()).await;
    assert!(gone.is_err());
    assert_eq!(custody.session().await.unwrap().generation, 1);
    assert_eq!(broker.exchanges(), 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_once_more_and_then_named() {
    // The request never counted: the second try succeeds.
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    broker.will(&[Login::LostBefore]);
    assert_eq!(custody.session().await.unwrap().generation, 1);
    assert_eq!(broker.logins(), 2);

    // The token was spent: the second try is refused, and that is the end of it.
    for lost in [Login::LostAfter, Login::CutAfter] {
        let (home, broker) = (crate::support::home(), Broker::login_only());
        let custody = begun(home.path(), &broker).await;
        broker.will(&[lost]);
        let error = custody.session().await.unwrap_err();
        assert!(matches!(error, CustodyError::Lost { doubt: true, .. }), "{error}");
        assert_eq!(broker.logins(), 2, "no loop");
        assert!(custody.session().await.is_err());
        assert_eq!(broker.logins(), 2, "a refusal is durable");
    }
}

#[tokio::test]
async fn no_two_troubles_in_a_row_leave_anything_but_a_token_or_a_known_state() {
    use Login::{CutAfter, Down, Foreign, Late, LostAfter, LostBefore, Page};
    let all = [LostBefore, LostAfter, CutAfter, Down, Page, Late(Duration::ZERO), Foreign];
    for first in all {
        for second in all {
            let (home, broker) = (home(), Broker::login_only());
            begun(home.path(), &broker).await;
            broker.will(&[first, second]);
            let mut end = None;
            for _ in 0..4 {
                // A new process each time: one would pause.
                let session = custodian(home.path(), &broker.url(), None).session().await;
                let settled = matches!(&session, Ok(_) | Err(CustodyError::Lost { .. }));
                end = Some(session);
                if settled {
                    break;
                }
            }
            let spent_in_vain = [first, second].iter().any(|t| matches!(t, LostAfter | CutAfter));
            match end.unwrap() {
                Ok(_) => {
                    let custody = custodian(home.path(), &broker.url(), None);
                    broker.will(&[]);
                    custody.rotate().await.unwrap();
                }
                Err(CustodyError::Lost { doubt: true, .. }) if spent_in_vain => {}
                Err(error) => panic!("{first:?}, {second:?}: {error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_login_host_that_is_down_is_asked_with_pauses_and_the_token_survives() {
    for trouble in [Login::Down, Login::Page] {
        let (home, broker) = (home(), Broker::login_only());
        let custody = begun(home.path(), &broker).await;
        broker.will(&[trouble, trouble]);
        let error = custody.session().await.unwrap_err();
        assert!(matches!(error, CustodyError::Unsettled { .. }), "{error}");
        assert!(!error.to_string().contains("html"), "{error}");
        let logins = broker.logins();
        let error = custody.session().await.unwrap_err();
        assert!(matches!(error, CustodyError::Pausing { .. }), "{error}");
        assert_eq!(broker.logins(), logins);
        // Another process may try at once, and the broker is back.
        broker.will(&[]);
        let next = custodian(home.path(), &broker.url(), None);
        assert_eq!(next.session().await.unwrap().generation, 1);
    }
}

#[tokio::test]
async fn without_a_connection_the_token_is_as_good_as_before() {
    let (home, broker) = (home(), Broker::login_only());
    begun(home.path(), &broker).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let custody = custodian(home.path(), &format!("http://{nobody}"), None);
    let error = custody.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Unreachable { .. }), "{error}");
    assert_eq!(store(home.path()).intent().unwrap(), None);
    let custody = custodian(home.path(), &broker.url(), None);
    assert_eq!(custody.session().await.unwrap().generation, 1);
}

#[tokio::test]
async fn a_token_that_is_refused_at_once_names_the_usual_causes() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = custodian(home.path(), &broker.url(), None);
    let error = custody.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Missing { .. }), "{error}");
    custody.add(Secret::new("AnotherTokenAltogether").unwrap()).await.unwrap();
    let error = custody.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Lost { doubt: false, .. }), "{error}");
    assert!(error.to_string().contains("unused for too long"), "{error}");
    assert_eq!(broker.logins(), 1);
}

#[tokio::test]
async fn a_server_that_is_no_brokers_gets_no_token_and_the_chain_is_kept() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    broker.will(&[Login::Foreign]);
    let error = custody.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Foreign(_)), "{error}");
    assert_eq!(custody.store().header().unwrap().unwrap().generation, 1);
    // The next exchange, by whoever comes, works with the token that was kept.
    let next = custodian(home.path(), &broker.url(), None);
    assert_eq!(next.session().await.unwrap().generation, 2);
}

#[tokio::test]
async fn a_token_the_disk_does_not_take_is_kept_in_memory_and_stored_later() {
    let (home, broker) = (home(), Broker::login_only());
    begun(home.path(), &broker).await;
    let in_the_way = home.path().join("broker/token.new");
    let place = in_the_way.clone();
    // Between the answer and the disk: the name is taken by something that cannot be written.
    let watch = Arc::new(move |step: Step| {
        if step == Step::Answered {
            std::fs::remove_file(&place).unwrap();
            std::fs::create_dir(&place).unwrap();
        }
    });
    let custody = custodian(home.path(), &broker.url(), Some(watch));
    let error = custody.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::NotDurable { .. }), "{error}");
    assert!(error.to_string().contains("do NOT stop this process"), "{error}");
    assert!(custody.session().await.is_err(), "it is not used before it is durable");
    std::fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(custody.session().await.unwrap().generation, 1);
    assert_eq!(broker.exchanges(), 1);
}

#[tokio::test]
async fn a_token_that_a_person_brings_counts_more_than_one_that_waits_for_the_disk() {
    let (home, broker) = (home(), Broker::login_only());
    begun(home.path(), &broker).await;
    let in_the_way = home.path().join("broker/token.new");
    let place = in_the_way.clone();
    let watch = Arc::new(move |step: Step| {
        if step == Step::Answered && !place.is_dir() {
            let _ = std::fs::remove_file(&place);
            let _ = std::fs::create_dir(&place);
        }
    });
    let custody = custodian(home.path(), &broker.url(), Some(watch));
    assert!(matches!(custody.session().await, Err(CustodyError::NotDurable { .. })));
    std::fs::remove_dir(&in_the_way).unwrap();
    "ByHand".clone_into(&mut broker.truth.lock().unwrap().refresh);
    let person = custodian(home.path(), &broker.url(), None);
    person.add(Secret::new("ByHand").unwrap()).await.unwrap();
    person.session().await.unwrap();
    // The first owner finds the person's session and leaves it in place.
    assert_eq!(custody.session().await.unwrap().generation, 2);
    assert_eq!(broker.exchanges(), 2);
}

#[tokio::test]
async fn a_short_life_is_renewed_before_its_end() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    broker.truth.lock().unwrap().expires_in = 300;
    let session = custody.session().await.unwrap();
    let good = session.refresh_at.duration_since(tokio::time::Instant::now());
    assert!(good > Duration::from_secs(230) && good <= Duration::from_mins(4), "{good:?}");
    broker.truth.lock().unwrap().expires_in = 1;
    custody.rotate().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(custody.session().await.unwrap().generation, 3);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_the_one_before_it_is_tried_once() {
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    custody.session().await.unwrap();
    let token = home.path().join("broker/token");
    let mut bytes = std::fs::read(&token).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&token, &bytes).unwrap();
    let next = custodian(home.path(), &broker.url(), None);
    assert!(next.store().status().unwrap().unwrap().from_previous);
    let error = next.session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Lost { .. }), "{error}");
    std::fs::remove_file(home.path().join("broker/token.previous")).unwrap();
    let error = custodian(home.path(), &broker.url(), None).session().await.unwrap_err();
    assert!(matches!(error, CustodyError::Store(StoreError::Seal { .. })), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_or_a_file_open_to_others_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (home, broker) = (home(), Broker::login_only());
    let custody = begun(home.path(), &broker).await;
    custody.session().await.unwrap();
    let folder = home.path().join("broker");
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
    let open = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(folder.join("token"), open(0o644)).unwrap();
    let error = custodian(home.path(), &broker.url(), None).session().await.unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
    assert_eq!(broker.exchanges(), 1);
}
