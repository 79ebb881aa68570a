// The README's store of a page's own, run as it is printed: it promises what the library's own stores do, and a
// purchase is found in it again.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { bundle } from '../browser/bundle.mjs'
import { ROOT } from '../browser/package.mjs'
import { openDapp, sandbox, useStage } from '../browser/stage.mjs'
import { contract, holds } from '../browser/store-contract.js'
import { examplesIn } from './papers.mjs'
import { leadToSandbox } from './service.mjs'

useStage({ sandbox: { stepMs: 100 } })

/** It is for pages without pictures, and the README says so. */
const LEFT_OUT = 'keeps pictures as they are'

const example = (await examplesIn('README.md')).find(({ heading }) => heading === 'A store of your own').code
const stores = bundle(join(ROOT, 'tests', 'browser', 'store-page.js'), { format: 'iife' })

/** Opens a page with the example's store and client as globals. */
async function openShop() {
  const dapp = await openDapp()
  await leadToSandbox(dapp.page, sandbox)
  await dapp.page.addScriptTag({ content: await stores })
  const content = `${example}\nObject.assign(globalThis, { storage, generate, resume })`
  await dapp.page.addScriptTag({ type: 'module', content })
  await dapp.page.waitForFunction(() => globalThis.resume)
  return dapp.page
}

describe("the README's store of a page's own", { timeout: 120_000 }, () => {
  for (const title of Object.keys({ ...contract, ...holds }).filter((title) => title !== LEFT_OUT)) {
    test(title, async () => {
      const page = await openShop()
      await page.evaluate((title) => globalThis.store.play(title, globalThis.storage), title)
    })
  }

  test('has a purchase, which is found in it again', async () => {
    const page = await openShop()
    const { record, again, database } = await page.evaluate(async () => {
      const { taskId } = await globalThis.generate({ prompt: 'A paper boat' })
      const isDone = async () => (await globalThis.storage.list({ limit: 1 }))[0].step === 'done'
      while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 100))
      const [record] = await globalThis.storage.list({ limit: 1 })
      const task = await globalThis.resume(taskId)
      const again = await task.wait()
      return { record, again, database: (await indexedDB.databases()).length }
    })
    assert.equal(record.result.video.url, again.video.url)
    assert.equal(database, 0, "the browser's own is left alone")
  })
})
