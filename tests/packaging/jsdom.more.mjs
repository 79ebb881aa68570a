// An app's tests in realms of jsdom's own, which lack some of what browsers and Node have.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { work } from './globals/run.mjs'
import { MISSING } from './jsdom/missing.mjs'
import { firstCallSpec, importingSpec, readmeExample, readmeSpec } from './jsdom/specs.mjs'
import { runVitest } from './jsdom/vitest.mjs'

const TIMEOUT = { timeout: 120_000 }

describe("a VM of vitest's, which adds Node's `fetch` to jsdom, but no streams", TIMEOUT, () => {
  const REALM = { environment: 'jsdom', pool: 'vmForks' }
  const STREAMS = `
    import { DecompressionStream } from 'node:stream/web'
    globalThis.DecompressionStream = DecompressionStream`

  test('importing the package changes nothing', async () => {
    assert.deepEqual(await runVitest(importingSpec('vitest'), REALM), ['importing'])
  })

  test('the first call names what is missing', async () => {
    assert.deepEqual(await runVitest(firstCallSpec('vitest'), REALM), ['the first call'])
  })

  test("the README's example passes once that was added", async () => {
    assert.deepEqual(await runVitest(STREAMS + (await readmeSpec('vitest')), REALM), ['the example'])
  })
})

describe("jsdom's window alone, as jest has it", TIMEOUT, () => {
  const run = (text, add) => work(new URL('jsdom/window.mjs', import.meta.url), { text, add })

  for (const entry of ['imagine-x402', 'imagine-x402/url', 'imagine-x402/react', 'imagine-x402/testing']) {
    test(`importing ${entry} changes nothing`, async () => {
      assert.deepEqual((await run(`import '${entry}'`)).added, [])
    })
  }

  test('the first call names what is missing', async () => {
    const { outcome } = await run(`
      import { quote } from 'imagine-x402'
      const asked = quote({ prompt: 'A paper boat' }, { baseUrl: 'https://imagine.test' })
      export const outcome = await asked.catch(({ code, paid, message }) => ({ code, paid, message }))`)
    const missing = MISSING.filter((name) => outcome.message.includes(name))
    assert.deepEqual([outcome.code, outcome.paid, missing.length > 0], ['unsupported_environment', 'no', true])
  })

  test("the README's example passes once Node's were added", async () => {
    const { imports, steps } = await readmeExample()
    const { outcome } = await run(`${imports}\n${steps}\nexport const outcome = service.payments.length`, MISSING)
    assert.equal(outcome, 1)
  })
})
