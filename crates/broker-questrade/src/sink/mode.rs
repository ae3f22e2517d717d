//! What a process may do, decided once: its mode, and the lock that only its end opens.

use std::marker::PhantomData;
use std::sync::OnceLock;

/// The mode this process has begun in.
static BEGUN: OnceLock<&'static str> = OnceLock::new();
/// Why this process places no orders any more.
static LOCKED: OnceLock<String> = OnceLock::new();

mod sealed {
    pub trait Sealed {}
}

/// A mode as a type.
pub trait Mode: sealed::Sealed {
    /// Its word.
    const NAME: &'static str;
}

macro_rules! modes {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Mode for $name {
            const NAME: &'static str = $word;
        }
    )*};
}

modes! {
    /// Recorded data, simulated broker.
    Demo = "demo";
    /// Live data, simulated broker.
    Paper = "paper";
    /// Live data, real account.
    Live = "live";
}

/// Witness that this process has begun in mode `M`, and in no other.
#[derive(Debug)]
pub struct Process<M: Mode>(PhantomData<fn() -> M>);

/// The process has begun in another mode, and stays in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this process has begun in {begun} mode and cannot change to {wanted}: start another")]
pub struct OtherMode {
    /// The mode it is in.
    pub begun: &'static str,
    /// The mode asked for.
    pub wanted: &'static str,
}

impl<M: Mode> Process<M> {
    /// Begins in this mode, for the life of the process. A second call in the same mode gives the
    /// witness again.
    ///
    /// # Errors
    /// [`OtherMode`] when the process has begun in another.
    pub fn begin() -> Result<Self, OtherMode> {
        let begun = *BEGUN.get_or_init(|| M::NAME);
        if begun == M::NAME {
            Ok(Self(PhantomData))
        } else {
            Err(OtherMode { begun, wanted: M::NAME })
        }
    }
}

/// Orders are locked until the process ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "orders are locked until this process ends: {why}. Reading goes on; live mode writes tickets"
)]
pub struct Locked {
    /// What locked them.
    pub why: String,
}

/// Locks orders for the life of the process; the first reason stays.
pub(super) fn lock(why: &str) -> Locked {
    let why = LOCKED.get_or_init(|| {
        tracing::error!(why, "orders are locked until this process ends");
        metrics::gauge!("tradebot_broker_orders_locked").set(1.0);
        why.to_owned()
    });
    Locked { why: why.clone() }
}

/// Whether they are.
pub(super) fn locked() -> Result<(), Locked> {
    LOCKED.get().map_or(Ok(()), |why| Err(Locked { why: why.clone() }))
}

/// Where the written permission to place orders is kept: a contract's number, the date and the
/// signatory of a letter. It opens nothing by itself; it is named in configuration so that nobody
/// turns the sink on by accident, and stands in the log of every start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionReference(String);

impl PermissionReference {
    /// A reference; none from an empty text, from one of fewer than eight characters, and from one
    /// that a template left behind.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let placeholder = ["todo", "none", "changeme", "example", "placeholder"]
            .iter()
            .any(|word| text.to_ascii_lowercase().contains(word));
        (text.chars().count() >= 8 && !placeholder).then(|| Self(text.to_owned()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_something() {
        for nothing in ["", "  ", "yes", "true", "Todo: ask them", "none so far", "changeme-please"]
        {
            assert_eq!(PermissionReference::new(nothing), None, "{nothing}");
        }
        let reference = PermissionReference::new(" letter of 2026-03-02, J. Smith ").unwrap();
        assert_eq!(reference.as_str(), "letter of 2026-03-02, J. Smith");
    }

    #[test]
    fn a_process_has_one_mode() {
        // The only test of this program that begins one.
        Process::<Paper>::begin().unwrap();
        Process::<Paper>::begin().unwrap();
        let other = Process::<Live>::begin().unwrap_err();
        assert_eq!((other.begun, other.wanted), ("paper", "live"));
    }
}
