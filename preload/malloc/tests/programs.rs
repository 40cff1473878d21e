//! C programs on this malloc: the family's own contract, threads that fork, misuse; and real programs, whose results
//! are those that they have on the malloc of the system.

#[path = "../../../tests/support/tool.rs"]
mod tool;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The folder with both libraries, as a user builds them.
fn libraries() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libraries");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet", "--target-dir"])
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.expect("cargo runs").success(), "libraries are built");
        target.join("release")
    })
}

/// Whether a tool is there; if not, the test has said that it skips.
fn has_tool(name: &str) -> bool {
    tool::tool(name).is_some()
}

/// A folder for one test, empty.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Compiles a program of `tests/programs`, without the compiler's own ideas of malloc.
fn compile(test: &str, name: &str, statically: bool) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.c"));
    let result = folder(test).join(name);
    let mut command = Command::new("gcc");
    command
        .args(["-O1", "-fno-builtin", "-pthread", "-D_GNU_SOURCE"])
        .args(["-w", "-o"])
        .args([&result, &source]);
    if statically {
        command.arg(libraries().join("libnostd_malloc.a"));
    }
    let compiled = command.status().expect("gcc runs");
    assert!(compiled.success(), "{name}.c compiles");
    result
}

/// A command on this malloc.
fn preloaded(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("LD_PRELOAD", libraries().join("libnostd_malloc.so"));
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command to its good end.
fn succeeds(mut command: Command) -> Output {
    let output = command.output().expect("the program runs");
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}{complained}");
    output
}

#[test]
fn each_function_of_the_family_keeps_its_contract() {
    if !has_tool("gcc") {
        return;
    }
    let program = compile("family", "family", false);
    // On the malloc of the system too: the test must ask what is written, and not what this malloc does.
    let mut system = Command::new(&program);
    system.arg("system");
    let linked = compile("family-static", "family", true);
    for command in [system, preloaded(program), Command::new(linked)] {
        let said = text(&succeeds(command).stdout);
        assert_eq!(said, "all as it is written\n");
    }
}

#[test]
fn children_of_a_program_with_threads_allocate() {
    if !has_tool("gcc") {
        return;
    }
    let program = compile("forks", "forks", false);
    assert_eq!(text(&succeeds(preloaded(program)).stdout), "200 children\n");
    let linked = compile("forks-static", "forks", true);
    assert_eq!(
        text(&succeeds(Command::new(linked)).stdout),
        "200 children\n"
    );
}

#[test]
fn threads_hand_blocks_round_and_fork_meanwhile() {
    if !has_tool("gcc") {
        return;
    }
    let program = compile("threads", "threads", false);
    assert_eq!(
        text(&succeeds(preloaded(program)).stdout),
        "all blocks whole\n"
    );
}

#[test]
fn misuse_ends_the_program_with_one_line() {
    if !has_tool("gcc") {
        return;
    }
    let program = compile("misuse", "misuse", false);
    for (what, line) in [
        ("small twice", "fatal: double free of 0x"),
        ("large twice", "fatal: double free of 0x"),
        ("huge twice", "fatal: "),
        ("inside", "fatal: invalid free of 0x"),
        ("stack", "fatal: invalid free of 0x"),
    ] {
        let output = preloaded(&program).arg(what).output().expect("it runs");
        let said = text(&output.stderr);
        assert!(
            said.starts_with(line) && said.lines().count() == 1,
            "{what}: {said}"
        );
        assert_eq!(output.status.signal(), Some(6), "{what}: SIGABRT");
    }
}

/// Runs the same words on the system's malloc and on this one, each in a folder of its own, and compares what they
/// print. Returns both folders.
fn agrees(test: &str, tool: &str, words: &[&str]) -> Option<[PathBuf; 2]> {
    if !has_tool(tool) {
        return None;
    }
    let folders = [
        folder(&format!("{test}-system")),
        folder(&format!("{test}-ours")),
    ];
    let mut commands = [Command::new(tool), preloaded(tool)];
    for (command, folder) in commands.iter_mut().zip(&folders) {
        command.args(words).current_dir(folder);
    }
    let [theirs, ours] = commands.map(succeeds);
    assert!(
        !theirs.stdout.is_empty() || tool == "gcc",
        "{test}: prints something"
    );
    assert_eq!(text(&theirs.stdout), text(&ours.stdout), "{test}");
    Some(folders)
}

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn git_reads_a_repository_as_before() {
    agrees(
        "git-log",
        "git",
        &["-C", REPOSITORY, "log", "--stat", "-n", "60"],
    );
    agrees(
        "git-blame",
        "git",
        &["-C", REPOSITORY, "blame", "README.md"],
    );
    agrees(
        "git-grep",
        "git",
        &["-C", REPOSITORY, "grep", "-n", "Allocator"],
    );
}

#[test]
fn sqlite3_answers_as_before() {
    let script = "create table t(a integer primary key, b text);\
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)\
        insert into t select i, hex(i * 7919 % 10007) || ' text ' || i from n;\
        create index x on t(b); select count(*), min(b), max(b) from t;\
        select b, count(*) from t group by substr(b, 1, 3) order by 2 desc, 1 limit 20;\
        delete from t where a % 3 = 0; vacuum; pragma integrity_check; select sum(length(b)) from t;";
    agrees("sqlite3", "sqlite3", &["base.db", script]);
}

#[test]
fn gcc_writes_the_same_object() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/family.c");
    let words = ["-O2", "-w", "-D_GNU_SOURCE", "-c", source, "-o", "out.o"];
    if let Some([theirs, ours]) = agrees("gcc", "gcc", &words) {
        let read = |folder: PathBuf| fs::read(folder.join("out.o")).expect("an object");
        assert!(read(theirs) == read(ours), "the objects differ");
    }
}

#[test]
fn perl_and_jq_compute_as_before() {
    let perl = "my %h; $h{$_ % 9973} .= chr(65 + $_ % 26) for 1..300000;\
        my @k = sort { length $h{$b} <=> length $h{$a} || $a <=> $b } keys %h;\
        print join(',', map { qq($_=$h{$_}) } @k[0..50]), qq(\\n);";
    agrees("perl", "perl", &["-e", perl]);
    let jq = "[range(60000) | {id: ., name: \"n\\(. * 31 % 1009)\"}] | group_by(.name) | map(length) | add";
    agrees("jq", "jq", &["-n", jq]);
}

#[test]
fn python_tests_itself_as_before() {
    if !has_tool("python3") {
        return;
    }
    let has_tests = Command::new("python3")
        .args(["-c", "import test.test_json"])
        .output();
    if !has_tests.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 without its tests");
        return;
    }
    let start = |mut command: Command, name: &str| {
        command
            .env("PYTHONMALLOC", "malloc")
            .args(["-m", "test", "-v", "test_json", "test_re", "test_sqlite3"])
            .args(["test_threading", "test_subprocess"])
            .current_dir(folder(name))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("python3 runs")
    };
    let children = [
        start(Command::new("python3"), "python-system"),
        start(preloaded("python3"), "python-ours"),
    ];
    let outputs = children.map(|child| child.wait_with_output().expect("python3 ends"));
    let [theirs, ours] = outputs.map(|output| {
        let said = text(&output.stdout) + &text(&output.stderr);
        let mut lines: Vec<String> = said
            .lines()
            .filter(|line| is_verdict(line))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    });
    assert!(theirs.len() > 500, "{} tests ran", theirs.len());
    assert_eq!(theirs, ours);
}

/// Whether a line says how a test of python3 ended.
fn is_verdict(line: &str) -> bool {
    line.starts_with("test_")
        && [" ... ok", " ... FAIL", " ... ERROR"]
            .iter()
            .any(|end| line.ends_with(end))
}
