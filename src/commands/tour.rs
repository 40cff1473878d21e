//! tour

use super::{Command, Said, Words};
use crate::start::ExitCode;

pub(super) const COMMAND: Command = Command {
    name: "tour",
    summary: "tour",
    usage: "tour",
    run,
};

fn run(_words: Words) -> Result<ExitCode, Said> {
    Ok(ExitCode::SUCCESS)
}
