//! The table as a Parquet file: the same rows and columns as the comma-separated one, with types.
//!
//! Whole numbers are INT64, real ones DOUBLE, words UTF8; every column may be empty where a trial
//! has no such figure. One row group, compressed by Zstandard.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::{Cells, Column, FileError, Table};

impl Table {
    /// Writes the whole table, pending trials too.
    ///
    /// # Errors
    /// [`FileError`] when the stream fails.
    pub fn write_parquet<W: Write + Send>(&self, stream: W) -> Result<(), FileError> {
        let columns = self.columns();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let mut file = SerializedFileWriter::new(stream, schema(&columns)?, Arc::new(properties))?;
        let mut group = file.next_row_group()?;
        for column in &columns {
            let mut writer = group.next_column()?.ok_or_else(|| {
                ParquetError::General(format!("the schema has no column {}", column.name))
            })?;
            write(writer.untyped(), &column.cells)?;
            writer.close()?;
        }
        group.close()?;
        file.close()?;
        Ok(())
    }
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.cells {
            Cells::Integers(_) => (Physical::INT64, None),
            Cells::Numbers(_) => (Physical::DOUBLE, None),
            Cells::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    });
    let fields = fields.collect::<Result<_, _>>()?;
    Ok(Arc::new(Type::group_type_builder("sweep").with_fields(fields).build()?))
}

/// Cells without a value are said to be so by their definition level.
fn write(writer: &mut ColumnWriter<'_>, cells: &Cells) -> Result<(), ParquetError> {
    match (writer, cells) {
        (ColumnWriter::Int64ColumnWriter(writer), Cells::Integers(cells)) => {
            writer.write_batch(&present(cells), Some(&levels(cells)), None)?;
        }
        (ColumnWriter::DoubleColumnWriter(writer), Cells::Numbers(cells)) => {
            writer.write_batch(&present(cells), Some(&levels(cells)), None)?;
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), Cells::Texts(cells)) => {
            let words: Vec<ByteArray> =
                cells.iter().flatten().map(|word| word.as_str().into()).collect();
            writer.write_batch(&words, Some(&levels(cells)), None)?;
        }
        _ => return Err(ParquetError::General("a column is not of its kind".to_owned())),
    }
    Ok(())
}

fn present<T: Copy>(cells: &[Option<T>]) -> Vec<T> {
    cells.iter().flatten().copied().collect()
}

fn levels<T>(cells: &[Option<T>]) -> Vec<i16> {
    cells.iter().map(|cell| i16::from(cell.is_some())).collect()
}
