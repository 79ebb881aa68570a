// The page's half: sees every memory that WebAssembly makes on this page, which the browser's own count of the heap
// does not have.

const memories = []
for (const name of ['instantiate', 'instantiateStreaming']) {
  const original = WebAssembly[name]
  WebAssembly[name] = async (...args) => {
    const made = await original.apply(WebAssembly, args)
    const { exports } = made.instance ?? made
    memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory))
    return made
  }
}

/** Bytes. */
export const wasm = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
