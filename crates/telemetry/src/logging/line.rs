//! One log line, as text or JSON, with secrets blanked.

use std::fmt::{self, Debug};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::FormattedFields;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;
use super::redact::{REDACTED, is_secret, without_bearer};

/// Formats events and the fields of spans. It is the only way from a field to an output, so what
/// it blanks is printed nowhere.
#[derive(Debug, Clone, Copy)]
pub struct LineFormat {
    /// Text or JSON.
    pub format: LogFormat,
    /// Colours the level (text only).
    pub color: bool,
}

/// Fields in the order of recording, secrets blanked.
#[derive(Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn push(&mut self, field: &Field, value: impl FnOnce() -> Value) {
        let value = if is_secret(field.name()) { Value::from(REDACTED) } else { value() };
        self.0.push((field.name(), value));
    }

    /// Takes the message out, if there is one.
    fn take_message(&mut self) -> String {
        let at = self.0.iter().position(|(name, _)| *name == "message");
        match at.map(|at| self.0.remove(at).1) {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no NaN; its word is better than a null.
        self.push(
            field,
            || {
                if value.is_finite() { value.into() } else { value.to_string().into() }
            },
        );
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, || value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, || value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, || value.into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, || without_bearer(value).into());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.push(field, || without_bearer(&format!("{value:?}")).into());
    }
}

impl<'w> FormatFields<'w> for LineFormat {
    /// Spans keep their fields as the inside of a JSON object or as `name=value` words.
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut found = Fields::default();
        fields.record(&mut found);
        match self.format {
            LogFormat::Text => write_words(&mut writer, &found),
            LogFormat::Json => {
                let text = Value::Object(found.into_map()).to_string();
                writer.write_str(&text[1..text.len() - 1])
            }
        }
    }

    fn add_fields(
        &self,
        current: &'w mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        if !current.fields.is_empty() {
            current.fields.push(if self.format == LogFormat::Json { ',' } else { ' ' });
        }
        self.format_fields(current.as_writer(), fields)
    }
}

impl<S, N> FormatEvent<S, N> for LineFormat
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'f> FormatFields<'f> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let line = Line {
            time,
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message: fields.take_message(),
            fields,
            spans: spans(context),
        };
        match self.format {
            LogFormat::Text => self.text(&mut writer, &line),
            LogFormat::Json => json(&mut writer, line),
        }
    }
}

/// The parts of a line, clean of secrets.
struct Line<'a> {
    time: String,
    level: Level,
    target: &'a str,
    message: String,
    fields: Fields,
    /// Name and fields, the latter formatted already.
    spans: Vec<(&'static str, String)>,
}

fn json(writer: &mut Writer<'_>, line: Line<'_>) -> fmt::Result {
    let quote = |text: &str| Value::from(text).to_string();
    write!(
        writer,
        "{{\"timestamp\":{},\"level\":{},\"target\":{},\"message\":{},\"fields\":{},\"spans\":[",
        quote(&line.time),
        quote(line.level.as_str()),
        quote(line.target),
        quote(&line.message),
        Value::Object(line.fields.into_map())
    )?;
    for (i, (name, inside)) in line.spans.iter().enumerate() {
        let before = if i == 0 { "" } else { "," };
        let comma = if inside.is_empty() { "" } else { "," };
        write!(writer, "{before}{{\"name\":{}{comma}{inside}}}", quote(name))?;
    }
    writeln!(writer, "]}}")
}

impl LineFormat {
    fn text(self, writer: &mut Writer<'_>, line: &Line<'_>) -> fmt::Result {
        write!(writer, "{} ", line.time)?;
        self.level(writer, line.level)?;
        let message = plain(&Value::from(line.message.as_str()));
        write!(writer, " {}: {message}", line.target)?;
        if !line.fields.0.is_empty() {
            writer.write_char(' ')?;
            write_words(writer, &line.fields)?;
        }
        for (name, inside) in &line.spans {
            write!(writer, " {name}{{{inside}}}")?;
        }
        writeln!(writer)
    }

    fn level(self, writer: &mut Writer<'_>, level: Level) -> fmt::Result {
        let code = match level {
            Level::ERROR => 31,
            Level::WARN => 33,
            Level::INFO => 32,
            Level::DEBUG => 34,
            Level::TRACE => 35,
        };
        if self.color {
            write!(writer, "\x1b[{code}m{level:>5}\x1b[0m")
        } else {
            write!(writer, "{level:>5}")
        }
    }
}

/// Spans from the outermost in, with their fields as kept.
fn spans<S, N>(context: &FmtContext<'_, S, N>) -> Vec<(&'static str, String)>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'f> FormatFields<'f> + 'static,
{
    let Some(scope) = context.event_scope() else { return Vec::new() };
    scope
        .from_root()
        .map(|span| {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>();
            (span.name(), fields.map(|f| f.fields.clone()).unwrap_or_default())
        })
        .collect()
}

fn write_words(writer: &mut Writer<'_>, fields: &Fields) -> fmt::Result {
    for (i, (name, value)) in fields.0.iter().enumerate() {
        let gap = if i == 0 { "" } else { " " };
        write!(writer, "{gap}{name}={}", plain(value))?;
    }
    Ok(())
}

/// The value without quotes; line breaks are escaped, so that a line stays a line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => {
            text.replace('\n', "\\n").replace('\r', "\\r").replace('\x1b', "\\e")
        }
        other => other.to_string(),
    }
}
