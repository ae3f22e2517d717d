//! Text from the other side, made fit for a log: short, printable, without anything like a token.

use crate::token::Secret;

/// How much of a body an error quotes.
const QUOTED_CHARS: usize = 120;
/// Words longer than this, of the letters that tokens have, are taken for one.
const WORD_CHARS_MAX: usize = 19;

/// The start of a body, with `secrets` and everything that looks like one struck out.
///
/// A server that echoes a header would otherwise write our token into our own log.
pub(crate) fn excerpt(body: &[u8], secrets: &[&Secret]) -> String {
    // A secret may lie across the cut, so they are struck out before cutting.
    let head = &body[..body.len().min(QUOTED_CHARS * 40)];
    let mut text = String::from_utf8_lossy(head).into_owned();
    for secret in secrets {
        text = text.replace(secret.expose(), "***");
    }
    let text: String = without_long_words(&text).chars().take(QUOTED_CHARS).collect();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn without_long_words(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "+/=-_.~%".contains(c) {
            word.push(c);
        } else {
            push_word(&mut masked, &word);
            word.clear();
            masked.push(c);
        }
    }
    push_word(&mut masked, &word);
    masked
}

fn push_word(text: &mut String, word: &str) {
    text.push_str(if word.len() > WORD_CHARS_MAX { "***" } else { word });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_echoed_token_is_struck_out_even_across_the_cut() {
        let secret = Secret::new("c4nary").unwrap();
        let body = format!("{}c4nary and more", "x ".repeat(58));
        let text = excerpt(body.as_bytes(), &[&secret]);
        assert!(!text.contains("c4n"), "{text}");
        let unknown = excerpt(b"Bearer aBcD3fGhIjKlMnOpQrStUvWxYz012345 was wrong", &[]);
        assert_eq!(unknown, "Bearer *** was wrong");
    }

    proptest! {
        #[test]
        fn an_excerpt_is_short_printable_and_without_the_secret(
            body in prop::collection::vec(any::<u8>(), 0..4000),
            secret in "[A-Za-z0-9+/=]{6,40}",
            at in any::<prop::sample::Index>(),
        ) {
            let mut body = body;
            let at = at.index(body.len() + 1);
            body.splice(at..at, secret.bytes());
            let secret = Secret::new(&secret).unwrap();
            let text = excerpt(&body, &[&secret]);
            prop_assert!(!text.contains(secret.expose()));
            prop_assert!(text.chars().count() <= QUOTED_CHARS);
            prop_assert!(!text.chars().any(char::is_control));
        }
    }
}
