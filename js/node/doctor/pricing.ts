/** What the library reads in the terms. */
import type { Read } from './reading.js'
import { finding, type Finding } from './report.js'

export function priced({ quote, needed }: Read): Finding[] {
  if ('accepted' in quote)
    return [finding('price', 'works', `it takes requests without payment, and has begun task ${quote.accepted.taskId}`)]
  const set = Object.entries(needed).map(([name, value]) => `\`${name}: ${JSON.stringify(value)}\``)
  const { amount, symbol } = quote.price
  const says = `${amount} ${symbol} (${quote.asset}) on ${quote.network} to ${quote.payTo}, x402 version ${quote.x402Version}`
  const names = Object.keys(quote.schema ?? {}).join(', ')
  return [
    finding('price', set.length > 0 ? 'works by' : 'works', says, set.join(', ') || undefined),
    finding('parameters', names ? 'works' : 'unknown', names || 'the service does not describe its parameters'),
    models(quote.models),
  ]
}

const models = (listed: string[] | undefined): Finding =>
  listed
    ? finding('models', 'works', listed.join(', '))
    : finding('models', 'unknown', 'the service lists none; it chooses one, or `videoModel` names it')
