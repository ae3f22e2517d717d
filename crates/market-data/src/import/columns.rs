//! Which column is which.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::error::DataError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The session.
    Date,
    /// The instrument.
    Symbol,
    /// Raw open.
    Open,
    /// Raw high.
    High,
    /// Raw low.
    Low,
    /// Raw close.
    Close,
    /// Shares traded.
    Volume,
    /// Close adjusted for later splits and dividends.
    AdjustedClose,
    /// New shares per old on the ex-date: `2`, `2:1`; empty, 0 or 1 for none.
    Split,
    /// Cash per share on the ex-date; empty or 0 for none.
    Dividend,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 10] = [
        Self::Date,
        Self::Symbol,
        Self::Open,
        Self::High,
        Self::Low,
        Self::Close,
        Self::Volume,
        Self::AdjustedClose,
        Self::Split,
        Self::Dividend,
    ];

    /// The name in mappings, previews and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Symbol => "symbol",
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::AdjustedClose => "adj_close",
            Self::Split => "split",
            Self::Dividend => "dividend",
        }
    }

    /// Column names that mean this role: letters and digits only, lower case.
    const fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::Date => &[
                "date",
                "ts",
                "timestamp",
                "datetime",
                "time",
                "day",
                "tradedate",
                "tsny",
                "tsnyend",
                "barend",
            ],
            Self::Symbol => &["symbol", "ticker", "sym", "instrument", "name"],
            Self::Open => &["open", "o", "openprice"],
            Self::High => &["high", "h", "highprice"],
            Self::Low => &["low", "l", "lowprice"],
            Self::Close => &["close", "c", "closeprice", "closelast", "last"],
            Self::Volume => &["volume", "v", "vol", "totalvolume"],
            Self::AdjustedClose => &["adjclose", "adjustedclose", "closeadj", "adjcloseprice"],
            Self::Split => &["split", "splits", "stocksplits", "splitratio"],
            Self::Dividend => &["dividend", "dividends", "divcash", "exdividend"],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Columns named by the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMapping {
    named: BTreeMap<Role, String>,
}

impl ColumnMapping {
    /// Reads `role=column` pairs such as `close=Schlusskurs`. `high=`, with nothing behind it, says
    /// that no column is to be taken for the role.
    ///
    /// # Errors
    /// A sentence for the first pair without `=`, with an unknown role, or for a role twice.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut mapping = Self::default();
        for pair in pairs {
            let (role, column) = pair
                .split_once('=')
                .ok_or_else(|| format!("`{pair}` is not ROLE=COLUMN, such as close=Last"))?;
            let role =
                Role::ALL.into_iter().find(|r| r.name() == role.trim()).ok_or_else(|| {
                    let known = Role::ALL.map(Role::name).join(", ");
                    format!("`{role}` in `{pair}` is no role of a column; roles are {known}")
                })?;
            if mapping.named.insert(role, column.trim().to_owned()).is_some() {
                return Err(format!("the column for {role} is named twice"));
            }
        }
        Ok(mapping)
    }

    /// The same mapping with `role` in `column`.
    #[must_use]
    pub fn with(mut self, role: Role, column: &str) -> Self {
        self.named.insert(role, column.to_owned());
        self
    }
}

/// Where each role stands in the records of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    at: BTreeMap<Role, usize>,
    names: Vec<String>,
}

impl Columns {
    /// Finds the roles among the columns of a file. `close_only` files need no more than that and
    /// a date: indices such as the VIX.
    pub(crate) fn find(
        path: &Path,
        names: Vec<String>,
        mapping: &ColumnMapping,
        close_only: bool,
    ) -> Result<Self, DataError> {
        let mut at = BTreeMap::new();
        for role in Role::ALL {
            let found = match mapping.named.get(&role) {
                Some(wanted) => named(path, &names, role, wanted)?,
                None => recognised(path, &names, role, mapping)?,
            };
            at.extend(found.map(|column| (role, column)));
        }
        let required: &[Role] = if close_only {
            &[Role::Date, Role::Close]
        } else {
            &[Role::Date, Role::Open, Role::High, Role::Low, Role::Close, Role::Volume]
        };
        let missing: Vec<&str> =
            required.iter().filter(|role| !at.contains_key(role)).map(|role| role.name()).collect();
        if missing.is_empty() {
            return Ok(Self { at, names });
        }
        let problem = format!("no column for {}", missing.join(", "));
        let remedy = if names.iter().all(|name| looks_like_data(name)) {
            "the first line looks like data: put the names of the columns above it".to_owned()
        } else {
            format!("say which it is, as in {}=NAME", missing[0])
        };
        Err(DataError::Columns { path: path.to_owned(), problem, columns: names, remedy })
    }

    pub(crate) fn position(&self, role: Role) -> Option<usize> {
        self.at.get(&role).copied()
    }

    /// The file's own name of the column, or the role's where it has none.
    pub(crate) fn name(&self, role: Role) -> &str {
        self.position(role).map_or(role.name(), |at| &self.names[at])
    }

    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// Each role found, with the name of its column.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = (Role, String)> {
        self.at.iter().map(|(&role, &at)| (role, self.names[at].clone()))
    }
}

fn named(
    path: &Path,
    names: &[String],
    role: Role,
    wanted: &str,
) -> Result<Option<usize>, DataError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let exact = names.iter().position(|name| name == wanted);
    let found = exact.or_else(|| names.iter().position(|name| plain(name) == plain(wanted)));
    found.map(Some).ok_or_else(|| DataError::Columns {
        path: path.to_owned(),
        problem: format!("there is no column `{wanted}` for {role}"),
        columns: names.to_vec(),
        remedy: "name one of them".to_owned(),
    })
}

/// The one column whose name says this role. Columns the user gave to other roles do not count.
fn recognised(
    path: &Path,
    names: &[String],
    role: Role,
    mapping: &ColumnMapping,
) -> Result<Option<usize>, DataError> {
    let taken = |name: &str| mapping.named.values().any(|other| plain(other) == plain(name));
    let says = |name: &str| role.synonyms().contains(&plain(name).as_str());
    let found: Vec<usize> =
        (0..names.len()).filter(|&at| says(&names[at]) && !taken(&names[at])).collect();
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [first, second, ..] => Err(DataError::Columns {
            path: path.to_owned(),
            problem: format!("both `{}` and `{}` could be the {role}", names[first], names[second]),
            columns: names.to_vec(),
            remedy: format!("say which it is, as in {role}={}", names[first]),
        }),
    }
}

/// Letters and digits, lower case: `Adj. Close` and `adj_close` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn looks_like_data(name: &str) -> bool {
    name.chars().next().is_none_or(|c| c.is_ascii_digit() || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &str, mapping: &[&str]) -> Result<Columns, DataError> {
        let names = header.split(',').map(str::to_owned).collect();
        let mapping = ColumnMapping::parse(mapping.iter().copied()).unwrap();
        Columns::find(Path::new("x.csv"), names, &mapping, false)
    }

    #[track_caller]
    fn check(header: &str, expected: &[(Role, &str)]) {
        let chosen: Vec<(Role, String)> = find(header, &[]).unwrap().chosen().collect();
        let chosen: Vec<(Role, &str)> = chosen.iter().map(|(r, n)| (*r, n.as_str())).collect();
        assert_eq!(chosen, expected);
    }

    #[test]
    fn headers_of_common_vendors_are_understood() {
        use Role::{AdjustedClose, Close, Date, Dividend, High, Low, Open, Split, Symbol, Volume};
        check(
            "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits",
            &[
                (Date, "Date"),
                (Open, "Open"),
                (High, "High"),
                (Low, "Low"),
                (Close, "Close"),
                (Volume, "Volume"),
                (AdjustedClose, "Adj Close"),
                (Split, "Stock Splits"),
                (Dividend, "Dividends"),
            ],
        );
        check(
            "ticker,ts,o,h,l,c,v,n",
            &[
                (Date, "ts"),
                (Symbol, "ticker"),
                (Open, "o"),
                (High, "h"),
                (Low, "l"),
                (Close, "c"),
                (Volume, "v"),
            ],
        );
    }

    #[test]
    fn a_named_column_wins_over_a_recognised_one() {
        let columns =
            find("date,open,high,low,close,unadjusted,volume", &["close=unadjusted"]).unwrap();
        assert_eq!(columns.name(Role::Close), "unadjusted");
    }

    #[test]
    fn a_role_can_be_left_out() {
        let header = "date,open,high,low,close,volume,adj_close";
        let columns = find(header, &["adj_close="]).unwrap();
        assert_eq!(columns.position(Role::AdjustedClose), None);
        assert!(find(header, &["high="]).unwrap_err().to_string().contains("no column for high"));
    }

    #[test]
    fn missing_double_and_unknown_columns_say_what_to_do() {
        let text = |header, mapping: &[&str]| find(header, mapping).unwrap_err().to_string();
        assert_eq!(
            text("date,open,high,low,volume", &[]),
            "x.csv: no column for close; it has the columns date, open, high, low, volume; say \
             which it is, as in close=NAME"
        );
        assert!(text("2005-01-03,1,2,3,4,5", &[]).contains("looks like data"));
        assert!(
            text("date,day,open,high,low,close,volume", &[])
                .contains("both `date` and `day` could be the date")
        );
        assert!(
            text("date,open,high,low,close,volume", &["close=last"])
                .contains("there is no column `last` for close")
        );
    }

    #[test]
    fn a_mapping_that_cannot_be_read_is_answered_in_words() {
        let text = |pairs: &[&str]| ColumnMapping::parse(pairs.iter().copied()).unwrap_err();
        assert!(text(&["close"]).contains("is not ROLE=COLUMN"));
        assert!(text(&["klose=x"]).contains("roles are date, symbol, open"));
        assert!(text(&["close=a", "close=b"]).contains("named twice"));
    }
}
