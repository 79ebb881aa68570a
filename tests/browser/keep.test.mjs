// The bytes of a video: as a Blob, and kept in the browser for the day on which service and media host are gone.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { startMedia } from '../../sandbox/media.mjs'
import { at, generate } from './calls.mjs'
import { assertOnePayment, open, request } from './purchase.mjs'
import { dapp, keep, openSeller, sandbox, seller, useStage } from './stage.mjs'
import { accepted } from './stub-seller.mjs'
import { stopServer } from './static-server.mjs'

const TIMEOUT = { timeout: 300_000 }
const VIDEO = readFileSync(new URL('../../sandbox/media/video.mp4', import.meta.url))
const WHOLE = { size: VIDEO.length, type: 'video/mp4', text: new TextDecoder().decode(VIDEO) }

useStage({ sandbox: { stepMs: 100 } })

/** What can be compared of the video of a purchase that is taken up again. */
const saveAgain = async (imagine, { id, options }) => {
  const blob = await (await imagine.resume(id, options)).save()
  return { size: blob.size, type: blob.type, text: await blob.text() }
}

/** Saves the video of a task that was just begun. */
const save = async (imagine, { request, options }) => {
  const blob = await (await imagine.submit(request, options)).save()
  return { size: blob.size, type: blob.type, text: await blob.text() }
}

/** Takes a finished purchase up, and waits until its video is kept or not. Returns the types of all events, and the last. */
const keepAgain = (imagine, { id, options }) =>
  new Promise((resolve, reject) => {
    const types = []
    const onEvent = (event) => {
      types.push(event.type)
      if (event.type === 'kept' || event.type === 'not_kept') resolve({ types, event })
    }
    const waiting = imagine.resume(id, options).then((task) => task.wait({ ...options, keep: true, onEvent }))
    waiting.catch(reject)
  })

const waitAgain = (imagine, { id, options }) => imagine.resume(id, options).then((task) => task.wait())

/** The files that the browser keeps, by name and size. */
const files = async () => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('imagine-x402').catch(() => undefined)
  const found = []
  if (folder) for await (const [name, handle] of folder.entries()) found.push([name, (await handle.getFile()).size])
  return found
}

const kept = () => dapp.page.evaluate(files)

/** A video that was paid for, and its record. */
async function bought(overrides = {}) {
  await open()
  const options = at(sandbox.apiUrl, overrides)
  const { result } = await assertOnePayment(() => dapp.value(generate, { request, options }))
  const [{ id }] = await dapp.value((imagine) => imagine.tasks())
  return { id, result, options: at(sandbox.apiUrl) }
}

/** A service that wants no money and says that the video is there. */
async function openFree(video) {
  const status = { status: 200, body: { status: 'completed', result: { generation: { video } } } }
  await openSeller({ probe: accepted('task-1'), status })
  await open()
  return { request, options: at(seller.url) }
}

/** A media host that answers as the test says, and has the video at `/elsewhere`. */
async function openHost(status, headers, body = '') {
  const open = { 'access-control-allow-origin': '*' }
  const server = createServer(({ url }, response) => {
    if (url === '/elsewhere') response.writeHead(200, { ...open, 'content-type': 'video/mp4' }).end(VIDEO)
    else response.writeHead(status, { ...open, ...headers }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  keep({ stop: () => stopServer(server) })
  return { url: `http://127.0.0.1:${server.address().port}/video` }
}

describe('a video that is kept', TIMEOUT, () => {
  test('is there after the result, and plays without network, service and media host', async () => {
    const { id, options } = await bought({ keep: true })
    await dapp.untilEvent('kept')
    const events = await dapp.events()
    assert.deepEqual(
      events.slice(-2).map(({ type }) => type),
      ['done', 'kept'],
    )
    assert.equal(events.at(-1).bytes, VIDEO.length)
    assert.deepEqual(
      (await kept()).map(([, size]) => size),
      [VIDEO.length],
    )

    await dapp.page.reload()
    await dapp.value((imagine) => imagine.init())
    sandbox.tasks.clear()
    await dapp.page.route(`${sandbox.mediaUrl}/**`, (route) => route.abort())
    assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE, 'the service answers 404')
    await dapp.page.context().setOffline(true)
    assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE, 'no network')
    const seconds = await dapp.value(
      async (imagine, { id, options }) => {
        const url = URL.createObjectURL(await (await imagine.resume(id, options)).save())
        return new Promise((resolve, reject) => {
          const video = document.createElement('video')
          video.onloadedmetadata = () => resolve(video.duration)
          video.onerror = () => reject(new Error(video.error.message))
          video.src = url
        })
      },
      { id, options },
    )
    assert.ok(seconds > 0)
  })

  test('is downloaded once, whoever waits for it again', async () => {
    const { id, options } = await bought()
    let downloads = 0
    await dapp.page.route('**/video.mp4', (route) => {
      downloads += 1
      return route.continue()
    })
    for (let i = 0; i < 3; i++) {
      const { types, event } = await dapp.value(keepAgain, { id, options })
      assert.deepEqual([types.at(-2), event], ['done', { type: 'kept', bytes: VIDEO.length }])
    }
    assert.equal(downloads, 1)
  })

  test('is deleted with the record, also while it is being downloaded', async () => {
    const { id } = await bought({ keep: true })
    await dapp.untilEvent('kept')
    await dapp.value((imagine, id) => imagine.forget(id), id)
    assert.deepEqual(await kept(), [])

    const asked = new Promise((resolve) => dapp.page.route('**/slow.mp4', resolve))
    const free = await openSlow()
    const keeping = dapp.run(keepNew, free)
    const route = await asked
    const [{ id: other }] = await dapp.value((imagine) => imagine.tasks())
    await dapp.value((imagine, id) => imagine.forget(id), other)
    await route.abort().catch(() => {})
    const { value } = await keeping
    assert.deepEqual([value.type, value.reason], ['not_kept', 'the video was not kept: the purchase was forgotten'])
    assert.deepEqual(await kept(), [])
  })

  test('is the oldest that goes where there is no room for another', async () => {
    const { id, options } = await bought()
    await makeRoom(3 * VIDEO.length)
    await dapp.page.evaluate(putFile, 'before')
    const { event } = await dapp.value(keepAgain, { id, options })
    assert.equal(event.type, 'kept')
    const left = await kept()
    assert.deepEqual(
      left.map(([, size]) => size),
      [VIDEO.length],
      JSON.stringify(left),
    )
    assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE)
  })

  test('asks once per page for storage that lasts', async () => {
    const { id, options } = await bought()
    await dapp.page.evaluate(() => {
      globalThis.asked = 0
      navigator.storage.persist = async () => ++globalThis.asked > 9
    })
    for (let i = 0; i < 2; i++) {
      assert.equal((await dapp.value(keepAgain, { id, options })).event.type, 'kept')
      await dapp.page.evaluate(async () => (await navigator.storage.getDirectory()).remove?.({ recursive: true }))
    }
    assert.equal(await dapp.page.evaluate(() => globalThis.asked), 1)
  })
})

const keepNew = (imagine, { request, options }) =>
  new Promise((resolve, reject) => {
    const onEvent = (event) => event.type.endsWith('kept') && resolve(event)
    imagine.generate(request, { ...options, keep: true, onEvent }).catch(reject)
  })

/** A free video on a host that answers when the test wants it. */
async function openSlow() {
  const video = { url: 'http://media.test/slow.mp4' }
  const status = { status: 200, body: { status: 'completed', result: { generation: { video } } } }
  await openSeller({ probe: accepted('task-2'), status })
  return { request: { prompt: 'Another boat' }, options: at(seller.url) }
}

/** So much space in all, of which nothing is used but what is kept. */
const makeRoom = (quota) =>
  dapp.page.evaluate((quota) => {
    navigator.storage.estimate = async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('imagine-x402', { create: true })
      let usage = 0
      for await (const handle of folder.values()) usage += (await handle.getFile()).size
      return { quota, usage }
    }
  }, quota)

/** An older file. */
const putFile = async (name) => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('imagine-x402', { create: true })
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
  await writable.write(new Uint8Array(200_000))
  await writable.close()
}

describe('a browser that cannot keep the video', TIMEOUT, () => {
  const BROKEN = {
    'has no file system': () => (StorageManager.prototype.getDirectory = undefined),
    'denies its file system': () => {
      StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('private', 'SecurityError'))
    },
    'throws for its file system': () => {
      StorageManager.prototype.getDirectory = () => {
        throw new Error('broken')
      }
    },
    'has no storage at all': () => Object.defineProperty(navigator, 'storage', { value: undefined }),
    'throws for its storage': () =>
      Object.defineProperty(navigator, 'storage', {
        get() {
          throw new Error('broken')
        },
      }),
    'does not say how much room it has': () => (StorageManager.prototype.estimate = () => Promise.reject(undefined)),
    'has no room': () => (StorageManager.prototype.estimate = async () => ({ quota: 1000, usage: 0 })),
    'cannot write': () => (FileSystemFileHandle.prototype.createWritable = undefined),
    'fills up while it writes': () => {
      FileSystemFileHandle.prototype.createWritable = async () =>
        new WritableStream({
          write() {
            throw new DOMException('full', 'QuotaExceededError')
          },
        })
    },
    'cannot hash': () => (SubtleCrypto.prototype.digest = () => Promise.reject(new Error('broken'))),
  }

  test('says why, and the purchase is as it was', async () => {
    const { id, result, options } = await bought()
    for (const [what, breakIt] of Object.entries(BROKEN)) {
      await dapp.page.reload()
      await dapp.page.evaluate(`(${breakIt})()`)
      const { types, event } = await dapp.value(keepAgain, { id, options })
      assert.deepEqual([types.at(-2), event.type], ['done', 'not_kept'], what)
      assert.ok(event.reason.length > 10, `${what}: ${event.reason}`)
      assert.deepEqual(await dapp.value(waitAgain, { id, options }), result, what)
      assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE, `${what}: from its address`)
    }
    await dapp.page.reload()
    assert.deepEqual(
      (await kept()).filter(([, size]) => size > 0),
      [],
    )
    await dapp.page.evaluate(() => (StorageManager.prototype.getDirectory = () => new Promise(() => {})))
    await dapp.value((imagine, id) => imagine.forget(id), id)
    assert.deepEqual(await dapp.value((imagine) => imagine.tasks()), [], 'forgotten, though the file system is silent')
  })

  test('and one that asks the visitor for ever keeps it nevertheless', async () => {
    const { id, options } = await bought()
    for (const persist of ['() => new Promise(() => {})', '() => { throw new Error("broken") }', 'undefined']) {
      await dapp.page.reload()
      await dapp.page.evaluate(`StorageManager.prototype.persist = ${persist}`)
      assert.equal((await dapp.value(keepAgain, { id, options })).event.type, 'kept', persist)
    }
  })

  test('and a page without the part of the library that keeps videos loses nothing else', async () => {
    const { id, result, options } = await bought()
    await dapp.page.route('**/keep.js', (route) => route.abort())
    const { event } = await dapp.value(keepAgain, { id, options })
    assert.equal(event.type, 'not_kept')
    assert.deepEqual(await dapp.value(waitAgain, { id, options }), result)
    assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE)
  })

  test('is refused an option that is neither true nor false, before anything is sent', async () => {
    await open()
    const earlier = sandbox.requests.length
    const { code, paid, message } = await dapp.failure(generate, {
      request,
      options: at(sandbox.apiUrl, { keep: 'yes' }),
    })
    assert.deepEqual([code, paid, message], ['invalid_request', 'no', '`keep` takes true or false'])
    assert.equal(sandbox.requests.length, earlier)
  })
})

describe('a video that is saved', TIMEOUT, () => {
  test('is read from its address, and nothing is kept', async () => {
    const { id, options } = await bought()
    assert.deepEqual(await dapp.value(saveAgain, { id, options }), WHOLE)
    assert.deepEqual(await kept(), [])
  })

  test('may be inside the answer, or a data URL', async () => {
    for (const video of [{ buffer: [...VIDEO] }, `data:video/mp4;base64,${VIDEO.toString('base64')}`]) {
      const order = await openFree(video)
      assert.deepEqual(await dapp.value(save, order), WHOLE)
    }
  })

  test('whose host does not let pages read it can still be played, and the error says so', async () => {
    const host = keep(await startMedia({ readable: false }))
    const order = await openFree({ url: `${host.url}/video.mp4` })
    const error = await dapp.failure(save, order)
    assert.deepEqual([error.code, error.paid, error.retry, error.taskId], ['network', 'no', 'resume', 'task-1'])
    assert.match(error.message, /CORS.*can still be played from its address/)
    const event = await dapp.value(keepNew, order)
    assert.deepEqual(event, { type: 'not_kept', reason: error.message })
    await dapp.page.evaluate(() => {
      const { fetch } = globalThis
      globalThis.fetch = (url, init) => {
        if (String(url).endsWith('/video.mp4')) throw new TypeError('blocked')
        return fetch(url, init)
      }
    })
    assert.equal((await dapp.failure(save, order)).message, error.message, 'a `fetch` that throws')
  })

  const NEVER = [
    ['http', 404, { 'content-type': 'video/mp4' }],
    ['bad_response', 200, { 'content-type': 'text/html; charset=utf-8' }],
    ['bad_response', 200, { 'content-type': 'image/svg+xml' }],
    ['bad_response', 200, { 'content-type': 'application/octet-stream' }, '{"error":"still encoding"}'],
    ['bad_response', 200, { 'content-type': 'video/mp4' }, '<!doctype html>'],
    ['bad_response', 200, { 'content-type': 'video/mp4' }, ''],
    ['http', 206, { 'content-type': 'video/mp4' }, VIDEO.subarray(0, 100)],
  ]
  for (const [code, status, headers, body = 'not a video'] of NEVER) {
    test(`is never ${JSON.stringify(headers)} with ${status} and ${body.length} bytes`, async () => {
      const host = await openHost(status, headers, body)
      const order = await openFree(host)
      assert.equal((await dapp.failure(save, order)).code, code)
      assert.equal((await dapp.value(keepNew, order)).type, 'not_kept')
      assert.deepEqual(await kept(), [])
    })
  }

  test('is read where the host redirects to', async () => {
    const host = await openHost(302, { location: '/elsewhere' })
    const order = await openFree(host)
    const { size, type } = await dapp.value(save, order)
    assert.deepEqual([size, type], [VIDEO.length, 'video/mp4'])
  })

  test('has a type that cannot run as a page, whatever service and host say', async () => {
    for (const [type, mimeType, expected] of [
      ['application/octet-stream', 'text/html', 'video/mp4'],
      ['application/octet-stream', 'video/webm', 'video/webm'],
      ['video/quicktime', 'video/mp4', 'video/quicktime'],
    ]) {
      const host = await openHost(200, { 'content-type': type }, VIDEO)
      const order = await openFree({ ...host, mimeType })
      assert.equal((await dapp.value(save, order)).type, expected)
    }
  })

  test('has to be there: a task under way says so, and an abort ends the call', async () => {
    await openSeller({ probe: accepted('task-1'), status: { status: 202, body: { status: 'processing' } } })
    await open()
    const order = { request, options: at(seller.url) }
    const early = await dapp.failure(save, order)
    assert.deepEqual([early.code, early.taskId], ['invalid_request', 'task-1'])
    assert.match(early.message, /processing/)
    const aborted = await dapp.failure(async (imagine, { request, options }) => {
      const task = await imagine.submit(request, options)
      return task.save({ signal: AbortSignal.abort() })
    }, order)
    assert.equal(aborted.code, 'aborted')
    assert.match(aborted.message, /not saved/)
  })
})
