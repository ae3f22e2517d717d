//! Which fields are secrets.

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Words that make a field a secret, wherever they stand in its name.
const SECRET_WORDS: [&str; 9] = [
    "token",
    "password",
    "passphrase",
    "secret",
    "authorization",
    "credential",
    "cookie",
    "apikey",
    "bearer",
];

/// The field's value must not be printed: one word of its name is a secret's. Words are separated
/// by anything but letters and digits, and by capitals: `refresh_token`, `api-key`,
/// `clientSecret`. A count such as `tokens_used` is no secret.
pub fn is_secret(field: &str) -> bool {
    let words = words(field);
    words.iter().any(|w| SECRET_WORDS.contains(&w.as_str()))
        || words.windows(2).any(|w| w == ["api", "key"] || w == ["private", "key"])
}

fn words(field: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in field.chars() {
        let starts_word = !c.is_alphanumeric() || (after_lower && c.is_uppercase());
        if starts_word {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    words.retain(|w| !w.is_empty());
    words
}

/// The value with what follows `Bearer ` blanked: such a header may stand in any field.
pub(super) fn without_bearer(value: &str) -> String {
    let mut clean = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.to_ascii_lowercase().find("bearer ") {
        let start = at + "bearer ".len();
        clean.push_str(&rest[..start]);
        clean.push_str(REDACTED);
        let end = rest[start..].find(|c: char| c.is_whitespace() || "\",;'".contains(c));
        rest = end.map_or("", |end| &rest[start + end..]);
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_secret_word_are_secrets_and_lookalikes_are_not() {
        for name in [
            "token",
            "password",
            "secret",
            "authorization",
            "Authorization",
            "refresh_token",
            "access-token",
            "clientSecret",
            "db.password",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "SECRET",
            "oauth_token_value",
            "set-cookie",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in
            ["tokens_used", "secretary", "key", "symbol", "message", "passwords_changed", ""]
        {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn bearer_headers_lose_their_value_wherever_they_stand() {
        assert_eq!(without_bearer("no header"), "no header");
        assert_eq!(without_bearer("Bearer abc.def"), "Bearer [redacted]");
        assert_eq!(
            without_bearer("{\"h\":\"bearer abc\",\"x\":1} BEARER q"),
            "{\"h\":\"bearer [redacted]\",\"x\":1} BEARER [redacted]"
        );
    }
}
