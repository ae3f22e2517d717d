//! Streams of quotes and notifications: who listens, what is sent, when a connection ends.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tradebot_domain::Timestamp;

use super::World;
use super::dialect::spoken;
use super::error::ApiError;
use super::reads::tree;
use super::time::seconds_between;
use crate::http::Parameters;
use crate::knobs::Quirk;

/// What is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamKind {
    /// Level 1 quotes.
    Quotes,
    /// Orders and executions.
    Notifications,
}

/// How a stream is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamMode {
    /// A WebSocket.
    WebSocket,
    /// A bare TCP connection.
    RawSocket,
}

/// Ports of the streams, which the sockets fill in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamPorts {
    /// Quotes, WebSocket.
    pub quotes_web: u16,
    /// Quotes, bare TCP.
    pub quotes_raw: u16,
    /// Notifications, WebSocket.
    pub notifications_web: u16,
    /// Notifications, bare TCP.
    pub notifications_raw: u16,
}

/// Something for a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text to send.
    Text(String),
    /// The connection is to be closed without a word.
    Close,
}

/// One connection.
#[derive(Debug, Clone)]
struct Connection {
    id: u64,
    mode: StreamMode,
    token: String,
    ids: Vec<i64>,
    sent: BTreeMap<i64, Map<String, Value>>,
}

/// All streams of the user.
#[derive(Debug)]
pub(crate) struct Streams {
    next: u64,
    wanted: Vec<i64>,
    live: BTreeMap<StreamKind, Connection>,
    outbox: Vec<(u64, Frame)>,
    /// When the last REST call came.
    pub(crate) last_call: Timestamp,
    /// Frames to lose, besides those a quirk takes.
    pub(crate) lose: u32,
}

impl Streams {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            next: 1,
            wanted: Vec::new(),
            live: BTreeMap::new(),
            outbox: Vec::new(),
            last_call: now,
            lose: 0,
        }
    }

    pub(crate) fn listening(&self) -> bool {
        !self.live.is_empty()
    }

    fn close(&mut self, kind: StreamKind) {
        if let Some(connection) = self.live.remove(&kind) {
            self.outbox.push((connection.id, Frame::Close));
        }
    }
}

impl World {
    /// The reply to a call that asks for a stream of quotes.
    pub(crate) fn subscribe_quotes(
        &mut self,
        ids: &[i64],
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        if self.knobs.stream.requires_real_time && !self.knobs.market.real_time {
            return Err(ApiError::general(1016));
        }
        let mode = mode_of(query)?;
        self.streams.wanted = ids.to_vec();
        let port = match mode {
            StreamMode::WebSocket => self.ports.quotes_web,
            StreamMode::RawSocket => self.ports.quotes_raw,
        };
        let mut reply = json!({"streamPort": port});
        if self.knobs.stream.initial_quotes {
            let delayed = !self.knobs.market.real_time;
            let quotes: Vec<_> = ids.iter().filter_map(|id| self.quote(*id, delayed)).collect();
            reply["quotes"] = tree(&quotes)?;
        }
        Ok(reply)
    }

    /// The reply to a call that asks for notifications.
    pub(crate) fn subscribe_notifications(
        &mut self,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        let port = match mode_of(query)? {
            StreamMode::WebSocket => self.ports.notifications_web,
            StreamMode::RawSocket => self.ports.notifications_raw,
        };
        Ok(json!({"streamPort": port}))
    }

    /// The first message of a connection, its access token: the answer, and the connection's
    /// number when the token is valid. An older connection of the kind is dropped, and all of the
    /// other mode.
    pub fn open_stream(
        &mut self,
        kind: StreamKind,
        mode: StreamMode,
        token: &str,
    ) -> (String, Option<u64>) {
        let token = token.trim();
        if self.login.session(token, self.now, &self.knobs.login).is_none() {
            let body = ApiError::general(1017).body(self.knobs.wire.code_as_text);
            return (body.to_string(), None);
        }
        self.streams.close(kind);
        let mixed: Vec<StreamKind> = self
            .streams
            .live
            .iter()
            .filter(|(_, c)| c.mode != mode)
            .map(|(kind, _)| *kind)
            .collect();
        for kind in mixed {
            self.streams.close(kind);
        }
        let id = self.streams.next;
        self.streams.next += 1;
        let ids = if kind == StreamKind::Quotes { self.streams.wanted.clone() } else { Vec::new() };
        let connection =
            Connection { id, mode, token: token.to_owned(), ids, sent: BTreeMap::new() };
        self.streams.live.insert(kind, connection);
        self.stream_quotes();
        (json!({"success": true}).to_string(), Some(id))
    }

    /// A connection has gone.
    pub fn close_stream(&mut self, id: u64) {
        self.streams.live.retain(|_, connection| connection.id != id);
    }

    /// What is to be sent, and to whom.
    pub fn take_frames(&mut self) -> Vec<(u64, Frame)> {
        std::mem::take(&mut self.streams.outbox)
    }

    /// Drops every connection of a kind without a word.
    pub(crate) fn kill_streams(&mut self, kind: Option<StreamKind>) {
        for each in [StreamKind::Quotes, StreamKind::Notifications] {
            if kind.is_none_or(|kind| kind == each) {
                self.streams.close(each);
            }
        }
    }

    /// Quotes that changed since they were sent; ends streams whose session has ended.
    pub(crate) fn stream_quotes(&mut self) {
        self.end_dead_streams();
        if self.streams.listening() && self.quirk(Quirk::Q14Kick) {
            self.kill_streams(None);
        }
        let Some(connection) = self.streams.live.get(&StreamKind::Quotes) else { return };
        let (id, ids) = (connection.id, connection.ids.clone());
        let delayed = !self.knobs.market.real_time;
        let mut changed = Vec::new();
        for symbol in ids {
            let quote = self.quote(symbol, delayed).and_then(|quote| tree(&quote).ok());
            let Some(Value::Object(now)) = quote.map(|q| spoken(q, &self.knobs)) else { continue };
            changed.extend(self.difference(symbol, now).map(Value::Object));
        }
        if !changed.is_empty() {
            self.send(id, &json!({"quotes": changed}));
        }
    }

    /// What of a quote is new to the listener; the whole of it the first time.
    fn difference(&mut self, symbol: i64, now: Map<String, Value>) -> Option<Map<String, Value>> {
        let knobs = self.knobs.stream;
        let connection = self.streams.live.get_mut(&StreamKind::Quotes)?;
        let before = connection.sent.insert(symbol, now.clone());
        let Some(before) = before else { return Some(now) };
        // The time of the last trade alone moves every second: no news.
        let news = |key: &String| key != "lastTradeTime" && before.get(key) != now.get(key);
        if !now.keys().any(news) {
            return None;
        }
        if !knobs.partial_frames {
            return Some(now);
        }
        let kept = |key: &String| match key.as_str() {
            "symbolId" => true,
            "symbol" => !knobs.omit_symbol,
            _ => before.get(key) != now.get(key),
        };
        Some(now.iter().filter(|(key, _)| kept(key)).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn end_dead_streams(&mut self) {
        let idle =
            seconds_between(self.streams.last_call, self.now) >= self.knobs.stream.idle_session_s;
        let dead: Vec<StreamKind> = self
            .streams
            .live
            .iter()
            .filter(|(_, c)| {
                idle || self.login.session(&c.token, self.now, &self.knobs.login).is_none()
            })
            .map(|(kind, _)| *kind)
            .collect();
        for kind in dead {
            self.streams.close(kind);
        }
    }

    /// Tells the listener of an order that changed.
    pub(crate) fn notify_order(&mut self, id: i64) {
        let Some(working) = self.orders.get(&id) else { return };
        let (account, order) = (working.account.clone(), tree(&working.order));
        if let Ok(order) = order {
            self.notify(&account, "orders", order);
        }
    }

    /// Tells the listener of an execution.
    pub(crate) fn notify_execution(&mut self, id: i64) {
        let Some(fill) = self.fills.iter().find(|f| f.execution.id == id) else { return };
        let (account, execution) = (fill.account.clone(), tree(&fill.execution));
        if let Ok(execution) = execution {
            self.notify(&account, "executions", execution);
        }
    }

    fn notify(&mut self, account: &str, key: &str, row: Value) {
        let Some(connection) = self.streams.live.get(&StreamKind::Notifications) else { return };
        let id = connection.id;
        let number = account.parse::<i64>().ok().filter(|_| self.knobs.stream.numeric_account);
        let number = number.map_or_else(|| json!(account), |n| json!(n));
        let row = spoken(row, &self.knobs);
        self.send(id, &json!({"accountNumber": number, key: [row]}));
    }

    fn send(&mut self, id: u64, frame: &Value) {
        if self.streams.lose > 0 {
            self.streams.lose -= 1;
            return;
        }
        if self.quirk(Quirk::Q13LostFrame) {
            return;
        }
        self.streams.outbox.push((id, Frame::Text(frame.to_string())));
    }
}

fn mode_of(query: &Parameters) -> Result<StreamMode, ApiError> {
    match query.get("mode") {
        Some("WebSocket") => Ok(StreamMode::WebSocket),
        Some("RawSocket") => Ok(StreamMode::RawSocket),
        Some(_) => Err(ApiError::invalid("mode")),
        None => Err(ApiError::missing("mode")),
    }
}
