//! From a request to its reply: login, checks in the order the broker makes them, the call.

use serde_json::Value;

use super::World;
use super::dialect::spoken;
use super::error::ApiError;
use super::faults;
use super::login::Grant;
use super::route::Route;
use crate::http::{Delivery, Host, Parameters, Reply, Request};
use crate::knobs::{LoginFault, Quirk};

impl World {
    /// Answers a call.
    pub fn handle(&mut self, request: &Request) -> Reply {
        if request.path.starts_with("/_sim") {
            return self.control(request);
        }
        let route = Route::of(request.host, &request.method, &request.path);
        let name = route.as_ref().map_or("unknown", Route::name);
        let effect = self.faults.strike(name);
        let instead = effect.as_ref().and_then(faults::instead);
        let mut reply = match (instead, &route) {
            (Some(reply), _) => reply,
            (None, Ok(route @ (Route::Token | Route::Authorize | Route::Revoke))) => {
                self.login_call(route, request)
            }
            (None, Err(_)) if request.host == Host::Login => Reply::text(404, "Not Found"),
            (None, _) => self.api_call(route.clone(), request),
        };
        if let Some(effect) = effect {
            reply = faults::after(&effect, reply);
        }
        if let Some(delivery) = self.delivery.take() {
            reply.delivery = delivery;
        }
        reply.delay_ms += self.knobs.wire.latency_ms;
        self.keep_log(name, request, reply.status);
        reply
    }

    fn login_call(&mut self, route: &Route, request: &Request) -> Reply {
        match route {
            Route::Authorize => self.authorize(&request.parameters()),
            Route::Revoke => {
                let form = Parameters::of(&String::from_utf8_lossy(&request.body));
                self.login.revoke(form.get("token").unwrap_or_default(), self.now);
                Reply::text(200, "")
            }
            _ => self.token(request),
        }
    }

    /// The grants with a browser: a code in the query, or tokens in the fragment.
    fn authorize(&mut self, query: &Parameters) -> Reply {
        let (Some(client), Some(back)) = (query.get("client_id"), query.get("redirect_uri")) else {
            return Reply::text(400, "Bad Request");
        };
        if client != self.knobs.login.client_id {
            return Reply::text(400, "Bad Request");
        }
        let location = match query.get("response_type") {
            Some("code") => format!("{back}?code={}", self.login.authorize()),
            Some("token") => {
                let grant = self.login.implicit(self.now, &self.knobs.login);
                let server = self.api_server(grant.host);
                format!(
                    "{back}#access_token={}&refresh_token={}&token_type=Bearer&expires_in={}&api_server={server}",
                    grant.access_token, grant.refresh_token, grant.expires_in_s
                )
            }
            _ => return Reply::text(400, "Bad Request"),
        };
        let mut reply = Reply::text(302, "");
        reply.headers.push(("location".to_owned(), location));
        reply
    }

    fn token(&mut self, request: &Request) -> Reply {
        let chunked = request.header("transfer-encoding").is_some();
        let post = request.method == "POST";
        if post && request.body.is_empty() && !chunked && request.header("content-length").is_none()
        {
            return Reply::text(411, "Length Required");
        }
        let fault = if self.knobs.login.fail_next.is_empty() {
            self.quirk(Quirk::Q20TokenConsumed).then_some(LoginFault::DropAfterCommit)
        } else {
            Some(self.knobs.login.fail_next.remove(0))
        };
        let refused = || Reply::text(400, "Bad Request");
        match fault {
            Some(LoginFault::Http400) => return refused(),
            Some(LoginFault::Http500) => return Reply::text(500, "Internal Server Error"),
            Some(LoginFault::Hang) => return refused().with_delivery(Delivery::Hang),
            Some(LoginFault::DropBeforeCommit) => return refused().with_delivery(Delivery::Drop),
            Some(LoginFault::Html) => {
                return Reply::new(200, "text/html", "<html><body>Sign in</body></html>");
            }
            _ => {}
        }
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let parameters = Parameters::of(&format!("{}&{form}", request.query));
        let Some(grant) = self.exchange(&parameters) else { return refused() };
        let reply = self.granted(&grant);
        match fault {
            Some(LoginFault::DropAfterCommit) => reply.with_delivery(Delivery::Drop),
            Some(LoginFault::HangAfterCommit) => reply.with_delivery(Delivery::Hang),
            Some(LoginFault::PartialAfterCommit) => {
                let half = reply.body.len() / 2;
                reply.with_delivery(Delivery::Cut(half))
            }
            _ => reply,
        }
    }

    fn exchange(&mut self, parameters: &Parameters) -> Option<Grant> {
        let (now, knobs) = (self.now, &self.knobs.login);
        match parameters.get("grant_type")? {
            "refresh_token" => self.login.exchange(parameters.get("refresh_token")?, now, knobs),
            "authorization_code" if parameters.get("client_id")? == knobs.client_id => {
                self.login.redeem(parameters.get("code")?, now, knobs)
            }
            _ => None,
        }
    }

    fn granted(&self, grant: &Grant) -> Reply {
        let body = serde_json::json!({
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "expires_in": grant.expires_in_s,
            "refresh_token": grant.refresh_token,
            "api_server": self.api_server(grant.host),
        });
        let mut text = body.to_string();
        if self.knobs.login.escape_slashes {
            text = text.replace('/', "\\/");
        }
        Reply::new(200, "application/json; charset=utf-8", text)
    }

    /// Address of an API host, as replies name it: with a slash at its end.
    pub(crate) fn api_server(&self, host: usize) -> String {
        let advertised = self.knobs.login.advertise.get(host);
        advertised.or_else(|| self.api_servers.get(host)).cloned().unwrap_or_default()
    }

    /// A call of the API: token, limit, scope, form, account, then the call itself.
    fn api_call(&mut self, route: Result<Route, ApiError>, request: &Request) -> Reply {
        let profile = match self.bearer(request) {
            Ok(profile) => profile,
            Err(error) => return self.refusal_reply(&error),
        };
        self.streams.last_call = self.now;
        let route = match route {
            Ok(route) => route,
            Err(error) => return self.refusal_reply(&error),
        };
        let verdict = self.limiter.take(route.category(), request.arrived, &self.knobs.limits);
        let scope = (!route.needs_trade() || profile.trades())
            && (!route.needs_market_data() || profile.reads_market_data());
        let outcome = if !verdict.allowed {
            Err(ApiError::general(1006))
        } else if !scope {
            Err(ApiError::general(1016))
        } else {
            self.form(request).and_then(|()| self.carry_out(&route, request))
        };
        let mut reply = match outcome {
            Ok(value) => Reply::json(200, &spoken(value, &self.knobs)),
            Err(error) => self.refusal_reply(&error),
        };
        reply.headers.push(("x-ratelimit-remaining".to_owned(), verdict.remaining.to_string()));
        reply.headers.push(("x-ratelimit-reset".to_owned(), verdict.reset.to_string()));
        reply
    }

    fn refusal_reply(&self, error: &ApiError) -> Reply {
        let body = spoken(error.body(self.knobs.wire.code_as_text), &self.knobs);
        Reply::json(error.status, &body)
    }

    fn bearer(&self, request: &Request) -> Result<crate::knobs::Profile, ApiError> {
        let header = request.header("authorization").ok_or_else(|| ApiError::general(1014))?;
        let token = header.strip_prefix("Bearer ").map(str::trim).filter(|t| !t.is_empty());
        let token = token.ok_or_else(|| ApiError::general(1015))?;
        let session = self.login.session(token, self.now, &self.knobs.login);
        session.map(|s| s.profile).ok_or_else(|| ApiError::general(1017))
    }

    /// Bodies must be JSON and not too large.
    fn form(&self, request: &Request) -> Result<(), ApiError> {
        if request.body.len() > self.knobs.wire.body_max {
            return Err(ApiError::general(1005));
        }
        let json =
            request.header("content-type").is_some_and(|t| t.starts_with("application/json"));
        if request.method == "POST" && !json {
            return Err(ApiError::general(1013));
        }
        Ok(())
    }

    fn carry_out(&mut self, route: &Route, request: &Request) -> Result<Value, ApiError> {
        let query = request.parameters();
        let account = match route.account() {
            Some(number) => {
                Some(self.accounts.get(number).cloned().ok_or_else(|| ApiError::general(1018))?)
            }
            None => None,
        };
        match (route, account) {
            (Route::Positions(_), Some(account)) => self.read_positions(&account),
            (Route::Balances(_), Some(account)) => self.read_balances(&account),
            (Route::Activities(_), Some(account)) => self.read_activities(&account, &query),
            (Route::Executions(a), _) => self.read_executions(a, &query),
            (Route::Orders(a), _) => self.read_orders(a, &query),
            (Route::Order(a, id), _) => self.read_order(a, id),
            (Route::Place(a), _) => self.call_place(a, &request.body),
            (Route::Replace(a, id), _) => self.call_replace(a, id, &request.body),
            (Route::Cancel(a, id), _) => self.call_cancel(a, id),
            (Route::Impact(a), _) => self.call_impact(a, None, &request.body),
            (Route::ReplaceImpact(a, id), _) => self.call_impact(a, Some(id), &request.body),
            (Route::Bracket(a), _) => self.call_bracket(a, &request.body),
            (Route::BracketImpact(a), _) => self.call_bracket_impact(a, &request.body),
            (Route::Strategy(_), _) => {
                Err(ApiError::new(400, 3040, "Strategy orders are not simulated"))
            }
            (route, _) => self.read_market(route, request, &query),
        }
    }

    fn read_market(
        &mut self,
        route: &Route,
        request: &Request,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        match route {
            Route::Time => self.read_time(),
            Route::Accounts => self.read_accounts(),
            Route::Symbols(ids) => self.read_symbols(ids.as_deref(), query),
            Route::Search => self.read_search(query),
            Route::Options(id) => self.read_options(id),
            Route::Markets => self.read_markets(),
            Route::Quotes(ids) => self.read_quotes(ids.as_deref(), query),
            Route::OptionQuotes => self.read_option_quotes(&request.body),
            Route::StrategyQuotes => self.read_strategy_quotes(&request.body),
            Route::Candles(id) => self.read_candles(id, query),
            Route::Notifications => self.subscribe_notifications(query),
            _ => Err(ApiError::general(1001)),
        }
    }
}
