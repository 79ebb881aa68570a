// A server that means harm: what it answers to the unpaid request leads to no prompt, and what it does with a payment
// to no loss.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, describe, test } from 'node:test'
import { ATTACKS, LATER, inTheHeader } from '../attacks/attacks.mjs'
import { FILE, table } from '../attacks/table.mjs'
import { at, generate, passTime } from './calls.mjs'
import { SIGN } from './harness.mjs'
import { dapp, openDapp, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { accepted, completed, paymentRequired } from './stub-seller.mjs'

const TIMEOUT = { timeout: 300_000 }
const request = { prompt: 'A paper boat on a neon river' }

// For its chain: nothing that the stub seller takes is ever settled.
useStage({
  sandbox: {},
  whenOver: after,
  async open() {
    await openSeller()
    await openDapp()
  },
})

const buy = (overrides) => [generate, { request, options: at(seller.url, overrides) }]

/** What came of a purchase, in signatures asked for and requests sent. */
async function traces(work) {
  const [signed, sent] = [await dapp.asked(SIGN), seller.requests.length]
  const outcome = await work()
  const payments = seller.requests
    .slice(sent)
    .filter(({ paid }) => paid)
    .map(({ payment }) => payment)
  return { outcome, signatures: (await dapp.asked(SIGN)) - signed, payments }
}

describe('nothing is signed', TIMEOUT, () => {
  for (const { row, attack, offer, answer, options, code } of ATTACKS) {
    const forms = offer
      ? {
          'version 1': () => paymentRequired(sandbox, offer),
          'version 2': () => inTheHeader(paymentRequired(sandbox, offer).body),
        }
      : { '': () => answer(paymentRequired(sandbox).body) }
    for (const [form, make] of Object.entries(forms)) {
      test(`${row}: ${attack} ${form}`, async () => {
        seller.answer({ probe: make() })
        const { outcome, signatures, payments } = await traces(() => dapp.failure(...buy(options)))
        assert.deepEqual([outcome.code, outcome.paid], [code, 'no'])
        assert.deepEqual([signatures, payments.length, dapp.user.count()], [0, 0, 0])
        const words = JSON.stringify([outcome.message, outcome.details?.offers])
        assert.doesNotMatch(words, /[<>\p{Cf}]|\\u00/u, 'nothing that deceives a reader')
        assert.ok(words.length < 50_000)
      })
    }
  }

  test('the table shows all of them', async () => assert.equal(await readFile(FILE, 'utf8'), table()))

  test('the tests that it names are there', async () => {
    for (const { file, test } of LATER) {
      const source = await readFile(new URL(file, import.meta.url), 'utf8')
      assert.ok(
        [`'${test}'`, `"${test}"`].some((title) => source.includes(title)),
        test,
      )
    }
  })
})

test('16: of an answer without end no more is read than a price could be', TIMEOUT, async () => {
  let sent = 0
  const closed = new Promise((resolve) => {
    seller.answer({
      probe: {
        status: 402,
        body: ' '.repeat(2 ** 16),
        endless: (socket) => socket.once('close', () => resolve((sent = socket.bytesWritten))),
      },
    })
  })
  const { outcome, signatures } = await traces(() => dapp.failure(...buy()))
  assert.deepEqual([outcome.code, outcome.paid, signatures], ['bad_response', 'no', 0])
  await closed
  assert.ok(sent > 2 ** 19 && sent < 2 ** 26, `${sent} bytes`)
})

test("3: the payer's own account is nobody to pay", TIMEOUT, async () => {
  seller.answer({ probe: paymentRequired(sandbox, { payTo: sandbox.payer.address }) })
  const { outcome, signatures } = await traces(() => dapp.failure(...buy()))
  assert.deepEqual([outcome.code, outcome.paid, signatures], ['no_acceptable_offer', 'no', 0])
})

describe('no more is given than was agreed', TIMEOUT, () => {
  const good = () => ({ probe: paymentRequired(sandbox), paid: accepted('task-1'), status: completed })
  const authorization = (payment) => JSON.parse(Buffer.from(payment, 'base64').toString()).payload.authorization

  test('9: terms of ten years are open for ten minutes', async () => {
    seller.answer({ ...good(), probe: paymentRequired(sandbox, { maxTimeoutSeconds: 315_360_000 }) })
    const { payments } = await traces(() => dapp.value(...buy()))
    const { timestamp } = await sandbox.client.getBlock()
    assert.ok(Number(authorization(payments[0]).validBefore) - Number(timestamp) <= 600)
  })

  test('10: a server that answers each payment with 402 gets one authorization', async () => {
    seller.answer({ ...good(), paid: paymentRequired(sandbox), status: { status: 404, body: { status: 'not_found' } } })
    const { outcome, signatures, payments } = await traces(async () => {
      const failing = dapp.failure(...buy())
      await dapp.untilEvent('payment_unknown')
      await passTime(sandbox, dapp, 120)
      return failing
    })
    assert.deepEqual([outcome.code, outcome.paid, signatures, new Set(payments).size], ['payment_rejected', 'no', 1, 1])
  })

  test('12: without secure random numbers nothing is signed', async () => {
    seller.answer(good())
    const buyBlindly = async (imagine, { request, options }) => {
      const { getRandomValues } = crypto
      Object.defineProperty(crypto, 'getRandomValues', {
        configurable: true,
        value: () => {
          throw new Error('no entropy')
        },
      })
      return imagine
        .generate({ ...request, id: 'own-id' }, options)
        .finally(() => Object.defineProperty(crypto, 'getRandomValues', { configurable: true, value: getRandomValues }))
    }
    const { outcome, signatures } = await traces(() => dapp.failure(buyBlindly, { request, options: at(seller.url) }))
    assert.deepEqual(
      [outcome.code, outcome.paid, signatures],
      ['unsupported_environment', 'unknown', 0],
      'the id was not looked up',
    )
  })

  test('12: no two payments have the same nonce', async () => {
    seller.answer(good())
    const nonces = new Set()
    for (let i = 0; i < 3; i++) {
      const { payments } = await traces(() => dapp.value(...buy()))
      nonces.add(authorization(payments[0]).nonce)
    }
    assert.equal(nonces.size, 3)
    for (const nonce of nonces) assert.match(nonce, /^0x[0-9a-f]{64}$/)
  })

  test('18: an extension that wants another signature gets none', async () => {
    const { accepts, ...rest } = paymentRequired(sandbox).body
    seller.answer({
      ...good(),
      probe: inTheHeader({ ...rest, accepts, extensions: { 'sign-in-with-x': { info: { domain: 'bank.example' } } } }),
    })
    const before = (await dapp.walletLog()).length
    const { signatures } = await traces(() => dapp.value(...buy()))
    assert.equal(signatures, 1)
    const methods = (await dapp.walletLog()).slice(before).map(({ method }) => method)
    assert.deepEqual(
      methods.filter((method) => /sign|send/i.test(method)),
      [SIGN],
    )
  })

  test('19: what a wallet signed otherwise is not sent', async () => {
    seller.answer(good())
    const tamper = async (imagine, { request, options, SIGN }) => {
      const [{ provider }] = await imagine.wallets()
      const wallet = {
        request: ({ method, params }) => {
          const given =
            method === SIGN ? [params[0], params[1].replace('"value":"1000000"', '"value":"9000000"')] : params
          return provider.request({ method, params: given })
        },
      }
      return imagine.generate(request, { ...options, wallet })
    }
    const { outcome, payments } = await traces(() => dapp.failure(tamper, { request, options: at(seller.url), SIGN }))
    assert.deepEqual([outcome.code, outcome.paid, payments.length], ['bad_signature', 'no', 0])
  })

  test('20: a result that is a script is no video', async () => {
    const { body } = completed
    const result = { ...body.result, generation: { text: 'a boat', video: { url: 'javascript:alert(1)' } } }
    seller.answer({ ...good(), status: { status: 200, body: { ...body, result } } })
    const { video, text } = await dapp.value(...buy())
    assert.deepEqual([video, text], [undefined, 'a boat'])
  })

  test('21: a receipt that names no transaction proves no settlement', async () => {
    const forged = Buffer.from(JSON.stringify({ success: true, transaction: '<script>', network: 'base' })).toString(
      'base64',
    )
    seller.answer({ ...good(), paid: { ...accepted('task-1'), headers: { 'x-payment-response': forged } } })
    const { receipt } = await dapp.value(...buy())
    assert.deepEqual([receipt.settled, receipt.transaction, receipt.explorerUrl], ['unknown', undefined, undefined])
  })

  test('23: a price that rises after the quote is not paid', async () => {
    seller.answer({
      ...good(),
      paid: paymentRequired(sandbox, { maxAmountRequired: '2000000' }),
      status: { status: 404, body: { status: 'not_found' } },
    })
    await dapp.page.evaluate(() => dapp.events.splice(0))
    const { outcome, signatures, payments } = await traces(async () => {
      const failing = dapp.failure(...buy())
      await dapp.untilEvent('payment_unknown')
      await passTime(sandbox, dapp, 120)
      return failing
    })
    assert.deepEqual([outcome.code, outcome.paid, signatures], ['payment_rejected', 'no', 1])
    assert.ok(payments.length > 0)
    for (const payment of payments) assert.equal(authorization(payment).value, '1000000')
  })

  test('24: what is signed is what was shown', async () => {
    seller.answer(good())
    await dapp.page.evaluate(() => dapp.events.splice(0))
    const { payments } = await traces(() => dapp.value(...buy()))
    const events = await dapp.events()
    const { quote } = events.find(({ type }) => type === 'quoted')
    const { typedData } = events.find(({ type }) => type === 'signing')
    const { value, to } = authorization(payments[0])
    assert.deepEqual([value, to], [quote.price.atomic, quote.payTo])
    assert.deepEqual([typedData.message.value, typedData.message.to], [value, to])
  })
})
