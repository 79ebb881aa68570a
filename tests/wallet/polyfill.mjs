// MetaMask's packages expect these globals of Node. Imported first, because they are read while modules load.
import { Buffer } from 'buffer'
import process from 'process/browser.js'

globalThis.Buffer ??= Buffer
globalThis.process ??= process
globalThis.global ??= globalThis
