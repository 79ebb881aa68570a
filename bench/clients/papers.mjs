import { tableOf } from '../table.mjs'

const kilobytes = (bytes) => (bytes / 1000).toFixed(1)
const megabytes = (bytes) => (bytes / (1 << 20)).toFixed(2)
const milliseconds = (value) => value.toFixed(value < 1 ? 2 : 1)
const spread = ({ median, least, p95 }) => `${milliseconds(median)} (${milliseconds(least)}–${milliseconds(p95)})`
const multiple = ({ ratio }) => `× ${ratio.median.toFixed(2)}`

/** The page that is kept of a run. */
export function papers({ chromium, rounds, payments, far, slowdown, reference, clients, journals }) {
  const loaded = clients.filter(({ storage }) => !storage)
  const paying = clients.filter(({ weight }) => weight)
  const stored = paying.filter(({ firstQuestions }) => firstQuestions.most > 0)
  const table = (head, rows, row) =>
    tableOf(
      ['client', ...head],
      rows.map((client) => [client.name, ...row(client)]),
    )
  const compared = (client, keys) => keys.flatMap((key) => [spread(client[key]), multiple(client[key])])
  const of = `of ${reference}`
  const asked = (rows, ...times) =>
    table(['first 402 → wallet', of, 'warm', of, 'first call → wallet', 'warm'], rows, (client) => [
      ...compared(
        client,
        times.map((time) => `${time}Asking`),
      ),
      ...times.map((time) => spread(client[`${time}Calling`])),
    ])
  const busy = (rows, ...keys) =>
    table(['import → first payment', of, 'later payment', of], rows, (client) => compared(client, keys))
  return `# Clients

What a page loads before it can pay, and how soon it then pays, beside the official clients. Chromium ${chromium}, client after client in each of ${rounds} rounds, each time in a new
profile, everything on one machine: medians, with the least and the 95th percentile. *Of ${reference}* is the median of the multiples within a round, which the machine's other work
touches least. Made by \`npm run bench -- clients\`.

## Weight and load

One minified file by esbuild, but for \`imagine-x402\` and \`imagine-x402/url\`, which are what is published. *Load* is from the import to a client that can be called (WebAssembly
compiled), in a page that has imported an empty module before, so that what the browser does for its first request is in nobody's figure; *busy* is the main thread's
processor time of that, with what it leaves for the fifth of a second after it. Milliseconds.

${table(['KB', 'gzip', 'brotli', 'load', of, 'busy', of], loaded, ({ weight, ...client }) => [
  ...['raw', 'gzip', 'brotli'].map((size) => (weight ? kilobytes(weight[size]) : '')),
  ...compared(client, ['load', 'loadBusy']),
])}

## From the 402 to the wallet, and from the signature to the payment

Milliseconds, seen at the page's own edge, by a \`fetch\` and a wallet that were wrapped before the client was loaded: from the moment that the response with status 402 is there to
\`eth_signTypedData_v4\`; and from the signature to the call of \`fetch\` with the payment. *First* is a page's first payment, *warm* the median of the 11th to the ${payments}th of the
same page. *Call → wallet* is the same with the seller's answer before it. The seller is a mock on the same machine. It names version 1 of x402 (version 2 to ${reference}). The
wallet is a mock too: its signatures are real, made by another process and in no figure, and its other answers come at once, from memory. *Busy* is the main thread's processor
time of the whole first payment.

With a seller that gives its price after ${far.ms} ms, as one does that is not on the same machine (*warm* is the 11th to the ${far.payments}th payment here). What a client can do while the price is on
its way, it may have done by then:

${asked(paying, 'farFirst', 'farWarm')}

With a seller that answers at once:

${asked(paying, 'first', 'warm')}

${table(['first signature → payment', 'warm', 'busy, first payment', of], paying, (client) => [
  spread(client.firstSending),
  spread(client.warmSending),
  ...compared(client, ['firstBusy']),
])}

The clients do different things in that time. The official ones and *by hand* are told the account beforehand and read nothing: their one question to the wallet is the signature.
\`imagine-x402\` asks the wallet ${stored[0].firstQuestions.median} questions before (connection, network, balance, time of the chain), writes the purchase into IndexedDB, and only
then has it signed; after it, it recovers the signer, asks what stands at the payer's address, and writes the payment down, flushed to the disk, before it leaves. *In memory* is the same without
IndexedDB (\`storage: 'memory'\`). What is waited for the storage is of this, with the seller that is further away:

${table(['first 402 → wallet', 'storage', 'rest', 'warm', 'storage', 'rest'], stored, (client) => [...partsOf(client, 'farFirstAsking'), ...partsOf(client, 'farWarmAsking')])}

${table(['first signature → payment', 'storage', 'rest', 'warm', 'storage', 'rest'], stored, (client) => [...partsOf(client, 'firstSending'), ...partsOf(client, 'warmSending')])}

## Main thread

Milliseconds of the main thread's processor time, with the seller that answers at once. *Import → first payment* is
everything from the import to the first accepted payment: the load and that payment together. *Later payment* is the
median of the warm ones. Both include what the measuring itself takes, some tenths of a millisecond.

${busy(paying, 'startBusy', 'warmBusy')}

## On a phone

The same figures with a processor that is ${slowdown} times slower (the browser throttles the page) and the seller that
is further away. First the main thread's time, then the times to the wallet:

${busy(paying, 'mobileStartBusy', 'mobileWarmBusy')}

${asked(paying, 'mobileFirst', 'mobileWarm')}

## With a long journal

The default entry when the browser's database already holds finished purchases, one per hour, without and with a daily
budget. The seller is the one that is further away; ${journals.rounds} rounds. First the times to the wallet, then the
main thread's:

${asked(journals.clients, 'first', 'warm')}

${busy(journals.clients, 'startBusy', 'warmBusy')}

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
