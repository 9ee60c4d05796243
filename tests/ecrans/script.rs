//! The pages' script, as TypeScript reads the types in its comments.

use std::process::Command;

use crate::fetched;

#[test]
fn the_script_s_types_hold() {
    let assets = sandbox::place::repository().join("templates/assets");
    let scripts = std::fs::read_dir(assets).unwrap().map(|entry| entry.unwrap().path());
    let scripts: Vec<_> = scripts.filter(|path| path.extension().is_some_and(|it| it == "js")).collect();
    assert!(!scripts.is_empty());
    let checked = Command::new("node")
        .arg(fetched("typescript/bin/tsc"))
        .args(["--noEmit", "--allowJs", "--checkJs", "--strict", "--noUnusedLocals", "--noUnusedParameters"])
        .args(["--target", "es2022", "--module", "es2022", "--lib", "es2022,dom,dom.iterable"])
        .args(scripts)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
