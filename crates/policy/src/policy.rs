//! The policy table as a whole.

use std::path::Path;

use serde::Serialize;
use tradebot_domain::Regime;

use crate::fields::Fields;
use crate::problem::{PolicyErrors, Problem, ProblemKind};
use crate::row::RowPolicy;
use crate::schema;
use crate::yaml;

const BUNDLED_NAME: &str = "policies/regimes.yaml";
const BUNDLED: &str = include_str!("../policies/regimes.yaml");

const REGIMES: &str = "regimes";

/// The regime table. Only reading makes one, so every number in it lies in its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Policy {
    /// In the order of [`Regime::ALL`].
    rows: [RowPolicy; 5],
}

impl Policy {
    /// Reads a policy from text; `name` stands for the file in messages.
    ///
    /// # Errors
    /// [`PolicyErrors`] with every problem of the text, in its order. A syntax error ends reading:
    /// it is then the last problem listed.
    pub fn parse(name: &str, yaml: &str) -> Result<Self, PolicyErrors> {
        let mut problems = Vec::new();
        let rows = read_rows(yaml, &mut problems);
        match rows {
            Some(rows) if problems.is_empty() => Ok(Self { rows }),
            _ => Err(PolicyErrors::new(name, problems)),
        }
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyErrors`] as in [`Policy::parse`], or with the one problem that the file cannot be
    /// read.
    pub fn read(path: &Path) -> Result<Self, PolicyErrors> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text),
            Err(e) => {
                let kind = ProblemKind::Unreadable { message: e.to_string() };
                Err(PolicyErrors::new(&name, vec![Problem { at: None, key: String::new(), kind }]))
            }
        }
    }

    /// The table that ships with the program.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED_NAME, BUNDLED).expect("a test reads the bundled policy")
    }

    /// The text of that table, comments included.
    pub const fn bundled_text() -> &'static str {
        BUNDLED
    }

    /// The row of a regime.
    pub const fn row(&self, regime: Regime) -> &RowPolicy {
        &self.rows[regime.index()]
    }

    /// The R-multiples of the rows, in the order of [`Regime::ALL`].
    pub fn r_multiples(&self) -> [f64; 5] {
        self.rows.map(|row| row.r_multiple)
    }

    /// What the table says, as 64 hex digits: comments, layout and the spelling of numbers do not
    /// count.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).expect("a table of finite numbers is always JSON");
        let mut hasher = blake3::Hasher::new_derive_key("tradebot 2026-11 regime policy");
        hasher.update(&text);
        hasher.finalize().to_hex().to_string()
    }
}

/// The rows, complete if no problem was recorded.
fn read_rows(text: &str, problems: &mut Vec<Problem>) -> Option<[RowPolicy; 5]> {
    let root = yaml::read(text, problems)?;
    let mut file = Fields::open("", &root, &[schema::VERSION.key, REGIMES], problems)?;
    file.count(&schema::VERSION);
    let names = Regime::ALL.map(Regime::name);
    let mut regimes = file.child(REGIMES, &names)?;
    let rows = names.map(|name| {
        regimes
            .value(name)
            .and_then(|(path, node, problems)| RowPolicy::read(&path, node, problems))
    });
    // all five were read before the first gap is allowed to matter
    let [Some(a), Some(b), Some(c), Some(d), Some(e)] = rows else { return None };
    Some([a, b, c, d, e])
}
