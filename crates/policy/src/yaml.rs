//! YAML with the place of every key and value kept.
//!
//! Only what policies need: mappings of text to scalars and mappings. Anchors, aliases, tags, merge
//! keys and several documents are refused, since they make a line mean something else than it says.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};

use crate::problem::{Position, Problem, ProblemKind};

/// A policy has four levels; room for one to grow.
const DEPTH_MAX: usize = 8;

/// A value and where it begins.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Value {
    /// Text as written. `plain` when it stood without quotes.
    Scalar { text: String, plain: bool },
    /// A list; no policy has one, so its items are not kept.
    List,
    /// Keys in the order of the file, duplicates included.
    Mapping(Vec<Entry>),
}

/// One key of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) node: Node,
}

/// Reading cannot go on; the reason is among the problems.
struct Stop;

/// Reads the one document of a text; `None` when it is empty or reading had to stop.
pub(crate) fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { parser: Parser::new_from_str(text), problems };
    reader.document().ok().flatten()
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::DocumentStart(_) if root.is_some() => {
                    self.unsupported(at, "", "a second document");
                    return Err(Stop);
                }
                Event::DocumentStart(_) => {
                    let (event, at) = self.next()?;
                    root = Some(self.node("", 0, event, at)?);
                }
                Event::StreamEnd if root.is_none() => {
                    self.report(at, "", ProblemKind::Empty);
                    return Ok(None);
                }
                Event::StreamEnd => return Ok(root),
                _ => {}
            }
        }
    }

    fn node(
        &mut self,
        path: &str,
        depth: usize,
        event: Event<'a>,
        at: Position,
    ) -> Result<Node, Stop> {
        if depth > DEPTH_MAX {
            self.report(at, path, ProblemKind::TooDeep { max: DEPTH_MAX });
            return Err(Stop);
        }
        self.refuse_decoration(path, &event, at);
        let value = match event {
            Event::Scalar(text, style, ..) => {
                Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain }
            }
            Event::MappingStart(..) => Value::Mapping(self.mapping(path, depth)?),
            Event::SequenceStart(..) => self.list(path, depth)?,
            // an alias, refused above; its text only has to be no number
            _ => Value::Scalar { text: String::new(), plain: true },
        };
        Ok(Node { at, value })
    }

    fn mapping(&mut self, path: &str, depth: usize) -> Result<Vec<Entry>, Stop> {
        let mut entries = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(entries);
            }
            let key = self.key(path, depth, event, at)?;
            let (event, value_at) = self.next()?;
            let node =
                self.node(&join(path, key.as_deref().unwrap_or("?")), depth + 1, event, value_at)?;
            entries.extend(key.map(|key| Entry { key, at, node }));
        }
    }

    /// The key's text; `None` when it is no text, which is on record then.
    fn key(
        &mut self,
        path: &str,
        depth: usize,
        event: Event<'a>,
        at: Position,
    ) -> Result<Option<String>, Stop> {
        match self.node(path, depth + 1, event, at)?.value {
            Value::Scalar { text, .. } if text == "<<" => {
                self.unsupported(at, path, "a merge key");
                Ok(None)
            }
            Value::Scalar { text, .. } => Ok(Some(text)),
            Value::List | Value::Mapping(_) => {
                self.unsupported(at, path, "a key that is not text");
                Ok(None)
            }
        }
    }

    fn list(&mut self, path: &str, depth: usize) -> Result<Value, Stop> {
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Value::List);
            }
            self.node(path, depth + 1, event, at)?;
        }
    }

    /// Records anchors, tags and aliases.
    fn refuse_decoration(&mut self, path: &str, event: &Event<'a>, at: Position) {
        let (anchor, tagged) = match event {
            Event::Alias(_) => return self.unsupported(at, path, "an alias"),
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag.is_some()),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                (*anchor, tag.is_some())
            }
            _ => return,
        };
        if anchor != 0 {
            self.unsupported(at, path, "an anchor");
        }
        if tagged {
            self.unsupported(at, path, "a tag");
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Position), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, position(&span.start))),
            Some(Err(e)) => {
                let kind = ProblemKind::Syntax { message: e.info().to_owned() };
                self.report(position(e.marker()), "", kind);
                Err(Stop)
            }
            // only after the end of the stream, which every caller stops at
            None => Err(Stop),
        }
    }

    fn unsupported(&mut self, at: Position, path: &str, what: &'static str) {
        self.report(at, path, ProblemKind::Unsupported { what });
    }

    fn report(&mut self, at: Position, path: &str, kind: ProblemKind) {
        self.problems.push(Problem { at: Some(at), key: path.to_owned(), kind });
    }
}

/// The path of a key below another.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn position(marker: &Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}
