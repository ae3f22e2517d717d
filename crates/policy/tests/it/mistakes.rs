//! Mistakes people make, and the message each of them gets.

use tradebot_policy::{Policy, PolicyErrors};

use crate::BUNDLED;

/// Line, from 1, on which the first `text` begins.
fn line_of(text: &str) -> usize {
    let (before, _) = BUNDLED.split_once(text).expect("the text is in the file");
    1 + before.matches('\n').count()
}

fn errors(text: &str) -> PolicyErrors {
    Policy::parse("my.yaml", text).expect_err("this text was made to be wrong")
}

/// Replaces the first `from` of the bundled file and expects one message. `LINE` in it stands for
/// the line of `from`.
#[track_caller]
fn check(from: &str, to: &str, message: &str) {
    assert!(BUNDLED.contains(from), "{from}");
    let told = errors(&BUNDLED.replacen(from, to, 1)).to_string();
    assert_eq!(told, message.replace("LINE", &line_of(from).to_string()), "{from} -> {to}");
}

#[test]
fn a_value_out_of_range_is_told_with_place_key_value_and_range() {
    check(
        "max_risk_per_position: 0.025",
        "max_risk_per_position: 0.05",
        "my.yaml:LINE:28: regimes.TRENDING_LOW_VOL.max_risk_per_position: 0.05 is out of range; \
         0 to 0.03 is allowed",
    );
}

#[test]
fn a_percentage_is_answered_with_the_fraction() {
    check(
        "max_risk_per_position: 0.008",
        "max_risk_per_position: 0.7 %",
        "my.yaml:LINE:28: regimes.TRANSITION.max_risk_per_position: `0.7 %` is not a number \
         (write 0.007); 0 to 0.03 is allowed",
    );
}

#[test]
fn a_number_in_quotes_and_a_decimal_comma_are_answered_with_the_number() {
    let place = "my.yaml:LINE:11: regimes.TRENDING_LOW_VOL.edge:";
    check(
        "edge: 0.02",
        "edge: '0.02'",
        &format!("{place} the text \"0.02\" is not a number (write 0.02); 0 to 0.5 is allowed"),
    );
    check(
        "edge: 0.02",
        "edge: 0,02",
        &format!("{place} `0,02` is not a number (write 0.02); 0 to 0.5 is allowed"),
    );
}

#[test]
fn a_count_with_a_fraction_is_no_count() {
    let place = "my.yaml:LINE:20: regimes.TRENDING_LOW_VOL.max_positions:";
    check(
        "max_positions: 12",
        "max_positions: 12.5",
        &format!("{place} `12.5` is not a whole number; 0 to 20 is allowed"),
    );
    check(
        "max_positions: 12",
        "max_positions: 12.0",
        &format!("{place} `12.0` is not a whole number (write 12); 0 to 20 is allowed"),
    );
    check(
        "max_positions: 12",
        "max_positions: -1",
        &format!("{place} -1 is out of range; 0 to 20 is allowed"),
    );
}

#[test]
fn a_misspelt_key_is_told_twice_with_the_right_one() {
    let line = line_of("max_holding_sessions: 30");
    let row = line_of("kelly_multiplier: 1.2");
    let told = errors(&BUNDLED.replacen("max_holding_sessions: 30", "max_holding_days: 30", 1));
    assert_eq!(
        told.to_string(),
        format!(
            "my.yaml:{row}:5: regimes.TRENDING_LOW_VOL.max_holding_sessions: is missing\n\
             my.yaml:{line}:5: regimes.TRENDING_LOW_VOL.max_holding_days: is not a key of this \
             place; did you mean `max_holding_sessions`?"
        )
    );
}

#[test]
fn a_key_like_no_other_is_told_the_known_ones() {
    check(
        "version: 1\n",
        "version: 1\nleverage: 2\n",
        &format!(
            "my.yaml:{}:1: leverage: is not a key of this place; known are version, regimes",
            line_of("version: 1") + 1
        ),
    );
}

#[test]
fn a_key_given_twice_is_told_where_it_was_given_first() {
    let line = line_of("    edge: 0.02");
    check(
        "    edge: 0.02\n",
        "    edge: 0.02\n    edge: 0.03\n",
        &format!(
            "my.yaml:{}:5: regimes.TRENDING_LOW_VOL.edge: is given again; it was first given on \
             line {line}",
            line + 1
        ),
    );
}

#[test]
fn a_regime_given_twice_is_refused_and_a_missing_one_named() {
    let line = line_of("  TRANSITION:");
    let first = line_of("  CHOPPY_HIGH_VOL:");
    let told = errors(&BUNDLED.replacen("  TRANSITION:", "  CHOPPY_HIGH_VOL:", 1)).to_string();
    let regimes = line_of("  TRENDING_LOW_VOL:");
    assert_eq!(
        told,
        format!(
            "my.yaml:{regimes}:3: regimes.TRANSITION: is missing\n\
             my.yaml:{line}:3: regimes.CHOPPY_HIGH_VOL: is given again; it was first given on \
             line {first}"
        )
    );
}

#[test]
fn stops_that_cross_and_weights_that_are_no_shares_are_told() {
    check(
        "stop_max: 0.08",
        "stop_max: 0.015",
        "my.yaml:LINE:5: regimes.TRENDING_LOW_VOL.stop_max: stop_max 0.015 must be above stop_min \
         0.015",
    );
    check(
        "analyst_weights:\n      technical: 0.35",
        "analyst_weights:\n      technical: 0.75",
        &format!(
            "my.yaml:{}:5: regimes.TRENDING_LOW_VOL.analyst_weights: the five weights add up to \
             1.4; they must add up to 1",
            line_of("      technical: 0.35") - 1
        ),
    );
}

#[test]
fn an_unknown_version_is_refused() {
    check(
        "version: 1",
        "version: 2",
        "my.yaml:LINE:10: version: 2 is out of range; only 1 is allowed",
    );
}

#[test]
fn a_list_or_a_word_where_keys_belong_is_told() {
    let told = errors("version: 1\nregimes: [TRANSITION]\n").to_string();
    assert_eq!(told, "my.yaml:2:10: regimes: must be a mapping of keys, but is a list");
    let told = errors("all of it\n").to_string();
    assert_eq!(told, "my.yaml:1:1: must be a mapping of keys, but is `all of it`");
}

#[test]
fn every_mistake_of_a_file_is_told_at_once_in_the_order_of_lines() {
    let text = BUNDLED
        .replacen("kelly_multiplier: 1.2", "kelly_multiplier: 3", 1)
        .replacen("edge: 0.04", "edge: much", 1)
        .replacen("    r_multiple: 1.2\n", "", 1)
        .replacen("max_positions: 4", "max_position: 4", 1)
        .replacen("technical: 0.25", "technical: 0.26", 1);
    let told = errors(&text);
    let keys: Vec<&str> = told.problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "regimes.TRENDING_LOW_VOL.kelly_multiplier",
            "regimes.TRENDING_HIGH_VOL.edge",
            "regimes.CHOPPY_LOW_VOL.analyst_weights",
            "regimes.CHOPPY_HIGH_VOL.r_multiple",
            "regimes.TRANSITION.max_positions",
            "regimes.TRANSITION.max_position",
        ]
    );
    assert_eq!(told.to_string().lines().count(), keys.len());
}

#[test]
fn an_empty_file_is_missing_everything_and_says_so_once() {
    for empty in ["", "\n\n", "# only a comment\n", "---\n...\n"] {
        assert_eq!(errors(empty).problems.len(), 1, "{empty:?}: {}", errors(empty));
    }
    assert_eq!(errors("").to_string(), "my.yaml:1:1: has no content");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let told = Policy::read(std::path::Path::new("no/such/policy.yaml")).unwrap_err().to_string();
    assert!(told.starts_with("no/such/policy.yaml: cannot be read: "), "{told}");
}
