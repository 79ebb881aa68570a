import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { bundle } from '../../tests/browser/bundle.mjs'

/** What all others are measured against. */
export const REFERENCE = '@x402/fetch'

const CLIENTS = [
  { name: 'an empty module', kind: 'nothing', url: '/empty.js' },
  { name: 'x402-fetch', kind: 'official', source: 'x402-fetch.js', service: '/v1' },
  { name: REFERENCE, kind: 'official', source: 'x402-fetch-2.js', service: '/v2' },
  { name: 'by hand, with viem', kind: 'official', source: 'by-hand.js', service: '/v1' },
  { name: 'imagine-x402', kind: 'own', dist: ['index.js'], service: '/v1' },
  { name: 'imagine-x402, in memory', kind: 'own', dist: ['index.js'], service: '/v1', storage: 'memory' },
  { name: 'imagine-x402/url', kind: 'own', dist: ['url.js', 'core.wasm'], service: '/v1' },
]

/** How many finished purchases a journal has, and what a page may set for all of them together. */
const RECORDS = [0, 1_000, 10_000]
const BUDGET = { amount: '100', per: 'day' }

/** The default entry with journals of each length, without and with a budget, after the reference. */
export function withJournals(clients) {
  const [reference, own] = [REFERENCE, 'imagine-x402'].map((name) => clients.find((client) => client.name === name))
  const variants = [undefined, BUDGET].flatMap((budget) =>
    RECORDS.map((records) => {
      const name = `${own.name}, ${records.toLocaleString('en')} records${budget ? ', budget' : ''}`
      return { ...own, name, records, budget }
    }),
  )
  return [reference, ...variants]
}

/**
 * The clients with what they weigh, and their files by address: what is published as it is, everything else as one file
 * by esbuild.
 */
export async function prepare(library) {
  const files = { '/nothing.js': '', '/empty.js': 'export {}' }
  const clients = []
  for (const { source, dist = [], ...client } of CLIENTS) {
    if (source) files[`/${source}`] = Buffer.from(await bundle(fileURLToPath(new URL(source, import.meta.url))))
    for (const name of dist) files[`/${name}`] = await readFile(path.join(library, 'dist', name))
    const names = source ? [source] : dist
    const weight = names.length > 0 ? weigh(names.map((name) => files[`/${name}`])) : undefined
    clients.push({ url: `/${names[0]}`, ...client, weight })
  }
  return { clients, files }
}

function weigh(files) {
  const sum = (size) => files.reduce((all, one) => all + size(one), 0)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
  return {
    raw: sum(({ length }) => length),
    gzip: sum((one) => gzipSync(one, { level: 9 }).length),
    brotli: sum((one) => brotliCompressSync(one, quality).length),
  }
}
