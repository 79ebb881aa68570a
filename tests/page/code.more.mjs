// The code that the page shows for each framework, as it is copied from there: compiled by the framework's own
// compiler, run, and paid for once.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { SIGN, walletFor } from '../browser/harness.mjs'
import { ROOT, openFolder } from '../browser/package.mjs'
import { share, stage, useStage } from '../browser/stage.mjs'
import { bundle } from '../frameworks/compile.mjs'
import { leadToSandbox } from '../papers/service.mjs'
import { openBrowser, openSite, priced, visit } from './visit.mjs'

const FILES = { Vanilla: 'video.js', React: 'Video.jsx', Svelte: 'Video.svelte', Vue: 'Video.vue' }

let browser, site, folder
const code = {}
useStage({
  launch: () => browser,
  async prepare() {
    const opened = share(await openBrowser())
    browser = opened.browser
    site = share(await openSite(opened.dir))
    folder = share(await openFolder('code')).path
    await copyAll()
    return { mounts: { '/apps/': folder } }
  },
})

/** With what breaks code that is put together of texts. */
async function copyAll() {
  const { page, faults, leave } = await visit(browser, site.url)
  await page.getByLabel('What should it show?').fill('A baker\'s cat says: \\ "</script>" ${1}\nand {leaves}')
  await page.getByLabel('Length in seconds').fill('4')
  await priced(page, '0.50')
  await page.locator('#code').scrollIntoViewIfNeeded()
  for (const name of Object.keys(FILES)) {
    await page.getByRole('tab', { name }).click()
    await page.locator('#code > button').click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    code[name] = await page.evaluate(() => navigator.clipboard.readText())
    await page.locator('#code > button', { hasText: 'Copy' }).waitFor()
  }
  assert.deepEqual(faults, [])
  await leave()
}

async function compile(name) {
  const file = join(folder, FILES[name])
  await writeFile(file, code[name])
  if (name === 'Vanilla') return
  const alias = { component: file, 'imagine-x402/react': join(stage.library.directory, 'dist', 'react.js') }
  await writeFile(
    join(folder, `${name}.js`),
    await bundle(join(ROOT, 'tests', 'frameworks', `${name.toLowerCase()}.js`), { alias }),
  )
}

/** A page of the visitor's own app, with nothing but that code in it. */
async function show(page, name) {
  await page.evaluate(() => document.body.replaceChildren(document.createElement('main')))
  if (name === 'Vanilla')
    await page.evaluate(() =>
      document.querySelector('main').append(document.createElement('button'), document.createElement('video')),
    )
  await page.addScriptTag({ type: 'module', url: `/apps/${name === 'Vanilla' ? FILES.Vanilla : `${name}.js`}` })
  if (name === 'Vanilla') return
  await page.waitForFunction(() => globalThis.show)
  await page.evaluate(() => {
    globalThis.show({}, document.querySelector('main'))
  })
}

for (const name of Object.keys(FILES)) {
  test(name, { timeout: 300_000 }, async () => {
    await compile(name)
    const dapp = await stage.openDapp({ wallet: walletFor(site.sandbox) })
    const { page } = dapp
    const had = (await site.sandbox.payments()).length
    await leadToSandbox(page, site.sandbox)
    await show(page, name)
    await page.getByRole('button', { name: 'Generate for $0.50' }).click()
    while ((await site.sandbox.payments()).length === had) await page.waitForTimeout(100)
    site.skip(9)
    await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
    assert.equal((await site.sandbox.payments()).length, had + 1)
    assert.equal(await dapp.asked(SIGN), 1)
    const { body } = site.sandbox.requests.filter(({ paid }) => paid).at(-1)
    assert.equal(body.prompt, 'A baker\'s cat says: \\ "</script>" ${1}\nand {leaves}')
    await dapp.close()
  })
}
