//! Embeds the templates, so that the binary needs no files beside it.

fn main() {
    minijinja_embed::embed_templates!("../templates", &[".html"]);
    // The locale files and assets are embedded by macros that do not watch their folders.
    println!("cargo:rerun-if-changed=../templates");
}
