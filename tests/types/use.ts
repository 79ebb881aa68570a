/** What must compile, and what must not: types as people write them. */
import {
  balance,
  budget,
  createClient,
  forget,
  generate,
  ImagineError,
  init,
  isImagineError,
  quote,
  resume,
  status,
  submit,
  tasks,
  wallets,
  watchWallets,
  type Asset,
  type BudgetState,
  type Config,
  type Eip1193Provider,
  type ErrorCode,
  type FreeQuote,
  type Generation,
  type ImagineEvent,
  type KeptGeneration,
  type Money,
  type PricedQuote,
  type Quote,
  type Receipt,
  type Store,
  type Task,
  type TaskRecord,
  type TaskStatus,
  type WalletInfo,
} from 'imagine-x402'
import { createProxy, type ProxiedRequest } from 'imagine-x402/proxy'
import type { Wallet as EthersWallet } from 'ethers'
import type { LocalAccount } from 'viem'
import { fileStore, fromAccount } from 'imagine-x402/node'
import { useGenerate, useQuote, useTask, useWallets, type Purchase, type UseQuote } from 'imagine-x402/react'
import {
  createTestWorld,
  installInPage,
  replacing,
  type Answer,
  type DrivenPage,
  type Fate,
  type Replacements,
  type TestService,
  type TestWallet,
  type TestWorld,
} from 'imagine-x402/testing'
import { generate as generateByUrl, ImagineError as ErrorByUrl } from 'imagine-x402/url'

declare const provider: Eip1193Provider
declare const wallet: WalletInfo
declare const offer: Quote
declare const task: Task
declare const event: ImagineEvent
declare const look: TaskStatus
declare const caught: unknown

/** Compiles where both are the very same type. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <_ extends true>(): void => {}

/* ---------- what is made, and what comes of it ---------- */

const made = generate({ prompt: 'A boat' }, { maxPrice: '2.00' })
same<Equal<typeof made, Promise<Generation>>>()
void generate(offer)
void generate({ prompt: 'A boat', videoModel: 'any-name' })
void generate({ prompt: 'A boat', image: new Uint8Array(1) })
declare const bytes: Uint8Array
void generate({ prompt: 'A boat', image: bytes, duration: undefined }, { maxPrice: undefined, signal: undefined })
void generate({ prompt: 'A boat', image: document.createElement('canvas'), extra: { any: ['thing'] } })
// @ts-expect-error -- no prompt
void generate({ duration: 8 })
// @ts-expect-error -- seconds are a number
void generate({ prompt: 'A boat', duration: '8' })
// @ts-expect-error -- a misspelt field
void generate({ prompt: 'A boat', lenght: 8 })
// @ts-expect-error -- a misspelt option
void generate({ prompt: 'A boat' }, { maxprice: '1.00' })
// @ts-expect-error -- a limit is never null
createClient({ payTo: null })
// @ts-expect-error -- an image element is no picture that is taken
void generate({ prompt: 'A boat', image: new Image() })
// @ts-expect-error -- no request
void generate()

made.then(({ video, receipt, raw }) => {
  const amount: string | undefined = receipt?.amount.amount
  same<Equal<typeof raw, unknown>>()
  // @ts-expect-error -- a service may make no video
  video.url
  // @ts-expect-error -- amounts are text
  const wrong: number | undefined = receipt?.amount.atomic
  return [amount, wrong]
})

if ('accepted' in offer) {
  same<Equal<typeof offer, FreeQuote>>()
  same<Equal<typeof offer.accepted, TaskRecord>>()
  // @ts-expect-error -- nobody is paid
  void offer.payTo
} else {
  same<Equal<typeof offer, PricedQuote>>()
  void [offer.payTo, offer.network, offer.maxTimeoutSeconds]
}
same<Equal<typeof offer.price, Money>>()
// @ts-expect-error -- there may be nobody to be paid
void offer.payTo
createClient({ confirm: ({ payTo, price }) => payTo !== '0x' && price.atomic !== '0' })
createClient({ confirm: (shown: Quote) => shown.price.atomic !== '0' })

const submitted = submit({ prompt: 'A boat' })
same<Equal<typeof submitted, Promise<Task>>>()
same<Equal<Awaited<ReturnType<typeof resume>>, Task | null>>()
same<Equal<Awaited<ReturnType<typeof quote>>, Quote>>()
same<Equal<Awaited<ReturnType<typeof status>>, TaskStatus>>()
same<Equal<Awaited<ReturnType<typeof tasks>>, TaskRecord[]>>()
same<Equal<Awaited<ReturnType<typeof wallets>>, WalletInfo[]>>()
same<Equal<Awaited<ReturnType<typeof balance>>, Money>>()
same<Equal<Awaited<ReturnType<typeof forget>>, void>>()
same<Equal<Awaited<ReturnType<typeof budget>>, BudgetState | null>>()
void [budget(), budget({ budget: { amount: '20.00', per: 'day' }, storage: 'memory' })]
// @ts-expect-error -- a budget is counted, not read through a wallet
void budget({ wallet })
void [
  resume(),
  resume('id', { timeout: null, wallet }),
  tasks({ unfinished: true, limit: 1 }),
  forget('id'),
  wallets({ waitMs: 0 }),
  init(),
  init('/core.wasm'),
  init(new Uint8Array(8)),
]
// @ts-expect-error -- `resume` never pays, so it has no use for a limit
void resume('id', { maxPrice: '2.00' })
// @ts-expect-error -- nothing is forgotten without a name
void forget()
// @ts-expect-error -- a price spends nothing, so it has no use for a wallet
void quote({ prompt: 'A boat' }, { wallet })

/* ---------- wallets ---------- */

void generate(offer, { wallet })
void generate(offer, { wallet: provider })
void generate(offer, { wallet: 'io.metamask' })
void generate(offer, { wallet: { provider } })
void generate(offer, { wallet: undefined })
void generate(offer, { wallet: null, payer: '0x00' })
declare const connector: { getProvider(parameters?: { chainId?: number }): Promise<unknown>; type: string }
declare const sender: { send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> }
void generate(offer, { wallet: connector })
void generate(offer, { wallet: connector.getProvider() })
void generate(offer, { wallet: sender })
void generate(offer, { wallet: { provider: sender } })
void generate(offer, { wallet: { currentProvider: provider } })
void generate(offer, { wallet: Promise.resolve(provider) })
// @ts-expect-error -- an account that signs by itself, as of viem
void generate(offer, { wallet: { address: '0x00', type: 'local', signTypedData: async () => '0x00' } })
const endOfWatching: () => void = watchWallets((all) => same<Equal<typeof all, WalletInfo[]>>())
endOfWatching()
// @ts-expect-error -- somebody has to be told
watchWallets()
void balance({ address: '0x00', network: 'eip155:8453' })
// @ts-expect-error -- no provider
void generate(offer, { wallet: {} })
// @ts-expect-error -- a chain by its CAIP-2 name
void balance({ network: 'base' })

/* ---------- options ---------- */

void generate(offer, {
  confirm: ({ price }) => price.symbol === 'USDC',
  onProgress: (percent) => percent?.toFixed(),
  signal: AbortSignal.timeout(1),
})
void generate(offer, { confirm: async () => true, onEvent: ({ type }) => type, pollInterval: 2000, timeout: null })
// @ts-expect-error -- amounts are never numbers
void generate(offer, { maxPrice: 2 })
// @ts-expect-error -- a limit of the client, which no call lifts
void generate(offer, { payTo: ['0x00'] })
// @ts-expect-error -- the answer is a boolean
void generate(offer, { confirm: () => 'yes' })

const asset: Asset = {
  network: 'eip155:8453',
  address: '0x00',
  name: 'EURC',
  version: '2',
  symbol: 'EURC',
  decimals: 6,
  maxPrice: '5.00',
}
const config: Config = {
  networks: ['eip155:84532'],
  payTo: ['0x00'],
  budget: { amount: '20.00', per: 'day' },
  assets: [asset],
  storage: 'memory',
  upload: 'form',
}
const client = createClient(config)
same<Equal<typeof client.generate, typeof generate>>()
void createClient()
// @ts-expect-error -- hour, day or week
createClient({ budget: { amount: '20.00', per: 'month' } })
createClient({
  // @ts-expect-error -- every token has a limit of its own
  assets: [{ network: 'eip155:8453', address: '0x00', name: 'EURC', version: '2', symbol: 'EURC', decimals: 6 }],
})
// @ts-expect-error -- two places have a name
createClient({ storage: 'localstorage' })
declare const store: Store
void createClient({ storage: store }).budget({ storage: store })
// @ts-expect-error -- a store changes records, too
createClient({ storage: { hold: store.hold, read: store.read, list: store.list } })
const changing: Store['update'] = async (id, since, change) => {
  const after = change(await store.read(id), await store.list({ since: since ?? 0, limit: 1 }))
  same<Equal<NonNullable<typeof after>['id'], string>>()
  // @ts-expect-error -- what takes a record's place is a record, or none
  change(undefined, null)
}
void changing
// @ts-expect-error -- a client makes no clients
client.createClient()

/* ---------- tasks, events, statuses ---------- */

async function watch(): Promise<string> {
  for await (const heard of task) same<Equal<typeof heard, ImagineEvent>>()
  const leave: () => void = task.subscribe(({ status, result }) => [status?.status, result?.video?.url])
  leave()
  // @ts-expect-error -- a task is only read
  task.receipt = null
  const saved: Blob = await task.save({ signal: AbortSignal.timeout(1000) })
  // @ts-expect-error -- only a signal
  await task.save({ timeout: 1000 })
  void saved
  return (await task.wait({ timeout: 1000, keep: true })).taskId
}
void watch

switch (event.type) {
  case 'quoted':
    same<Equal<typeof event.quote, PricedQuote>>()
    break
  case 'signing':
    same<Equal<typeof event.validBefore, number>>()
    same<Equal<typeof event.display.atomic, string>>()
    break
  case 'budget':
    same<Equal<typeof event.left, string>>()
    break
  case 'accepted':
    same<Equal<typeof event.receipt, Receipt | null>>()
    break
  case 'paused':
  case 'resumed':
    same<Equal<typeof event.why, 'hidden' | 'offline' | 'frozen'>>()
    break
  case 'done':
    same<Equal<typeof event.result, Generation>>()
    break
  case 'kept':
    same<Equal<typeof event.bytes, number>>()
    break
  case 'not_kept':
    same<Equal<typeof event.reason, string>>()
    break
  // @ts-expect-error -- there is no such event
  case 'finished':
    break
}

if (look.status === 'completed') same<Equal<typeof look.result, Generation>>()
if (look.status === 'processing') same<Equal<typeof look.progress, number | null>>()
// @ts-expect-error -- only what is finished has a result
look.result

tasks().then(([record]) => {
  same<Equal<NonNullable<typeof record>['result'], KeptGeneration | undefined>>()
  const heardAt: number | undefined = record?.result?.heardAt
  // @ts-expect-error -- the server's own answer is not kept
  record?.result?.raw
  return [heardAt, record?.step === 'unreadable']
})

/* ---------- errors ---------- */

if (isImagineError(caught)) {
  const error: ImagineError = caught
  same<Equal<typeof caught.code, ErrorCode>>()
  void [error, caught.toJSON()['message']]
  switch (caught.code) {
    case 'insufficient_funds':
      same<Equal<NonNullable<typeof caught.details>['have'], string>>()
      break
    case 'budget_exceeded':
      same<Equal<NonNullable<typeof caught.details>['resetsAt'], number | undefined>>()
      break
    case 'no_wallet':
      void caught.details?.links.map(({ name, url }) => name + url)
      break
    case 'user_rejected': {
      const said: string | undefined = caught.details?.walletMessage
      void said
    }
  }
  same<Equal<typeof caught.paid, 'no' | 'yes' | 'unknown'>>()
  same<Equal<typeof caught.cause, unknown>>()
  // @ts-expect-error -- there is no such code
  caught.code === 'too_expensive'
  // @ts-expect-error -- an error is only read
  caught.paid = 'no'
}
same<Equal<typeof generateByUrl, typeof generate>>()
same<Equal<ErrorByUrl, ImagineError>>()

/* ---------- where the service is, and a proxy to it ---------- */

void generate(offer, { baseUrl: '/api/imagine' })
void generate(offer, { baseUrl: new URL('https://service.test'), http: 'private' })
// @ts-expect-error -- only private networks can be allowed
void generate(offer, { http: 'any' })

const proxy = createProxy({ target: 'https://service.test' })
const forwarded: Promise<Response> = proxy(new Request('https://my.app/api/imagine/generation/create'))
createProxy({ target: new URL('https://service.test'), http: undefined, origins: undefined, maxBytes: undefined })
const limited = async ({ isPaid }: ProxiedRequest) => (isPaid ? undefined : new Response(null, { status: 429 }))
createProxy({ target: 'https://service.test', origins: ['https://my.app'], maxBytes: 1_000_000, onRequest: limited })
void forwarded
// @ts-expect-error -- a proxy without a target
createProxy({})
// @ts-expect-error -- it refuses by a Response
createProxy({ target: 'https://service.test', onRequest: () => false })

/* ---------- hooks, and the world for tests ---------- */

const purchase = useGenerate({ maxPrice: '2.00' })
const bought: Promise<Generation | null> = purchase.generate(offer)
const priced: UseQuote = useQuote(null, { delay: 300, networks: ['eip155:8453'] })
const step: Purchase['step'] = purchase.step
void [bought, priced, step, useTask(purchase.task), useTask(undefined)?.result, useWallets()[0]?.provider]
// @ts-expect-error -- nothing is bought without a price or a request
purchase.generate(priced.quote)
// @ts-expect-error -- amounts are never numbers
useGenerate({ maxPrice: 2 })

const world: TestWorld = createTestWorld({ price: '1.00', looks: 1, baseUrl: 'https://service.test' })
same<Equal<typeof world, { wallet: TestWallet; service: TestService }>>()
createTestWorld({ price: undefined, balance: undefined, looks: undefined, baseUrl: undefined })
declare const driven: DrivenPage
void installInPage(driven, world)
const responded: Promise<Response> = world.service.respond(new Request('https://service.test/generation/create'))
const answers: Answer[] = ['accept', 'refuse', 'wait', { code: 4001, message: 'no' }]
const fates: Fate[] = ['accept', 'refuse', 'lose', 'fail']
world.wallet.signing = answers[0]!
world.service.fate = fates[0]!
void [responded, generate(offer, { wallet: world.wallet, baseUrl: world.service.baseUrl })]
const behind: Replacements = {
  eth_getBlockByNumber: async (_request, ask) => ({ ...((await ask()) as object), timestamp: '0x0' }),
  eth_call: () => '0x',
}
void generate(offer, { wallet: replacing(world.wallet, behind) })
// @ts-expect-error -- there is no such fate
world.service.fate = 'explode'
// @ts-expect-error -- the list is kept by the service
world.service.payments = []

/* ---------- programs in Node ---------- */

declare const local: LocalAccount
declare const signer: EthersWallet
const rpcUrl = 'https://mainnet.base.org'
for (const account of [local, signer]) {
  const agent = createClient({
    wallet: fromAccount(account, { rpcUrl, chainId: 8453 }),
    storage: fileStore('purchases'),
  })
  void agent.generate(offer)
}
void [fromAccount(local, { rpcUrl: new URL(rpcUrl), chainId: 8453 }), fileStore(new URL('file:///tmp/purchases'))]
// @ts-expect-error -- a key is not an account
fromAccount('0x5de4', { rpcUrl, chainId: 8453 })
// @ts-expect-error -- the chain has to be named
fromAccount(local, { rpcUrl })
