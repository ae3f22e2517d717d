//! Replies in the shapes seen on the wire, with invented content, and what must hold for all.

pub(crate) const TIME: &str = r#"{"time":"2026-07-09T10:31:22.417000-04:00"}"#;

pub(crate) const ACCOUNTS: &str = r#"{"accounts":[
{"type":"TFSA","number":"01234567","status":"Active","isPrimary":true,"isBilling":true,"clientAccountType":"Individual"},
{"type":"DAF","number":26543210,"status":"Suspended (View Only)","isPrimary":false,"isBilling":false,"clientAccountType":"Joint and Informal Trust","nickname":"later"}],
"userId":3001234}"#;

pub(crate) const POSITIONS: &str = r#"{"positions":[
{"symbol":"ZZQ.TO","symbolId":9001001,"openQuantity":120,"closedQuantity":0,"currentMarketValue":4386.0,"currentPrice":36.55,"averageEntryPrice":33.102500000001,"dayPnl":14.4,"closedPnl":0,"openPnl":413.7,"totalCost":3972.3,"isRealTime":false,"isUnderReorg":false},
{"symbol":"YYX","symbolId":"9001002","openQuantity":0,"closedQuantity":50,"currentMarketValue":null,"currentPrice":null,"averageEntryPrice":0,"closedPnl":-12.25,"openPnl":null,"totalCost":0,"isRealTime":false,"isUnderReorg":true},
{"symbol":"XXW","symbolId":9001003,"openQuantity":-10,"closedQuantity":0,"currentMarketValue":0,"currentPrice":0,"averageEntryPrice":8.5,"closedPnl":0,"openPnl":5.684341886080802e-14,"totalCost":-85.0,"isRealTime":true,"isUnderReorg":false},
{"symbol":"VVV.UN.TO","symbolId":9001004,"openQuantity":1.25,"averageEntryPrice":"20.10"}]}"#;

pub(crate) const BALANCES: &str = r#"{"perCurrencyBalances":[
{"currency":"USD","cash":-310.4,"marketValue":900.0,"totalEquity":589.6,"buyingPower":0,"maintenanceExcess":-12.5,"isRealTime":false},
{"currency":"CAD","cash":2150.75,"marketValue":4386.0,"totalEquity":6536.75,"buyingPower":6105.2,"maintenanceExcess":3052.6,"isRealTime":false}],
"combinedBalances":[
{"currency":"CAD","cash":1725.6,"marketValue":5619.0,"totalEquity":7344.6,"buyingPower":5880.0,"maintenanceExcess":2940.0,"isRealTime":false},
{"currency":"USD","cash":1259.6,"marketValue":4101.5,"totalEquity":5361.0,"buyingPower":4292.0,"maintenanceExcess":2146.0,"isRealTime":false}],
"sodPerCurrencyBalances":[],"sodCombinedBalances":null}"#;

pub(crate) const EXECUTIONS: &str = r#"{"executions":[
{"symbol":"ZZQ.TO","symbolId":9001001,"quantity":40,"side":"Buy","price":36.5,"id":810000123,"orderId":900000456,"orderChainId":900000455,"exchangeExecId":"S9-77001","timestamp":"2026-07-09T10:02:11.000000-04:00","notes":"","venue":"TSX","totalCost":1460,"orderPlacementCommission":0,"commission":0,"executionFee":0.14,"secFee":0.0035,"legId":0,"canadianExecutionFee":0,"parentId":0},
{"symbol":"YYX","symbolId":9001002,"quantity":0.5,"side":"Gift","price":0,"id":810000124,"orderId":"900000457","orderChainId":null,"exchangeExecId":null,"timestamp":"2026-01-09T15:02:11Z","notes":null,"venue":null}]}"#;

pub(crate) const ORDERS_DOCUMENTED: &str = r#"{"orders":[{"id":900000456,"symbol":"ZZQ.TO","symbolId":9001001,"totalQuantity":40,"openQuantity":40,"filledQuantity":0,"canceledQuantity":0,"side":"Buy","orderType":"Limit","limitPrice":36.5,"stopPrice":null,"isAllOrNone":false,"isAnonymous":false,"icebergQuantity":10,"minQuantity":null,"avgExecPrice":null,"lastExecPrice":null,"source":"QuestradeWeb","timeInForce":"GoodTillDate","gtdDate":"2026-08-09T00:00:00.000000-04:00","state":"Accepted","rejectionReason":"","chainId":900000455,"creationTime":"2026-07-09T10:02:10.512000-04:00","updateTime":"2026-07-09T10:02:11.040000-04:00","notes":"","primaryRoute":"AUTO","secondaryRoute":"","orderRoute":"ITS","venueHoldingOrder":"","commissionCharged":4.95,"exchangeOrderId":"QT900000456","isSignificantShareHolder":false,"isInsider":false,"isLimitOffsetInDollar":false,"userId":3001234,"placementCommission":0.01,"legs":[],"strategyType":"SingleLeg","triggerStopPrice":null,"orderGroupId":0,"orderClass":"Primary"}]}"#;

pub(crate) const ORDERS_LIVE: &str = r#"{"orders":[{"id":900000456,"symbol":"ZZQ.TO","symbolId":9001001,"totalQuantity":40.0,"openQuantity":40,"filledQuantity":null,"canceledQuantity":null,"side":"Buy","type":"Limit","limitPrice":36.50,"stopPrice":null,"isAllOrNone":false,"isAnonymous":false,"icebergQty":10,"minQuantity":null,"avgExecPrice":null,"lastExecPrice":null,"source":"QuestradeWeb","timeInForce":"GoodTillDate","gtdDate":"2026-08-09T00:00:00.000000-04:00","state":"Accepted","clientReasonStr":"","chainId":900000455,"creationTime":"2026-07-09T10:02:10.512000-04:00","updateTime":"2026-07-09T10:02:11.040000-04:00","notes":null,"primaryRoute":"AUTO","secondaryRoute":"","orderRoute":"ITS","venueHoldingOrder":null,"comissionCharged":4.95,"exchangeOrderId":"QT900000456","isSignificantShareHolder":false,"isInsider":false,"isLimitOffsetInDollar":false,"userId":3001234,"placementCommission":0.01,"legs":[],"strategyType":"SingleLeg","triggerStopPrice":null,"orderGroupId":0,"orderClass":"Primary","isCrossZero":false,"mainChainId":900000455}]}"#;

pub(crate) const ACTIVITIES: &str = r#"{"activities":[
{"tradeDate":"2026-07-09T00:00:00.000000-04:00","transactionDate":"2026-07-10T00:00:00.000000-04:00","settlementDate":"2026-07-10T00:00:00.000000-04:00","action":"Buy","symbol":"ZZQ.TO","symbolId":9001001,"description":"ZZQ CORP WE ACTED AS AGENT","currency":"CAD","quantity":40,"price":36.5,"grossAmount":-1460,"commission":-0.14,"netAmount":-1460.14,"type":"Trades"},
{"tradeDate":"2026-07-02T00:00:00.000000-04:00","transactionDate":"2026-07-02T00:00:00.000000-04:00","settlementDate":"2026-07-02T00:00:00.000000-04:00","action":"","symbol":"","symbolId":0,"description":"","currency":"CAD","quantity":0,"price":0,"grossAmount":0,"commission":0,"netAmount":2500,"type":"Deposits"}]}"#;

pub(crate) const SYMBOLS: &str = r#"{"symbols":[
{"symbol":"ZZQ.TO","symbolId":9001001,"prevDayClosePrice":36.43,"highPrice52":41.2,"lowPrice52":27.9,"averageVol3Months":512300,"averageVol20Days":488010,"outstandingShares":210000000,"eps":2.11,"pe":17.32,"dividend":0.29,"yield":3.17,"exDate":"2026-08-28T00:00:00.000000-04:00","marketCap":7675500000,"tradeUnit":1,"optionType":null,"optionDurationType":null,"optionRoot":"","optionContractDeliverables":{"underlyings":[{"multiplier":100,"underlyingSymbol":"ZZQ.TO","underlyingSymbolId":"9001001"}],"cashInLieu":0},"optionExerciseType":null,"listingExchange":"TSX","description":"ZZQ CORP","securityType":"Stock","optionExpiryDate":null,"dividendDate":"2026-09-29T00:00:00.000000-04:00","optionStrikePrice":null,"isTradable":true,"isQuotable":true,"hasOptions":true,"currency":"CAD","minTicks":[{"pivot":0,"minTick":0.005},{"pivot":0.5,"minTick":0.01}],"industrySector":"Technology","industryGroup":"Software","industrySubgroup":"SoftwareApplication"},
{"symbol":"PNKS","symbolId":9001009,"securityType":"Royalty","listingExchange":"PINX","currency":"USD","isTradable":false,"isQuotable":true,"hasOptions":false,"tradeUnit":1,"exDate":"","pe":null,"minTicks":null,"industrySubGroup":"Gold"}]}"#;

pub(crate) const SEARCH: &str = r#"{"symbols":[
{"symbol":"ZZQ","symbolId":9001000,"description":"ZZQ CORP","securityType":"Stock","listingExchange":"NYSE","isTradable":true,"isQuotable":true,"currency":"USD"},
{"symbol":"ZZQ.TO","symbolId":9001001,"description":"ZZQ CORP","securityType":"Stock","listingExchange":"TSX","isTradable":true,"isQuotable":true,"currency":"CAD"},
{"symbol":"ZZQV.IN","symbolId":9001007,"description":"INDEX","securityType":"Index","listingExchange":"","isTradable":false,"isQuotable":true,"currency":"CAD"}]}"#;

pub(crate) const OPTIONS: &str = r#"{"optionChain":[{"expiryDate":"2027-01-15T00:00:00.000000-05:00","description":"ZZQ CORP","listingExchange":"MX","optionExerciseType":"American","chainPerRoot":[{"optionRoot":"ZZQ","multiplier":100,"chainPerStrikePrice":[{"strikePrice":35,"callSymbolId":9100001,"putSymbolId":9100002}]}]}]}"#;

pub(crate) const MARKETS: &str = r#"{"markets":[
{"name":"TSX","tradingVenues":["TSX","ALPH"],"defaultTradingVenue":"AUTO","primaryOrderRoutes":["AUTO"],"secondaryOrderRoutes":["TSX","AUTO"],"level1Feeds":["ALPH","TSX"],"level2Feeds":[],"extendedStartTime":"2026-07-09T07:00:00.000000-04:00","startTime":"2026-07-09T09:30:00.000000-04:00","endTime":"2026-07-09T16:00:00.000000-04:00","extendedEndTime":"2026-07-09T20:00:00.000000-04:00","snapQuotesLimit":50},
{"name":"NYSE","tradingVenues":["ARCA"],"defaultTradingVenue":"AUTO","primaryOrderRoutes":["AUTO"],"secondaryOrderRoutes":["AUTO"],"level1Feeds":["NYSE"],"currency":"USD","snapQuotesLimit":2147483647}]}"#;

pub(crate) const QUOTES_LIVE: &str = r#"{"quotes":[{"symbol":"ZZQ.TO","symbolId":9001001,"tier":"","bidPrice":36.54,"bidSize":12,"askPrice":36.56,"askSize":7,"lastTradePriceTrHrs":36.55,"lastTradePrice":36.55,"lastTradeSize":100,"lastTradeTick":"Up","lastTradeTime":"2026-07-09T10:31:20.105000-04:00","volume":145200,"openPrice":36.4,"highPrice":36.61,"lowPrice":0,"delay":0,"isHalted":false,"VWAP":36.4721,"high52w":41.2,"low52w":null}]}"#;

pub(crate) const QUOTES_DOCUMENTED: &str = r#"{"quotes":[{"symbol":"ZZQ.TO","symbolId":"9001001","tier":null,"bidPrice":36.54,"bidSize":12,"askPrice":36.56,"askSize":7,"lastTradeTrHrs":36.55,"lastTradePrice":36.55,"lastTradeSize":100,"lastTradeTick":"Up","lastTradeTime":"2026-07-09T10:31:20.105000-04:00","volume":145200,"openPrice":36.4,"highPrice":36.61,"lowPrice":0,"delay":false,"isHalted":false,"VWAP":36.4721,"high52w":41.2}]}"#;

pub(crate) const OPTION_QUOTES: &str = r#"{"optionQuotes":[
{"underlying":"ZZQ.TO","underlyingId":9001001,"symbol":"ZZQ15Jan27C35.00","symbolId":9100001,"bidPrice":2.1,"bidSize":10,"askPrice":2.25,"askSize":"12","lastTradePriceTrHrs":2.2,"lastTradePrice":2.2,"lastTradeSize":1,"lastTradeTick":"Equal","lastTradeTime":"2026-07-09T10:31:20.105000-04:00","volume":15,"openPrice":2.1,"highPrice":2.3,"lowPrice":2.0,"volatility":24.31,"delta":0.5123,"gamma":0.03,"theta":-0.01,"vega":0.09,"rho":0.04,"openInterest":120,"delay":0,"isHalted":false,"VWAP":2.18},
{"symbolId":"9100002","bidPrice":null,"askPrice":null,"delta":null,"delay":true,"isHalted":false}]}"#;

pub(crate) const CANDLES: &str = r#"{"candles":[
{"start":"2026-07-07T10:15:00.000000-04:00","end":"2026-07-08T00:00:00.000000-04:00","low":35.9,"high":36.3,"open":36.0,"close":36.2,"volume":400000},
{"start":"2026-07-08T00:00:00.000000-04:00","end":"2026-07-09T00:00:00.000000-04:00","low":36.02,"high":36.7,"open":36.2,"close":36.43,"volume":501233,"VWAP":36.4012},
{"start":"2026-07-09T00:00:00.000000-04:00","end":"2026-07-09T10:31:00.000000-04:00","low":36.31,"high":36.61,"open":36.4,"close":36.55,"volume":145200,"VWAP":36.4721}]}"#;

pub(crate) const ERROR: &str =
    r#"{"code":"1016","message":"Request is out of allowed OAuth scopes."}"#;

pub(crate) const TOKEN: &str = r#"{"access_token":"aBcD3f","token_type":"Bearer","expires_in":1800,"refresh_token":"Zy9xWv","api_server":"https:\/\/api03.iq.questrade.com\/"}"#;

mod laws;
