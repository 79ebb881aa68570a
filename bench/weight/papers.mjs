import { tableOf } from '../table.mjs'

const kilobytes = (bytes) => (bytes / 1000).toFixed(1)
const times = (value) => `× ${value.toFixed(2)}`

/** The page that is kept of a run. Times are multiples of those of the reference, measured in turn with it. */
export function papers({ chromium, rounds, reference, clients }) {
  const rows = clients.map(({ name, raw, gzip, brotli, load, ratio }) => [
    name, kilobytes(raw), kilobytes(gzip), kilobytes(brotli), `${load.median.toFixed(1)} (${load.least.toFixed(1)}–${load.most.toFixed(1)})`, times(ratio),
  ])
  return `# Weight

What a page loads before it can pay: one minified file by esbuild, but for \`imagine-x402/url\`, which is its two files as they are published. *Load* is from the import to
a client that can be called (WebAssembly compiled), in milliseconds, in Chromium ${chromium}, each time in a new profile, from a server on the same machine: the median of ${rounds}, with the least
and the most; then as multiple of ${reference}, client after client in each round. Made by \`npm run bench -- weight\`.

${tableOf(['client', 'KB', 'gzip', 'brotli', 'load', `of ${reference}`], rows)}

The first two have a wallet's prompt in mind and nothing around it; *by hand* has no limit, no memory and no waiting ([what they do under faults](../tests/faults/TABLE.md)).
`
}
