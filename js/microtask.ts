/**
 * Runs a function in a microtask. The build puts it in place of the global `queueMicrotask`, which the bindings of the
 * WebAssembly call: fake timers replace that global, and drop what was queued when they are removed. After that no
 * call of the library would ever settle.
 */
export const queueMicrotask = (run: () => void): void => void Promise.resolve().then(run)
