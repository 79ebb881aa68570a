// The library among other code: imported outside a page, given callbacks that throw, called twice at once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { at } from './calls.mjs'
import { SIGN, bodyOf, walletFor, watchRequests } from './harness.mjs'
import { dapp, openDapp, sandbox, stage, useStage } from './stage.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

useStage({ sandbox: { stepMs: 300 } })

const open = (wallet) => openDapp({ wallet: walletFor(sandbox, wallet) })

describe('imported in Node', TIMEOUT, () => {
  const inNode = async (script) => {
    const url = pathToFileURL(join(stage.library.directory, 'dist', 'index.js')).href
    const program = `const imagine = await import(${JSON.stringify(url)});\n${script}`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `${TRIPWIRES}\n${program}`,
    ])
    return JSON.parse(stdout)
  }

  test('it touches no global of a page, no network and no WebAssembly', async () => {
    const result = await inNode(`
      const client = imagine.createClient({ maxPrice: '2.00' })
      console.log(JSON.stringify({ touched, generate: typeof client.generate, isError: imagine.isImagineError(new Error('x')) }))
    `)
    assert.deepEqual(result, { touched: [], generate: 'function', isError: false })
  })

  test('it leaves no timers or connections open', async () => {
    // The child ends by itself, or execFile would not resolve.
    assert.equal(await inNode(`imagine.createClient(); console.log('true')`), true)
  })

  test('a purchase without a page fails because there is no wallet', async () => {
    const options = at(sandbox.apiUrl, { storage: 'memory' })
    const result = await inNode(`
      const { code, paid, message } = await imagine.generate(${JSON.stringify(request)}, ${JSON.stringify(options)}).catch((error) => error)
      console.log(JSON.stringify({ wallets: await imagine.wallets(), code, paid, message }))
    `)
    const { message, ...rest } = result
    assert.deepEqual(rest, { wallets: [], code: 'no_wallet', paid: 'no' })
    assert.match(message, /wallet/)
  })
})

describe('callbacks that throw do no harm', TIMEOUT, () => {
  const cases = [
    ['onEvent', 'throws', '() => { throw new Error("broken"); }'],
    ['onEvent', 'rejects', 'async () => { throw new Error("broken"); }'],
    ['onProgress', 'throws', '() => { throw new Error("broken"); }'],
  ]
  for (const [option, verb, callback] of cases) {
    test(`${option} ${verb}`, async () => {
      await open()
      const earlier = await sandbox.balanceOf(sandbox.payTo)
      const result = await dapp.value(
        (imagine, { request, options, option, callback }) =>
          imagine.generate(request, { ...options, [option]: globalThis.eval(callback) }),
        { request, options: at(sandbox.apiUrl), option, callback },
      )
      assert.ok(result.video.url)
      assert.equal((await sandbox.balanceOf(sandbox.payTo)) - earlier, 1_000_000n)
      assert.equal(await dapp.asked(SIGN), 1)
    })
  }
})

describe('two calls at once on one client', TIMEOUT, () => {
  for (const connected of [true, false]) {
    test(`do not disturb each other, ${connected ? 'connected' : 'not yet connected'}`, async () => {
      await open({ connected })
      const earlier = await sandbox.balanceOf(sandbox.payTo)
      const watch = watchRequests(sandbox)
      const prompts = ['A red boat', 'A blue boat']
      const runs = await dapp.value(
        (imagine, { prompts, options }) => {
          const client = imagine.createClient(options)
          return Promise.all(
            prompts.map(async (prompt) => {
              const events = []
              const { taskId, text, receipt } = await client.generate(
                { prompt },
                { onEvent: (event) => events.push(event) },
              )
              return { prompt, taskId, text, receipt, events }
            }),
          )
        },
        { prompts, options: at(sandbox.apiUrl) },
      )

      assert.equal((await sandbox.balanceOf(sandbox.payTo)) - earlier, 2_000_000n)
      assert.equal(watch.paid().length, 2)
      assert.deepEqual(
        watch
          .paid()
          .map((paid) => bodyOf(paid).prompt)
          .sort(),
        prompts.toSorted(),
      )
      assert.equal(await dapp.asked(SIGN), 2)
      assert.equal(dapp.user.count('wallet_requestPermissions'), connected ? 0 : 1, 'one question to the user')
      const [first, second] = runs
      assert.notEqual(first.taskId, second.taskId)
      assert.notEqual(first.receipt.nonce, second.receipt.nonce)
      for (const { prompt, taskId, text, receipt, events } of runs) {
        assert.ok(text.includes(prompt))
        assert.equal(await sandbox.authorizationUsed(receipt.payer, receipt.nonce), true)
        const tasks = events.filter(({ type }) => type === 'status').map(({ status }) => status.taskId)
        assert.deepEqual([...new Set(tasks)], [taskId], 'events of its own task only')
        assert.equal(events.find(({ type }) => type === 'signing').typedData.message.nonce, receipt.nonce)
        assert.equal(events.at(-1).type, 'done')
      }
    })
  }

  test('one fails, the other goes on', async () => {
    await open({ connected: true })
    const [good, bad] = await dapp.value(
      async (imagine, { request, options }) => {
        const client = imagine.createClient(options)
        const outcomes = await Promise.allSettled([
          client.generate(request),
          client.generate(request, { maxPrice: '0.10' }),
        ])
        return outcomes.map(({ value, reason }) => value?.taskId ?? reason.code)
      },
      { request, options: at(sandbox.apiUrl) },
    )
    assert.ok(sandbox.tasks.has(good))
    assert.equal(bad, 'price_too_high')
    assert.equal(await dapp.asked(SIGN), 1)
  })
})

/** Globals of a page, and what an import must leave alone: each use is recorded in `touched`. */
const TRIPWIRES = `
  const touched = []
  for (const name of ['window', 'document', 'self', 'localStorage', 'indexedDB', 'fetch', 'addEventListener', 'XMLHttpRequest']) {
    const value = globalThis[name]
    Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return value; } })
  }
  for (const name of ['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming']) {
    const real = WebAssembly[name]
    WebAssembly[name] = (...args) => { touched.push('WebAssembly.' + name); return real(...args); }
  }
`
