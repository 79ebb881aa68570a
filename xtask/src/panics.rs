//! Panic messages that nobody could ever read, and what formats them.
//!
//! The library is built with `panic = "abort"`: a panic ends in a trap, and a page without a panic hook never sees its
//! message. What formats and holds those messages would still be a sixth of the module, so it is cut out before
//! `wasm-opt` collects what is left unused. What traps is the same as before.

use std::{collections::HashMap, ops::Range};

use rustc_demangle::demangle;
use walrus::{
    ConstExpr, DataId, DataKind, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ValType,
    ir::{Instr, InstrSeq, InstrSeqId, Value, Visitor, dfs_in_order},
};

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

/// What formats values.
const FORMATTING: [&str; 4] = [
    "core::fmt::write",
    " as core::fmt::Debug>::fmt",
    " as core::fmt::Display>::fmt",
    "<core::fmt::builders::PadAdapter as ",
];

/// What panics of `core`, `alloc` and of the crates in the module would say, and what formats numbers: nobody reads them.
const MESSAGES: [&str; 31] = [
    "attempt to add with overflow",
    "attempt to subtract with overflow",
    "attempt to multiply with overflow",
    "attempt to shift left with overflow",
    "`async fn` resumed after completion",
    "internal error: entered unreachable code",
    "a formatting trait implementation returned an error when the underlying stream did not",
    "a Display implementation returned an error unexpectedly",
    "attempt to join into collection with len > usize::MAX",
    "assertion failed: self.is_char_boundary(new_len)",
    "assertion failed: slot.is_none()",
    "Tried to shrink to a larger capacity",
    "LazyCell instance has previously been poisoned",
    "Attempted to initialize thread-local while it is being dropped",
    "FnOnce called more than once",
    "Hash table capacity overflow",
    "capacity overflow",
    "RefCell already mutably borrowed",
    "RefCell already borrowed",
    ") does not match destination slice length (",
    "copy_from_slice: source slice length (",
    " out of range for slice of length ",
    "index out of bounds: the len is ",
    "range start index ",
    "range end index ",
    " but the index is ",
    "window size must be non-zero",
    "finish: callbacks should be Some",
    "finish: result should be None",
    ", can't be represented as a JavaScript number",
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960\
     6162636465666768697071727374757677787980818283848586878889909192939495969798",
];

/// Cuts everything that serves messages of panics alone.
///
/// # Errors
/// When a function that should never return is called as if it did: then its name has misled us.
pub fn cut(module: &mut Module) -> Result<(), String> {
    let doomed = doomed(module);
    for (id, what) in &doomed {
        if matches!(what, Instead::Trap) {
            check_diverges(module, *id)?;
        }
    }
    for (id, what) in doomed {
        replace(module, id, what);
    }
    blank_locations(module);
    blank_messages(module);
    Ok(())
}

/// rustc puts `unreachable` after every call of a function that never returns; LLVM may let several calls share one.
fn check_diverges(module: &Module, doomed: FunctionId) -> Result<(), String> {
    for (_, function) in module.funcs.iter_local() {
        let mut calls = Calls { doomed, function, around: HashMap::new(), returning: false };
        dfs_in_order(&mut calls, function, function.entry_block());
        if calls.returning {
            let name = module.funcs.get(doomed).name.as_deref().unwrap_or_default();
            return Err(format!("a call of {} returns: it begins no panic", demangle(name)));
        }
    }
    Ok(())
}

struct Calls<'a> {
    doomed: FunctionId,
    function: &'a LocalFunction,
    /// Where each sequence stands: in which one, and what comes after it there.
    around: HashMap<InstrSeqId, (InstrSeqId, usize)>,
    returning: bool,
}

impl Calls<'_> {
    fn ends(&self, sequence: InstrSeqId, at: usize) -> bool {
        let after = |sequence: &InstrSeqId| self.around.get(sequence).is_some_and(|(outer, at)| self.ends(*outer, *at));
        match self.function.block(sequence).instrs.get(at) {
            Some((Instr::Unreachable(_), _)) => true,
            Some((Instr::Br(branch), _)) => after(&branch.block),
            Some(_) => false,
            None => after(&sequence),
        }
    }
}

impl<'instr> Visitor<'instr> for Calls<'_> {
    fn start_instr_seq(&mut self, sequence: &'instr InstrSeq) {
        for (at, (instruction, _)) in sequence.instrs.iter().enumerate() {
            let place = (sequence.id(), at + 1);
            match instruction {
                Instr::Call(call) if call.func == self.doomed && !self.ends(place.0, place.1) => self.returning = true,
                Instr::Block(block) => drop(self.around.insert(block.seq, place)),
                Instr::IfElse(choice) => self.around.extend([(choice.consequent, place), (choice.alternative, place)]),
                _ => {}
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Instead {
    /// A function that begins a panic traps at once.
    Trap,
    /// Formatting writes nothing. What is left of it serves panics, errors of gloo-net and serde-wasm-bindgen that are thrown
    /// away, and the query of addresses that have none; the library itself formats nothing (clippy refuses it).
    Silence,
}

fn doomed(module: &Module) -> Vec<(FunctionId, Instead)> {
    let judge = |name: &str| {
        let name = format!("{:#}", demangle(name));
        let of_the_library = ["core::", "alloc::"].iter().any(|krate| name.starts_with(krate));
        if of_the_library && DIVERGING.iter().any(|part| name.contains(part)) {
            Some(Instead::Trap)
        } else if FORMATTING.iter().any(|part| name.contains(part)) {
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

fn blank_messages(module: &mut Module) {
    let ids: Vec<DataId> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let bytes = &mut module.data.get_mut(id).value;
        for message in MESSAGES.map(str::as_bytes) {
            while let Some(at) = bytes.windows(message.len()).position(|window| window == message) {
                bytes[at..at + message.len()].fill(0);
            }
        }
    }
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
    let found = text.ends_with(b".rs") && text.iter().all(is_path) && text.contains(&b'/');
    let (line, column) = (word(at + 8)?, word(at + 12)?);
    (found && (1..100_000).contains(&line) && (1..1_000).contains(&column)).then_some([at..at + 16, path])
}
