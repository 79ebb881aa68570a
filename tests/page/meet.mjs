import assert from 'node:assert/strict'
import { visit } from './visit.mjs'

const PAID_BY = { no: /No money was taken/, yes: /The payment was made/, unknown: /Do not pay again/ }

/**
 * Opens the page, lets something happen to it, and looks at the card that comes of it. `options` are those of the
 * visit.
 */
export async function meetCard({ browser, site }, code, paid, button, act, { url = site.url, next, ...options } = {}) {
  const visitor = await visit(browser, url, options)
  const { page, shot, faults, leave } = visitor
  try {
    await act(page, visitor)
    const card = page.locator(`#error[data-code=${code}]`)
    await card.waitFor({ timeout: 120_000 })
    assert.equal(await card.getAttribute('role'), 'alert')
    assert.match(await card.locator('.money').textContent(), PAID_BY[paid])
    assert.equal(await card.locator('.money').getAttribute('data-paid'), paid)
    const buttons = await card.locator(':scope > button').allTextContents()
    assert.deepEqual(buttons, button ? [button] : [], 'one button')
    assert.equal(await page.locator('#steps .now').count(), 0, 'nothing goes on')
    await shot(`card-${code}`)
    await next?.(page, visitor)
    assert.deepEqual(
      faults.filter((fault) => !/status of \d+|net::ERR/.test(fault)),
      [],
    )
  } finally {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    site.sandbox.fault(null)
    site.sandbox.answer(null)
    await leave()
  }
}
