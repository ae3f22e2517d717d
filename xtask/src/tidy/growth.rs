//! Growth bands: a ratchet, not a wall.
//!
//! Code that was short may not creep into a band; code far beyond it waits for someone to split
//! it, and the longest of all are printed for a human eye. A line `// tidy: long because ...`
//! above a function, or in the head of a file, is the exception.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Complaint, relative};

struct Band {
    what: &'static str,
    from: usize,
    to: usize,
}

const FUNCTION: Band = Band { what: "lines in one function", from: 61, to: 75 };
const FILE: Band = Band { what: "lines in one file, tests aside", from: 601, to: 700 };
const EXCEPTION: &str = "// tidy: long because";

struct Function {
    name: String,
    line: usize,
    lines: usize,
    excused: bool,
}

pub(super) fn check(root: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut longest = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
        let lines = code.lines().count();
        let excused = text.lines().take(40).any(|l| l.trim_start().starts_with(EXCEPTION));
        if in_band(&FILE, lines) && !excused {
            complaints.push(format!("{}: {lines} {}", relative(root, file), FILE.what));
        }
        for f in functions(code) {
            let place = format!("{}:{} `{}`", relative(root, file), f.line, f.name);
            if in_band(&FUNCTION, f.lines) && !f.excused {
                complaints.push(format!(
                    "{place}: {} {}; split it, or say why it reads better whole",
                    f.lines, FUNCTION.what
                ));
            }
            longest.push((f.lines, place));
        }
    }
    longest.sort_by(|a, b| b.cmp(a));
    for (lines, place) in longest.iter().take(10).filter(|(lines, _)| *lines > FUNCTION.from) {
        println!("tidy: long function, {lines} lines: {place}");
    }
    Ok(complaints)
}

const fn in_band(band: &Band, measured: usize) -> bool {
    measured >= band.from && measured <= band.to
}

/// Functions of rustfmt-formatted code: from the line with `fn` to the closing brace of its depth.
fn functions(code: &str) -> Vec<Function> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[at..].iter().position(|l| **l == closing);
        let declared_only = lines[at..].iter().take(12).position(|l| l.ends_with(';'));
        if let Some(end) = end
            && declared_only.is_none_or(|d| d > 0 || end <= d)
        {
            let above = &lines[at.saturating_sub(4)..at];
            let excused = above.iter().any(|l| l.trim_start().starts_with(EXCEPTION));
            found.push(Function { name, line: at + 1, lines: end + 1, excused });
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let rest = line.trim_start();
    let words: Vec<&str> = rest.split_whitespace().take(6).collect();
    let at = words.iter().position(|w| *w == "fn")?;
    let modifiers = ["pub", "pub(crate)", "pub(super)", "const", "async"];
    if !words[..at].iter().all(|w| modifiers.contains(w)) {
        return None;
    }
    let name = words.get(at + 1)?;
    Some(name.split(['(', '<']).next().unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_crept_into_the_band_is_found_and_an_excused_one_is_not() {
        let body = "    x();\n".repeat(63);
        let long = format!("fn long() {{\n{body}}}\n");
        let found = functions(&long);
        assert_eq!((found.len(), found[0].lines, found[0].excused), (1, 65, false));
        let excused = functions(&format!("// tidy: long because it is a list\n{long}"));
        assert!(excused[0].excused);
    }
}
