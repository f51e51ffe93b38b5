//! Commands with their whole output: `tests/cmd/*.trycmd`, run in the folder of the same name.
//!
//! Here belongs what a reader of the documents would type. `TRYCMD=overwrite` writes anew what
//! the commands say.

#[test]
fn commands_say_what_their_examples_show() {
    trycmd::TestCases::new()
        .register_bin(
            "veilmatch",
            std::path::Path::new(env!("CARGO_BIN_EXE_veilmatch")),
        )
        .case("tests/cmd/*.trycmd");
}
