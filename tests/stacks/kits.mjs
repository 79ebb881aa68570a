// Dapps as the kits' public templates write them, bundled as such a dapp would be, but for the library itself, which
// stays the module that the page has.
import { join } from 'node:path'
import { build } from 'esbuild'
import { ROOT, openFolder } from '../browser/package.mjs'
import { share } from '../browser/stage.mjs'

/** `wagmi` and `@reown/appkit` are stand-ins for other packages here, so the real ones have names of their own. */
const ALIAS = { '@reown/appkit': 'appkit', 'porto/internal': 'porto' }
const WAGMI = { rainbowkit: 'wagmi-2', appkit: 'wagmi-3' }

const OPTIONS = {
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['imagine-x402', '/dapp-page.js'],
  define: { global: 'globalThis', process: '{"env":{"NODE_ENV":"production"}}' },
  jsx: 'automatic',
  loader: { '.css': 'empty' },
  logLevel: 'warning',
  // No test looks at a stylesheet.
  logOverride: { 'ignored-bare-import': 'silent' },
  absWorkingDir: ROOT,
}

/** Bundles the dapp of each kit; returns where the pages find them. */
export async function bundleKits() {
  const { path } = share(await openFolder('kits'))
  const mounts = Object.entries(WAGMI).map(async ([kit, wagmi]) => {
    const outdir = join(path, kit)
    const entry = join(ROOT, 'tests', 'stacks', 'kits', `${kit}.jsx`)
    await build({ ...OPTIONS, entryPoints: [entry], outdir, alias: { ...ALIAS, wagmi } })
    return [`/${kit}/`, outdir]
  })
  return { mounts: Object.fromEntries(await Promise.all(mounts)) }
}
