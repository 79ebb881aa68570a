// The README's component for each framework, as it is printed, made by that framework's own compiler: in a browser, and
// on a server.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { SIGN, watchRequests } from '../browser/harness.mjs'
import { ROOT, openFolder, packLibrary } from '../browser/package.mjs'
import { dapp, openDapp, openSandbox, sandbox, share, useStage } from '../browser/stage.mjs'
import { exampleIn } from '../papers/papers.mjs'
import { leadToSandbox } from '../papers/service.mjs'
import { bundle } from './compile.mjs'

const TIMEOUT = { timeout: 300_000 }
const prompt = 'A paper boat on a neon river'

/**
 * @param name of the script beside this file that shows the component
 * @param language of the README's example
 * @param server a module whose default export renders the component to text
 */
export function testComponent({ name, language, server }) {
  let folder
  let dist
  let alias

  useStage({
    async prepare() {
      folder = share(await openFolder(name)).path
      dist = join((await packLibrary()).directory, 'dist')
      const component = join(folder, `Video.${language}`)
      alias = { component, 'imagine-x402/react': join(dist, 'react.js') }
      await writeFile(component, await exampleIn('README.md', language))
      await writeFile(join(folder, 'app.js'), await bundle(join(ROOT, 'tests', 'frameworks', `${name}.js`), { alias }))
      return { mounts: { '/apps/': folder } }
    },
  })

  /** A page that shows the component. */
  async function open({ stepMs }) {
    await openSandbox({ stepMs })
    const { page } = await openDapp()
    const watch = watchRequests(sandbox)
    await leadToSandbox(page, sandbox)
    await page.addScriptTag({ type: 'module', url: '/apps/app.js' })
    await page.waitForFunction(() => globalThis.show)
    await page.evaluate((prompt) => {
      globalThis.hide = globalThis.show({ prompt }, document.body.appendChild(document.createElement('main')))
    }, prompt)
    return { page, watch }
  }

  async function untilPaid() {
    while ((await sandbox.payments()).length === 0) await dapp.page.waitForTimeout(100)
  }

  async function assertPaidOnce() {
    assert.equal((await sandbox.payments()).length, 1, 'payments on the chain')
    assert.equal(await dapp.asked(SIGN), 1, 'signatures')
  }

  test(
    'asks the wallet for nothing before the click, then buys once, shows progress and the video',
    TIMEOUT,
    async () => {
      const { page, watch } = await open({ stepMs: 1_800 })
      await page.waitForSelector('button:enabled')
      assert.deepEqual([watch.paid(), await dapp.asked(SIGN), await dapp.asked('eth_requestAccounts')], [[], 0, 0])
      await page.click('button')
      await page.waitForFunction(() => document.querySelector('progress')?.value > 0)
      await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
      assert.equal(await page.evaluate(() => document.querySelector('video').src), `${sandbox.mediaUrl}/video.mp4`)
      await assertPaidOnce()
    },
  )

  test(
    'a component that is taken away while it waits leaves nobody who looks, and the purchase in the journal',
    TIMEOUT,
    async () => {
      const { page, watch } = await open({ stepMs: 1_800 })
      await page.click('button:enabled')
      await page.waitForFunction(() => document.querySelector('progress'))
      await untilPaid()
      await page.waitForTimeout(1_000)
      await page.evaluate(() => globalThis.hide())
      const looks = watch.looks().length
      await page.waitForTimeout(9_000)
      assert.equal(watch.looks().length, looks, 'looks at the task')
      const { video } = await dapp.value(async (imagine) => (await imagine.resume()).wait())
      assert.equal(video.url, `${sandbox.mediaUrl}/video.mp4`)
      await assertPaidOnce()
    },
  )

  test('a component that is taken away while it pays finishes the payment, and nobody looks', TIMEOUT, async () => {
    const { page, watch } = await open({ stepMs: 100 })
    dapp.user.answers.eth_signTypedData = 'waits'
    await page.click('button:enabled')
    await dapp.user.opened('eth_signTypedData')
    await page.evaluate(() => globalThis.hide())
    dapp.user.answer('eth_signTypedData', true)
    await untilPaid()
    await page.waitForTimeout(9_000)
    assert.deepEqual(watch.looks(), [])
    await assertPaidOnce()
  })

  test('says why nothing came, when the visitor refuses', TIMEOUT, async () => {
    const { page } = await open({ stepMs: 100 })
    dapp.user.answers.eth_signTypedData = false
    await page.click('button:enabled')
    await page.waitForFunction(() => /declined in the wallet/.test(document.querySelector('main').textContent))
    assert.deepEqual(await sandbox.payments(), [])
    await page.waitForSelector('button:enabled')
  })

  test('is rendered on a server', TIMEOUT, async () => {
    const entry = join(folder, 'server.js')
    await writeFile(entry, server)
    const file = join(folder, 'server.mjs')
    await writeFile(
      file,
      await bundle(entry, { alias: { ...alias, 'imagine-x402': join(dist, 'index.js') }, isServer: true }),
    )
    const { default: render } = await import(pathToFileURL(file))
    assert.match(await render({ prompt }), /<button/)
  })
}
