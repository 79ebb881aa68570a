import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = join(HERE, '..', '..')

const VENDORS = ['metamask', 'rainbow', 'rabby']

/**
 * The text of a vendor's wallet, for playwright's `addInitScript`. Kept in build/ until a source or a package changes.
 */
export async function buildWallet(vendor = 'metamask') {
  if (!VENDORS.includes(vendor)) throw new Error(`There is no wallet of ${vendor}; there are ${VENDORS.join(', ')}.`)
  const cached = join(ROOT, 'build', `wallet-${vendor}-${await fingerprint()}.js`)
  const known = await readFile(cached, 'utf8').catch(() => null)
  if (known !== null) return known

  const text = await bundle(vendor)
  await mkdir(dirname(cached), { recursive: true })
  const partial = `${cached}.${process.pid}`
  await writeFile(partial, text)
  await rename(partial, cached) // whole or not there, for tests that run side by side
  return text
}

async function fingerprint() {
  const hash = createHash('sha256')
  const names = await readdir(HERE, { recursive: true })
  const sources = names.filter((name) => name.endsWith('.mjs') && !/\.(test|more)\.mjs$/.test(name)).sort()
  const files = [...sources.map((name) => join(HERE, name)), join(ROOT, 'package-lock.json')]
  for (const file of files) hash.update(file).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function bundle(vendor) {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, vendor, 'inject.mjs')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'dataurl' },
    plugins: [emptyNodeModules, smallKeyringController, lateSiweParser],
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Only dead branches of the dependencies name these. */
const emptyNodeModules = {
  name: 'empty-node-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(http|https|zlib|util|url|assert|crypto|stream|fs|path|os)$/ }, ({ path }) => ({
      path,
      namespace: 'empty',
    }))
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

/** Half of what the wallet takes to load: its grammar, which only `personal_sign` reads. */
const lateSiweParser = {
  name: 'late-siwe-parser',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@spruceid\/siwe-parser$/ }, ({ namespace }) =>
      namespace === 'late' ? undefined : { path: 'siwe-parser', namespace: 'late' },
    )
    onLoad({ filter: /.*/, namespace: 'late' }, () => ({
      contents: `module.exports = { ParsedMessage: function (text) { return new (require('@spruceid/siwe-parser').ParsedMessage)(text) } }`,
      resolveDir: HERE,
      loader: 'js',
    }))
  },
}
