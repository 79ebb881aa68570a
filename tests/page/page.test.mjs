// The page's main path: a click, a payment, a video; and what keeps it from being one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { walletFor } from '../browser/harness.mjs'
import { browser, card, finish, moneyTaken, page, site, spent, useSite, useVisitor, visitor } from './site.mjs'
import { priced, visit } from './visit.mjs'

const ONE = 1_000_000n
const CONNECT = 'wallet_requestPermissions'
const SIGN = 'eth_signTypedData'

useSite()

describe('the page before the sandbox', () => {
  useVisitor()

  test('one click pays one dollar and shows a video', async () => {
    const generate = await priced(page, '1.00')
    assert.equal(await page.locator('#network').textContent(), 'Local sandbox')
    assert.ok(await page.getByLabel('Dev wallet (sandbox)').isChecked())
    await visitor.shot('1-ready-to-pay')

    await generate.click()
    await page.locator('[data-step=queue].now').waitFor()
    assert.equal(await page.locator('#progress').getAttribute('value'), null, 'no progress is invented')
    site.skip(2.5)
    await page.locator('[data-step=making].now').waitFor()
    assert.equal(await page.locator('#progress').getAttribute('value'), '25')
    await visitor.shot('2-making')
    await finish()
    assert.ok(
      await page
        .getByRole('heading', { name: 'Your video is ready' })
        .evaluate((title) => title === document.activeElement),
      'the result has the focus',
    )

    await page.locator('video').evaluate((video) => video.play())
    await page.waitForFunction(() => {
      const video = document.querySelector('video')
      return video.currentTime > 0.2 && video.videoWidth > 0
    })
    await priced(page, '1.00')
    await visitor.shot('3-video')

    const hash = await page.locator('[data-transaction]').getAttribute('data-transaction')
    const { status } = await site.sandbox.client.getTransactionReceipt({ hash })
    assert.equal(status, 'success')
    assert.equal(await spent(), ONE)
    assert.equal(await page.locator('#steps .done').count(), 7)

    await page.getByRole('button', { name: 'Copy as JSON' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).transaction, hash)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ])
    assert.match(file.suggestedFilename(), /^imagine-.+\.mp4$/)
    assert.equal(
      await page.getByRole('link', { name: 'See it in the explorer' }).count(),
      0,
      'no explorer knows a local transaction',
    )
  })

  test('Enter in a field buys nothing', async () => {
    await priced(page, '1.00')
    await page.getByLabel('Length in seconds').press('Enter')
    await page.getByLabel('Never pay more than').press('Enter')
    assert.ok(await page.locator('#run').isHidden())
    assert.equal(await spent(), 0n)
  })

  test('a refusal in the wallet takes no money', async () => {
    await page.getByLabel('Ask me before it signs').check()
    await (await priced(page, '1.00')).click()
    await page.getByRole('button', { name: 'Refuse' }).click()
    await card().waitFor()
    assert.equal(await card().getAttribute('data-code'), 'user_rejected')
    assert.equal(await moneyTaken(), 'no')
    assert.match(await card().textContent(), /No money was taken/)
    await priced(page, '1.00')
    await visitor.shot('5-refused')
    assert.equal(await spent(), 0n)

    await card().getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Sign', exact: true }).click()
    await finish()
    assert.equal(await spent(), ONE)
  })

  test('the price follows the form', async () => {
    await priced(page, '1.00')
    await page.getByLabel('Length in seconds').fill('4')
    await priced(page, '0.50')
    await page.getByLabel('Length in seconds').fill('')
    await page
      .locator('#generate[aria-disabled=true]')
      .filter({ hasText: /^Generate$/ })
      .waitFor()
    await page.getByLabel('Length in seconds').fill('12')
    await (await priced(page, '1.50')).click()
    await finish()
    assert.equal(await spent(), (ONE * 3n) / 2n)
  })

  test('after a reload the page offers what was paid for, and shows it without a payment', async () => {
    await (await priced(page, '1.00')).click()
    await page.locator('[data-step=queue].now').waitFor()
    await page.reload()
    await page.locator('#unfinished').getByText('Your earlier video').waitFor()
    await visitor.shot('unfinished')
    await page.getByRole('button', { name: 'Continue: nothing new is paid' }).click()
    await finish()
    assert.equal(await page.locator('#unfinished').isVisible(), false)
    assert.equal(await spent(), ONE, 'paid once')
    assert.match(await page.locator('[data-transaction]').getAttribute('data-transaction'), /^0x/)
    await page.reload()
    await priced(page, '1.00')
    assert.equal(await page.locator('#unfinished').isVisible(), false, 'nothing is unfinished any more')
  })

  test('a lost answer to the payment is followed until the video is there', async () => {
    site.sandbox.fault('paid-500-after')
    try {
      await (await priced(page, '1.00')).click()
      await page.locator('[data-step=queue].now').waitFor()
    } finally {
      site.sandbox.fault(null)
    }
    await finish()
    await page.getByText('the transaction shows the transfer').waitFor()
    assert.equal(await spent(), ONE)
  })
})

test('MetaMask is connected, shows its balance, pays, and is disconnected', async () => {
  const { page, user, faults, shot, leave } = await visit(browser, site.url, { wallets: [walletFor(site.sandbox)] })
  await page.getByLabel('MetaMask').check()
  assert.equal(user.count(), 0, 'no prompt without a click')
  await page.getByRole('button', { name: 'Connect, to see the balance' }).click()
  await page.locator('#account', { hasText: /has \$[\d.]+/ }).waitFor()
  assert.equal(user.count(CONNECT), 1)
  const before = await page.locator('#account .has').textContent()
  await (await priced(page, '1.00')).click()
  await finish(page)
  await page.waitForFunction((before) => document.querySelector('#account .has').textContent !== before, before)
  assert.deepEqual([user.count(CONNECT), user.count(SIGN)], [1, 1])
  await shot('wallet-connected')
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('button', { name: 'Connect, to see the balance' }).waitFor()
  assert.deepEqual(
    await page.evaluate(() => globalThis.ethereum.request({ method: 'eth_accounts' })),
    [],
    'the wallet knows it, too',
  )
  assert.ok(
    await page
      .getByRole('button', { name: 'Connect, to see the balance' })
      .evaluate((node) => node === document.activeElement),
  )
  assert.deepEqual(faults, [])
  await leave()
})
