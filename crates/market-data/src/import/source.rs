//! Opening files by what is in them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use flate2::read::MultiGzDecoder;

use super::parquet_rows::ParquetRows;
use crate::error::DataError;

/// A table of text cells, whatever the file was.
pub(crate) struct Table {
    /// `CSV`, `CSV.GZ` or `Parquet`.
    pub(crate) format: &'static str,
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
    path: PathBuf,
    records: Records,
}

enum Records {
    Csv(Box<csv::Reader<Box<dyn BufRead>>>),
    Parquet(Box<ParquetRows>),
}

impl Table {
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let mut magic = Vec::new();
        let read = |doing| DataError::io(doing, path);
        File::open(path)
            .and_then(|file| file.take(4).read_to_end(&mut magic))
            .map_err(read("read"))?;
        let file = File::open(path).map_err(read("read"))?;
        match magic.as_slice() {
            b"PAR1" => Self::parquet(path, file),
            [0x1f, 0x8b, ..] => {
                Self::csv(path, "CSV.GZ", Box::new(BufReader::new(MultiGzDecoder::new(file))))
            }
            _ => Self::csv(path, "CSV", Box::new(BufReader::new(file))),
        }
    }

    fn parquet(path: &Path, file: File) -> Result<Self, DataError> {
        let (rows, columns) = ParquetRows::open(path, file)?;
        let records = Records::Parquet(Box::new(rows));
        Ok(Self { format: "Parquet", columns, path: path.to_owned(), records })
    }

    fn csv(
        path: &Path,
        format: &'static str,
        mut reader: Box<dyn BufRead>,
    ) -> Result<Self, DataError> {
        let start = reader.fill_buf().map_err(|e| damaged(path, format, e.to_string()))?;
        let delimiter = delimiter(start);
        // Ragged rows are reported one by one, with their line.
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(reader);
        let header = csv.headers().map_err(|e| damaged(path, format, e.to_string()))?;
        let columns: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        Ok(Self { format, columns, path: path.to_owned(), records: Records::Csv(Box::new(csv)) })
    }

    /// The next record and its line; `None` at the end.
    ///
    /// # Errors
    /// [`DataError::Format`] when the file is cut off, or not text.
    pub(crate) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u64>, DataError> {
        match &mut self.records {
            Records::Csv(csv) => match csv.read_record(record) {
                Ok(true) => Ok(Some(record.position().map_or(0, csv::Position::line))),
                Ok(false) => Ok(None),
                Err(error) => Err(damaged(&self.path, self.format, error.to_string())),
            },
            Records::Parquet(rows) => rows.next(record),
        }
    }
}

fn damaged(path: &Path, format: &'static str, detail: String) -> DataError {
    let remedy = "check that the file is whole, and saved as UTF-8";
    DataError::Format { path: path.to_owned(), format, detail, remedy }
}

/// The separator that the first line has most of.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| line.split(|&byte| byte == wanted).count();
    // In favour of the comma where all have as many, none included.
    [b'\t', b';', b','].into_iter().max_by_key(|&candidate| count(candidate)).unwrap_or(b',')
}

/// BLAKE3 of a file's bytes, hex.
pub(crate) fn file_digest(path: &Path) -> Result<String, DataError> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|file| hasher.update_reader(file).map(|_| ()))
        .map_err(DataError::io("read", path))?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_the_header_uses() {
        assert_eq!(delimiter(b"date,open;x,close\n1;2;3;4;5"), b',');
        assert_eq!(delimiter(b"date;open;close"), b';');
        assert_eq!(delimiter(b"date\topen\tclose"), b'\t');
        assert_eq!(delimiter(b"date"), b',');
        assert_eq!(delimiter(b""), b',');
    }
}
