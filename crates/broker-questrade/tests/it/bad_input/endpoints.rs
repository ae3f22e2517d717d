//! The reads there are, each with a good body and what a row of it must have.

use std::future::Future;
use std::pin::Pin;

use tradebot_broker_questrade::client::{Client, ClientError, Interval, OrderFilter, Window};
use tradebot_broker_questrade::option_quote::OptionQuotesRequest;
use tradebot_domain::Timestamp;

type Asking = Pin<Box<dyn Future<Output = Result<(), ClientError>>>>;

/// One read.
pub(super) struct Endpoint {
    /// Its label in metrics.
    pub(super) name: &'static str,
    /// Where its rows are; empty when the reply is the row.
    pub(super) list: &'static str,
    pub(super) good: &'static str,
    /// Fields without which a row means nothing.
    pub(super) required: &'static [&'static str],
    /// Fields that are kept as they come.
    pub(super) raw: &'static [&'static str],
    pub(super) ask: fn(Client) -> Asking,
}

const ACCOUNT: &str = "01234567";

/// Two days: one part, whatever a read cuts windows into.
fn window() -> Window {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    Window::new(at("2026-07-08T04:00:00Z"), at("2026-07-10T04:00:00Z")).unwrap()
}

/// A call whose answer counts only as an answer.
macro_rules! asks {
    (|$client:ident| $call:expr) => {
        |$client: Client| -> Asking { Box::pin(async move { $call.await.map(|_| ()) }) }
    };
}

const ORDER_FIELDS: &[&str] = &[
    "id",
    "symbol",
    "symbolId",
    "totalQuantity",
    "side",
    "orderType",
    "timeInForce",
    "state",
    "creationTime",
    "updateTime",
];

const ORDERS: &str = r#"{"orders":[{"id":1,"symbol":"ZZQ.TO","symbolId":9001001,"totalQuantity":40,"openQuantity":0,"filledQuantity":40,"canceledQuantity":0,"side":"Buy","orderType":"Limit","limitPrice":36.5,"stopPrice":0,"isAllOrNone":false,"isAnonymous":false,"icebergQuantity":0,"minQuantity":0,"avgExecPrice":36.5,"lastExecPrice":36.5,"source":"QuestradeWeb","timeInForce":"Day","gtdDate":"2026-08-09T00:00:00.000000-04:00","state":"Executed","rejectionReason":"","chainId":900000455,"creationTime":"2026-07-09T10:02:10.512000-04:00","updateTime":"2026-07-09T10:02:11.040000-04:00","notes":"","primaryRoute":"AUTO","secondaryRoute":"","orderRoute":"ITS","venueHoldingOrder":"","comissionCharged":0,"exchangeOrderId":"QT1","isSignificantShareHolder":false,"isInsider":false,"isLimitOffsetInDollar":false,"userId":3001234,"placementCommission":0,"legs":[],"strategyType":"SingleLeg","triggerStopPrice":0,"orderGroupId":0,"orderClass":"Primary"}]}"#;

const SYMBOLS: &str = r#"{"symbols":[{"symbol":"ZZQ.TO","symbolId":9001001,"prevDayClosePrice":36.43,"highPrice52":41.2,"lowPrice52":27.9,"averageVol3Months":512300,"averageVol20Days":488010,"outstandingShares":210000000,"eps":2.11,"pe":17.32,"dividend":0.29,"yield":3.17,"exDate":"2026-08-28T00:00:00.000000-04:00","marketCap":7675500000,"tradeUnit":1,"optionType":null,"optionDurationType":null,"optionRoot":"","optionExerciseType":null,"listingExchange":"TSX","description":"ZZQ CORP","securityType":"Stock","optionExpiryDate":null,"dividendDate":"2026-09-29T00:00:00.000000-04:00","optionStrikePrice":null,"isTradable":true,"isQuotable":true,"hasOptions":true,"currency":"CAD","minTicks":[{"pivot":0,"minTick":0.005}],"industrySector":"Technology","industryGroup":"Software","industrySubgroup":"Applications"}]}"#;

const SYMBOL_FIELDS: &[&str] =
    &["symbol", "symbolId", "securityType", "listingExchange", "currency"];

/// All reads.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        name: "time",
        list: "",
        good: r#"{"time":"2026-07-09T10:31:22.417000-04:00"}"#,
        required: &["time"],
        raw: &[],
        ask: asks!(|client| client.time()),
    },
    Endpoint {
        name: "accounts",
        list: "accounts",
        good: r#"{"accounts":[{"type":"TFSA","number":"01234567","status":"Active","isPrimary":true,"isBilling":true,"clientAccountType":"Individual"}],"userId":3001234}"#,
        required: &["type", "number", "status", "clientAccountType"],
        raw: &[],
        ask: asks!(|client| client.accounts()),
    },
    Endpoint {
        name: "positions",
        list: "positions",
        good: r#"{"positions":[{"symbol":"ZZQ.TO","symbolId":9001001,"openQuantity":120,"closedQuantity":0,"currentMarketValue":4386.0,"currentPrice":36.55,"averageEntryPrice":33.1025,"dayPnl":14.4,"closedPnl":0,"openPnl":413.7,"totalCost":3972.3,"isRealTime":false,"isUnderReorg":false}]}"#,
        required: &["symbol", "symbolId", "openQuantity"],
        raw: &[],
        ask: asks!(|client| client.positions(ACCOUNT)),
    },
    Endpoint {
        name: "balances",
        list: "perCurrencyBalances",
        good: r#"{"perCurrencyBalances":[{"currency":"CAD","cash":2150.75,"marketValue":4386.0,"totalEquity":6536.75,"buyingPower":6105.2,"maintenanceExcess":3052.6,"isRealTime":false}],"combinedBalances":[],"sodPerCurrencyBalances":[],"sodCombinedBalances":[]}"#,
        required: &[
            "currency",
            "cash",
            "marketValue",
            "totalEquity",
            "buyingPower",
            "maintenanceExcess",
        ],
        raw: &[],
        ask: asks!(|client| client.balances(ACCOUNT)),
    },
    Endpoint {
        name: "executions",
        list: "executions",
        good: r#"{"executions":[{"symbol":"ZZQ.TO","symbolId":9001001,"quantity":40,"side":"Buy","price":36.5,"id":810000123,"orderId":900000456,"orderChainId":900000455,"exchangeExecId":"S9-77001","timestamp":"2026-07-09T10:02:11.000000-04:00","notes":"","venue":"TSX","totalCost":1460,"orderPlacementCommission":0,"commission":0,"executionFee":0.14,"secFee":0,"legId":0,"canadianExecutionFee":0,"parentId":0}]}"#,
        required: &[
            "symbol",
            "symbolId",
            "quantity",
            "side",
            "price",
            "id",
            "orderId",
            "timestamp",
        ],
        raw: &[],
        ask: asks!(|client| client.executions(ACCOUNT, window())),
    },
    Endpoint {
        name: "orders",
        list: "orders",
        good: ORDERS,
        required: ORDER_FIELDS,
        raw: &[],
        ask: asks!(|client| client.orders(ACCOUNT, OrderFilter::All, window())),
    },
    Endpoint {
        name: "orders",
        list: "orders",
        good: ORDERS,
        required: ORDER_FIELDS,
        raw: &[],
        ask: asks!(|client| client.order(ACCOUNT, 1)),
    },
    Endpoint {
        name: "orders",
        list: "orders",
        good: ORDERS,
        required: ORDER_FIELDS,
        raw: &[],
        ask: asks!(|client| client.orders_by_id(ACCOUNT, &[1])),
    },
    Endpoint {
        name: "activities",
        list: "activities",
        good: r#"{"activities":[{"tradeDate":"2026-07-09T00:00:00.000000-04:00","transactionDate":"2026-07-10T00:00:00.000000-04:00","settlementDate":"2026-07-10T00:00:00.000000-04:00","action":"Buy","symbol":"ZZQ.TO","symbolId":9001001,"description":"ZZQ","currency":"CAD","quantity":40,"price":36.5,"grossAmount":-1460,"commission":-0.14,"netAmount":-1460.14,"type":"Trades"}]}"#,
        required: &["tradeDate", "transactionDate", "settlementDate", "currency"],
        raw: &[],
        ask: asks!(|client| client.activities(ACCOUNT, window())),
    },
    Endpoint {
        name: "symbols",
        list: "symbols",
        good: SYMBOLS,
        required: SYMBOL_FIELDS,
        raw: &[],
        ask: asks!(|client| client.symbols(&[9_001_001])),
    },
    Endpoint {
        name: "symbols",
        list: "symbols",
        good: SYMBOLS,
        required: SYMBOL_FIELDS,
        raw: &[],
        ask: asks!(|client| client.symbols_by_name(&["ZZQ.TO"])),
    },
    Endpoint {
        name: "search",
        list: "symbols",
        good: r#"{"symbols":[{"symbol":"ZZQ.TO","symbolId":9001001,"description":"ZZQ CORP","securityType":"Stock","listingExchange":"TSX","isTradable":true,"isQuotable":true,"currency":"CAD"}]}"#,
        required: SYMBOL_FIELDS,
        raw: &[],
        ask: asks!(|client| client.search("ZZQ")),
    },
    Endpoint {
        name: "options",
        list: "optionChain",
        good: r#"{"optionChain":[{"expiryDate":"2027-01-15T00:00:00.000000-05:00","description":"ZZQ","listingExchange":"MX","optionExerciseType":"American","chainPerRoot":[{"optionRoot":"ZZQ","multiplier":100,"chainPerStrikePrice":[{"strikePrice":35,"callSymbolId":9100001,"putSymbolId":9100002}]}]}]}"#,
        required: &["expiryDate", "listingExchange", "optionExerciseType", "chainPerRoot"],
        raw: &[],
        ask: asks!(|client| client.options(9_001_001)),
    },
    Endpoint {
        name: "markets",
        list: "markets",
        good: r#"{"markets":[{"name":"TSX","tradingVenues":["TSX","ALPH"],"defaultTradingVenue":"AUTO","primaryOrderRoutes":["AUTO"],"secondaryOrderRoutes":["TSX"],"level1Feeds":["TSX"],"level2Feeds":[],"extendedStartTime":"2026-07-09T07:00:00.000000-04:00","startTime":"2026-07-09T09:30:00.000000-04:00","endTime":"2026-07-09T16:00:00.000000-04:00","extendedEndTime":"2026-07-09T20:00:00.000000-04:00","currency":"CAD","snapQuotesLimit":50}]}"#,
        required: &["name"],
        raw: &[],
        ask: asks!(|client| client.markets()),
    },
    Endpoint {
        name: "quotes",
        list: "quotes",
        good: r#"{"quotes":[{"symbol":"ZZQ.TO","symbolId":9001001,"tier":"","bidPrice":36.54,"bidSize":12,"askPrice":36.56,"askSize":7,"lastTradePriceTrHrs":36.55,"lastTradePrice":36.55,"lastTradeSize":100,"lastTradeTick":"Up","lastTradeTime":"2026-07-09T10:31:20.105000-04:00","volume":145200,"openPrice":36.4,"highPrice":36.61,"lowPrice":36.31,"delay":0,"isHalted":false,"VWAP":36.4721,"high52w":41.2,"low52w":27.9}]}"#,
        required: &["symbolId", "delay", "isHalted"],
        raw: &[],
        ask: asks!(|client| client.quotes(&[9_001_001])),
    },
    Endpoint {
        name: "option_quotes",
        list: "optionQuotes",
        good: r#"{"optionQuotes":[{"underlying":"ZZQ.TO","underlyingId":9001001,"symbol":"ZZQ15Jan27C35.00","symbolId":9100001,"bidPrice":2.1,"bidSize":10,"askPrice":2.25,"askSize":12,"lastTradePriceTrHrs":2.2,"lastTradePrice":2.2,"lastTradeSize":1,"lastTradeTick":"Equal","lastTradeTime":"2026-07-09T10:31:20.105000-04:00","volume":15,"openPrice":2.1,"highPrice":2.3,"lowPrice":2.0,"volatility":24.31,"delta":0.5123,"gamma":0.03,"theta":-0.01,"vega":0.09,"rho":0.04,"openInterest":120,"delay":0,"isHalted":false,"VWAP":2.18}]}"#,
        required: &["symbolId", "delay", "isHalted"],
        raw: &[],
        ask: asks!(|client| {
            let request = OptionQuotesRequest { option_ids: vec![9_100_001], filters: Vec::new() };
            async move { client.option_quotes(&request).await }
        }),
    },
    Endpoint {
        name: "candles",
        list: "candles",
        good: r#"{"candles":[{"start":"2026-07-08T00:00:00.000000-04:00","end":"2026-07-09T00:00:00.000000-04:00","low":36.02,"high":36.7,"open":36.2,"close":36.43,"volume":501233,"VWAP":36.4012}]}"#,
        required: &["start", "end", "open", "high", "low", "close", "volume"],
        raw: &[],
        ask: asks!(|client| client.candles(9_001_001, Interval::OneDay, window())),
    },
];
