//! One fault, at least, for every check.

use super::Plant;

mod account;
mod baseline;
mod budgets;
mod learning;
mod levels;
mod market;
mod sizing;

/// Every plant.
pub(crate) fn all() -> impl Iterator<Item = &'static Plant> {
    [
        baseline::PLANTS,
        budgets::PLANTS,
        market::PLANTS,
        learning::PLANTS,
        sizing::PLANTS,
        account::PLANTS,
        levels::PLANTS,
    ]
    .into_iter()
    .flatten()
}
