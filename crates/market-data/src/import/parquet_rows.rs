//! Parquet files as tables of text cells.
//!
//! Numbers pass through their shortest text that reads back as the same number, so nothing is
//! lost, and the rest of the import needs to know one kind of table only.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use jiff::Timestamp;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use tradebot_domain::{Date, Span};

use crate::error::DataError;

const FORMAT: &str = "Parquet";
const REMEDY: &str = "write it again uncompressed, or with Snappy or Zstandard compression";

pub(crate) struct ParquetRows {
    path: PathBuf,
    rows: RowIter<'static>,
    times: Vec<TimeKind>,
    read: u64,
}

/// How a column writes moments, beyond what its values say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TimeKind {
    nanoseconds: bool,
    utc: bool,
}

impl ParquetRows {
    /// Opens the file; gives its rows and the names of its columns.
    pub(crate) fn open(path: &Path, file: File) -> Result<(Self, Vec<String>), DataError> {
        let reader = SerializedFileReader::new(file).map_err(|e| unreadable(path, &e))?;
        let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
        let fields = schema.get_fields();
        let columns = fields.iter().map(|field| field.name().to_owned()).collect();
        let times = fields.iter().map(|field| time_kind(field)).collect();
        let rows = reader.into_iter();
        Ok((Self { path: path.to_owned(), rows, times, read: 0 }, columns))
    }

    pub(crate) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u64>, DataError> {
        match self.rows.next() {
            None => Ok(None),
            Some(Err(error)) => Err(unreadable(&self.path, &error)),
            Some(Ok(row)) => {
                record.clear();
                self.fill(&row, record);
                self.read += 1;
                Ok(Some(self.read))
            }
        }
    }

    fn fill(&self, row: &Row, record: &mut StringRecord) {
        for ((_, field), time) in row.get_column_iter().zip(&self.times) {
            record.push_field(&text(field, *time));
        }
    }
}

fn unreadable(path: &Path, error: &parquet::errors::ParquetError) -> DataError {
    let detail = error.to_string();
    DataError::Format { path: path.to_owned(), format: FORMAT, detail, remedy: REMEDY }
}

fn time_kind(field: &Type) -> TimeKind {
    match field.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(kind)) => {
            TimeKind { nanoseconds: kind.unit == TimeUnit::NANOS, utc: kind.is_adjusted_to_u_t_c }
        }
        _ => TimeKind { nanoseconds: false, utc: true },
    }
}

/// A value as it would stand in a CSV file; empty for null and for nested values.
fn text(field: &Field, time: TimeKind) -> String {
    match field {
        Field::Str(value) => value.clone(),
        Field::Bytes(value) => String::from_utf8_lossy(value.data()).into_owned(),
        Field::Double(value) => value.to_string(),
        Field::Float(value) => value.to_string(),
        Field::Date(days) => day(*days),
        Field::TimestampMillis(value) => moment(Timestamp::from_millisecond(*value).ok(), time),
        Field::TimestampMicros(value) => moment(Timestamp::from_microsecond(*value).ok(), time),
        Field::Long(value) if time.nanoseconds => {
            moment(Timestamp::from_nanosecond(i128::from(*value)).ok(), time)
        }
        Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            String::new()
        }
        // Integers and decimals print as they are.
        other => other.to_string(),
    }
}

fn day(days: i32) -> String {
    Date::constant(1970, 1, 1)
        .checked_add(Span::new().days(days.clamp(-1_000_000, 1_000_000)))
        .map_or_else(|_| format!("day {days} after 1970"), |date| date.to_string())
}

/// Civil time as written where the file says so, else the moment in UTC.
fn moment(timestamp: Option<Timestamp>, time: TimeKind) -> String {
    let Some(timestamp) = timestamp else { return "out of range".to_owned() };
    let civil = timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime().to_string();
    if time.utc { format!("{civil}Z") } else { civil }
}
