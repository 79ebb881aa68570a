import type { Config } from 'imagine-x402'
import type { TestService } from 'imagine-x402/testing'
import type { Scenario } from './rehearsal'

/** How the service inside the page, or its wallet, is bent. What is not named goes well. */
export interface MockScenario extends Scenario {
  fate?: TestService['fate']
  /** In the place of the price. */
  price?: (terms: Terms) => Response
  /** What the wallet says to a method in the place of its own answer. */
  wallet?: Record<string, (params: unknown) => unknown>
  /** How the job goes on. */
  job?: 'missing' | 'silent' | 'endless'
  /** How many wallets announce themselves. */
  wallets?: 0 | 2
  config?: Config
}

/** The offer of the service, as x402 has it. */
export interface Terms {
  accepts: { maxAmountRequired: string; network: string; maxTimeoutSeconds: number }[]
}

const reject = (code: number, message: string) => () => {
  throw Object.assign(new Error(message), { code })
}

const offering = (change: Partial<Terms['accepts'][number]>) => (terms: Terms) =>
  Response.json({ ...terms, accepts: terms.accepts.map((offer) => ({ ...offer, ...change })) }, { status: 402 })

/** A window of seconds, so that nobody has to wait for its end. */
const hasty = offering({ maxTimeoutSeconds: 14 })

const PAYMENT = 'The payment'
const WALLET = 'The wallet'
const PRICE = 'The price'
const JOB = 'The job'
const PAGE = 'The page'

export const SCENARIOS: readonly MockScenario[] = [
  {
    name: 'lost',
    group: PAYMENT,
    label: 'The answer gets lost',
    fate: 'lose',
    says: 'The money moves and the answer never comes. The page asks the token itself, finds the video and never pays again.',
  },
  {
    name: 'refused',
    group: PAYMENT,
    label: 'The payment is refused',
    fate: 'refuse',
    price: hasty,
    says: 'The page waits until the payment can no longer be taken, then says that no money moved.',
  },
  {
    name: 'unknown',
    group: PAYMENT,
    label: 'Nobody can tell',
    fate: 'refuse',
    price: hasty,
    wallet: {
      eth_call: reject(-32603, 'the chain is out of reach'),
      eth_getBlockByNumber: reject(-32603, 'the chain is out of reach'),
    },
    says: 'The answer is lost and the chain is out of reach. The page says that it does not know, and that you should not pay again.',
  },
  {
    name: 'reject',
    group: WALLET,
    label: 'You refuse to sign',
    wallet: { eth_signTypedData_v4: reject(4001, 'User rejected the request.') },
    says: 'A refusal is your good right, and no alarm.',
  },
  {
    name: 'busy',
    group: WALLET,
    label: 'Another request is open',
    wallet: { eth_requestAccounts: reject(-32002, 'Request already pending.') },
    says: 'Wallets show one request at a time.',
  },
  {
    name: 'locked',
    group: WALLET,
    label: 'The wallet is locked',
    wallet: { eth_requestAccounts: () => [], eth_accounts: () => [] },
    says: 'It keeps its account from the page.',
  },
  {
    name: 'broken',
    group: WALLET,
    label: 'The wallet fails',
    wallet: { eth_signTypedData_v4: reject(-32603, 'Internal JSON-RPC error.') },
    says: 'The wallet’s own words are shown.',
  },
  {
    name: 'network',
    group: WALLET,
    label: 'It stays on another network',
    wallet: { eth_chainId: () => '0x1', wallet_switchEthereumChain: () => null },
    says: 'The payment is on Base; the wallet says that it switched, and did not.',
  },
  {
    name: 'poor',
    group: WALLET,
    label: 'There is not enough USDC',
    wallet: { eth_call: () => `0x${(400_000).toString(16).padStart(64, '0')}` },
    says: 'Seen before the wallet opens, with what is missing.',
  },
  {
    name: 'forged',
    group: WALLET,
    label: 'The signature is another’s',
    wallet: { eth_signTypedData_v4: () => `0x${'11'.repeat(64)}1b` },
    says: 'A signature that the token would refuse is never sent.',
  },
  {
    name: 'late',
    group: WALLET,
    label: 'The signature comes too late',
    price: hasty,
    wallet: {
      eth_signTypedData_v4: () => new Promise((resolve) => setTimeout(resolve, 16_000, `0x${'11'.repeat(64)}1b`)),
    },
    says: 'Signed after its own time was up: not sent.',
  },
  {
    name: 'none',
    group: WALLET,
    label: 'There is no wallet',
    wallets: 0,
    says: 'The page says where to get one, or how to open it in one.',
  },
  { name: 'several', group: WALLET, label: 'There are several', wallets: 2, says: 'None is chosen for you.' },
  {
    name: 'offline',
    group: PRICE,
    label: 'The service is unreachable',
    price: () => {
      throw new TypeError('Failed to fetch')
    },
    says: 'There is no price, so there is nothing to sign.',
  },
  {
    name: 'down',
    group: PRICE,
    label: 'The service is down',
    price: () => Response.json({ error: 'something broke' }, { status: 503 }),
    says: 'There is no price, so there is nothing to sign.',
  },
  {
    name: 'garbage',
    group: PRICE,
    label: 'The answer makes no sense',
    price: () => new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } }),
    says: 'What cannot be understood is not paid.',
  },
  {
    name: 'offer',
    group: PRICE,
    label: 'An offer that is not safe',
    price: offering({ network: 'ethereum' }),
    says: 'Only USDC on Base is signed for, whatever a service asks.',
  },
  {
    name: 'expensive',
    group: PRICE,
    label: 'Above your limit',
    price: offering({ maxAmountRequired: '9000000' }),
    says: 'Never more than the limit beside the button.',
  },
  {
    name: 'fail',
    group: JOB,
    label: 'The video cannot be made',
    fate: 'fail',
    says: 'Paid, and then the job fails. The receipt stays; nothing is bought again by itself.',
  },
  {
    name: 'missing',
    group: JOB,
    label: 'The job is not found',
    job: 'missing',
    says: 'Paid, and the service does not know the job. The page asks for a minute before it says so.',
  },
  {
    name: 'slow',
    group: JOB,
    label: 'It takes longer than the page waits',
    job: 'endless',
    config: { timeout: 8000 },
    says: 'Not a failure: the job goes on, and the page can look again.',
  },
  {
    name: 'silent',
    group: JOB,
    label: 'Progress is not told',
    job: 'silent',
    says: 'No percentage is invented: the bar stays indeterminate.',
  },
  {
    name: 'invalid',
    group: PAGE,
    label: 'The page is set up wrongly',
    config: { pollInterval: 1 },
    says: 'What the library cannot use it says before anything is sent.',
  },
]
