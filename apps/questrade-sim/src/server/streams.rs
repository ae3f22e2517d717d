//! The stream ports: a token first, then frames, over WebSockets and bare TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::StartError;
use super::hosts::address_of;
use super::shared::Shared;
use crate::world::{Frame, StreamKind, StreamMode};

#[derive(Debug, Clone)]
struct Door {
    shared: Arc<Shared>,
    kind: StreamKind,
    mode: StreamMode,
}

impl Door {
    fn patience(&self) -> Duration {
        Duration::from_secs(self.shared.with(|world| world.knobs().stream.handshake_s))
    }

    /// The answer to a token, and what follows it.
    fn open(&self, token: &str) -> (String, Option<(u64, UnboundedReceiver<Frame>)>) {
        let (sender, receiver) = unbounded_channel();
        let (kind, mode) = (self.kind, self.mode);
        let (answer, id) = self.shared.open(sender, |world| world.open_stream(kind, mode, token));
        (answer, id.map(|id| (id, receiver)))
    }

    fn close(&self, id: u64) {
        self.shared.with(|world| world.close_stream(id));
    }
}

/// Serves a stream port until the task is dropped.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    kind: StreamKind,
    mode: StreamMode,
    listener: TcpListener,
) -> Result<SocketAddr, StartError> {
    let address = address_of(&listener)?;
    let door = Door { shared: Arc::clone(shared), kind, mode };
    match mode {
        StreamMode::WebSocket => {
            let router = Router::new().fallback(upgrade).with_state(door);
            tasks.spawn(async move {
                // `serve` ends with its listener alone.
                let _ = axum::serve(listener, router).await;
            });
        }
        StreamMode::RawSocket => {
            tasks.spawn(accept_raw(listener, door));
        }
    }
    Ok(address)
}

/// Any path will do: clients were seen to ask for `/` and for the path of the call.
async fn upgrade(State(door): State<Door>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| web(door, socket))
}

async fn web(door: Door, mut socket: WebSocket) {
    let first = tokio::time::timeout(door.patience(), socket.recv()).await;
    let Ok(Some(Ok(Message::Text(token)))) = first else { return };
    let (answer, opened) = door.open(token.as_str());
    if socket.send(Message::Text(answer.into())).await.is_err() {
        return;
    }
    let Some((id, mut frames)) = opened else {
        // The error is said and the door closed.
        let _ = socket.send(Message::Close(None)).await;
        return;
    };
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Text(text)) => {
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Some(Frame::Close) | None => break,
            },
            heard = socket.recv() => match heard {
                // Pings are answered below us; anything else a client says is ignored.
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    door.close(id);
}

async fn accept_raw(listener: TcpListener, door: Door) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(raw(door.clone(), stream)); }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn raw(door: Door, mut stream: TcpStream) {
    let token = tokio::time::timeout(door.patience(), raw_token(&mut stream)).await;
    let Ok(Some(token)) = token else { return };
    let (answer, opened) = door.open(&token);
    if write_line(&door, &mut stream, &answer).await.is_err() {
        return;
    }
    let Some((id, mut frames)) = opened else { return };
    let mut ignored = [0; 256];
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Text(text)) => {
                    if write_line(&door, &mut stream, &text).await.is_err() {
                        break;
                    }
                }
                Some(Frame::Close) | None => break,
            },
            heard = stream.read(&mut ignored) => {
                if heard.unwrap_or(0) == 0 {
                    break;
                }
            }
        }
    }
    door.close(id);
}

/// The token up to the space that ends it.
async fn raw_token(stream: &mut TcpStream) -> Option<String> {
    let mut token = Vec::new();
    loop {
        let byte = stream.read_u8().await.ok()?;
        if byte.is_ascii_whitespace() {
            return String::from_utf8(token).ok();
        }
        token.push(byte);
        if token.len() > 4_096 {
            return None;
        }
    }
}

/// A text and a line's end, in pieces when the settings say so.
async fn write_line(door: &Door, stream: &mut TcpStream, text: &str) -> std::io::Result<()> {
    let chunk = door.shared.with(|world| world.knobs().stream.raw_chunk_bytes);
    let line = format!("{text}\n");
    let chunk = if chunk == 0 { line.len() } else { chunk };
    for piece in line.as_bytes().chunks(chunk) {
        stream.write_all(piece).await?;
        stream.flush().await?;
        if chunk < line.len() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    Ok(())
}
