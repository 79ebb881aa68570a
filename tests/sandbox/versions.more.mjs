import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { FAULTS } from '../../sandbox/faults.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { clients, countingSigner } from '../faults/clients.mjs'
import { create, decode, encode, receipt, sign, terms } from './buyer.mjs'
import { DIALECTS, create2, receipt2, required, sign2 } from './buyer2.mjs'
import { fixture } from './fixture.mjs'
import { PAID } from './paid.mjs'

const ORDER = { prompt: 'a cat surfs', templateData: { duration: 4 } }
const PRICE = 500_000n
const VERSIONS = [1, 2, 'both', 'hybrid']
const OPTIONS = { stepMs: 3_600_000 }

const sandboxes = {}
before(async () => {
  for (const x402 of VERSIONS) sandboxes[x402] = await startSandbox({ ...OPTIONS, x402 })
})
beforeEach(() => {
  for (const sandbox of Object.values(sandboxes)) sandbox.fault(null)
})
after(() => Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.stop())))

/** What came of an action: its result, what is new on the chain and how many tasks are. */
async function moved(sandbox, action) {
  const [payments, tasks] = [(await sandbox.payments()).length, sandbox.tasks.size]
  const result = await action()
  return { result, payments: (await sandbox.payments()).slice(payments), tasks: sandbox.tasks.size - tasks }
}

/** Pays by hand, where payments are of version 2. */
async function buy2(version, sandbox = sandboxes[version], payer = sandbox.payer) {
  const { terms, accepted } = await DIALECTS[version].offer(sandbox, ORDER)
  const { header, nonce } = await sign2(sandbox, payer, terms, { accepted })
  return { response: await create2(sandbox, ORDER, header), header, nonce }
}

async function documented({ apiUrl }) {
  const expected = await fixture('payment-required')
  expected.accepts[0].resource = `${apiUrl}/generation/create`
  return expected
}

const offered2 = ({ apiUrl, token, payTo }) => ({
  x402Version: 2,
  error: 'Payment required',
  resource: {
    url: `${apiUrl}/generation/create`,
    description:
      'Generate AIGC (ai generated content) using the most advanced video models and optionally coin them to earn trading fees',
    mimeType: 'application/json',
  },
  accepts: [
    {
      scheme: 'exact',
      network: 'eip155:8453',
      amount: '1000000',
      asset: token,
      payTo,
      maxTimeoutSeconds: 60,
      extra: { name: 'USD Coin', version: '2' },
    },
  ],
  extensions: { 'payment-identifier': { info: { required: false } } },
})

test('version 1 has its terms in the body', async () => {
  for (const sandbox of [sandboxes[1], sandboxes.both]) {
    const response = await create(sandbox, await fixture('create-request'))
    assert.equal(response.status, 402)
    assert.deepEqual(await response.json(), await documented(sandbox))
  }
  assert.equal((await create(sandboxes[1], ORDER)).headers.has('payment-required'), false)
})

test('version 2 has its terms in the header', async () => {
  for (const sandbox of [sandboxes[2], sandboxes.both]) {
    const response = await create(sandbox, await fixture('create-request'))
    assert.equal(response.status, 402)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const said = required(response)
    assert.equal(typeof said.extensions['payment-identifier'].schema, 'object')
    delete said.extensions['payment-identifier'].schema
    assert.deepEqual(said, offered2(sandbox))
  }
  assert.deepEqual(await (await create(sandboxes[2], ORDER)).json(), {})
})

test('the hybrid has terms of version 2 in the words of version 1, in the body alone', async () => {
  const sandbox = sandboxes.hybrid
  const response = await create(sandbox, await fixture('create-request'))
  assert.equal(response.status, 402)
  assert.equal(response.headers.has('payment-required'), false)
  const { description } = offered2(sandbox).resource
  assert.deepEqual(await response.json(), {
    error: 'Payment required',
    description,
    x402Version: 2,
    accepts: [
      {
        scheme: 'exact',
        network: 'eip155:8453',
        maxAmountRequired: '1000000',
        asset: sandbox.token,
        payTo: sandbox.payTo,
        maxTimeoutSeconds: 60,
      },
      {
        scheme: 'exact',
        network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
        maxAmountRequired: '1000000',
        asset: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
        payTo: '8sTp2449YNLSkMDzHc29968pmzvhyw7nY6c6wm2XARGG',
        maxTimeoutSeconds: 60,
      },
    ],
  })
})

/** Each official client at each seller it can pay, and the version in which it does. */
const PURCHASES = [
  ['x402-fetch', 1, 1],
  ['x402-fetch', 'both', 1],
  ['@x402/fetch', 1, 1],
  ['@x402/fetch', 2, 2],
  ['@x402/fetch', 'both', 2],
]

for (const [client, version, spoken] of PURCHASES) {
  test(`${client} buys from a seller of ${version}`, async () => {
    const sandbox = sandboxes[version]
    const signer = countingSigner(sandbox.payer)
    const { wrap } = clients.find(({ name }) => name.startsWith(`${client} `))
    const pay = wrap({ chain: sandbox.client.chain, rpcUrl: sandbox.rpcUrl, signer })
    const {
      result: response,
      payments,
      tasks,
    } = await moved(sandbox, () => {
      return pay(`${sandbox.apiUrl}/generation/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ORDER),
      })
    })
    assert.equal(response.status, 202)
    assert.ok(sandbox.tasks.has((await response.json()).taskId))
    assert.deepEqual([signer.asked, tasks], [1, 1])

    const { success, transaction, network } = spoken === 1 ? receipt(response) : receipt2(response)
    assert.deepEqual({ success, network }, { success: true, network: spoken === 1 ? 'base' : 'eip155:8453' })
    assert.deepEqual(payments, [{ from: sandbox.payer.address, value: PRICE, transaction }])
    assert.equal(response.headers.has(spoken === 1 ? 'payment-response' : 'x-payment-response'), false)

    const { paid, payment, body } = sandbox.requests.at(-1)
    assert.deepEqual([paid, decode(payment).x402Version, body], [true, spoken, ORDER])
  })
}

for (const version of [2, 'hybrid']) {
  const { offer, reason } = DIALECTS[version]
  const seller = version === 2 ? 'version 2' : 'the hybrid'

  /** Sends a payment that must not be taken, and gives the reason. */
  async function refused(header, body = ORDER) {
    const sandbox = sandboxes[version]
    const { result: response, payments, tasks } = await moved(sandbox, () => create2(sandbox, body, header))
    assert.equal(response.status, 402)
    assert.deepEqual([payments, tasks], [[], 0])
    assert.equal(response.headers.has('payment-required'), version === 2)
    return reason(response)
  }

  test(`${seller}: a payment by hand settles on the chain and buys a task`, async () => {
    const sandbox = sandboxes[version]
    const {
      result: { response, nonce },
      payments,
      tasks,
    } = await moved(sandbox, () => buy2(version))
    assert.equal(response.status, 202)
    assert.ok(sandbox.tasks.has((await response.json()).taskId))
    assert.equal(tasks, 1)
    const { transaction, ...rest } = receipt2(response)
    assert.deepEqual(rest, { success: true, network: 'eip155:8453', payer: sandbox.payer.address })
    assert.deepEqual(payments, [{ from: sandbox.payer.address, value: PRICE, transaction }])
    assert.equal(await sandbox.authorizationUsed(sandbox.payer.address, nonce), true)
  })

  test(`${seller}: a payment that does not fit is refused and nothing moves`, async () => {
    const sandbox = sandboxes[version]
    const { terms, accepted } = await offer(sandbox, ORDER)
    const cases = [
      [{ value: String(PRICE - 1n) }, 'invalid_exact_evm_payload_authorization_value_mismatch'],
      [{ value: String(PRICE + 1n) }, 'invalid_exact_evm_payload_authorization_value_mismatch'],
      [{ to: sandbox.poor.address }, 'invalid_exact_evm_recipient_mismatch'],
      [{ validBefore: '1000000000' }, 'invalid_exact_evm_payload_authorization_valid_before'],
      [{ validAfter: '99999999999' }, 'invalid_exact_evm_payload_authorization_valid_after'],
    ]
    for (const [changes, expected] of cases) {
      const { header } = await sign2(sandbox, sandbox.payer, terms, { accepted, changes })
      assert.equal(await refused(header), expected)
    }
    const foreign = { ...terms, extra: { name: 'Other Coin', version: '2' } }
    const { header } = await sign2(sandbox, sandbox.payer, foreign, { accepted })
    assert.equal(await refused(header), 'invalid_exact_evm_signature')
    const poor = await sign2(sandbox, sandbox.poor, terms, { accepted })
    assert.equal(await refused(poor.header), 'invalid_exact_evm_insufficient_balance')
  })

  test(`${seller}: what was accepted must be what was offered, to the letter`, async () => {
    const sandbox = sandboxes[version]
    const { terms, accepted } = await offer(sandbox, ORDER)
    const { extra, ...bare } = terms
    const others = [
      null,
      {},
      bare,
      version === 2 ? { ...bare, maxAmountRequired: terms.amount } : terms,
      { ...accepted, payTo: accepted.payTo.toLowerCase() },
      { ...accepted, asset: accepted.asset.toLowerCase() },
      { ...accepted, maxTimeoutSeconds: 61 },
      { ...accepted, network: 'eip155:84532' },
      { ...accepted, more: true },
      { ...accepted, [version === 2 ? 'amount' : 'maxAmountRequired']: String(PRICE - 1n) },
    ]
    for (const other of others) {
      const { header } = await sign2(sandbox, sandbox.payer, terms, { accepted: other })
      assert.equal(await refused(header), 'No matching payment requirements', JSON.stringify(other))
    }
  })

  test(`${seller}: the offer for a shorter video does not buy a longer one`, async () => {
    const sandbox = sandboxes[version]
    const { terms, accepted } = await offer(sandbox, ORDER)
    const { header } = await sign2(sandbox, sandbox.payer, terms, { accepted })
    assert.equal(await refused(header, { prompt: 'a cat surfs' }), 'No matching payment requirements')
  })

  test(`${seller}: a payment that was used cannot move money twice, and hinders no other`, async () => {
    const { header, nonce } = await buy2(version)
    assert.equal(await refused(header), 'invalid_exact_evm_nonce_already_used')
    assert.equal(await sandboxes[version].authorizationUsed(sandboxes[version].payer.address, nonce), true)
    assert.equal((await buy2(version)).response.status, 202)
  })

  test(`${seller}: one payment sent twice at once is charged once`, async () => {
    const sandbox = sandboxes[version]
    const { terms, accepted } = await offer(sandbox, ORDER)
    const { header } = await sign2(sandbox, sandbox.payer, terms, { accepted })
    const { result, payments } = await moved(sandbox, () =>
      Promise.all([1, 2].map(() => create2(sandbox, ORDER, header))),
    )
    assert.equal(payments.length, 1)
    assert.ok(result.some(({ status }) => status === 202))
    assert.equal((await buy2(version)).response.status, 202)
  })

  test(`${seller}: payments at the same time all settle`, async () => {
    const { result, payments } = await moved(sandboxes[version], () =>
      Promise.all(Array.from({ length: 6 }, () => buy2(version))),
    )
    assert.deepEqual(
      result.map(({ response }) => response.status),
      Array(6).fill(202),
    )
    assert.equal(payments.length, 6)
  })

  test(`${seller}: a header that is no payment pays nothing`, async () => {
    const nothing = { 2: 'Payment required', hybrid: 'No matching payment requirements' }[version]
    for (const header of ['garbage!', encode(null)]) assert.equal(await refused(header), nothing)
    const unversioned = { 2: 'Unsupported x402 version: undefined', hybrid: 'No matching payment requirements' }[
      version
    ]
    for (const value of [{}, [], 'text']) assert.equal(await refused(encode(value)), unversioned)

    const { accepted } = await offer(sandboxes[version], ORDER)
    assert.equal(await refused(encode({ x402Version: 3, accepted, payload: {} })), 'Unsupported x402 version: 3')
    assert.equal(await refused(encode({ x402Version: 2, accepted })), 'invalid_payload')
    assert.equal(await refused(encode({ x402Version: 2, accepted, payload: {} })), 'unexpected_verify_error')
  })

  for (const [name, expected] of Object.entries(PAID)) {
    test(`${seller}, ${name}: ${expected[0]}, ${expected[1] ? 'paid' : 'not paid'}, ${expected[2] ? 'a task' : 'no task'}`, async () => {
      const sandbox = sandboxes[version]
      sandbox.fault(name, { delayMs: 0 })
      const { result, payments, tasks } = await moved(sandbox, async () => {
        const answer = await buy2(version).catch(() => undefined)
        const body = await answer?.response.text().catch(() => undefined)
        return !answer
          ? 'broken connection'
          : body === undefined
            ? `${answer.response.status} cut off`
            : answer.response.status
      })
      assert.deepEqual([result, payments.length, tasks], expected)
      assert.equal(sandbox.requests.at(-1).fault, FAULTS[name].on.includes('paid') ? name : undefined)
      sandbox.fault(null)
      assert.equal((await buy2(version)).response.status, 202, 'the fault leaves nothing behind')
    })
  }

  test(`${seller}: the seller passes on what the facilitator said, or that it said nothing`, async () => {
    const errors = {
      'verify-500': /^Facilitator verify failed \(500\)/,
      'verify-dropped': /^fetch failed$/,
      'verify-refused': /^invalid_payload$/,
      'settle-500': /^Facilitator settle failed \(500\)/,
      'settle-dropped-after': /^fetch failed$/,
      'settle-pending': /^settlement_pending$/,
      'settle-nonce-used': /^invalid_exact_evm_nonce_already_used$/,
      'chain-down': /^invalid_exact_evm_signature$/,
    }
    for (const [name, error] of Object.entries(errors)) {
      sandboxes[version].fault(name)
      assert.match(await reason((await buy2(version)).response), error, name)
    }
  })

  test(`${seller}: a settlement that is pending tells its transaction, and is taken for good when the seller asks again`, async () => {
    const sandbox = sandboxes[version]
    sandbox.fault('settle-pending')
    const pending = await moved(sandbox, () => buy2(version))
    const { success, errorReason, transaction } = receipt2(pending.result.response)
    assert.deepEqual({ success, errorReason }, { success: false, errorReason: 'settlement_pending' })
    assert.deepEqual(pending.payments, [{ from: sandbox.payer.address, value: PRICE, transaction }])

    sandbox.fault('settle-pending', { times: 1 })
    const settled = await moved(sandbox, () => buy2(version))
    assert.equal(settled.result.response.status, 202)
    assert.deepEqual(
      settled.payments.map(({ transaction }) => transaction),
      [receipt2(settled.result.response).transaction],
    )
  })

  test(`${seller}: the receipt goes missing or becomes garbage, and the task is still told`, async () => {
    const sandbox = sandboxes[version]
    for (const [name, header] of [
      ['receipt-missing', null],
      ['receipt-garbage', '%%% no base64 %%%'],
    ]) {
      sandbox.fault(name)
      const { response } = await buy2(version)
      assert.equal(response.headers.get('payment-response'), header)
      assert.ok(sandbox.tasks.has((await response.json()).taskId))
    }
  })

  test(`${seller}: what takes the place of an answer has nothing of it`, async () => {
    for (const name of ['paid-500-after', 'paid-402-after']) {
      sandboxes[version].fault(name)
      const { response } = await buy2(version)
      for (const header of ['payment-response', 'payment-required'])
        assert.equal(response.headers.has(header), false, name)
      assert.equal((await response.text()).includes('taskId'), false, name)
    }
  })

  test(`${seller}: a redirected payment can be seen at the other origin`, async () => {
    const sandbox = sandboxes[version]
    sandbox.fault('paid-redirected')
    const from = sandbox.stranger.requests.length
    const { header } = await buy2(version)
    assert.deepEqual(
      sandbox.stranger.requests.slice(from).map(({ paid, payment }) => ({ paid, payment })),
      [{ paid: true, payment: header }],
    )
  })

  test(`${seller}: Base Sepolia works the same`, async () => {
    const sepolia = await startSandbox({ ...OPTIONS, x402: version, chainId: 84532 })
    try {
      const {
        result: { response },
        payments,
      } = await moved(sepolia, () => buy2(version, sepolia))
      assert.equal(response.status, 202)
      assert.equal(receipt2(response).network, 'eip155:84532')
      assert.deepEqual(
        payments.map(({ value }) => value),
        [PRICE],
      )
    } finally {
      await sepolia.stop()
    }
  })
}

test('a seller of one version takes no payment of the other', async () => {
  const [one, two] = [sandboxes[1], sandboxes[2]]
  const { header } = await sign(one, one.payer, await terms(one, ORDER))
  const other = await moved(two, () => create(two, ORDER, header))
  assert.deepEqual([other.result.status, required(other.result).error, other.payments], [402, 'Payment required', []])

  const { terms: terms2 } = await DIALECTS[2].offer(two, ORDER)
  const payment = await sign2(one, one.payer, terms2)
  const { result, payments } = await moved(one, () => create2(one, ORDER, payment.header))
  assert.deepEqual([result.status, (await result.json()).error, payments], [402, 'X-PAYMENT header is required', []])
})

test('both: each payment is taken and receipted in its own version, also under faults', async () => {
  const sandbox = sandboxes.both
  const pay = {
    1: async () => create(sandbox, ORDER, (await sign(sandbox, sandbox.payer, await terms(sandbox, ORDER))).header),
    2: async () => {
      const { terms } = await DIALECTS[2].offer(sandbox, ORDER)
      return create2(sandbox, ORDER, (await sign2(sandbox, sandbox.payer, terms)).header)
    },
  }
  const seen = async (spoken, name) => {
    sandbox.fault(name)
    const {
      result: { status, headers },
      payments,
    } = await moved(sandbox, pay[spoken])
    return [status, payments.length, headers.get('x-payment-response'), headers.get('payment-response')]
  }
  for (const spoken of [1, 2]) {
    assert.deepEqual(await seen(spoken, 'receipt-missing'), [202, 1, null, null])
    const garbage = '%%% no base64 %%%'
    assert.deepEqual(await seen(spoken, 'receipt-garbage'), [
      202,
      1,
      ...(spoken === 1 ? [garbage, null] : [null, garbage]),
    ])
    assert.deepEqual(await seen(spoken, 'paid-500-after'), [500, 1, null, null])
    assert.deepEqual((await seen(spoken, 'chain-down')).slice(0, 2), [402, 0])
  }
})

test('version 2: an id for the payment may be given, and what the seller said about it may not be changed', async () => {
  const sandbox = sandboxes[2]
  const { terms } = await DIALECTS[2].offer(sandbox, ORDER)
  const pay = async (info) => {
    const { header } = await sign2(sandbox, sandbox.payer, terms, { extensions: { 'payment-identifier': { info } } })
    return moved(sandbox, () => create2(sandbox, ORDER, header))
  }
  const taken = await pay({ required: false, id: `pay_${randomUUID()}` })
  assert.deepEqual([taken.result.status, taken.payments.length], [202, 1])
  const changed = await pay({ required: true })
  assert.deepEqual([required(changed.result).error, changed.payments.length], ['extension_echo_mismatch', 0])
})

test('pages of every origin may pay in every version and read terms and receipt', async () => {
  for (const { apiUrl } of Object.values(sandboxes)) {
    const { headers } = await fetch(`${apiUrl}/generation/create`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://dapp.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,payment-signature',
      },
    })
    assert.match(headers.get('access-control-allow-headers'), /\bpayment-signature\b/)
    for (const name of ['payment-required', 'payment-response', 'x-payment-response']) {
      assert.ok(headers.get('access-control-expose-headers').split(', ').includes(name), name)
    }
  }
})

test('a version that does not exist is refused', async () => {
  for (const x402 of [0, 3, '', 'one', null, true])
    await assert.rejects(startSandbox({ x402 }), /^Error: x402 must be 1, 2, both or hybrid/)
})
