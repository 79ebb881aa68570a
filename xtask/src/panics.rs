//! Panic messages that nobody could ever read.
//!
//! The library is built with `panic = "abort"`: a panic ends in a trap, and a page without a panic hook never sees its
//! message. What formats and holds those messages would still be a sixth of the module, so it is cut out before
//! `wasm-opt` collects what is left unused. What traps is the same as before.

use std::ops::Range;

use rustc_demangle::demangle;
use walrus::{ConstExpr, DataId, DataKind, FunctionBuilder, FunctionId, FunctionKind, Module, ValType, ir::Value};

/// Functions of `core` and `alloc` that begin a panic and never return.
const DIVERGING: [&str; 7] = [
    "::panicking::",
    "::slice_error_fail",
    "::slice_index_fail",
    "::len_mismatch_fail",
    "::unwrap_failed",
    "::expect_failed",
    "::handle_error",
];

/// Cuts everything that serves messages of panics alone.
pub fn cut(module: &mut Module) {
    for (id, what) in doomed(module) {
        replace(module, id, what);
    }
    blank_locations(module);
}

#[derive(Clone, Copy)]
enum Instead {
    /// A function that begins a panic traps at once.
    Trap,
    /// A `Debug` implementation writes nothing. Vtables for panics keep them alive; no message of ours uses one.
    Silence,
}

fn doomed(module: &Module) -> Vec<(FunctionId, Instead)> {
    let judge = |name: &str| {
        let name = format!("{:#}", demangle(name));
        let of_the_library = ["core::", "alloc::"].iter().any(|krate| name.starts_with(krate));
        if of_the_library && DIVERGING.iter().any(|part| name.contains(part)) {
            Some(Instead::Trap)
        } else if name.contains(" as core::fmt::Debug>::fmt") {
            Some(Instead::Silence)
        } else {
            None
        }
    };
    module.funcs.iter().filter_map(|f| Some((f.id(), judge(f.name.as_deref()?)?))).collect()
}

fn replace(module: &mut Module, id: FunctionId, what: Instead) {
    let signature = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (signature.params().to_vec(), signature.results().to_vec());
    let args = params.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    match what {
        Instead::Silence if results == [ValType::I32] => builder.func_body().i32_const(0), // `Ok(())`
        Instead::Silence | Instead::Trap => builder.func_body().unreachable(),
    };
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(args));
}

/// Blanks the source locations that panics would name: records of (address, length, line, column), and the paths of Rust
/// source files that they point at.
fn blank_locations(module: &mut Module) {
    let ids: Vec<DataId> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(base)), .. } = data.kind else { continue };
        let base = usize::try_from(base).unwrap_or(usize::MAX);
        let locations: Vec<_> =
            (0..data.value.len()).step_by(4).filter_map(|at| location(&data.value, base, at)).collect();
        for range in locations.into_iter().flatten() {
            data.value[range].fill(0);
        }
    }
}

/// The record at that place and its path, if it is one.
fn location(bytes: &[u8], base: usize, at: usize) -> Option<[Range<usize>; 2]> {
    let word = |at: usize| bytes.get(at..at + 4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]) as usize);
    let start = word(at)?.checked_sub(base)?;
    let path = start..start.checked_add(word(at + 4)?)?;
    let is_path = |b: &u8| b.is_ascii_alphanumeric() || b"/._-".contains(b);
    let text = bytes.get(path.clone())?;
    let found = text.len() > 3 && text.ends_with(b".rs") && text.iter().all(is_path);
    (found && at + 16 <= bytes.len()).then_some([at..at + 16, path])
}
