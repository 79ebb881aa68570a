// The plugin in ElizaOS's own runtime, without a model provider. `@elizaos/core` weighs 160 MB with what it needs, so
// it is in no lock file: this installs it, with the library and the plugin as npm would pack them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../browser/package.mjs'
import { memoryAdapter } from './memory-adapter.mjs'
import { counting, settings, useSandbox } from './stage.mjs'

const ELIZAOS = '@elizaos/core@1.7.2'

useSandbox()

let [folder, eliza, plugin] = []
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const pack = (where) => {
  const said = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], join(ROOT, where))
  return join(folder, JSON.parse(said)[0].filename)
}

before(
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagine-elizaos-'))
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    npm(['install', ...quiet, ELIZAOS, pack('.'), pack('eliza')], folder)
    const { resolve } = createRequire(join(folder, 'package.json'))
    process.env.LOG_LEVEL = 'error'
    eliza = await import(pathToFileURL(resolve('@elizaos/core')).href)
    plugin = (await import(pathToFileURL(resolve('imagine-x402-eliza')).href)).imaginePlugin
  },
  { timeout: 300_000 },
)
after(() => rm(folder, { recursive: true, force: true }))

/** An agent of a character with these settings. */
async function openAgent(more) {
  const runtime = new eliza.AgentRuntime({
    character: { name: 'Filmmaker', bio: ['makes films'], settings: await settings(more) },
    plugins: [plugin],
    adapter: memoryAdapter(eliza.DatabaseAdapter),
  })
  await runtime.initialize({ skipMigrations: true })
  return runtime
}

/** Runs what a model has decided upon a message. */
async function act(runtime, text, actions = ['GENERATE_VIDEO'], id = randomUUID()) {
  const [entityId, roomId] = [randomUUID(), randomUUID()]
  await runtime.ensureConnection({
    entityId,
    roomId,
    worldId: randomUUID(),
    userName: 'user',
    source: 'test',
    type: 'DM',
  })
  const message = { id, entityId, roomId, content: { text, source: 'test' } }
  const response = { id: randomUUID(), entityId: runtime.agentId, roomId, content: { text: '', actions } }
  const said = []
  await runtime.processActions(message, [response], undefined, async (content) => {
    said.push(content)
    return []
  })
  return { said, results: runtime.getActionResults(message.id) }
}

describe("in ElizaOS's runtime", { timeout: 300_000 }, () => {
  test('the plugin fits its types', async () => {
    const use = `import type { Plugin } from '@elizaos/core'
      import plugin, { imaginePlugin } from 'imagine-x402-eliza'
      export const plugins: Plugin[] = [plugin, imaginePlugin]`
    await writeFile(join(folder, 'use.ts'), use)
    const tsc = join(ROOT, 'node_modules/typescript-7/bin/tsc')
    // ElizaOS's own declarations need a bundler's resolution.
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler']
    execFileSync(process.execPath, [tsc, ...flags, join(folder, 'use.ts')], { cwd: folder, stdio: 'inherit' })
  })

  test('an agent buys what a message says, once, and says so', async () => {
    const paid = await counting()
    const runtime = await openAgent()
    const id = randomUUID()
    const { said, results } = await act(runtime, 'A paper boat on a neon river', undefined, id)
    assert.equal(results.length, 1)
    assert.deepEqual([results[0].success, results[0].values.paid], [true, 'yes'], JSON.stringify(results))
    assert.ok((await fetch(results[0].data.video)).ok)
    assert.ok(said.at(-1).text.includes(results[0].data.video))
    const again = await act(runtime, 'A paper boat on a neon river', undefined, id)
    assert.ok(again.said.at(-1).text.includes(results[0].data.video))
    assert.equal(await paid(), 1)
    await runtime.stop()
  })

  test('an agent whose budget is spent says that nothing was paid', async () => {
    const paid = await counting()
    const runtime = await openAgent({ IMAGINE_BUDGET: '0.50/day' })
    runtime.setSetting('IMAGINE_BUDGET', '100/day')
    const { said, results } = await act(runtime, 'A moth', ['MAKE_VIDEO'])
    assert.deepEqual([results[0].success, results[0].values.paid], [false, 'no'])
    assert.match(said[0].text, /Nothing was paid\./)
    assert.equal(await paid(), 0)
    await runtime.stop()
  })

  test('an agent without a budget does not start with this plugin', async () => {
    await assert.rejects(openAgent({ IMAGINE_BUDGET: undefined }), /IMAGINE_BUDGET is missing/)
  })
})
