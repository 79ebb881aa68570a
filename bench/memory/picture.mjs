import { heapOf } from '../heap.mjs'
import { withPage } from '../page.mjs'
import { processesOf } from './processes.mjs'

export const SIZE = 20_000_000

/** Who sends a picture in which form. The official clients take text alone: a dapp makes it of what it has. */
export const COURSES = [
  ...['file from disk', 'Blob', 'Uint8Array', 'data URL'].map((form) => ({ client: 'imagine-x402', form })),
  ...['x402-fetch', '@x402/fetch'].flatMap((client) =>
    ['file from disk', 'data URL'].map((form) => ({ client, form })),
  ),
]

/**
 * What the browser takes more than before while a picture is sent to a service that reads slowly, as multiples of the
 * picture.
 */
export function measurePicture({ site, reader, file }, { client, form }) {
  return withPage(site.url, async (page, browsing) => {
    const processes = processesOf(browsing)
    const settled = () => heapOf(page).collect().then(processes.settled)
    await page.call('ready', client)
    if (form === 'file from disk') await page.choose(file)
    await page.call('hold', form, SIZE)
    const before = await settled()
    const { bytes, every } = await processes.most(() => page.call('send', client, reader.url))
    const after = await settled()
    return { every, sent: reader.received() / SIZE, most: times(bytes, before), kept: times(after, before).together }
  })
}

const times = (bytes, before) =>
  Object.fromEntries(Object.keys(bytes).map((part) => [part, (bytes[part] - before[part]) / SIZE]))
