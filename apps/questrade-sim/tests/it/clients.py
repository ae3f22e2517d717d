"""Runs the reads of three public clients against the simulator: argv is its login address and a
refresh token. Their login address is hard-coded, so it is rewritten where they open it."""

import sys
import urllib.request
from datetime import datetime

import requests

LOGIN, token = sys.argv[1], sys.argv[2]
REAL = "https://login.questrade.com"


def here(url):
    return url.replace(REAL, LOGIN) if isinstance(url, str) else url


requests_get = requests.get
requests.get = lambda url, *args, **kwargs: requests_get(here(url), *args, **kwargs)
urlopen = urllib.request.urlopen
urllib.request.urlopen = lambda url, *args, **kwargs: urlopen(here(url), *args, **kwargs)

import kwess
import qtrade
import questrade_api

FROM, TO = "2026-07-01", "2026-07-09"


def run_qtrade(token):
    client = qtrade.Questrade(access_code=token, save_yaml=False)
    accounts = client.get_account_id()
    assert accounts == ["51234567", "26543210", "01234567"], accounts
    for account in accounts:
        client.get_account_positions(account)
        assert len(client.get_account_balances(account)["combinedBalances"]) == 2
        client.get_account_activities(account, FROM, TO)
        client.get_account_executions(account, FROM, TO)
    assert client.get_account_positions("51234567")[0]["symbol"] == "ZZQ.TO"
    assert client.ticker_information("IBM")["currency"] == "USD"
    assert [t["symbol"] for t in client.ticker_information(["IBM", "ZZQ.TO"])] != []
    assert client.get_quote("IBM")["symbol"] == "IBM"
    assert len(client.get_quote(["IBM", "ZZQ.TO"])) == 2
    candles = client.get_historical_data("IBM", FROM, TO, "OneDay")
    assert len(candles) >= 5, candles
    chain = client.get_option_chain("ZZQ.TO")["optionChain"]
    strike = chain[0]["chainPerRoot"][0]["chainPerStrikePrice"][0]
    client.get_option_quotes(filters=[], option_ids=[strike["callSymbolId"]])
    client.refresh_access_token()
    return client.access_token["refresh_token"]


def run_questrade_api(token):
    client = questrade_api.Questrade(token_path="token.json", refresh_token=token)
    assert client.time["time"].startswith("2026-07-09T10:31:22")
    accounts = client.accounts
    assert accounts["userId"] == 3001234, accounts
    window = {"startTime": FROM + "T00:00:00-04:00", "endTime": TO + "T00:00:00-04:00"}
    for account in (a["number"] for a in accounts["accounts"]):
        client.account_positions(account)
        client.account_balances(account)
        client.account_executions(account, **window)
        client.account_activities(account, **window)
        client.account_orders(account, **window)
        assert client.account_orders(account, ids="1, 2") == {"orders": []}
        assert client.account_order(account, 1) == {"orders": []}
    found = client.symbols_search(prefix="ZZQ")["symbols"]
    ids = ",".join(str(s["symbolId"]) for s in found)
    assert len(client.symbols(ids=ids)["symbols"]) == len(found) == 2
    first = found[0]["symbolId"]
    assert client.symbol(first)["symbols"][0]["symbolId"] == first
    client.symbol_options(first)
    assert len(client.markets["markets"]) == 11
    assert client.markets_quote(first)["quotes"][0]["symbolId"] == first
    assert len(client.markets_quotes(ids=ids)["quotes"]) == 2
    rows = client.markets_candles(first, interval="OneHour", **window)["candles"]
    assert len(rows) > 20, rows
    return client.auth.token["refresh_token"]


def run_kwess(token):
    client = kwess.Trader(store_tokens=False, token=token)
    start, end = datetime(2026, 7, 1), datetime(2026, 7, 9)
    assert len(list(client.get_accounts())) == 3
    client.get_server_time()
    client.get_account_balances("Margin")
    assert client.get_account_positions("TFSA")["positions"][0]["symbol"] == "ZZQ.TO"
    for pages in (
        client.get_account_activities(start, end),
        client.get_account_orders(start, end),
        client.get_account_executions(start, end),
    ):
        assert all(len(page) == 1 for page in pages)
    client.get_markets()
    found = client.search_symbols("IBM")["symbols"][0]["symbolId"]
    client.get_symbols_by_ids(found)
    client.get_symbols_by_names("IBM,ZZQ.TO")
    client.get_symbol_options(found)
    client.get_market_quotes(found)
    pages = list(client.get_market_candles(start, end, sid=found, interval="OneDay"))
    assert pages and pages[0]["candles"], pages
    return client.get_refresh_token()


for run in (run_qtrade, run_questrade_api, run_kwess):
    token = run(token)
    print(run.__name__, "read everything")
