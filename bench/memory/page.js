// The page's half: watches tasks and sends pictures, as it is told.
import { wasm } from '/wasm.js'

const held = { tasks: [], picture: null }

globalThis.bench = {
  load: async () => void (await (await import('imagine-x402')).init()),
  wasm,
  async watch(baseUrl, ids) {
    const { submit } = await import('imagine-x402')
    held.tasks = await Promise.all(ids.map((id) => submit({ prompt: id, id }, { baseUrl })))
    for (const task of held.tasks) task.wait().catch(() => {})
  },
  leave() {
    for (const task of held.tasks) task.stop()
    held.tasks = []
  },
  async hold(form, size) {
    held.picture = await FORMS[form](size)
  },
  /** Loads what will send. */
  ready: async (client) => void (await SENDERS[client]()),
  send: async (client, baseUrl) => (await SENDERS[client]())(held.picture, baseUrl),
}

const FORMS = {
  'file from disk': () => document.querySelector('input').files[0],
  Blob: (size) => new Blob([bytes(size)]),
  Uint8Array: bytes,
  'data URL': (size) => dataUrl(new Blob([bytes(size)], { type: 'image/png' })),
}

/** Random, so that nothing can make them less, behind the signature of a PNG. */
function bytes(size) {
  const all = new Uint8Array(size)
  for (let at = 0; at < size; at += 0x10000) crypto.getRandomValues(all.subarray(at, at + 0x10000))
  all.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return all
}

const dataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })

const SENDERS = {
  async 'imagine-x402'() {
    const { init, submit } = await import('imagine-x402')
    await init()
    return async (image, baseUrl) => void (await submit({ prompt: 'A paper boat', image }, { baseUrl }))
  },
  'x402-fetch': async () => byFetch((await import('/official.js')).first),
  '@x402/fetch': async () => byFetch((await import('/official.js')).second),
}

/** The documented request by a `fetch` that pays: the picture goes as text. */
const byFetch = (pay) => async (picture, baseUrl) => {
  const image = typeof picture === 'string' ? picture : await dataUrl(picture)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ prompt: 'A paper boat', image })
  const response = await pay(`${baseUrl}/generation/create`, { method: 'POST', headers, body })
  await response.json()
}
