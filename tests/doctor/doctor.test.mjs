// What the doctor reports of the sandbox in each of its answers, of sellers as their frameworks have them, and of a
// proxy in front of one.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, describe, test } from 'node:test'
import express from 'express'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { listen } from '../../sandbox/server.mjs'
import { ANSWERS } from '../../sandbox/answers.mjs'
import { accepted, startStubSeller } from '../browser/stub-seller.mjs'
import { loadDoctor, saysOf, verdictsOf } from './doctor.mjs'
import { FILE, reports } from './reports.mjs'
import { startForeign } from './sellers.mjs'
import { loadRecipe } from '../proxy/recipes.mjs'

const TIMEOUT = { timeout: 60_000 }
const ORIGIN = 'https://my.app'

let doctor
let printed
let exitCodeOf
before(async () => {
  ;({ doctor, printed, exitCodeOf } = await loadDoctor('doctor', 'doctor-report'))
})

const open = []
const keep = (part) => {
  open.push(part)
  return part
}
const closeAll = async () => {
  for (const part of open.splice(0).reverse()) await part.stop()
}
afterEach(closeAll)
after(closeAll)

/** The checks whose verdict is not `works`. */
const besides = (report) =>
  Object.fromEntries(Object.entries(verdictsOf(report)).filter(([, verdict]) => verdict !== 'works'))

/** What the sandbox, on plain http and without an exposed `Retry-After`, has in any case. */
const USUAL = { address: 'works by', 'CORS: Retry-After': 'works by' }
const UNDESCRIBED = { parameters: 'unknown', models: 'unknown' }

describe('the sandbox', TIMEOUT, () => {
  const modes = {
    'version 1': [{ x402: 1 }, {}, 'directly'],
    'version 2': [{ x402: 2 }, UNDESCRIBED, 'directly'],
    'version 2 that describes its parameters': [{ x402: 2, models: ['veo-3'] }, {}, 'directly'],
    'both versions': [{ x402: 'both' }, UNDESCRIBED, 'directly'],
    'the hybrid': [{ x402: 'hybrid' }, UNDESCRIBED, 'directly'],
    'on Base Sepolia': [{ chainId: 84532 }, { price: 'works by' }, 'directly'],
    'that takes text alone': [{ templateData: 'text' }, { 'templateData as an object': 'works by' }, 'directly'],
    'that refuses a seed': [{ fault: 'seed-refused' }, { seed: 'works by' }, 'directly'],
    'version 1 that exposes no header': [{ fault: 'cors-unexposed' }, { 'CORS: the receipt': 'works by' }, 'directly'],
    'version 2 that exposes no header': [
      { x402: 2, fault: 'cors-unexposed' },
      { ...UNDESCRIBED, 'CORS: the receipt': 'works by', 'CORS: the price': 'does not' },
      'by a proxy',
    ],
    'that fails': [{ fault: 'probe-500' }, { price: 'does not', 'CORS: Retry-After': undefined }, 'not at all'],
    'of the sister service': [{ dialect: 'clawdvine' }, UNDESCRIBED, 'directly'],
  }
  for (const [name, [given, expected, buys]] of Object.entries(modes))
    test(`${name}: a page buys ${buys}`, async () => {
      const sandbox = keep(await startSandbox(given))
      const report = await doctor(sandbox.apiUrl, { origin: ORIGIN })
      assert.deepEqual(besides(report), JSON.parse(JSON.stringify({ ...USUAL, ...expected })))
      assert.deepEqual([report.buys, exitCodeOf(report)], [buys, buys === 'directly' ? 0 : 1])
      assert.equal((await sandbox.payments()).length, 0)
      assert.ok(sandbox.requests.every(({ paid }) => !paid))
    })

  test('however it tells of tasks, a page can buy', async () => {
    const sandbox = keep(await startSandbox())
    for (const answers of Object.keys(ANSWERS)) {
      sandbox.answer(answers)
      const report = await doctor(sandbox.apiUrl)
      assert.equal(report.buys, 'directly', answers)
      assert.equal(verdictsOf(report)['CORS: the status'], 'works', answers)
    }
  })

  test('what it says names the price, the token, the recipient, the version, the models and what to set', async () => {
    const sandbox = keep(await startSandbox({ chainId: 84532 }))
    const report = await doctor(sandbox.apiUrl)
    const price = report.findings.find(({ check }) => check === 'price')
    for (const part of ['1.00 USDC', sandbox.token, sandbox.payTo, 'eip155:84532', 'version 1'])
      assert.ok(price.says.toLowerCase().includes(part.toLowerCase()), part)
    assert.equal(price.set, '`networks: ["eip155:84532"]`')
    assert.equal(saysOf(report, 'models'), 'sora')
    assert.match(saysOf(report, 'parameters'), /duration/)
    assert.match(saysOf(report, 'terms'), /the body$/)
  })

  test('a task is known or forgotten, media can be kept or not, and a body has a limit', async () => {
    const sandbox = keep(await startSandbox({ jsonLimit: 3 * 2 ** 20 }))
    const known = await doctor(sandbox.apiUrl, {
      task: 'nobody-knows',
      media: `${sandbox.mediaUrl}/video.mp4`,
      bodyLimit: true,
    })
    const { 'this task': task, 'CORS: the media': media, 'body limit': limit } = verdictsOf(known)
    assert.deepEqual([task, media, limit], ['does not', 'works', 'works by'])
    assert.match(saysOf(known, 'body limit'), /^4 MiB: answered 413; 2 MiB are priced$/)
  })
})

describe('sellers as their frameworks have them', TIMEOUT, () => {
  const sellers = {
    'x402-express, with stock CORS': [1, {}, 'directly'],
    '@x402/express, with stock CORS': [2, {}, 'by a proxy'],
    'x402-express, without CORS': [1, { cors: false }, 'by a proxy'],
    '@x402/express, without CORS': [2, { cors: false }, 'by a proxy'],
  }
  for (const [name, [version, given, buys]] of Object.entries(sellers))
    test(`${name}: a page buys ${buys}`, async () => {
      const sandbox = keep(await startSandbox())
      const seller = keep(await startForeign(sandbox, version, given))
      const report = await doctor(seller.url, { origin: ORIGIN })
      assert.equal(report.buys, buys, printed(report))
      assert.match(saysOf(report, 'price'), /^1\.00 USDC/)
      const { 'CORS: asking': asking, 'CORS: paying': paying } = verdictsOf(report)
      const expected = given.cors === false ? 'does not' : 'works'
      assert.deepEqual([asking, paying], [expected, expected])
    })

  test('through a proxy that lists the page, it buys directly from any of them', async () => {
    const sandbox = keep(await startSandbox())
    const seller = keep(await startForeign(sandbox, 2, { cors: false }))
    const { imagine } = await loadRecipe('express', seller.url, { origins: [ORIGIN] })
    const server = keep(await listen(express().use('/api/imagine', imagine)))
    const report = await doctor(`${server.url}/api/imagine`, { origin: ORIGIN })
    assert.equal(report.buys, 'directly', printed(report))
    assert.deepEqual(besides(report), { address: 'works by', ...UNDESCRIBED })
    const own = await doctor(`${server.url}/api/imagine`, { origin: server.url })
    assert.equal(own.buys, 'directly', 'and so does a page of its own origin')
  })
})

describe('what cannot be bought from', TIMEOUT, () => {
  test('nobody listens', async () => {
    const report = await doctor('http://127.0.0.1:9')
    assert.equal(report.buys, 'not at all')
    assert.deepEqual([verdictsOf(report).reachable, verdictsOf(report).price], ['unknown', 'does not'])
  })

  test('a service that sells something else', async () => {
    const seller = keep(await startStubSeller())
    seller.answer({ probe: { status: 200, body: '<!doctype html>' } })
    const report = await doctor(seller.url)
    assert.deepEqual([report.buys, verdictsOf(report).price], ['not at all', 'does not'])
  })
})

test('a service that takes requests without payment is sent one', TIMEOUT, async () => {
  const seller = keep(await startStubSeller())
  seller.answer({ probe: accepted('task-1') })
  const report = await doctor(seller.url, { bodyLimit: true })
  assert.equal(report.buys, 'directly')
  assert.match(saysOf(report, 'price'), /without payment, and has begun task task-1$/)
  assert.equal(seller.requests.filter(({ method }) => method === 'POST').length, 1)
})

test('whoever uses `fetch` meanwhile gets what they asked for, and it is as before afterwards', TIMEOUT, async () => {
  const sandbox = keep(await startSandbox())
  const before = globalThis.fetch
  const [, other] = await Promise.all([
    doctor(sandbox.apiUrl),
    fetch(`${sandbox.apiUrl}/generation/nobody-knows/status`).then(({ status }) => status),
    doctor(sandbox.apiUrl),
  ])
  assert.equal(other, 404)
  assert.equal(globalThis.fetch, before)
})

test('an origin or an address that is none is an error', async () => {
  await assert.rejects(doctor('not an address'), TypeError)
  await assert.rejects(doctor('https://service.test', { origin: 'my.app' }), TypeError)
  await assert.rejects(doctor('https://service.test', { origin: 'file:///x' }), TypeError)
})

test('the printed report has a line for each finding, what to set, and nothing that steers a terminal', () => {
  const text = printed({
    url: 'https://service.test/',
    origin: ORIGIN,
    findings: [
      { check: 'price', verdict: 'works', says: 'free\u001b[2J\u202e\nof charge' },
      { check: 'CORS: the price', verdict: 'does not', says: 'hidden', set: 'a proxy' },
    ],
    buys: 'by a proxy',
  })
  assert.deepEqual(text.split('\n'), [
    'https://service.test/, for pages of https://my.app',
    '',
    '✓ price            free [2J of charge',
    '✗ CORS: the price  hidden',
    '                   → a proxy',
    '',
    'A page can buy here only through a proxy on its own origin: see `imagine-x402/proxy`.',
    '',
  ])
})

test('REPORTS.md has what the doctor says today', TIMEOUT, async () => {
  assert.equal(await readFile(FILE, 'utf8'), await reports())
})
