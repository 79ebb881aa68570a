import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = join(HERE, '..', '..')

/** The text of the wallet, for playwright's `addInitScript`. Kept in build/ until a source or a package changes. */
export async function buildWallet() {
  const cached = join(ROOT, 'build', `wallet-${await fingerprint()}.js`)
  const known = await readFile(cached, 'utf8').catch(() => null)
  if (known !== null) return known

  const text = await bundle()
  await mkdir(dirname(cached), { recursive: true })
  const partial = `${cached}.${process.pid}`
  await writeFile(partial, text)
  await rename(partial, cached); // whole or not there, for tests that run side by side
  return text
}

async function fingerprint() {
  const hash = createHash('sha256')
  const sources = (await readdir(HERE)).filter((name) => name.endsWith('.mjs') && !name.endsWith('.test.mjs')).sort()
  const files = [...sources.map((name) => join(HERE, name)), join(ROOT, 'package-lock.json')]
  for (const file of files) hash.update(file).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'inject.mjs')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    plugins: [emptyNodeModules, smallKeyringController],
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Only dead branches of the dependencies name these. */
const emptyNodeModules = {
  name: 'empty-node-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(http|https|zlib|util|url|assert|crypto|stream|fs|path|os)$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}

/** SignatureController wants one enum of this 2 MB package, and eth-sig-util has it. */
const smallKeyringController = {
  name: 'small-keyring-controller',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@metamask\/keyring-controller$/ }, () => ({ path: 'keyring-controller', namespace: 'small' }))
    onLoad({ filter: /.*/, namespace: 'small' }, () => ({
      contents: `export { SignTypedDataVersion } from '@metamask/eth-sig-util'`,
      resolveDir: HERE,
      loader: 'js',
    }))
  },
}
