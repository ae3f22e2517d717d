//! The calls there are, as metrics and errors name them.

use std::fmt;

use super::budget::{Class, Priority};

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $class:ident, $priority:ident;)*) => {
        /// One kind of call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Route {
            $($(#[$doc])* $name,)*
        }

        impl Route {
            /// The label of metrics, and the name in errors.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Which of the broker's budgets it is counted in.
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }

            /// Who goes first.
            pub const fn priority(self) -> Priority {
                match self { $(Self::$name => Priority::$priority,)* }
            }
        }
    };
}

routes! {
    /// Exchange of a refresh token.
    Login = "login", Login, Safety;
    /// The broker's clock.
    Time = "time", Account, Decision;
    /// The accounts of the user.
    Accounts = "accounts", Account, Decision;
    /// Positions of an account.
    Positions = "positions", Account, Safety;
    /// Balances of an account.
    Balances = "balances", Account, Safety;
    /// Executions of an account.
    Executions = "executions", Account, Safety;
    /// Orders of an account.
    Orders = "orders", Account, Safety;
    /// What an order would do; nothing is placed.
    OrderImpact = "order_impact", Account, Decision;
    /// A new order.
    OrderPlace = "order_place", Account, Safety;
    /// Another price or size for an order.
    OrderReplace = "order_replace", Account, Safety;
    /// The end of an order.
    OrderCancel = "order_cancel", Account, Safety;
    /// Activities of an account.
    Activities = "activities", Account, Background;
    /// The port of the notification stream.
    Notifications = "notifications", Account, Decision;
    /// Symbols by id or name.
    Symbols = "symbols", MarketData, Decision;
    /// Search for symbols.
    Search = "search", MarketData, Background;
    /// An option chain.
    Options = "options", MarketData, Background;
    /// Markets and their quotas.
    Markets = "markets", MarketData, Background;
    /// Quotes.
    Quotes = "quotes", MarketData, Decision;
    /// Quotes of options.
    OptionQuotes = "option_quotes", MarketData, Decision;
    /// Candles.
    Candles = "candles", MarketData, Background;
    /// The port of the quote stream.
    QuoteStream = "quote_stream", MarketData, Decision;
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
