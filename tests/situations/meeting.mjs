// One purchase in one situation with one wallet, in Chromium and on the sandbox's chain.
import assert from 'node:assert/strict'
import { at } from '../browser/calls.mjs'
import { createUser, startStubSeller, walletFor } from '../browser/harness.mjs'
import { paymentRequired } from '../browser/stub-seller.mjs'
import { SIGNATURE } from './situations.mjs'

/** The function of `tests/walletconnect/page.js` that gets the wallet of a phone. */
const PHONES = { walletconnect: 'ethereumProvider', reown: 'universalProvider' }

/** How each disconnects for good. */
const DISCONNECTS = { metamask: { code: 1011 } }

/** The shortest window that a seller may give: what is not signed within half of it is not sent. */
const BRIEF = { maxTimeoutSeconds: 12 }

/** Long enough for anything that ends at all. */
const NEVER_MS = 120_000

/** Buys; gives the outcome in words, once it is sure that it is whole and true. */
export async function meet(stage, sandbox, vendor, situation) {
  const { wallet = {}, user: answers, before, during, afterwards, brief, poor, tells } = situation
  const { accounts = 1, ...config } = wallet
  const { payer } = sandbox
  const keys = [poor ? sandbox.poor.privateKey : payer.privateKey, ...(accounts > 1 ? [sandbox.poor.privateKey] : [])]
  const user = createUser(structuredClone(answers))
  const dapp = await open(stage, user, walletFor(sandbox, { vendor, privateKeys: keys, ...config }))
  const seller = brief && (await startStubSeller())
  seller?.answer({ probe: paymentRequired(sandbox, BRIEF) })
  try {
    const earlier = { payments: await sandbox.payments(), requests: sandbox.requests.length }
    if (before) await dapp.page.evaluate(before)
    const buying = dapp.run(buy, {
      request: { prompt: 'A paper boat on a neon river' },
      options: at(seller?.url ?? sandbox.apiUrl),
      says: situation.says ?? null,
      atConfirm: situation.atConfirm?.toString() ?? null,
    })
    if (during) await interfere(dapp, vendor, during)
    const { value, error } = await settled(buying)
    if (afterwards) await answerLate(dapp, afterwards)

    const payments = (await sandbox.payments()).slice(earlier.payments.length)
    assert.ok(user.count(SIGNATURE) <= 1, 'one prompt for one purchase')
    assert.equal(await dapp.page.evaluate(() => globalThis.dapp.listeners), 0, 'nobody listens to the wallet any more')
    if (value) {
      assert.deepEqual(
        payments.map(({ from, value }) => [from.toLowerCase(), value]),
        [[payer.address.toLowerCase(), 1_000_000n]],
      )
      return { outcome: 'paid' }
    }
    const { code, paid, retry, message } = error
    assert.ok(error.class && error.isError, 'a real ImagineError')
    assert.equal(payments.length, 0, 'payments')
    const sent = [...sandbox.requests.slice(earlier.requests), ...(seller?.requests ?? [])]
    assert.equal(sent.filter((request) => request.paid).length, 0, 'paid requests')
    const outcome = `${code}, ${paid}, ${retry}`
    if (tells) assert.match(message, tells, outcome)
    return { outcome, error }
  } finally {
    await dapp.close()
    await seller?.stop()
  }
}

async function open(stage, user, wallet) {
  const via = PHONES[wallet.vendor]
  if (!via) return stage.openDapp({ wallet, user })
  const { openConnected } = await import('../walletconnect/dapp.mjs')
  return openConnected(stage, { via, user, ...wallet })
}

async function interfere(dapp, vendor, { prompt, silent = [], act, abort, answer }) {
  const opened = dapp.user.opened(prompt)
  const over = dapp.page.waitForFunction(() => globalThis.dapp.over, null, { timeout: NEVER_MS })
  await Promise.race([opened, over])
  const isOpened = dapp.user.count(prompt) > 0
  assert.equal(isOpened, !silent.includes(vendor), `whether the prompt of ${prompt} was opened`)
  if (!isOpened) return
  if (act) await dapp.page.evaluate(`(${act})(globalThis.__wallet, ${JSON.stringify(DISCONNECTS[vendor])})`)
  if (abort) await dapp.abort('Error')
  if (answer !== undefined) dapp.user.answer(prompt, answer)
}

/**
 * What is signed when nobody waits any more is never sent: there is time for it. A wallet that has lost its page never
 * answers it.
 */
async function answerLate(dapp, prompt) {
  dapp.user.answer(prompt, true)
  await dapp.page.evaluate(async () => {
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    await Promise.race([globalThis.dapp.wallet.late, pause(1000)])
    await pause(500)
  })
}

function settled(call) {
  let timer
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the call never settled')), NEVER_MS)
  })
  return Promise.race([call, never]).finally(() => clearTimeout(timer))
}

/** In the page. */
async function buy(imagine, { request, options, says, atConfirm }, dapp) {
  const provider = globalThis.wallet ?? (await imagine.wallets())[0].provider
  const say = says && globalThis.eval(says)
  const change = atConfirm && globalThis.eval(`(${atConfirm})`)
  dapp.listeners = 0
  dapp.wallet = {
    get session() {
      return provider.session
    },
    request(call) {
      const answer = say ? say(call, (call) => provider.request(call)) : provider.request(call)
      if (call.method === 'eth_signTypedData_v4')
        dapp.wallet.late = Promise.resolve(answer).then(
          () => {},
          () => {},
        )
      return answer
    },
    on(...args) {
      dapp.listeners += 1
      provider.on(...args)
    },
    removeListener(...args) {
      dapp.listeners -= 1
      provider.removeListener(...args)
    },
  }
  const confirm = async () => {
    await change(globalThis.__wallet)
    return true
  }
  try {
    const task = await imagine.submit(request, {
      ...options,
      wallet: dapp.wallet,
      signal: dapp.controller.signal,
      ...(change && { confirm }),
    })
    return task.taskId
  } finally {
    dapp.over = true
  }
}
