//! The edges that a demo does not touch: the GPU, and the broker's wire.

use std::path::PathBuf;
use std::time::Duration;

use tradebot_broker_questrade::account::AccountsReply;
use tradebot_broker_questrade::order::OrdersReply;
use tradebot_broker_questrade::quote::QuotesReply;
use tradebot_broker_questrade::{ErrorCode, ReplyError, Retry, read};
use tradebot_gpu_lifecycle::{GpuState, Monitor, Sources, read_gpus};

use crate::validate::suite::now;

/// The same reply in the broker's two dialects, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialects {
    /// Which reply.
    pub reply: &'static str,
    /// What the documented one says, field by field; or why it does not read.
    pub documented: Result<String, String>,
    /// What the one on the wire says.
    pub live: Result<String, String>,
}

/// What the edges answered.
#[derive(Debug, Clone)]
pub struct EdgeFacts {
    /// What a monitor says when neither the driver nor its command is there.
    pub without_gpu: GpuState,
    /// GPUs of this machine.
    pub gpus: usize,
    /// Time that reading them took, seconds.
    pub gpu_reading_s: f64,
    /// Replies in both dialects.
    pub dialects: Vec<Dialects>,
    /// What is done about the broker's error codes 1001 to 1021.
    pub retries: Vec<(i64, Retry)>,
    /// A refusal that came with status 200 was taken for one.
    pub refusal_seen: bool,
}

impl EdgeFacts {
    /// Asks the edges.
    pub fn gather() -> Self {
        let nowhere = Sources {
            nvml_library: Some("no-such-library.so".into()),
            nvidia_smi: PathBuf::from("no-such-command"),
            time_limit: Duration::from_secs(1),
        };
        let begun = now();
        let gpus = read_gpus().readings().len();
        let refusal = br#"{"code":"1016","message":"Request is out of allowed OAuth scopes."}"#;
        let refused = read::<OrdersReply>(200, refusal);
        Self {
            without_gpu: Monitor::new(nowhere).read(),
            gpus,
            gpu_reading_s: begun.elapsed().as_secs_f64(),
            dialects: vec![orders(), quotes(), accounts()],
            retries: (1001..=1021).map(|code| (code, ErrorCode(code).retry())).collect(),
            refusal_seen: matches!(refused, Err(ReplyError::Broker { .. })),
        }
    }
}

fn orders() -> Dialects {
    let dialect = |kind: &str, reason: &str, commission: &str, quantity: &str| {
        format!(
            r#"{{"orders":[{{"id":700000001,"symbol":"QQT.TO","symbolId":8001001,"totalQuantity":{quantity},
            "openQuantity":25,"filledQuantity":null,"canceledQuantity":0,"side":"Buy","{kind}":"Limit",
            "limitPrice":18.25,"stopPrice":null,"isAllOrNone":false,"isAnonymous":false,"minQuantity":null,
            "avgExecPrice":null,"lastExecPrice":null,"source":"QuestradeWeb","timeInForce":"Day","gtdDate":null,
            "state":"Accepted","{reason}":"","chainId":700000000,
            "creationTime":"2026-03-02T10:02:10.512000-05:00","updateTime":"2026-03-02T10:02:11.040000-05:00",
            "notes":"","primaryRoute":"AUTO","secondaryRoute":"","orderRoute":"ITS","venueHoldingOrder":"",
            "{commission}":4.95,"exchangeOrderId":"QT700000001","isSignificantShareHolder":false,
            "isInsider":false,"isLimitOffsetInDollar":false,"userId":2001234,"placementCommission":null,
            "legs":[],"strategyType":"SingleLeg","triggerStopPrice":null,"orderGroupId":0,"orderClass":null}}]}}"#
        )
    };
    let said = |body: &str| {
        let reply: OrdersReply = read(200, body.as_bytes()).map_err(|e| e.to_string())?;
        let lines = reply.orders.iter().map(|o| {
            let (kind, side) = (&o.order_type, &o.side);
            let (price, cost) = (o.limit_price, o.commission_charged);
            format!(
                "{} {side:?} {kind:?} {} at {price:?}, cost {cost}",
                o.id,
                o.total_quantity.normalize()
            )
        });
        Ok(lines.collect())
    };
    Dialects {
        reply: "orders",
        documented: said(&dialect("orderType", "rejectionReason", "commissionCharged", "25")),
        live: said(&dialect("type", "clientReasonStr", "comissionCharged", "25.0")),
    }
}

fn quotes() -> Dialects {
    let dialect = |id: &str, delay: &str, tier: &str, hours: &str| {
        format!(
            r#"{{"quotes":[{{"symbol":"QQT.TO","symbolId":{id},"tier":{tier},"bidPrice":18.24,"bidSize":3,
            "askPrice":18.26,"askSize":9,"{hours}":18.25,"lastTradePrice":18.25,"lastTradeSize":100,
            "lastTradeTick":"Equal","lastTradeTime":"2026-03-02T10:31:20.105000-05:00","volume":55200,
            "openPrice":18.1,"highPrice":18.3,"lowPrice":18.0,"delay":{delay},"isHalted":false}}]}}"#
        )
    };
    let said = |body: &str| {
        let reply: QuotesReply = read(200, body.as_bytes()).map_err(|e| e.to_string())?;
        let lines = reply.quotes.iter().map(|q| {
            let (bid, ask, hours) = (q.bid_price, q.ask_price, q.last_trade_price_tr_hrs);
            format!("{} {bid:?} {ask:?} {hours:?} delay {}", q.symbol_id, q.delay)
        });
        Ok(lines.collect())
    };
    Dialects {
        reply: "quotes",
        documented: said(&dialect("\"8001001\"", "false", "null", "lastTradeTrHrs")),
        live: said(&dialect("8001001", "0", "\"\"", "lastTradePriceTrHrs")),
    }
}

fn accounts() -> Dialects {
    let dialect = |number: &str| {
        format!(
            r#"{{"accounts":[{{"type":"TFSA","number":{number},"status":"Active","isPrimary":true,
            "isBilling":true,"clientAccountType":"Individual"}}],"userId":2001234}}"#
        )
    };
    let said = |body: &str| {
        let reply: AccountsReply = read(200, body.as_bytes()).map_err(|e| e.to_string())?;
        let lines = reply.accounts.iter().map(|a| format!("{:?} {}", a.account_type, a.number));
        Ok(lines.collect())
    };
    Dialects {
        reply: "accounts",
        documented: said(&dialect("\"51234567\"")),
        live: said(&dialect("51234567")),
    }
}
