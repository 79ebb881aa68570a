// The doctor as its modules are, over the built library.
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ROOT } from '../browser/package.mjs'

/** What modules of `js/node/` export, bundled into one. */
export async function loadDoctor(...names) {
  const folder = await mkdtemp(path.join(ROOT, 'build', 'doctor-'))
  const outfile = path.join(folder, 'doctor.mjs')
  const contents = names.map((name) => `export * from './js/node/${name}.ts'`).join('\n')
  try {
    const stdin = { contents, resolveDir: ROOT }
    await build({ stdin, bundle: true, outfile, format: 'esm', external: ['imagine-x402'], tsconfigRaw: {} })
    return await import(pathToFileURL(outfile))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The findings of a report, by what was looked at. */
export const verdictsOf = ({ findings }) => Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]))
export const saysOf = ({ findings }, about) => findings.find(({ check }) => check === about)?.says
