/**
 * `npm run lighthouse`: what Lighthouse says of the static build, served compressed, in Debian's Chromium: the middle
 * one of three looks, since what else the machine does counts as the page's own work. Fails below 95 in any category.
 * Needs `npm run build` before it. `-- --desktop` looks as on a large screen.
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CHROMIUM, root, runScript, setup } from './setup.mjs'

const LEAST = 95
const LOOKS = 3
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

await runScript(async () => {
  await setup({ npm: true, chromium: true })
  const { default: lighthouse, desktopConfig } = await import('lighthouse')
  const { buildPage } = await import('../www/build.mjs')
  const { servePage } = await import('../www/serve.mjs')
  const site = await servePage({ dir: await buildPage() })
  const config = process.argv.includes('--desktop') ? desktopConfig : undefined
  try {
    const looks = []
    for (let look = 0; look < LOOKS; look += 1) looks.push(await lookAt(site.url))
    looks.sort((one, other) => one.lhr.categories.performance.score - other.lhr.categories.performance.score)
    const { lhr, report } = looks[Math.floor(LOOKS / 2)]
    await mkdir(path.join(root, 'artifacts'), { recursive: true })
    await writeFile(path.join(root, 'artifacts/lighthouse.html'), report)
    for (const { title, score } of Object.values(lhr.categories))
      console.log(`${String(Math.round(score * 100)).padStart(4)}  ${title}`)
    for (const { id, title, score, displayValue } of Object.values(lhr.audits)) {
      if (score !== null && score < 0.9) console.log(`      ${id}: ${title} ${displayValue ?? ''}`)
    }
    if (Object.values(lhr.categories).some(({ score }) => score * 100 < LEAST)) process.exitCode = 1
  } finally {
    await site.stop()
  }

  async function lookAt(url) {
    const browser = await openChromium()
    try {
      return await lighthouse(url, { port: browser.port, output: 'html', logLevel: 'error' }, config)
    } finally {
      await browser.close()
    }
  }
})

async function openChromium() {
  const folder = await mkdtemp(path.join(tmpdir(), 'imagine-lighthouse-'))
  const child = spawn(CHROMIUM, [...FLAGS, '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const port = await new Promise((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
      const [, port] = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(said) ?? []
      if (port) resolve(Number(port))
    })
    child.once('close', () => reject(new Error('Chromium did not start')))
  })
  return {
    port,
    async close() {
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
