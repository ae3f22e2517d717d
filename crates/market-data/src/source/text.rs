//! Words of others, made harmless: one line, no markup, no control characters, of bounded length.

/// Longest headline kept, characters.
pub const TITLE_MAX: usize = 300;
/// Longest summary kept, characters.
pub const SUMMARY_MAX: usize = 2_000;
/// Longest quotation of a source in an error, characters.
pub const WORDS_MAX: usize = 160;

/// Plain text of a text that may hold markup, entities and anything else.
///
/// Tags go, the usual entities become their characters once (what they spell is text, not a tag),
/// control and direction marks go, white space becomes single spaces.
pub fn plain(text: &str, chars_max: usize) -> String {
    // No text of interest is longer; work stays bounded whatever comes.
    let text: String = text.chars().take(chars_max.saturating_mul(20)).collect();
    let bare = entities(&without_tags(&text));
    let mut out = String::new();
    let mut length = 0;
    for word in bare.split(|c: char| c.is_whitespace() || c.is_control() || is_mark(c)) {
        if word.is_empty() {
            continue;
        }
        if length > 0 {
            out.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length >= chars_max {
                return out.trim_end().to_owned();
            }
            out.push(c);
            length += 1;
        }
    }
    out
}

/// Marks that change how the text around them is shown, or are not shown at all.
const fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}')
}

/// A `<` that begins a tag or a comment ends with the next `>`; any other stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let begins =
            tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if let Some(end) = tag.find('>').filter(|_| begins) {
            out.push(' ');
            rest = &tag[end + 1..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The usual entities, read once.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let end = entity.bytes().take(10).position(|b| b == b';');
        if let Some((end, c)) = end.and_then(|end| Some((end, character(&entity[1..end])?))) {
            out.push(c);
            rest = &entity[end + 1..];
        } else {
            out.push('&');
            rest = &entity[1..];
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// The beginning of what a source said, for an error.
pub fn words(text: &str) -> String {
    plain(text, WORDS_MAX)
}

/// Host of an address of the web; `None` for anything else.
pub fn host(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    Some(url.host_str()?.trim_start_matches("www.").to_owned())
}

/// The same for the same story: hash of the title without case and punctuation, and the domain.
pub fn fingerprint(title: &str, url: &str) -> String {
    let title: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let text = format!("{}\n{}", title.join(" "), host(url).unwrap_or_default());
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_entities_and_marks_go_and_the_words_stay() {
        let text = " <p>ZZQ&nbsp;lifts <b>guidance</b></p>\r\n&amp; pays &#36;2 \u{202e}now\u{0}! ";
        assert_eq!(plain(text, 300), "ZZQ lifts guidance & pays $2 now !");
        assert_eq!(plain("a < b > c & d", 300), "a < b > c & d");
        assert_eq!(plain("&lt;script&gt;", 300), "<script>", "once, and it is text");
        assert_eq!(plain("one two three", 7), "one two");
    }

    #[test]
    fn a_story_told_twice_has_one_fingerprint() {
        let one = fingerprint("ZZQ lifts guidance!", "https://www.example.com/a");
        assert_eq!(one, fingerprint("zzq  lifts: guidance", "https://example.com/b?x=1"));
        assert_ne!(one, fingerprint("ZZQ lifts guidance", "https://example.org/a"));
        assert_eq!(one.len(), 32);
        assert_eq!(host("javascript:alert(1)"), None);
        assert_eq!(host("https://www.example.com:8443/x").as_deref(), Some("example.com"));
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_short_line(text in "\\PC{0,400}|(<[a-z]{0,3}>|&#?[a-z0-9]{0,9};|[<&>;\u{0}-\u{20}]){0,80}", most in 1_usize..200) {
            let out = plain(&text, most);
            prop_assert!(out.chars().count() <= most);
            prop_assert!(!out.chars().any(char::is_control));
            prop_assert!(!out.starts_with(' ') && !out.ends_with(' '));
        }
    }
}
