/** What a page's JavaScript, its documents, buffers and WebAssembly hold, in bytes. */
export function heapOf(page) {
  async function now() {
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await page.send('Runtime.getHeapUsage')
    const wasm = await page.call('wasm')
    const parts = { javascript: usedSize, documents: embedderHeapUsedSize, buffers: backingStorageSize, wasm }
    return { ...parts, together: Object.values(parts).reduce((sum, part) => sum + part, 0) }
  }

  /** Twice: what the first collection finalises goes with the second. */
  async function collect() {
    for (let i = 0; i < 2; i++) await page.send('HeapProfiler.collectGarbage')
  }

  return {
    now,
    collect,
    async collected() {
      await collect()
      return now()
    },
  }
}
