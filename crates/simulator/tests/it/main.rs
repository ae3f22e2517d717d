//! Integration tests: the habits of the market, its laws, and that it is always the same.

mod facts;
mod laws;
mod numbers;
mod same;
