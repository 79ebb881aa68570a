// A page that pays, for browsers in which nothing can be injected, and what it says.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../../sandbox/sandbox.mjs'
import { at } from '../../browser/calls.mjs'
import { walletFor } from '../../browser/harness.mjs'
import { ROOT, packLibrary } from '../../browser/package.mjs'
import { serveFiles } from '../../browser/static-server.mjs'
import { buildWallet } from '../../wallet/build.mjs'

export const ENTRIES = { 'imagine-x402': 'index', 'imagine-x402/url': 'url' }

/** A sandbox, and a folder for the pages in front of it. */
export async function openShop() {
  const library = await packLibrary()
  const sandbox = await startSandbox({ stepMs: 100 })
  await mkdir(path.join(ROOT, 'build'), { recursive: true })
  const folder = await mkdtemp(path.join(ROOT, 'build', 'engines-'))
  await writeFile(path.join(folder, 'wallet.js'), await buildWallet())
  return {
    sandbox,
    /** Serves the page that imports this entry, with more `options` for its calls and more `files`. */
    async serve(entry, { options, files } = {}) {
      const page = path.join(folder, `${ENTRIES[entry]}.html`)
      await writeFile(page, pageFor(entry, sandbox, options))
      return serveFiles({
        '/': page,
        '/wallet.js': path.join(folder, 'wallet.js'),
        '/engine-page.js': fileURLToPath(new URL('./engine-page.js', import.meta.url)),
        '/package/': library.directory,
        ...files,
      })
    },
    async close() {
      await sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** The wallet comes with the page, since not every driver can inject one. */
const pageFor = (entry, sandbox, options) => `<!doctype html>
<meta charset="utf-8">
<title>loading</title>
<script>
  globalThis.__config = ${JSON.stringify({ entry, options: at(sandbox.apiUrl, options) })}
  globalThis.__walletConfig = ${JSON.stringify(walletFor(sandbox))}
</script>
<script src="/wallet.js"></script>
<script type="importmap">${JSON.stringify({ imports: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, `/package/dist/${file}.js`])) })}</script>
<script type="module" src="/engine-page.js"></script>
<button id="buy">Buy</button> <button id="remember">Remember</button>
<output></output>
`

/** What `look` gives, once it says anything. */
async function until(look) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const seen = await look()
    if (seen) return seen
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('nothing was seen for a minute')
}

export const isReady = (browser) => until(async () => (await browser.title()) === 'ready')
export const said = async (browser) => JSON.parse(await until(() => browser.text('output')))
