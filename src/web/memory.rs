//! Memory: requested from the browser as needed, and reused once it is free.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// A quarter of the code size of the allocator in Rust's standard library.
#[global_allocator]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();
