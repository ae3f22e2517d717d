//! The application's own `main`, so that the tests of this package run the real thing.

fn main() -> std::process::ExitCode {
    tradebot_app::main()
}
