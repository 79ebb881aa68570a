#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| imagine_x402::fuzz::schema(bytes));
