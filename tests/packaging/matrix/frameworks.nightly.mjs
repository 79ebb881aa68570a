// An app of a framework, built and started as it would be: on the server it asks for a price, and its visitor pays, in
// Chromium.
import assert from 'node:assert/strict'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { launchChromium } from '../../browser/chromium.mjs'
import { packLibrary } from '../../browser/package.mjs'
import { assertForwards } from '../../proxy/buying.mjs'
import { recipe } from '../../proxy/recipes.mjs'
import { startUpstream } from '../../proxy/upstream.mjs'
import { ANSWER, asking } from '../asking.mjs'
import { MATRIX, makeApp } from '../app.mjs'
import { FRAMEWORKS } from './frameworks.mjs'
import { run, startServer } from './processes.mjs'
import { buyIn } from './purchase.mjs'

const TIMEOUT = { timeout: 600_000 }

let library
let browser
let sandbox
/** What the proxies of the apps forward to. */
let upstream

before(async () => {
  library = await packLibrary()
  browser = await launchChromium()
  sandbox = await startSandbox({ stepMs: 100 })
  upstream = await startUpstream()
})
after(async () => {
  await browser?.close()
  await sandbox?.stop()
  await upstream?.stop()
})

/** What the server has put into the page. */
async function said(url) {
  const page = await browser.newPage()
  try {
    await page.goto(url)
    return JSON.parse(await page.textContent('output'))
  } finally {
    await page.close()
  }
}

/** Builds the app on first use, and once. */
function appOf({ app: name, tools, build, start, proxy }) {
  const parts = []
  const open = async () => {
    const { app, remove } = await makeApp(library, tools, MATRIX)
    parts.push(remove)
    await cp(fileURLToPath(new URL(`apps/${name}`, import.meta.url)), app, { recursive: true })
    const route = path.join(app, proxy.route)
    await mkdir(path.dirname(route), { recursive: true })
    await writeFile(route, await recipe(proxy.recipe, upstream.url))
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
    await run(process.execPath, build, { cwd: app, env })
    const server = await startServer((port) => [process.execPath, ...start(port)], {
      cwd: app,
      env: { ...env, SERVICE: sandbox.apiUrl },
    })
    parts.push(server.stop)
    return server.url
  }
  let opened
  return {
    url: async (where) => `${await (opened ??= open())}${where}`,
    async close() {
      for (const stop of parts.reverse()) await stop()
    },
  }
}

for (const { name, pages, servers, ...framework } of FRAMEWORKS) {
  const app = appOf(framework)
  describe(name, TIMEOUT, () => {
    for (const [entry, where] of Object.entries(pages)) {
      test(entry, async () => buyIn(browser, await app.url(where), sandbox))
    }
  })
  for (const [server, where] of Object.entries(servers)) {
    describe(`${name}, ${server}`, TIMEOUT, () => {
      test(asking('imagine-x402'), async () => assert.deepEqual(await said(await app.url(where)), ANSWER))
    })
  }
  test(`${name}: the recipe for a proxy forwards a purchase and nothing else`, TIMEOUT, async () => {
    const mount = await app.url('/api/imagine')
    await assertForwards(upstream, (path, init) => fetch(mount + path, init))
  })
  after(() => app.close())
}
