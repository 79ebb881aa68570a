import { tableOf } from '../table.mjs'
import { SIZE } from './picture.mjs'
import { TASKS } from './watching.mjs'

const LIMIT = 32 << 20

const megabytes = (bytes) => (bytes / (1 << 20)).toFixed(2)
const spread = ({ median, least, most }, text) => `${text(median)} (${text(least)}–${text(most)})`
const multiple = (value) => value.toFixed(2)

const MOMENTS = {
  bare: 'before the library is loaded',
  loaded: 'with the library loaded',
  watching: `while ${TASKS} tasks are watched`,
  most: 'the most that was seen of it, garbage included',
  left: 'after all were left',
}

/** The page that is kept of a run. */
export function papers({ runs, chromium, watching, pictures }) {
  const within = watching.most.together.most <= LIMIT
  return `# Memory

Chromium ${chromium}; the median of ${runs} runs, with the least and the most. Made by \`npm run bench -- memory\`.

## Tasks

What the page holds, in MiB, after a garbage collection. The browser's count of the heap does not have the memory of the WebAssembly, so that is added.
With ${TASKS} tasks it ${within ? 'never held' : 'held'} more than 32 MiB.

${tableOf(
  ['moment', 'together', 'JavaScript', 'documents', 'buffers', 'WebAssembly'],
  Object.entries(MOMENTS).map(([moment, says]) => momentRow(says, watching[moment])),
)}

## Pictures

A picture of ${SIZE / 1_000_000} MB, random behind the signature of a PNG, is sent to a service that reads slowly and takes it without payment. What the processes of the browser
take at most during that, more than before with the picture in hand, as multiples of the picture; they were looked at every ${Math.round(Math.max(...pictures.map(({ every }) => every.median)))} ms, so a shorter peak is not seen.
*Sent* is the request's body; *kept* is what is still taken after a garbage collection. Pages that use an official client make text of a file themselves.

${tableOf(['sent by', 'picture', 'together', 'page', 'browser', 'network', 'sent', 'kept'], pictures.map(pictureRow))}
`
}

const momentRow = (says, { together, javascript, documents, buffers, wasm }) => [
  says,
  spread(together, megabytes),
  ...[javascript, documents, buffers, wasm].map(({ median }) => megabytes(median)),
]

const pictureRow = ({ client, form, most, sent, kept }) => [
  client,
  form,
  spread(most.together, multiple),
  ...[most.page, most.browser, most.network].map(({ median }) => multiple(median)),
  multiple(sent.median),
  multiple(kept.median),
]
