//! The port for what is too large for memory and worth nothing after the run.

/// Pages set aside: written once, read back whole, gone with the process.
///
/// - **Addresses** are the store's own; a page is never changed, so copies of whoever holds an
///   address can share the store.
/// - **Not a record:** nothing of a run is known from here alone. What is set aside was computed
///   from events, and is computed again when a run continues.
pub trait Scratch: std::fmt::Debug + Send + Sync {
    /// Sets a page aside and says where.
    ///
    /// # Errors
    /// When the place is full or lost; the caller stops, since the page is nowhere else.
    fn put(&self, page: &[u8]) -> std::io::Result<u64>;

    /// Fills `page` with what was put at `address`.
    ///
    /// # Errors
    /// When there is no such page of that length, or it cannot be read.
    fn get(&self, address: u64, page: &mut [u8]) -> std::io::Result<()>;
}
