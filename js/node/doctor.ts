/**
 * Looks at a service as a page would: without paying, without a wallet. Prices and statuses are read by the library
 * itself, and CORS is judged by the rules of browsers.
 */
import { isImagineError } from 'imagine-x402'
import { bodies } from './doctor/bodies.js'
import { isMixed } from './doctor/cors.js'
import { judged, media } from './doctor/page.js'
import { priced } from './doctor/pricing.js'
import { readPrice } from './doctor/reading.js'
import { finding, PROXY, type Buys, type Check, type Finding, type Report } from './doctor/report.js'
import { serviceAt, type Service } from './doctor/service.js'
import { tasks } from './doctor/tasks.js'

export type { Buys, Check, Finding, Report, Verdict } from './doctor/report.js'

/** What else the doctor looks at, and for which page. */
export interface DoctorOptions {
  /** The origin of the page that is going to buy. Default: `https://my.app`. */
  origin?: string | undefined
  /** The address of a video of this service, whose host is looked at too. */
  media?: string | undefined
  /** The id of a task, to see whether the service still knows it. */
  task?: string | undefined
  /** Finds out how long a body may be. Sends up to 32 MiB. */
  bodyLimit?: boolean | undefined
}

const DEFAULT_ORIGIN = 'https://my.app'

/**
 * Reports what works with a service, and what a page should set. Nothing is paid. A service that takes requests without
 * payment begins a task.
 *
 * @throws TypeError if an option or the address is not one
 */
export async function doctor(address: string | URL, options: DoctorOptions = {}): Promise<Report> {
  const origin = originOf(options.origin ?? DEFAULT_ORIGIN)
  const service = serviceAt(new URL(address), origin)
  if (service.url.search || !['http:', 'https:'].includes(service.url.protocol))
    throw new TypeError('the address of a service is https://…, without a query')
  const findings = [addressed(service), await reached(service)]
  const report = (buys: Buys): Report => ({ url: service.url.href, origin, findings, buys })
  const price = await readPrice(service.url.href)
  if (isImagineError(price)) {
    findings.push(finding('price', 'does not', `\`${price.code}\`: ${price.message}`))
    return report('not at all')
  }
  findings.push(...priced(price), ...(await bodies(service, price, options.bodyLimit ?? false)))
  const cors = await judged(service, price)
  findings.push(...cors, ...(await tasks(service, options.task)))
  if (options.media !== undefined) findings.push(await media(new URL(options.media), origin))
  const isHidden = cors.some(({ verdict, check }) => verdict === 'does not' && NEEDED.includes(check))
  return report(isHidden ? 'by a proxy' : 'directly')
}

/** Without these, no page buys directly. */
const NEEDED: readonly Check[] = ['CORS: asking', 'CORS: paying', 'CORS: the price', 'CORS: the status']

function originOf(text: string): string {
  const { origin } = new URL(text)
  if (origin === 'null') throw new TypeError('the origin of a page is an address such as https://my.app')
  return origin
}

async function reached(service: Service): Promise<Finding> {
  const { status, text, askedAt, at } = await service.ask('/generation/models')
  return status === 0
    ? finding('reachable', 'unknown', `${text}, to a request for its models`)
    : finding('reachable', 'works', `it answered (${status}) within ${at - askedAt} ms`)
}

function addressed({ url, origin }: Service): Finding {
  if (isMixed(url, origin))
    return finding('address', 'does not', 'plain http, which a page on https may not call', PROXY)
  const isSecure = url.protocol === 'https:'
  return isSecure
    ? finding('address', 'works', 'https, with a certificate that this machine trusts')
    : finding('address', 'works by', 'plain http', "for development alone; on a private network, `http: 'private'`")
}
