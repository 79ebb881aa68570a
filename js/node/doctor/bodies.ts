/** Which requests are priced. One that is taken without payment begins a task: then no more are sent. */
import type { Read } from './reading.js'
import { finding, type Check, type Finding } from './report.js'
import type { Exchange, Service } from './service.js'

const PROMPT = { prompt: 'A paper boat on a neon river' }
const BODY_STEPS_MIB = [1, 2, 4, 8, 16, 32]

export const create = (service: Service, body: object): Promise<Exchange> =>
  service.ask('/generation/create', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

export async function bodies(service: Service, { quote }: Read, measures: boolean): Promise<Finding[]> {
  if ('accepted' in quote) return []
  const object = await create(service, bodyOf('object'))
  const text = await create(service, bodyOf('text'))
  const kind = object.status === 402 ? 'object' : text.status === 402 ? 'text' : 'flat'
  const answer = kind === 'object' ? object : kind === 'text' ? text : await create(service, bodyOf(kind))
  const seeded = await create(service, { ...bodyOf(kind), seed: crypto.randomUUID() })
  return [
    terms(answer),
    taken('templateData as an object', object, 'nothing: the library sends what is taken'),
    taken('templateData as text', text, 'nothing: the library sends what is taken'),
    taken('seed', seeded, 'nothing: the library leaves it out, but a task is then lost with the answer to its payment'),
    ...(measures ? [await longest(service, kind)] : []),
  ]
}

type Kind = 'object' | 'text' | 'flat'

export function bodyOf(kind: Kind, more: object = {}): object {
  const parameters = { autoEnhance: false, ...more }
  if (kind === 'flat') return { ...PROMPT, ...more }
  return { ...PROMPT, templateData: kind === 'text' ? JSON.stringify(parameters) : parameters }
}

/** Where the terms are. */
function terms({ status, headers, text }: Exchange): Finding {
  const places = [
    ...(headers.has('payment-required') ? ['the header PAYMENT-REQUIRED'] : []),
    ...(text.includes('"accepts"') ? ['the body'] : []),
  ]
  return status === 402 && places.length > 0
    ? finding('terms', 'works', `they are in ${places.join(' and ')}`)
    : finding('terms', 'unknown', `the request was answered ${status}`)
}

function taken(check: Check, { status }: Exchange, set: string): Finding {
  if (status === 402) return finding(check, 'works', 'it is priced')
  const says = `it is answered ${status}`
  // A limit on requests, or trouble of another kind, says nothing of it.
  return status >= 400 && status < 429 ? finding(check, 'works by', says, set) : finding(check, 'unknown', says)
}

/** The longest body that is still priced. */
async function longest(service: Service, kind: Kind): Promise<Finding> {
  let priced = 0
  for (const mib of BODY_STEPS_MIB) {
    const image = `data:image/png;base64,${'A'.repeat(mib * 2 ** 20)}`
    const { status, text } = await create(service, bodyOf(kind, { image }))
    if (status !== 402) {
      const says = `${mib} MiB: ${status === 0 ? text : `answered ${status}`}; ${priced} MiB are priced`
      return finding('body limit', 'works by', says, "smaller pictures, their address, or `upload: 'form'`")
    }
    priced = mib
  }
  return finding('body limit', 'works', `${priced} MiB are priced`)
}
