// Each way to bring an app into a browser: `build(app, out)` makes the files, or `serve(app)` serves them itself.
import { execFile } from 'node:child_process'
import { copyFile, cp } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import * as vite8 from 'vite'
import * as vite7 from 'vite7'
import webpack from 'webpack'

const run = promisify(execFile)
const INLINE = 'imagine-x402'
const URL_ENTRY = 'imagine-x402/url'

export const BUNDLERS = [
  { name: 'Vite 8', entries: [INLINE, URL_ENTRY], build: buildWithVite(vite8) },
  { name: 'Vite 8, development', entries: [INLINE, URL_ENTRY], serve: serveWithVite(vite8) },
  { name: 'Vite 7', entries: [INLINE, URL_ENTRY], build: buildWithVite(vite7) },
  { name: 'Vite 7, development', entries: [INLINE], serve: serveWithVite(vite7) },
  {
    name: 'Vite 7, development, with `optimizeDeps.exclude`',
    entries: [URL_ENTRY],
    serve: serveWithVite(vite7, { exclude: [INLINE] }),
  },
  { name: 'webpack 5', entries: [INLINE, URL_ENTRY], build: withPage(buildWithWebpack) },
  { name: 'Rollup 4', entries: [INLINE], build: withPage(buildWithRollup) },
  { name: 'esbuild', entries: [INLINE], build: withPage(buildWithEsbuild('esm')) },
  { name: 'esbuild, as a classic script', entries: [INLINE], build: withPage(buildWithEsbuild('iife')) },
  { name: 'Parcel 2', entries: [INLINE], build: buildWithParcel },
  {
    name: 'no bundler, an import map',
    entries: [INLINE, URL_ENTRY],
    build: (app, out) => cp(app, out, { recursive: true, dereference: true }),
  },
]

function buildWithVite({ build }) {
  return (app, out) =>
    build({ root: app, base: './', configFile: false, logLevel: 'warn', build: { outDir: out, emptyOutDir: true } })
}

function serveWithVite({ createServer }, optimizeDeps = {}) {
  return async (app) => {
    const server = await createServer({
      root: app,
      configFile: false,
      logLevel: 'warn',
      cacheDir: path.join(app, '.vite'),
      optimizeDeps,
      server: { host: '127.0.0.1', port: 0 },
    })
    await server.listen()
    return { url: `http://127.0.0.1:${server.httpServer.address().port}/`, stop: () => server.close() }
  }
}

/** These make the script alone. */
function withPage(build) {
  return async (app, out) => {
    await build(app, out)
    await copyFile(path.join(app, 'index.html'), path.join(out, 'index.html'))
  }
}

function buildWithWebpack(app, out) {
  const config = {
    mode: 'production',
    context: app,
    entry: './main.js',
    output: { path: out, filename: 'main.js', publicPath: 'auto' },
    performance: false,
  }
  return new Promise((resolve, reject) => {
    webpack(config, (error, stats) => {
      const failed = error ?? (stats.hasErrors() ? new Error(stats.toString('errors-only')) : undefined)
      if (failed) reject(failed)
      else resolve()
    })
  })
}

async function buildWithRollup(app, out) {
  const bundle = await rollup({ input: path.join(app, 'main.js'), plugins: [nodeResolve({ browser: true })] })
  await bundle.write({ file: path.join(out, 'main.js'), format: 'es' })
  await bundle.close()
}

function buildWithEsbuild(format) {
  return (app, out) =>
    esbuild.build({
      entryPoints: [path.join(app, 'main.js')],
      outfile: path.join(out, 'main.js'),
      bundle: true,
      minify: true,
      format,
      logLevel: 'error',
    })
}

/** By its command: it looks for what an app has from where it stands. */
async function buildWithParcel(app, out) {
  const command = fileURLToPath(new URL('node_modules/parcel/lib/bin.js', import.meta.url))
  await run(
    process.execPath,
    [command, 'build', 'index.html', '--dist-dir', out, '--public-url', './', '--no-cache', '--no-autoinstall'],
    { cwd: app },
  )
}
