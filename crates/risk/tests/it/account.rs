//! What a real account asks of an entry beside the limits, and what it only warns of.

use std::collections::BTreeMap;

use tradebot_domain::{Currency, Symbol};
use tradebot_journal::CheckRecord;
use tradebot_risk::{
    AccountKind, AccountRules, AccountSight, Approved, BookView, BrokerAccount, External,
    RecentLoss, Refusal, review,
};

use crate::fixture::{Case, quiet_book, skilled, symbol};

/// An active margin account with all its money in cash.
fn margin() -> BrokerAccount {
    BrokerAccount {
        kind: Some(AccountKind::Margin),
        active: true,
        currency: Currency::Usd,
        cash: 100_000.0,
        equity: 100_000.0,
        maintenance_excess: 100_000.0,
        external: Vec::new(),
        losses: BTreeMap::new(),
        elsewhere: BTreeMap::new(),
        trades_of_year: 0,
        rules: AccountRules::default(),
    }
}

fn of_kind(kind: AccountKind) -> BrokerAccount {
    BrokerAccount { kind: Some(kind), ..margin() }
}

type Verdict = Result<Approved, (Refusal, Vec<CheckRecord>)>;

/// Reviews a fair proposal (19 % of equity) that was made without a look at the account.
fn promised(account: &BrokerAccount, promised: f64) -> Verdict {
    let case = Case::new(skilled());
    let sight = AccountSight { account, promised, own: 0.0 };
    let view = BookView { account: Some(sight), ..quiet_book() };
    review(case.propose().unwrap(), &case.row, &case.limits, &view)
}

fn reviewed(account: &BrokerAccount) -> Verdict {
    promised(account, 0.0)
}

#[track_caller]
fn refused(account: &BrokerAccount, code: &str) -> Refusal {
    let (refusal, checks) = reviewed(account).expect_err(code);
    assert_eq!(refusal.code(), code, "{refusal}");
    assert_eq!(checks.iter().filter(|c| c.refuses()).count(), 1, "{checks:#?}");
    refusal
}

fn warnings(account: &BrokerAccount) -> Vec<Refusal> {
    reviewed(account).unwrap().warnings().to_vec()
}

/// What the proposal takes in cash, and what it is worth.
fn asks() -> (f64, f64) {
    let approved = reviewed(&margin()).unwrap();
    let cash = approved.checks().iter().find(|c| c.limit == "currency_cash").unwrap().asked;
    (cash, approved.notional().to_f64())
}

fn held(of: &str, shares: f64, value: f64, at_risk: Option<f64>) -> External {
    External { symbol: symbol(of), shares, value, at_risk, order: false }
}

#[test]
fn without_a_broker_none_of_these_checks_is_made_and_with_one_all_are() {
    let case = Case::new(skilled());
    let names =
        |approved: &Approved| approved.checks().iter().map(|c| c.limit.clone()).collect::<Vec<_>>();
    let plain =
        names(&review(case.propose().unwrap(), &case.row, &case.limits, &case.view).unwrap());
    let with = names(&reviewed(&of_kind(AccountKind::Tfsa)).unwrap());
    assert_eq!(with[..plain.len()], plain[..]);
    let more = ["account_active", "account_kind", "external", "currency_cash", "gross_exposure"];
    assert_eq!(with[plain.len()..], [&more[..], &["registered_trades"]].concat());
    assert_eq!(warnings(&margin()), []);
}

#[test]
fn an_account_that_is_not_active_or_of_an_unknown_kind_buys_nothing() {
    let suspended = BrokerAccount { active: false, ..margin() };
    assert_eq!(refused(&suspended, "account_active"), Refusal::AccountNotActive);
    let unknown = BrokerAccount { kind: None, ..margin() };
    assert_eq!(refused(&unknown, "account_kind"), Refusal::AccountKindUnknown);
}

#[test]
fn cash_counts_in_the_currency_of_the_purchase_after_what_is_pending_and_promised() {
    let (asked, _) = asks();
    for kind in AccountKind::ALL {
        let enough = BrokerAccount { cash: asked, ..of_kind(kind) };
        assert!(reviewed(&enough).is_ok(), "{kind:?}");
        let short = BrokerAccount { cash: asked - 0.01, ..of_kind(kind) };
        let refusal = refused(&short, "currency_cash");
        assert_eq!(
            refusal,
            Refusal::CurrencyCash { currency: Currency::Usd, asked, allowed: asked - 0.01 }
        );
        assert_eq!(promised(&enough, 1.0).unwrap_err().0.code(), "currency_cash");
    }
}

#[test]
fn only_a_margin_account_may_owe_and_only_where_its_owner_says_so() {
    let rules = AccountRules { may_borrow: true, ..AccountRules::default() };
    for kind in AccountKind::ALL {
        let empty = BrokerAccount { cash: -5_000.0, rules: rules.clone(), ..of_kind(kind) };
        assert_eq!(reviewed(&empty).is_ok(), kind == AccountKind::Margin, "{kind:?}");
    }
    refused(&BrokerAccount { cash: -5_000.0, ..margin() }, "currency_cash");
}

#[test]
fn the_margin_that_is_left_covers_the_buffer() {
    let (cash, value) = asks();
    let needed = value * 0.5 + (cash - value);
    let account = |excess: f64| BrokerAccount { maintenance_excess: excess, ..margin() };
    assert!(reviewed(&account(20_000.0 + needed + 0.01)).is_ok());
    let refusal = refused(&account(20_000.0 + needed - 0.01), "maintenance_excess");
    let Refusal::MarginExcess { asked, allowed } = refusal else { panic!("{refusal}") };
    assert!((asked - 19_999.99).abs() < 1e-6 && allowed == 20_000.0, "{asked} {allowed}");
    refused(&account(f64::NAN), "maintenance_excess");
    let mut reduced = account(20_000.0 + value * 0.3 + (cash - value) + 0.01);
    refused(&reduced, "maintenance_excess");
    reduced.rules.reduced_margin.insert(symbol("AAPL"));
    assert!(reviewed(&reduced).is_ok(), "30 % of a symbol on the list");
    let registered = BrokerAccount { maintenance_excess: 0.0, ..of_kind(AccountKind::Rrsp) };
    assert!(reviewed(&registered).is_ok(), "no margin where nothing can be borrowed");
}

#[test]
fn a_symbol_that_someone_else_holds_shorts_or_has_ordered_is_left_alone() {
    for external in [
        held("AAPL", 100.0, 10_000.0, None),
        held("AAPL", -100.0, 10_000.0, None),
        External { order: true, ..held("AAPL", 5.0, 500.0, None) },
    ] {
        let account = BrokerAccount { external: vec![external], ..margin() };
        let (refusal, _) = reviewed(&account).unwrap_err();
        let shares = external.shares;
        let expected = Refusal::ExternalHolding { symbol: symbol("AAPL"), shares };
        // Without a stop all of it is at risk, which may be refused first.
        assert!(refusal == expected || refusal.code() == "portfolio_heat", "{refusal}");
    }
    let stopped = BrokerAccount { external: vec![held("AAPL", 1.0, 100.0, Some(0.0))], ..margin() };
    refused(&stopped, "external");
}

#[test]
fn external_positions_take_heat_at_their_stop_or_with_all_their_value_and_count_as_positions() {
    let with = |external: Vec<External>| BrokerAccount { external, ..margin() };
    let stopped = with(vec![held("MSFT", 100.0, 30_000.0, Some(500.0))]);
    assert!(reviewed(&stopped).is_ok());
    let hot = with(vec![held("MSFT", 100.0, 30_000.0, Some(5_500.0))]);
    refused(&hot, "portfolio_heat");
    let bare = with(vec![held("MSFT", 100.0, 6_000.0, None)]);
    let Refusal::Heat { asked, .. } = refused(&bare, "portfolio_heat") else { panic!() };
    assert!(asked > 0.06, "{asked}");
    let many = (0..12).map(|n| held(&format!("X{n}"), 1.0, 1.0, Some(0.1))).collect();
    refused(&with(many), "max_positions");
    // Sizing sees the same room as the review.
    let account = with(vec![held("MSFT", 100.0, 30_000.0, Some(5_900.0))]);
    let sight = AccountSight { account: &account, promised: 0.0, own: 0.0 };
    let view = BookView { account: Some(sight), ..quiet_book() };
    let (free, taken) =
        (Case::new(skilled()).shares(), Case { view, ..Case::new(skilled()) }.shares());
    assert!(taken < free / 2, "{taken} of {free}");
}

#[test]
fn everything_held_and_ordered_above_the_owners_wish_is_a_warning() {
    let external = vec![held("MSFT", 900.0, 90_000.0, Some(10.0))];
    let account = BrokerAccount { external, ..margin() };
    let [Refusal::GrossExposure { asked, allowed }] = warnings(&account)[..] else { panic!() };
    let (_, value) = asks();
    assert!((asked - (90_000.0 + value) / 100_000.0).abs() < 1e-9 && allowed == 1.0, "{asked}");
}

fn loss() -> RecentLoss {
    RecentLoss {
        sold_on: "2026-03-02".parse().unwrap(),
        ends: "2026-04-01".parse().unwrap(),
        loss: 400.0,
        denied: 0.0,
        sold: 100.0,
        acquired: 0.0,
        held: 0.0,
    }
}

fn with_loss(kind: AccountKind, of: Symbol, loss: RecentLoss) -> BrokerAccount {
    BrokerAccount { losses: BTreeMap::from([(of, vec![loss])]), ..of_kind(kind) }
}

#[test]
fn an_entry_into_a_recent_loss_warns_with_shares_day_and_amount() {
    let aapl = symbol("AAPL");
    let told = warnings(&with_loss(AccountKind::Margin, aapl, loss()));
    let [Refusal::SuperficialLoss { sold_on, ends, shares, denied, lost }] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((sold_on, ends), (loss().sold_on, loss().ends));
    assert_eq!((shares, denied, lost), (100.0, 400.0, false));
    let text = told[0].to_string();
    let expected = "makes 400.00 CAD of the loss of 2026-03-02 superficial if they are still held on 2026-04-01";
    assert!(text.contains(expected), "{text}");

    let tfsa = warnings(&with_loss(AccountKind::Tfsa, aapl, loss()));
    assert!(tfsa[0].to_string().ends_with("lost for good"), "{tfsa:?}");
    assert_eq!(warnings(&with_loss(AccountKind::Margin, symbol("MSFT"), loss())), []);
    let denied = RecentLoss { denied: 400.0, acquired: 100.0, held: 100.0, ..loss() };
    assert_eq!(warnings(&with_loss(AccountKind::Margin, aapl, denied)), [], "nothing more to deny");
}

#[test]
fn shares_in_other_accounts_warn_before_a_taxed_entry() {
    let with = |kind| BrokerAccount {
        elsewhere: BTreeMap::from([(symbol("AAPL"), 25.0)]),
        ..of_kind(kind)
    };
    assert_eq!(warnings(&with(AccountKind::Cash)), [Refusal::HeldElsewhere { shares: 25.0 }]);
    assert_eq!(warnings(&with(AccountKind::Rrsp)), [], "its losses are no one's");
}

#[test]
fn a_tax_free_account_that_trades_often_warns() {
    let often = |kind| BrokerAccount { trades_of_year: 100, ..of_kind(kind) };
    let expected = Refusal::RegisteredTrades { asked: 101.0, allowed: 100.0 };
    assert_eq!(warnings(&often(AccountKind::Tfsa)), [expected]);
    for kind in AccountKind::ALL.into_iter().filter(|k| *k != AccountKind::Tfsa) {
        assert_eq!(warnings(&often(kind)), [], "{kind:?}");
    }
}
