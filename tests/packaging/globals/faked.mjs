// Runs in a worker: a purchase in a realm whose `queueMicrotask` fake timers have replaced. Posts the payments.
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { createRealm, packageFor, pageGlobals } from './realm.mjs'

const WAYS = {
  drops: () => {},
  throws: () => {
    throw new Error('it is faked')
  },
}

const { directory, way } = workerData
const { createTestWorld } = await import(path.join(directory, 'dist', 'testing.js'))
const { wallet, service } = createTestWorld()
const restore = service.install()
const { fetch } = globalThis
restore()
const realm = createRealm({ ...pageGlobals(), fetch, queueMicrotask: WAYS[way] })
realm.window = realm // where the bindings look for `queueMicrotask`
const imagine = await packageFor(realm, directory).load('index.js')
await imagine.submit({ prompt: 'A paper boat' }, { baseUrl: service.baseUrl, wallet, storage: 'memory' })
parentPort.postMessage(service.payments.length)
