// The README's tables against the public types: each name is there once, and no other.
import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { test } from 'node:test'
import ts from 'typescript'
import { namesIn, read, sectionOf } from './papers.mjs'

const types = ts.createSourceFile('types.ts', await read('js/types.ts'), ts.ScriptTarget.Latest)

const declared = (name) =>
  types.statements.find((statement) => statement.name?.text === name) ?? assert.fail(`js/types.ts has no ${name}`)

/** The members of an interface, and of those that it extends. */
function membersOf(name) {
  const { members, heritageClauses = [] } = declared(name)
  const inherited = heritageClauses.flatMap(({ types }) => types.map(({ expression }) => expression.text))
  return [...members.map((member) => member.name.text), ...inherited.flatMap(membersOf)]
}

/** The variants of a union of objects: what each one's `type` may be, and its other members. */
function variantsOf(name, key) {
  return declared(name).type.types.map((variant) => {
    const [literal, ...shared] = variant.type?.types ?? [variant]
    const [first, ...others] = literal.members
    assert.equal(first.name.text, key)
    const literals = first.type.types ?? [first.type]
    const own = others.map((member) => member.name.text)
    const members = [...own, ...shared.flatMap(({ typeName }) => membersOf(typeName.text))]
    return { names: literals.map(({ literal }) => literal.text), members }
  })
}

const sorted = (names) => [...names].sort()

test('the options', async () => {
  assert.deepEqual(sorted(namesIn(await sectionOf('README.md', 'Options'))), sorted(membersOf('Config')))
})

test('the fields of a request, and the functions', async () => {
  const names = namesIn(await sectionOf('README.md', 'Functions'))
  assert.deepEqual(sorted(names), sorted([...membersOf('Library'), ...membersOf('GenerateRequest')]))
})

test('the events, with what each has', async () => {
  const rows = (await sectionOf('README.md', 'Events')).split('\n').filter((line) => /^\| `(?!type`)/.test(line))
  const said = rows.map((row) => {
    const [, type, , fields] = row.split('|')
    const words = (cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word)
    return { names: words(type), members: sorted(words(fields.replace(/: .*/, ''))) }
  })
  const variants = variantsOf('ImagineEvent', 'type').map(({ names, members }) => ({ names, members: sorted(members) }))
  assert.deepEqual(said, variants)
})

test('how far a purchase can have come', async () => {
  const { type } = declared('TaskRecord').members.find(({ name }) => name.text === 'step')
  const rows = (await sectionOf('README.md', 'The journal')).split('### ')[0]
  assert.deepEqual(
    namesIn(rows),
    type.types.map(({ literal }) => literal.text),
  )
})

test('what a store of the page does', async () => {
  assert.deepEqual(namesIn(await sectionOf('README.md', 'A store of your own')), membersOf('Store'))
})

test('the hooks', async () => {
  const exported = [...(await read('js/react.ts')).matchAll(/^export function (\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(sorted(namesIn(await sectionOf('README.md', 'React'))), sorted(exported))
})

test('the size', async () => {
  const [, budget] = /BUDGET_GZIP = (\d+) \* 1024/.exec(await read('scripts/build.mjs'))
  const own = (await read('README.md')).replace(/<!-- figures -->[\s\S]*?<!-- \/figures -->/, '')
  const said = [...own.matchAll(/(\d+)[ _]KiB/g)].map(([, size]) => size)
  assert.ok(said.length > 1)
  assert.deepEqual(new Set(said), new Set([budget]))
})

test('every link to a place of the repository leads somewhere', async () => {
  for (const paper of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'llms.txt']) {
    const text = await read(paper)
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path, anchor] = target.split('#')
      if (path) await access(new URL(`../../${path}`, import.meta.url))
      if (anchor) assert.ok(anchorsIn(path ? await read(path) : text).includes(anchor), `${paper}: #${anchor}`)
    }
  }
})

/** As the sites that show these papers make them of headings. */
const anchorsIn = (text) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  )
