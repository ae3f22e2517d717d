//! Rebuilds when a migration is added: the embedding macro only watches files it has seen.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
