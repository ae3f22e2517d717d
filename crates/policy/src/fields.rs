//! A mapping read key by key, with everything that is wrong put on record.

use crate::problem::{Position, Problem, ProblemKind};
use crate::schema::{Form, Setting};
use crate::yaml::{Entry, Node, Value, join};

/// How alike a misspelt key and a known one must be to be suggested (Jaro-Winkler, 0 to 1).
/// Guessed: `max_holding_days` finds `max_holding_sessions`, `confidence` finds nothing.
const ALIKE: f64 = 0.8;

/// The entries of one mapping.
///
/// Readers return a placeholder when they record a problem, so that the caller goes on and finds
/// the rest; what was read counts only if no problem is on record in the end.
pub(crate) struct Fields<'a> {
    path: String,
    at: Position,
    entries: &'a [Entry],
    problems: &'a mut Vec<Problem>,
}

impl<'a> Fields<'a> {
    /// Opens a mapping and records keys that are duplicate or not among `known`. `None` when the
    /// node is no mapping, which is then on record.
    pub(crate) fn open(
        path: &str,
        node: &'a Node,
        known: &[&str],
        problems: &'a mut Vec<Problem>,
    ) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            let kind = ProblemKind::NotAMapping { found: describe(&node.value) };
            problems.push(Problem { at: Some(node.at), key: path.to_owned(), kind });
            return None;
        };
        let mut fields = Self { path: path.to_owned(), at: node.at, entries, problems };
        fields.refuse_strangers(known);
        Some(fields)
    }

    fn refuse_strangers(&mut self, known: &[&str]) {
        for (i, entry) in self.entries.iter().enumerate() {
            if let Some(first) = self.entries[..i].iter().find(|other| other.key == entry.key) {
                self.record(
                    entry.at,
                    &entry.key,
                    ProblemKind::DuplicateKey { first: first.at.line },
                );
            } else if !known.contains(&entry.key.as_str()) {
                let kind = ProblemKind::UnknownKey {
                    suggestion: nearest(&entry.key, known),
                    known: known.iter().map(ToString::to_string).collect(),
                };
                self.record(entry.at, &entry.key, kind);
            }
        }
    }

    /// A number in its range; NaN with a problem on record otherwise.
    pub(crate) fn number(&mut self, setting: &Setting) -> f64 {
        let Some(node) = self.required(setting.key) else { return f64::NAN };
        let read = number(node, setting);
        self.accept(setting, node.at, read).unwrap_or(f64::NAN)
    }

    /// A number in its range or the word `none`; `None` with a problem on record otherwise.
    pub(crate) fn number_or_none(&mut self, setting: &Setting) -> Option<f64> {
        let node = self.required(setting.key)?;
        if is_none(node) {
            return None;
        }
        let read = number(node, setting);
        self.accept(setting, node.at, read)
    }

    /// [`Fields::number_or_none`] of a key that may be left out: then it is `none`.
    pub(crate) fn number_or_none_if_given(&mut self, setting: &Setting) -> Option<f64> {
        self.find(setting.key).and_then(|_| self.number_or_none(setting))
    }

    /// The word `yes` or `no` of a key that may be left out; `no` then, and with a problem on
    /// record.
    pub(crate) fn yes_if_given(&mut self, setting: &Setting) -> bool {
        let Some(entry) = self.find(setting.key) else { return false };
        let word = match &entry.node.value {
            Value::Scalar { text, plain: true } => text.as_str(),
            _ => "",
        };
        if !matches!(word, "yes" | "no") {
            let what = "anything but the words yes and no";
            self.record(entry.node.at, setting.key, ProblemKind::Unsupported { what });
        }
        word == "yes"
    }

    /// The key is there, whatever it says.
    pub(crate) fn has(&self, setting: &Setting) -> bool {
        self.find(setting.key).is_some()
    }

    /// The key is there and does not say `none`.
    pub(crate) fn is_number(&self, setting: &Setting) -> bool {
        self.find(setting.key).is_some_and(|entry| !is_none(&entry.node))
    }

    /// A whole number in its range; 0 with a problem on record otherwise.
    pub(crate) fn count(&mut self, setting: &Setting) -> u32 {
        let Some(node) = self.required(setting.key) else { return 0 };
        let read = whole(node, setting);
        self.accept(setting, node.at, read).unwrap_or(0)
    }

    /// The mapping below a key.
    pub(crate) fn child<'b>(&'b mut self, key: &str, known: &[&str]) -> Option<Fields<'b>> {
        let (path, node, problems) = self.value(key)?;
        Fields::open(&path, node, known, problems)
    }

    /// The value below a key with its path, and where to record its problems.
    pub(crate) fn value<'b>(
        &'b mut self,
        key: &str,
    ) -> Option<(String, &'b Node, &'b mut Vec<Problem>)> {
        let node = self.required(key)?;
        Some((join(&self.path, key), node, self.problems))
    }

    /// Records a problem at a key of this mapping.
    pub(crate) fn report(&mut self, key: &str, kind: ProblemKind) {
        let at = self.find(key).map_or(self.at, |entry| entry.at);
        self.record(at, key, kind);
    }

    fn required(&mut self, key: &str) -> Option<&'a Node> {
        let found = self.find(key).map(|entry| &entry.node);
        if found.is_none() {
            self.record(self.at, key, ProblemKind::MissingKey);
        }
        found
    }

    fn find(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn accept<T>(
        &mut self,
        setting: &Setting,
        at: Position,
        read: Result<T, ProblemKind>,
    ) -> Option<T> {
        read.map_err(|kind| self.record(at, setting.key, kind)).ok()
    }

    fn record(&mut self, at: Position, key: &str, kind: ProblemKind) {
        let problem = Problem { at: Some(at), key: join(&self.path, key), kind };
        self.problems.push(problem);
    }
}

fn is_none(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, plain: true } if text == "none")
}

fn number(node: &Node, setting: &Setting) -> Result<f64, ProblemKind> {
    match &node.value {
        Value::Scalar { text, plain: true } => decimal(text),
        _ => None,
    }
    .ok_or_else(|| not_a_number(node, setting))
    .and_then(|value| in_range(value, setting))
}

fn whole(node: &Node, setting: &Setting) -> Result<u32, ProblemKind> {
    // through the range first: a negative or huge number is out of range rather than no number
    number(node, setting)?;
    match &node.value {
        Value::Scalar { text, .. } => text.parse().ok(),
        _ => None,
    }
    .ok_or_else(|| not_a_number(node, setting))
}

fn in_range(value: f64, setting: &Setting) -> Result<f64, ProblemKind> {
    let (min, max) = (setting.min, setting.max);
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(ProblemKind::OutOfRange { value, min, max })
    }
}

/// Digits, sign, point and exponent only: `inf`, `nan`, hexadecimal and grouped digits are refused.
fn decimal(text: &str) -> Option<f64> {
    let ordinary = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    // adding zero turns -0 into 0, which is written and digested differently
    text.parse::<f64>().ok().filter(|_| ordinary).map(|value| value + 0.0)
}

fn not_a_number(node: &Node, setting: &Setting) -> ProblemKind {
    let fits = |value: &f64| {
        let whole = setting.form != Form::Count || value.fract() == 0.0;
        whole && (setting.min..=setting.max).contains(value)
    };
    ProblemKind::NotANumber {
        found: describe(&node.value),
        wanted: match setting.form {
            Form::Number => "a number",
            Form::Count => "a whole number",
            Form::NumberOrNone => "a number or none",
            Form::YesOrNo => "yes or no",
        },
        instead: meant(&node.value).filter(fits),
        min: setting.min,
        max: setting.max,
    }
}

/// What someone who wrote `2.5 %`, `"0.5"`, `0,5` or `12.0` probably meant.
fn meant(value: &Value) -> Option<f64> {
    let Value::Scalar { text, .. } = value else { return None };
    match text.strip_suffix('%') {
        // rounded, so that 0.7 % is suggested as 0.007 and not as 0.006999999999999999
        Some(percent) => decimal(percent.trim()).map(|p| (p * 1e7).round() / 1e9),
        None => decimal(&text.replacen(',', ".", 1)),
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Scalar { text, plain: true } if text.is_empty() => "nothing".to_owned(),
        Value::Scalar { text, plain: true } => format!("`{text}`"),
        Value::Scalar { text, .. } => format!("the text \"{text}\""),
        Value::List => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
    }
}

fn nearest(key: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(key, candidate), *candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn a_misspelt_key_finds_its_neighbour_and_a_strange_one_finds_none() {
        let known = schema::ROW.map(|setting| setting.key);
        let near = [
            ("max_holding_days", "max_holding_sessions"),
            ("max_position", "max_positions"),
            ("kelly_multiplyer", "kelly_multiplier"),
            ("trailing_stop", "trailing_atr"),
            ("stopmin", "stop_min"),
            ("Edge", "edge"),
        ];
        for (key, neighbour) in near {
            assert_eq!(nearest(key, &known).as_deref(), Some(neighbour), "{key}");
        }
        for key in ["confidence", "leverage", "lookback", "x", ""] {
            assert_eq!(nearest(key, &known), None, "{key}");
        }
    }

    #[test]
    fn what_was_probably_meant_is_exact_to_nine_decimals() {
        let scalar = |text: &str| Value::Scalar { text: text.to_owned(), plain: true };
        for (text, value) in [("0.7 %", 0.007), ("2.5%", 0.025), ("0,5", 0.5), ("12.0", 12.0)] {
            assert_eq!(meant(&scalar(text)), Some(value), "{text}");
        }
        for text in ["% ", "a lot", "1,000,000", "nan"] {
            assert_eq!(meant(&scalar(text)), None, "{text}");
        }
    }
}
