// Every example that a paper prints in JavaScript, against the types of the package as it is built. The components of
// other languages are compiled and run in tests/frameworks, and the configuration in JSON is used in tests/mcp.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'node:test'
import ts from 'typescript'
import { exampleIn, examplesIn } from './papers.mjs'

const PAPERS = ['README.md', 'llms.txt']
const LANGUAGES = { js: 'jsx', jsx: 'jsx', ts: 'ts', tsx: 'tsx' }
const ELSEWHERE = ['svelte', 'vue', 'json', 'sh', 'text']

/** What the page around an example has. */
const PAGE = `
import type { Generation, GenerateRequest, ImagineEvent } from 'imagine-x402'
declare global {
  const button: HTMLButtonElement
  const player: HTMLVideoElement
  const select: HTMLSelectElement
  const hint: HTMLElement
  const key: import('viem').Hex
  const request: GenerateRequest
  function render(event: ImagineEvent): void
  function show(result: Generation): void
}
`

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  jsx: ts.JsxEmit.ReactJSX,
  allowJs: true,
  checkJs: true,
  strict: false,
  skipLibCheck: true,
  noEmit: true,
}

/** What TypeScript says against sources beside this file, by name; `more` are further options. */
function check(sources, more = {}) {
  const options = { ...OPTIONS, ...more }
  const files = new Map(
    Object.entries(sources).map(([name, text]) => [fileURLToPath(new URL(name, import.meta.url)), text]),
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, target) =>
    files.has(path) ? ts.createSourceFile(path, files.get(path), target, true) : getSourceFile(path, target)
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))
    .map(({ file, start, messageText }) => {
      const { line } = file ? file.getLineAndCharacterOfPosition(start) : { line: 0 }
      return `${file?.fileName.split('/').at(-1)}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

const scriptsIn = (html) =>
  [...html.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n')

test('every example compiles against the built types', async () => {
  const sources = { 'page.d.ts': PAGE }
  for (const paper of PAPERS) {
    for (const [i, { language, code }] of (await examplesIn(paper)).entries()) {
      if (ELSEWHERE.includes(language)) continue
      const extension =
        language === 'html'
          ? 'jsx'
          : (LANGUAGES[language] ?? assert.fail(`${paper} has an example in ${language}, which nobody checks`))
      sources[`${paper}-${i}.${extension}`] = language === 'html' ? scriptsIn(code) : code
    }
  }
  assert.ok(Object.keys(sources).length > 6)
  assert.deepEqual(check(sources), [])
})

test('an example that is wrong would be seen', () => {
  const said = check({
    'page.d.ts': PAGE,
    'wrong.jsx':
      "import { generate } from 'imagine-x402'\nawait generate({ prompt: 'A boat', lenght: 8 })\nawait generate({ prompt: 'A boat' }, { maxPrice: 2 })\n",
  })
  assert.deepEqual(
    said.map((line) => line.split(': ')[0]),
    ['wrong.jsx:2', 'wrong.jsx:3'],
  )
})

describe('under the strictest options', () => {
  const STRICT = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
  const forms = (code) => ({ 'first.js': code, 'second.ts': code })

  test('the first example compiles as it is printed, as JavaScript and as TypeScript', async () => {
    assert.deepEqual(check(forms(await exampleIn('README.md', 'js')), STRICT), [])
  })

  test('the examples of tests compile, as JavaScript and as TypeScript', async () => {
    const isTest = ({ heading, code }) => heading === 'Testing your page' && !code.includes('TestEnvironment')
    const tests = (await examplesIn('README.md')).filter(isTest)
    assert.equal(tests.length, 3)
    for (const { code } of tests) assert.deepEqual(check(forms(code), STRICT), [])
  })

  for (const [what, careless] of Object.entries({
    'a missing video': 'document.title = result.video.url',
    'a missing receipt': 'document.title = result.receipt.amount.amount',
    'a missing transaction': 'if (result.receipt) document.title = result.receipt.transaction',
    'a missing element': "document.querySelector('output').textContent = result.text ?? ''",
  })) {
    test(`an example that ignores ${what} would be seen`, () => {
      const code = `import { generate } from 'imagine-x402'\nconst result = await generate({ prompt: 'A boat' })\n${careless}\n`
      const said = check(forms(code), STRICT)
      assert.deepEqual(
        said.map((line) => line.split(': ')[0]),
        ['first.js:3', 'second.ts:3'],
      )
    })
  }
})
