// In Deno, which allows a program nothing that it was not started with.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { packLibrary } from '../../browser/package.mjs'
import { ANSWER, asking, program } from '../asking.mjs'
import { makeApp } from '../app.mjs'
import { run } from './processes.mjs'

const TIMEOUT = { timeout: 120_000 }
const DENO = fileURLToPath(new URL('node_modules/deno/bin.cjs', import.meta.url))

let library
let sandbox
let made

before(async () => {
  library = await packLibrary()
  made = await makeApp(library)
  sandbox = await startSandbox({ stepMs: 100 })
})
after(async () => {
  await sandbox?.stop()
  await made?.remove()
})

/** What a program of that app prints, with those permissions and the one to talk to the sandbox. */
async function inDeno(permissions, source) {
  await writeFile(
    path.join(made.app, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { 'imagine-x402': '*' } }),
  )
  await writeFile(path.join(made.app, 'main.js'), source)
  const env = { ...process.env, DENO_DIR: path.join(made.folder, 'deno'), DENO_NO_UPDATE_CHECK: '1' }
  const args = [
    DENO,
    'run',
    '--quiet',
    '--no-prompt',
    '--cached-only',
    `--allow-net=${new URL(sandbox.apiUrl).host}`,
    ...permissions,
    'main.js',
  ]
  return JSON.parse(await run(process.execPath, args, { cwd: made.app, env }))
}

describe('Deno 2, which may use the network', TIMEOUT, () => {
  test(asking('imagine-x402'), async () => {
    assert.deepEqual(await inDeno([], program("await import('imagine-x402')", sandbox)), ANSWER)
  })
})

describe('Deno 2, which may read its files as well', TIMEOUT, () => {
  test(asking('imagine-x402/url'), async () => {
    assert.deepEqual(
      await inDeno(['--allow-read=node_modules'], program("await import('imagine-x402/url')", sandbox)),
      ANSWER,
    )
  })
})
