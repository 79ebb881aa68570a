// What the page asks before it acts, and what it does not forget.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SIGN, walletFor } from '../browser/harness.mjs'
import { until } from '../sandbox/until.mjs'
import { browser, card, finish, page, site, spent, useSite, useVisitor } from './site.mjs'
import { priced, visit } from './visit.mjs'

const ONE = 1_000_000n

useSite()

const asked = (title, on = page) => on.getByRole('dialog', { name: title })

describe('the page', { timeout: 300_000 }, () => {
  useVisitor()

  test('asks before another purchase while it is not known whether an earlier one was paid', async () => {
    site.sandbox.fault('paid-500-before')
    try {
      await (await priced(page, '1.00')).click()
      await page.locator('#run-note', { hasText: 'The answer got lost' }).waitFor()
      await page.locator('#cancel').evaluate((button) => button.click())
      await card().waitFor()
      assert.equal(await card().locator('.money').getAttribute('data-paid'), 'unknown')
      await (await priced(page, '1.00')).click()
      await asked('An earlier payment is still being checked').waitFor()
      await page.keyboard.press('Escape')
    } finally {
      site.sandbox.fault(null)
    }
    await until('a task', () => site.sandbox.tasks.size > 0)
    await finish()
    assert.equal(await spent(), ONE, 'the earlier one was looked at')
  })

  test('asks before it deletes what was paid, and can undo it', async () => {
    await (await priced(page, '1.00')).click()
    await finish()
    const trash = page.getByRole('button', { name: 'Delete from this list' })
    await trash.click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    assert.equal(await trash.count(), 1)
    await trash.click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('button', { name: 'Undo the deletion' }).click()
    await page.getByRole('button', { name: /^Receipt: / }).waitFor()
    await trash.click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Nothing yet.').waitFor()
    await page.reload()
    await page.getByText('Nothing yet.').waitFor()
  })

  test('pays by “Try again” at once, although the price is still on its way', async () => {
    await page.getByLabel('Ask me before it signs').check()
    await (await priced(page, '1.00')).click()
    await page.getByRole('button', { name: 'Sign', exact: true }).waitFor()
    let release = () => {}
    const held = new Promise((resolve) => (release = resolve))
    await page.route('**/generation/create', async (route) => {
      await held
      await route.continue()
    })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Try again' }).click()
    release()
    await page.getByRole('button', { name: 'Sign', exact: true }).click()
    await finish()
    assert.equal(await spent(), ONE)
  })

  test('keeps what is typed through a reload, and takes it from a link', async () => {
    await page.getByLabel('What should it show?').fill('A heron lands')
    await priced(page, '1.00')
    await page.reload()
    await priced(page, '1.00')
    assert.equal(await page.getByLabel('What should it show?').inputValue(), 'A heron lands')
    await page.goto(`${site.url}?prompt=A%20moth`)
    await priced(page, '1.00')
    assert.equal(await page.getByLabel('What should it show?').inputValue(), 'A moth')
  })
})

test('an account that may hold real money is asked about before it signs', { timeout: 120_000 }, async () => {
  const wallet = walletFor(site.sandbox, { privateKeys: [site.sandbox.poor.privateKey] })
  const { page, user, faults, leave } = await visit(browser, site.url, { wallets: [wallet] })
  await page.getByLabel('MetaMask').check()
  await (await priced(page, '1.00')).click()
  await asked('This account may hold real money', page).waitFor()
  await page.getByRole('button', { name: 'Do not sign' }).click()
  await priced(page, '1.00')
  assert.equal(user.count(SIGN), 0)
  assert.deepEqual(faults, [])
  await leave()
})
