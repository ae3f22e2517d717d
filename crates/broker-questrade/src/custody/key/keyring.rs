//! The key in the keyring of the desktop, through `secret-tool`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::{Derivation, Key, KeyError, KeySource, random};
use crate::custody::hex;

/// How the entry is found again.
const ENTRY: [&str; 4] = ["application", "tradebot", "purpose", "broker-token-key"];

/// The entry of the desktop's keyring. It is made on the first use.
#[derive(Debug, Clone)]
pub struct Keyring {
    program: PathBuf,
}

impl Default for Keyring {
    fn default() -> Self {
        Self { program: "secret-tool".into() }
    }
}

impl Keyring {
    fn lookup(&self) -> Result<Option<Key>, KeyError> {
        let output = Command::new(&self.program)
            .arg("lookup")
            .args(ENTRY)
            .stdin(Stdio::null())
            .output()
            .map_err(|e| {
                self.fails(&format!("{e} (Debian and Ubuntu: apt install libsecret-tools)"))
            })?;
        let text = Zeroizing::new(output.stdout);
        if text.trim_ascii().is_empty() {
            // An empty answer is how it says that there is no such entry; a locked or absent
            // keyring speaks on stderr, and then no new key may take the place of the old.
            let said = String::from_utf8_lossy(&output.stderr);
            return if said.trim().is_empty() { Ok(None) } else { Err(self.fails(said.trim())) };
        }
        Key::of_text(&text).map(Some).ok_or_else(|| self.fails("the entry holds no key"))
    }

    fn store(&self, digits: &str) -> Result<(), KeyError> {
        let failed = |e: std::io::Error| self.fails(&e.to_string());
        let mut child = Command::new(&self.program)
            .args(["store", "--label=tradebot broker token key"])
            .args(ENTRY)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(digits.as_bytes()).map_err(failed)?;
        }
        let status = child.wait().map_err(failed)?;
        if status.success() { Ok(()) } else { Err(self.fails("the entry could not be stored")) }
    }

    fn fails(&self, why: &str) -> KeyError {
        KeyError::Keyring { why: format!("{}: {why}", self.program.display()) }
    }
}

impl KeySource for Keyring {
    fn name(&self) -> &'static str {
        "keyring"
    }

    fn new_derivation(&self) -> Result<Option<Derivation>, KeyError> {
        if self.lookup()?.is_none() {
            let digits = Zeroizing::new(hex(&random::<32>()?));
            self.store(&digits)?;
        }
        Ok(None)
    }

    fn key(&self, _: Option<&Derivation>) -> Result<Key, KeyError> {
        self.lookup()?.ok_or_else(|| self.fails("there is no entry of tradebot in it"))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A stand-in that keeps its one entry in a file.
    fn stand_in(dir: &std::path::Path, script: &str) -> Keyring {
        let program = dir.join("secret-tool");
        let entry = dir.join("entry");
        let script = script.replace("ENTRY", &entry.display().to_string());
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        Keyring { program }
    }

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let script = "if [ $1 = store ]; then cat > ENTRY; else cat ENTRY 2>/dev/null; fi; true";
        let keyring = stand_in(dir.path(), script);
        assert!(keyring.key(None).is_err());
        keyring.new_derivation().unwrap();
        let id = keyring.key(None).unwrap().id();
        keyring.new_derivation().unwrap();
        assert_eq!(keyring.key(None).unwrap().id(), id);
    }

    #[test]
    fn a_keyring_that_does_not_answer_is_named_with_the_alternative() {
        let dir = tempfile::tempdir().unwrap();
        let locked = stand_in(dir.path(), "echo 'Cannot autolaunch D-Bus' >&2; exit 1");
        for keyring in [locked, Keyring { program: dir.path().join("none") }] {
            let error = keyring.new_derivation().unwrap_err().to_string();
            assert!(error.contains("passphrase file"), "{error}");
        }
    }
}
