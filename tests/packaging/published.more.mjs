// What is published: these files and no others, depending on nothing, with the licences of what is inside.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { ROOT } from '../browser/package.mjs'

const TIMEOUT = { timeout: 900_000 } // it may have to compile
/** A fifth of it is the command line and the MCP server, which no page loads. */
const MAX_TARBALL = 600_000
const TARGET = 'wasm32-unknown-unknown'
const FILES = [
  'CHANGELOG.md',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'SECURITY.md',
  'llms.txt',
  'package.json',
  ...['index', 'url', 'node', 'proxy', 'react', 'testing'].flatMap((entry) => [
    `dist/${entry}.js`,
    `dist/${entry}.d.ts`,
  ]),
  'dist/static.js',
  'dist/edge.js',
  'dist/keep.js',
  'dist/cli.js',
  'dist/mcp.js',
  'dist/core.wasm',
  'dist/types.d.ts',
  'dist/error.d.ts',
  'dist/THIRD-PARTY.txt',
]

const capture = (command, args) =>
  execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'inherit'] })

test('a tarball of less than 600 kilobytes has the files that are meant to be in it', TIMEOUT, () => {
  const [{ files, size }] = JSON.parse(capture('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']))
  assert.deepEqual(files.map((file) => file.path).sort(), [...FILES].sort())
  assert.ok(size < MAX_TARBALL, `${size} bytes`)
})

test('what writes videos into the browser is in no entry, and each loads it once a video is to be kept', () => {
  const code = (name) => readFileSync(path.join(ROOT, 'dist', `${name}.js`), 'utf8')
  assert.match(code('keep'), /createWritable/)
  for (const entry of ['index', 'url', 'static', 'edge']) {
    assert.match(code(entry), /import\("\.\/keep\.js"\)/, entry)
    assert.doesNotMatch(code(entry), /createWritable/, entry)
  }
})

test('the package needs no other, and runs nothing when it is installed', () => {
  const {
    dependencies,
    optionalDependencies,
    bundleDependencies,
    bundledDependencies,
    peerDependencies,
    peerDependenciesMeta,
    scripts,
  } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  assert.deepEqual(
    [dependencies, optionalDependencies, bundleDependencies, bundledDependencies],
    [undefined, undefined, undefined, undefined],
  )
  assert.deepEqual([Object.keys(peerDependencies), peerDependenciesMeta], [['react'], { react: { optional: true } }])
  assert.deepEqual(
    ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts),
    [],
  )
})

test(
  'THIRD-PARTY.txt names each crate and each npm package that is inside, and prints its licence',
  TIMEOUT,
  async () => {
    const [head, ...texts] = readFileSync(path.join(ROOT, 'dist', 'THIRD-PARTY.txt'), 'utf8').split(
      `\n\n${'-'.repeat(80)}\n\n`,
    )
    const listed = [...head.matchAll(/^- (.+ \(.+\))$/gm)].map(([, line]) => line)
    assert.deepEqual(
      listed.map((line) => line.replace(/ \(.+$/, '')).sort(),
      [...crates(), ...(await npmPackages())].sort(),
    )
    const printed = texts.flatMap((text) => text.split('\n\n')[0].split('\n'))
    assert.deepEqual(
      listed.filter((line) => !printed.includes(line)),
      [],
    )
    assert.ok(texts.every((text) => text.split('\n\n')[1]?.length > 0))
  },
)

/** Whatever cargo compiles for this target, which macros and build scripts are not. */
function crates() {
  const messages = capture('cargo', [
    'check',
    '--locked',
    '--quiet',
    '--lib',
    '--package',
    'imagine-x402',
    '--target',
    TARGET,
    '--message-format',
    'json',
  ])
  const artifacts = messages
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ reason }) => reason === 'compiler-artifact')
  const compiled = artifacts.filter(
    ({ target, filenames }) =>
      !target.kind.includes('custom-build') && filenames.some((file) => file.includes(`/${TARGET}/`)),
  )
  // Those of a path are this project's own.
  const foreign = compiled.flatMap(({ package_id: id }) => (id.startsWith('path+') ? [] : id.split('#')[1]))
  return [...new Set(foreign.map((name) => name.replace('@', ' ')))]
}

/** Whatever the entry `testing` and the command line, with its MCP server, are made of, besides this project. */
async function npmPackages() {
  const common = { absWorkingDir: ROOT, bundle: true, format: 'esm', metafile: true, write: false }
  const external = ['imagine-x402', 'imagine-x402/node']
  const bundles = await Promise.all([
    build({ ...common, entryPoints: ['js/testing.ts'], loader: { '.deflate': 'base64' } }),
    build({ ...common, entryPoints: ['js/node/cli.ts'], platform: 'node', external }),
  ])
  const files = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  return [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'))
    return `${name} ${version}`
  })
}
