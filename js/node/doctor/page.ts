/** What a browser lets a page do. */
import { isImagineError } from 'imagine-x402'
import { bodyOf, create } from './bodies.js'
import { exposes, unreadable } from './cors.js'
import { readPrice, throughPage, type Read } from './reading.js'
import { finding, PROXY, type Check, type Finding } from './report.js'
import { reasonOf, type Service } from './service.js'

const PAYMENTS = { 1: 'x-payment', 2: 'payment-signature' } as const
const RECEIPTS = { 1: 'x-payment-response', 2: 'payment-response' } as const

export async function judged(service: Service, { quote }: Read): Promise<Finding[]> {
  const version = 'x402Version' in quote ? quote.x402Version : undefined
  const ask = async (check: Check, headers: string[]) => {
    const why = await service.preflight(headers)
    return why
      ? finding(check, 'does not', why, PROXY)
      : finding(check, 'works', `a page may send ${headers.join(', ')}`)
  }
  const findings = [await ask('CORS: asking', ['content-type'])]
  if (version) {
    findings.push(await ask('CORS: paying', ['content-type', PAYMENTS[version]]))
    findings.push(await shown(service))
    findings.push(...(await exposed(service, RECEIPTS[version])))
  }
  findings.push(await looked(service))
  return findings
}

/** Whether the library, in a page, gets a price. */
async function shown(service: Service): Promise<Finding> {
  const price = await throughPage(service, readPrice)
  if (isImagineError(price) && price.code === 'http') return finding('CORS: the price', 'unknown', price.message)
  return isImagineError(price)
    ? finding(
        'CORS: the price',
        'does not',
        `\`${price.code}\`: ${price.message}`,
        `${PROXY}; or the service exposes it`,
      )
    : finding('CORS: the price', 'works', 'a page sees the terms')
}

async function exposed(service: Service, receipt: string): Promise<Finding[]> {
  const { headers } = await create(service, bodyOf('object'))
  const isShown = (name: string) => service.isOwn || (!unreadable(headers, service.origin) && exposes(headers, name))
  const hidden = (name: string) => `${name} is not exposed`
  return [
    isShown(receipt)
      ? finding('CORS: the receipt', 'works', `a page may read ${receipt}`)
      : finding(
          'CORS: the receipt',
          'works by',
          hidden(receipt),
          'nothing: the transaction is looked for on the chain',
        ),
    isShown('retry-after')
      ? finding('CORS: Retry-After', 'works', 'a page may read it')
      : finding('CORS: Retry-After', 'works by', hidden('retry-after'), 'nothing: `pollInterval` counts'),
  ]
}

/** Of a task that does not exist, which is answered like any other as far as CORS goes. */
async function looked(service: Service): Promise<Finding> {
  const { status, headers, text } = await service.ask(`/generation/${crypto.randomUUID()}/status`)
  if (status === 0) return finding('CORS: the status', 'unknown', text)
  const why = service.blocks() ?? (service.isOwn ? undefined : unreadable(headers, service.origin))
  return why
    ? finding('CORS: the status', 'does not', why, PROXY)
    : finding('CORS: the status', 'works', 'a page may read the status of a task')
}

/** Whether a page can read the bytes of a video, which plays in any case. */
export async function media(url: URL, origin: string): Promise<Finding> {
  try {
    const { status, headers, body } = await fetch(url, { headers: { origin }, signal: AbortSignal.timeout(20_000) })
    await body?.cancel()
    if (status < 200 || status > 299) return finding('CORS: the media', 'does not', `it is answered ${status}`)
    const why = url.origin === origin ? undefined : unreadable(headers, origin)
    return why
      ? finding(
          'CORS: the media',
          'works by',
          `it plays, but a page cannot keep it: ${why}`,
          'no `keep`, no `task.save()`',
        )
      : finding('CORS: the media', 'works', 'it plays, and `keep` and `task.save()` can read it')
  } catch (error) {
    return finding('CORS: the media', 'does not', reasonOf(error))
  }
}
