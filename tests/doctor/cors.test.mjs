// The rules by which browsers let a page send and read, as the Fetch standard has them.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { loadDoctor } from './doctor.mjs'

const ORIGIN = 'https://my.app'

let rules
before(async () => {
  rules = await loadDoctor('doctor/cors')
})

const allowing = (origin) => new Headers(origin === null ? {} : { 'access-control-allow-origin': origin })

test('an answer can be read by every page, or by the very origin that it names', () => {
  for (const origin of ['*', ORIGIN, ` ${ORIGIN} `])
    assert.equal(rules.unreadable(allowing(origin), ORIGIN), undefined, origin)
  for (const origin of [
    null,
    '',
    'null',
    'https://MY.app',
    'https://my.app/',
    'https://my.app:443',
    'http://my.app',
    'https://my.app, https://other.app',
    '*, *',
    '*.app',
  ])
    assert.ok(rules.unreadable(allowing(origin), ORIGIN), String(origin))
})

describe('a preflight', () => {
  const wanted = { origin: ORIGIN, method: 'POST', headers: ['content-type', 'x-payment'] }
  const answer = (more, status = 204) => ({
    status,
    headers: new Headers({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'content-type, x-payment',
      ...more,
    }),
  })
  const allowed = {
    'with the names in any case and spacing': answer({ 'access-control-allow-headers': 'Content-Type,X-PAYMENT , ,x' }),
    'with a wildcard': answer({ 'access-control-allow-headers': '*' }),
    'without a list of methods, since POST needs none': answer({ 'access-control-allow-methods': 'GET' }),
    'with 200 and with 299': answer({}, 299),
  }
  for (const [how, given] of Object.entries(allowed))
    test(`${how} allows a payment`, () => assert.equal(rules.forbidden(given, wanted), undefined))

  const refused = {
    'that lacks the payment header': [answer({ 'access-control-allow-headers': 'content-type' }), /lacks x-payment/],
    'that lists no header': [answer({ 'access-control-allow-headers': '' }), /lacks content-type, x-payment/],
    'for another origin': [answer({ 'access-control-allow-origin': 'https://other.app' }), /Allow-Origin/],
    'that is an error': [answer({}, 404), /404/],
    'that redirects': [answer({}, 307), /307/],
    'whose list is malformed': [answer({ 'access-control-allow-headers': 'content-type x-payment' }), /malformed/],
  }
  for (const [how, [given, why]] of Object.entries(refused))
    test(`${how} forbids it`, () => assert.match(rules.forbidden(given, wanted), why))

  test('needs other methods to be listed, in their own case, or a wildcard', () => {
    const put = { ...wanted, method: 'PUT' }
    assert.match(rules.forbidden(answer({ 'access-control-allow-methods': 'put, GET' }), put), /lacks PUT/)
    for (const methods of ['GET, PUT', '*'])
      assert.equal(rules.forbidden(answer({ 'access-control-allow-methods': methods }), put), undefined)
  })

  test('allows `authorization` only by its name', () => {
    const secret = { ...wanted, headers: ['authorization'] }
    assert.match(rules.forbidden(answer({ 'access-control-allow-headers': '*' }), secret), /authorization/)
  })
})

test('a page reads the safelisted headers, and those that are exposed', () => {
  const headers = new Headers({
    'content-type': 'application/json',
    date: 'today',
    'payment-required': 'terms',
    'retry-after': '5',
    'access-control-expose-headers': 'Payment-Required',
  })
  assert.deepEqual([...rules.visible(headers).keys()], ['content-type', 'payment-required'])
  headers.set('access-control-expose-headers', '*')
  assert.ok(rules.exposes(headers, 'retry-after'))
  headers.set('access-control-expose-headers', 'payment required')
  assert.ok(!rules.exposes(headers, 'payment-required'), 'a malformed list exposes nothing')
})

test('a page on https calls plain http on this machine alone', () => {
  const mixed = (url, origin) => rules.isMixed(new URL(url), origin)
  assert.ok(mixed('http://example.org', ORIGIN))
  assert.ok(mixed('http://192.168.1.20', ORIGIN))
  for (const url of ['https://example.org', 'http://127.0.0.1:4021', 'http://localhost', 'http://[::1]'])
    assert.ok(!mixed(url, ORIGIN), url)
  assert.ok(!mixed('http://example.org', 'http://my.app'))
})

test('the doctor asks on every network that the library knows', async () => {
  const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
  const known = [...(await read('src/core/assets.rs')).matchAll(/caip2: "(eip155:\d+)"/g)].map(([, network]) => network)
  const asked = [...(await read('js/node/doctor/reading.ts')).matchAll(/'(eip155:\d+)'/g)].map(([, network]) => network)
  assert.deepEqual(asked, known)
})
