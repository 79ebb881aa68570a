// The handler itself, as Bun serves one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { ROOT } from '../browser/package.mjs'
import { BUN } from '../runners/bun.mjs'
import { assertForwards } from './buying.mjs'
import { startUpstream } from './upstream.mjs'

test('in Bun, the handler forwards a purchase and nothing else', { timeout: 60_000 }, async () => {
  assert.ok(BUN, 'its binary is installed')
  const upstream = await startUpstream()
  const folder = await mkdtemp(path.join(ROOT, 'build', 'bun-'))
  const file = path.join(folder, 'serve.js')
  await writeFile(
    file,
    `import { createProxy } from ${JSON.stringify(path.join(ROOT, 'dist', 'proxy.js'))}
    const fetch = createProxy({ target: ${JSON.stringify(upstream.url)} })
    console.log(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch }).port)`,
  )
  const bun = spawn(BUN, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(createInterface({ input: bun.stdout }), 'line')
    await assertForwards(upstream, (path, init) => fetch(`http://127.0.0.1:${port}/api/imagine${path}`, init))
  } finally {
    bun.kill()
    await upstream.stop()
    await rm(folder, { recursive: true })
  }
})
