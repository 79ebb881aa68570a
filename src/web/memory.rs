//! Memory: taken from the browser as it is needed, and used again once it is free.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// A quarter of the bytes of the allocator in Rust's own library.
#[global_allocator]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();
