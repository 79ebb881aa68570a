// The static build: play money inside the page, everything that can be bent there, and the page as one on a host of
// plain files.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { browser, site, useSite } from './site.mjs'
import { priced, visit } from './visit.mjs'

useSite({ local: false })

/** What each scenario ends in: a card with its money and its one button, or the video. */
const CARDS = {
  refused: ['payment_rejected', 'no', 'Try again'],
  unknown: ['payment_unknown', 'unknown', 'Check again'],
  reject: ['user_rejected', 'no', 'Try again'],
  busy: ['wallet_busy', 'no', 'Try again'],
  locked: ['wallet_locked', 'no', 'Try again'],
  broken: ['wallet_error', 'no', 'Try again'],
  network: ['wrong_network', 'no', 'Try again'],
  poor: ['insufficient_funds', 'no', 'Copy the address to add USDC to'],
  forged: ['bad_signature', 'no', 'Try again'],
  late: ['signature_expired', 'no', 'Try again'],
  none: ['no_wallet', 'no', 'Look for wallets again'],
  offline: ['network', 'no', 'Ask for the price again'],
  down: ['http', 'no', 'Ask for the price again'],
  garbage: ['bad_response', 'no', 'Ask for the price again'],
  offer: ['no_acceptable_offer', 'no', 'Ask for the price again'],
  expensive: ['price_too_high', 'no', 'Raise the limit to $9.00'],
  fail: ['generation_failed', 'yes', 'Buy again: a new payment'],
  missing: ['task_not_found', 'yes', 'Check again'],
  slow: ['wait_timeout', 'yes', 'Check again'],
  invalid: ['invalid_request', 'no', 'Change the request'],
}
/** What ends in the video all the same, and what its receipt says of the settlement. */
const VIDEOS = {
  lost: 'Settled: the transaction shows the transfer',
  silent: 'Settled: the service says so',
}

const AT_ONCE = 4
const open = (name) => visit(browser, `${site.url}?mock${name ? `=${name}` : ''}`)

/** Presses the button if there is a price to press it for, without the wallet's question. */
async function buy(page) {
  const card = page.locator('#error:not([hidden])')
  await page.locator('#generate[aria-disabled=false]').or(card).first().waitFor()
  if (await page.getByLabel('Ask me before it signs').isVisible())
    await page.getByLabel('Ask me before it signs').uncheck()
  if (await card.isHidden()) await page.locator('#generate').click()
}

test('a visit with play money: price, signature, video, receipt, and the video again after a reload', async () => {
  const { page, shot, faults, leave } = await open('')
  const moved = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          new PerformanceObserver((list) =>
            resolve(
              list.getEntries().map(({ value, startTime, sources }) => ({
                value,
                startTime,
                what: sources.map(({ node }) => node?.id || node?.className || node?.nodeName),
              })),
            ),
          ).observe({ type: 'layout-shift', buffered: true })
          setTimeout(resolve, 1000, [])
        }),
    )
  const sum = (shifts) => shifts.reduce((sum, { value }) => sum + value, 0)
  assert.equal(await page.locator('#network').textContent(), 'Mock')
  assert.match(await page.locator('#size').textContent(), /^\d+\.\d KiB gzip$/)
  const generate = await priced(page, '1.20')
  const opening = await moved()
  assert.ok(sum(opening) < 0.05, JSON.stringify(opening))
  await generate.click()
  await page.getByRole('button', { name: 'Sign', exact: true }).waitFor()
  assert.match(await page.locator('#sign-facts').textContent(), /1\.20 USDC/)
  await shot('mock-sign')
  await page.getByRole('button', { name: 'Sign', exact: true }).click()
  await page.locator('#making').waitFor()
  await page.locator('#receipt').getByText('1.20 USDC').waitFor()
  const before = await page.locator('#frame').boundingBox()
  const from = await page.evaluate(() => performance.now())
  await page.getByRole('heading', { name: 'Your video is ready' }).waitFor()
  await page.waitForFunction(() => document.querySelector('video').videoWidth > 0)
  assert.deepEqual(await page.locator('#frame').boundingBox(), before, 'the video takes the place kept for it')
  await page.locator('#account', { hasText: 'has $98.80' }).waitFor()
  await page.locator('#spent-text', { hasText: '$1.20 of $20.00' }).waitFor()
  const arrival = (await moved()).filter(({ startTime }) => startTime > from)
  assert.ok(sum(arrival) < 0.01, JSON.stringify(arrival))
  await shot('mock-video')

  await page.reload()
  await page.locator('.past-one').getByText('Ready').waitFor()
  await page.locator('#history').scrollIntoViewIfNeeded()
  await page.locator('.thumb img').waitFor()
  await page.getByRole('button', { name: 'Watch: A paper boat' }).click()
  await page.getByRole('heading', { name: 'Your video is ready' }).waitFor()
  await page.locator('#receipt').getByText('1.20 USDC').waitFor()
  await page.locator('#spent-text', { hasText: '$1.20 of $20.00' }).waitFor()
  assert.deepEqual(await page.evaluate(() => indexedDB.databases()), [], 'what real money has bought is kept elsewhere')
  await page.getByRole('button', { name: 'Delete from this list' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('Nothing yet.').waitFor()
  assert.deepEqual(faults, [])
  await leave()
})

describe('what goes wrong', () => {
  const names = [...Object.keys(CARDS), ...Object.keys(VIDEOS)]
  const ended = new Map()
  let playing

  /** Several at a time, once the first test asks. */
  async function playAll() {
    const left = [...names]
    const work = async () => {
      for (let name = left.shift(); name; name = left.shift())
        ended.set(name, await play(name).catch((error) => ({ error })))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  async function outcomeOf(name) {
    await (playing ??= playAll())
    const { error, ...seen } = ended.get(name)
    if (error) throw error
    return seen
  }

  async function play(name) {
    const { page, shot, faults, leave } = await open(name)
    page.setDefaultTimeout(150_000)
    try {
      await buy(page)
      const card = page.locator('#error:not([hidden])')
      await card.or(page.locator('video')).first().waitFor()
      await shot(`mock-${name}`)
      if (await card.isHidden()) return { video: true, settled: await page.locator('.settled').textContent(), faults }
      const code = await card.getAttribute('data-code')
      return {
        code,
        paid: await card.locator('.money').getAttribute('data-paid'),
        buttons: await card.locator(':scope > button').allTextContents(),
        faults,
      }
    } finally {
      await leave()
    }
  }

  for (const [name, [code, paid, button]] of Object.entries(CARDS)) {
    test(`${name}: ${code}`, async () => {
      assert.deepEqual(await outcomeOf(name), { code, paid, buttons: [button], faults: [] })
    })
  }

  test('several: the choice is asked for in the list', async () => {
    const { page, leave } = await open('several')
    await buy(page)
    await page.getByText('Choose the wallet that pays.').waitFor()
    assert.ok(await page.locator('#error').isHidden())
    await leave()
  })

  for (const [name, settled] of Object.entries(VIDEOS)) {
    test(`${name}: the video still arrives`, async () => {
      assert.deepEqual(await outcomeOf(name), { video: true, settled, faults: [] })
    })
  }
})
