// Capacitor's own native bridge in a page, over the thinnest native side: what its Java does with a request, done by
// Node's fetch.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)
const BRIDGE = resolve('@capacitor/android/capacitor/src/main/assets/native-bridge.js')

/**
 * As in an app with `CapacitorHttp: { enabled: true }`. GETs go to an address of the page's own, which the shell
 * intercepts.
 */
export async function patchByCapacitor(profile) {
  await profile.exposeFunction('__native', ({ options }) => send(options))
  await profile.route(/\/_capacitor_http_interceptor_/, intercept)
  await profile.addInitScript({ content: `(${prepare})();\n${await readFile(BRIDGE, 'utf8')}` })
}

/** What the shell puts into the page before the bridge. */
function prepare() {
  globalThis.WEBVIEW_SERVER_URL = location.origin
  globalThis.CapacitorHttpAndroidInterface = { isEnabled: () => true }
  globalThis.androidBridge = {
    async postMessage(message) {
      const call = JSON.parse(message)
      const answer = await globalThis.__native(call).then(
        (data) => ({ success: true, data }),
        ({ message }) => ({ success: false, error: { message } }),
      )
      globalThis.androidBridge.onmessage({ data: JSON.stringify({ ...call, ...answer }) })
    },
  }
}

async function intercept(route) {
  const request = route.request()
  const { origin, host, referer, ...headers } = request.headers()
  const response = await fetch(new URL(request.url()).searchParams.get('u'), { headers })
  const { status } = response
  await route.fulfill({ status, headers: Object.fromEntries(response.headers), body: await response.text() })
}

/** HttpRequestHandler.request: JSON answers are parsed, everything else is text. */
async function send({ url, method, headers: given, data, dataType }) {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given)) headers.set(name, value)
  const response = await fetch(url, { method, headers, body: bodyOf(data, dataType, headers.get('content-type')) })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('application/json')
  const answer = { status: response.status, url: response.url, headers: Object.fromEntries(response.headers) }
  return { ...answer, data: isJson ? JSON.parse(text) : text }
}

/** CapacitorHttpUrlConnection.setRequestBody: without a type nothing is written. */
function bodyOf(data, dataType, type) {
  if (!type || data === undefined) return undefined
  if (type.includes('application/json')) return typeof data === 'string' ? data : JSON.stringify(data)
  if (dataType === 'formData') return formOf(data, /boundary=([^;]+)/.exec(type)[1])
  return String(data)
}

function formOf(entries, boundary) {
  const parts = entries.map(({ key, value, type, fileName, contentType }) => {
    const isFile = type === 'base64File'
    const head = isFile
      ? `; filename="${fileName}"\r\nContent-Type: ${contentType}\r\nContent-Transfer-Encoding: binary`
      : ''
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${key}"${head}\r\n\r\n`),
      Buffer.from(value, isFile ? 'base64' : 'utf8'),
      Buffer.from('\r\n'),
    ]
  })
  return Buffer.concat([...parts.flat(), Buffer.from(`--${boundary}--\r\n`)])
}
