// Imports nothing: the command line names the faults before any package is installed.

const invalid = ({ response }) => response.json({ isValid: false, invalidReason: 'invalid_payload' })

const claim = ({ response }) => {
  const { paymentPayload, paymentRequirements } = response.req.body
  const { from } = paymentPayload.payload.authorization
  response.json({ success: true, transaction: '', network: paymentRequirements.network, payer: from })
}

const drop = ({ response }) => response.destroy()

const refuse =
  (status, content, headers = {}) =>
  ({ response }) => {
    // What answers here is not the seller: nothing the seller said remains, but a page may still read it.
    for (const name of response.getHeaderNames()) if (!name.startsWith('access-control-')) response.removeHeader(name)
    response.status(status).set(headers).send(content)
  }
const error500 = refuse(500, { error: 'something broke' })
const html500 = refuse(500, '<h1>Internal Server Error</h1>')
const html504 = refuse(504, '<h1>Gateway Timeout</h1>')
const error402 = refuse(402, { x402Version: 1, error: 'X-PAYMENT header is required', accepts: [] })
const error429 = refuse(429, { error: 'too many requests' }, { 'retry-after': '1' })

const redirect = ({ response, strangerUrl }) => response.redirect(307, strangerUrl + response.req.originalUrl)

const truncate = ({ response, body }) =>
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.end())

const delay = ({ response, body, delayMs }) => setTimeout(() => response.end(body), delayMs).unref()

const without =
  (...headers) =>
  ({ response, body }) => {
    for (const header of headers) response.removeHeader(header)
    response.end(body)
  }

const garble =
  (...headers) =>
  ({ response, body }) => {
    for (const header of headers) if (response.hasHeader(header)) response.set(header, '%%% no base64 %%%')
    response.end(body)
  }

/** Each version of x402 has its own. */
const RECEIPTS = ['X-PAYMENT-RESPONSE', 'PAYMENT-RESPONSE']

/** As `@x402/core` 2.0.0 and 2.1.0 write them: a letter is a byte, also one with an accent. */
const inLatin1 =
  (...headers) =>
  ({ response, body }) => {
    for (const header of headers.filter((name) => response.hasHeader(name))) {
      const { resource, ...told } = JSON.parse(Buffer.from(response.get(header), 'base64'))
      const text = JSON.stringify({
        ...told,
        ...(resource && { resource: { ...resource, description: 'Vidéo à la carte' } }),
      })
      response.set(header, Buffer.from(text, 'latin1').toString('base64'))
    }
    response.end(body)
  }

// The seller tells of a settlement, but of no transaction.
const hollow =
  (...headers) =>
  ({ response, body }) => {
    for (const header of headers.filter((name) => response.hasHeader(name))) {
      const receipt = JSON.parse(Buffer.from(response.get(header), 'base64'))
      response.set(
        header,
        Buffer.from(JSON.stringify({ ...receipt, success: true, transaction: '' })).toString('base64'),
      )
    }
    response.end(body)
  }

// The real answer, turned into a failure: what it says about the transaction stays.
const deny =
  (errorReason) =>
  ({ response, body }) =>
    response.json({ ...JSON.parse(body), success: false, errorReason })

/**
 * Everything that can go wrong on demand, one fault at a time. `on` names the requests that meet it: `probe` and `paid`
 * create a video without and with a payment, `status` asks for a task, `verify` and `settle` are the seller's at the
 * facilitator. `before` acts instead of the part asked; `after` gets the answer that the part has ready, when all its
 * work is done. The parts themselves look out for a fault that has neither. `says` is what people read about it.
 */
export const FAULTS = {
  'probe-dropped': { on: ['probe'], before: drop, says: 'the first request is dropped before the seller sees it' },
  'probe-500': { on: ['probe'], before: error500, says: 'the first request is answered 500' },

  'paid-dropped-before': { on: ['paid'], before: drop, says: 'the paid request is dropped before the seller sees it' },
  'paid-500-before': {
    on: ['paid'],
    before: error500,
    says: 'the paid request is answered 500; the seller never sees it',
  },
  'paid-504-before': {
    on: ['paid'],
    before: html504,
    says: 'the paid request is answered 504 with HTML; the seller never sees it',
  },
  'paid-402-before': {
    on: ['paid'],
    before: error402,
    says: 'the paid request is answered 402; the seller never sees it',
  },
  'paid-429-before': {
    on: ['paid'],
    before: error429,
    says: 'the paid request is answered 429; the seller never sees it',
  },
  'paid-redirected': {
    on: ['paid'],
    before: redirect,
    says: 'the paid request is redirected (307) to another origin, which records what it gets',
  },

  'paid-dropped-after': {
    on: ['paid'],
    after: drop,
    says: 'the connection is dropped after settlement, before the answer',
  },
  'paid-500-after': { on: ['paid'], after: error500, says: 'a 500 replaces the answer after settlement' },
  'paid-504-after': { on: ['paid'], after: html504, says: 'a 504 with HTML replaces the answer after settlement' },
  'paid-402-after': { on: ['paid'], after: error402, says: 'a 402 replaces the answer after settlement' },
  'paid-429-after': { on: ['paid'], after: error429, says: 'a 429 replaces the answer after settlement' },
  'paid-delayed': {
    on: ['paid'],
    after: delay,
    says: 'the answer comes after `delayMs`, by default later than the payment is valid',
  },
  'paid-truncated': {
    on: ['paid'],
    after: truncate,
    says: 'the connection ends in the middle of the answer, after settlement',
  },
  'receipt-missing': { on: ['paid'], after: without(...RECEIPTS), says: 'the answer has no receipt' },
  'receipt-garbage': { on: ['paid'], after: garble(...RECEIPTS), says: 'the receipt is garbage' },
  'receipt-hollow': {
    on: ['paid'],
    after: hollow(...RECEIPTS),
    says: 'the receipt says success, and its `transaction` is empty',
  },
  'cors-missing': {
    on: ['paid'],
    after: without('Access-Control-Allow-Origin'),
    says: 'pages may not read the paid answer: a network error, after settlement',
  },
  'cors-unexposed': {
    on: ['probe', 'paid', 'status'],
    after: without('Access-Control-Expose-Headers'),
    says: 'pages may read no header of the answers, so no receipt',
  },

  'headers-latin-1': {
    on: ['probe', 'paid'],
    after: inLatin1('PAYMENT-REQUIRED', ...RECEIPTS),
    says: 'the headers of x402 are in Latin-1 instead of UTF-8, and a description in them has accents',
  },

  'verify-500': { on: ['verify'], before: error500, says: 'the facilitator answers the verification 500' },
  'verify-dropped': { on: ['verify'], before: drop, says: 'the facilitator drops the verification' },
  'verify-refused': { on: ['verify'], before: invalid, says: 'the facilitator says that the payment is invalid' },
  'settle-500': {
    on: ['settle'],
    before: error500,
    says: 'the facilitator answers the settlement 500 and settles nothing',
  },
  'settle-dropped-after': { on: ['settle'], after: drop, says: 'the facilitator settles, then its answer is lost' },
  'settle-pending': {
    on: ['settle'],
    after: deny('settlement_pending'),
    says: 'the facilitator settles, but says that it is pending',
  },
  'settle-nonce-used': {
    on: ['settle'],
    after: deny('invalid_exact_evm_nonce_already_used'),
    says: 'the facilitator settles, but says that the nonce was used before',
  },
  'settle-claimed': {
    on: ['settle'],
    before: claim,
    says: 'the facilitator settles nothing and says success, with an empty `transaction`',
  },
  'chain-down': { on: ['verify', 'settle'], says: 'the facilitator cannot reach the chain' },
  'handler-fails': { on: ['paid'], says: 'the seller fails with 500 after verification, so nothing is settled' },
  'model-gone': {
    on: ['paid'],
    says: 'the seller has lost the model since it gave the price: 400 after verification, so nothing is settled',
  },

  'seed-refused': { on: ['probe', 'paid'], says: 'the seller does not know the field `seed` and answers 400' },
  'seed-uuid-only': { on: ['probe', 'paid'], says: 'the seller answers 400 to a `seed` that is not a UUID' },
  'seed-ignored': { on: ['paid'], ignoresSeed: true, says: 'the seller ignores `seed`: the task has an id of its own' },
  'seed-ignored-500-after': {
    on: ['paid'],
    ignoresSeed: true,
    after: error500,
    says: 'the seller ignores `seed`, and a 500 replaces its answer after settlement',
  },

  'status-404': { on: ['status'], before: refuse(404, { status: 'not_found' }), says: 'the task is not found' },
  'status-500': { on: ['status'], before: html500, says: 'the status is answered 500 with HTML' },
  'status-dropped': { on: ['status'], before: drop, says: 'the request for the status is dropped' },
}
