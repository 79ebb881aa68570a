// The package as it would be published, where there is no page: in Node, and at the edge.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { ROOT, packLibrary } from '../browser/package.mjs'
import { startStubSeller } from '../browser/stub-seller.mjs'
import { ANSWER, asking, program } from './asking.mjs'

const run = promisify(execFile)
const TIMEOUT = { timeout: 120_000 }

let library
let app
let sandbox

before(async () => {
  library = await packLibrary()
  // An app of its own, in which the package is installed. In this project's scope `imagine-x402` would be `dist/`.
  app = await mkdtemp(path.join(ROOT, 'build', 'app-'))
  await mkdir(path.join(app, 'node_modules'))
  await symlink(library.directory, path.join(app, 'node_modules', 'imagine-x402'))
  await writeFile(path.join(app, 'package.json'), '{}')
  sandbox = await startSandbox({ stepMs: 100 })
})
after(async () => {
  await sandbox?.stop()
  if (app) await rm(app, { recursive: true })
})

/** Runs a script in the app, in a process of its own; what it prints is JSON. */
async function inNode(flags, script) {
  const { stdout } = await run(process.execPath, [...flags, '-e', script], { cwd: app })
  return JSON.parse(stdout)
}

describe('Node, `import`', TIMEOUT, () => {
  test(asking('imagine-x402'), async () => {
    assert.deepEqual(await inNode(['--input-type=module'], program("await import('imagine-x402')", sandbox)), ANSWER)
  })
})

describe('Node, `require`', TIMEOUT, () => {
  test(asking('imagine-x402'), async () => {
    assert.deepEqual(await inNode(['--input-type=commonjs'], program("require('imagine-x402')", sandbox)), ANSWER)
  })
})

describe('Node, with `init()` given the WebAssembly', TIMEOUT, () => {
  test(asking('imagine-x402/url'), async () => {
    const load = `await import('imagine-x402/url').then(async (all) => {
      const { readFile } = await import('node:fs/promises')
      await all.init(await readFile(new URL(import.meta.resolve('imagine-x402/core.wasm'))))
      return all
    })`
    assert.deepEqual(await inNode(['--input-type=module'], program(load, sandbox)), ANSWER)
  })
})

test('importing it does nothing: no request, no listener, nothing that keeps the process alive', TIMEOUT, async () => {
  const script = `
    globalThis.fetch = () => { throw new Error('a request') }
    globalThis.addEventListener = () => { throw new Error('a listener') }
    const { createClient } = await import('imagine-x402')
    console.log(JSON.stringify(Object.keys(createClient()).length > 0))`
  assert.equal(await inNode(['--input-type=module'], script), true)
})

// By the condition of that name.
describe('workerd', TIMEOUT, () => {
  let worker
  before(async () => {
    await build({
      stdin: { contents: await readFile(new URL('./worker.mjs', import.meta.url), 'utf8'), resolveDir: app },
      outfile: path.join(app, 'worker', 'worker.mjs'),
      conditions: ['workerd'],
      loader: { '.wasm': 'copy' },
      tsconfigRaw: {}, // not this project's own paths
      bundle: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'warning',
    })
    worker = new Miniflare({
      rootPath: path.join(app, 'worker'),
      scriptPath: path.join(app, 'worker', 'worker.mjs'),
      modules: true,
      modulesRules: [
        { type: 'ESModule', include: ['**/*.mjs'] },
        { type: 'CompiledWasm', include: ['**/*.wasm'] },
      ],
      compatibilityDate: '2025-01-01',
    })
  })
  after(() => worker?.dispose())

  const answerOf = async (service) =>
    (await worker.dispatchFetch(`http://worker/?service=${encodeURIComponent(service)}`)).json()

  test(asking('imagine-x402'), async () => {
    assert.deepEqual(await answerOf(sandbox.apiUrl), ANSWER)
  })

  test('a redirect is not followed', async () => {
    const [seller, elsewhere] = [await startStubSeller(), await startStubSeller()]
    try {
      const location = `${elsewhere.url}/generation/create`
      seller.answer({ probe: { status: 307, headers: { location } } })
      assert.deepEqual(await answerOf(seller.url), { code: 'http', paid: 'no' })
      assert.deepEqual([seller.requests.length, elsewhere.requests], [1, []])
    } finally {
      await Promise.all([seller.stop(), elsewhere.stop()])
    }
  })
})

test('publint finds nothing', TIMEOUT, async () => {
  await run(path.join(ROOT, 'node_modules', '.bin', 'publint'), ['--strict', library.directory])
})

test('the types resolve from every entry', TIMEOUT, async () => {
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', app], {
    cwd: library.directory,
  })
  const args = [path.join(app, stdout.trim()), '--profile', 'esm-only', '--exclude-entrypoints', './core.wasm']
  await run(path.join(ROOT, 'node_modules', '.bin', 'attw'), args)
})
