// Browsers of other makers, driven by what their makers give. Each opens a page and gives `click`, `text`, `title`,
// `reload` and `close`; those that take scripts also `run`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import puppeteer from 'puppeteer-core'
import { Builder, By, Capabilities } from 'selenium-webdriver'
import { launchChromium } from '../../browser/chromium.mjs'
import { freePort } from './processes.mjs'

const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

export const ENGINES = [
  { name: 'Chromium', launch: launchChrome },
  { name: 'Firefox ESR', launch: () => launchFirefox() },
  { name: 'WebKitGTK', launch: launchWebKit },
]

const pageOf = (page, browser) => ({
  open: (url) => page.goto(url),
  click: (selector) => page.click(selector),
  text: (selector) => page.$eval(selector, (element) => element.textContent),
  run: (script, ...given) => page.evaluate(script, ...given),
  title: () => page.title(),
  reload: () => page.reload(),
  version: async () => browser.version(),
  close: () => browser.close(),
})

async function launchChrome() {
  const browser = await launchChromium()
  return pageOf(await browser.newPage(), browser)
}

export async function launchFirefox(preferences = {}) {
  const settings = {
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: preferences,
  }
  const browser = await puppeteer.launch(settings)
  return pageOf(await browser.newPage(), browser)
}

async function launchWebKit() {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [display] = await once(screen.stdio[3], 'data')
  const port = await freePort()
  const server = spawn('WebKitWebDriver', [`--port=${port}`], {
    env: { ...process.env, DISPLAY: `:${String(display).trim()}` },
    stdio: 'ignore',
  })
  const stop = () => {
    for (const child of [server, screen]) child.kill()
  }
  try {
    const options = { binary: MINI_BROWSER, args: ['--automation'] }
    const capabilities = new Capabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options })
    const driver = await connect(`http://127.0.0.1:${port}`, capabilities)
    const find = (selector) => driver.findElement(By.css(selector))
    return {
      open: (url) => driver.get(url),
      click: (selector) => find(selector).click(),
      text: (selector) => find(selector).getText(),
      title: () => driver.getTitle(),
      reload: () => driver.navigate().refresh(),
      version: async () => (await driver.getCapabilities()).getBrowserVersion(),
      close: () => driver.quit().finally(stop),
    }
  } catch (error) {
    stop()
    throw error
  }
}

/** The driver takes a moment until it listens. */
async function connect(server, capabilities, attempts = 50) {
  try {
    return await new Builder().usingServer(server).disableEnvironmentOverrides().withCapabilities(capabilities).build()
  } catch (error) {
    if (attempts === 0 || !/ECONNREFUSED/.test(error.message)) throw error
    await new Promise((resolve) => setTimeout(resolve, 200))
    return connect(server, capabilities, attempts - 1)
  }
}
