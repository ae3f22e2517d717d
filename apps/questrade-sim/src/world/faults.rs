//! Faults on routes: which call they strike, and what they make of its reply.

use serde_json::json;

use super::route::Route;
use crate::http::{Delivery, Reply};
use crate::knobs::{Effect, FaultRule};

/// Rules that are on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Vec<FaultRule>);

impl Faults {
    pub(crate) fn new(rules: &[FaultRule]) -> Self {
        Self(rules.to_vec())
    }

    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.0
    }

    /// A rule's route is one of the names, or `*`.
    pub(crate) fn knows(name: &str) -> bool {
        name == "*" || Route::NAMES.contains(&name)
    }

    /// The effect that strikes this call; counts it.
    pub(crate) fn strike(&mut self, route: &str) -> Option<Effect> {
        let on_login = ["token", "authorize", "revoke"].contains(&route);
        let matches = |rule: &FaultRule| rule.route == route || (rule.route == "*" && !on_login);
        let mut struck = None;
        for rule in self.0.iter_mut().filter(|rule| matches(rule)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if struck.is_none() {
                struck = Some(rule.effect.clone());
                rule.times = rule.times.map(|left| left.saturating_sub(1));
            }
        }
        self.0.retain(|rule| rule.times != Some(0));
        struck
    }
}

/// The reply instead of carrying a call out; none when the effect comes after.
pub(crate) fn instead(effect: &Effect) -> Option<Reply> {
    let error = |status, code: &i64| {
        Reply::json(status, &json!({"code": code, "message": "Injected fault"}))
    };
    match effect {
        Effect::Refuse { status, code } => Some(error(*status, code)),
        Effect::OkWithCode { code } => Some(error(200, code)),
        Effect::Html { status } => {
            let page = "<!DOCTYPE html><html><head><title>Maintenance</title></head>\
                        <body><h1>We will be back soon</h1></body></html>";
            Some(Reply::new(*status, "text/html; charset=utf-8", page))
        }
        Effect::DropBefore => Some(Reply::text(200, "").with_delivery(Delivery::Drop)),
        _ => None,
    }
}

/// What becomes of the reply of a call that was carried out.
pub(crate) fn after(effect: &Effect, mut reply: Reply) -> Reply {
    match effect {
        Effect::RefuseAfter { status, code } => {
            let body = json!({"code": code, "message": "Injected fault"});
            reply.status = *status;
            reply.body = body.to_string().into_bytes();
        }
        Effect::Truncated => reply.body.truncate(reply.body.len() / 2),
        Effect::Partial { bytes } => reply.delivery = Delivery::Cut(*bytes),
        Effect::Huge { bytes } => {
            // White space after the value: still JSON, if a client reads all of it.
            let length = reply.body.len().max(*bytes);
            reply.body.resize(length, b' ');
        }
        Effect::Slow { bytes_per_s } => reply.delivery = Delivery::Slow(*bytes_per_s),
        Effect::Delay { ms } => reply.delay_ms += ms,
        Effect::DropAfter => reply.delivery = Delivery::Drop,
        Effect::Hang => reply.delivery = Delivery::Hang,
        Effect::Empty => reply.body.clear(),
        _ => {}
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_skips_strikes_and_is_used_up() {
        let effect = Effect::Refuse { status: 503, code: 1011 };
        let rule =
            FaultRule { route: "time".to_owned(), skip: 1, times: Some(2), effect: effect.clone() };
        let mut faults = Faults::new(&[rule]);
        assert_eq!(faults.strike("accounts"), None);
        let struck: Vec<bool> = (0..4).map(|_| faults.strike("time").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert!(faults.rules().is_empty());
    }

    #[test]
    fn a_star_strikes_the_api_and_not_the_login() {
        let rule = FaultRule { route: "*".to_owned(), skip: 0, times: None, effect: Effect::Hang };
        let mut faults = Faults::new(&[rule]);
        assert!(faults.strike("quotes").is_some());
        assert!(faults.strike("token").is_none());
    }
}
