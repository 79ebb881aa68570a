// What may happen between a page, a wallet and its visitor, and what a purchase then comes to.
//
// A situation begins with `wallet` (its config), `user` (the visitor's answers, see user.mjs) and `before` (in the
// page). `says` stands in the page between the library and the wallet: `(call, ask) => answer`. `atConfirm` happens
// once all is agreed, `during.act` while a prompt is open; both are given the wallet's handle and run in the page.
// `during` then aborts the call, or answers the prompt; wallets that are `silent` open none. `comes` is the outcome
// with every wallet, or with each that can come into it.

export const CONNECT = 'wallet_requestPermissions'
export const SWITCH = 'wallet_switchEthereumChain'
export const ADD = 'wallet_addEthereumChain'
export const SIGNATURE = 'eth_signTypedData'

const PAID = 'paid'
const unpaid = (code, retry = 'safe') => `${code}, no, ${retry}`
const REFUSED = unpaid('user_rejected')
const BUSY = unpaid('wallet_busy')
const LOCKED = unpaid('wallet_locked')
const ELSEWHERE = unpaid('wrong_network')
const FAILED = unpaid('wallet_error')
const UNUSABLE = unpaid('bad_signature')
const ABORTED = unpaid('aborted')

const connected = { connected: true }
const elsewhere = { connected: true, chainId: 1, knownChains: [1, 8453] }
const stranger = { connected: true, chainId: 1, knownChains: [1] }

const answering = (method, answer) => `(call, ask) => call.method === '${method}' ? (${answer})(call, ask) : ask(call)`
const signing = (answer) => answering('eth_signTypedData_v4', answer)

/** What is expected of a wallet; none where it cannot come into the situation. */
export const expected = ({ comes }, vendor) => (typeof comes === 'string' ? comes : comes[vendor])

/** A row of the table. */
export const rowOf = (name, outcomes) => `| ${[name, ...outcomes.map(show)].join(' | ')} |`

function show(outcome = '–') {
  const [code, ...money] = outcome.split(', ')
  return money.length > 0 ? `\`${code}\`, ${money.join(', ')}` : outcome
}

export const VENDORS = ['metamask', 'rainbow', 'rabby']

export const SITUATIONS = {
  connection: {
    'the page is connected': { wallet: connected, comes: PAID },
    'the page is not connected': { comes: PAID },
    'the visitor refuses to connect': { user: { [CONNECT]: false }, comes: REFUSED },
    'the page has its own request to connect open': {
      user: { [CONNECT]: ['waits', true] },
      before: () => void globalThis.ethereum.request({ method: 'eth_requestAccounts' }),
      comes: { metamask: BUSY, rainbow: PAID, rabby: BUSY },
    },
    'the prompt is left open, and the page gives up': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, abort: true },
      comes: ABORTED,
    },
    'the prompt is forgotten, and the visitor connects by another way': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, act: (wallet) => wallet.setAccounts([wallet.accounts[0]]) },
      comes: { metamask: PAID, rainbow: PAID, rabby: BUSY },
    },
    'the connection breaks while the prompt is open': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, act: (wallet, codes) => wallet.disconnect(codes) },
      comes: FAILED,
    },
    'it connects without an account': { says: answering('eth_requestAccounts', '() => []'), comes: LOCKED },
    'it answers with nothing': { says: answering('eth_requestAccounts', '() => undefined'), comes: LOCKED },
    'it is locked, and then unlocked': {
      wallet: connected,
      before: () => {
        const { log, lock, unlock } = globalThis.__wallet
        lock()
        const looking = setInterval(() => {
          if (!log.some(({ method }) => method === 'eth_requestAccounts')) return
          clearInterval(looking)
          setTimeout(unlock, 500)
        }, 20)
      },
      comes: PAID,
    },
  },
  network: {
    'it is on another network': { wallet: elsewhere, comes: PAID },
    'the visitor refuses to switch': {
      wallet: elsewhere,
      user: { [SWITCH]: false },
      comes: { metamask: REFUSED, rainbow: PAID, rabby: PAID },
    },
    'it does not have the network, and adds it': {
      wallet: stranger,
      comes: { metamask: PAID, rainbow: ELSEWHERE, rabby: PAID },
    },
    'the visitor refuses to add the network': { wallet: stranger, user: { [ADD]: false }, comes: REFUSED },
    'the visitor adds it, and refuses to switch': {
      wallet: stranger,
      user: { [SWITCH]: false },
      comes: { metamask: ELSEWHERE, rainbow: ELSEWHERE, rabby: PAID },
    },
    'the page has its own request to switch open': {
      wallet: { ...elsewhere, knownChains: [1, 10, 8453] },
      user: { [SWITCH]: ['waits', true] },
      before: () =>
        void globalThis.ethereum.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: '0xa' }] }),
      comes: { metamask: BUSY, rainbow: PAID, rabby: PAID },
    },
    'the prompt to switch is left open, and the page gives up': {
      wallet: elsewhere,
      user: { [SWITCH]: 'waits' },
      during: { prompt: SWITCH, silent: ['rainbow', 'rabby'], abort: true },
      comes: { metamask: ABORTED, rainbow: PAID, rabby: PAID },
    },
    'it says that it has switched, and has not': {
      wallet: elsewhere,
      says: answering('wallet_switchEthereumChain', '() => null'),
      comes: ELSEWHERE,
    },
    'it names its network in decimal digits': {
      wallet: connected,
      says: answering('eth_chainId', '() => "8453"'),
      comes: PAID,
    },
    'it names its network by a number': {
      wallet: connected,
      says: answering('eth_chainId', '() => 8453'),
      comes: PAID,
    },
    'it names its network in no known way': {
      wallet: connected,
      says: answering('eth_chainId', '() => "eip155:8453"'),
      comes: FAILED,
    },
    'it changes the network before the signature': {
      wallet: elsewhere,
      atConfirm: (wallet) => wallet.setChain(1),
      comes: ELSEWHERE,
    },
    'it changes the network while the prompt is open': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.setChain(10), answer: true },
      comes: PAID,
    },
    'it cannot read the chain': {
      wallet: connected,
      says: '(call, ask) => /^eth_(call|get)/.test(call.method) ? Promise.reject({ code: -32005, message: "limit exceeded" }) : ask(call)',
      comes: PAID,
    },
  },
  account: {
    'it has too little money': { wallet: connected, poor: true, comes: unpaid('insufficient_funds') },
    'it changes the account before the signature': {
      wallet: { connected: true, accounts: 2 },
      atConfirm: (wallet) => wallet.setAccounts([wallet.accounts[1]]),
      comes: { metamask: LOCKED, rainbow: PAID, rabby: LOCKED },
    },
    'it changes the account while the prompt is open': {
      wallet: { connected: true, accounts: 2 },
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.setAccounts([wallet.accounts[1]]), answer: true },
      comes: PAID,
    },
    'the visitor takes the account away before the signature': {
      wallet: connected,
      atConfirm: (wallet) => wallet.setAccounts([]),
      comes: { metamask: LOCKED, rainbow: ELSEWHERE, rabby: PAID },
    },
  },
  signature: {
    'the visitor refuses': { wallet: connected, user: { [SIGNATURE]: false }, comes: REFUSED },
    'the prompt is left open, and the page gives up': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, abort: true },
      comes: ABORTED,
    },
    'the prompt is left open until it is of no use any more, and answered then': {
      wallet: connected,
      brief: true,
      user: { [SIGNATURE]: 'waits' },
      afterwards: SIGNATURE,
      comes: unpaid('signature_expired'),
    },
    'the connection breaks while the prompt is open, which is answered then': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet, codes) => wallet.disconnect(codes) },
      afterwards: SIGNATURE,
      comes: FAILED,
    },
    'the network is lost for a moment while the prompt is open': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.disconnect({ code: 1013 }), answer: true },
      comes: { metamask: PAID }, // the others have no such event
    },
    'v is 0 or 1': { wallet: { connected: true, v01: true }, comes: PAID },
    'it is empty': { wallet: connected, says: signing('() => "0x"'), comes: UNUSABLE },
    'it is no text': { wallet: connected, says: signing('() => ({ signature: "0x" })'), comes: UNUSABLE },
    'it is of another amount': {
      wallet: connected,
      says: signing(
        '({ method, params: [from, text] }, ask) => ask({ method, params: [from, text.replace(/"value":"\\d+"/, \'"value":"999999"\')] })',
      ),
      comes: UNUSABLE,
    },
    'it is of a smart account that is not deployed': {
      wallet: connected,
      says: signing('() => `0x${"ab".repeat(288)}${"6492".repeat(16)}`'),
      comes: UNUSABLE,
    },
    'it comes by something that is merely like a promise': {
      wallet: connected,
      says: signing(
        '(call, ask) => { const signed = ask(call); return { then: (done, failed) => signed.then(done, failed) } }',
      ),
      comes: PAID,
    },
    'it does not know the method': {
      wallet: connected,
      says: signing('(call, ask) => ask({ method: "wallet_nope" })'),
      comes: unpaid('wallet_error', 'never'),
    },
    'it throws at once': { wallet: connected, says: signing('() => { throw new Error("broken") }'), comes: FAILED },
    'it throws a text': {
      wallet: connected,
      says: signing('() => Promise.reject("User denied message signature.")'),
      comes: REFUSED,
    },
    'it throws nothing': { wallet: connected, says: signing('() => Promise.reject()'), comes: FAILED },
    'it throws a refusal inside another error': {
      wallet: connected,
      says: signing(
        '() => Promise.reject({ code: -32603, message: "Internal JSON-RPC error.", data: { originalError: { code: 4001 } } })',
      ),
      comes: REFUSED,
    },
    'it reports a device that refused': {
      wallet: connected,
      says: signing(
        '() => Promise.reject({ code: -32603, message: "Ledger device: Condition of use not satisfied (denied by the user?) (0x6985)" })',
      ),
      comes: REFUSED,
    },
  },
}
