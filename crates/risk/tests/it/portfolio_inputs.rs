//! Inputs that make no portfolio, and markets at the edge of having an answer.

use ndarray::{Array1, Array2, arr1, arr2};
use tradebot_risk::portfolio::{
    Constraints, DrawdownBound, PortfolioError, Scenarios, covariance, james_stein, ledoit_wolf,
    log_optimal, mean_variance_kelly, oas, quadratic,
};

const HALF: [f64; 2] = [0.5, 0.5];

fn scenarios(probabilities: &[f64], returns: &Array2<f64>) -> Result<Scenarios, PortfolioError> {
    Scenarios::new(arr1(probabilities).view(), returns.view())
}

#[test]
fn scenarios_that_are_none_are_named() {
    let fair = arr2(&[[0.1, 0.2], [-0.1, 0.0]]);
    assert!(scenarios(&HALF, &fair).is_ok());
    let empty = scenarios(&[], &Array2::zeros((0, 2)));
    assert_eq!(empty, Err(PortfolioError::Empty { what: "periods" }));
    let empty = scenarios(&HALF, &Array2::zeros((2, 0)));
    assert_eq!(empty, Err(PortfolioError::Empty { what: "assets" }));
    let none = Scenarios::equally_likely(Array2::zeros((0, 2)).view());
    assert_eq!(none, Err(PortfolioError::Empty { what: "periods" }));
    let short = scenarios(&[1.0], &fair);
    assert_eq!(short, Err(PortfolioError::Shape { what: "probabilities", found: 1, wanted: 2 }));
    for probabilities in [[0.5, 0.6], [1.5, -0.5], [0.0, 0.0]] {
        let refused = scenarios(&probabilities, &fair);
        assert!(matches!(refused, Err(PortfolioError::OutOfRange { .. })), "{probabilities:?}");
    }
    assert!(matches!(
        scenarios(&[f64::NAN, 1.0], &fair),
        Err(PortfolioError::NotFinite { what: "probabilities", column: 0, .. })
    ));
    for bad in [f64::NAN, f64::INFINITY] {
        let refused = scenarios(&HALF, &arr2(&[[0.1, 0.2], [0.0, bad]]));
        assert!(matches!(refused, Err(PortfolioError::NotFinite { row: 1, column: 1, .. })));
    }
    let refused = scenarios(&HALF, &arr2(&[[0.1, -1.01], [0.0, 0.0]]));
    assert!(matches!(refused, Err(PortfolioError::Payoff { scenario: 0, asset: 1, .. })));
}

#[test]
fn payoffs_have_cash_as_their_last_bet() {
    let payoffs = arr2(&[[1.1, 1.0], [0.9, 1.0]]);
    let same = scenarios(&HALF, &(arr2(&[[1.1], [0.9]]) - 1.0)).unwrap();
    assert_eq!(Scenarios::from_payoffs(arr1(&HALF).view(), payoffs.view()), Ok(same));
    let refused =
        Scenarios::from_payoffs(arr1(&HALF).view(), arr2(&[[1.0, 1.1], [1.0, 0.9]]).view());
    assert!(matches!(refused, Err(PortfolioError::Payoff { scenario: 0, asset: 1, .. })));
    let refused = Scenarios::from_payoffs(arr1(&HALF).view(), Array2::zeros((2, 0)).view());
    assert_eq!(refused, Err(PortfolioError::Empty { what: "bets" }));
}

#[test]
fn constraints_that_make_no_sense_are_named() {
    for (alpha, beta) in [(0.0, 0.1), (1.0, 0.1), (0.8, 0.0), (0.8, 1.0), (f64::NAN, 0.1)] {
        assert!(DrawdownBound::new(alpha, beta).is_err(), "{alpha} {beta}");
    }
    for lambda in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(DrawdownBound::with_lambda(lambda).is_err(), "{lambda}");
    }
    let market = scenarios(&HALF, &arr2(&[[0.3, 0.2], [-0.1, -0.1]])).unwrap();
    for cap in [-0.1, f64::NAN] {
        let refused = log_optimal(&market, &Constraints::default().cap(cap));
        assert!(matches!(refused, Err(PortfolioError::OutOfRange { what: "a cap", .. })));
    }
    let refused = log_optimal(&market, &Constraints::default().caps(arr1(&[0.5]).view()));
    assert_eq!(refused, Err(PortfolioError::Shape { what: "caps", found: 1, wanted: 2 }));
}

#[test]
fn moments_that_are_none_are_named() {
    let free = Constraints::default();
    let mean = arr1(&[0.1, 0.1]);
    let short = quadratic(mean.view(), arr2(&[[0.1]]).view(), &free);
    assert!(matches!(short, Err(PortfolioError::Shape { found: 1, wanted: 2, .. })));
    let skewed = quadratic(mean.view(), arr2(&[[0.1, 0.0], [0.05, 0.1]]).view(), &free);
    assert_eq!(skewed, Err(PortfolioError::NotSymmetric { row: 0, column: 1 }));
    let negative = quadratic(mean.view(), arr2(&[[0.1, 0.2], [0.2, 0.1]]).view(), &free);
    assert!(matches!(negative, Err(PortfolioError::NotPositiveDefinite { asset: 1, .. })));
    let broken = quadratic(arr1(&[f64::NAN, 0.1]).view(), Array2::eye(2).view(), &free);
    assert!(matches!(broken, Err(PortfolioError::NotFinite { what: "mean", .. })));
    // Two copies of one asset have a direction without variance, which is no error here.
    let copies = quadratic(mean.view(), Array2::from_elem((2, 2), 0.2).view(), &free).unwrap();
    assert!((copies.weights.sum() - 0.5).abs() < 1e-6);
    let none = quadratic(Array1::zeros(0).view(), Array2::zeros((0, 0)).view(), &free);
    assert_eq!(none, Err(PortfolioError::Empty { what: "assets" }));
}

#[test]
fn returns_that_no_covariance_can_be_estimated_from_are_named() {
    for estimate in [
        |r: &Array2<f64>| covariance(r.view()).map(|_| ()),
        |r: &Array2<f64>| ledoit_wolf(r.view()).map(|_| ()),
        |r: &Array2<f64>| oas(r.view()).map(|_| ()),
    ] {
        let refused = |r| estimate(&r).unwrap_err();
        assert_eq!(refused(Array2::zeros((5, 0))), PortfolioError::Empty { what: "assets" });
        assert_eq!(refused(Array2::zeros((0, 3))), PortfolioError::Empty { what: "periods" });
        let one = refused(arr2(&[[0.1, 0.2]]));
        assert_eq!(one, PortfolioError::TooFewPeriods { found: 1, wanted: 2 });
        let still = refused(arr2(&[[0.1, 0.2], [0.3, 0.2], [0.2, 0.2]]));
        assert_eq!(still, PortfolioError::NoVariance { asset: 1 });
        let broken = refused(arr2(&[[0.1, 0.2], [f64::NAN, 0.3]]));
        assert!(matches!(broken, PortfolioError::NotFinite { row: 1, column: 0, .. }));
    }
}

#[test]
fn one_asset_is_its_own_target() {
    let returns = arr2(&[[0.01], [-0.02], [0.03]]);
    let sample = covariance(returns.view()).unwrap();
    let shrunk = ledoit_wolf(returns.view()).unwrap();
    assert_eq!((shrunk.shrinkage, shrunk.matrix), (0.0, sample.clone()));
    assert!((oas(returns.view()).unwrap().matrix[[0, 0]] / sample[[0, 0]] - 1.0).abs() < 1e-12);
}

#[test]
fn more_assets_than_periods_need_shrinking() {
    let returns = arr2(&[[0.01, 0.02, -0.01], [-0.02, 0.01, 0.0], [0.01, -0.02, 0.02]]);
    let mean = arr1(&[0.001, 0.001, 0.001]);
    let plain = covariance(returns.view()).unwrap();
    let refused = mean_variance_kelly(mean.view(), plain.view(), 1.0);
    assert!(matches!(refused, Err(PortfolioError::NotPositiveDefinite { .. })), "{refused:?}");
    let refused = james_stein(mean.view(), plain.view(), 3);
    assert!(matches!(refused, Err(PortfolioError::NotPositiveDefinite { .. })));
    let shrunk = ledoit_wolf(returns.view()).unwrap().matrix;
    assert!(mean_variance_kelly(mean.view(), shrunk.view(), 1.0).is_ok());
}

#[test]
fn weights_of_nothing_are_named() {
    let (mean, two) = (arr1(&[0.1, 0.1, 0.1]), arr1(&[0.1, 0.1]));
    let (three, flat) = (Array2::<f64>::eye(3), Array2::<f64>::eye(2));
    for c in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(mean_variance_kelly(mean.view(), three.view(), c).is_err());
    }
    let refused = mean_variance_kelly(two.view(), three.view(), 1.0);
    assert_eq!(refused, Err(PortfolioError::Shape { what: "mean", found: 2, wanted: 3 }));
    let refused = james_stein(two.view(), flat.view(), 9);
    assert_eq!(refused, Err(PortfolioError::TooFewAssets { found: 2, wanted: 3 }));
    let refused = james_stein(mean.view(), three.view(), 0);
    assert_eq!(refused, Err(PortfolioError::TooFewPeriods { found: 0, wanted: 1 }));
    let wide = Array2::zeros((2, 3));
    let refused = mean_variance_kelly(two.view(), wide.view(), 1.0);
    assert!(matches!(refused, Err(PortfolioError::Shape { found: 3, wanted: 2, .. })));
}

#[test]
fn without_an_edge_everything_is_cash() {
    let bound = DrawdownBound::new(0.8, 0.1).unwrap();
    let constraints = Constraints::default().drawdown(bound);
    let market = scenarios(&HALF, &arr2(&[[0.1, 0.2], [-0.1, -0.3]])).unwrap();
    let (mean, square) = (market.mean(), market.second_moment());
    for allocation in [
        log_optimal(&market, &constraints).unwrap(),
        quadratic(mean.view(), square.view(), &constraints).unwrap(),
        // The only asset with an edge may not be held.
        log_optimal(
            &scenarios(&HALF, &arr2(&[[0.3, 0.2], [-0.1, -0.3]])).unwrap(),
            &Constraints::default().caps(arr1(&[0.0, 1.0]).view()),
        )
        .unwrap(),
    ] {
        assert_eq!((allocation.weights.sum(), allocation.cash), (0.0, 1.0));
        assert_eq!((allocation.objective, allocation.gap), (0.0, 0.0));
    }
}

#[test]
fn extreme_markets_are_still_solved() {
    let bounds = [None, Some(6.456), Some(100.0)];
    for (name, probabilities, returns) in [
        ("everything wins", vec![0.5, 0.5], arr2(&[[0.1, 0.2], [0.05, 0.01]])),
        ("one scenario", vec![1.0], arr2(&[[0.1, 0.2]])),
        ("an edge of nearly nothing", vec![0.5, 0.5], arr2(&[[0.1 + 1e-7, 0.0], [-0.1, 0.0]])),
        ("a total loss", vec![0.9, 0.1], arr2(&[[0.5, 0.1], [-1.0, -0.1]])),
        ("an outcome that cannot happen", vec![1.0, 0.0], arr2(&[[0.1, 0.0], [-1.0, -1.0]])),
        ("a lottery", vec![0.999, 0.001], arr2(&[[-0.5, 0.001], [5_000.0, 0.0]])),
        ("copies", vec![0.6, 0.4], arr2(&[[0.1, 0.1], [-0.1, -0.1]])),
    ] {
        let market = scenarios(&probabilities, &returns).unwrap();
        for lambda in bounds {
            let mut constraints = Constraints::default();
            if let Some(lambda) = lambda {
                constraints = constraints.drawdown(DrawdownBound::with_lambda(lambda).unwrap());
            }
            let allocation = log_optimal(&market, &constraints)
                .unwrap_or_else(|error| panic!("{name}, lambda {lambda:?}: {error}"));
            assert!(allocation.objective >= 0.0, "{name}, lambda {lambda:?}: {allocation:?}");
        }
    }
}
