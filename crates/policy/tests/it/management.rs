//! The keys that may be left out: reversal, break-even stop, partial exit.

use tradebot_domain::Regime;
use tradebot_policy::{Policy, RowPolicy};

use crate::BUNDLED;

/// The digest of the bundled table as it was before these keys existed.
const DIGEST_WITHOUT: &str = "c918cd484fe0ce02d7dea37bb2416843c5c04047880c62cefbffef3cfc469763";

const ROW: &str = "    correlation_limit: 0.70\n";

/// The bundled table with more lines in its first row.
fn with(lines: &[&str]) -> String {
    let more = lines.join("\n    ");
    BUNDLED.replacen(ROW, &format!("{ROW}    {more}\n"), 1)
}

fn first_row(lines: &[&str]) -> RowPolicy {
    *Policy::parse("x", &with(lines)).expect("the lines are fine").row(Regime::TrendingLowVol)
}

#[track_caller]
fn refused(lines: &[&str], wanted: &str) {
    let told = Policy::parse("my.yaml", &with(lines)).expect_err("a line is wrong").to_string();
    let before = |text: &str| BUNDLED.find(text).map_or("", |at| &BUNDLED[..at]);
    // The lines stand right after the correlation limit of the first row.
    let first = 2 + before(ROW).matches('\n').count();
    let row = 1 + before("    kelly_multiplier").matches('\n').count();
    let wanted = wanted.replace("ROW", &row.to_string()).replace("FIRST", &first.to_string());
    let wanted = wanted.replace("KEY", "regimes.TRENDING_LOW_VOL");
    assert_eq!(told, wanted, "{lines:?}");
}

#[test]
fn a_file_without_these_keys_is_read_as_before_and_everything_is_off() {
    let policy = Policy::bundled();
    for regime in Regime::ALL {
        let row = policy.row(regime);
        let on = (row.exit_on_reversal, row.break_even_at_r, row.partial_exit_at_r);
        assert_eq!((on, row.partial_exit_share), ((false, None, None), None), "{regime}");
        assert!(!row.stop_follows_forecast, "{regime}");
    }
    assert_eq!(policy.digest(), DIGEST_WITHOUT);
}

#[test]
fn keys_that_say_off_are_the_same_as_no_keys() {
    let off = ["exit_on_reversal: no", "break_even_at_r: none", "partial_exit_at_r: none"];
    assert_eq!(Policy::parse("x", &with(&off)).unwrap(), Policy::bundled());
    assert_eq!(
        Policy::parse("x", &with(&["stop_follows_forecast: no"])).unwrap(),
        Policy::bundled()
    );
    let with_share = [off[0], off[1], off[2], "partial_exit_share: 0.5"];
    assert_eq!(Policy::parse("x", &with(&with_share)).unwrap().digest(), DIGEST_WITHOUT);
}

#[test]
fn keys_that_are_on_are_read_into_their_row_alone_and_change_the_digest() {
    let lines = [
        "exit_on_reversal: yes",
        "break_even_at_r: 1",
        "partial_exit_at_r: 1.5",
        "partial_exit_share: 0.5",
    ];
    let row = first_row(&lines);
    assert!(row.exit_on_reversal);
    assert_eq!((row.break_even_at_r, row.partial_exit_at_r), (Some(1.0), Some(1.5)));
    assert_eq!(row.partial_exit_share, Some(0.5));
    let policy = Policy::parse("x", &with(&lines)).unwrap();
    let bundled = Policy::bundled();
    for regime in Regime::ALL.into_iter().filter(|r| *r != Regime::TrendingLowVol) {
        assert_eq!(policy.row(regime), bundled.row(regime));
    }
    let mut digests = vec![DIGEST_WITHOUT.to_owned()];
    assert!(first_row(&["stop_follows_forecast: yes"]).stop_follows_forecast);
    let forecast = ["stop_follows_forecast: yes"];
    for lines in [&lines[..1], &lines[1..2], &lines[2..], &lines[..], &forecast] {
        digests.push(Policy::parse("x", &with(lines)).unwrap().digest());
    }
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 6, "each option has a digest of its own");
}

#[test]
fn values_outside_their_range_are_told_with_place_key_value_and_range() {
    refused(
        &["break_even_at_r: 0.05"],
        "my.yaml:FIRST:22: KEY.break_even_at_r: 0.05 is out of range; 0.1 to 3 is allowed",
    );
    refused(
        &["partial_exit_share: 0.95", "partial_exit_at_r: 1"],
        "my.yaml:FIRST:25: KEY.partial_exit_share: 0.95 is out of range; 0.1 to 0.9 is allowed",
    );
    refused(
        &["break_even_at_r: half"],
        "my.yaml:FIRST:22: KEY.break_even_at_r: `half` is not a number or none; 0.1 to 3 is allowed",
    );
    refused(
        &["break_even_at_r: 2.5"],
        "my.yaml:FIRST:5: KEY.break_even_at_r: 2.5 is out of range; 0.1 to 2 is allowed",
    );
}

#[test]
fn a_word_that_is_neither_yes_nor_no_is_told_with_the_words() {
    for bad in ["true", "on", "1", "'yes'", "[yes]", "Yes", "none"] {
        refused(
            &[&format!("exit_on_reversal: {bad}")],
            "my.yaml:FIRST:23: KEY.exit_on_reversal: anything but the words yes and no cannot be \
             used here; write the value out",
        );
    }
}

#[test]
fn a_partial_exit_needs_both_its_keys() {
    refused(&["partial_exit_at_r: 1"], "my.yaml:ROW:5: KEY.partial_exit_share: is missing");
    refused(&["partial_exit_share: 0.5"], "my.yaml:ROW:5: KEY.partial_exit_at_r: is missing");
}

#[test]
fn a_misspelt_or_repeated_key_is_not_taken_for_one_left_out() {
    refused(
        &["break_even: 1"],
        "my.yaml:FIRST:5: KEY.break_even: is not a key of this place; did you mean \
         `break_even_at_r`?",
    );
    let told = Policy::parse("x", &with(&["break_even_at_r: 1", "break_even_at_r: none"]));
    assert!(told.unwrap_err().to_string().contains("is given again"));
}
