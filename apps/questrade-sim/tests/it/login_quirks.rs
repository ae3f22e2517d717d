//! Tokens, scopes and errors: one test for each thing that real clients have fallen over.

use questrade_sim::http::{Delivery, Host, Request};
use serde_json::json;

use crate::support::{MARGIN, Sim};

#[test]
fn a_reply_lost_after_the_exchange_leaves_the_client_without_a_token() {
    let mut sim = Sim::retail();
    let old = sim.refresh_token();
    sim.run(json!({"do": "fail_login", "faults": ["drop_after_commit"]}));
    assert_eq!(sim.exchange(&old).delivery, Delivery::Drop);
    assert_eq!(sim.exchange(&old).status, 400);
    // Only the broker knows the new one.
    let stored = sim.refresh_token();
    assert_ne!(stored, old);
    assert_eq!(sim.exchange(&stored).status, 200);
}

#[test]
fn of_two_exchanges_of_one_token_one_fails() {
    let mut sim = Sim::retail();
    let token = sim.refresh_token();
    let statuses = [sim.exchange(&token).status, sim.exchange(&token).status];
    assert_eq!(statuses, [200, 400]);
}

#[test]
fn the_api_server_changes_with_every_exchange() {
    let mut sim = Sim::retail();
    let first = sim.log_in()["api_server"].clone();
    let second = sim.log_in()["api_server"].clone();
    assert_ne!(first, second);
    assert!(first.as_str().unwrap().ends_with('/'));
    let mut escaped = Sim::with("login: {escape_slashes: true}");
    let token = escaped.refresh_token();
    let text = escaped.exchange(&token).body_text();
    assert!(text.contains(r"http:\/\/"), "{text}");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn a_short_life_is_replied_and_kept() {
    let mut sim = Sim::with("login: {expires_in_s: 300}");
    assert_eq!(sim.log_in()["expires_in"], 300);
    sim.advance(299);
    assert_eq!(sim.get("time").status, 200);
    sim.advance(1);
    let dead = sim.get("time");
    assert_eq!((dead.status, dead.value()["code"].as_i64()), (401, Some(1017)));
}

#[test]
fn a_bad_token_is_400_in_plain_text() {
    let mut sim = Sim::retail();
    let good = sim.refresh_token();
    for bad in ["", "made-up", &format!("{good}%0A"), &format!("%22{good}%22")] {
        let reply = sim.exchange(bad);
        assert_eq!((reply.status, reply.body_text().as_str()), (400, "Bad Request"), "{bad}");
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert_eq!(sim.exchange(&good).status, 200);
}

#[test]
fn the_login_host_hangs_fails_and_speaks_html_without_spending_the_token() {
    let mut sim = Sim::retail();
    let token = sim.refresh_token();
    sim.run(
        json!({"do": "fail_login", "faults": ["hang", "500", "html", "400", "drop_before_commit"]}),
    );
    assert_eq!(sim.exchange(&token).delivery, Delivery::Hang);
    assert_eq!(sim.exchange(&token).status, 500);
    assert!(sim.exchange(&token).body_text().starts_with("<html>"));
    assert_eq!(sim.exchange(&token).status, 400);
    assert_eq!(sim.exchange(&token).delivery, Delivery::Drop);
    assert_eq!(sim.exchange(&token).status, 200);
}

#[test]
fn every_way_to_send_a_refresh_is_read() {
    let mut sim = Sim::retail();
    let send = |sim: &mut Sim, method: &str, query: &str, body: Option<&str>, length: bool| {
        let mut request = Request::new(Host::Login, method, &format!("/oauth2/token{query}"));
        if let Some(body) = body {
            request = request.with_header("content-type", "application/x-www-form-urlencoded");
            request.body = body.as_bytes().to_vec();
        }
        if length {
            let bytes = request.body.len().to_string();
            request = request.with_header("content-length", &bytes);
        }
        sim.world.handle(&request).status
    };
    let query =
        |sim: &Sim| format!("grant_type=refresh_token&refresh_token={}", sim.refresh_token());
    let q = query(&sim);
    assert_eq!(send(&mut sim, "GET", &format!("?{q}"), None, false), 200);
    let q = query(&sim);
    assert_eq!(send(&mut sim, "POST", "", Some(&q), true), 200);
    let q = query(&sim);
    assert_eq!(send(&mut sim, "POST", &format!("?{q}"), None, true), 200);
    let q = query(&sim);
    assert_eq!(send(&mut sim, "POST", &format!("?{q}"), None, false), 411);
    assert_eq!(send(&mut sim, "DELETE", "", None, false), 404);
}

#[test]
fn the_grants_with_a_browser_work_once() {
    let mut sim = Sim::retail();
    let authorize = "/oauth2/authorize?client_id=simulated-app&redirect_uri=http://me/";
    let mut at = |target: String| sim.world.handle(&Request::new(Host::Login, "GET", &target));
    let reply = at(format!("{authorize}&response_type=code"));
    let code = reply.header("location").unwrap().split_once("code=").unwrap().1.to_owned();
    let redeem = format!(
        "/oauth2/token?client_id=simulated-app&grant_type=authorization_code&code={code}&redirect_uri=http://me/"
    );
    assert_eq!([at(redeem.clone()).status, at(redeem).status], [200, 400]);
    let implicit = at(format!("{authorize}&response_type=token"));
    assert!(implicit.header("location").unwrap().starts_with("http://me/#access_token="));
    assert_eq!(at("/oauth2/authorize?client_id=other&redirect_uri=x".to_owned()).status, 400);
}

#[test]
fn a_revoked_token_and_one_replaced_by_hand_are_dead() {
    let mut sim = Sim::retail();
    let mut revoke = Request::new(Host::Login, "POST", "/oauth2/revoke");
    revoke.body = format!("token={}", sim.access).into_bytes();
    assert_eq!(sim.world.handle(&revoke).status, 200);
    assert_eq!(sim.get("time").status, 401);
    let issued = sim.run(json!({"do": "issue_token"}))["refresh_token"].clone();
    let reply = sim.exchange(issued.as_str().unwrap());
    assert_eq!(reply.status, 200);
}

#[test]
fn a_token_that_dies_between_two_pages_is_401() {
    let mut sim = Sim::retail();
    assert_eq!(sim.get("symbols/search?prefix=Z&offset=0").status, 200);
    sim.run(json!({"do": "expire_access"}));
    let second = sim.get("symbols/search?prefix=Z&offset=20");
    assert_eq!((second.status, second.value()["code"].as_i64()), (401, Some(1017)));
}

#[test]
fn a_personal_token_may_not_even_price_an_order() {
    let mut sim = Sim::retail();
    let body = sim.ticket(MARGIN, "IBM", json!({}));
    for path in ["orders", "orders/impact", "orders/bracket", "orders/900000000/impact"] {
        let reply = sim.post(&format!("accounts/{MARGIN}/{path}"), &body);
        assert_eq!((reply.status, reply.value()["code"].as_i64()), (403, Some(1016)), "{path}");
    }
    assert_eq!(sim.delete(&format!("accounts/{MARGIN}/orders/900000000")).status, 403);
    assert_eq!(sim.get(&format!("accounts/{MARGIN}/orders")).status, 200);
}

#[test]
fn without_market_data_symbols_are_read_and_quotes_are_not() {
    let mut sim = Sim::with("login: {profile: retail_no_md}");
    let id = sim.id("IBM");
    for path in [
        format!("markets/quotes/{id}"),
        format!("markets/candles/{id}?startTime=2026-07-01T00:00:00Z&endTime=2026-07-08T00:00:00Z"),
    ] {
        assert_eq!(sim.get(&path).value()["code"], 1016, "{path}");
    }
    assert_eq!(sim.post("markets/quotes/options", &json!({"optionIds": [1]})).status, 403);
    for path in ["markets".to_owned(), format!("symbols/{id}"), "accounts".to_owned()] {
        assert_eq!(sim.get(&path).status, 200, "{path}");
    }
}

#[test]
fn the_limit_is_429_with_both_headers() {
    let mut sim = Sim::with("limits: {account: {per_second: 2, per_hour: 3}}");
    let mut request = Request::new(Host::Api(0), "GET", "/v1/time").with_bearer(&sim.access);
    let mut at = |ms: i64| {
        request.arrived = tradebot_domain::Timestamp::from_millisecond(7_200_000 + ms).unwrap();
        sim.world.handle(&request)
    };
    let ok = at(0);
    assert_eq!((ok.status, ok.header("x-ratelimit-remaining")), (200, Some("2")));
    assert_eq!(ok.header("x-ratelimit-reset"), Some("10800"));
    assert_eq!([at(1).status, at(2).status, at(1_000).status], [200, 429, 200]);
    let refused = at(5_000);
    assert_eq!((refused.status, refused.value()["code"].as_i64()), (429, Some(1006)));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(at(3_600_000).status, 200);
}

#[test]
fn a_200_may_carry_a_code() {
    let mut sim = Sim::partner();
    let rule =
        json!({"route": "accounts", "times": 1, "effect": {"do": "ok_with_code", "code": 1008}});
    sim.run(json!({"do": "fault", "rule": rule}));
    let reply = sim.get("accounts");
    assert_eq!((reply.status, reply.value()["code"].as_i64()), (200, Some(1008)));
    assert_eq!(sim.get("accounts").value()["accounts"].as_array().unwrap().len(), 3);
}

#[test]
fn an_error_object_comes_where_a_list_was_due() {
    let mut sim = Sim::retail();
    let reply = sim.get("accounts/99999999/positions");
    assert_eq!((reply.status, reply.value()["code"].as_i64()), (404, Some(1018)));
    assert!(reply.value().get("positions").is_none());
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    let mut text = Sim::with("wire: {code_as_text: true}");
    assert_eq!(text.get("nothing").value()["code"], "1001");
}

#[test]
fn general_errors_have_the_status_and_code_of_the_brokers_page() {
    let mut sim = Sim::with("wire: {body_max: 200}");
    let code =
        |reply: questrade_sim::http::Reply| (reply.status, reply.value()["code"].as_i64().unwrap());
    assert_eq!(code(sim.get("nothing")), (404, 1001));
    assert_eq!(code(sim.get("symbols/abc")), (400, 1002));
    assert_eq!(code(sim.get("symbols")), (400, 1004));
    assert_eq!(code(sim.call("PUT", "/v1/accounts", None)), (405, 1012));
    assert_eq!(code(sim.get("symbols/1")), (404, 1019));
    let long = json!({"optionIds": vec![1_000_000; 60]});
    assert_eq!(code(sim.post("markets/quotes/options", &long)), (413, 1005));
    let ids = vec!["1"; 101].join(",");
    assert_eq!(code(sim.get(&format!("markets/quotes?ids={ids}"))), (400, 1003));
    let bare = Request::new(Host::Api(0), "POST", "/v1/markets/quotes/options");
    assert_eq!(code(sim.world.handle(&bare.clone().with_bearer(&sim.access))), (400, 1013));
    assert_eq!(code(sim.world.handle(&bare)), (401, 1014));
    assert_eq!(code(sim.world.handle(&bare.with_header("authorization", "Basic x"))), (400, 1015));
}

#[test]
fn a_burst_of_502_and_503_passes() {
    let mut sim = Sim::retail();
    for (status, code) in [(502, 1010), (503, 1011)] {
        let effect = json!({"do": "refuse", "status": status, "code": code});
        sim.run(json!({"do": "fault", "rule": {"route": "*", "times": 2, "effect": effect}}));
    }
    let statuses: Vec<u16> = (0..4).map(|_| sim.get("time").status).collect();
    assert_eq!(statuses, [502, 502, 200, 200].map(|s| if s == 200 { statuses[2] } else { s }));
    assert_eq!(sim.get("time").status, 200);
}

#[test]
fn twenty_seconds_of_latency_are_a_setting() {
    let mut sim = Sim::with("wire: {latency_ms: 20000}");
    assert_eq!(sim.get("time").delay_ms, 20_000);
}

#[test]
fn the_control_endpoint_wants_its_own_token_and_says_what_is_wrong() {
    let mut sim = Sim::with("control_token: letmein");
    let call = |sim: &mut Sim, method: &str, path: &str, token: &str, body: serde_json::Value| {
        let request = Request::new(Host::Login, method, path).with_bearer(token).with_json(&body);
        sim.world.handle(&request)
    };
    assert_eq!(call(&mut sim, "GET", "/_sim/state", "wrong", json!({})).status, 401);
    let access = sim.access.clone();
    assert_eq!(call(&mut sim, "GET", "/_sim/state", &access, json!({})).status, 401);
    let state = call(&mut sim, "GET", "/_sim/state", "letmein", json!({})).value();
    assert_eq!(state["now"], "2026-07-09T10:31:22.417000-04:00");
    let unknown = call(&mut sim, "POST", "/_sim/do", "letmein", json!({"do": "fly"}));
    assert_eq!(unknown.status, 400);
    let route = json!({"do": "fault", "rule": {"route": "nowhere", "effect": {"do": "hang"}}});
    let reply = call(&mut sim, "POST", "/_sim/do", "letmein", route);
    assert_eq!(
        (reply.status, reply.value()["error"].as_str()),
        (422, Some("route `nowhere` is not known"))
    );
    let set = json!({"do": "set", "knobs": {"login": {"expires_in_s": 300}}});
    assert_eq!(call(&mut sim, "POST", "/_sim/do", "letmein", set).status, 200);
    assert_eq!(
        call(&mut sim, "GET", "/_sim/knobs", "letmein", json!({})).value()["login"]["expires_in_s"],
        300
    );
    assert_eq!(sim.log_in()["expires_in"], 300);
}
