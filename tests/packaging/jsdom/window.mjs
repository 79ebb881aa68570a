// Runs in a worker: an app's module in the window of jsdom 26, which is the realm of jest 30's tests, with `add` of
// Node's globals. Posts what the module exports as `outcome`, and the globals that came with it.
import { parentPort, workerData } from 'node:worker_threads'
import { JSDOM } from 'jsdom-26'
import { packageFor } from '../globals/realm.mjs'

const { directory, text, add = [] } = workerData
const dom = new JSDOM('<!DOCTYPE html>', { url: 'http://localhost/', runScripts: 'dangerously' })
for (const name of add) dom.window[name] = globalThis[name]
const before = new Set(Object.getOwnPropertyNames(dom.window))
const { outcome } = await packageFor(dom.getInternalVMContext(), directory).run(text)
const added = Object.getOwnPropertyNames(dom.window).filter((name) => !before.has(name))
parentPort.postMessage({ outcome, added })
