// A world for each test that follows a purchase through its whole life: sandbox, dapp and wallet, and what is true in
// it.
import assert from 'node:assert/strict'
import { at, generate, passTime } from './calls.mjs'
import { SIGN, walletFor } from './harness.mjs'
import { keep, openSandbox, stage, useStage } from './stage.mjs'

export const request = { prompt: 'A paper boat on a neon river' }

/**
 * Gives the function that opens a world; what it opens is closed after the test, or with `after` when all tests are
 * over.
 */
export function useWorlds(whenOver) {
  useStage({ whenOver })

  /**
   * `fault` with its `options` is in force from the beginning; `x402` is the version that the seller speaks, `token`
   * what it takes, a status lasts `stepMs`; what else is given is the sandbox's.
   */
  return async function open(
    fault = null,
    { options, wallet: config, x402 = 1, token = 'usdc', stepMs = 200, ...given } = {},
  ) {
    const sandbox = await openSandbox({ stepMs, x402, token, ...given })
    const wallet = walletFor(sandbox, config)
    const dapp = keep(await stage.openDapp({ wallet }))
    sandbox.fault(fault, options)
    return worldOf(sandbox, dapp, () => stage.openDapp({ wallet, profile: dapp.page.context() }))
  }
}

function worldOf(sandbox, dapp, openTab) {
  const order = (overrides, about = request) => ({ request: about, options: at(sandbox.apiUrl, overrides) })
  const buy = (overrides, about) => [generate, order(overrides, about)]

  async function reload(call) {
    const over = call?.catch(() => {})
    await dapp.page.reload()
    await over
  }

  return {
    sandbox,
    dapp,
    order,
    /** Another tab of the same browser, with a wallet of its own. */
    openTab,
    /** What buys and waits, for `dapp.value`, `dapp.failure` and `dapp.run`. */
    buy,
    tasks: (filter) => dapp.value((imagine, filter) => imagine.tasks(filter), filter),
    stored: () => dapp.page.evaluate(readStorage),
    /** Takes the newest unfinished purchase up, and waits for what there is. */
    resume: (overrides) => [resume, at(sandbox.apiUrl, overrides)],

    /** Leaves the page in the middle of a call and comes back. */
    reload,

    /** Buys, and leaves the page as soon as the answer to the payment is known to be lost. */
    async leaveUnanswered() {
      const gone = dapp.run(...buy())
      await dapp.untilEvent('payment_unknown')
      await reload(gone)
    },

    /** Buys from a seller that does not settle, until the chain is past the window. Gives the call. */
    async buyBeyondTheWindow() {
      const buying = dapp.run(...buy())
      await dapp.untilEvent('payment_unknown')
      await passTime(sandbox, dapp, 120)
      return buying
    },

    /** From now on, also on pages to come. */
    async change(script, argument) {
      await dapp.page.context().addInitScript(script, argument)
      await dapp.page.reload()
    },

    /** One signature, and so many payments on the chain. */
    async assertPaid(payments) {
      assert.equal(await dapp.asked(SIGN), 1, 'signatures')
      assert.equal((await sandbox.payments()).length, payments, 'payments on the chain')
      const sent = new Set(sandbox.requests.filter(({ paid }) => paid).map(({ payment }) => payment))
      assert.equal(sent.size, 1, 'whatever is sent again is the same payment')
    },
  }
}

export const submit = (imagine, { request, options }, dapp) =>
  imagine
    .submit(request, { ...options, ...dapp.watch, signal: dapp.controller.signal })
    .then(({ id, taskId }) => ({ id, taskId }))

const resume = (imagine, options) => imagine.resume(undefined, options).then((task) => task?.wait() ?? null)

/** The newest record, once it names the transaction. */
export async function untilSettled(tasks) {
  for (;;) {
    const [record] = await tasks()
    if (record.receipt?.settled === 'chain') return record
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** What is in the browser's own storage, which this does not create. */
const readStorage = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('imagine-x402')
    let isNew = false
    opening.onupgradeneeded = () => {
      isNew = true
      opening.transaction.abort()
    }
    opening.onerror = () => (isNew ? resolve([]) : reject(opening.error))
    opening.onsuccess = () => {
      const all = opening.result.transaction('purchases').objectStore('purchases').getAll()
      all.onsuccess = () => resolve(all.result)
    }
  })
