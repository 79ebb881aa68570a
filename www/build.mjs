import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const www = import.meta.dirname

/** Bundles the page. The dev wallet is a chunk of its own, so that viem loads only with the sandbox. */
export async function buildPage({ outdir = join(www, '../build/www') } = {}) {
  await rm(outdir, { recursive: true, force: true })
  await mkdir(outdir, { recursive: true })
  await build({
    absWorkingDir: www,
    entryPoints: ['main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  await Promise.all(['index.html', 'style.css', 'icon.svg'].map((name) => copyFile(join(www, name), join(outdir, name))))
  return outdir
}
