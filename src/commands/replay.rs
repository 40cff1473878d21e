//! replay

use super::{Command, Said, Words};
use crate::start::ExitCode;

pub(super) const COMMAND: Command = Command {
    name: "replay",
    summary: "replay",
    usage: "replay",
    run,
};

fn run(_words: Words) -> Result<ExitCode, Said> {
    Ok(ExitCode::SUCCESS)
}
