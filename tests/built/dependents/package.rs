//! Packages outside this checkout, as their authors would write them, built with nothing but cargo.

use crate::run::{Outcome, run};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that a new user copies.
const HELLO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello");

/// What cargo and rustup need to be found again. Nothing else of this process reaches the build, so no
/// RUSTC_BOOTSTRAP and no flags of this checkout.
const ENVIRONMENT: &[&str] = &[
    "PATH",
    "HOME",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "TMPDIR",
];

/// A package in a temporary folder, which goes with the value.
pub(crate) struct Package {
    folder: PathBuf,
}

impl Package {
    /// An empty folder outside the checkout; the same one in each run, so that what is built for it is
    /// built in the same place.
    fn empty(name: &str) -> Package {
        let mut checkout = DefaultHasher::new();
        env!("CARGO_MANIFEST_DIR").hash(&mut checkout);
        let folder = format!("nostd-alloc-{:016x}-{name}", checkout.finish());
        let folder = std::env::temp_dir().join(folder);
        // What a run left behind that did not come to its end.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a temporary folder can be made");
        Package { folder }
    }

    /// The four files of `examples/hello`, the path of the library made right for where they are now.
    pub(crate) fn hello() -> Package {
        Package::hello_in("hello")
    }

    fn hello_in(name: &str) -> Package {
        let package = Package::empty(name);
        for file in [
            "Cargo.toml",
            "build.rs",
            ".cargo/config.toml",
            "src/main.rs",
        ] {
            let text =
                fs::read_to_string(Path::new(HELLO).join(file)).expect("hello has four files");
            package.write(file, &text.replace("../..", env!("CARGO_MANIFEST_DIR")));
        }
        package
    }

    /// As hello, but with these programs (name, text) instead of its own.
    pub(crate) fn with_programs(name: &str, programs: &[(&str, &str)]) -> Package {
        let package = Package::hello_in(name);
        // The folder for what is built is shared, so names differ.
        let manifest = package.read("Cargo.toml");
        let manifest = manifest.replacen("\"hello\"", &format!("\"{name}\""), 1);
        let (begin, rest) = manifest
            .split_once("[[bin]]")
            .expect("hello has one program");
        let (_, profiles) = rest.split_once("[profile.dev]").expect("and profiles");
        let mut text = format!("{begin}[profile.dev]{profiles}");
        text += "\n[profile.symbols]\ninherits = \"release\"\ndebug = \"line-tables-only\"\nstrip = false\n";
        for (program, source) in programs {
            text += &format!(
                "\n[[bin]]\nname = \"{program}\"\npath = \"src/{program}.rs\"\ntest = false\nbench = false\n"
            );
            package.write(&format!("src/{program}.rs"), source);
        }
        package.write("Cargo.toml", &text);
        package
    }

    /// Ordinary programs with std (name, text) that use the library, without build script and configuration.
    pub(crate) fn hosted(programs: &[(&str, &str)]) -> Package {
        let package = Package::empty("hosted");
        let library = env!("CARGO_MANIFEST_DIR");
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"hosted\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 nostd-alloc = {{ path = \"{library}\", default-features = false, features = [\"hosted\"] }}\n"
            ),
        );
        for (program, source) in programs {
            package.write(&format!("src/bin/{program}.rs"), source);
        }
        package
    }

    /// Has the package find the library in a folder of another name, which is a link to this checkout.
    pub(crate) fn with_library_at(self, name: &str) -> Package {
        let library = env!("CARGO_MANIFEST_DIR");
        std::os::unix::fs::symlink(library, self.folder.join(name)).expect("the folder is ours");
        let manifest = self.read("Cargo.toml").replace(library, name);
        self.write("Cargo.toml", &manifest);
        self
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("the file was written")
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    }

    /// Runs cargo in the package.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(&self.folder)
            .env_clear()
            // Nothing here is built again.
            .env("CARGO_INCREMENTAL", "0");
        for name in ENVIRONMENT {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("CARGO_TARGET_DIR", target());
        run(&mut command)
    }

    /// Builds the programs by a profile, and returns the folder that they are in.
    pub(crate) fn built(&self, profile: &str) -> PathBuf {
        let built = self.cargo(&["build", "--profile", profile]);
        assert_eq!(built.code, 0, "{}", built.stderr);
        target().join(if profile == "dev" { "debug" } else { profile })
    }
}

/// What all packages share, so that the library is built once for each profile.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("dependents")
}

impl Drop for Package {
    fn drop(&mut self) {
        // A folder that stays behind does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
