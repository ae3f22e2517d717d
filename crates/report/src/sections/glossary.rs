//! A short glossary: what the numbers mean.

use crate::markup::{Markup, facts};

const ENTRIES: [(&str, &str); 21] = [
    (
        "The question",
        "If a position is opened at the next open with the bracket of today's regime, what is the \
         chance that it ends with a profit after costs? Every probability here answers it.",
    ),
    ("Bracket", "Entry limit, stop, target and time limit of a trade, fixed at the decision."),
    (
        "R, planned risk",
        "Entry limit less stop, times shares: what the trade loses when all goes as planned \
         badly. A result of +2 R earned twice that.",
    ),
    (
        "Base rate",
        "How often brackets of a regime ended with a profit before, taken or not. What skill is \
         measured against: whoever only repeats it knows nothing more.",
    ),
    (
        "Break-even",
        "Mean loss over mean loss plus mean win: the chance of a profit at which a trade earns \
         nothing.",
    ),
    (
        "Brier score, Brier skill",
        "The mean squared distance of a probability from what happened, lower is better; and the \
         share of it that the base rate would have had more. Markets leave little: 1 % is much.",
    ),
    (
        "Calibrated",
        "What is given 60 % happens in 60 % of cases. It says that probabilities can be sized on, \
         not that they are better than the base rate.",
    ),
    (
        "Worth, uniqueness",
        "Outcomes that overlap in time tell the same story. Each counts for one over the number of \
         brackets open with it.",
    ),
    (
        "Out of sample",
        "Every forecast was issued before its outcome, by members that had seen only what was \
         known then.",
    ),
    (
        "Skill, drift, exploration",
        "What a size was earned by: forecasts proven better than the base rate; a base rate that \
         beats break-even by itself; or neither, at a small fixed risk.",
    ),
    (
        "90 % range",
        "Between its ends lie nine of ten values when stretches of the same history are drawn \
         anew. It says how much of a figure could be chance, not what comes next.",
    ),
    ("Drawdown", "How far equity lies below its highest close so far."),
    (
        "Under water",
        "Below the highest close so far. A drawdown ends when equity closes at that height again.",
    ),
    (
        "Beta",
        "How much of each move of buy-and-hold the account took part in, on average: the slope of \
         its returns on those of buy-and-hold.",
    ),
    (
        "Furthest against, in favour",
        "Maximum adverse and favourable excursion (MAE, MFE): the worst and the best that a trade \
         stood at before it ended, in units of planned risk.",
    ),
    (
        "Turnover",
        "Half of what was bought and sold over equity: 1 × is the whole account once. Costs are paid \
         on it.",
    ),
    (
        "Sharpe ratio",
        "Mean return over its standard deviation, per year. Above 1 over many years is rare.",
    ),
    (
        "Deflated",
        "The best of many attempts looks good by chance alone. A deflated probability takes that \
         off.",
    ),
    ("Profit factor", "What all winners earned over what all losers lost; 1 is break-even."),
    (
        "Regime",
        "Which weather the market is in, by trend and volatility; it selects the row of the policy \
         with its brackets and limits.",
    ),
    ("Digest", "A fingerprint. Equal digests mean equal contents, to the last digit."),
];

pub(super) fn body() -> Markup {
    facts(ENTRIES.map(|(term, meaning)| (term.into(), meaning.into())))
}
