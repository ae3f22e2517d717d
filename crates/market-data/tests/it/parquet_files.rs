//! Parquet files, written here with the same library.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use tradebot_market_data::{Catalogue, DataError, ImportOptions, Outcome};

use crate::testkit::{JANUARY, day, import, options, symbol};

/// What a column is written from.
enum Column {
    Text(Vec<&'static str>),
    Days(Vec<i32>),
    Moments(Vec<i64>),
    Doubles(Vec<f64>),
    Floats(Vec<f32>),
    Whole(Vec<i64>),
}

fn write_parquet(path: &Path, schema: &str, compression: Compression, columns: &[Column]) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for column in columns {
        write_column(&mut group, column);
    }
    group.close().unwrap();
    writer.close().unwrap();
}

fn write_column(group: &mut SerializedRowGroupWriter<'_, File>, column: &Column) {
    let mut writer = group.next_column().unwrap().unwrap();
    match column {
        Column::Text(values) => {
            let values: Vec<ByteArray> = values.iter().map(|&text| text.into()).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        }
        Column::Days(values) => {
            writer.typed::<Int32Type>().write_batch(values, None, None).unwrap();
        }
        Column::Moments(values) | Column::Whole(values) => {
            writer.typed::<Int64Type>().write_batch(values, None, None).unwrap();
        }
        Column::Doubles(values) => {
            writer.typed::<DoubleType>().write_batch(values, None, None).unwrap();
        }
        Column::Floats(values) => {
            writer.typed::<FloatType>().write_batch(values, None, None).unwrap();
        }
    }
    writer.close().unwrap();
}

/// Days since 1970 of the ten sessions.
fn days() -> Vec<i32> {
    let epoch = day("1970-01-01");
    JANUARY.iter().map(|date| (day(date) - epoch).get_days()).collect()
}

fn closes() -> Vec<f64> {
    (0..10).map(|i| if i % 2 == 0 { 50.123_456_789 } else { 50.5 }).collect()
}

/// Open, high, low, close, volume.
fn prices() -> Vec<Column> {
    let shifted = |by: f64| Column::Doubles(closes().iter().map(|c| c + by).collect());
    vec![shifted(0.0), shifted(1.0), shifted(-1.0), shifted(0.0), Column::Whole((1..=10).collect())]
}

const PRICES: &str = "required double open; required double high; required double low;
    required double close; required int64 volume;";

#[test]
fn dates_doubles_and_integers_are_read_exactly_under_every_compression() {
    for compression in
        [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default())]
    {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("bars.parquet");
        let schema = format!(
            "message bars {{ required binary symbol (UTF8); required int32 date (DATE); {PRICES} }}"
        );
        let mut columns = vec![Column::Text(vec!["AAA"; 10]), Column::Days(days())];
        columns.extend(prices());
        write_parquet(&path, &schema, compression, &columns);

        let report = import(home.path(), &path, &options());
        assert_eq!(report.outcome, Outcome::Stored, "{:#?}", report.blockers);
        assert_eq!(report.files[0].format, "Parquet");
        let series = Catalogue::open(home.path()).unwrap().load(symbol("AAA")).unwrap();
        let read: Vec<_> = series.bars.iter().map(|b| (b.date.to_string(), b.close)).collect();
        let expected: Vec<_> = JANUARY.iter().map(|d| (*d).to_owned()).zip(closes()).collect();
        assert_eq!(read, expected);
        assert_eq!(series.bars[9].volume, 10.0);
    }
}

#[test]
fn moments_in_any_unit_fall_on_their_day() {
    let units = [
        ("TIMESTAMP(MILLIS,true)", 1_000),
        ("TIMESTAMP(MICROS,false)", 1_000_000),
        ("TIMESTAMP(NANOS,false)", 1_000_000_000),
    ];
    for (unit, per_second) in units {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("AAA.parquet");
        let schema = format!("message bars {{ required int64 ts ({unit}); {PRICES} }}");
        let moments = days().iter().map(|&d| i64::from(d) * 86_400 * per_second).collect();
        let mut columns = vec![Column::Moments(moments)];
        columns.extend(prices());
        write_parquet(&path, &schema, Compression::UNCOMPRESSED, &columns);
        let named = ImportOptions { symbol_from_file_name: true, ..options() };
        let report = import(home.path(), &path, &named);
        assert_eq!(report.outcome, Outcome::Stored, "{unit}: {:#?}", report.blockers);
        assert_eq!(report.symbols[0].first, day("2005-01-03"), "{unit}");
        assert_eq!(report.symbols[0].last, day("2005-01-14"), "{unit}");
    }
}

#[test]
fn single_precision_gives_the_number_that_was_meant_and_nulls_are_named() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("AAA.parquet");
    let schema = "message bars { required int32 date (DATE); required float open;
        required float high; required float low; required float close; required int64 volume; }";
    let floats = |by: f32| Column::Floats(vec![50.1 + by; 10]);
    let columns = vec![
        Column::Days(days()),
        floats(0.0),
        Column::Floats(
            (0..10_u8).map(|i| if i == 3 { f32::NAN } else { 51.1 + f32::from(i) }).collect(),
        ),
        floats(-1.0),
        floats(0.0),
        Column::Whole(vec![1; 10]),
    ];
    write_parquet(&path, schema, Compression::SNAPPY, &columns);
    let named = ImportOptions { symbol_from_file_name: true, accept_dirty: true, ..options() };
    let report = import(home.path(), &path, &named);
    let issue = &report.files[0].issues[0];
    assert_eq!((issue.line, issue.column.as_str(), issue.value.as_str()), (4, "high", "NaN"));
    let series = Catalogue::open(home.path()).unwrap().load(symbol("AAA")).unwrap();
    assert_eq!((series.bars.len(), series.bars[0].close), (9, 50.1));
}

#[test]
fn a_truncated_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("AAA.parquet");
    let schema = format!("message bars {{ required int32 date (DATE); {PRICES} }}");
    let mut columns = vec![Column::Days(days())];
    columns.extend(prices());
    write_parquet(&path, &schema, Compression::UNCOMPRESSED, &columns);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let error = Catalogue::open(home.path()).unwrap().import(&[path], &named).unwrap_err();
    assert!(matches!(error, DataError::Format { format: "Parquet", .. }), "{error}");
}
