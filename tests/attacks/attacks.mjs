/**
 * What a server that means harm may answer to the unpaid request, and what the library says to it, before any
 * signature. The numbers are those of the threats: 1 overcharging, 2 odd amounts, 3 another recipient, 4 another token,
 * 5 and 6 a false name for a token, 7 another network, 8 another kind of permission, 9 a cheque without end, 15 words
 * that deceive, 16 sheer size, 17 odd JSON, 20 odd ids.
 *
 * `offer` changes the one entry of good terms; `answer` is a whole answer. `options` are those of the call.
 */
const REFUSED = 'no_acceptable_offer'
const STRANGER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'
const SELLER = '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96'

const amounts = [
  '1e6',
  '0x10',
  ' 1000000',
  '+1000000',
  '-1',
  '',
  '1000000.0',
  '１００００００',
  1000000,
  [1000000],
  String(2n ** 256n),
]
const networks = ['solana', 'eip155:8453abc', 'eip155:08453', 'eip155:*', 'EIP155:8453', 'Base', 'base ', 8453]
const windows = [-1, 0, 9, 60.5, '60', true, 1e300]

export const ATTACKS = [
  {
    row: 1,
    attack: 'a price over the limit',
    offer: { maxAmountRequired: '5000001' },
    options: { maxPrice: '5.00' },
    code: 'price_too_high',
  },
  {
    row: 1,
    attack: 'the largest price there is',
    offer: { maxAmountRequired: String(2n ** 256n - 1n) },
    code: 'price_too_high',
  },
  ...amounts.map((amount) => ({
    row: 2,
    attack: `the amount ${JSON.stringify(amount).slice(0, 20)}`,
    offer: { maxAmountRequired: amount },
    code: REFUSED,
  })),
  {
    row: 2,
    attack: 'two amounts that differ',
    offer: { maxAmountRequired: '1000000', amount: '9000000' },
    code: REFUSED,
  },
  { row: 2, attack: 'an amount of zero', offer: { maxAmountRequired: '0' }, code: REFUSED },
  {
    row: 3,
    attack: 'a recipient that was not allowed',
    offer: { payTo: STRANGER },
    options: { payTo: [SELLER] },
    code: REFUSED,
  },
  { row: 3, attack: 'the zero address as recipient', offer: { payTo: `0x${'0'.repeat(40)}` }, code: REFUSED },
  { row: 3, attack: 'the token as recipient', offer: { payTo: USDC }, code: REFUSED },
  { row: 3, attack: 'a recipient that is no address', offer: { payTo: 'merchant' }, code: REFUSED },
  {
    row: 4,
    attack: 'a token of 18 decimals',
    offer: { asset: '0x963e83082e0500ce5Da98c78E79A49C09084Bb07' },
    code: REFUSED,
  },
  {
    row: 4,
    attack: "another chain's USDC",
    offer: { asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e' },
    code: REFUSED,
  },
  { row: 5, attack: 'a false name of the token', offer: { extra: { name: 'USDC', version: '2' } }, code: REFUSED },
  {
    row: 5,
    attack: 'a false version of the token',
    offer: { extra: { name: 'USD Coin', version: '1' } },
    code: REFUSED,
  },
  {
    row: 6,
    attack: 'a contract of their own by the name of USD Coin',
    offer: { asset: STRANGER, extra: { name: 'USD Coin', version: '2' } },
    code: REFUSED,
  },
  {
    row: 7,
    attack: 'a network that was not allowed',
    offer: { network: 'eip155:137', asset: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359' },
    code: REFUSED,
  },
  ...networks.map((network) => ({
    row: 7,
    attack: `the network ${JSON.stringify(network)}`,
    offer: { network },
    code: REFUSED,
  })),
  ...['upto', 'Exact', 'exact ', ['exact']].map((scheme) => ({
    row: 8,
    attack: `the scheme ${JSON.stringify(scheme)}`,
    offer: { scheme },
    code: REFUSED,
  })),
  ...['permit2', 'erc7710'].map((method) => ({
    row: 8,
    attack: `a permission by ${method}`,
    offer: { extra: { assetTransferMethod: method } },
    code: REFUSED,
  })),
  ...windows.map((seconds) => ({
    row: 9,
    attack: `open for ${JSON.stringify(seconds)} seconds`,
    offer: { maxTimeoutSeconds: seconds },
    code: REFUSED,
  })),
  {
    row: 15,
    attack: 'words with markup, direction marks and control characters',
    offer: { scheme: '<b>up\u202Eto</b>\u0007'.repeat(50) },
    code: REFUSED,
  },
  {
    row: 16,
    attack: 'a body of two megabytes',
    answer: (good) => ({ status: 402, body: { ...good, error: 'x'.repeat(2 ** 21) } }),
    code: 'bad_response',
  },
  {
    row: 16,
    attack: 'ten thousand offers',
    answer: (good) => ({ status: 402, body: { ...good, accepts: Array(10_000).fill({}) } }),
    code: REFUSED,
  },
  {
    row: 16,
    attack: 'JSON a hundred thousand deep',
    answer: () => ({ status: 402, body: '['.repeat(100_000) + ']'.repeat(100_000) }),
    code: 'bad_response',
  },
  {
    row: 16,
    attack: 'an offer a hundred thousand deep',
    answer: (good) => ({
      status: 402,
      body: JSON.stringify({ ...good, x402Version: 2 }).replace(
        '"payTo"',
        `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"payTo"`,
      ),
    }),
    code: REFUSED,
  },
  {
    row: 16,
    attack: 'more to repeat than a header carries',
    answer: (good) => ({ status: 402, body: { ...good, x402Version: 2, extensions: { bazaar: 'x'.repeat(20_000) } } }),
    code: REFUSED,
  },
  {
    row: 17,
    attack: 'the same member twice',
    answer: (good) => ({
      status: 402,
      body: JSON.stringify(good).replace('"payTo"', '"maxAmountRequired":"9000000","payTo"'),
    }),
    code: 'price_too_high',
  },
  {
    row: 17,
    attack: 'members of prototypes',
    answer: (good) => ({
      status: 402,
      body: JSON.stringify({ x402Version: 1 }).replace('}', `,"__proto__":${JSON.stringify(good)}}`),
    }),
    code: 'bad_response',
  },
  ...[null, 3, '3', 1.5, {}].map((version) => ({
    row: 17,
    attack: `version ${JSON.stringify(version)}`,
    answer: (good) => ({ status: 402, body: { ...good, x402Version: version } }),
    code: version === null ? 'bad_response' : REFUSED,
  })),
  ...['.', '..', '', 'a b', 'a\u202Eb', {}, 'x'.repeat(200)].map((taskId) => ({
    row: 20,
    attack: `the task id ${JSON.stringify(taskId).slice(0, 16)}`,
    answer: () => ({ status: 202, body: { taskId } }),
    code: 'bad_response',
  })),
]

/** Good terms as version 2 has them in its header. */
export function inTheHeader({ accepts, ...rest }) {
  const entries = accepts.map(({ maxAmountRequired, network, ...entry }) => ({
    ...entry,
    network: { base: 'eip155:8453' }[network] ?? network,
    amount: entry.amount ?? maxAmountRequired,
    ...('amount' in entry && { maxAmountRequired }),
  }))
  const terms = { ...rest, x402Version: 2, resource: { url: 'https://seller.test/' }, accepts: entries }
  return {
    status: 402,
    headers: { 'payment-required': Buffer.from(JSON.stringify(terms)).toString('base64') },
    body: {},
  }
}

/**
 * The threats of a server that has been given a payment, or of those around it: what comes of them, and the test that
 * shows it.
 */
export const LATER = [
  {
    row: 3,
    attack: "the payer's own account as recipient",
    outcome: '`no_acceptable_offer`, before the signature',
    file: 'attacks.test.mjs',
    test: "3: the payer's own account is nobody to pay",
  },
  {
    row: 9,
    attack: 'terms of ten years',
    outcome: 'open for ten minutes at most',
    file: 'attacks.test.mjs',
    test: '9: terms of ten years are open for ten minutes',
  },
  {
    row: 10,
    attack: 'a 402 for every payment',
    outcome: 'one authorization',
    file: 'attacks.test.mjs',
    test: '10: a server that answers each payment with 402 gets one authorization',
  },
  {
    row: 11,
    attack: 'a payment that is taken and answered by an error',
    outcome: 'found, paid once; or told as unknown until it cannot be taken any more',
    file: 'recovery.test.mjs',
    test: 'paid-500-after',
  },
  {
    row: 12,
    attack: 'a page without secure random numbers',
    outcome: '`unsupported_environment`, before the signature',
    file: 'attacks.test.mjs',
    test: '12: without secure random numbers nothing is signed',
  },
  {
    row: 12,
    attack: 'a nonce that was used before',
    outcome: 'each has 32 random bytes of its own',
    file: 'attacks.test.mjs',
    test: '12: no two payments have the same nonce',
  },
  {
    row: 13,
    attack: 'somebody who reads the storage later',
    outcome: 'what is over has no signature in it',
    file: 'recovery.mjs',
    test: 'the signed payment is deleted',
  },
  {
    row: 14,
    attack: 'a redirect of the payment',
    outcome: 'not followed',
    file: 'answers.more.mjs',
    test: 'a redirect is not followed',
  },
  {
    row: 16,
    attack: 'an answer without end',
    outcome: '`bad_response`, after half a megabyte',
    file: 'attacks.test.mjs',
    test: '16: of an answer without end no more is read than a price could be',
  },
  {
    row: 18,
    attack: 'an extension that wants a signature',
    outcome: 'it gets none',
    file: 'attacks.test.mjs',
    test: '18: an extension that wants another signature gets none',
  },
  {
    row: 19,
    attack: 'a wallet that signs something else',
    outcome: '`bad_signature`, nothing is sent',
    file: 'attacks.test.mjs',
    test: '19: what a wallet signed otherwise is not sent',
  },
  {
    row: 20,
    attack: 'the task id "../../admin"',
    outcome: 'one segment of the address, encoded',
    file: 'ids.test.mjs',
    test: 'whose id would lead to another place stays at its own',
  },
  {
    row: 20,
    attack: 'a result that is a script',
    outcome: 'no video',
    file: 'attacks.test.mjs',
    test: '20: a result that is a script is no video',
  },
  {
    row: 21,
    attack: 'a forged receipt',
    outcome: 'no settlement; the transaction is looked for on the chain',
    file: 'attacks.test.mjs',
    test: '21: a receipt that names no transaction proves no settlement',
  },
  {
    row: 22,
    attack: 'an account whose contract does not accept its key',
    outcome: '`bad_signature`, nothing is sent',
    file: 'contracts.more.mjs',
    test: 'of a plain account that hands over to a contract without a word on signatures',
  },
  {
    row: 23,
    attack: 'a price that rises after the quote',
    outcome: '`payment_rejected`, not paid',
    file: 'attacks.test.mjs',
    test: '23: a price that rises after the quote is not paid',
  },
  {
    row: 24,
    attack: 'one thing shown, another signed',
    outcome: 'they are the same',
    file: 'attacks.test.mjs',
    test: '24: what is signed is what was shown',
  },
]
