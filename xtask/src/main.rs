//! The parts of the build that are Rust.
//!
//! - `cargo run -p xtask -- bind INPUT.wasm OUT_DIR` cuts the panic messages out and runs wasm-bindgen, at exactly the
//!   version of the library's own `wasm-bindgen` because one `Cargo.lock` pins both. It writes `OUT_DIR/core.js` and
//!   `OUT_DIR/core_bg.wasm`.
//! - `cargo run -p xtask -- deflate INPUT OUTPUT` deflates a file as small as it goes.

#![expect(clippy::disallowed_macros)] // a program of its own, not part of the module

mod panics;

use std::{
    env,
    error::Error,
    fs::{self, File},
    path::Path,
    process::ExitCode,
};

use walrus::Module;
use wasm_bindgen_cli_support::Bindgen;
use zopfli::{Format, Options};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bind", input, out_dir] => bind(Path::new(input), out_dir),
        ["deflate", input, output] => deflate(input, output),
        _ => {
            eprintln!("usage: xtask bind INPUT.wasm OUT_DIR | xtask deflate INPUT OUTPUT");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// With `XTASK_KEEP_NAMES` set, function names stay, for looking at what is large.
fn bind(input: &Path, out_dir: &str) -> Result<(), Box<dyn Error>> {
    let mut module = Module::from_file(input)?;
    panics::cut(&mut module)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_module("core", module)
        .out_name("core")
        .web(true)?
        .omit_default_module_path(true)
        .remove_name_section(env::var_os("XTASK_KEEP_NAMES").is_none())
        .remove_producers_section(true)
        .typescript(true);
    Ok(bindgen.generate(out_dir)?)
}

fn deflate(input: &str, output: &str) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(input)?;
    Ok(zopfli::compress(Options::default(), Format::Deflate, bytes.as_slice(), File::create(output)?)?)
}
