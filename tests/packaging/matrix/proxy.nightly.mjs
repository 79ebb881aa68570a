// The proxy's recipes that need a framework or a runtime from npm: Hono, and Deno.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packLibrary } from '../../browser/package.mjs'
import { assertForwards } from '../../proxy/buying.mjs'
import { recipe } from '../../proxy/recipes.mjs'
import { startUpstream } from '../../proxy/upstream.mjs'
import { MATRIX, makeApp } from '../app.mjs'
import { run, startServer } from './processes.mjs'

const TIMEOUT = { timeout: 120_000 }
const DENO = fileURLToPath(new URL('node_modules/deno/bin.cjs', import.meta.url))
const MOUNT = '/api/imagine'

let upstream
let made
before(async () => {
  upstream = await startUpstream()
  made = await makeApp(await packLibrary(), ['hono'], MATRIX)
  const dependencies = { hono: '*', 'imagine-x402': '*' }
  await writeFile(path.join(made.app, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
})
after(async () => {
  await upstream?.stop()
  await made?.remove()
})

async function write(name) {
  const file = path.join(made.app, `${name}.js`)
  await writeFile(file, await recipe(name, upstream.url))
  return file
}

test('the recipe for Hono forwards a purchase and nothing else', TIMEOUT, async () => {
  const { default: app } = await import(pathToFileURL(await write('hono')))
  await assertForwards(upstream, (path, init) => app.request(`https://my.app${MOUNT}${path}`, init))
})

test('the recipe for Deno forwards a purchase and nothing else', TIMEOUT, async () => {
  const env = { ...process.env, DENO_DIR: path.join(made.folder, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }
  // The binary itself, which ends when it is told to: npm's script starts another process.
  const deno = (await run(process.execPath, [DENO, 'eval', 'console.log(Deno.execPath())'], { env })).trim()
  const file = await write('deno')
  const allowed = ['--no-prompt', '--cached-only', '--allow-net']
  const server = await startServer((port) => [deno, 'serve', ...allowed, '--host', '127.0.0.1', '--port', port, file], {
    cwd: made.app,
    env,
  })
  try {
    await assertForwards(upstream, (path, init) => fetch(server.url + MOUNT + path, init))
  } finally {
    await server.stop()
  }
})
