/**
 * The licences of what is inside the package: their texts are shipped with it, and others than these are not built in.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root, run, SetupError } from './setup.mjs'

/** In order of preference, where a crate gives the choice. */
const ALLOWED = JSON.parse(/^allow = (\[.+\])$/m.exec(readFileSync(path.join(root, 'deny.toml'), 'utf8'))[1])

const TARGET = 'wasm32-unknown-unknown'

const HEAD = `imagine-x402 is licensed under MIT OR Apache-2.0 (LICENSE-MIT, LICENSE-APACHE).
Its WebAssembly contains code of the following crates, and its entry \`testing\` and its command line (with its MCP server) code of the following npm packages, each under the licence
that is named and printed below.
`

/** The file that is shipped. `bundled` are the files that a bundle is made of, relative to the root. */
export function notices(bundled) {
  const parts = [...crates(), ...packagesOf(bundled)].map((part) => ({ ...part, chosen: choose(part) }))
  const texts = new Map()
  for (const part of parts) {
    const text = textOf(part)
    texts.set(text, [...(texts.get(text) ?? []), part])
  }
  const line = ({ name, version, chosen }) => `${name} ${version} (${chosen.join(' AND ')})`
  const printed = [...texts].map(([text, whose]) => `${whose.map(line).join('\n')}\n\n${text}`)
  const head = `${HEAD}${parts.map((part) => `\n- ${line(part)}`).join('')}`
  return `${[head, ...printed].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

/** What is linked into the module: no macros, no build scripts. */
function crates() {
  const tree = [
    'tree',
    '--locked',
    '--target',
    TARGET,
    '--edges',
    'normal,no-proc-macro',
    '--prefix',
    'none',
    '--format',
    '{p}',
    '--package',
    'imagine-x402',
  ]
  const linked = new Set(
    run('cargo', tree, { capture: true })
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
  )
  const { packages } = JSON.parse(
    run('cargo', ['metadata', '--locked', '--format-version', '1', '--filter-platform', TARGET], { capture: true }),
  )
  const ours = packages.filter(({ name, version, source }) => source && linked.has(`${name} v${version}`))
  return ours.map((crate) => ({ ...crate, folder: path.dirname(crate.manifest_path) })).sort(byName)
}

function packagesOf(bundled) {
  const folders = new Set(bundled.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  return [...folders]
    .map((folder) => ({
      ...JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')),
      folder: path.join(root, folder),
    }))
    .sort(byName)
}

const byName = (a, b) => (a.name < b.name ? -1 : 1)

/** One of each choice: `(MIT OR Apache-2.0) AND Unicode-3.0` has two, the first of which is to be made. */
function choose({ name, license }) {
  const choices = (license ?? '').replaceAll(/[()]/g, '').split(' AND ')
  const chosen = choices.map((choice) => ALLOWED.find((allowed) => choice.split(/ OR |\//).includes(allowed)))
  if (chosen.includes(undefined))
    throw new SetupError(`${name} has the licence ${license}, which is not among ${ALLOWED.join(', ')}.`)
  return chosen
}

const textOf = (part) => part.chosen.map((licence) => find(licence, part)).join('\n\n')

/** The text beside the code; some have it in the repository alone. */
function find(licence, { name, folder, authors = [], repository }) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|unlicense)/i.test(file))
  const word = licence.split('-')[0].toLowerCase()
  const file = files.find((file) => file.toLowerCase().includes(word)) ?? (files.length === 1 ? files[0] : undefined)
  if (file) return readFileSync(path.join(folder, file), 'utf8').replaceAll('\r', '').trim()
  return `Licensed under ${licence}${authors.length > 0 ? ` by ${authors.join(', ')}` : ''}; the text is in ${repository?.url ?? repository ?? `the repository of ${name}`}.`
}
