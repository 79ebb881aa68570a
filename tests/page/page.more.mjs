// What else a visitor can do with the page, and what can become of it.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { browser, card, dir, finish, moneyTaken, page, site, spent, useSite, useVisitor, visitor } from './site.mjs'
import { openSite, priced, tabTo, visit } from './visit.mjs'

const cover = path.join(import.meta.dirname, '../../sandbox/media/cover.jpg')
const ONE = 1_000_000n

useSite()

describe('the page before the sandbox', () => {
  useVisitor()

  test('a remix starts from the video just made, at a price of its own', async () => {
    await (await priced(page, '1.00')).click()
    await finish()
    await page.getByRole('button', { name: 'Remix' }).click()
    assert.match(await page.getByLabel('Remix an earlier video').inputValue(), /^video_/)
    await (await priced(page, '1.00')).click()
    await finish()
    const { body } = site.sandbox.requests.filter(({ method, paid }) => method === 'POST' && paid).at(-1)
    assert.match(body.templateData.soraVideoId, /^video_/)
    assert.equal(await spent(), 2n * ONE)
  })

  test('by keyboard alone, with a wallet that asks', async () => {
    await priced(page, '1.00')
    await tabTo(page, '#prompt')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('A heron lands on a frozen pond')
    await tabTo(page, '#ask')
    await page.keyboard.press('Space')
    await priced(page, '1.00')
    await tabTo(page, '#generate')
    await page.keyboard.press('Enter')

    const dialog = page.getByRole('dialog', { name: 'Sign this payment?' })
    await dialog.waitFor()
    assert.match(await dialog.textContent(), /1\.00 USDC/)
    assert.match((await dialog.textContent()).toLowerCase(), new RegExp(site.sandbox.payTo.toLowerCase()))
    await visitor.shot('4-sign')
    assert.equal(await spent(), 0n, 'nothing moves before the signature')
    await tabTo(page, '#sign-yes')
    await page.keyboard.press('Enter')

    await finish()
    assert.equal(await spent(), ONE)
  })

  test('a price above the limit is not paid', async () => {
    await priced(page, '1.00')
    await page.getByLabel('Never pay more than').fill('0.50')
    await page.getByLabel('Length in seconds').fill('9')
    await page.getByText('That is above your limit of $0.50 for one video.').waitFor()
    await page.getByLabel('Length in seconds').fill('8')
    await (await priced(page, '1.00')).click()
    await card().waitFor()
    assert.equal(await card().getAttribute('data-code'), 'price_too_high')
    assert.equal(await moneyTaken(), 'no')
    await priced(page, '1.00')
    await visitor.shot('6-over-the-limit')
    assert.equal(await spent(), 0n)
  })

  test('a service out of reach shows no price, and can be asked again', async () => {
    await page.route('**/generation/create', (route) => route.abort())
    await page.getByLabel('Length in seconds').fill('4')
    await page.getByText('The service could not be reached.').waitFor()
    assert.equal(await page.locator('#generate').getAttribute('aria-disabled'), 'true')
    await visitor.shot('7-no-price')
    await page.unroute('**/generation/create')
    await page.getByRole('button', { name: 'Ask for the price again' }).click()
    await priced(page, '0.50')
  })

  test('a job that the service accepts without payment is shown, and no second one is started', async () => {
    const taskId = crypto.randomUUID()
    site.sandbox.tasks.set(taskId, { prompt: 'free', duration: 8, startedAt: 0 })
    await priced(page, '1.00')
    let asked = 0
    await page.route('**/generation/create', (route) => {
      asked += 1
      return route.fulfill({ status: 202, json: { taskId }, headers: { 'access-control-allow-origin': '*' } })
    })
    await page.getByLabel('Length in seconds').fill('4')
    await page.getByRole('heading', { name: 'Your video is ready' }).waitFor()
    await page.getByText('asking for the price starts the job').waitFor()
    await page.getByLabel('Length in seconds').fill('5')
    await page.getByText('asking for the price starts the job').waitFor()
    assert.equal(asked, 1)
    assert.ok(await page.locator('#receipt').isHidden())
    assert.equal(await spent(), 0n)
  })

  test('stopping after the payment says that it was paid, and the video can still be had', async () => {
    await (await priced(page, '1.00')).click()
    await page.locator('[data-step=queue].now').waitFor()
    await page.getByRole('button', { name: 'Stop watching' }).click()
    await card().waitFor()
    assert.equal(await moneyTaken(), 'yes')
    await priced(page, '1.00')
    await visitor.shot('8-stopped-watching')
    await card().getByRole('button', { name: 'Check again' }).click()
    await finish()
    assert.equal(await spent(), ONE, 'looking again pays nothing')
  })

  test('another tab sees what the first one pays for, and both show the video of one payment', async () => {
    await (await priced(page, '1.00')).click()
    await page.locator('[data-step=queue].now').waitFor()
    const other = await visitor.context.newPage()
    await other.goto(site.url)
    await other.getByRole('button', { name: 'Continue: nothing new is paid' }).click()
    await other.locator('#making').waitFor()
    site.skip(9)
    for (const tab of [page, other]) await tab.getByRole('heading', { name: 'Your video is ready' }).waitFor()
    const [first, second] = await Promise.all(
      [page, other].map((tab) => tab.locator('[data-transaction]').getAttribute('data-transaction')),
    )
    assert.equal(first, second)
    assert.equal(await spent(), ONE)
  })

  test('the theme follows the system until the visitor chooses, and the choice stays', async () => {
    const dark = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
    assert.equal(await dark(), 'light dark')
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click()
    assert.equal(await dark(), 'dark')
    await page.reload()
    await page.getByRole('button', { name: 'Switch to the light theme' }).waitFor()
    assert.equal(await dark(), 'dark')
  })

  test('the code matches the form, and the events are listed', async () => {
    await page.getByLabel('Length in seconds').fill('4')
    await priced(page, '0.50')
    await page.locator('#code').scrollIntoViewIfNeeded()
    await page.getByRole('tab', { name: 'Vanilla' }).press('ArrowRight')
    assert.ok(await page.getByRole('tab', { name: 'React' }).evaluate((tab) => tab === document.activeElement))
    await page.getByRole('tabpanel', { name: 'React' }).getByText('duration').waitFor()
    assert.match(await page.getByRole('tabpanel', { name: 'React' }).textContent(), /useGenerate[\s\S]*duration: 4/)
    await (await priced(page, '0.50')).click()
    await finish()
    const told = await page.locator('.events summary').allTextContents()
    for (const type of ['quoted', 'signing', 'paying', 'accepted', 'status', 'done'])
      assert.ok(
        told.some((line) => line.endsWith(` ${type}`)),
        type,
      )
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'imagine-purchases.csv')
  })

  test('an image is shown, sent and can be removed', async () => {
    await page.locator('#image-file').setInputFiles(cover)
    await page.waitForFunction(() => document.querySelector('#image-preview').naturalWidth > 1)
    await page.locator('#advanced summary').click()
    await priced(page, '1.00')
    await visitor.shot('9-image-and-advanced')
    const { image } = site.sandbox.requests.filter(({ method }) => method === 'POST').at(-1)
    assert.deepEqual([image.how, image.type], ['data', 'image/jpeg'])
    await page.getByRole('button', { name: 'Remove the image' }).click()
    assert.ok(await page.locator('#image-chosen').isHidden())
    await page
      .locator('#image-file')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') })
    await page.getByText('“notes.txt” is not an image.').waitFor()
  })

  test('the dev wallet rejects what a real one rejects', async () => {
    const codes = await page.evaluate(async () => {
      const provider = await new Promise((resolve) => {
        addEventListener('eip6963:announceProvider', ({ detail }) => resolve(detail.provider), { once: true })
        dispatchEvent(new Event('eip6963:requestProvider'))
      })
      const code = (method, ...params) =>
        provider.request({ method, params }).then(
          () => 'done',
          (error) => error.code,
        )
      const typed = (chainId) => JSON.stringify({ types: {}, primaryType: 'Mail', domain: { chainId }, message: {} })
      const stranger = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
      const unconnected = [
        await provider.request({ method: 'eth_accounts' }),
        await code('eth_signTypedData_v4', stranger, typed(8453)),
      ]
      const [address] = await provider.request({ method: 'eth_requestAccounts' })
      return {
        unconnected,
        stranger: await code('eth_signTypedData_v4', stranger, typed(8453)),
        otherChain: await code('eth_signTypedData_v4', address, typed(1)),
        notJson: await code('eth_signTypedData_v4', address, 'hello'),
        switchAway: await code('wallet_switchEthereumChain', { chainId: '0x1' }),
        switchHere: await code('wallet_switchEthereumChain', { chainId: '0x2105' }),
        send: await code('eth_sendTransaction', {}),
        read: await provider.request({ method: 'eth_getCode', params: [stranger, 'latest'] }),
      }
    })
    assert.deepEqual(codes, {
      unconnected: [[], 4100],
      stranger: 4100,
      otherChain: -32603,
      notJson: -32602,
      switchAway: 4902,
      switchHere: 'done',
      send: 4200,
      read: '0x',
    })
  })

  test('another wallet is told where the sandbox is', async () => {
    await page.evaluate(() => {
      const info = {
        uuid: 'd2f8b3c5-5f5b-4c0b-8f3c-000000000001',
        name: '<b>Fox</b>',
        icon: 'data:,',
        rdns: 'test.fox',
      }
      const detail = { info, provider: { request: async () => [] } }
      addEventListener('eip6963:requestProvider', () =>
        dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail })),
      )
    })
    await page.getByRole('button', { name: 'Look again for wallets' }).click()
    await page.getByLabel('<b>Fox</b>').check()
    const note = await page.locator('#installed-note').textContent()
    for (const value of [site.sandbox.rpcUrl, '8453', site.sandbox.payer.privateKey]) assert.ok(note.includes(value))
    await priced(page, '1.00')
    await visitor.shot('10-installed-wallet')
  })

  test('the account shown is the one that is chosen in the wallet', async () => {
    const [one, other] = [site.sandbox.payer.address, site.sandbox.poor.address]
    await page.evaluate((first) => {
      let accounts = [first]
      let listeners = []
      const provider = {
        request: async ({ method }) => (method === 'eth_accounts' ? accounts : '0x'),
        on: (event, listener) => listeners.push([event, listener]),
        removeListener: (event, listener) => {
          listeners = listeners.filter((known) => known[0] !== event || known[1] !== listener)
        },
      }
      globalThis.choose = (address) => {
        accounts = address ? [address] : []
        for (const [event, listener] of listeners) if (event === 'accountsChanged') listener(accounts)
      }
      const info = { uuid: 'd2f8b3c5-5f5b-4c0b-8f3c-000000000002', name: 'Fox', icon: 'data:,', rdns: 'test.fox' }
      dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider } }))
    }, one)
    await page.getByRole('button', { name: 'Look again for wallets' }).click()
    await page.getByLabel('Fox').check()
    const shown = (address) => page.locator('#account', { hasText: address.slice(-4) }).waitFor()
    await shown(one)
    await page.evaluate((address) => globalThis.choose(address), other)
    await shown(other)
    await page.evaluate(() => globalThis.choose(undefined))
    await page.getByRole('button', { name: 'Connect, to see the balance' }).waitFor()
    await page.evaluate((address) => globalThis.choose(address), one)
    await shown(one)
  })

  test('on a narrow, dark phone', async () => {
    const phone = await visit(browser, site.url, {
      viewport: { width: 320, height: 640 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    })
    const fits = () => phone.page.evaluate(() => document.documentElement.scrollWidth <= 320)
    await priced(phone.page, '1.00')
    assert.ok(await fits(), 'the form fits')
    await phone.shot('11-phone')
    await phone.page.getByLabel('Ask me before it signs').check()
    await phone.page.locator('#generate').click()
    await phone.page.getByRole('button', { name: 'Sign', exact: true }).waitFor()
    assert.ok(await fits(), 'the dialog fits')
    await phone.shot('12-phone-sign')
    await phone.page.getByRole('button', { name: 'Sign', exact: true }).click()
    await finish(phone.page)
    assert.ok(await fits(), 'the outcome fits')
    await priced(phone.page, '1.00')
    await phone.shot('13-phone-video')
    assert.deepEqual(phone.faults, [])
    await phone.leave()
  })
})

test('a job that fails after the payment', async (t) => {
  const site = await openSite(dir, { fail: true })
  t.after(() => site.close())
  const { sandbox } = site
  const { page, shot, faults, leave } = await visit(browser, site.url)
  const had = await sandbox.balanceOf(sandbox.payer.address)
  await (await priced(page, '1.00')).click()
  await page.locator('#making').waitFor()
  site.skip(9)
  await page.locator('#error').waitFor()
  assert.equal(await page.locator('#error').getAttribute('data-code'), 'generation_failed')
  assert.equal(await page.locator('#error .money').getAttribute('data-paid'), 'yes')
  assert.match(await page.locator('#receipt').textContent(), /1\.00 USDC/)
  await priced(page, '1.00')
  await shot('14-job-failed')
  await page.getByRole('button', { name: 'Buy again: a new payment' }).click()
  assert.ok(await page.locator('#generate').evaluate((button) => button === document.activeElement))
  assert.equal(had - (await sandbox.balanceOf(sandbox.payer.address)), ONE, 'the card itself buys nothing')
  assert.deepEqual(faults, [])
  await leave()
})

test('on Base the page has no dev wallet and opens no prompt by itself', async (t) => {
  const site = await openSite(dir, { local: false })
  t.after(() => site.close())
  const { page, shot, faults, leave } = await visit(browser, `${site.url}?live`)
  await page.getByText('No wallet was found in this browser.').waitFor()
  assert.equal(await page.locator('#network').textContent(), 'Base')
  await shot('15-base')
  assert.deepEqual(faults, [])
  await leave()
})

test('without JavaScript, the page says what is missing', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(site.url)
  const note = page.locator('noscript p')
  await note.waitFor()
  assert.match(await note.textContent(), /This page needs JavaScript/)
  await context.close()
})
