/**
 * The testing kit for apps: a wallet and a service without chain, network and money. As far as the library can tell,
 * they behave like real ones: the wallet signs with a real key, the service verifies the signature and takes a payment
 * once, and the wallet reads from the service what the chain would report. The key is the well-known first one of
 * development chains.
 */
import type { Address, Eip1193Provider, Hex } from 'imagine-x402'
import { need } from './globals.js'

/** How a person answers the wallet's prompt; an object is thrown as it is. */
export type Answer =
  | 'accept'
  | 'refuse'
  | 'wait'
  | {
      /** The wallet's error code, such as 4001 or -32002. */
      code: number
      /** The wallet's own message. */
      message: string
    }

/**
 * What happens to a payment. `lose` takes it and loses the response; `refuse` does not take it; `fail` takes it and
 * produces no video.
 */
export type Fate = 'accept' | 'refuse' | 'lose' | 'fail'

/** The initial state of a test. */
export interface TestOptions {
  /** The price of a video, in USDC. Default `"1.00"`; at `"0"` requests are accepted without payment. */
  price?: string | undefined
  /** The balance of the wallet's account, in USDC. Default `"100.00"`. */
  balance?: string | undefined
  /** How many polls find a task unfinished. Default 0. */
  looks?: number | undefined
  /** The models that the service lists in its 402. Default: none, which rules nothing out. */
  models?: string[] | undefined
  /** The URL of the service, such as the one that the page under test calls. Default `https://imagine.test`. */
  baseUrl?: string | undefined
}

/** A wallet to pass as `wallet`, or to announce. */
export interface TestWallet extends Eip1193Provider {
  /** The account that pays. */
  readonly address: Address
  /** The requests it received, in order. */
  readonly requests: {
    /** The method, such as `eth_requestAccounts`. */
    method: string
    /** Its parameters. */
    params?: unknown
  }[]
  /** How the person answers when the page asks for an account; can be set at any time. Default `accept`. */
  connecting: Answer
  /** How the person answers when the page asks for a signature; can be set at any time. Default `accept`. */
  signing: Answer
  /** Announces it to the page (EIP-6963), until the returned function is called. */
  announce(): () => void
}

/** A service whose address is `baseUrl`. */
export interface TestService {
  /** Pass it as the option of that name. Once the service is installed, nothing is sent there. */
  readonly baseUrl: string
  /** The requests it received, in order. */
  readonly requests: {
    /** `POST` or `GET`. */
    method: string
    /** The path of the URL. */
    path: string
    /** Whether it carried a payment. */
    paid: boolean
    /** The JSON, or the fields of the form; `undefined` for a status request. */
    body: unknown
  }[]
  /** The payments that were taken, in order. */
  readonly payments: {
    /** Who paid. */
    from: Address
    /** Who was paid. */
    to: Address
    /** How much, in millionths of a USDC. */
    atomic: string
    /** The EIP-3009 nonce. */
    nonce: Hex
  }[]
  /** What happens to payments; can be set at any time. Default `accept`. */
  fate: Fate
  /** Handles requests to its URL instead of `fetch`, until the returned function is called. */
  install(): () => void
  /** Responds to one request, for tools that intercept requests themselves. Rejects where the response is lost. */
  respond(request: Request): Promise<Response>
}

/** A wallet and a service that know each other. */
export interface TestWorld {
  /** Pass it as the option `wallet`, or announce it. */
  wallet: TestWallet
  /** To be installed. */
  service: TestService
}

/** The members of Playwright's `Page` and `BrowserContext` that {@link installInPage} uses. */
export interface DrivenPage {
  /** Intercepts the page's requests. */
  route(url: string, handler: (route: DrivenRoute) => Promise<void>): Promise<unknown>
  /** Gives the page a function that runs in the test. */
  exposeFunction(name: string, run: (request: { method: string; params?: unknown }) => unknown): Promise<unknown>
  /** Runs a script in the page before its own. */
  addInitScript(script: { content: string }): Promise<unknown>
}

/** The members of Playwright's `Route` that {@link installInPage} uses. */
export interface DrivenRoute {
  /** The request. */
  request(): DrivenRequest
  /** Responds to it. */
  fulfill(response: { status: number; headers: Record<string, string>; body: string }): Promise<void>
  /** Fails it. */
  abort(): Promise<void>
}

/** The members of Playwright's `Request` that {@link installInPage} uses. */
export interface DrivenRequest {
  /** Its URL. */
  url(): string
  /** `POST` or `GET`. */
  method(): string
  /** Its headers, by name in lower case. */
  headers(): Record<string, string>
  /** Its body. */
  postDataBuffer(): Uint8Array | null
}

/** How the wallet introduces itself. */
const infoOf = () => ({
  uuid: crypto.randomUUID(),
  name: 'Test wallet',
  rdns: 'test.imagine-x402',
  icon: 'data:image/svg+xml,<svg/>',
})
/** The account of the key in `dev-key.ts`. */
const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const TOKEN = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'
const PAY_TO = '0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96'
const CHAIN_ID = 8453
const DOMAIN = { name: 'USD Coin', version: '2', chainId: CHAIN_ID, verifyingContract: TOKEN } as const
const TYPES = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

interface Transfer {
  from: Address
  to: Address
  value: string
  validAfter: string
  validBefore: string
  nonce: Hex
}

/** A wallet and a service that know each other. The wallet reads from the service what the chain would report. */
export function createTestWorld(options: TestOptions = {}): TestWorld {
  const { price = '1.00', balance = '100.00', looks = 0, models } = options
  const baseUrl = (options.baseUrl ?? 'https://imagine.test').replace(/\/+$/, '')
  const service = new Service(baseUrl, atomic(price), looks, models)
  return { service, wallet: new Wallet(service, atomic(balance)) }
}

/**
 * Puts a world around a page that Playwright drives, before the page is opened: its requests to the service are
 * responded to in the test, and the wallet, which stays in the test as well, is announced to it (EIP-6963).
 */
export async function installInPage(page: DrivenPage, { wallet, service }: TestWorld): Promise<void> {
  await page.route(`${service.baseUrl}/**`, async (route) => {
    const response = await service.respond(requestOf(route)).catch(() => undefined)
    await (response ? fulfill(route, response) : route.abort())
  })
  await page.exposeFunction(ASK, (request) => wallet.request(request).then(resultOf, errorOf))
  await page.addInitScript({ content: `(${announceInPage})(${JSON.stringify(ASK)}, ${JSON.stringify(infoOf())})` })
}

/** The function of the page that asks the wallet in the test. */
const ASK = 'askTestWallet'

function requestOf(route: DrivenRoute): Request {
  const request = route.request()
  const body = request.postDataBuffer() as BodyInit | null
  return new Request(request.url(), { method: request.method(), headers: request.headers(), body })
}

/** A browser shows the headers of a response to a page of another origin only if the response allows it. */
async function fulfill(route: DrivenRoute, response: Response): Promise<void> {
  const headers = {
    ...Object.fromEntries(response.headers),
    'access-control-allow-origin': '*',
    'access-control-expose-headers': '*',
  }
  await route.fulfill({ status: response.status, headers, body: await response.text() })
}

/** Between test and page an error would lose its code. */
type Answered = { result: unknown } | { error: { code: number; message: string } }
const resultOf = (result: unknown): Answered => ({ result })
const errorOf = ({ code, message }: WalletError): Answered => ({ error: { code, message } })

/** Runs in the page, as text: it can use nothing of this module. */
function announceInPage(ask: string, info: object): void {
  type Ask = (request: object) => Promise<Answered>
  const provider = {
    request: async (request: object) => {
      const answered = await (window as unknown as Record<string, Ask>)[ask]!(request)
      if ('result' in answered) return answered.result
      throw Object.assign(new Error(answered.error.message), answered.error)
    },
  }
  const detail = { info, provider }
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
}

/** Replacement answers by method name; `ask` calls the provider itself. */
export type Replacements = Record<
  string,
  (request: { method: string; params?: unknown }, ask: () => Promise<unknown>) => unknown
>

/**
 * The same provider with replaced answers for some methods: a wallet whose node lies, is behind, or does not answer.
 */
export function replacing(provider: Eip1193Provider, replacements: Replacements): Eip1193Provider {
  return {
    request: async (request) => {
      const ask = () => provider.request(request)
      const instead = Object.hasOwn(replacements, request.method) ? replacements[request.method] : undefined
      return instead ? instead(request, ask) : ask()
    },
  }
}

/** An amount of USDC in millionths. */
function atomic(amount: string): bigint {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(amount) ?? []
  if (!whole)
    throw new TypeError(
      `an amount of USDC is decimal text with six decimal places at most, such as "1.00", not ${JSON.stringify(amount)}`,
    )
  return BigInt(whole + part.padEnd(6, '0'))
}

class Service implements TestService {
  readonly baseUrl: string
  readonly requests: TestService['requests'] = []
  readonly payments: TestService['payments'] = []
  fate: Fate = 'accept'
  readonly #price: bigint
  readonly #looks: number
  readonly #models: string[] | undefined
  readonly #tasks = new Map<string, { left: number; fails: boolean }>()

  constructor(baseUrl: string, price: bigint, looks: number, models: string[] | undefined) {
    this.baseUrl = baseUrl
    this.#price = price
    this.#looks = looks
    this.#models = models
  }

  readonly install = (): (() => void) => {
    need('Request', 'Response')
    const before = globalThis.fetch
    globalThis.fetch = (input, init) => {
      const url = typeof input === 'object' && 'url' in input ? input.url : String(input)
      return url.startsWith(`${this.baseUrl}/`) ? this.respond(new Request(input, init)) : before(input, init)
    }
    return () => {
      globalThis.fetch = before
    }
  }

  readonly respond = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname
    const header = request.headers.get('x-payment')
    const body = await read(request)
    this.requests.push({ method: request.method, path, paid: header !== null, body })
    const [, taskId] = /^\/generation\/([^/]+)\/status$/.exec(path) ?? []
    if (taskId) return this.#tell(taskId)
    if (path === VIDEO_PATH) return new Response(VIDEO, { headers: { 'content-type': 'video/mp4' } })
    if (request.method !== 'POST' || path !== '/generation/create') return json(404, { error: 'not found' })
    const transfer = header && (await this.#take(header).catch(() => undefined))
    if (!transfer && this.#price > 0n)
      return json(402, this.#terms(header ? 'the payment was refused' : 'X-PAYMENT header is required'))
    const id = String((body as { seed?: unknown }).seed ?? crypto.randomUUID())
    this.#tasks.set(id, { left: this.#looks, fails: this.fate === 'fail' })
    if (this.fate === 'lose') throw new TypeError('the answer was lost')
    return json(202, { taskId: id }, transfer ? { 'x-payment-response': receiptOf(transfer) } : {})
  }

  /** Takes a payment authorized for exactly the price, once, as the token would. */
  async #take(header: string): Promise<Transfer | undefined> {
    const { signature, authorization } = (
      JSON.parse(atob(header)) as { payload: { signature: Hex; authorization: Transfer } }
    ).payload
    const { from, to, value, nonce, validBefore, validAfter } = authorization
    const message = {
      ...authorization,
      value: BigInt(value),
      validAfter: BigInt(validAfter),
      validBefore: BigInt(validBefore),
    }
    const { recoverTypedDataAddress } = await import('./dev-key.js')
    const signer = await recoverTypedDataAddress({
      domain: DOMAIN,
      types: TYPES,
      primaryType: 'TransferWithAuthorization',
      message,
      signature,
    })
    const seconds = Date.now() / 1000
    const isOpen = Number(validAfter) < seconds && seconds < Number(validBefore)
    const isGood = signer === from && to === PAY_TO && BigInt(value) === this.#price && isOpen && !this.isUsed(nonce)
    if (!isGood || this.fate === 'refuse') return undefined
    this.payments.push({ from, to, atomic: value, nonce })
    return authorization
  }

  #tell(taskId: string): Response {
    const task = this.#tasks.get(taskId)
    if (!task) return json(404, { status: 'not_found' })
    if (task.left-- > 0) return json(202, { status: 'processing', progress: 50 })
    if (task.fails) return json(500, { status: 'failed', error: 'the test wants it so' })
    const video = { url: this.baseUrl + VIDEO_PATH }
    return json(200, { status: 'completed', result: { generation: { video }, templateData: {} } })
  }

  #terms(error: string): object {
    const resource = `${this.baseUrl}/generation/create`
    const { name, version } = DOMAIN
    const offer = {
      scheme: 'exact',
      network: 'base',
      maxAmountRequired: String(this.#price),
      resource,
      description: '',
      mimeType: '',
      ...(this.#models && { outputSchema: { input: describing(this.#models) } }),
    }
    return {
      x402Version: 1,
      error,
      accepts: [{ ...offer, payTo: PAY_TO, maxTimeoutSeconds: 60, asset: TOKEN, extra: { name, version } }],
    }
  }

  isUsed(nonce: string): boolean {
    return this.payments.some((payment) => payment.nonce === nonce.toLowerCase())
  }
}

/** The service's parameters, as version 1 of x402 describes them. */
function describing(models: string[]): object {
  const videoModel = { type: 'string', enum: models }
  return { type: 'http', method: 'POST', bodyFields: { templateData: { type: 'string', properties: { videoModel } } } }
}

async function read(request: Request): Promise<unknown> {
  if (request.method !== 'POST') return undefined
  const isForm = request.headers.get('content-type')?.startsWith('multipart/')
  return isForm ? Object.fromEntries((await request.formData()).entries()) : request.json()
}

const json = (status: number, body: object, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** The receipt of a payment, as in the header `X-PAYMENT-RESPONSE`. */
const receiptOf = ({ nonce, from }: Transfer): string =>
  btoa(JSON.stringify({ success: true, transaction: transactionOf(nonce), network: 'base', payer: from }))

const VIDEO_PATH = '/video.mp4'

/** The first box of an MP4: a file for `save()`, which shows nothing. */
const VIDEO = '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'

/** A made-up transaction hash, one per nonce. */
const transactionOf = (nonce: string): Hex => `0x${[...nonce.slice(2)].reverse().join('')}`

class Wallet implements TestWallet {
  readonly requests: TestWallet['requests'] = []
  readonly address = ADDRESS
  connecting: Answer = 'accept'
  signing: Answer = 'accept'
  readonly #service: Service
  readonly #balance: bigint
  #isConnected = false

  constructor(service: Service, balance: bigint) {
    this.#service = service
    this.#balance = balance
  }

  readonly announce = (): (() => void) => {
    const info = infoOf()
    const announce = () =>
      void dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider: this } }))
    addEventListener('eip6963:requestProvider', announce)
    announce()
    return () => removeEventListener('eip6963:requestProvider', announce)
  }

  readonly request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    this.requests.push(params === undefined ? { method } : { method, params })
    const [first, second] = (params ?? []) as [unknown, string]
    switch (method) {
      case 'eth_chainId':
        return hex(CHAIN_ID)
      case 'eth_requestAccounts':
        await answered(this.connecting)
        this.#isConnected = true
        return [this.address]
      case 'eth_accounts':
        return this.#isConnected ? [this.address] : []
      case 'eth_signTypedData_v4':
        await answered(this.signing)
        return (await import('./dev-key.js')).sign(JSON.parse(second))
      case 'eth_getCode':
        return '0x'
      case 'eth_getBlockByNumber':
        return { number: BLOCK, timestamp: hex(Math.floor(Date.now() / 1000)) }
      case 'eth_call':
        return this.#call((first as { data: string }).data)
      case 'eth_getLogs':
        return this.#logs((first as { topics: string[] }).topics)
      case 'eth_getTransactionReceipt':
        return this.#receipt(first as string)
      default:
        throw new WalletError(4200, `the test wallet does not know ${method}`)
    }
  }

  #call(data: string): Hex {
    const [selector, nonce] = [data.slice(0, 10), `0x${data.slice(-64)}`]
    if (selector === BALANCE_OF) return word(this.#balance - this.#spent())
    if (selector === AUTHORIZATION_STATE) return word(this.#service.isUsed(nonce) ? 1n : 0n)
    throw new WalletError(-32603, 'execution reverted')
  }

  #spent(): bigint {
    return this.#service.payments.reduce((sum, { atomic }) => sum + BigInt(atomic), 0n)
  }

  /** The log of a payment by its nonce, as filtered by topic. */
  #logs([, , nonce = '']: string[]): object[] {
    return this.#payments()
      .filter((payment) => payment.nonce === nonce.toLowerCase())
      .map((payment) => logsOf(payment)[0]!)
  }

  /** The receipt of the transaction that took a payment. */
  #receipt(transaction: string): object | null {
    const payment = this.#payments().find(({ nonce }) => transactionOf(nonce) === transaction.toLowerCase())
    return payment
      ? {
          status: '0x1',
          to: TOKEN,
          transactionHash: transactionOf(payment.nonce),
          blockNumber: BLOCK,
          logs: logsOf(payment),
        }
      : null
  }

  #payments(): TestService['payments'] {
    return this.#service.payments
  }
}

/** The token's logs of a payment: `AuthorizationUsed(address,bytes32)` and `Transfer(address,address,uint256)`. */
function logsOf({ from, to, atomic, nonce }: TestService['payments'][number]): object[] {
  const at = { address: TOKEN, transactionHash: transactionOf(nonce), blockNumber: BLOCK }
  return [
    { ...at, topics: [AUTHORIZATION_USED, word(BigInt(from)), nonce], data: '0x' },
    { ...at, topics: [TRANSFER, word(BigInt(from)), word(BigInt(to))], data: word(BigInt(atomic)) },
  ]
}

const AUTHORIZATION_USED = '0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5'
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
/** There is only one block. */
const BLOCK = '0x1'

/** `balanceOf(address)` and `authorizationState(address,bytes32)` */
const BALANCE_OF = '0x70a08231'
const AUTHORIZATION_STATE = '0xe94a0102'

const hex = (value: number | bigint): Hex => `0x${value.toString(16)}`
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`

/** Errors as wallets throw them ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193#provider-errors)). */
class WalletError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

async function answered(answer: Answer): Promise<void> {
  if (answer === 'accept') return
  if (answer === 'wait') await new Promise(() => {})
  if (typeof answer === 'object') throw new WalletError(answer.code, answer.message)
  throw new WalletError(4001, 'User rejected the request.')
}
