// A page that is the README's first example, as it is printed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packLibrary } from '../browser/package.mjs'
import { serveFiles } from '../browser/static-server.mjs'
import { exampleIn } from './papers.mjs'

/** The service that it buys from. */
export const SERVICE = 'https://eliza.getimagine.club'

const pageOf = (example) => `<!doctype html>
<script type="importmap">{ "imports": { "imagine-x402": "/imagine-x402/dist/index.js" } }</script>
<button>Buy</button><video></video><output></output>
<script type="module">${example}</script>`

/** Serves it until `stop` is called. */
export async function servePage() {
  const folder = await mkdtemp(path.join(tmpdir(), 'imagine-x402-page-'))
  const page = path.join(folder, 'index.html')
  await writeFile(page, pageOf(await exampleIn('README.md', 'js')))
  const { url, stop } = await serveFiles({ '/': page, '/imagine-x402/': (await packLibrary()).directory })
  return { url, stop: () => stop().then(() => rm(folder, { recursive: true })) }
}
