import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { buildPage } from '../../www/build.mjs'
import { servePage } from '../../www/serve.mjs'
import { launchChromium } from '../browser/chromium.mjs'
import { injectWallets } from '../browser/dapp.mjs'
import { createUser } from '../browser/user.mjs'
import { leadToSandbox, SERVICE } from '../papers/service.mjs'
import { look } from './look.mjs'

/** A browser, and the page as it is built; each file of tests has its own, so that they run side by side. */
export async function openBrowser() {
  const browser = await launchChromium()
  const dir = await buildPage({ outdir: await mkdtemp(path.join(tmpdir(), 'imagine-page-')) })
  return {
    browser,
    dir,
    async close() {
      await browser.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

const HOUR = 3_600_000

/** A sandbox and the page in front of it. Its jobs take hours: they move on only when a test says so. */
export async function openSite(dir, { local = true, ...options } = {}) {
  const sandbox = local ? await startSandbox({ stepMs: HOUR, ...options }) : null
  const site = await servePage({ dir, sandbox })
  return {
    ...whereItIs(site, sandbox),
    /** The same page, told something else about the sandbox: another account in its wallet, another seller. */
    but: (change) => servePage({ dir, sandbox: { ...sandbox, ...change } }),
  }
}

function whereItIs(site, sandbox) {
  return {
    url: site.url,
    sandbox,
    skip: (hours) =>
      sandbox.tasks.forEach((task) => {
        task.startedAt -= hours * HOUR
      }),
    close: async () => {
      await site.stop()
      await sandbox?.stop()
    },
  }
}

/**
 * A visitor's browser window, which notes whatever a visitor should never meet. With `wallets` in it and their `user`;
 * with `service` that sandbox answers for the real service; `prepare` is done before the page is opened.
 */
export async function visit(
  browser,
  url,
  { wallets = [], user = createUser(), service, prepare = () => {}, ...options } = {},
) {
  const permissions = ['clipboard-read', 'clipboard-write']
  const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, permissions, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const faults = []
  // The browser logs every answer that is not a success: a price comes with 402, a failed job with 500, no sandbox
  // with 404.
  page.on('console', (message) => {
    const expected = /status of (402|404|500)|ERR_FAILED|ERR_EMPTY_RESPONSE/.test(message.text())
    if (message.type() === 'error' && !expected) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => {
    const { protocol, hostname, origin } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1' && !(service && origin === SERVICE))
      faults.push(`asked ${request.url()}`)
  })
  if (service) await leadToSandbox(page, service)
  await injectWallets(page, wallets, user)
  await prepare(page)
  await page.goto(url)
  return {
    page,
    user,
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
