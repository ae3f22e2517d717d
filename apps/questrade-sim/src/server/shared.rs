//! The core behind a lock, the machine's clock, and the channels to the streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rust_decimal::prelude::ToPrimitive as _;
use tokio::sync::mpsc::UnboundedSender;
use tradebot_domain::Timestamp;

use crate::world::{Frame, World};

/// How often the virtual clock moves when no call comes.
const TICK: Duration = Duration::from_millis(100);

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "the sockets are where the machine's time comes in")]
pub(super) fn wall() -> Timestamp {
    Timestamp::now()
}

/// The clock that calls arrive by and that the virtual one follows.
#[derive(Clone)]
pub(super) struct Wall(pub(super) Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl std::fmt::Debug for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Wall").field(&(self.0)()).finish()
    }
}

#[derive(Debug)]
struct Inner {
    world: World,
    /// When the virtual clock was last moved.
    moved: Timestamp,
    listeners: BTreeMap<u64, UnboundedSender<Frame>>,
}

/// What all sockets share.
#[derive(Debug)]
pub(super) struct Shared(Mutex<Inner>, Wall);

impl Shared {
    pub(super) fn new(world: World, wall: Wall) -> Self {
        let moved = (wall.0)();
        Self(Mutex::new(Inner { world, moved, listeners: BTreeMap::new() }), wall)
    }

    /// Now, by the clock that calls arrive by.
    pub(super) fn wall(&self) -> Timestamp {
        (self.1.0)()
    }

    /// Moves the virtual clock to where it should be, then looks at the core, then hands out what
    /// it has for the streams.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        // A panic elsewhere must not hide the state from who looks for its reason.
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.sync(self.wall());
        let seen = look(&mut inner.world);
        inner.hand_out();
        seen
    }

    /// As [`Shared::with`], for a look that opens a stream: its channel is there before the first
    /// frame is handed out.
    pub(super) fn open<T>(
        &self,
        sender: UnboundedSender<Frame>,
        open: impl FnOnce(&mut World) -> (T, Option<u64>),
    ) -> (T, Option<u64>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.sync(self.wall());
        let (seen, id) = open(&mut inner.world);
        inner.listeners.extend(id.map(|id| (id, sender)));
        inner.hand_out();
        (seen, id)
    }
}

impl Inner {
    fn sync(&mut self, now: Timestamp) {
        let micros = now.as_microsecond() - self.moved.as_microsecond();
        self.moved = now;
        let virtual_micros = (micros.max(0) as f64 * self.world.knobs().clock.speed).round();
        let to = self.world.now().as_microsecond() + virtual_micros.to_i64().unwrap_or(0);
        if let Ok(to) = Timestamp::from_microsecond(to) {
            self.world.advance(to);
        }
    }

    fn hand_out(&mut self) {
        for (id, frame) in self.world.take_frames() {
            let closes = frame == Frame::Close;
            if let Some(listener) = self.listeners.get(&id) {
                // A listener that is gone takes nothing; its task says so on its own.
                let _ = listener.send(frame);
            }
            if closes {
                self.listeners.remove(&id);
            }
        }
    }
}

/// Moves the virtual clock along while nobody calls.
pub(super) async fn keep_time(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(TICK).await;
        shared.with(|_| ());
    }
}
