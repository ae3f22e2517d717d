//! What kinds of account there are, and what each may do.

/// What kind of account it is, as far as the rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountKind {
    /// Taxed, and bought in with cash alone.
    Cash,
    /// Taxed, and may borrow against what it holds.
    Margin,
    /// Tax-free savings account.
    Tfsa,
    /// Registered retirement plans and what they turn into: RRSP, RRIF, LIRA, LIF and the like.
    Rrsp,
    /// Registered education savings plan.
    Resp,
    /// First home savings account.
    Fhsa,
}

impl AccountKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Cash, Self::Margin, Self::Tfsa, Self::Rrsp, Self::Resp, Self::Fhsa];

    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Margin => "margin",
            Self::Tfsa => "tfsa",
            Self::Rrsp => "rrsp",
            Self::Resp => "resp",
            Self::Fhsa => "fhsa",
        }
    }

    /// The kind that a broker's word stands for: `Margin`, `TFSA`, `SRRSP`, also with an owner in
    /// front (`Individual TFSA`). None for a word that is not known: what it may do is not known
    /// either.
    pub fn from_broker(word: &str) -> Option<Self> {
        let last = word.split_whitespace().next_back()?;
        Some(match last.to_ascii_uppercase().as_str() {
            "CASH" => Self::Cash,
            "MARGIN" => Self::Margin,
            "TFSA" => Self::Tfsa,
            "RRSP" | "SRRSP" | "LRRSP" | "LRSP" | "LIRA" | "LIF" | "RIF" | "SRIF" | "LRIF"
            | "RLIF" | "RRIF" | "PRIF" => Self::Rrsp,
            "RESP" | "FRESP" => Self::Resp,
            "FHSA" => Self::Fhsa,
            _ => return None,
        })
    }

    /// Its gains are not taxed as they arise, and its losses are no one's.
    pub const fn is_registered(self) -> bool {
        !matches!(self, Self::Cash | Self::Margin)
    }

    /// It may owe money to the broker.
    pub const fn may_borrow(self) -> bool {
        matches!(self, Self::Margin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_type_of_the_broker_is_known_and_a_new_one_is_not_guessed() {
        for (word, kind) in [
            ("Cash", AccountKind::Cash),
            ("Margin", AccountKind::Margin),
            ("Individual margin", AccountKind::Margin),
            ("TFSA", AccountKind::Tfsa),
            ("Individual RRSP", AccountKind::Rrsp),
            ("SRIF", AccountKind::Rrsp),
            ("Family RESP", AccountKind::Resp),
            ("FRESP", AccountKind::Resp),
            ("FHSA", AccountKind::Fhsa),
        ] {
            assert_eq!(AccountKind::from_broker(word), Some(kind), "{word}");
        }
        for unknown in ["DAF", "", "TFSA2"] {
            assert_eq!(AccountKind::from_broker(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn only_margin_borrows_and_only_cash_and_margin_are_taxed() {
        let borrows: Vec<_> = AccountKind::ALL.into_iter().filter(|k| k.may_borrow()).collect();
        let taxed: Vec<_> = AccountKind::ALL.into_iter().filter(|k| !k.is_registered()).collect();
        assert_eq!(
            (borrows, taxed),
            (vec![AccountKind::Margin], vec![AccountKind::Cash, AccountKind::Margin])
        );
    }
}
