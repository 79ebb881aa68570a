// The rehearsal is worth something only as long as it is played to its end: what it does not reach is compiled after the price.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { root } from '../../scripts/setup.mjs'

const load = async (entry) => {
  const { outputFiles } = await build({ stdin: { contents: entry, resolveDir: root }, bundle: true, format: 'esm', write: false, logLevel: 'silent' })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`)
}

test('the rehearsal is played until the signature has been looked at, and asks nobody', async () => {
  const { NOBODY, begin, imports, submit } = await load("export * from './js/rehearsal.ts'; export * from './build/core/core.js'")
  const { instance } = await WebAssembly.instantiate(await readFile(path.join(root, 'dist/core.wasm')), imports())
  begin(instance)
  const asked = []
  const call = {
    options: {},
    aborted: new Promise(() => {}),
    abortReason: () => undefined,
    ...NOBODY,
    ask: (place, method) => {
      asked.push(method)
      return NOBODY.ask(place, method)
    },
  }
  const { fetch } = globalThis
  globalThis.fetch = () => assert.fail('something was sent')
  const failure = await submit(call).then(() => assert.fail('it was bought'), (error) => error)
  globalThis.fetch = fetch
  assert.equal(failure.code, 'bad_signature')
  assert.deepEqual([asked[0], ...asked.slice(-2)], ['eth_requestAccounts', 'eth_signTypedData_v4', 'eth_getCode'])
})
