//! Duplicate keys of any YAML file of ours, the configuration included.

use crate::problem::{PolicyErrors, Problem, ProblemKind};
use crate::yaml::{self, Node, Value};

/// Refuses a key that stands twice in one mapping: readers of configuration take the last one
/// silently, and whoever wrote both meant something else.
///
/// # Errors
/// [`PolicyErrors`] with every duplicate and what else the reader refuses. An empty text is fine.
pub fn duplicate_keys(name: &str, text: &str) -> Result<(), PolicyErrors> {
    let mut problems = Vec::new();
    let root = yaml::read(text, &mut problems);
    problems.retain(|p| !matches!(p.kind, ProblemKind::Empty));
    if let Some(root) = root {
        visit("", &root, &mut problems);
    }
    if problems.is_empty() { Ok(()) } else { Err(PolicyErrors::new(name, problems)) }
}

fn visit(path: &str, node: &Node, problems: &mut Vec<Problem>) {
    let Value::Mapping(entries) = &node.value else { return };
    for (i, entry) in entries.iter().enumerate() {
        let key = yaml::join(path, &entry.key);
        if let Some(first) = entries[..i].iter().find(|e| e.key == entry.key) {
            let kind = ProblemKind::DuplicateKey { first: first.at.line };
            problems.push(Problem { at: Some(entry.at), key: key.clone(), kind });
        }
        visit(&key, &entry.node, problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_named_with_both_lines() {
        let text = "seed: 1\naccount:\n  cash: 5\n  cash: 6\n";
        let errors = duplicate_keys("tradebot.yaml", text).unwrap_err();
        let shown = errors.to_string();
        assert!(shown.contains("tradebot.yaml:4:3") && shown.contains("line 3"), "{shown}");
        assert_eq!(duplicate_keys("tradebot.yaml", "a: 1\nb:\n  a: 2\n"), Ok(()));
        assert_eq!(duplicate_keys("tradebot.yaml", "# nothing\n"), Ok(()));
    }
}
