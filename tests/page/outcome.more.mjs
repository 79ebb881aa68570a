// How the page tells of what comes to pass, where the other tests do not look: the ring, the receipt, sharing, and
// large print.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walletFor } from '../browser/harness.mjs'
import { createUser } from '../browser/user.mjs'
import { browser, site, useSite } from './site.mjs'
import { finishJob, priced, visit } from './visit.mjs'

const SIGN = 'eth_signTypedData'

useSite()

const buy = async (page) => (await priced(page, '1.00')).click()

/** A visitor whose wallet has asked for the signature and waits for the answer. */
async function askedToSign(prepare) {
  const user = createUser({ [SIGN]: 'waits' })
  const visitor = await visit(browser, site.url, {
    wallets: [walletFor(site.sandbox, { connected: true })],
    user,
    prepare,
  })
  const { page } = visitor
  await page.getByLabel('MetaMask').check()
  await buy(page)
  await user.opened(SIGN)
  await page.locator('#signing:not([hidden])').waitFor()
  return visitor
}

test('the ring closes as the time to sign runs out, and says what is left', async () => {
  const { page, user, faults, leave } = await askedToSign((page) => page.clock.install())
  const left = async () => ({
    seconds: Number(/(\d+) s left/.exec(await page.locator('#signing-text').textContent())[1]),
    share: Number.parseFloat(await page.locator('#ring').getAttribute('stroke-dasharray')),
  })
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000))
  const atFirst = await left()
  await page.clock.runFor(10_000)
  const later = await left()
  assert.equal(atFirst.seconds - later.seconds, 10)
  assert.ok(
    Math.abs(later.share / atFirst.share - later.seconds / atFirst.seconds) < 0.05,
    'the ring shows the same share',
  )
  await page.clock.resume()
  user.answer(SIGN, false)
  await page.locator('#error[data-code=user_rejected]').waitFor()
  assert.ok(await page.locator('#signing').isHidden())
  assert.deepEqual(faults, [])
  await leave()
})

test('the page while the wallet prompt is open', async () => {
  const { shot, faults, leave } = await askedToSign()
  await shot('signing')
  assert.deepEqual(faults, [])
  await leave()
})

test('a payment without a receipt is found on the chain', async () => {
  const { page, shot, faults, leave } = await visit(browser, site.url)
  site.sandbox.fault('receipt-missing')
  try {
    await buy(page)
    await finishJob(page, site)
  } finally {
    site.sandbox.fault(null)
  }
  const receipt = page.locator('#receipt')
  await page.emulateMedia({ media: 'print' })
  assert.ok(await receipt.isVisible(), 'a receipt on paper')
  for (const other of ['#form', '#show', '#history', 'header'])
    assert.ok(await page.locator(other).first().isHidden(), other)
  await page.emulateMedia({ media: 'screen' })
  await receipt.getByText('Settled: the transaction shows the transfer').waitFor()
  await shot('settlement-found')
  await page.getByRole('button', { name: 'Copy as JSON' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const { settled, payer, nonce, transaction } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
  assert.equal(settled, 'chain')
  assert.equal(transaction, (await site.sandbox.payments()).at(-1).transaction)
  assert.equal(await site.sandbox.authorizationUsed(payer, nonce), true, 'and there they do')
  assert.deepEqual(faults, [])
  await leave()
})

test('the video is shared and its address copied', async () => {
  const { page, faults, leave } = await visit(browser, site.url, {
    // A window of the system, which no test can look into.
    prepare: (page) =>
      page.addInitScript(() => {
        globalThis.shared = []
        navigator.share = async (what) => {
          globalThis.shared.push(what)
        }
      }),
  })
  await buy(page)
  await finishJob(page, site)
  const url = `${site.sandbox.mediaUrl}/video.mp4`
  await page.getByRole('button', { name: 'Share' }).click()
  assert.deepEqual(await page.evaluate(() => globalThis.shared), [{ url }])
  await page.getByRole('button', { name: 'Copy link' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url)
  assert.deepEqual(faults, [])
  await leave()
})

/** What a window of 1280 × 800 is at 200 %, and a phone held upright. */
const VIEWS = {
  'at 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  'on a phone': { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true },
}

for (const [name, view] of Object.entries(VIEWS)) {
  test(`${name} nothing is cut off or out of reach, from the price to the video`, async () => {
    const { page, faults, leave } = await visit(browser, site.url, view)
    const fits = async (when) => {
      const { wide, cut } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - innerWidth,
        cut: [...document.querySelectorAll('main button, main label, main h2, main p')]
          .filter(
            (one) =>
              one.checkVisibility() &&
              one.scrollWidth > one.clientWidth + 1 &&
              getComputedStyle(one).display !== 'inline',
          )
          .map((one) => one.textContent),
      }))
      assert.ok(wide <= 0, `${when}: ${wide} px too wide`)
      assert.deepEqual(cut, [], when)
    }
    await priced(page, '1.00')
    await fits('with a price')
    await page.getByLabel('Ask me before it signs').check()
    await buy(page)
    const sign = page.getByRole('button', { name: 'Sign', exact: true })
    await sign.scrollIntoViewIfNeeded()
    await fits('with the question')
    await sign.click()
    await finishJob(page, site)
    await priced(page, '1.00')
    await fits('with the video')
    const seen = await page.locator('#frame').evaluate((frame) => frame.getBoundingClientRect().top < innerHeight)
    assert.ok(seen, 'the video is in sight')
    assert.deepEqual(faults, [])
    await leave()
  })
}
