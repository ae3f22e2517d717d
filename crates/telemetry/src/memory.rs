//! Memory of this process.

/// The largest resident set so far, in bytes; none where the system does not say.
///
/// **Source:** `VmHWM` of `/proc/self/status`, see proc(5).
pub fn peak_rss_bytes() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_in_kibibytes_and_anything_else_is_none() {
        assert_eq!(parse("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
        for bad in
            ["", "VmRSS: 5 kB", "VmHWM: many kB", "VmHWM: 5 MB", "VmHWM: 18446744073709551615 kB"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn on_linux_it_grows_with_what_is_used() {
        let Some(before) = peak_rss_bytes() else {
            println!("skipped: this system does not say");
            return;
        };
        let block = vec![1_u8; 64 << 20];
        assert!(block.iter().map(|b| u64::from(*b)).sum::<u64>() > 0);
        assert!(peak_rss_bytes().unwrap() >= before.max(64 << 20));
    }
}
