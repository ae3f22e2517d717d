//! Figures that only pages show, computed from a run: each module one, without markup.

pub(crate) mod rolling;
pub(crate) mod episodes;
pub(crate) mod turnover;
pub(crate) mod excursion;
pub(crate) mod overlap;
pub(crate) mod paired;
