import { tableOf } from '../table.mjs'

const kilobytes = (bytes) => (bytes / 1000).toFixed(1)
const megabytes = (bytes) => (bytes / (1 << 20)).toFixed(2)
const milliseconds = (value) => value.toFixed(value < 1 ? 2 : 1)
const spread = ({ median, least, p95 }) => `${milliseconds(median)} (${milliseconds(least)}–${milliseconds(p95)})`
const multiple = ({ ratio }) => `× ${ratio.median.toFixed(2)}`

/** The page that is kept of a run. */
export function papers({ chromium, rounds, payments, far, reference, clients }) {
  const loaded = clients.filter(({ storage }) => !storage)
  const paying = clients.filter(({ weight }) => weight)
  const stored = paying.filter(({ firstQuestions }) => firstQuestions.most > 0)
  const table = (head, rows, row) => tableOf(['client', ...head], rows.map((client) => [client.name, ...row(client)]))
  const asked = (...times) => table(['first 402 → wallet', `of ${reference}`, 'warm', `of ${reference}`, 'first call → wallet', 'warm'], paying, (client) => [
    ...times.flatMap((time) => [spread(client[`${time}Asking`]), multiple(client[`${time}Asking`])]),
    ...times.map((time) => spread(client[`${time}Calling`])),
  ])
  return `# Clients

What a page loads before it can pay, and how soon it then pays, beside the official clients. Chromium ${chromium}, client after client in each of ${rounds} rounds, each time in a new
profile, everything on one machine: medians, with the least and the 95th percentile. *Of ${reference}* is the median of the multiples within a round, which the machine's other work
touches least. Made by \`npm run bench -- clients\`.

## Weight and load

One minified file by esbuild, but for \`imagine-x402\` and \`imagine-x402/url\`, which are what is published. *Load* is from the import to a client that can be called (WebAssembly
compiled), in a page that has imported an empty module before, so that what the browser does for its first request is in nobody's figure; *busy* is the main thread's
processor time of that, with what it leaves for the fifth of a second after it. Milliseconds.

${table(['KB', 'gzip', 'brotli', 'load', `of ${reference}`, 'busy', `of ${reference}`], loaded, ({ weight, load, loadBusy }) => [
    ...['raw', 'gzip', 'brotli'].map((size) => (weight ? kilobytes(weight[size]) : '')), spread(load), multiple(load), spread(loadBusy), multiple(loadBusy),
  ])}

## From the 402 to the wallet, and from the signature to the payment

Milliseconds, seen at the page's own edge, by a \`fetch\` and a wallet that were wrapped before the client was loaded: from the moment that the response with status 402 is there to
\`eth_signTypedData_v4\`; and from the signature to the call of \`fetch\` with the payment. *First* is a page's first payment, *warm* the median of the 11th to the ${payments}th of the
same page. *Call → wallet* is the same with the seller's answer before it. The seller is a mock on the same machine. It names version 1 of x402 (version 2 to ${reference}). The
wallet is a mock too: its signatures are real, made by another process and in no figure, and its other answers come at once, from memory. *Busy* is the main thread's processor
time of the whole first payment.

With a seller that gives its price after ${far.ms} ms, as one does that is not on the same machine (*warm* is the 11th to the ${far.payments}th payment here). What a client can do while the price is on
its way, it may have done by then:

${asked('farFirst', 'farWarm')}

With a seller that answers at once:

${asked('first', 'warm')}

${table(['first signature → payment', 'warm', 'busy, first payment', `of ${reference}`], paying, ({ firstSending, warmSending, firstBusy }) => [
    spread(firstSending), spread(warmSending), spread(firstBusy), multiple(firstBusy),
  ])}

The clients do different things in that time. The official ones and *by hand* are told the account beforehand and read nothing: their one question to the wallet is the signature.
\`imagine-x402\` asks the wallet ${stored[0].firstQuestions.median} questions before (connection, network, balance, time of the chain), writes the purchase into IndexedDB, and only
then has it signed; after it, it recovers the signer, asks what stands at the payer's address, and writes the payment down, flushed to the disk, before it leaves. *In memory* is the same without
IndexedDB (\`storage: 'memory'\`). What is waited for the storage is of this, with the seller that is further away:

${table(['first 402 → wallet', 'storage', 'rest', 'warm', 'storage', 'rest'], stored, (client) => [...partsOf(client, 'farFirstAsking'), ...partsOf(client, 'farWarmAsking')])}

${table(['first signature → payment', 'storage', 'rest', 'warm', 'storage', 'rest'], stored, (client) => [...partsOf(client, 'firstSending'), ...partsOf(client, 'warmSending')])}

## Memory

What the page holds after a garbage collection, in MiB: the JavaScript, documents and buffers, as the browser counts them, and the memory of the WebAssembly. The compiled code is in
neither.

${table(['loaded', 'of that WebAssembly', `after ${payments} payments`, 'of that WebAssembly'], loaded, ({ heap }) => [...heapOf(heap.loaded), ...heapOf(heap.paid)])}

None of the others remembers what it paid, finds a payment again or waits for a task ([what they do under faults](../tests/faults/TABLE.md)).
`
}

/** Medians: the parts need not add up. */
function partsOf(client, span) {
  const [whole, storage] = [client[span].median, client[`${span}Stored`].median]
  return [whole, storage, whole - storage].map(milliseconds)
}

const heapOf = (heap) => (heap ? [heap.together, heap.wasm].map(({ median }) => megabytes(median)) : ['', ''])
