//! check

use super::{Command, Said, Words};
use crate::start::ExitCode;

pub(super) const COMMAND: Command = Command {
    name: "check",
    summary: "check",
    usage: "check",
    run,
};

fn run(_words: Words) -> Result<ExitCode, Said> {
    Ok(ExitCode::SUCCESS)
}
