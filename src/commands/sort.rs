//! sort

use super::{Command, Said, Words};
use crate::start::ExitCode;

pub(super) const COMMAND: Command = Command {
    name: "sort",
    summary: "sort",
    usage: "sort",
    run,
};

fn run(_words: Words) -> Result<ExitCode, Said> {
    Ok(ExitCode::SUCCESS)
}
