// The declarations as they are built: nothing is public that the contract does not know, and nothing is untyped.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import ts from 'typescript'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const DIST = at('../../dist/')
const read = (path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)

/** Names for what the contract writes out where it is used, and the entry as a whole. */
const NAMED = ['BalanceOptions', 'Budget', 'Library', 'TaskFilter', 'WasmSource']

/** The types that a file exports. */
const typesIn = (path) =>
  read(path)
    .statements.filter(
      (statement) =>
        (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && isExported(statement),
    )
    .map(({ name }) => name.text)

const isExported = ({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

test('every public type is in the contract, and compared with it', () => {
  const contract = typesIn(at('api.d.ts'))
  assert.ok(contract.length > 20)
  assert.deepEqual(
    typesIn(`${DIST}types.d.ts`)
      .filter((name) => !contract.includes(name))
      .sort(),
    NAMED,
  )
  const compared = [
    ...readFileSync(at('contract.ts'), 'utf8').matchAll(/^check<Same<Package\.(\w+), Contract\.\1>>\(\)$/gm),
  ].map(([, name]) => name)
  assert.deepEqual(compared.sort(), [...contract, 'ImagineError'].sort())
})

test('the tables of names are those of the contract', () => {
  const known = (name) => JSON.parse(readFileSync(at(`../../js/${name}-names.json`), 'utf8')).sort()
  assert.deepEqual(known('option'), membersOf('Config').sort())
  assert.deepEqual(known('request'), membersOf('GenerateRequest').sort())
})

/** The members of an interface of the contract, with those that it extends. */
function membersOf(name) {
  const { members, heritageClauses = [] } = read(at('api.d.ts')).statements.find(
    (statement) => statement.name?.text === name,
  )
  const extended = heritageClauses.flatMap(({ types }) => types.map(({ expression }) => expression.text))
  return [...members.map((member) => member.name.text), ...extended.flatMap(membersOf)]
}

test('nothing is untyped but what listeners of a wallet get, as EIP-1193 has it', () => {
  const found = []
  for (const file of readdirSync(DIST).filter((name) => name.endsWith('.d.ts'))) {
    const visit = (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file}: ${memberAround(node)}`)
      ts.forEachChild(node, visit)
    }
    visit(read(DIST + file))
  }
  assert.deepEqual(found, ['types.d.ts: Eip1193Provider.on', 'types.d.ts: Eip1193Provider.removeListener'])
})

function memberAround(node) {
  const names = []
  for (let up = node.parent; up; up = up.parent) {
    const isMember =
      ts.isMethodSignature(up) ||
      ts.isPropertySignature(up) ||
      ts.isInterfaceDeclaration(up) ||
      ts.isTypeAliasDeclaration(up) ||
      ts.isVariableDeclaration(up) ||
      ts.isFunctionDeclaration(up)
    if (isMember) names.unshift(up.name.text)
  }
  return names.join('.')
}
