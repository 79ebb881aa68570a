/** The README's table of figures, of what was measured last. Run by itself, it writes the table anew. */
import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { tableOf } from '../table.mjs'

const README = new URL('../../README.md', import.meta.url)
const RESULTS = new URL('../clients.json', import.meta.url)
const BLOCK = /(<!-- figures -->\n)[\s\S]*?(<!-- \/figures -->)/

/** Of the file, whose figures are rounded. */
export async function writeReadme() {
  const results = JSON.parse(await readFile(RESULTS, 'utf8'))
  const readme = await readFile(README, 'utf8')
  await writeFile(
    README,
    readme.replace(BLOCK, (_, begin, end) => `${begin}${table(results)}\n${end}`),
  )
}

const timed = ({ median, ratio }) => `${median.toFixed(median < 10 ? 1 : 0)} ms × ${ratio.median.toFixed(2)}`

/** Medians, and the multiples of those of the reference in the same round. */
export function table({ reference, clients }) {
  const rows = clients
    .filter(({ weight }) => weight)
    .map(({ name, weight, load, farFirstAsking, farWarmAsking, heap }) => [
      name,
      `${(weight.gzip / 1000).toFixed(1)} KB`,
      ...[load, farFirstAsking, farWarmAsking].map(timed),
      `${(heap.paid.together.median / (1 << 20)).toFixed(1)} MiB`,
    ])
  return tableOf(
    [`× of ${reference}`, 'gzip', 'load', 'first 402 → wallet', 'later ones', 'memory after 50 payments'],
    rows,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeReadme()
