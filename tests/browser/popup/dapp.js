// A dapp that does everything by itself: whatever a test evaluates in a page counts as the visitor's click there. So
// the test says beforehand, in `__jobs`, what is to be done, clicks for real, and hears of the outcome on the console.
import * as imagine from 'imagine-x402'
import { outcomeOf } from '/dapp-page.js'
import { overhear, popupWallet } from './wallet.js'

const { prepare, pay, args } = globalThis.__jobs
const button = document.querySelector('#pay')
const compile = (source) => globalThis.eval(`(${source})`)
const tell = (what, value = null) => console.log(JSON.stringify({ what, value }))

Object.assign(dapp, { popupWallet, overhear })

/** What has run since the click besides microtasks. */
dapp.tasks = []

let opened
const openWindow = window.open
window.open = (...args) => (opened = openWindow.apply(window, args))

/** The SDKs would give the next request to their window even as it closes, and lose it. */
const untilClosed = async () => {
  while (opened && !opened.closed) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** The page's own question, which takes a second click. */
dapp.askAgain = async () => {
  await untilClosed()
  return new Promise((resolve) => {
    const confirm = document.querySelector('#confirm')
    confirm.onclick = () => resolve(true)
    confirm.hidden = false
  })
}

const loaded = {
  wasActive: navigator.userActivation.hasBeenActive,
  opensWindows: window.open('about:blank') !== null,
}
const call = compile(pay)
button.onclick = async () => {
  noteTasks()
  const outcome = await outcomeOf(imagine, () => call(imagine, args, dapp).catch(noteCause))
  tell('outcome', { ...outcome, asked: dapp.asked, causeIsThrown: dapp.causeIsThrown })
}
await compile(prepare)(imagine, args, dapp)
tell('loaded', loaded)
button.disabled = false

function noteCause(error) {
  dapp.causeIsThrown = error.cause !== undefined && error.cause === dapp.thrown
  throw error
}

function noteTasks() {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => dapp.tasks.push('message')
  port2.postMessage(null)
  setTimeout(() => dapp.tasks.push('timer'))
}
