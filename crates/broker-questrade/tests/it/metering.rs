//! Counters of this test alone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// Keeps counters by name and values of their labels, and forgets everything else.
#[derive(Default)]
pub(crate) struct Counts(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Counts {
    /// What was counted so far.
    pub(crate) fn of(&self, name: &str, labels: &[&str]) -> u64 {
        let key = [&[name], labels].concat().join(" ");
        self.0.lock().unwrap().get(&key).map_or(0, |count| count.load(Ordering::SeqCst))
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels = key.labels().map(metrics::Label::value);
        let words: Vec<&str> = std::iter::once(key.name()).chain(labels).collect();
        let mut counts = self.0.lock().unwrap();
        Counter::from_arc(Arc::clone(counts.entry(words.join(" ")).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
