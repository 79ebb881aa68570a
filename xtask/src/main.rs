//! wasm-bindgen at exactly the version of the library's own `wasm-bindgen`, pinned by the one `Cargo.lock`.
//!
//! `cargo run -p xtask -- INPUT.wasm OUT_DIR` writes `OUT_DIR/core.js` and `OUT_DIR/core_bg.wasm`.

use std::{env, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir] = arguments.as_slice() else {
        eprintln!("usage: xtask INPUT.wasm OUT_DIR");
        return ExitCode::from(2);
    };
    match bind(input, out_dir) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bind(input: &str, out_dir: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name("core")
        .web(true)?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(true);
    Ok(bindgen.generate(out_dir)?)
}
