//! Ctrl-C and SIGTERM: ask the loop to stop after the session it is in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked us to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens on a thread of its own; a second signal ends the process at once, which is safe:
    /// the journal is durable up to its last commit.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let flag = interrupt.clone();
        let listener = std::thread::Builder::new().name("signals".to_owned());
        let spawned = listener.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(async {
                    signal().await;
                    flag.0.store(true, Ordering::SeqCst);
                    signal().await;
                    std::process::exit(i32::from(crate::exit::INTERRUPTED));
                });
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no signal listener; Ctrl-C ends the process at once");
        }
        interrupt
    }

    /// Somebody asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                biased;
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            tokio::signal::ctrl_c().await.ok();
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    tokio::signal::ctrl_c().await.ok();
}
