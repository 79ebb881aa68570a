// What the page shows of the journal: a video that the service has forgotten, and a record that nobody can read.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { finish, page, site, useSite, useVisitor } from './site.mjs'
import { priced } from './visit.mjs'

useSite()

const putBroken = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('imagine-x402')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const database = opening.result
      const transaction = database.transaction('purchases', 'readwrite')
      transaction.objectStore('purchases').put({ id: 'broken', step: 'signed', order: { createdAt: Date.now() } })
      transaction.oncomplete = () => resolve(database.close())
    }
  })

describe('the journal on the page', { timeout: 300_000 }, () => {
  useVisitor()

  test('has the video of a forgotten task, and can delete an unreadable record', async () => {
    await (await priced(page, '1.00')).click()
    await finish()
    await page.locator('#spent-text', { hasText: '$1.00 of $20.00' }).waitFor()
    site.sandbox.tasks.clear()
    await page.evaluate(putBroken)
    await page.reload()

    await page.getByText('A purchase that this version of the page cannot read').waitFor()
    await page.locator('#spent-text', { hasText: 'unknown of $20.00' }).waitFor()
    await page.getByRole('button', { name: 'Delete from this list: A purchase that this version' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.locator('#spent-text', { hasText: '$1.00 of $20.00' }).waitFor()
    assert.equal(await page.locator('.past-one').count(), 1)

    await page.getByRole('button', { name: /^Watch/ }).click()
    await page.getByText('The service no longer shows this video.').waitFor()
    assert.ok(await page.locator('video').getAttribute('src'))
  })
})
