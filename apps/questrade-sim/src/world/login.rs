//! Tokens: single-use refresh tokens in chains, access tokens that die, and codes of the grants
//! with a browser.

use std::collections::BTreeMap;

use tradebot_domain::Timestamp;

use crate::knobs::{LoginKnobs, Profile};
use crate::world::random::Draws;
use crate::world::time::later_s;

/// Letters of an access token, and of a refresh token.
const TOKEN_LENGTH: usize = 33;

/// One device of the user.
#[derive(Debug, Clone)]
struct Chain {
    profile: Option<Profile>,
    refresh: Option<(String, Timestamp)>,
    /// Access tokens and when they die.
    access: Vec<(String, Timestamp)>,
}

/// What an exchange gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) expires_in_s: i64,
    /// Number of the API host.
    pub(crate) host: usize,
}

/// A valid access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) profile: Profile,
    pub(crate) expires: Timestamp,
}

/// All tokens.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    chains: Vec<Chain>,
    draws: Draws,
    /// Codes of the authorisation grant, with their chain.
    codes: BTreeMap<String, usize>,
    next_host: usize,
    /// Exchanges that were carried out.
    pub(crate) exchanges: u64,
}

impl Login {
    pub(crate) fn new(knobs: &LoginKnobs, seed: u64, now: Timestamp) -> Self {
        let mut draws = Draws::new(seed, "tokens", 0);
        let chains = knobs
            .chains
            .iter()
            .map(|chain| {
                let text = match chain.refresh_token.as_str() {
                    "" => draws.text(TOKEN_LENGTH, knobs.awkward_tokens),
                    given => given.to_owned(),
                };
                Chain { profile: chain.profile, refresh: Some((text, now)), access: Vec::new() }
            })
            .collect();
        Self { chains, draws, codes: BTreeMap::new(), next_host: 0, exchanges: 0 }
    }

    /// The refresh token that each chain accepts now, if any.
    pub(crate) fn refresh_tokens(&self) -> Vec<Option<String>> {
        self.chains.iter().map(|c| c.refresh.as_ref().map(|(text, _)| text.clone())).collect()
    }

    /// Exchanges a refresh token; none when it is unknown, spent or expired.
    pub(crate) fn exchange(
        &mut self,
        refresh_token: &str,
        now: Timestamp,
        knobs: &LoginKnobs,
    ) -> Option<Grant> {
        let chain = self.chains.iter().position(|chain| {
            chain.refresh.as_ref().is_some_and(|(text, issued)| {
                text == refresh_token && now < later_s(*issued, knobs.refresh_ttl_s)
            })
        })?;
        Some(self.grant(chain, now, knobs))
    }

    /// A new pair of tokens for a chain; what it had before ends.
    fn grant(&mut self, chain: usize, now: Timestamp, knobs: &LoginKnobs) -> Grant {
        let access_token = self.draws.text(TOKEN_LENGTH, knobs.awkward_tokens);
        let fresh = self.draws.text(TOKEN_LENGTH, knobs.awkward_tokens);
        if !knobs.chains_independent {
            for other in (0..self.chains.len()).filter(|other| *other != chain) {
                self.end(other, now, knobs.grace_s);
            }
        }
        let old = self.chains[chain].refresh.take();
        let refresh_token = match old {
            Some((text, _)) if !knobs.rotate => text,
            _ => fresh,
        };
        self.end(chain, now, knobs.grace_s);
        self.chains[chain].refresh = Some((refresh_token.clone(), now));
        let expires = later_s(now, knobs.expires_in_s);
        self.chains[chain].access.push((access_token.clone(), expires));
        let host = self.next_host % knobs.api_hosts.max(1);
        if knobs.rotate_hosts {
            self.next_host += 1;
        }
        self.exchanges += 1;
        Grant { access_token, refresh_token, expires_in_s: knobs.expires_in_s, host }
    }

    /// Ends a chain's tokens; access tokens live on for the grace.
    fn end(&mut self, chain: usize, now: Timestamp, grace_s: i64) {
        let chain = &mut self.chains[chain];
        chain.refresh = None;
        chain.access.retain(|(_, dies)| *dies > now);
        for (_, dies) in &mut chain.access {
            *dies = (*dies).min(later_s(now, grace_s));
        }
    }

    /// Whose access token this is, while it lives.
    pub(crate) fn session(
        &self,
        access_token: &str,
        now: Timestamp,
        knobs: &LoginKnobs,
    ) -> Option<Session> {
        self.chains.iter().find_map(|chain| {
            let live = |(text, dies): &&(String, Timestamp)| text == access_token && *dies > now;
            chain.access.iter().find(live).map(|(_, dies)| Session {
                profile: chain.profile.unwrap_or(knobs.profile),
                expires: *dies,
            })
        })
    }

    /// A code for the authorisation grant.
    pub(crate) fn authorize(&mut self) -> String {
        let code = self.draws.text(20, false);
        self.codes.insert(code.clone(), 0);
        code
    }

    /// A token pair without a code: the implicit grant.
    pub(crate) fn implicit(&mut self, now: Timestamp, knobs: &LoginKnobs) -> Grant {
        self.grant(0, now, knobs)
    }

    /// Exchanges a code, once.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        now: Timestamp,
        knobs: &LoginKnobs,
    ) -> Option<Grant> {
        let chain = self.codes.remove(code)?;
        Some(self.grant(chain, now, knobs))
    }

    /// Ends whatever this token belongs to.
    pub(crate) fn revoke(&mut self, token: &str, now: Timestamp) {
        let owner = self.chains.iter().position(|chain| {
            chain.refresh.as_ref().is_some_and(|(text, _)| text == token)
                || chain.access.iter().any(|(text, _)| text == token)
        });
        if let Some(chain) = owner {
            self.end(chain, now, 0);
        }
    }

    /// A new token made by hand in the broker's portal: the running session of the chain ends.
    pub(crate) fn issue(&mut self, chain: usize, now: Timestamp, awkward: bool) -> Option<String> {
        if chain >= self.chains.len() {
            return None;
        }
        let text = self.draws.text(TOKEN_LENGTH, awkward);
        self.end(chain, now, 0);
        self.chains[chain].refresh = Some((text.clone(), now));
        Some(text)
    }

    /// Every access token dies now.
    pub(crate) fn expire_access(&mut self) {
        self.chains.iter_mut().for_each(|chain| chain.access.clear());
    }

    /// The next exchange names another host.
    pub(crate) fn rotate_host(&mut self) {
        self.next_host += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::ChainKnobs;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn now(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    fn two_chains() -> (Login, LoginKnobs) {
        let mut knobs = LoginKnobs::default();
        let chain = |text: &str| ChainKnobs { refresh_token: text.to_owned(), profile: None };
        knobs.chains = vec![chain("first"), chain("second")];
        (Login::new(&knobs, 1, now(0)), knobs)
    }

    #[test]
    fn an_exchange_ends_the_old_pair_and_leaves_the_other_chain_alone() {
        let (mut login, knobs) = two_chains();
        let a = login.exchange("first", now(0), &knobs).unwrap();
        let b = login.exchange("second", now(0), &knobs).unwrap();
        let next = login.exchange(&a.refresh_token, now(5), &knobs).unwrap();
        assert!(login.session(&a.access_token, now(5), &knobs).is_none());
        assert!(login.session(&b.access_token, now(5), &knobs).is_some());
        assert!(login.session(&next.access_token, now(5), &knobs).is_some());
        assert!(login.session(&next.access_token, now(1_805), &knobs).is_none());
        assert_ne!(a.host, b.host);
    }

    #[test]
    fn a_refresh_token_that_lay_for_a_week_is_dead() {
        let (mut login, knobs) = two_chains();
        assert!(login.clone().exchange("first", now(7 * 86_400 - 1), &knobs).is_some());
        assert!(login.exchange("first", now(7 * 86_400), &knobs).is_none());
    }

    #[test]
    fn dependent_chains_kill_each_other() {
        let (mut login, mut knobs) = two_chains();
        knobs.chains_independent = false;
        assert!(login.exchange("first", now(0), &knobs).is_some());
        assert!(login.exchange("second", now(0), &knobs).is_none());
    }

    proptest! {
        #[test]
        fn a_refresh_token_never_works_twice(choices in prop::collection::vec((0_usize..40, 0_i64..90_000), 1..60)) {
            let (mut login, knobs) = two_chains();
            let mut ever = vec!["first".to_owned(), "second".to_owned(), "made up".to_owned()];
            let (mut spent, mut clock) = (BTreeSet::new(), 0);
            for (pick, wait) in choices {
                clock += wait;
                let token = ever[pick % ever.len()].clone();
                if let Some(grant) = login.exchange(&token, now(clock), &knobs) {
                    prop_assert!(spent.insert(token), "a token worked twice");
                    prop_assert!(!ever.contains(&grant.refresh_token));
                    ever.push(grant.refresh_token);
                }
            }
        }
    }
}
