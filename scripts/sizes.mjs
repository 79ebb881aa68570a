/**
 * `npm run sizes`: what the WebAssembly is made of, by crate and by function. `npm run sizes -- 200` shows so many
 * functions. Bytes before compression, of a module that is built like the real one but keeps its names.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { bind, compile, optimise } from './build.mjs'
import { root, runScript, setup } from './setup.mjs'

const FOLDER = path.join(root, 'build', 'sizes')

async function main() {
  const most = Number(process.argv[2] ?? 50)
  await setup({ npm: true, rust: true })
  compile()
  await bind(FOLDER, { XTASK_KEEP_NAMES: '1' })
  optimise(path.join(FOLDER, 'core_bg.wasm'), path.join(FOLDER, 'core.wasm'), ['--debuginfo'])
  const { sections, functions } = read(await readFile(path.join(FOLDER, 'core.wasm')))
  print(
    'section',
    sections.filter(({ name }) => name !== 'custom'),
  )
  print('crate', sumByCrate(functions))
  print('function', functions.toSorted((a, b) => b.bytes - a.bytes).slice(0, most))
}

function print(title, rows) {
  console.log(`\n${'bytes'.padStart(8)}  ${title}`)
  for (const { name, bytes } of rows.toSorted((a, b) => b.bytes - a.bytes))
    console.log(`${String(bytes).padStart(8)}  ${name}`)
}

function sumByCrate(functions) {
  const sums = new Map()
  for (const { name, bytes } of functions) {
    const [crate = '(without a name)'] = /[a-z]\w*(?=::)/.exec(name) ?? []
    sums.set(crate, (sums.get(crate) ?? 0) + bytes)
  }
  return [...sums].map(([name, bytes]) => ({ name, bytes }))
}

const SECTIONS = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
  'tag',
]
const [CUSTOM, IMPORT, CODE] = ['custom', 'import', 'code'].map((name) => SECTIONS.indexOf(name))
const FUNCTION_NAMES = 1

/**
 * The sections of a module and its functions, by the [binary
 * format](https://webassembly.github.io/spec/core/binary/modules.html).
 */
function read(bytes) {
  const module = reader(bytes, 8)
  const sections = []
  const names = new Map()
  let imported = 0
  let codes = []
  while (!module.done()) {
    const id = module.byte()
    const section = reader(module.bytes(module.number()))
    sections.push({ name: SECTIONS[id], bytes: section.left() })
    if (id === IMPORT) imported = countImports(section)
    if (id === CODE) codes = section.list(() => section.bytes(section.number()).length)
    if (id === CUSTOM && section.text() === 'name') readNames(section, names)
  }
  return { sections, functions: codes.map((bytes, i) => ({ bytes, name: plain(names.get(i + imported) ?? '') })) }
}

/** Without the hashes that tell crates and instances apart. */
const plain = (name) => name.replaceAll(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}/g, '')

const KINDS = { function: 0, table: 1, memory: 2, global: 3 }

function countImports(section) {
  const limits = () => (section.byte() & 1 ? [section.number(), section.number()] : [section.number()])
  const kinds = section.list(() => {
    section.text()
    section.text()
    const kind = section.byte()
    if (kind === KINDS.function) section.number()
    if (kind === KINDS.table) section.byte()
    if (kind === KINDS.table || kind === KINDS.memory) limits()
    if (kind === KINDS.global) section.bytes(2)
    return kind
  })
  return kinds.filter((kind) => kind === KINDS.function).length
}

function readNames(section, names) {
  while (!section.done()) {
    const kind = section.byte()
    const part = reader(section.bytes(section.number()))
    if (kind === FUNCTION_NAMES) part.list(() => names.set(part.number(), part.text()))
  }
}

function reader(bytes, at = 0) {
  const byte = () => bytes[at++]
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const next = byte()
      value += (next & 127) * 2 ** shift
      if (next < 128) return value
    }
  }
  const take = (length) => bytes.subarray(at, (at += length))
  return {
    byte,
    number,
    bytes: take,
    text: () => new TextDecoder().decode(take(number())),
    list: (one) => Array.from({ length: number() }, one),
    left: () => bytes.length - at,
    done: () => at >= bytes.length,
  }
}

await runScript(main)
