//! From a method and a path to one of the calls.

use crate::http::{Host, decoded};
use crate::world::error::ApiError;
use crate::world::limits::Category;

/// One of the calls, with what stands in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Authorize,
    Token,
    Revoke,
    Time,
    Accounts,
    Positions(String),
    Balances(String),
    Executions(String),
    Orders(String),
    Order(String, String),
    Activities(String),
    Symbols(Option<String>),
    Search,
    Options(String),
    Markets,
    Quotes(Option<String>),
    OptionQuotes,
    StrategyQuotes,
    Candles(String),
    Notifications,
    Place(String),
    Replace(String, String),
    Cancel(String, String),
    Impact(String),
    ReplaceImpact(String, String),
    Bracket(String),
    BracketImpact(String),
    Strategy(String),
}

impl Route {
    /// Names of all routes, as fault rules name them.
    pub(crate) const NAMES: [&'static str; 28] = [
        "authorize",
        "token",
        "revoke",
        "time",
        "accounts",
        "positions",
        "balances",
        "executions",
        "orders.list",
        "orders.one",
        "activities",
        "symbols",
        "search",
        "options",
        "markets",
        "quotes",
        "quotes.options",
        "quotes.strategies",
        "candles",
        "notifications",
        "orders.place",
        "orders.replace",
        "orders.cancel",
        "orders.impact",
        "orders.replace_impact",
        "orders.bracket",
        "orders.bracket_impact",
        "orders.strategy",
    ];

    /// Its name.
    pub(crate) const fn name(&self) -> &'static str {
        let index = match self {
            Self::Authorize => 0,
            Self::Token => 1,
            Self::Revoke => 2,
            Self::Time => 3,
            Self::Accounts => 4,
            Self::Positions(_) => 5,
            Self::Balances(_) => 6,
            Self::Executions(_) => 7,
            Self::Orders(_) => 8,
            Self::Order(..) => 9,
            Self::Activities(_) => 10,
            Self::Symbols(_) => 11,
            Self::Search => 12,
            Self::Options(_) => 13,
            Self::Markets => 14,
            Self::Quotes(_) => 15,
            Self::OptionQuotes => 16,
            Self::StrategyQuotes => 17,
            Self::Candles(_) => 18,
            Self::Notifications => 19,
            Self::Place(_) => 20,
            Self::Replace(..) => 21,
            Self::Cancel(..) => 22,
            Self::Impact(_) => 23,
            Self::ReplaceImpact(..) => 24,
            Self::Bracket(_) => 25,
            Self::BracketImpact(_) => 26,
            Self::Strategy(_) => 27,
        };
        Self::NAMES[index]
    }

    /// Which limit it counts against.
    pub(crate) const fn category(&self) -> Category {
        match self {
            Self::Symbols(_)
            | Self::Search
            | Self::Options(_)
            | Self::Markets
            | Self::Quotes(_)
            | Self::OptionQuotes
            | Self::StrategyQuotes
            | Self::Candles(_) => Category::MarketData,
            _ if self.needs_trade() => Category::Orders,
            _ => Category::Account,
        }
    }

    /// It needs the scope to place orders, pricing one included.
    pub(crate) const fn needs_trade(&self) -> bool {
        matches!(
            self,
            Self::Place(_)
                | Self::Replace(..)
                | Self::Cancel(..)
                | Self::Impact(_)
                | Self::ReplaceImpact(..)
                | Self::Bracket(_)
                | Self::BracketImpact(_)
                | Self::Strategy(_)
        )
    }

    /// It needs the scope of market data. Symbols and markets are listed with accounts.
    pub(crate) const fn needs_market_data(&self) -> bool {
        matches!(
            self,
            Self::Quotes(_) | Self::OptionQuotes | Self::StrategyQuotes | Self::Candles(_)
        )
    }

    /// The account in its path.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Positions(a)
            | Self::Balances(a)
            | Self::Executions(a)
            | Self::Orders(a)
            | Self::Order(a, _)
            | Self::Activities(a)
            | Self::Place(a)
            | Self::Replace(a, _)
            | Self::Cancel(a, _)
            | Self::Impact(a)
            | Self::ReplaceImpact(a, _)
            | Self::Bracket(a)
            | Self::BracketImpact(a)
            | Self::Strategy(a) => Some(a),
            _ => None,
        }
    }

    /// The call, or 404/1001, or 405/1012.
    pub(crate) fn of(host: Host, method: &str, path: &str) -> Result<Self, ApiError> {
        let parts: Vec<String> = path.split('/').filter(|p| !p.is_empty()).map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let by_method = match (host, &parts[..]) {
            (Host::Login, ["oauth2", rest]) => login_route(rest, method),
            (Host::Api(_), ["v1", "accounts", rest @ ..]) => account_route(rest, method),
            (Host::Api(_), ["v1", rest @ ..]) => market_route(rest, method),
            _ => Err(1001),
        };
        by_method.map_err(ApiError::general)
    }
}

fn login_route(name: &str, method: &str) -> Result<Route, i64> {
    match (name, method) {
        ("token", "GET" | "POST") => Ok(Route::Token),
        ("authorize", "GET") => Ok(Route::Authorize),
        ("revoke", "POST") => Ok(Route::Revoke),
        ("token" | "authorize" | "revoke", _) => Err(1012),
        _ => Err(1001),
    }
}

fn account_route(parts: &[&str], method: &str) -> Result<Route, i64> {
    let owned = |s: &str| s.to_owned();
    let reads = |route: Route| if method == "GET" { Ok(route) } else { Err(1012) };
    let writes = |route: Route| if method == "POST" { Ok(route) } else { Err(1012) };
    match parts {
        [] => reads(Route::Accounts),
        [a, "positions"] => reads(Route::Positions(owned(a))),
        [a, "balances"] => reads(Route::Balances(owned(a))),
        [a, "executions"] => reads(Route::Executions(owned(a))),
        [a, "activities"] => reads(Route::Activities(owned(a))),
        [a, "orders"] if method == "POST" => Ok(Route::Place(owned(a))),
        [a, "orders"] => reads(Route::Orders(owned(a))),
        [a, "orders", "impact"] => writes(Route::Impact(owned(a))),
        [a, "orders", "bracket"] => writes(Route::Bracket(owned(a))),
        [a, "orders", "bracket", "impact"] => writes(Route::BracketImpact(owned(a))),
        [a, "orders", "strategy"] | [a, "orders", "strategy", "impact"] => {
            writes(Route::Strategy(owned(a)))
        }
        [a, "orders", id] if method == "POST" => Ok(Route::Replace(owned(a), owned(id))),
        [a, "orders", id] if method == "DELETE" => Ok(Route::Cancel(owned(a), owned(id))),
        [a, "orders", id] => reads(Route::Order(owned(a), owned(id))),
        [a, "orders", id, "impact"] => writes(Route::ReplaceImpact(owned(a), owned(id))),
        _ => Err(1001),
    }
}

fn market_route(parts: &[&str], method: &str) -> Result<Route, i64> {
    let reads = |route: Route| if method == "GET" { Ok(route) } else { Err(1012) };
    let writes = |route: Route| if method == "POST" { Ok(route) } else { Err(1012) };
    match parts {
        ["time"] => reads(Route::Time),
        ["symbols"] => reads(Route::Symbols(None)),
        ["symbols", "search"] => reads(Route::Search),
        ["symbols", ids] => reads(Route::Symbols(Some((*ids).to_owned()))),
        ["symbols", id, "options"] => reads(Route::Options((*id).to_owned())),
        ["markets"] => reads(Route::Markets),
        ["markets", "quotes"] => reads(Route::Quotes(None)),
        ["markets", "quotes", "options"] => writes(Route::OptionQuotes),
        ["markets", "quotes", "strategies"] => writes(Route::StrategyQuotes),
        ["markets", "quotes", ids] => reads(Route::Quotes(Some((*ids).to_owned()))),
        ["markets", "candles", id] => reads(Route::Candles((*id).to_owned())),
        ["notifications"] => reads(Route::Notifications),
        _ => Err(1001),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_paths_find_their_call() {
        let of = |method: &str, path: &str| {
            Route::of(Host::Api(0), method, path).map(|r| r.name()).map_err(|e| e.code)
        };
        assert_eq!(of("GET", "/v1/accounts/01234567/orders"), Ok("orders.list"));
        assert_eq!(of("POST", "/v1/accounts/01234567/orders"), Ok("orders.place"));
        assert_eq!(of("POST", "/v1/accounts/1/orders/impact"), Ok("orders.impact"));
        assert_eq!(of("POST", "/v1/accounts/1/orders/9/impact"), Ok("orders.replace_impact"));
        assert_eq!(of("DELETE", "/v1/accounts/1/orders/9"), Ok("orders.cancel"));
        assert_eq!(of("GET", "//v1//markets/quotes/1,2"), Ok("quotes"));
        assert_eq!(of("POST", "/v1/time"), Err(1012));
        assert_eq!(of("GET", "/v1/nothing"), Err(1001));
        assert_eq!(of("GET", "/oauth2/token"), Err(1001));
        assert_eq!(Route::of(Host::Login, "POST", "/oauth2/token"), Ok(Route::Token));
    }

    #[test]
    fn what_places_or_prices_needs_the_scope_to_trade() {
        for name in Route::NAMES.iter().filter(|n| n.starts_with("orders.")) {
            let reads = ["orders.list", "orders.one"].contains(name);
            let route = match *name {
                "orders.list" => Route::Orders(String::new()),
                "orders.one" => Route::Order(String::new(), String::new()),
                "orders.replace" => Route::Replace(String::new(), String::new()),
                "orders.cancel" => Route::Cancel(String::new(), String::new()),
                "orders.replace_impact" => Route::ReplaceImpact(String::new(), String::new()),
                "orders.impact" => Route::Impact(String::new()),
                "orders.bracket" => Route::Bracket(String::new()),
                "orders.bracket_impact" => Route::BracketImpact(String::new()),
                "orders.strategy" => Route::Strategy(String::new()),
                _ => Route::Place(String::new()),
            };
            assert_eq!(route.name(), *name);
            assert_eq!(route.needs_trade(), !reads, "{name}");
        }
    }
}
