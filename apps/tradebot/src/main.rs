//! The `tradebot` binary: everything is in the library, so that tests run the same `main`.

fn main() -> std::process::ExitCode {
    tradebot_app::main()
}
