import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

export const SHOTS = path.join(import.meta.dirname, '../../artifacts/screenshots')
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const WIDTHS = { desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } }

/**
 * Keeps a state of the page as pictures in both themes and at both widths; nothing overflows, and axe finds nothing to
 * say in either theme.
 */
export async function look(page, name) {
  await mkdir(SHOTS, { recursive: true })
  const before = page.viewportSize()
  const scheme = await page.evaluate(() => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'))
  const top = await page.evaluate(() => scrollY)
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size)
    // As high as the page: what sticks to the window is then where it belongs.
    await page.setViewportSize({ ...size, height: await page.evaluate(() => document.documentElement.scrollHeight) })
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: path.join(SHOTS, `${name}-${width}-${colorScheme}.png`), animations: 'disabled' })
      // The phone has the same colours in the same themes, but another order.
      if (width === 'desktop' || colorScheme === 'light') await inspect(page, `${name}, ${width}, ${colorScheme}`)
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(overflow <= 0, `${name}: ${overflow} px wider than a ${width}`)
  }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: scheme })
  await page.evaluate((top) => scrollTo(0, top), top)
}

async function inspect(page, where) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    // On the way from one colour to another, no contrast is what it will be.
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one instanceof CSSTransition)
        .map(({ finished }) => finished),
    )
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`,
    )
  })
  assert.deepEqual(found, [], where)
}
