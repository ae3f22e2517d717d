//! Where a token is kept, and with which key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tradebot_broker_questrade::custody::{
    self, Credential, Custodian, KeySource, Keyring, Passphrase, TokenStore,
};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::Transport;

use super::Context;
use crate::cli::{KeyChoice, TokenArgs, World};
use crate::exit::Failure;
use crate::live::calls;

/// Without one of these nothing is stored.
const NO_KEY: &str = "there is no key to seal the token with. Choose one:\n\
    1. a passphrase file:   (umask 077; openssl rand -base64 32 > FILE)   and   --passphrase-file FILE\n\
    2. a systemd service:   LoadCredential=tradebot-token-key:FILE   (FILE: openssl rand -hex 32)\n\
    3. the desktop keyring: --key keyring   (needs the program secret-tool)";

/// The broker's world that was asked for.
pub(crate) fn environment(which: &TokenArgs) -> Result<Environment, Failure> {
    match (which.environment, &which.simulator) {
        (World::Simulator, Some(url)) => {
            Environment::simulator(url).map_err(|e| Failure::usage(format!("--simulator: {e}")))
        }
        (World::Simulator, None) => {
            Err(Failure::usage("--environment simulator needs its address: --simulator URL"))
        }
        (World::Live | World::Practice, Some(_)) => {
            Err(Failure::usage("--simulator goes with --environment simulator alone"))
        }
        (World::Live, None) => Ok(Environment::Live),
        (World::Practice, None) => Ok(Environment::Practice),
    }
}

/// The folder of its token.
pub(crate) fn folder(home: &Path, environment: &Environment) -> PathBuf {
    custody::folder(home, environment.name())
}

/// The key that was asked for, or the one that is at hand.
pub(crate) fn key(which: &TokenArgs) -> Result<Arc<dyn KeySource>, Failure> {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| Credential::new(Path::new(&folder)))
        .filter(Credential::exists);
    let passphrase = which.passphrase_file.as_deref().map(Passphrase::new);
    let none = || Failure::usage(NO_KEY);
    Ok(match (which.key, credential, passphrase) {
        (Some(KeyChoice::Keyring), ..) => Arc::new(Keyring::default()),
        (Some(KeyChoice::Passphrase) | None, _, Some(passphrase)) => Arc::new(passphrase),
        (Some(KeyChoice::Systemd) | None, Some(credential), _) => Arc::new(credential),
        _ => return Err(none()),
    })
}

/// The owner of the token that was asked for.
pub(crate) fn owner(context: &Context, which: &TokenArgs) -> Result<Custodian, Failure> {
    let environment = environment(which)?;
    let store = store(context, &environment, key(which)?)?;
    Ok(Custodian::new(store, transport(environment)?))
}

/// The folder with a key.
pub(crate) fn store(
    context: &Context,
    environment: &Environment,
    key: Arc<dyn KeySource>,
) -> Result<TokenStore, Failure> {
    Ok(TokenStore::open(&folder(&context.home, environment), environment.name(), key)?)
}

/// The way to the broker, for one person at a terminal.
pub(crate) fn transport(environment: Environment) -> Result<Arc<Transport>, Failure> {
    Ok(calls::transport(environment, &calls::governor()?)?)
}
