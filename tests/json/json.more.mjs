// The core reads JSON through one trait, which has two implementations: the browser's own values, and serde_json in
// native tests and fuzzers. What the one reads, the other reads; otherwise those would not test what is shipped.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { before, describe, test } from 'node:test'
import { bind } from '../../scripts/build.mjs'
import { ROOT, openFolder } from '../browser/package.mjs'

const TIMEOUT = { timeout: 900_000 } // it compiles

const nested = (depth, open = '[', inner = '', close = ']') => `${open.repeat(depth)}${inner}${close.repeat(depth)}`
const nestedObjects = (depth) => nested(depth, '{"a":', '1', '}')

const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '0e5',
  '1',
  '-1',
  '1.0',
  '1.50',
  '1e2',
  '1E2',
  '1e+2',
  '12e-1',
  '0.1',
  '0.5',
  '1e-6',
  '1e-7',
  '0.000001234',
  '1.5e-7',
  '1e21',
  '1e20',
  '123456789012345678901',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '12663032485537887',
  '1e308',
  '1.7976931348623157e308',
  '1.7976931348623159e308',
  '1e400',
  '-1e400',
  '5e-324',
  '2e-324',
  '1e-400',
  '2.2250738585072011e-308',
  '0.30000000000000004',
  '4.35',
  '1e23',
  '9.5e-7',
  '100000000000000000000000',
  '01',
  '+1',
  '.5',
  '1.',
  '1e',
  '0x10',
  'NaN',
  'Infinity',
  '-',
  '1_000',
  '--1',
]

const STRINGS = [
  '""',
  '"a"',
  '"\\u0000\\u001f\\u007f\\u2028\\u2029"',
  '"\\b\\f\\n\\r\\t\\"\\\\\\/"',
  '"\u2028"',
  '"\u007f"',
  '"\u{1f600}"',
  '"\\ud83d\\ude00"',
  '"\uFFFD"',
  '"\\uFEFF"',
  '"\\u00E9"',
  '"é"',
  `"${'long '.repeat(50_000)}"`,
  '"\n"',
  '"\t"',
  '"\\x41"',
  '"\\u12"',
  '"a',
  "'a'",
  '"__proto__"',
]

const OBJECTS = [
  '{}',
  '{"a":1}',
  '{"a":1,"a":2}',
  '{"a":1,"b":2,"a":3}',
  '{"b":1,"a":2}',
  '{"2":1,"10":2,"a":3,"1":4}',
  '{"a":1,"01":2,"1":3,"-1":4,"1.5":5}',
  '{"4294967294":1,"4294967295":2,"0":3}',
  '{"__proto__":{"a":1}}',
  '{"__proto__":null,"a":1}',
  '{"__proto__":1}',
  '{"a":{"__proto__":{"maxPrice":"9"}}}',
  '{"constructor":1,"toString":null,"hasOwnProperty":true}',
  '{"":1}',
  '{"":null}',
  '{"length":3,"0":"x","map":true}',
  '{"a":null,"b":true,"c":false,"d":"5","e":5,"f":5.5,"g":[],"h":{}}',
  '{"a":1,}',
  '{"a"}',
  '{a:1}',
  "{'a':1}",
  '{"a":1 "b":2}',
  '{"\\u0061":1}',
  '{"\\u0061":1,"a":2}',
  '{"é":1,"z":2,"\u{1f600}":3,"\uFFFD":4}',
  '{"toJSON":1}',
  '{"then":1}',
  '{"value":{"toJSON":{"a":1}}}',
]

const OTHERS = [
  '',
  ' ',
  'null',
  'true',
  'false',
  'undefined',
  'nul',
  '[]',
  '[1,2,3]',
  '[1,,2]',
  '[1,]',
  '[[],{},null,"",0,false]',
  '["a",["b",["c",["d",["e",["f",["g"]]]]]]]',
  ' [ 1 , 2 ] ',
  '\n\t\r 1 \n',
  '\u00a01',
  '\v1',
  '1 2',
  '{}{}',
  '{} x',
  '\uFEFF{}',
  '{}\uFEFF',
  '{}\0',
  '\0',
  '// no\n1',
  '/* no */ 1',
  nested(120),
  nestedObjects(100),
  nested(126),
  `[${'1,'.repeat(10_000)}1]`,
  `${nested(50)}]`,
  nested(50, '[', '', '}'),
]

/** What one half reads and the other does not, and why nothing hangs on it. */
const KNOWN = [
  {
    why: 'serde_json reads 127 levels at most; the core never goes as deep',
    texts: [nested(128), nested(3_000), nestedObjects(200)],
    differ: deep,
  },
  {
    why: 'half of a character is no text for Rust: the browser has U+FFFD instead',
    texts: ['"\\ud800"', '"\\udc00\\ud800"', '{"\\ud800":1}', '["a\\ud83d"]'],
    differ: hasHalves,
  },
]

function deep(text) {
  let depth = 0
  for (const sign of text.replace(/"(?:[^"\\]|\\.)*"/g, '""')) {
    if (sign === '[' || sign === '{') depth += 1
    else if (sign === ']' || sign === '}') depth -= 1
    if (depth > 127) return true
  }
  return false
}

function hasHalves(text) {
  const escaped = text.replace(/\\\\/g, '').replace(/\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/g, '')
  return /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/.test(escaped)
}

const read = (...names) => readFileSync(path.join(ROOT, 'tests', ...names), 'utf8')

/** What the fuzzers kept, as text, and the text of what was base64 in it. */
function fuzzed() {
  const inputs = readdirSync(path.join(ROOT, 'tests', 'fuzz')).flatMap((name) =>
    read('fuzz', name).split('\n').filter(Boolean),
  )
  return inputs.flatMap((line) => {
    const text = Buffer.from(line, 'base64').toString()
    return [text, Buffer.from(text, 'base64').toString()]
  })
}

const filesIn = (...folder) =>
  readdirSync(path.join(ROOT, 'tests', ...folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(...folder, name))

/** A document, and each of its strings that is a document itself. */
function withInner(text) {
  const texts = [text]
  JSON.parse(text, (_, value) => {
    if (typeof value === 'string' && /^[[{"\d-]/.test(value)) texts.push(value)
    return value
  })
  return texts
}

/** Numbers by the digits of their bits, the same in every run. */
function drawnNumbers(count) {
  const bits = new DataView(new ArrayBuffer(8))
  let seed = 1n
  return Array.from({ length: count }, () => {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n)
    bits.setBigUint64(0, seed)
    const number = bits.getFloat64(0)
    return Number.isFinite(number) ? [number.toString(), number.toExponential(), number.toPrecision(20)] : []
  }).flat()
}

/** What each half says to every text. */
let answers

before(async () => {
  const [browser, native] = await Promise.all([openProbe(), askNative()])
  answers = native.map(([text, said]) => ({ text, native: said, browser: browser(text) }))
}, TIMEOUT)

const edges = [...NUMBERS, ...NUMBERS.map((number) => `{"a":${number}}`), ...STRINGS, ...OBJECTS, ...OTHERS]
const texts = [
  ...edges,
  ...drawnNumbers(300),
  ...fuzzed(),
  ...filesIn('vectors'),
  ...filesIn('fixtures').flatMap(withInner),
  ...filesIn('fixtures', 'records').flatMap(withInner),
  ...KNOWN.flatMap(({ texts }) => texts),
]

/** The module with the browser's half, of a build of its own. */
async function openProbe() {
  const what = [
    '--quiet',
    '--locked',
    '--lib',
    '--profile',
    'probe',
    '--target',
    'wasm32-unknown-unknown',
    '--crate-type',
    'cdylib',
  ]
  execFileSync('cargo', ['rustc', ...what, '--', '--cfg', 'probe'], { cwd: ROOT, stdio: 'inherit' })
  const folder = await openFolder('probe')
  try {
    await bind(folder.path, {}, path.join(ROOT, 'target', 'wasm32-unknown-unknown', 'probe', 'imagine_x402.wasm'))
    const { initSync, probe } = await import(pathToFileURL(path.join(folder.path, 'core.js')).href)
    initSync({ module: readFileSync(path.join(folder.path, 'core_bg.wasm')) })
    return probe
  } finally {
    await folder.close()
  }
}

async function askNative() {
  const folder = await openFolder('probe')
  const file = path.join(folder.path, 'texts.json')
  try {
    const valid = [...new Set(texts.map((text) => text.toWellFormed?.() ?? text))]
    writeFileSync(file, JSON.stringify(valid))
    execFileSync('cargo', ['test', '--quiet', '--locked', '--lib', 'what_serde_json_says', '--', '--ignored'], {
      cwd: ROOT,
      env: { ...process.env, PROBE: file },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const said = JSON.parse(readFileSync(`${file}.said`, 'utf8'))
    return valid.map((text, i) => [text, said[i]])
  } finally {
    await folder.close()
  }
}

const isKnown = (text) => KNOWN.some(({ differ }) => differ(text))

describe('the browser and serde_json read the same', TIMEOUT, () => {
  test('in every method, of every text', () => {
    const compared = answers.filter(({ text }) => !isKnown(text))
    for (const { text, native, browser } of compared) assert.equal(native, browser, text.slice(0, 2_000))
    assert.ok(compared.length > 3_000 && compared.length > answers.length * 0.9, `${compared.length} texts`)
    assert.ok(compared.filter(({ browser }) => browser !== 'not JSON').length > 1_000, 'most are documents')
  })

  for (const { why, texts } of KNOWN) {
    test(`except that ${why}`, () => {
      for (const text of texts) {
        const { native, browser } = answers.find((answer) => answer.text === text)
        assert.equal(native, 'not JSON', text.slice(0, 100))
        assert.notEqual(browser, 'not JSON', text.slice(0, 100))
      }
    })
  }
})

test('numbers are what JavaScript prints, and what is no number is null', () => {
  for (const number of NUMBERS) {
    const { native } = answers.find(({ text }) => text === number)
    let expected
    try {
      expected = JSON.stringify(JSON.parse(number))
    } catch {
      expected = undefined
    }
    assert.equal(native === 'not JSON' ? undefined : JSON.parse(native).number, expected, number)
  }
})

test('the build that is shipped has no trace of it', () => {
  assert.ok(!read('..', 'build', 'core', 'core.d.ts').includes('probe'))
})
