// What may happen between a page, a wallet and its visitor, and what a purchase then comes to.
//
// A situation begins with `wallet` (its config), `user` (the visitor's answers, see user.mjs) and `before` (in the
// page). `says` stands in the page between the library and the wallet: `(call, ask) => answer`. `atConfirm` happens
// once all is agreed, `during.act` while a prompt is open; both are given the wallet's handle and run in the page.
// `during` then aborts the call, or answers the prompt; wallets that are `silent` open none. `comes` is the outcome
// with every wallet, or with each that can come into it; `tells` is what the error's message then says as well.

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

const PHONES = ['walletconnect', 'reown']
const EXTENSIONS = ['metamask', 'rainbow', 'rabby']
const onAll = (vendors, outcome) => Object.fromEntries(vendors.map((vendor) => [vendor, outcome]))
const inExtensions = (outcome) => onAll(EXTENSIONS, outcome)
const onPhones = (outcome) => onAll(PHONES, outcome)

/** What is expected of a wallet; none where it cannot come into the situation. */
export const expected = ({ comes }, vendor) => (typeof comes === 'string' ? comes : comes[vendor])

/** A row of the table, of an outcome for each vendor. */
export const rowOf = (name, outcomes) =>
  `| ${[name, ...Object.keys(VENDORS).map((vendor) => show(outcomes[vendor]))].join(' | ')} |`

function show(outcome = NONE) {
  const [code, ...money] = outcome.split(', ')
  return money.length > 0 ? `\`${code}\`, ${money.join(', ')}` : outcome
}

/** The outcomes for each vendor in a row of a table that was written before. */
export function outcomesOf(table, topic, name) {
  const [, section = ''] = table.split(`## The ${topic}\n`)
  const row = section
    .split('\n## ')[0]
    .split('\n')
    .find((line) => line.startsWith(`| ${name} |`))
  const cells = row?.slice(2, -2).split(' | ').slice(1) ?? []
  const outcomes = cells.map((cell) => (cell === NONE ? undefined : cell.replaceAll('`', '')))
  return Object.fromEntries(Object.keys(VENDORS).map((vendor, place) => [vendor, outcomes[place]]))
}

const NONE = '–'

export const VENDORS = {
  metamask: 'MetaMask',
  rainbow: 'Rainbow',
  rabby: 'Rabby',
  walletconnect: 'WalletConnect',
  reown: 'Reown',
}

export const SITUATIONS = {
  connection: {
    'the page is connected': { wallet: connected, comes: PAID },
    'the page is not connected': { comes: { ...inExtensions(PAID), ...onPhones(FAILED) }, tells: /connect it first/ },
    'the visitor refuses to connect': { user: { [CONNECT]: false }, comes: inExtensions(REFUSED) },
    'the page has its own request to connect open': {
      user: { [CONNECT]: ['waits', true] },
      before: () => void globalThis.ethereum.request({ method: 'eth_requestAccounts' }),
      comes: { metamask: BUSY, rainbow: PAID, rabby: BUSY },
    },
    'the prompt is left open, and the page gives up': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, abort: true },
      comes: inExtensions(ABORTED),
    },
    'the prompt is forgotten, and the visitor connects by another way': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, act: (wallet) => wallet.setAccounts([wallet.accounts[0]]) },
      comes: { metamask: PAID, rainbow: PAID, rabby: BUSY },
    },
    'the connection breaks while the prompt is open': {
      user: { [CONNECT]: 'waits' },
      during: { prompt: CONNECT, act: (wallet, codes) => wallet.disconnect(codes) },
      comes: inExtensions(FAILED),
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
      comes: inExtensions(PAID),
    },
  },
  network: {
    'it is on another network': { wallet: elsewhere, comes: PAID },
    'the visitor refuses to switch': {
      wallet: elsewhere,
      user: { [SWITCH]: false },
      comes: { metamask: REFUSED, rainbow: PAID, rabby: PAID, ...onPhones(PAID) },
    },
    'it does not have the network, and adds it': {
      wallet: stranger,
      comes: { metamask: PAID, rainbow: ELSEWHERE, rabby: PAID, ...onPhones(PAID) },
    },
    'the visitor refuses to add the network': { wallet: stranger, user: { [ADD]: false }, comes: REFUSED },
    'the visitor adds it, and refuses to switch': {
      wallet: stranger,
      user: { [SWITCH]: false },
      comes: { metamask: ELSEWHERE, rainbow: ELSEWHERE, rabby: PAID, ...onPhones(ELSEWHERE) },
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
      during: { prompt: SWITCH, silent: ['rainbow', 'rabby', ...PHONES], abort: true },
      comes: { metamask: ABORTED, rainbow: PAID, rabby: PAID, ...onPhones(PAID) },
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
      comes: { ...inExtensions(ELSEWHERE), ...onPhones(PAID) },
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
      comes: { metamask: LOCKED, rainbow: PAID, rabby: LOCKED, ...onPhones(PAID) },
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
      comes: { metamask: LOCKED, rainbow: ELSEWHERE, rabby: PAID }, // over WalletConnect this is the end of the session
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
  session: {
    'the visitor refuses with 4001': {
      wallet: connected,
      user: { [SIGNATURE]: { code: 4001, message: 'User rejected the request.' } },
      comes: onPhones(REFUSED),
    },
    'it has been ended before': {
      wallet: connected,
      before: () => globalThis.__wallet.end(),
      comes: onPhones(FAILED),
      tells: /connect it first/,
    },
    'another tab has ended it': {
      wallet: connected,
      before: () => globalThis.__wallet.lose(),
      comes: onPhones(FAILED),
      tells: /connect again/,
    },
    'it was made without the method': {
      wallet: { connected: true, methods: ['personal_sign', 'eth_sendTransaction'] },
      comes: onPhones(unpaid('wallet_error', 'never')),
    },
    'it was made without the network, and the wallet cannot switch': {
      wallet: { ...stranger, methods: ['eth_signTypedData_v4'] },
      comes: onPhones(ELSEWHERE),
    },
    'the wallet ends it while the prompt is open': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.disconnect() },
      comes: onPhones(FAILED),
      tells: /connect again/,
    },
    'the page ends it while the prompt is open': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.end() },
      afterwards: SIGNATURE,
      comes: onPhones(FAILED),
      tells: /connect again/,
    },
    'the relay is cut while the prompt is open, and comes back': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      during: { prompt: SIGNATURE, act: (wallet) => wallet.cut(), answer: true },
      comes: onPhones(PAID),
    },
    'the request is left alone until it expires, and answered then': {
      wallet: connected,
      user: { [SIGNATURE]: 'waits' },
      before: hasten,
      afterwards: SIGNATURE,
      comes: onPhones(FAILED),
      tells: /expired/,
    },
    'the wallet says that the request has expired': {
      wallet: connected,
      // https://docs.walletconnect.network/custodians/extended-sessions
      user: { [SIGNATURE]: { code: 4100, message: 'Request expired' } },
      comes: onPhones(FAILED),
      tells: /expired/,
    },
    'the page names no node (no `rpcMap`), and nothing can be read': {
      wallet: { connected: true, rpcUrl: null },
      comes: onPhones(PAID),
    },
  },
}

/** In the page: the five minutes of WalletConnect's requests pass in half a second. */
function hasten() {
  const { setTimeout } = globalThis
  globalThis.setTimeout = (run, ms, ...given) => setTimeout(run, ms === 300_000 ? 500 : ms, ...given)
}
