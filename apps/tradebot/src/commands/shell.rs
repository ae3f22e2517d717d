//! `tradebot completions` and `tradebot man`: the command line for shells and for man(1).

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::exit::Failure;
use crate::output;

/// Prints the completion script of a shell.
///
/// # Errors
/// When stdout cannot be written.
pub fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tradebot", &mut script);
    print(script)
}

/// Prints one manual page with all commands.
///
/// # Errors
/// When stdout cannot be written.
pub fn man() -> Result<(), Failure> {
    print(manual()?)
}

fn print(bytes: Vec<u8>) -> Result<(), Failure> {
    output::line(String::from_utf8(bytes)?.trim_end())
}

/// The page of the program, then a section for each command.
fn manual() -> Result<Vec<u8>, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    let mut page = one_page(&String::from_utf8(page)?).into_bytes();
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        append(sub, &mut page)?;
    }
    Ok(page)
}

/// Commands have sections here instead of pages of their own, so they are not referred to as pages.
fn one_page(text: &str) -> String {
    let line =
        |line: &str| match line.strip_prefix("tradebot\\-").and_then(|l| l.strip_suffix("(1)")) {
            Some(name) => format!("tradebot {name}\n"),
            None => format!("{line}\n"),
        };
    text.lines().map(line).collect()
}

fn append(command: &clap::Command, page: &mut Vec<u8>) -> Result<(), Failure> {
    let nested: Vec<&clap::Command> =
        command.get_subcommands().filter(|c| c.get_name() != "help").collect();
    if !nested.is_empty() && command.is_subcommand_required_set() {
        return nested.into_iter().try_for_each(|sub| append(sub, page));
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    page.extend_from_slice(format!(".SH {name}\n").as_bytes());
    let own =
        command.clone().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    let man = Man::new(own);
    let mut section = Vec::new();
    man.render_description_section(&mut section)?;
    man.render_synopsis_section(&mut section)?;
    man.render_options_section(&mut section)?;
    let text = String::from_utf8(section)?;
    // What is a section of a page of its own is part of a section here.
    page.extend_from_slice(text.replace(".SH ", ".SS ").as_bytes());
    nested.into_iter().try_for_each(|sub| append(sub, page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_has_a_section_for_every_command() {
        let page = String::from_utf8(manual().unwrap()).unwrap();
        for command in ["RUN", "BACKTEST", "EXPLAIN", "DATA IMPORT", "JOURNAL VERIFY", "MAN"] {
            assert!(page.contains(&format!(".SH TRADEBOT {command}\n")), "{command}\n{page}");
        }
        assert_eq!(page.matches(".TH ").count(), 1);
        assert!(page.contains("\ntradebot run\n") && !page.contains("run(1)"), "{page}");
    }
}
