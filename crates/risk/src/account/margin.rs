//! What a purchase needs as maintenance margin.

/// Maintenance margin of a long position, a fraction of its value, by the price of a share.
///
/// - **Input:** price in its own currency, > 0; whether it is on the list of reduced margin.
/// - **Edges:** a price that is not a number needs all of its value.
///
/// **Source:** Questrade, margin rates on its pricing page: reduced-margin list 30 %; 2.00 and
/// above 50 %; 1.75 to 1.99 60 %; 1.50 to 1.74 80 %; below 1.50 100 %.
pub fn margin_rate(price: f64, reduced: bool) -> f64 {
    match price {
        p if p.is_nan() => 1.0,
        _ if reduced => 0.30,
        p if p >= 2.00 => 0.50,
        p if p >= 1.75 => 0.60,
        p if p >= 1.50 => 0.80,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_brokers_table_at_each_border() {
        for (price, rate) in [
            (100.0, 0.5),
            (2.0, 0.5),
            (1.99, 0.6),
            (1.75, 0.6),
            (1.74, 0.8),
            (1.5, 0.8),
            (1.49, 1.0),
        ] {
            assert_eq!(margin_rate(price, false), rate, "{price}");
            assert_eq!(margin_rate(price, true), 0.3, "{price}");
        }
        assert_eq!(margin_rate(f64::NAN, true), 1.0);
    }
}
