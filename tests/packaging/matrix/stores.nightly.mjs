// What stores promise, where IndexedDB and Web Locks are Firefox's.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundle } from '../../browser/bundle.mjs'
import { ROOT, openFolder } from '../../browser/package.mjs'
import { serveFiles } from '../../browser/static-server.mjs'
import { contract } from '../../browser/store-contract.js'
import { launchFirefox } from './engines.mjs'

const TIMEOUT = { timeout: 60_000 }
const PAGE = join(ROOT, 'tests', 'browser', 'store-page.js')

let folder
let server
let browser
before(async () => {
  folder = await openFolder('stores')
  await writeFile(join(folder.path, 'stores.js'), await bundle(PAGE, { format: 'iife' }))
  await writeFile(join(folder.path, 'page.html'), '<!doctype html><script src="/stores.js"></script>')
  server = await serveFiles({ '/': join(folder.path, 'page.html'), '/stores.js': join(folder.path, 'stores.js') })
  browser = await launchFirefox()
  await browser.open(server.url)
})
after(async () => {
  await browser?.close()
  await server?.stop()
  await folder?.close()
})

describe('in Firefox, the store in IndexedDB', TIMEOUT, () => {
  for (const title of Object.keys(contract)) {
    test(title, async () => {
      await browser.run(async (title) => {
        await new Promise((resolve) => (indexedDB.deleteDatabase('imagine-x402').onsuccess = resolve))
        await globalThis.store.play(title, globalThis.store.storeOf())
      }, title)
      assert.deepEqual(await browser.run(() => globalThis.store.heard), [])
    })
  }
})
