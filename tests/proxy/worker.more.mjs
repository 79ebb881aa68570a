// The recipe for a Cloudflare worker, in the runtime of these workers.
import path from 'node:path'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { ROOT } from '../browser/package.mjs'
import { assertForwards } from './buying.mjs'
import { recipe } from './recipes.mjs'
import { startUpstream } from './upstream.mjs'

const TIMEOUT = { timeout: 120_000 }

let upstream
before(async () => {
  upstream = await startUpstream()
})
after(() => upstream?.stop())

/** With the options that today's runtime has, and with those of 2023, which refuses `cache` in a request. */
for (const compatibilityDate of ['2025-01-01', '2023-01-01'])
  test(`the recipe for a worker forwards a purchase and nothing else (${compatibilityDate})`, TIMEOUT, async () => {
    const { outputFiles } = await build({
      stdin: { contents: await recipe('worker', upstream.url), resolveDir: ROOT },
      bundle: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      alias: { 'imagine-x402/proxy': path.join(ROOT, 'dist', 'proxy.js') },
      tsconfigRaw: {},
    })
    const worker = new Miniflare({ modules: true, script: outputFiles[0].text, compatibilityDate })
    try {
      await assertForwards(upstream, (path, init) => worker.dispatchFetch(`http://my.app/api/imagine${path}`, init))
    } finally {
      await worker.dispose()
    }
  })
