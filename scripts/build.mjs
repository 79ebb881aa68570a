/**
 * `npm run build`: Rust → WebAssembly → bindings → `wasm-opt` → facade → `dist/`, with sizes and a budget.
 */
import { appendFile, chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { notices } from './licences.mjs'
import { root, run, runScript, setup, SetupError } from './setup.mjs'

/** The whole default entry, as it crosses the wire; and the entry `url` with its two files. */
const BUDGET_GZIP = 160 * 1024
const BUDGET_URL_GZIP = 166 * 1024

/** Named one by one: `--all-features` makes modules that no browser loads. */
const WASM_FEATURES = [
  'bulk-memory',
  'mutable-globals',
  'multivalue',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
]

/** Copies by one instruction instead of member by member: six kilobytes, compressed. */
const LLVM = ['-max-store-memcpy=1', '-max-store-memmove=1', '-max-store-memset=1']

/**
 * Instead of a mebibyte, which every page would hold. What is nested is parsed by the engine: no course goes deeper
 * than a twentieth of this (`tests/packaging/stack`).
 */
export const STACK_BYTES = 128 * 1024

/** rustc puts the stack at the bottom of the memory, so that only an overflow ever reaches the lowest kilobyte. */
const PASSES = ['-Oz', '--low-memory-unused']

const at = (...parts) => path.join(root, ...parts)
const core = (file) => at('build', 'core', file)

export async function build() {
  await setup({ npm: true, rust: true })
  compile()
  await bind(core(''))
  await shrink()
  await bundle()
  await declare()
  await report()
}

export function compile() {
  const home = process.env.CARGO_HOME ?? path.join(process.env.HOME ?? '', '.cargo')
  // Panic locations carry paths: without this the bytes would depend on where they were built.
  const flags = [`--remap-path-prefix=${home}=cargo`, `--remap-path-prefix=${root.replace(/\/$/, '')}=.`]
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') }
  // `cdylib` on the command line: in Cargo.toml, beside the rlib that tests need, it would turn LTO off.
  const what = [
    '--quiet',
    '--locked',
    '--package',
    'imagine-x402',
    '--lib',
    '--release',
    '--target',
    'wasm32-unknown-unknown',
    '--crate-type',
    'cdylib',
  ]
  run(
    'cargo',
    [
      'rustc',
      ...what,
      '--',
      '-C',
      `link-arg=-zstack-size=${STACK_BYTES}`,
      ...LLVM.flatMap((argument) => ['-C', `llvm-args=${argument}`]),
    ],
    { env },
  )
}

/** Makes the bindings, and the module that goes with them, in an empty folder. */
export async function bind(folder, env = {}, module = at('target/wasm32-unknown-unknown/release/imagine_x402.wasm')) {
  await rm(folder, { recursive: true, force: true })
  xtask(['bind', module, folder], env)
}

const xtask = (args, env = {}) =>
  run('cargo', ['run', '--quiet', '--locked', '--profile', 'xtask', '-p', 'xtask', '--', ...args], {
    env: { ...process.env, ...env },
  })

async function shrink() {
  optimise(core('core_bg.wasm'), core('core_opt.wasm'), [
    '--strip-debug',
    '--strip-producers',
    '--strip-target-features',
  ])
  const names = wasmOpt(core('core_opt.wasm'), core('core.wasm'), ['--minify-imports-and-exports-and-modules'])
  await rename(JSON.parse(names))
  xtask(['deflate', core('core.wasm'), core('core.wasm.deflate')])
}

export function optimise(input, output, passes) {
  wasmOpt(input, output, [...PASSES, ...passes])
}

function wasmOpt(input, output, passes) {
  const features = WASM_FEATURES.map((feature) => `--enable-${feature}`)
  return run(
    process.execPath,
    [at('node_modules/binaryen/bin/wasm-opt'), input, ...features, ...passes, '-o', output],
    { capture: true },
  )
}

/** wasm-opt has given every import and export a name of one or two letters, which saves four kilobytes: the bindings follow. */
async function rename({ imports, exports }) {
  const [[module]] = imports
  const importNames = new Map(imports.map(([, name, to]) => [name, JSON.stringify(to)]))
  const exportNames = new Map(exports.map(([name, to]) => [name, JSON.stringify(to)]))
  let replaced = 0
  const replacement = (text) => {
    replaced += 1
    return text
  }
  const bindings = (await readFile(core('core.js'), 'utf8'))
    .replace(`${JSON.stringify(module)}: import0`, () => replacement(`${SHORT_MODULE}: import0`))
    .replace(/^ +(__wb\w+): /gm, (_, name) => replacement(`${renamed(importNames, name)}: `))
    .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm[${renamed(exportNames, name)}]`)
  if (replaced !== imports.length + 1)
    throw new SetupError(`the bindings have ${replaced - 1} imports, the module has ${imports.length}`)
  const loader = bindings.indexOf('async function __wbg_load(')
  if (loader < 0) throw new SetupError('the bindings have no loader any more where one was cut off')
  await writeFile(
    core('core.js'),
    `${bindings.slice(0, loader)}export { __wbg_get_imports as imports, __wbg_finalize_init as begin };\n`,
  )
  await appendFile(core('core.d.ts'), LOADING)
}

/** `js/load.ts` loads: the generated loader does it in thrice the bytes. */
const LOADING = `
export function imports(): WebAssembly.Imports;
export function begin(instance: WebAssembly.Instance): void;
`

/** What wasm-opt calls every module that it imports from. */
const SHORT_MODULE = '"a"'

function renamed(names, name) {
  const to = names.get(name)
  if (to === undefined) throw new SetupError(`the bindings use ${name}, which wasm-opt did not rename`)
  return to
}

/** The bundles, and where each has its WebAssembly from. */
const ENTRIES = { index: 'inline', url: 'url', static: 'static', edge: 'edge' }

const BUNDLE = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
}

async function bundle() {
  const { build } = await import('esbuild')
  await rm(at('dist'), { recursive: true, force: true })
  await mkdir(at('dist'))
  for (const [entry, wasm] of Object.entries(ENTRIES)) {
    const source = {
      entryPoints: ['js/index.ts'],
      alias: { '#wasm': `./js/wasm/${wasm}.ts` },
      external: ['./core.wasm*', './keep.js', '*.deflate'],
      inject: ['js/microtask.ts'],
    }
    const { outputFiles } = await build({ ...BUNDLE, ...source, write: false, outfile: `dist/${entry}.js` })
    await writeFile(at('dist', `${entry}.js`), await inlined(outputFiles[0].text))
  }
  // Loaded by the entries once a video is to be kept.
  await build({ ...BUNDLE, entryPoints: ['js/keep.ts'], outfile: 'dist/keep.js' })
  // About whatever entry the app has, and its React.
  await build({
    ...BUNDLE,
    entryPoints: ['js/react.ts'],
    outfile: 'dist/react.js',
    external: ['imagine-x402', 'react'],
  })
  await build({ ...BUNDLE, entryPoints: ['js/node.ts'], outfile: 'dist/node.js', platform: 'node' })
  // For a server of the app's own, without WebAssembly.
  await build({ ...BUNDLE, entryPoints: ['js/proxy.ts'], outfile: 'dist/proxy.js' })
  const testing = await build({
    ...BUNDLE,
    entryPoints: ['js/testing.ts'],
    outfile: 'dist/testing.js',
    metafile: true,
  })
  // With viem's accounts inside, so that the package needs no other.
  const cli = await build({
    ...BUNDLE,
    entryPoints: ['js/node/cli.ts'],
    outfile: 'dist/cli.js',
    platform: 'node',
    banner: { js: '#!/usr/bin/env node' },
    external: ['imagine-x402', 'imagine-x402/node', './mcp.js'],
    metafile: true,
  })
  // Loaded by the command line as an MCP server, with the official SDK inside.
  const mcp = await build({
    ...BUNDLE,
    entryPoints: ['js/node/mcp.ts'],
    outfile: 'dist/mcp.js',
    platform: 'node',
    external: ['imagine-x402'],
    metafile: true,
  })
  await chmod(at('dist', 'cli.js'), 0o755)
  await copyFile(core('core.wasm'), at('dist', 'core.wasm'))
  await writeFile(
    at('dist', 'THIRD-PARTY.txt'),
    notices([testing, cli, mcp].flatMap(({ metafile }) => Object.keys(metafile.inputs))),
  )
}

/**
 * With the deflated WebAssembly as base64 before all scripts, instead of in the place of its import: compressed as one,
 * each costs the other more than a kilobyte.
 */
async function inlined(code) {
  const base64 = await readFile(core('core.wasm.deflate'), 'base64')
  let text = ''
  const scripts = code.replace(/import ([\w$]+) from"[^"]+\.deflate";/, (_, name) => {
    text = `const ${name}="${base64}";`
    return ''
  })
  if (scripts.includes('.deflate"'))
    throw new SetupError('the import of the deflated WebAssembly is not written as it was')
  return text + scripts
}

/** Only the public declarations are shipped; they refer to one another and to nothing else. */
async function declare() {
  const out = at('build', 'types')
  const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', out]
  for (const project of ['tsconfig.json', 'tsconfig.node.json']) {
    for (const more of [[], emit])
      run(process.execPath, [at('node_modules/typescript-7/bin/tsc'), '-p', at(project), ...more])
  }
  for (const name of ['index', 'types', 'error', 'node', 'proxy', 'react', 'testing'])
    await copyFile(path.join(out, 'js', `${name}.d.ts`), at('dist', `${name}.d.ts`))
  await writeFile(at('dist', 'url.d.ts'), "export * from './index.js'\n")
}

const FILES = [
  'index.js',
  'url.js',
  'static.js',
  'edge.js',
  'keep.js',
  'node.js',
  'proxy.js',
  'cli.js',
  'mcp.js',
  'react.js',
  'testing.js',
  'core.wasm',
]

async function report() {
  const rows = []
  for (const file of FILES) {
    const bytes = await readFile(at('dist', file))
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
    rows.push({ file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length })
  }
  const cell = (value) => String(value).padStart(9)
  console.error(['', `${'dist/'.padEnd(12)}${['raw', 'gzip', 'brotli'].map(cell).join('')}`].join('\n'))
  for (const { file, raw, gzip, brotli } of rows)
    console.error(`${file.padEnd(12)}${[raw, gzip, brotli].map(cell).join('')}`)
  const gzipOf = (...files) => rows.filter(({ file }) => files.includes(file)).reduce((sum, { gzip }) => sum + gzip, 0)
  hold('index.js', gzipOf('index.js'), BUDGET_GZIP)
  hold('url.js with core.wasm', gzipOf('url.js', 'core.wasm'), BUDGET_URL_GZIP)
  console.error()
}

function hold(what, gzip, budget) {
  console.error(`budget of ${what}: ${gzip} of ${budget} bytes gzip`)
  if (gzip > budget) throw new SetupError(`${what} is ${gzip - budget} bytes over its budget of ${budget} bytes gzip.`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await runScript(build)
