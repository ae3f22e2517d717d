//! A process that dies at every step of an exchange. Afterwards either a token that works is on
//! disk, or the state is known and the message says exactly what to do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::custody::{CustodyError, Step};

use crate::support::{Broker, FIRST, custodian, home};

const HOME: &str = "TRADEBOT_TEST_CRASH_HOME";
const URL: &str = "TRADEBOT_TEST_CRASH_URL";
const STEP: &str = "TRADEBOT_TEST_CRASH_STEP";

/// The process that dies. Without the variables it is a test that does nothing.
#[tokio::test]
async fn the_child_that_dies() {
    let (Ok(home), Ok(url)) = (std::env::var(HOME), std::env::var(URL)) else { return };
    let at = std::env::var(STEP).unwrap_or_default();
    let watch = Arc::new(move |step: Step| {
        if format!("{step:?}") == at {
            std::process::abort();
        }
    });
    let custody = custodian(Path::new(&home), &url, Some(watch));
    // At a step it dies in the first; without one it goes on until it is killed.
    loop {
        let _ = custody.rotate().await;
    }
}

fn child(home: &Path, url: &str, step: &str) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_child_that_dies", "--nocapture"])
        .envs([(HOME, home.as_os_str()), (URL, url.as_ref()), (STEP, step.as_ref())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the message must say when a person is needed.
fn says_what_to_do(error: &CustodyError) {
    let text = error.to_string();
    for word in ["App Hub", "Generate new token", "tradebot token add --environment simulator"] {
        assert!(text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn a_death_at_every_step_leaves_a_token_or_a_known_state() {
    for step in Step::ALL {
        for forgiving in [false, true] {
            let (home, broker) = (home(), Broker::login_only());
            broker.truth.lock().unwrap().forgiving = forgiving;
            let custody = custodian(home.path(), &broker.url(), None);
            custody.add(Secret::new(FIRST).unwrap()).await.unwrap();
            let status = child(home.path(), &broker.url(), &format!("{step:?}")).wait().unwrap();
            assert!(!status.success(), "{step:?}: it was to die");
            let spent = broker.exchanges();
            assert_eq!(spent, u32::from(step >= Step::Answered), "{step:?}");

            // The next process.
            let custody = custodian(home.path(), &broker.url(), None);
            let session = custody.session().await;
            match step {
                // Nothing was spent: the same token is exchanged.
                Step::BeforeIntent | Step::IntentDurable | Step::BeforeRequest => {
                    assert_eq!(
                        (session.unwrap().generation, broker.exchanges()),
                        (1, 1),
                        "{step:?}"
                    );
                }
                // Spent, and the answer died with the process. The same token is tried once: a
                // forgiving broker takes it, any other leaves a known state.
                Step::Answered if forgiving => {
                    assert_eq!((session.unwrap().generation, broker.exchanges()), (1, 2));
                }
                Step::Answered => {
                    let error = session.unwrap_err();
                    assert!(matches!(error, CustodyError::Lost { doubt: true, .. }), "{error}");
                    says_what_to_do(&error);
                    known_and_not_repeated(home.path(), &broker).await;
                }
                // The new token is on disk: it is used, and nothing is asked.
                _ => {
                    assert_eq!(session.unwrap().generation, 1, "{step:?}");
                    assert_eq!(broker.logins(), 1, "{step:?}");
                }
            }
            // Whatever happened, the chain goes on from here.
            let session = custody.rotate().await.unwrap();
            assert!(session.generation >= 2, "{step:?}");
        }
    }
}

/// A refusal is durable: further processes do not ask the login host, and a new token mends all.
async fn known_and_not_repeated(home: &Path, broker: &Broker) {
    let asked = broker.logins();
    for _ in 0..3 {
        let error = custodian(home, &broker.url(), None).session().await.unwrap_err();
        assert!(matches!(error, CustodyError::Lost { .. }), "{error}");
    }
    assert_eq!(broker.logins(), asked);
    let by_hand = "GeneratedByHand";
    by_hand.clone_into(&mut broker.truth.lock().unwrap().refresh);
    let custody = custodian(home, &broker.url(), None);
    custody.add(Secret::new(by_hand).unwrap()).await.unwrap();
    custody.session().await.unwrap();
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_a_token_or_a_known_state() {
    let (mut alive, mut lost) = (0, 0);
    for round in 0_u64..16 {
        let (home, broker) = (home(), Broker::login_only());
        let custody = custodian(home.path(), &broker.url(), None);
        custody.add(Secret::new(FIRST).unwrap()).await.unwrap();
        let mut child = child(home.path(), &broker.url(), "");
        let begun = || broker.logins() > 0;
        for _ in 0..2000 {
            if begun() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_micros(round * 700)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let custody = custodian(home.path(), &broker.url(), None);
        match custody.rotate().await {
            Ok(_) => alive += 1,
            Err(error @ CustodyError::Lost { doubt: true, .. }) => {
                says_what_to_do(&error);
                lost += 1;
            }
            Err(error) => panic!("round {round}: neither a token nor a known state: {error}"),
        }
    }
    println!("killed 16 times: {alive} with a token, {lost} with a known state");
    assert!(alive > 0);
}
