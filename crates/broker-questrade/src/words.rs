//! Words of the wire. Each set is open: a word that is not known is kept, not refused.

/// A set of words with their spellings; the first spelling is the one written.
macro_rules! open_words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $first:literal $(| $other:literal)*),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $first, "` on the wire.")]
                $variant,
            )*
            /// A word that is not known here, as written.
            Other(String),
        }

        impl $name {
            /// All known words.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The word as written on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $first,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($first $(| $other)* => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(d).map(|word| Self::from(&*word))
            }
        }
    };
}

open_words! {
    /// Currency of an account row or a listing.
    Currency { Usd = "USD", Cad = "CAD" }
}

open_words! {
    /// Where an instrument is listed. Indices come with further words, or an empty one.
    Exchange {
        Tsx = "TSX",
        TsxVenture = "TSXV",
        Cse = "CNSX",
        Montreal = "MX",
        Nasdaq = "NASDAQ",
        Nyse = "NYSE",
        NyseAmerican = "NYSEAM" | "AMEX",
        Arca = "ARCA",
        Opra = "OPRA",
        PinkSheets = "PINX" | "PinkSheets",
        Otcbb = "OTCBB",
        Neo = "NEO",
        Bats = "BATS",
    }
}

open_words! {
    /// What kind of account it is.
    AccountType {
        Cash = "Cash",
        Margin = "Margin",
        Tfsa = "TFSA",
        Rrsp = "RRSP",
        SpousalRrsp = "SRRSP",
        LockedInRrsp = "LRRSP",
        Lira = "LIRA",
        Lif = "LIF",
        Rif = "RIF",
        SpousalRif = "SRIF",
        Lrif = "LRIF",
        Rrif = "RRIF",
        Prif = "PRIF",
        Resp = "RESP",
        FamilyResp = "FRESP",
        Fhsa = "FHSA",
    }
}

open_words! {
    /// Who owns the account.
    ClientAccountType {
        Individual = "Individual",
        Joint = "Joint",
        InformalTrust = "Informal Trust",
        Corporation = "Corporation",
        InvestmentClub = "Investment Club",
        FormalTrust = "Formal Trust",
        Partnership = "Partnership",
        SoleProprietorship = "Sole Proprietorship",
        Family = "Family",
        JointAndInformalTrust = "Joint and Informal Trust",
        Institution = "Institution",
    }
}

open_words! {
    /// Whether the account may trade.
    AccountStatus {
        Active = "Active",
        SuspendedClosed = "Suspended (Closed)",
        SuspendedViewOnly = "Suspended (View Only)",
        LiquidateOnly = "Liquidate Only",
        Closed = "Closed",
    }
}

open_words! {
    /// Direction of the last trade.
    TickType { Up = "Up", Down = "Down", Equal = "Equal" }
}

open_words! {
    /// What kind of instrument it is.
    SecurityType {
        Stock = "Stock",
        Option = "Option",
        Bond = "Bond",
        Right = "Right",
        Gold = "Gold",
        MutualFund = "MutualFund",
        Index = "Index",
        Currency = "Currency",
    }
}

open_words! {
    /// Call or put.
    OptionType { Call = "Call", Put = "Put" }
}

open_words! {
    /// How long an option series runs.
    OptionDuration { Weekly = "Weekly", Monthly = "Monthly", Quarterly = "Quarterly", Leap = "LEAP" }
}

open_words! {
    /// When an option may be exercised.
    OptionExercise { American = "American", European = "European" }
}

open_words! {
    /// Side of an order or execution.
    Side {
        Buy = "Buy",
        Sell = "Sell",
        Short = "Short",
        Cover = "Cov",
        BuyToOpen = "BTO",
        SellToClose = "STC",
        SellToOpen = "STO",
        BuyToClose = "BTC",
    }
}

open_words! {
    /// Type of an order.
    OrderType {
        Market = "Market",
        Limit = "Limit",
        Stop = "Stop",
        StopLimit = "StopLimit",
        TrailStopInPercentage = "TrailStopInPercentage",
        TrailStopInDollar = "TrailStopInDollar",
        TrailStopLimitInPercentage = "TrailStopLimitInPercentage",
        TrailStopLimitInDollar = "TrailStopLimitInDollar",
        LimitOnOpen = "LimitOnOpen",
        LimitOnClose = "LimitOnClose",
    }
}

open_words! {
    /// How long an order works.
    TimeInForce {
        Day = "Day",
        GoodTillCanceled = "GoodTillCanceled",
        GoodTillExtendedDay = "GoodTillExtendedDay",
        GoodTillDate = "GoodTillDate",
        ImmediateOrCancel = "ImmediateOrCancel",
        FillOrKill = "FillOrKill",
    }
}

open_words! {
    /// Where an order is in its life.
    OrderState {
        Failed = "Failed",
        Pending = "Pending",
        Accepted = "Accepted",
        Rejected = "Rejected",
        CancelPending = "CancelPending",
        Canceled = "Canceled",
        PartialCanceled = "PartialCanceled",
        Partial = "Partial",
        Executed = "Executed",
        ReplacePending = "ReplacePending",
        Replaced = "Replaced",
        Stopped = "Stopped",
        Suspended = "Suspended",
        Expired = "Expired",
        Queued = "Queued",
        Triggered = "Triggered",
        Activated = "Activated",
        PendingRiskReview = "PendingRiskReview",
        ContingentOrder = "ContingentOrder",
    }
}

open_words! {
    /// Part of an order in a bracket.
    OrderClass { Primary = "Primary", Limit = "Limit", StopLoss = "StopLoss" }
}

impl Currency {
    /// The currency in domain words, if the product knows it.
    pub const fn to_domain(&self) -> Option<tradebot_domain::Currency> {
        match self {
            Self::Usd => Some(tradebot_domain::Currency::Usd),
            Self::Cad => Some(tradebot_domain::Currency::Cad),
            Self::Other(_) => None,
        }
    }
}

impl Side {
    /// Buys (true) or sells (false); none for a word that is not known.
    pub const fn buys(&self) -> Option<bool> {
        match self {
            Self::Buy | Self::Cover | Self::BuyToOpen | Self::BuyToClose => Some(true),
            Self::Sell | Self::Short | Self::SellToClose | Self::SellToOpen => Some(false),
            Self::Other(_) => None,
        }
    }
}

impl OrderState {
    /// Nothing more can be executed. A state that is not known is taken for open: an order that
    /// may still fill must be watched.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Failed
                | Self::Rejected
                | Self::Canceled
                | Self::PartialCanceled
                | Self::Executed
                | Self::Replaced
                | Self::Expired
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_known_is_kept_as_it_is() {
        let state: OrderState = serde_json::from_str("\"Teleported\"").unwrap();
        assert_eq!(state, OrderState::Other("Teleported".to_owned()));
        assert_eq!(serde_json::to_string(&state).unwrap(), "\"Teleported\"");
        assert!(!state.is_final());
        assert_eq!(Exchange::from(""), Exchange::Other(String::new()));
    }

    #[test]
    fn old_spellings_mean_the_same() {
        assert_eq!(Exchange::from("PinkSheets"), Exchange::from("PINX"));
        assert_eq!(Exchange::from("AMEX"), Exchange::NyseAmerican);
    }

    #[test]
    fn known_words_come_back_from_their_text() {
        for state in OrderState::KNOWN {
            assert_eq!(OrderState::from(state.as_str()), *state);
        }
        for side in Side::KNOWN {
            assert_eq!(Side::from(side.as_str()), *side);
            assert!(side.buys().is_some());
        }
        assert_eq!(OrderState::KNOWN.iter().filter(|s| s.is_final()).count(), 7);
    }

    #[test]
    fn currencies_are_those_of_the_domain_or_none() {
        assert_eq!(Currency::Cad.to_domain(), Some(tradebot_domain::Currency::Cad));
        assert_eq!(Currency::from("EUR").to_domain(), None);
    }
}
