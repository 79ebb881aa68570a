import path from 'node:path'
import { chromium } from 'playwright-core'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buildPage } from '../../www/build.mjs'
import { servePage } from '../../www/serve.mjs'
import { look } from './look.mjs'

const root = path.join(import.meta.dirname, '../..')
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const dir = await buildPage({ outdir: path.join(root, 'build/page-test') })
  return { browser, dir, close: () => browser.close() }
}

const HOUR = 3_600_000

/** A sandbox and the page in front of it. Its jobs take hours: they move on only when a test says so. */
export async function openSite(dir, { local = true, ...options } = {}) {
  const sandbox = local ? await startSandbox({ stepMs: HOUR, ...options }) : null
  const site = await servePage({ dir, sandbox })
  return {
    ...whereItIs(site, sandbox),
    /** The same sandbox with another account in the page's wallet. */
    async payBy(payer) {
      const other = await servePage({ dir, sandbox: { ...sandbox, payer } })
      return { url: other.url, stop: other.stop }
    },
  }
}

function whereItIs(site, sandbox) {
  return {
    url: site.url,
    sandbox,
    skip: (hours) => sandbox.tasks.forEach((task) => { task.startedAt -= hours * HOUR }),
    close: async () => {
      await site.stop()
      await sandbox?.stop()
    },
  }
}

/** A visitor's browser window, which notes whatever a visitor should never meet. */
export async function visit(browser, url, options = {}) {
  const permissions = ['clipboard-read', 'clipboard-write']
  const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, permissions, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const faults = []
  // The browser logs every answer that is not a success: a price comes with 402, a failed job with 500, no sandbox with 404.
  page.on('console', (message) => {
    const expected = /status of (402|404|500)|ERR_FAILED|ERR_EMPTY_RESPONSE/.test(message.text())
    if (message.type() === 'error' && !expected) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  return {
    page,
    faults,
    context,
    shot: (name) => look(page, name),
    leave: () => context.close(),
  }
}

/** Waits for the price on the button. */
export async function priced(page, amount) {
  const button = page.getByRole('button', { name: `Generate for $${amount}`, exact: true })
  await button.waitFor()
  return button
}

/** Moves the focus with the Tab key alone, as a visitor without a mouse does. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the Tab key never reaches ${selector}`)
}

/** Once the payment is accepted, lets the job finish, and waits for the video. */
export async function finishJob(page, site) {
  await page.locator('#making').waitFor()
  site.skip(9)
  await page.getByRole('heading', { name: 'Your video is ready' }).waitFor()
}
