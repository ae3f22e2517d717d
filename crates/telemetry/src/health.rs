//! How each component is, and since when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::metric;

/// State of a component, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Does not work.
    Down,
    /// Works with less than it should.
    Degraded,
    /// Works.
    Ok,
}

impl HealthState {
    /// The word in tables and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Ok => "ok",
        }
    }
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentHealth {
    /// Its name.
    pub component: String,
    /// How it is.
    pub state: HealthState,
    /// Why, with numbers.
    pub detail: String,
    /// Since when it has been in this state.
    pub since: Timestamp,
}

/// The register of components. Clones share it; any thread may report and look.
#[derive(Debug, Clone, Default)]
pub struct Health {
    components: Arc<Mutex<BTreeMap<String, ComponentHealth>>>,
}

impl Health {
    /// Reports a component. A state that it is in already keeps its `since`; only the detail is
    /// renewed. A time before `since` does not move it back.
    pub fn report(
        &self,
        component: &str,
        state: HealthState,
        detail: impl Into<String>,
        now: Timestamp,
    ) {
        let value = f64::from(state as u8);
        metrics::gauge!(metric::HEALTH, "component" => component.to_owned()).set(value);
        let mut components = self.lock();
        let since = match components.get(component) {
            Some(known) if known.state == state => known.since,
            _ => now,
        };
        let detail = detail.into();
        let entry = ComponentHealth { component: component.to_owned(), state, detail, since };
        let before = components.insert(component.to_owned(), entry);
        drop(components);
        if before.is_none_or(|b| b.state != state) && state != HealthState::Ok {
            tracing::warn!(component, state = state.name(), "a component is not well");
        }
    }

    /// All components by name.
    pub fn all(&self) -> Vec<ComponentHealth> {
        self.lock().values().cloned().collect()
    }

    /// One component; none when it never reported.
    pub fn of(&self, component: &str) -> Option<ComponentHealth> {
        self.lock().get(component).cloned()
    }

    /// The worst state of all; none when nothing has reported, which is not the same as well.
    pub fn worst(&self) -> Option<HealthState> {
        self.lock().values().map(|c| c.state).min()
    }

    /// A panic elsewhere does not make the last reports unreadable.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ComponentHealth>> {
        self.components.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn since_moves_with_the_state_and_not_with_the_detail() {
        let health = Health::default();
        health.report("feed", HealthState::Ok, "1 bar", at(1));
        health.report("feed", HealthState::Ok, "2 bars", at(2));
        let feed = health.of("feed").unwrap();
        assert_eq!((feed.since, feed.detail.as_str()), (at(1), "2 bars"));
        health.report("feed", HealthState::Degraded, "stale for 40 s", at(3));
        assert_eq!(health.of("feed").unwrap().since, at(3));
    }

    #[test]
    fn the_worst_component_decides_and_none_is_not_well() {
        let health = Health::default();
        assert_eq!(health.worst(), None);
        let shared = health.clone();
        shared.report("store", HealthState::Ok, "", at(1));
        assert_eq!(health.worst(), Some(HealthState::Ok));
        shared.report("gpu", HealthState::Degraded, "absent", at(1));
        shared.report("broker", HealthState::Down, "HTTP 503", at(1));
        assert_eq!(health.worst(), Some(HealthState::Down));
        let names: Vec<String> = health.all().into_iter().map(|c| c.component).collect();
        assert_eq!(names, ["broker", "gpu", "store"]);
    }

    #[test]
    fn health_is_a_metric_too() {
        let (recorder, local) = metric::Metrics::local().unwrap();
        let text = metrics::with_local_recorder(&recorder, || {
            Health::default().report("gpu", HealthState::Degraded, "absent", at(1));
            local.render()
        });
        assert!(text.contains("tradebot_component_health{component=\"gpu\"} 1"), "{text}");
    }

    #[test]
    fn a_component_as_json_has_words_and_utc() {
        let health = Health::default();
        health.report("gpu", HealthState::Down, "absent", at(0));
        assert_eq!(
            serde_json::to_string(&health.all()).unwrap(),
            r#"[{"component":"gpu","state":"down","detail":"absent","since":"1970-01-01T00:00:00Z"}]"#
        );
    }
}
