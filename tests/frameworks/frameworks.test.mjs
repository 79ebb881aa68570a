// The README's component for each framework, as it is printed, made by that framework's own compiler: in a browser, and on a server.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, afterEach, before, describe, test } from 'node:test'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { SIGN, openStage, walletFor, watchRequests } from '../browser/harness.mjs'
import { ROOT } from '../browser/package.mjs'
import { exampleIn } from '../papers/papers.mjs'
import { leadToSandbox } from '../papers/service.mjs'
import { bundle } from './compile.mjs'

const TIMEOUT = { timeout: 300_000 }
const HERE = join(ROOT, 'tests', 'frameworks')
const prompt = 'A paper boat on a neon river'

/** The README's language for each, and what renders it on a server. */
const FRAMEWORKS = {
  react: {
    language: 'jsx',
    server: "import { createElement } from 'react'\nimport { renderToString } from 'react-dom/server'\nimport { Video } from 'component'\nexport default (props) => renderToString(createElement(Video, props))",
  },
  svelte: {
    language: 'svelte',
    server: "import { render } from 'svelte/server'\nimport Video from 'component'\nexport default (props) => render(Video, { props }).body",
  },
  vue: {
    language: 'vue',
    server: "import { createSSRApp } from 'vue'\nimport { renderToString } from 'vue/server-renderer'\nimport Video from 'component'\nexport default (props) => renderToString(createSSRApp(Video, props))",
  },
}

let folder
let stage
let sandbox
let dapp

before(async () => {
  await mkdir(join(ROOT, 'build'), { recursive: true })
  folder = await mkdtemp(join(ROOT, 'build', 'frameworks-'))
  stage = await openStage({ mounts: { '/apps/': folder } })
  for (const [name, { language }] of Object.entries(FRAMEWORKS)) {
    await writeFile(componentOf(name), await exampleIn('README.md', language))
    await writeFile(join(folder, `${name}.js`), await bundle(join(HERE, `${name}.js`), { alias: aliasesOf(name) }))
  }
})
after(async () => {
  await stage?.close()
  if (folder) await rm(folder, { recursive: true })
})
afterEach(async () => {
  await dapp?.close()
  await sandbox?.stop()
  dapp = sandbox = undefined
})

const componentOf = (name) => join(folder, `Video.${FRAMEWORKS[name].language}`)
const aliasesOf = (name) => ({ component: componentOf(name), 'imagine-x402/react': join(stage.library.directory, 'dist', 'react.js') })

/** A page that shows the component. */
async function open(name, { stepMs }) {
  sandbox = await startSandbox({ stepMs })
  dapp = await stage.openDapp({ wallet: walletFor(sandbox) })
  const { page } = dapp
  const watch = watchRequests(sandbox)
  await leadToSandbox(page, sandbox)
  await page.addScriptTag({ type: 'module', url: `/apps/${name}.js` })
  await page.waitForFunction(() => globalThis.show)
  await page.evaluate((prompt) => {
    globalThis.hide = globalThis.show({ prompt }, document.body.appendChild(document.createElement('main')))
  }, prompt)
  return { page, watch }
}

async function assertPaidOnce() {
  assert.equal((await sandbox.payments()).length, 1, 'payments on the chain')
  assert.equal(await dapp.asked(SIGN), 1, 'signatures')
}

for (const [name, { server }] of Object.entries(FRAMEWORKS)) {
  describe(name, TIMEOUT, () => {
    test('asks the wallet for nothing before the click, then buys once, shows progress and the video', async () => {
      const { page, watch } = await open(name, { stepMs: 1_800 })
      await page.waitForSelector('button:enabled')
      assert.deepEqual([watch.paid(), await dapp.asked(SIGN), await dapp.asked('eth_requestAccounts')], [[], 0, 0])
      await page.click('button')
      await page.waitForFunction(() => document.querySelector('progress')?.value > 0)
      await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
      assert.equal(await page.evaluate(() => document.querySelector('video').src), `${sandbox.mediaUrl}/video.mp4`)
      await assertPaidOnce()
    })

    test('that is taken away while it waits leaves nobody who looks, and the purchase in the journal', async () => {
      const { page, watch } = await open(name, { stepMs: 1_800 })
      await page.click('button:enabled')
      await page.waitForFunction(() => document.querySelector('progress'))
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)))
      await page.evaluate(() => globalThis.hide())
      const looks = watch.looks().length
      await page.waitForTimeout(9_000)
      assert.equal(watch.looks().length, looks, 'looks at the task')
      const { video } = await dapp.value(async (imagine) => (await imagine.resume()).wait())
      assert.equal(video.url, `${sandbox.mediaUrl}/video.mp4`)
      await assertPaidOnce()
    })

    test('that is taken away while it pays finishes the payment, and nobody looks', async () => {
      const { page, watch } = await open(name, { stepMs: 100 })
      dapp.user.answers.eth_signTypedData = 'waits'
      await page.click('button:enabled')
      await dapp.user.opened('eth_signTypedData')
      await page.evaluate(() => globalThis.hide())
      dapp.user.answer('eth_signTypedData', true)
      for (let i = 0; i < 100 && (await sandbox.payments()).length === 0; i++) await page.waitForTimeout(100)
      await page.waitForTimeout(9_000)
      assert.deepEqual(watch.looks(), [])
      await assertPaidOnce()
    })

    test('says why nothing came, when the visitor refuses', async () => {
      const { page } = await open(name, { stepMs: 100 })
      dapp.user.answers.eth_signTypedData = false
      await page.click('button:enabled')
      await page.waitForFunction(() => /refused/.test(document.querySelector('main').textContent))
      assert.deepEqual(await sandbox.payments(), [])
      await page.waitForSelector('button:enabled')
    })

    test('is rendered on a server', async () => {
      const entry = join(folder, `${name}-server.js`)
      await writeFile(entry, server)
      const alias = { ...aliasesOf(name), 'imagine-x402': join(stage.library.directory, 'dist', 'index.js') }
      const file = join(folder, `${name}-server.mjs`)
      await writeFile(file, await bundle(entry, { alias, isServer: true }))
      const { default: render } = await import(pathToFileURL(file))
      assert.match(await render({ prompt }), /<button/)
    })
  })
}
