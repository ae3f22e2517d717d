//! What is durable when an order leaves.

use tradebot_domain::Money;
use tradebot_engine::{Engine, Silent};
use tradebot_journal::{Event, Ledger, LedgerError, OrderRole, OrderState};

use crate::market::{Market, config};

/// A ledger that knows which of its events have been committed.
#[derive(Default)]
struct Watched {
    events: Vec<Event>,
    durable: usize,
    /// Entries that began to work while their intent was not durable yet.
    early: usize,
    orders: usize,
}

impl Ledger for Watched {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        if let Event::Order(order) = event
            && order.role == OrderRole::Entry
            && order.state == OrderState::Working
        {
            self.orders += 1;
            let intended = self.events[..self.durable]
                .iter()
                .any(|e| matches!(e, Event::Intent(i) if i.intent_id == order.intent_id));
            self.early += usize::from(!intended);
        }
        self.events.push(event.clone());
        Ok(())
    }

    fn commit(&mut self, force: bool) -> Result<(), LedgerError> {
        if force {
            self.durable = self.events.len();
        }
        Ok(())
    }

    fn artefact(&mut self, _training_digest: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> String {
        String::new()
    }
}

fn run(durable_before_send: bool) -> Watched {
    let market = Market::random(&["AAA", "BBB"], 460, 0.001, 13);
    let settings = config(&market, |c| c.durable_before_send = durable_before_send);
    let mut engine = Engine::new(settings).unwrap();
    let mut ledger = Watched::default();
    engine.begin(&mut ledger).unwrap();
    for session in &market.sessions {
        engine.run_session(session, &mut ledger, &mut Silent).unwrap();
    }
    let finished = engine.finish(&mut ledger).unwrap();
    assert!(finished.final_equity > Money::ZERO);
    ledger
}

#[test]
fn for_a_venue_outside_the_process_every_intent_is_durable_before_its_order() {
    let outside = run(true);
    assert!(outside.orders > 3, "{}", outside.orders);
    assert_eq!(outside.early, 0);
}

#[test]
fn a_replay_groups_commits_so_the_check_above_can_fail() {
    assert!(run(false).early > 0);
}
