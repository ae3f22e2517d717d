//! What a sweep varies: `--vary KEY=VALUES`, and how a point changes the settings.

use serde_json::Value as Json;
use tradebot_backtest::sweep::{Axis, Constraint, Parameters, Space, Value};
use tradebot_domain::Regime;
use tradebot_policy::Policy;

use super::rules::Rule;
use crate::cli::SweepArgs;
use crate::exit::Failure;
use crate::settings::{Settings, closest};

/// Keys that decide which history is run, not how.
const FIXED: [&str; 4] = ["universe", "policy", "log", "account.currency"];

/// The axes of a sweep and what their names stand for.
#[derive(Debug, Clone)]
pub struct Varied {
    /// Names and values.
    pub space: Space,
    keys: Keys,
    /// The strategy in the place of the ensemble.
    rule: Option<Rule>,
}

/// Names of axes, each with what it changes.
type Keys = Vec<(String, Key)>;

/// What an axis changes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// A dotted key of the settings.
    Setting(Vec<String>),
    /// A key of one policy row, or of all.
    Row(Option<Regime>, String),
    /// A parameter of the rule strategy.
    Rule,
}

impl Varied {
    /// Reads what is to be varied.
    ///
    /// # Errors
    /// A usage failure that names the flag and what would be right.
    pub fn parse(
        vary: &[String],
        constraints: &[String],
        settings: &Settings,
    ) -> Result<Self, Failure> {
        let (axes, keys) = Self::settings(vary, settings)?;
        let constraints = parse_constraints(constraints)?;
        let space =
            Space::new(axes, constraints).map_err(|e| Failure::usage(format!("--vary: {e}")))?;
        Ok(Self { space, keys, rule: None })
    }

    /// Reads what is to be varied of a rule strategy, and of the settings beside it.
    ///
    /// # Errors
    /// As [`Varied::parse`].
    pub fn with_rule(rule: Rule, args: &SweepArgs, settings: &Settings) -> Result<Self, Failure> {
        let (mut axes, mut keys) = Self::settings(&args.vary, settings)?;
        for text in &args.over {
            let wrong = |why: String| Failure::usage(format!("--over {text}: {why}"));
            let (name, values) = text
                .split_once('=')
                .ok_or_else(|| wrong("write NAME=FROM:TO:STEP or NAME=1,2,5".to_owned()))?;
            let known = rule.parameters().iter().map(|(name, _)| *name);
            if !known.clone().any(|known| known == name) {
                let known: Vec<&str> = known.collect();
                return Err(wrong(format!("{} has {}", rule.name(), known.join(", "))));
            }
            axes.push(axis(name, &steps(values)).map_err(wrong)?);
            keys.push((name.to_owned(), Key::Rule));
        }
        let names: Vec<String> = keys.iter().map(|(name, _)| name.clone()).collect();
        let mut constraints = parse_constraints(&args.constraint)?;
        constraints.extend(rule.constraint(&names));
        let space =
            Space::new(axes, constraints).map_err(|e| Failure::usage(format!("--over: {e}")))?;
        Ok(Self { space, keys, rule: Some(rule) })
    }

    /// The strategy in the place of the ensemble, if there is one.
    pub const fn rule(&self) -> Option<Rule> {
        self.rule
    }

    fn settings(vary: &[String], settings: &Settings) -> Result<(Vec<Axis>, Keys), Failure> {
        let mut axes = Vec::with_capacity(vary.len());
        let mut keys = Vec::with_capacity(vary.len());
        for text in vary {
            let (key, values) = text.split_once('=').ok_or_else(|| {
                Failure::usage(format!(
                    "--vary {text}: write KEY=VALUES, such as ensemble.half_life_sessions=100,200 or \
                     policy.*.r_multiple=1.5..2.5/0.5"
                ))
            })?;
            let name = name_of(key);
            keys.push((name.clone(), Key::parse(key, settings)?));
            axes.push(
                axis(&name, values)
                    .map_err(|why| Failure::usage(format!("--vary {text}: {why}")))?,
            );
        }
        Ok((axes, keys))
    }

    /// Settings and policy of a point.
    ///
    /// # Errors
    /// The text of a value that its key does not take.
    pub fn apply(
        &self,
        point: &Parameters,
        settings: &Settings,
        policy: &Policy,
    ) -> Result<(Settings, Policy), Failure> {
        let mut changed = serde_json::to_value(settings)?;
        let mut rows = rows_of(policy)?;
        for (name, key) in &self.keys {
            let Some(value) = point.get(name) else { continue };
            match key {
                Key::Rule => {}
                Key::Setting(path) => set(&mut changed, path, json(value))?,
                Key::Row(row, key) => {
                    for regime in Regime::ALL {
                        if row.is_none_or(|row| row == regime) {
                            rows[regime.name()][key.as_str()] = json(value);
                        }
                    }
                }
            }
        }
        let settings = serde_json::from_value(changed)
            .map_err(|e| Failure::usage(format!("{}: {e}", point.id())))?;
        let policy = Policy::parse("the varied policy", &policy_file(&rows))?;
        Ok((settings, policy))
    }
}

impl Key {
    fn parse(key: &str, settings: &Settings) -> Result<Self, Failure> {
        if let Some(of_row) = key.strip_prefix("policy.") {
            return Self::of_row(key, of_row);
        }
        if let Some(fixed) = FIXED.iter().find(|f| key == **f || key.starts_with(&format!("{f}.")))
        {
            return Err(Failure::usage(format!(
                "--vary {key}: `{fixed}` decides which history is run and cannot be varied"
            )));
        }
        let known = leaves(&serde_json::to_value(settings)?, "");
        if known.iter().any(|k| k == key) {
            return Ok(Self::Setting(key.split('.').map(str::to_owned).collect()));
        }
        let hint = closest(key, known.iter().map(String::as_str))
            .map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
        Err(Failure::usage(format!("--vary {key}: there is no such key{hint}")))
    }

    fn of_row(key: &str, of_row: &str) -> Result<Self, Failure> {
        let Some((row, field)) = of_row.split_once('.') else {
            return Err(Failure::usage(format!(
                "--vary {key}: write policy.ROW.KEY, or policy.*.KEY for all rows"
            )));
        };
        let row = match row {
            "*" => None,
            name => Some(Regime::ALL.into_iter().find(|r| r.name() == name).ok_or_else(|| {
                let names = Regime::ALL.map(Regime::name);
                let hint = closest(name, names.into_iter())
                    .map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
                Failure::usage(format!("--vary {key}: there is no row `{name}`{hint}"))
            })?),
        };
        Ok(Self::Row(row, field.to_owned()))
    }
}

fn parse_constraints(constraints: &[String]) -> Result<Vec<Constraint>, Failure> {
    let parse = |text: &String| {
        let named = text.split_once('<').map(|(a, b)| (name_of(a), name_of(b)));
        named
            .map(|(a, b)| Constraint::below(&a, &b))
            .ok_or_else(|| Failure::usage(format!("--constraint {text}: write KEY<KEY")))
    };
    constraints.iter().map(parse).collect()
}

/// `FROM:TO:STEP` in the words of `--vary`; anything else as it is.
fn steps(values: &str) -> String {
    match values.split(':').collect::<Vec<_>>()[..] {
        [from, to, step] => format!("{from}..{to}/{step}"),
        _ => values.to_owned(),
    }
}

/// Axes have names of letters, digits and `_`.
fn name_of(key: &str) -> String {
    key.trim().replace('*', "all").replace('.', "__")
}

/// An axis' name as its key was given.
pub fn shown(name: &str) -> String {
    name.replace("__", ".").replace("policy.all.", "policy.*.")
}

/// `1,2,5` | `1..9/2` | `0.1..10*5`.
fn axis(name: &str, values: &str) -> Result<Axis, String> {
    let Some((from, rest)) = values.split_once("..") else {
        let words: Vec<&str> = values.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return Err("there are no values".to_owned());
        }
        return Ok(numbers(name, &words).unwrap_or_else(|| Axis::choice(name, &words)));
    };
    let number = |text: &str| {
        text.trim().parse::<f64>().map_err(|_| format!("`{}` is no number", text.trim()))
    };
    if let Some((to, rungs)) = rest.split_once('*') {
        let count = rungs.trim().parse().map_err(|_| format!("`{rungs}` is no count"))?;
        return Ok(Axis::log(name, number(from)?, number(to)?, count));
    }
    let (to, step) = rest.split_once('/').ok_or("write FROM..TO/STEP or FROM..TO*COUNT")?;
    let whole = |text: &str| text.trim().parse::<i64>().ok();
    if let (Some(from), Some(to), Some(step)) = (whole(from), whole(to), whole(step)) {
        return Ok(Axis::integers(name, from, to, step));
    }
    let (from, to, step) = (number(from)?, number(to)?, number(step)?);
    let steps = ((to - from) / step + 1e-9).floor();
    if !(steps.is_finite() && (0.0..1e6).contains(&steps)) {
        return Err(format!("{from}..{to} is not made of steps of {step}"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1e6")]
    let rungs = steps as usize + 1;
    Ok(Axis::linear(name, from, from + steps * step, rungs))
}

/// Listed numbers at equal distances are an axis of numbers, whose neighbours are known.
fn numbers(name: &str, words: &[&str]) -> Option<Axis> {
    let values: Vec<f64> = words.iter().map(|w| w.parse().ok()).collect::<Option<_>>()?;
    let [first, .., last] = values[..] else { return None };
    let step = (last - first) / (values.len() - 1) as f64;
    let even = |(i, v): (usize, &f64)| (v - (first + step * i as f64)).abs() <= 1e-12 * v.abs();
    (step > 0.0 && values.iter().enumerate().all(even)).then(|| {
        let whole: Option<Vec<i64>> = words.iter().map(|w| w.parse().ok()).collect();
        match whole.as_deref() {
            Some([a, b, .., z]) => Axis::integers(name, *a, *z, b - a),
            Some([a, z]) => Axis::integers(name, *a, *z, z - a),
            _ => Axis::linear(name, first, last, values.len()),
        }
    })
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(word) => {
            serde_json::from_str(word).unwrap_or_else(|_| Json::from(word.clone()))
        }
        Value::Integer(n) => Json::from(*n),
        Value::Number(n) => Json::from(*n),
    }
}

fn set(settings: &mut Json, path: &[String], value: Json) -> Result<(), Failure> {
    let pointer = format!("/{}", path.join("/"));
    match settings.pointer_mut(&pointer) {
        Some(place) => *place = value,
        None => return Err(Failure::work(format!("settings have no {}", path.join(".")))),
    }
    Ok(())
}

/// Dotted keys of everything that is no object.
fn leaves(value: &Json, prefix: &str) -> Vec<String> {
    let Json::Object(fields) = value else { return vec![prefix.to_owned()] };
    let of = |(key, value): (&String, &Json)| {
        let dotted = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        leaves(value, &dotted)
    };
    fields.iter().flat_map(of).collect()
}

/// The rows, by name and key.
fn rows_of(policy: &Policy) -> Result<Json, Failure> {
    let rows =
        Regime::ALL.map(|row| Ok((row.name().to_owned(), serde_json::to_value(policy.row(row))?)));
    let rows = rows.into_iter().collect::<Result<serde_json::Map<_, _>, serde_json::Error>>();
    Ok(Json::Object(rows?))
}

/// A policy file with these rows.
fn policy_file(rows: &Json) -> String {
    format!("version: 1\nregimes: {}\n", flow(rows))
}

/// In the words of a policy file, on one line.
fn flow(value: &Json) -> String {
    match value {
        Json::Null => "none".to_owned(),
        Json::Bool(on) => if *on { "yes" } else { "no" }.to_owned(),
        Json::String(word) => word.clone(),
        Json::Object(fields) => {
            let of = |(key, value): (&String, &Json)| format!("{key}: {}", flow(value));
            format!("{{{}}}", fields.iter().map(of).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(vary: &[&str]) -> Result<Varied, String> {
        let vary: Vec<String> = vary.iter().map(|v| (*v).to_owned()).collect();
        Varied::parse(&vary, &[], &Settings::default()).map_err(|e| e.to_string())
    }

    fn first(varied: &Varied) -> Parameters {
        varied.space.grid().next().unwrap()
    }

    #[test]
    fn a_point_changes_settings_and_rows_and_nothing_else() {
        let varied = varied(&[
            "ensemble.half_life_sessions=111,222",
            "policy.*.r_multiple=1.2..1.4/0.1",
            "policy.TRANSITION.trailing_atr=3,none",
        ])
        .unwrap();
        assert_eq!(varied.space.size(), 12);
        let (own, bundled) = (Settings::default(), Policy::bundled());
        let (settings, policy) = varied.apply(&first(&varied), &own, &bundled).unwrap();
        assert_eq!(settings.ensemble.half_life_sessions, 111.0);
        assert_eq!(policy.r_multiples(), [1.2; 5]);
        assert_eq!(policy.row(Regime::Transition).trailing_atr, Some(3.0));
        assert_eq!(settings.costs, own.costs);
        let last = varied.space.grid().last().unwrap();
        let (_, policy) = varied.apply(&last, &own, &bundled).unwrap();
        assert_eq!(policy.row(Regime::Transition).trailing_atr, None);
        let [row, other] = [&policy, &bundled].map(|p| p.row(Regime::TrendingLowVol));
        assert_eq!(
            (row.r_multiple, row.edge, row.max_positions),
            (1.4, other.edge, other.max_positions)
        );
    }

    #[test]
    fn an_unvaried_policy_comes_back_as_it_was() {
        let file = policy_file(&rows_of(&Policy::bundled()).unwrap());
        let again = Policy::parse("again", &file).unwrap();
        assert_eq!(again.digest(), Policy::bundled().digest());
    }

    #[test]
    fn what_cannot_be_varied_is_named_with_what_would_be_right() {
        let refused = |text: &str| varied(&[text]).unwrap_err();
        assert!(refused("ensemble.half_life_session=1").contains("ensemble.half_life_sessions"));
        assert!(refused("policy.TRANSITON.edge=1").contains("`TRANSITION`"));
        assert!(refused("universe.symbols=AAPL").contains("which history"));
        assert!(refused("seed").contains("KEY=VALUES"));
        assert!(refused("seed=").contains("no values"));
        assert!(refused("seed=1..x/2").contains("`x`"));
        assert!(refused("seed=1..5").contains("FROM..TO/STEP"));
        assert!(refused("costs.half_spread_bps=1.5..2/0").contains("steps"));
    }

    fn over(line: &str) -> Result<Varied, String> {
        use crate::cli::{Cli, Command};
        use clap::Parser as _;
        let words = format!("tradebot sweep --strategy sma_cross {line}");
        let Command::Sweep(args) = Cli::try_parse_from(words.split(' ')).unwrap().command else {
            panic!("not a sweep")
        };
        Varied::with_rule(Rule::SmaCross, &args, &Settings::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn parameters_of_a_rule_are_axes_and_the_short_average_is_below_the_long_one() {
        let varied = over("--over fast=5:50:5 --over slow=20:200:10").unwrap();
        // 10 lengths by 19, less those with fast at or above slow.
        let dropped: usize =
            (5..=50).step_by(5).map(|f| (20..=200).step_by(10).filter(|s| f >= *s).count()).sum();
        assert_eq!(varied.space.grid().count(), 190 - dropped);
        assert!(dropped > 0 && varied.rule() == Some(Rule::SmaCross));
        let both = over("--over fast=5,7 --vary costs.half_spread_bps=1,3").unwrap();
        assert_eq!(both.space.size(), 4);
    }

    #[test]
    fn a_parameter_that_a_rule_does_not_have_is_named_with_those_it_has() {
        let error = over("--over lenght=5:50:5").unwrap_err();
        assert!(error.contains("sma_cross has fast, slow, equity"), "{error}");
        assert!(over("--over fast").unwrap_err().contains("FROM:TO:STEP"));
        assert!(over("--over fast=5:x:5").unwrap_err().contains("`x`"));
    }

    #[test]
    fn lists_at_equal_distances_are_numbers_with_neighbours() {
        let axis = |values: &str| axis("x", values).unwrap();
        assert_eq!(axis("1,2,3"), Axis::integers("x", 1, 3, 1));
        assert_eq!(axis("10,30"), Axis::integers("x", 10, 30, 20));
        assert_eq!(axis("0.5,1,1.5"), Axis::linear("x", 0.5, 1.5, 3));
        assert_eq!(axis("0.1..10*3"), Axis::log("x", 0.1, 10.0, 3));
        assert_eq!(axis("1,2,5"), Axis::choice("x", &["1", "2", "5"]));
        assert_eq!(axis("yes,no"), Axis::choice("x", &["yes", "no"]));
        assert_eq!(axis("1..9/4"), Axis::integers("x", 1, 9, 4));
        assert_eq!(axis("0..1/0.3").ladder.len(), 4);
    }
}
