// What the proxy forwards, what it refuses, and what it says of money when something fails.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createProxy } from 'imagine-x402/proxy'
import addresses from '../vectors/base-urls.json' with { type: 'json' }
import { reply, startUpstream } from './upstream.mjs'

const TIMEOUT = { timeout: 60_000 }
const PAGE = 'https://my.app'
const MOUNT = `${PAGE}/api/imagine`
const BODY = JSON.stringify({ prompt: 'A paper boat' })
/** What Node's own `fetch` sends. */
const OWN_TO_NODE = [
  'host',
  'connection',
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'pragma',
  'sec-fetch-mode',
  'transfer-encoding',
  'user-agent',
]
const PAID = { 'x-payment': 'signed' }

let upstream
before(async () => {
  mock.method(console, 'error', () => {})
  upstream = await startUpstream()
})
beforeEach(() => {
  upstream.requests.length = 0
  upstream.early = undefined
  upstream.answer = (response) => reply(response, 202, { taskId: 'task-1' })
})
after(() => upstream?.stop())

const proxyTo = (options) => createProxy({ target: upstream.url, ...options })

/** Asks a proxy; gives the status, the headers and the parsed body of its answer. */
async function ask(path, { proxy = proxyTo(), ...init } = {}) {
  const answer = await proxy(new Request(path.includes('://') ? path : MOUNT + path, init))
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, said: text && JSON.parse(text) }
}

const create = (headers = {}, init = {}) =>
  ask('/generation/create', {
    method: 'POST',
    body: BODY,
    headers: { 'content-type': 'application/json', ...headers },
    ...init,
  })

/** Refused by the proxy itself, in words that the library repeats; nothing arrived at the service. */
function assertRefused({ status, said }, expected) {
  assert.equal(status, expected)
  assert.match(said.error, /nothing was forwarded$/)
  assert.deepEqual(upstream.requests, [])
}

describe('what is forwarded', TIMEOUT, () => {
  test('the request to create, with its payment, body and content type, and no other header', async () => {
    const headers = {
      'payment-signature': 'second',
      ...PAID,
      cookie: 'session=1',
      authorization: 'Bearer 1',
      'proxy-authorization': 'Basic 1',
      'x-forwarded-for': '10.0.0.1',
      'x-http-method-override': 'DELETE',
      forwarded: 'for=10.0.0.1',
      referer: PAGE,
      'user-agent': 'a browser',
    }
    const { status, said } = await create(headers)
    assert.deepEqual([status, said], [202, { taskId: 'task-1' }])
    const [{ method, url, headers: got, body }] = upstream.requests
    assert.deepEqual([method, url, body], ['POST', '/generation/create', BODY])
    const foreign = Object.entries(got).filter(([name]) => !OWN_TO_NODE.includes(name))
    assert.deepEqual(Object.fromEntries(foreign), {
      'content-type': 'application/json',
      'payment-signature': 'second',
      'x-payment': 'signed',
    })
    assert.deepEqual([got.host, got['user-agent']], [new URL(upstream.url).host, 'node'])
  })

  test('its length is passed on where it is known, for services that take no chunks', async () => {
    await create({ 'content-length': String(BODY.length) })
    const [{ headers, body }] = upstream.requests
    assert.deepEqual(
      [headers['content-length'], headers['transfer-encoding'], body],
      [String(BODY.length), undefined, BODY],
    )
  })

  test('the status of a task and the list of models, below any path, without query, body and payment', async () => {
    for (const [path, arrives] of [
      ['/generation/models', '/generation/models'],
      ['/generation/task-1/status?x=1#y', '/generation/task-1/status'],
      ['/generation/a%C3%A9:1/status', '/generation/a%C3%A9:1/status'],
      [`${PAGE}/generation/_xK3/status`, '/generation/_xK3/status'],
      [`${PAGE}/a/b-c/d.e/generation/models/status`, '/generation/models/status'],
    ]) {
      upstream.requests.length = 0
      assert.equal((await ask(path, { headers: PAID })).status, 202)
      const [{ url, method, headers, body }] = upstream.requests
      assert.deepEqual([method, url, body, headers['x-payment']], ['GET', arrives, '', undefined])
    }
  })

  test('to a target below a path', async () => {
    const proxy = createProxy({ target: new URL(`${upstream.url}/v1//`) })
    await create({}, { proxy })
    assert.equal(upstream.requests[0].url, '/v1/generation/create')
  })

  test('the answer: status, body, terms, receipts and Retry-After, and no other header', async () => {
    const x402 = {
      'payment-required': 'terms',
      'payment-response': 'receipt 2',
      'x-payment-response': 'receipt 1',
      'retry-after': '7',
    }
    const others = {
      'set-cookie': 'a=1',
      'www-authenticate': 'Basic',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=600',
      server: 'secret/1.0',
      location: 'https://elsewhere.test',
    }
    upstream.answer = (response) => reply(response, 402, { x402Version: 1 }, { ...x402, ...others })
    const { status, headers, said } = await create()
    assert.deepEqual([status, said], [402, { x402Version: 1 }])
    assert.deepEqual(Object.fromEntries(headers), {
      ...x402,
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    })
  })

  test('a compressed answer arrives readable, without a wrong length or encoding', async () => {
    const bytes = gzipSync(JSON.stringify({ status: 'queued' }))
    upstream.answer = (response) =>
      reply(response, 202, bytes, { 'content-encoding': 'gzip', 'content-length': bytes.length })
    const { headers, said } = await ask('/generation/task-1/status')
    assert.deepEqual(
      [said, headers.get('content-encoding'), headers.get('content-length')],
      [{ status: 'queued' }, null, null],
    )
  })

  test('a framework that keeps answers of `fetch` is told not to', async () => {
    const inits = []
    const usual = mock.method(globalThis, 'fetch', async (_url, init) => {
      inits.push(init)
      return Response.json({ status: 'queued' })
    })
    await ask('/generation/task-1/status')
    usual.mock.restore()
    assert.deepEqual([inits[0].cache, inits[0].redirect], ['no-store', 'manual'])
  })

  test('an answer without a body', async () => {
    for (const status of [204, 205]) {
      upstream.answer = (response) => response.writeHead(status).end()
      assert.equal((await ask('/generation/task-1/status')).status, status)
    }
  })

  test("a document of the service never runs as one of the page's own origin", async () => {
    for (const type of [
      'text/html',
      'image/svg+xml',
      'text/javascript',
      'application/jsonp',
      'text/html; application/json',
    ]) {
      upstream.answer = (response) => reply(response, 500, '"<script>alert(1)</script>"', { 'content-type': type })
      const { headers } = await ask('/generation/task-1/status')
      assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8', type)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    }
  })

  test('a body is streamed: its beginning arrives before its end is sent', async () => {
    const { readable, writable } = new TransformStream()
    const writer = writable.getWriter()
    const arrived = upstream.received()
    const answering = create({}, { body: readable, duplex: 'half' })
    void writer.write(Buffer.from('{"prompt":'))
    await arrived
    void writer.write(Buffer.from('"a"}'))
    void writer.close()
    assert.equal((await answering).status, 202)
    assert.equal(upstream.requests[0].body, '{"prompt":"a"}')
  })
})

describe('what is refused', TIMEOUT, () => {
  test('every other path, however it is written', async () => {
    for (const path of [
      '',
      '/',
      '/generation',
      '/generation/create/',
      '/generation//create',
      '/generation/create/x',
      '/Generation/create',
      '/generation/Create',
      '/generation/%63reate',
      '/%67eneration/create',
      '/generation%2Fcreate',
      '/generation%252Fcreate',
      '/generation\\..\\admin',
      '/generation/create;x=1',
      '/generation/create%00',
      '/generation;x/create',
      '/generation/../admin',
      '/generation/%2e%2e/admin/status',
      '/generation/..%2Fadmin/status',
      '/generation/..%5Cadmin/status',
      '/generation/%252e%252e%252fadmin/status',
      '/generation/%2e%2e%2fadmin/status',
      '/generation/a%2Fb/status',
      '/generation/a%3Fb/status',
      '/generation/a%23b/status',
      '/generation/a;b/status',
      '/generation/a%20b/status',
      '/generation/a%0D%0Ab/status',
      '/generation/a%E2%80%AEb/status',
      '/generation/%FF/status',
      '/generation/%/status',
      `/generation/${'a'.repeat(129)}/status`,
      '/generation//status',
      '/generation/task-1/status/',
      '/generation/task-1/status%2F',
      '/generation/task-1',
      '/generation/enhance',
      '/prompts/enhance',
      '/a%2Fb/generation/create',
      '//generation/create',
      `${PAGE}/https://evil.test/generation/create`,
    ])
      for (const method of ['GET', 'POST']) assertRefused(await ask(path, { method }), 400)
  })

  test('every other method, also one that a header asks for', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      assertRefused(await ask('/generation/create', { method }), 405)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assertRefused(await ask('/generation/task-1/status', { method }), 405)
    assert.equal((await proxyTo()(new Request(`${MOUNT}/generation/models`, { method: 'HEAD' }))).status, 405)
    assertRefused(await ask('/generation/create', { headers: { 'x-http-method-override': 'POST' } }), 405)
  })

  test('a redirect: it is not followed, its address is not told', async () => {
    for (const status of [301, 302, 303, 307, 308, 300, 304]) {
      upstream.requests.length = 0
      upstream.answer = (response) => response.writeHead(status, { location: `${upstream.url}/elsewhere` }).end()
      const { status: told, headers, said } = await create(PAID)
      assert.deepEqual([told, headers.get('location'), upstream.requests.length], [502, null, 1])
      assert.match(said.error, /follows no redirect; whether it has taken the payment is not known/)
    }
  })

  test('a body that is too long, before anything is forwarded where its length is known', async () => {
    const proxy = proxyTo({ maxBytes: BODY.length - 1 })
    const { said, ...answer } = await create({ ...PAID, 'content-length': String(BODY.length) }, { proxy })
    assertRefused({ said, ...answer }, 413)
    assert.equal((await create({}, { proxy: proxyTo({ maxBytes: BODY.length }) })).status, 202)
  })

  test('a body of unknown length in its middle: the service never has all of it', async () => {
    for (const [headers, money] of [
      [PAID, /whether it has taken the payment is not known$/],
      [{}, /no payment was sent with it$/],
    ]) {
      upstream.requests.length = 0
      const pull = (controller) => controller.enqueue(new Uint8Array(1000).fill(32))
      const body = new ReadableStream({ pull })
      const { status, said } = await create(headers, { proxy: proxyTo({ maxBytes: 100_000 }), body, duplex: 'half' })
      assert.equal(status, 413)
      assert.match(said.error, money)
      assert.ok(upstream.requests.every(({ whole }) => !whole))
    }
  })

  test('an answer that never ends is cut off, which a page sees as a lost one', async () => {
    upstream.answer = (response) => {
      response.writeHead(202)
      const more = () => {
        if (!response.destroyed && response.write('x'.repeat(65_536))) setTimeout(more)
        else response.once('drain', more)
      }
      more()
    }
    const answer = await proxyTo()(new Request(`${MOUNT}/generation/create`, { method: 'POST', body: BODY }))
    assert.equal(answer.status, 202)
    await assert.rejects(answer.text())
  })
})

describe('whom it serves', TIMEOUT, () => {
  const from = (origin, more) => ({ origin, ...more })

  test('without `origins`, pages of its own origin, and programs', async () => {
    for (const headers of [{}, from(PAGE), from('https://public.name', { 'sec-fetch-site': 'same-origin' })]) {
      upstream.requests.length = 0
      const { status, headers: told } = await create(headers)
      assert.deepEqual([status, told.get('access-control-allow-origin')], [202, null])
    }
    upstream.requests.length = 0
    for (const origin of [
      'https://evil.test',
      'http://my.app',
      'https://my.app:8443',
      'https://my.app.evil.test',
      'null',
      '',
    ])
      assertRefused(await create(from(origin, { 'sec-fetch-site': 'cross-site' })), 403)
  })

  test('with `origins`, these pages too: they may read all that x402 needs', async () => {
    const proxy = proxyTo({ origins: ['https://other.app'] })
    const { status, headers } = await create(from('https://other.app', PAID), { proxy })
    assert.equal(status, 202)
    assert.equal(headers.get('access-control-allow-origin'), 'https://other.app')
    assert.equal(headers.get('access-control-allow-credentials'), null)
    assert.equal(headers.get('vary'), 'Origin')
    assert.deepEqual(headers.get('access-control-expose-headers').split(', '), [
      'payment-required',
      'payment-response',
      'x-payment-response',
      'retry-after',
    ])
    upstream.requests.length = 0
    assertRefused(await create(from('https://other.app.evil.test'), { proxy }), 403)
  })

  test('a preflight is answered for listed origins alone', async () => {
    const proxy = proxyTo({ origins: ['https://other.app'] })
    const preflight = (origin, path = '/generation/create') =>
      ask(path, {
        proxy,
        method: 'OPTIONS',
        headers: from(origin, {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-payment',
        }),
      })
    const { status, headers } = await preflight('https://other.app')
    assert.equal(status, 204)
    assert.equal(headers.get('access-control-allow-origin'), 'https://other.app')
    assert.equal(headers.get('access-control-allow-methods'), 'POST')
    assert.equal(headers.get('access-control-allow-headers'), 'content-type, x-payment, payment-signature')
    assertRefused(await preflight('https://evil.test'), 403)
    assertRefused(await preflight('https://other.app', '/admin'), 400)
  })

  test('a refusal can be read by a page that is served', async () => {
    const proxy = proxyTo({ origins: ['https://other.app'], maxBytes: 1 })
    const { status, headers } = await create(from('https://other.app', { 'content-length': '9' }), { proxy })
    assert.deepEqual([status, headers.get('access-control-allow-origin')], [413, 'https://other.app'])
  })
})

describe("the page's own server decides first", TIMEOUT, () => {
  test('it is told which endpoint, whether it is paid, and every header', async () => {
    const told = []
    const proxy = proxyTo({
      onRequest: ({ endpoint, isPaid, url, headers }) => {
        told.push([endpoint, isPaid, url, headers.get('cookie')])
        headers.set('x-payment', 'changed')
      },
    })
    await create({ ...PAID, cookie: 'session=1' }, { proxy })
    await create({}, { proxy })
    await ask('/generation/task-1/status', { proxy })
    await ask('/generation/models', { proxy, headers: PAID })
    assert.deepEqual(told, [
      ['create', true, `${MOUNT}/generation/create`, 'session=1'],
      ['create', false, `${MOUNT}/generation/create`, null],
      ['status', false, `${MOUNT}/generation/task-1/status`, null],
      ['models', false, `${MOUNT}/generation/models`, null],
    ])
    assert.equal(upstream.requests[0].headers['x-payment'], 'signed', 'what it changes is its own copy')
  })

  test('its Response goes out in place of an answer', async () => {
    const proxy = proxyTo({ onRequest: async () => Response.json({ error: 'slow down' }, { status: 429 }) })
    const { status, said } = await create({}, { proxy })
    assert.deepEqual([status, said, upstream.requests], [429, { error: 'slow down' }, []])
  })

  test('what it throws, and anything else that it returns, refuses the request', async () => {
    const wrong = [
      () => {
        throw new Error('no database')
      },
      () => Promise.reject(new Error('no database')),
      () => false,
      async () => null,
      () => ({ status: 200 }),
      () => Response.error(),
    ]
    for (const onRequest of wrong) assertRefused(await create(PAID, { proxy: proxyTo({ onRequest }) }), 500)
  })
})

describe('a service that cannot be reached, or breaks off', TIMEOUT, () => {
  const failures = {
    'nobody listens': () => createProxy({ target: 'http://127.0.0.1:1' }),
    'the connection breaks before an answer': () => {
      upstream.answer = (response) => response.destroy()
      return proxyTo()
    },
    'the connection breaks while the body is sent': () => {
      upstream.early = (response) => response.destroy()
      return proxyTo()
    },
  }
  for (const [name, make] of Object.entries(failures))
    test(`${name}: of a payment it is said that nothing is known`, async () => {
      const paid = await create(PAID, { proxy: make() })
      assert.equal(paid.status, 502)
      assert.match(paid.said.error, /whether it has taken the payment is not known$/)
      const unpaid = await create({}, { proxy: make() })
      assert.equal(unpaid.status, 502)
      assert.match(unpaid.said.error, /no payment was sent with it$/)
      const look = await ask('/generation/task-1/status', { proxy: make() })
      assert.equal(look.status, 502, 'never 404, which would mean that there is no such task')
    })

  test('an answer that breaks off in its middle breaks off for the page', async () => {
    upstream.answer = (response) => {
      response.writeHead(202, { 'content-length': 100 })
      response.write('{"taskId":', () => setTimeout(() => response.destroy(), 20))
    }
    const answer = await proxyTo()(new Request(`${MOUNT}/generation/create`, { method: 'POST', body: BODY }))
    await assert.rejects(answer.text())
  })
})

describe('a page that goes away', TIMEOUT, () => {
  async function left(headers) {
    const leaving = new AbortController()
    const arrived = upstream.received()
    let closed = false
    upstream.answer = (response) => {
      response.on('close', () => {
        closed = !response.writableFinished
      })
      setTimeout(() => reply(response, 202, { taskId: 'task-1' }), 300)
    }
    const answering = create(headers, { signal: leaving.signal })
    await arrived
    leaving.abort()
    const { status } = await answering
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { status, closed }
  }

  test('a paid request is finished', async () => {
    assert.deepEqual(await left(PAID), { status: 202, closed: false })
  })

  test('an unpaid one is given up', async () => {
    assert.deepEqual(await left({}), { status: 502, closed: true })
  })
})

describe('options', TIMEOUT, () => {
  test('a wrong or unknown option is an error', () => {
    const target = 'https://service.test'
    for (const wrong of [
      undefined,
      {},
      { target: '/api' },
      { target: 'ftp://service.test' },
      { target: 'http://service.test' },
      { target: 'http://192.168.1.20' },
      { target: 'http://127.0.0.1.evil.test' },
      { target: 'https://me:secret@service.test' },
      { target: `${target}?to=https://evil.test` },
      { target: `${target}#x` },
      { target, origin: 'https://my.app' },
      { target, http: true },
      { target, origins: 'https://my.app' },
      { target, origins: ['*'] },
      { target, origins: ['null'] },
      { target, origins: ['https://my.app/'] },
      { target, origins: ['https://My.App'] },
      { target, origins: ['my.app'] },
      { target, origins: [null] },
      { target, maxBytes: 0 },
      { target, maxBytes: '1' },
      { target, maxBytes: Number.POSITIVE_INFINITY },
      { target, onRequest: 'no' },
    ])
      assert.throws(() => createProxy(wrong), TypeError, JSON.stringify(wrong))
  })

  test('a target is what the library takes as an address, and http on a private network has to be allowed', () => {
    const made = (target, http) => {
      try {
        return typeof createProxy({ target, http }) === 'function'
      } catch {
        return false
      }
    }
    for (const [kind, expected] of Object.entries({
      open: [true, true],
      private: [false, true],
      refused: [false, false],
    }))
      for (const target of addresses[kind]) assert.deepEqual([made(target), made(target, 'private')], expected, target)
  })

  test('what the page did not pass is not obeyed', () => {
    Object.prototype.target = 'https://evil.test'
    try {
      assert.throws(() => createProxy({}), TypeError)
    } finally {
      delete Object.prototype.target
    }
  })
})
