/** The library's own reading of a service: as a program, or as a page through a browser's eyes. */
import { createClient, isImagineError, type AnyImagineError, type Quote } from 'imagine-x402'
import type { Service } from './service.js'

/** Options that a page has to set for this service. */
export interface Needed {
  networks?: string[]
  dialect?: 'clawdvine'
}

export interface Read {
  quote: Quote
  needed: Needed
}

/** Every network whose USDC the library knows, its default first. */
const NETWORKS = [
  'eip155:8453',
  'eip155:84532',
  'eip155:1',
  'eip155:137',
  'eip155:80002',
  'eip155:42161',
  'eip155:421614',
  'eip155:43114',
  'eip155:43113',
  'eip155:10',
  'eip155:143',
  'eip155:42220',
  'eip155:1329',
] as const

/** The doctor only wants to know; nothing is ever signed. */
const ANY_PRICE = '1000000000'

const prompt = 'A paper boat on a neon river'

const readerOf = (baseUrl: string, dialect?: Needed['dialect']) =>
  createClient({
    baseUrl,
    http: 'private',
    networks: [...NETWORKS],
    maxPrice: ANY_PRICE,
    storage: 'memory',
    ...(dialect && { dialect }),
  })

/** The price, by the words that the service takes; or why there is none. */
export async function readPrice(baseUrl: string): Promise<Read | AnyImagineError> {
  const first = await quoteOf(baseUrl)
  if (!isImagineError(first) || first.code !== 'http') return first
  const flat = await quoteOf(baseUrl, 'clawdvine')
  return isImagineError(flat) ? first : flat
}

async function quoteOf(baseUrl: string, dialect?: 'clawdvine'): Promise<Read | AnyImagineError> {
  try {
    const quote = await readerOf(baseUrl, dialect).quote({ prompt })
    const isElsewhere = 'network' in quote && quote.network !== NETWORKS[0]
    return { quote, needed: { ...(isElsewhere && { networks: [quote.network] }), ...(dialect && { dialect }) } }
  } catch (error) {
    if (isImagineError(error)) return error
    throw error
  }
}

/** What the library makes of the status of a task. */
export async function readTask(baseUrl: string, taskId: string): Promise<string> {
  try {
    const { status } = await readerOf(baseUrl).status(taskId)
    return status
  } catch (error) {
    if (isImagineError(error)) return error.message
    throw error
  }
}

/** Services that are read as a page reads them, by an address that is made up for each. */
const pages = new Map<string, Service>()
let usual = globalThis.fetch

const asPages: typeof fetch = (input, init) => {
  const url = String(input instanceof Request ? input.url : input)
  for (const [address, service] of pages)
    if (url.startsWith(address)) return service.asPage(url.slice(address.length), init ?? {})
  return usual(input, init)
}

/**
 * Runs with an address at which the library's requests are answered as a page's are. Meanwhile `fetch` is replaced; no
 * other request of this process has such an address.
 */
export async function throughPage<T>(service: Service, run: (baseUrl: string) => Promise<T>): Promise<T> {
  const address = `https://${crypto.randomUUID()}.doctor.invalid`
  if (globalThis.fetch !== asPages) {
    usual = globalThis.fetch
    globalThis.fetch = asPages
  }
  pages.set(address, service)
  try {
    return await run(address)
  } finally {
    pages.delete(address)
    if (pages.size === 0 && globalThis.fetch === asPages) globalThis.fetch = usual
  }
}
