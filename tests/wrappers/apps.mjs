// Wrappers as apps write them. Each runs in the page: it takes the `fetch` that is there and returns the new one.

/** Prefixes relative addresses: reads the URL as text. */
export const readsUrlAsText = (real) => (input, init) => {
  const url = String(input)
  return real(url.startsWith('/') ? `https://api.example${url}` : url, init)
}

/** Skips its own API: expects the URL to be a string. */
export const expectsStringUrl = (real) => (input, init) =>
  input.startsWith('https://api.example/') ? real(input, { ...init, credentials: 'include' }) : real(input, init)

/** Adds a header to a copy of a plain object. */
export const spreadsHeaders = (real) => (input, init) =>
  real(input, { ...init, headers: { ...init?.headers, accept: '*/*' } })

/** Adds a header to a copy as `Headers`. */
export const copiesHeaders = (real) => (input, init) => {
  const headers = new Headers(init.headers)
  headers.set('accept', '*/*')
  return real(input, { ...init, headers })
}

/** Makes one `Request` of both arguments. */
export const makesRequest = (real) => (input, init) => real(new Request(input, init))

/** Logs what is sent: expects method and URL in their usual places. */
export const logsMethod =
  (real) =>
  (...args) => {
    const log = (globalThis.logged ??= [])
    log.push(`${args[1].method.toUpperCase()} ${args[0].split('?')[0]}`)
    return real(...args)
  }

/** Logs JSON bodies: expects a string. */
export const readsJsonBody = (real) => (input, init) => {
  if (init?.body) JSON.parse(init.body)
  return real(input, init)
}

/** Writes into the options that it is given. */
export const changesOptions = (real) => (input, init) => {
  ;(init.headers ??= {}).accept = '*/*'
  init.mode = 'cors'
  return real(input, init)
}

/** Tries once more when the first attempt throws. */
export const retriesOnce = (real) => (input, init) => real(input, init).catch(() => real(input, init))

/** Sets headers of its own and forgets those that it was given, so that the payment is lost. */
export const replacesHeaders = (real) => (input, init) =>
  real(input, { ...init, headers: { 'content-type': 'application/json', accept: '*/*' } })
