/**
 * `npm run screenshots`: plays the tests of the page, which keep each state as pictures in both themes and at both
 * widths, puts them on one page (`artifacts/screenshots/index.html`), and makes the README's two pictures.
 * `-- --pictures` makes only those.
 */
import { spawn } from 'node:child_process'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from './build.mjs'
import { root, runScript, setup, SetupError } from './setup.mjs'

const SHOTS = path.join(root, 'artifacts/screenshots')
const PICTURES = path.join(root, 'www/pictures')
const LARGEST = 200_000

await runScript(async () => {
  await setup({ npm: true, rust: true, chromium: true })
  if (!process.argv.includes('--pictures')) {
    await build()
    if (!(await playTests())) process.exitCode = 1
  }
  await takePictures()
  console.log(`${await writeIndex()} states: ${path.relative(root, SHOTS)}/index.html`)
})

async function playTests() {
  const folder = path.join(root, 'tests/page')
  const files = (await readdir(folder))
    .filter((name) => /\.(test|more)\.mjs$/.test(name))
    .map((name) => path.join(folder, name))
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)))
}

/** A finished purchase in the sandbox, as the README shows it. */
async function takePictures() {
  const { default: sharp } = await import('sharp')
  const { finishJob, openBrowser, openSite, priced, visit } = await import('../tests/page/visit.mjs')
  await mkdir(PICTURES, { recursive: true })
  const { browser, dir, close } = await openBrowser()
  const site = await openSite(dir)
  try {
    const { page } = await visit(browser, site.url, { viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 1.5 })
    // From the cache the font is there before the first paint; later it would not be used.
    await page.evaluate(() => document.fonts.ready)
    await page.reload()
    await (await priced(page, '1.00')).click()
    await page.locator('[data-step=queue].now').waitFor()
    site.skip(2.5)
    await page.locator('[data-step=making].now').waitFor()
    await finishJob(page, site)
    await page.waitForFunction(() => document.querySelector('video').readyState > 2)
    await page.locator('video').evaluate((video) => {
      video.autoplay = false
      video.pause()
      video.currentTime = 1.5
      video.controls = false
    })
    await priced(page, '1.00')
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate(() => {
        document.activeElement?.blur()
        scrollTo(0, 0)
      })
      const file = path.join(PICTURES, `page-${colorScheme}.png`)
      await sharp(await page.screenshot({ animations: 'disabled' }))
        .png({ palette: true, colours: 192, effort: 10, dither: 0.6 })
        .toFile(file)
      const { size } = await stat(file)
      if (size > LARGEST) throw new SetupError(`${path.relative(root, file)} has ${size} bytes, more than ${LARGEST}`)
    }
  } finally {
    await site.close()
    await close()
  }
}

async function writeIndex() {
  await mkdir(SHOTS, { recursive: true })
  const states = [
    ...new Set(
      (await readdir(SHOTS))
        .filter((name) => name.endsWith('.png'))
        .map((name) => name.replace(/-(desktop|phone)-(light|dark)\.png$/, '')),
    ),
  ].sort()
  const look = (state, width, theme) =>
    `<a href="${state}-${width}-${theme}.png"><img loading="lazy" class="${width}" src="${state}-${width}-${theme}.png" alt="${state}, ${width}, ${theme}"></a>`
  const looks = (state) =>
    ['desktop', 'phone'].flatMap((width) => ['light', 'dark'].map((theme) => look(state, width, theme))).join('\n')
  await writeFile(
    path.join(SHOTS, 'index.html'),
    `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The page in all its states</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; background: #eee }
  div { display: flex; gap: 1rem; align-items: start; overflow-x: auto }
  img { display: block; border: 1px solid #bbb; border-radius: 6px } .desktop { width: 30rem } .phone { width: 10rem }
</style>
<h1>The page in all its states</h1>
${states.map((state) => `<h2 id="${state}">${state}</h2>\n<div>${looks(state)}</div>`).join('\n')}
</html>
`,
  )
  return states.length
}
