// A React app under StrictMode that shows one component at a time.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { at } from './calls.mjs'
import { SIGN, watchRequests } from './harness.mjs'
import { ROOT, openFolder, packLibrary } from './package.mjs'
import { dapp, openDapp, openSandbox, sandbox, share, useStage } from './stage.mjs'

export const request = { prompt: 'A paper boat on a neon river' }

export const useApp = () =>
  useStage({
    async prepare() {
      const app = join(share(await openFolder('react')).path, 'app.js')
      await writeFile(app, await bundleApp())
      return { mounts: { '/app.js': app } }
    },
  })

/** As an app's bundler would, but for the library itself, which stays the module that the page has. */
async function bundleApp() {
  const { directory } = await packLibrary()
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'tests', 'browser', 'react', 'app.js')],
    alias: { 'imagine-x402/react': join(directory, 'dist', 'react.js') },
    external: ['imagine-x402'],
    define: { 'process.env.NODE_ENV': '"development"' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

export async function open({ stepMs = 200, ...options } = {}) {
  await openSandbox({ stepMs })
  await openDapp(options)
  await dapp.page.addScriptTag({ type: 'module', url: '/app.js' })
  await dapp.page.waitForFunction(() => globalThis.app)
  return { page: dapp.page, watch: watchRequests(sandbox) }
}

export const show = (name, props = { request, options: at(sandbox.apiUrl) }) =>
  dapp.page.evaluate(([name, props]) => globalThis.app.show(name, props), [name, props])

/** What the page says in the end. */
export const untilSaid = (pattern) =>
  dapp.page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('output')?.textContent ?? ''),
    pattern.source,
  )

export const settled = () => dapp.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)))

export async function assertPaidOnce() {
  assert.equal((await sandbox.payments()).length, 1, 'payments on the chain')
  assert.equal(await dapp.asked(SIGN), 1, 'signatures')
}

/** The list of MetaMask and so many other wallets. */
export function testManyWallets(others) {
  test(`asks once a mount beside MetaMask and ${others} wallets that answer each time, with another uuid and another object`, async () => {
    const { page } = await open()
    await page.evaluate((others) => {
      globalThis.asked = 0
      addEventListener('eip6963:requestProvider', () => (globalThis.asked += 1))
      for (let i = 0; i < others; i++) {
        const announce = () => {
          const info = {
            uuid: crypto.randomUUID(),
            name: `Wallet ${i}`,
            rdns: `org.wallet${i}`,
            icon: 'data:image/svg+xml,',
          }
          dispatchEvent(
            new CustomEvent('eip6963:announceProvider', { detail: { info, provider: { request: async () => [] } } }),
          )
        }
        // Half of them later, as wallets behind a message are.
        addEventListener('eip6963:requestProvider', i % 2 ? () => setTimeout(announce, 50) : announce)
      }
    }, others)
    await show('Wallets')
    const names = ['MetaMask', ...Array.from({ length: others }, (_, i) => `Wallet ${i}`)]
    await page.waitForFunction(
      (count) => document.querySelector('output')?.textContent.split(',').length === count,
      names.length,
    )
    await settled()
    assert.deepEqual((await page.textContent('output')).split(',').toSorted(), names)
    assert.equal(await page.evaluate(() => globalThis.asked), 2, 'StrictMode mounts twice')
  })
}
