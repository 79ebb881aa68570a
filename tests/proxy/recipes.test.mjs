// The recipes that need nothing but Node: frameworks that hand their routes a `Request`, and Express.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import express from 'express'
import { listen } from '../../sandbox/server.mjs'
import { assertForwards } from './buying.mjs'
import { loadRecipe } from './recipes.mjs'
import { startUpstream } from './upstream.mjs'

const TIMEOUT = { timeout: 60_000 }
const MOUNT = 'https://my.app/api/imagine'

let upstream
before(async () => {
  upstream = await startUpstream()
})
after(() => upstream?.stop())

const handlers = {
  next: (route) => (request) => route[request.method](request),
  sveltekit: (route) => (request) => route[request.method]({ request }),
}

for (const [name, handler] of Object.entries(handlers))
  test(`the recipe for ${name} forwards a purchase and nothing else`, TIMEOUT, async () => {
    const handle = handler(await loadRecipe(name, upstream.url))
    await assertForwards(upstream, (path, init) => handle(new Request(MOUNT + path, init)))
  })

test('the recipe for a worker keeps it alive until a payment is answered', TIMEOUT, async () => {
  const { default: worker } = await loadRecipe('worker', upstream.url)
  const waited = []
  const context = { waitUntil: (promise) => waited.push(promise) }
  await assertForwards(upstream, (path, init) => worker.fetch(new Request(MOUNT + path, init), {}, context))
  assert.equal(waited.length, 5)
})

describe('the recipe for Express', TIMEOUT, () => {
  let server
  before(async () => {
    const { imagine } = await loadRecipe('express', upstream.url)
    server = await listen(express().use('/api/imagine', imagine))
  })
  after(() => server?.stop())

  test('forwards a purchase and nothing else', () =>
    assertForwards(upstream, (path, init) => fetch(`${server.url}/api/imagine${path}`, init)))

  /** The first line of the answer to a request that is written by hand, and what arrived at the service. */
  async function raw(line) {
    upstream.requests.length = 0
    const { port } = new URL(server.url)
    const socket = connect(port, '127.0.0.1')
    socket.write(`${line} HTTP/1.1\r\nhost: my.app\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    await once(socket, 'close')
    return { status: Number(text.split(' ')[1]), urls: upstream.requests.map(({ url }) => url) }
  }

  test('another address in the request line is not called', async () => {
    const elsewhere = 'http://169.254.169.254'
    for (const target of [
      `${elsewhere}/latest/meta-data`,
      `${elsewhere}/api/imagine/admin`,
      '//evil.test/x',
      '/api/imagine/x',
    ])
      assert.deepEqual((await raw(`POST ${target}`)).urls, [], target)
    const { status, urls } = await raw(`POST ${elsewhere}/api/imagine/generation/create`)
    assert.ok(status >= 400 || urls.every((url) => url === '/generation/create'))
  })

  test('a path that leads upwards is refused', async () => {
    for (const path of [
      '/api/imagine/generation/../../../admin',
      '/api/imagine/generation/%2e%2e/%2e%2e/admin',
      '/api/imagine/generation/..%2f..%2fadmin/status',
      '/api/imagine/generation\\..\\admin',
      '/api/imagine/generation/x/..;/status',
    ]) {
      const { status, urls } = await raw(`GET ${path}`)
      assert.ok(status >= 400, `${path}: ${status}`)
      assert.deepEqual(urls, [], path)
    }
  })

  test('a page that leaves ends an unpaid request, but no paid one', async () => {
    const outcome = {}
    upstream.answer = (response, { headers }) => {
      const kind = headers['x-payment'] ? 'paid' : 'unpaid'
      response.on('close', () => {
        outcome[kind] = response.writableFinished ? 'finished' : 'broken off'
      })
      setTimeout(() => response.end('{}'), 300)
    }
    for (const headers of [{}, { 'x-payment': 'signed' }]) {
      const leaving = new AbortController()
      const arrived = upstream.received()
      const url = `${server.url}/api/imagine/generation/create`
      const asking = fetch(url, { method: 'POST', body: '{}', headers, signal: leaving.signal }).catch(() => {})
      await arrived
      leaving.abort()
      await asking
    }
    while (!outcome.paid || !outcome.unpaid) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(outcome, { unpaid: 'broken off', paid: 'finished' })
  })
})
