// A page that buys through a proxy on its own origin, from a seller whose CORS shows it no terms: real chain, official
// seller of version 2, and the proxy as a recipe has it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import express from 'express'
import { listen } from '../../sandbox/server.mjs'
import { loadRecipe } from '../proxy/recipes.mjs'
import { generate, passTime, playableSeconds, quote } from './calls.mjs'
import { ROOT } from './package.mjs'
import { SIGN, walletFor } from './harness.mjs'
import { keep, openSandbox, stage, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const PROXY = '/api/imagine'
const request = { prompt: 'A paper boat on a neon river' }
const options = { baseUrl: PROXY, pollInterval: 2000, maxPrice: '2.00' }

useStage()

/** A seller of stock CORS, and a page with a proxy to it on its own origin. */
async function open(given) {
  const sandbox = await openSandbox({ stepMs: 200, x402: 2, fault: 'cors-unexposed', ...given })
  const { imagine } = await loadRecipe('express', sandbox.apiUrl)
  const app = express()
  const site = { dies: undefined, calls: [] }
  app.use(PROXY, (req, res) => {
    const isPaid = 'payment-signature' in req.headers
    site.calls.push({ path: req.path, isPaid })
    return isPaid && site.dies ? site.dies(req, res, imagine) : imagine(req, res)
  })
  app.use(express.static(`${ROOT}/tests/browser`, { index: 'dapp.html' }))
  app.use('/package', express.static(stage.library.directory))
  const { url, stop } = await listen(app)
  keep({ stop })
  const dapp = keep(await stage.openDapp({ wallet: walletFor(sandbox), url: `${url}/` }))
  return { sandbox, dapp, site, url }
}

describe('a seller whose CORS shows a page no terms', TIMEOUT, () => {
  test('cannot be bought from directly, and the error names the proxy', async () => {
    const { sandbox, dapp } = await open()
    const { code, paid, message } = await dapp.failure(quote, { request, options: { baseUrl: sandbox.apiUrl } })
    assert.deepEqual({ code, paid }, { code: 'bad_response', paid: 'no' })
    assert.match(message, /imagine-x402\/proxy/)
  })

  test("sells through a proxy on the page's own origin: video and receipt come, paid once", async () => {
    const { sandbox, dapp, site, url } = await open()
    const { video, receipt } = await dapp.value(generate, { request, options })
    assert.ok((await dapp.page.evaluate(playableSeconds, video.url)) > 0)
    const [{ transaction }] = await sandbox.payments()
    assert.deepEqual([receipt.transaction, receipt.settled], [transaction, 'server'], 'the receipt of the header')
    assert.equal((await sandbox.payments()).length, 1)
    assert.equal(await dapp.asked(SIGN), 1)
    const [record] = await dapp.value((imagine) => imagine.tasks())
    assert.deepEqual([record.baseUrl, record.paid], [url + PROXY, 'yes'])
    assert.equal(site.calls.filter(({ isPaid }) => isPaid).length, 1)
  })

  test('sells when the proxy is named by a URL, too', async () => {
    const { sandbox, dapp } = await open()
    const taskId = await dapp.value(
      (imagine, { request, options }) =>
        imagine
          .submit(request, { ...options, baseUrl: new URL('/api/imagine/', location.href) })
          .then(({ taskId }) => taskId),
      { request, options },
    )
    assert.ok(sandbox.tasks.has(taskId))
    assert.equal((await sandbox.payments()).length, 1)
  })
})

describe('a proxy that dies in the middle of a payment', TIMEOUT, () => {
  const dying = {
    'before it forwards it': { times: 1, die: (_req, res) => res.destroy() },
    'after it forwarded it, before it answers': {
      times: 1,
      die: async (req, res, imagine) => {
        const { writeHead } = res
        res.writeHead = () => res.destroy()
        await imagine(req, res)
        res.writeHead = writeHead
      },
    },
    'in the middle of its answer': {
      times: 1,
      die: async (req, res, imagine) => {
        res.write = () => res.destroy()
        res.end = () => res.destroy()
        await imagine(req, res)
      },
    },
  }
  for (const [when, { times, die }] of Object.entries(dying))
    test(`${when}: the video comes, paid once`, async () => {
      const { sandbox, dapp, site } = await open()
      let left = times
      site.dies = (req, res, imagine) => (left-- > 0 ? die(req, res, imagine) : imagine(req, res))
      const { receipt } = await dapp.value(generate, { request, options })
      const payments = await sandbox.payments()
      assert.deepEqual([payments.length, payments[0].transaction], [1, receipt.transaction])
      assert.equal(await dapp.asked(SIGN), 1)
      const sent = new Set(sandbox.requests.filter(({ paid }) => paid).map(({ payment }) => payment))
      assert.equal(sent.size, 1, 'what is sent again is the same payment')
    })

  test('and stays away: the error says that nothing is known, and once it is back the purchase is found', async () => {
    const { sandbox, dapp, site } = await open()
    const paid = (async () => {
      while ((await sandbox.payments()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    })()
    site.dies = dying['after it forwarded it, before it answers'].die
    const buying = dapp.run(generate, { request, options })
    await dapp.untilEvent('payment_unknown')
    await paid
    await dapp.abort()
    const { error } = await buying
    assert.deepEqual([error.code, error.retry], ['aborted', 'resume'])
    assert.notEqual(error.paid, 'no')
    site.dies = undefined
    const { receipt } = await dapp.value(
      (imagine, options) => imagine.resume(undefined, options).then((task) => task.wait()),
      options,
    )
    const [{ transaction }] = await sandbox.payments()
    assert.equal(receipt.transaction, transaction)
    assert.equal(await dapp.asked(SIGN), 1)
  })

  test('a service that cannot be reached through it takes nothing, and the page is told so in the end', async () => {
    const { sandbox, dapp, site } = await open()
    site.dies = (_req, res) => res.status(502).json({ error: 'the service could not be reached' })
    const buying = dapp.run(generate, { request, options })
    await dapp.untilEvent('payment_unknown')
    await passTime(sandbox, dapp, 120)
    const { error } = await buying
    assert.deepEqual([error.code, error.paid], ['payment_rejected', 'no'])
    assert.match(error.message, /502/)
    assert.equal((await sandbox.payments()).length, 0)
  })
})
