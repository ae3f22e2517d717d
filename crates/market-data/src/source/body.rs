//! Bodies as text, JSON and numbers, or what they are instead.

use rust_decimal::Decimal;
use serde_json::Value;
use serde_json::error::Category;

use super::fault::Fault;
use super::text::words;

/// The text of a body that is not a web page.
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotText`], [`Fault::Html`].
pub fn text(body: &[u8]) -> Result<&str, Fault> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::Empty);
    }
    let text =
        std::str::from_utf8(body).map_err(|error| Fault::NotText { at: error.valid_up_to() })?;
    if is_page(text) { Err(Fault::Html { words: title(text) }) } else { Ok(text) }
}

/// A web page, whatever the status or content type said.
fn is_page(text: &str) -> bool {
    let start: String =
        text.trim_start().chars().take(512).collect::<String>().to_ascii_lowercase();
    // A comment or a declaration may come first.
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.starts_with("<head")
        || start.starts_with("<body")
        || (start.starts_with('<') && start.contains("<html"))
}

/// A page's title, or its first words.
fn title(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let inside = lower.find("<title").and_then(|at| {
        let from = at + lower[at..].find('>')? + 1;
        let to = from + lower[from..].find("</title")?;
        text.get(from..to)
    });
    words(inside.unwrap_or(text))
}

/// A JSON value.
///
/// # Errors
/// As [`text`]; [`Fault::Truncated`] where it ends in the middle, [`Fault::Apology`] where it is a
/// sentence, else [`Fault::Malformed`].
pub fn json(body: &[u8]) -> Result<Value, Fault> {
    let text = text(body)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return Err(Fault::Apology { words: words(text) });
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => Fault::Truncated { format: "JSON", bytes: body.len() },
        _ => Fault::Malformed { format: "JSON", detail: error.to_string() },
    })
}

/// A finite number, written as one or as a text of one.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|n: &f64| n.is_finite())
}

/// An exact number, written as one or as a text of one.
pub fn decimal(value: &Value) -> Option<Decimal> {
    let of = |text: &str| {
        let text = text.trim();
        text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
    };
    match value {
        Value::Number(number) => of(&number.to_string()),
        Value::String(text) => of(text),
        _ => None,
    }
}

/// The text of a field; `None` where it is missing or no text.
pub fn str_of<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

/// A value in a few words, for what was left out.
pub fn shown(value: &Value) -> String {
    words(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_data_is_named() {
        assert_eq!(text(b" \r\n"), Err(Fault::Empty));
        assert_eq!(text(b"ok \xff"), Err(Fault::NotText { at: 3 }));
        let page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
        assert_eq!(text(page), Err(Fault::Html { words: "Just a moment...".to_owned() }));
        assert!(matches!(text(b"<!-- x --><HTML><body>No"), Err(Fault::Html { .. })));
        assert!(matches!(json(b"{\"a\":[1,2"), Err(Fault::Truncated { format: "JSON", bytes: 9 })));
        assert!(matches!(json(b"Please slow down."), Err(Fault::Apology { .. })));
        assert!(matches!(json(b"{\"a\":NaN}"), Err(Fault::Malformed { .. })));
        assert!(matches!(json(b"{\"a\":1e999}"), Err(Fault::Malformed { .. })));
        let deep = "[".repeat(100_000);
        assert!(json(deep.as_bytes()).is_err(), "no stack is used up");
        assert!(json(b"\xef\xbb\xbf{}").is_ok());
    }

    #[test]
    fn numbers_are_read_as_such_and_as_texts() {
        let value: Value =
            serde_json::from_str(r#"[1.5," 2.50 ",null,"x","NaN","inf",true]"#).unwrap();
        let all: Vec<_> = value.as_array().unwrap().iter().map(number).collect();
        assert_eq!(all, [Some(1.5), Some(2.5), None, None, None, None, None]);
        let all: Vec<_> = value.as_array().unwrap().iter().map(decimal).collect();
        assert_eq!(all[..2], [Some("1.5".parse().unwrap()), Some("2.50".parse().unwrap())]);
        assert!(all[2..].iter().all(Option::is_none));
    }
}
