// What the README's first example shows where a service leaves out what most services send.
import assert from 'node:assert/strict'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { launchShell } from '../browser/chromium.mjs'
import { packLibrary } from '../browser/package.mjs'
import { SERVICE, servePage } from './first-page.mjs'

let browser
let page
let testing

before(async () => {
  const { directory } = await packLibrary()
  testing = await import(pathToFileURL(path.join(directory, 'dist', 'testing.js')))
  page = await servePage()
  browser = await launchShell()
})
after(async () => {
  await browser?.close()
  await page?.stop()
})

/** A response whose video is this instead. */
const showing = (generation) => async (response) => {
  const body = await response.clone().json()
  return body.status === 'completed' ? Response.json({ ...body, result: { ...body.result, generation } }) : response
}

const withoutReceipt = (response) => {
  response.headers.delete('x-payment-response')
  return response
}

/** The same world; `change` changes the service's responses, `answers` the wallet's. */
function changed({ wallet, service }, { change = (response) => response, answers = {} }) {
  const respond = async (request) => change(await service.respond(request))
  const { baseUrl } = service
  return { wallet: testing.replacing(wallet, answers), service: { baseUrl, respond } }
}

/** Buys by the page's button. Returns what the page shows, its video's URL, and how many payments the service took. */
async function buy({ options, ...changes }) {
  const world = testing.createTestWorld({ baseUrl: SERVICE, ...options })
  const visit = await browser.newPage()
  const errors = []
  visit.on('pageerror', ({ message }) => errors.push(message))
  await testing.installInPage(visit, changed(world, changes))
  await visit.goto(page.url)
  await visit.click('button')
  await visit.waitForFunction(() => document.querySelector('output').textContent, null, { timeout: 60_000 })
  const shown = await visit.textContent('output')
  const video = await visit.getAttribute('video', 'src')
  await visit.close()
  return { shown, video, payments: world.service.payments.length, errors }
}

const VIDEO = `${SERVICE}/video.mp4`
const PAID = /^paid 1\.00 USDC: 0x[0-9a-f]{64}$/

describe('the first example, where there is', { timeout: 120_000, concurrency: true }, () => {
  const cases = {
    'all of it': [{}, PAID, VIDEO, 1],
    'a picture instead of a video': [{ change: showing({ image: { url: `${SERVICE}/cover.png` } }) }, PAID, null, 1],
    'nothing but text': [{ change: showing({ text: 'A paper boat.' }) }, PAID, null, 1],
    'no payment': [{ options: { price: '0' } }, /^this one was free$/, VIDEO, 0],
    'no transaction in the receipt': [
      { change: withoutReceipt, answers: { eth_getLogs: () => [] } },
      /^paid 1\.00 USDC: the service has not named the transaction yet$/,
      VIDEO,
      1,
    ],
    'no receipt, and no node that shows the payment': [
      {
        change: withoutReceipt,
        answers: {
          eth_getLogs: () => {
            throw new Error('the node is down')
          },
        },
      },
      /^paid 1\.00 USDC: the service has not named the transaction yet$/,
      VIDEO,
      1,
    ],
  }
  for (const [title, [changes, shown, video, payments]] of Object.entries(cases)) {
    test(title, async () => {
      const outcome = await buy(changes)
      assert.match(outcome.shown, shown)
      assert.deepEqual([outcome.video, outcome.payments, outcome.errors], [video, payments, []])
    })
  }
})
