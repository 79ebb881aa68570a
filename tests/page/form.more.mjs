// What a visitor gives the page, in every way it can be given; and what the page loads before a visitor can use it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import decodeQR from 'qr/decode.js'
import sharp from 'sharp'
import { browser, page, site, useSite, useVisitor } from './site.mjs'
import { priced, visit } from './visit.mjs'

const cover = await readFile(path.join(import.meta.dirname, '../../sandbox/media/cover.jpg'))

useSite()

describe('an image', () => {
  useVisitor()
  beforeEach(() => priced(page, '1.00'))

  /** The picture that the seller is sent with the request for the next price, once the page shows it. */
  async function sent() {
    const { requests } = site.sandbox
    const { length } = requests
    const image = () => requests.slice(length).find(({ image }) => image)?.image
    while (!image()) await page.waitForTimeout(50)
    await page.waitForFunction(() => document.querySelector('#image-preview').naturalWidth > 1)
    await priced(page, '1.00')
    return image()
  }

  test('can be dropped anywhere on the page', async () => {
    const dataTransfer = await page.evaluateHandle((base64) => {
      const transfer = new DataTransfer()
      transfer.items.add(
        new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], 'boat.jpg', { type: 'image/jpeg' }),
      )
      return transfer
    }, cover.toString('base64'))
    await page.dispatchEvent('footer', 'dragover', { dataTransfer })
    assert.ok(await page.locator('#image.over').count(), 'the place for it lights up')
    const image = sent()
    await page.dispatchEvent('footer', 'drop', { dataTransfer })
    const { how, type, bytes } = await image
    assert.deepEqual([how, type, bytes.equals(cover)], ['data', 'image/jpeg', true])
    await page.getByText('boat.jpg, 22 kB').waitFor()
    assert.equal(await page.locator('#image.over').count(), 0)
  })

  test('can be pasted', async () => {
    await page.evaluate(async () => {
      const blob = await new Promise((resolve) =>
        Object.assign(document.createElement('canvas'), { width: 40, height: 30 }).toBlob(resolve, 'image/png'),
      )
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
    })
    await page.getByLabel('What should it show?').focus()
    const image = sent()
    await page.keyboard.press('Control+V')
    const { how, type } = await image
    assert.deepEqual([how, type], ['data', 'image/png'])
    assert.match(
      await page.getByLabel('What should it show?').inputValue(),
      /^A paper boat/,
      'the text is left as it was',
    )
  })

  test('can be given by its URL, which the service gets unchanged', async () => {
    const url = `${site.sandbox.mediaUrl}/cover.jpg`
    await page.locator('#image summary').click()
    await page.getByLabel('Or give its address').fill(url)
    const image = sent()
    await page.getByLabel('Or give its address').press('Tab')
    assert.deepEqual(await image, { how: 'address', url })
    assert.equal(await page.locator('#image-name').textContent(), url)
  })

  test('that is not an image or a URL is rejected, and the next one is accepted', async () => {
    const { requests } = site.sandbox
    const field = page.getByLabel('Or give its address')
    await page.locator('#image summary').click()
    await page
      .locator('#image-file')
      .setInputFiles({ name: 'boat.txt', mimeType: 'text/plain', buffer: Buffer.from('a boat') })
    await page.getByText('“boat.txt” is not an image.').waitFor()
    for (const address of ['javascript:alert(1)', 'cover.jpg']) {
      await field.fill(address)
      await field.press('Tab')
      await page.waitForFunction(() => document.activeElement?.id !== 'image-url')
      assert.equal(await field.inputValue(), address, 'it is left for the visitor to mend')
      assert.ok(await page.locator('#image-chosen').isHidden(), address)
    }
    const { length } = requests
    const url = `${site.sandbox.mediaUrl}/cover.jpg`
    await field.fill(url)
    const image = sent()
    await field.press('Tab')
    assert.deepEqual(await image, { how: 'address', url })
    assert.deepEqual(
      requests.slice(length).flatMap(({ image }) => image ?? []),
      [{ how: 'address', url }],
      'no other was sent',
    )
  })
})

test('until the button shows the price, only files named in the HTML are loaded', async () => {
  const html = await (await fetch(site.url)).text()
  const context = await browser.newContext()
  const page = await context.newPage()
  const asked = []
  page.on('request', (request) => {
    if (request.method() !== 'OPTIONS') asked.push(request.url())
  })
  await page.goto(site.url)
  await priced(page, '1.00')
  const price = asked.findIndex((url) => url.startsWith(site.sandbox.apiUrl))
  const before = asked.slice(0, price).filter((url) => url !== site.url)
  assert.ok(before.length > 2)
  assert.deepEqual(
    before.filter((url) => !html.includes(`./${url.slice(site.url.length)}`)),
    [],
  )
  assert.equal(asked.filter((url) => url.startsWith(site.sandbox.apiUrl)).length, 1, 'the price is asked for once')
  assert.ok(
    !asked.some((url) => /accounts|code-pane|mock/.test(url)),
    'what signs, what explains and play money are not there yet',
  )
  await context.close()
})

test('without a wallet, the page shows where to get one, and a QR code for a phone', async () => {
  const { page, faults, shot, leave } = await visit(browser, `${site.url}?live`)
  const links = page.locator('#wallet-links')
  await links.getByText('Install one in this browser:').waitFor()
  const urls = await links.getByRole('link').evaluateAll((all) => all.map(({ hostname }) => hostname))
  assert.deepEqual(urls.slice(0, 3), ['metamask.io', 'www.coinbase.com', 'rabby.io'])
  assert.ok(urls.includes('link.metamask.io') && urls.includes('go.cb-w.com'), 'and to open the page in one')
  assert.equal(await links.locator('svg').count(), 0, 'no phone reaches this machine')

  await page.route('https://page.example/**', async (route) => {
    const response = await route.fetch({ url: route.request().url().replace('https://page.example/', site.url) })
    await route.fulfill({ response })
  })
  await page.goto('https://page.example/?live')
  const code = links.getByRole('img', { name: 'The address of this page as a QR code' })
  await code.waitFor()
  await shot('no-wallet')
  const { data, info } = await sharp(await code.screenshot())
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  assert.equal(decodeQR({ width: info.width, height: info.height, data }), 'https://page.example/?live')
  assert.deepEqual(
    faults.filter((fault) => !fault.startsWith('asked https://page.example/')),
    [],
  )
  await leave()
})

test('each wrong field says in words what it takes, and nothing is bought', async () => {
  const { page, faults, leave } = await visit(browser, site.url)
  await priced(page, '1.00')
  await page.locator('#image summary').click()
  for (const [label, wrong, words, right] of [
    ['What should it show?', '   ', 'Say what the video should show.', 'A boat'],
    ['Length in seconds', '999', 'A whole number of seconds, from 1 to 60.', '8'],
    ['Or give its address', 'ftp://a.test/b.png', 'An address that begins with https:// or http://', ''],
    ['Never pay more than', '5,00', 'An amount in USDC with a point, such as 5.00', '5.00'],
    ['In any 24 hours', '20 dollars', 'An amount in USDC with a point, such as 20.00', '20.00'],
  ]) {
    const field = page.getByLabel(label)
    await field.fill(wrong)
    await field.blur()
    await page.getByText(words, { exact: true }).waitFor()
    await page.locator('#generate').click({ force: true })
    assert.equal(await field.evaluate((node) => document.activeElement === node), true, label)
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    await field.fill(right)
    await field.blur()
    await page.getByText(words, { exact: true }).waitFor({ state: 'detached' })
  }
  await priced(page, '1.00')
  assert.equal((await site.sandbox.payments()).length, 0)
  assert.deepEqual(faults, [])
  await leave()
})

test('on a phone, the links into wallets are all there is, and take along what was typed', async () => {
  const userAgent =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
  const { page, leave } = await visit(browser, `${site.url}?live`, { userAgent, viewport: { width: 390, height: 844 } })
  const links = page.locator('#wallet-links')
  await links.getByText('Open this page in your wallet’s own browser:').waitFor()
  assert.equal(await links.getByText('Install one in this browser:').count(), 0)
  await page.getByLabel('What should it show?').fill('A heron lands')
  await page.getByRole('button', { name: 'Look again for wallets' }).click()
  await page.waitForFunction(() => document.querySelector('#wallet-links a')?.href.includes('heron'))
  await leave()
})

describe("the service's own words", () => {
  useVisitor()
  afterEach(() => site.sandbox.list(null))

  test('are the models to choose from, and what they rule out cannot be bought', async () => {
    await priced(page, '1.00')
    site.sandbox.list(['sora', 'veo-3'])
    await page.getByLabel('Length in seconds').fill('4')
    await priced(page, '0.50')
    const models = await page.locator('#models option').evaluateAll((options) => options.map(({ value }) => value))
    assert.deepEqual(models, ['sora', 'veo-3'])
    await page.getByLabel('Model').fill('lost')
    await page.getByText('The service does not take it: `videoModel` takes sora, veo-3.').waitFor()
    assert.ok(await page.locator('#generate').isDisabled())
    await page.getByLabel('Model').fill('veo-3')
    await priced(page, '1.50')
  })
})
