//! Hashing states by their bits.

/// Numbers and texts fed to a hash in a fixed order, numbers by their bits.
pub(crate) struct Bits(blake3::Hasher);

impl Bits {
    /// A hash that shares no value with one of another context.
    pub(crate) fn new(context: &str) -> Self {
        Self(blake3::Hasher::new_derive_key(context))
    }

    pub(crate) fn whole(&mut self, n: u64) {
        self.0.update(&n.to_le_bytes());
    }

    pub(crate) fn reals(&mut self, values: &[f64]) {
        for value in values {
            self.whole(value.to_bits());
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    /// 64 hex digits.
    pub(crate) fn finish(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}
