import { byId, el, fill } from './dom'
import type { TypedData } from './dev-wallet'
import type { Sandbox } from './sandbox'

const dialog = byId('sign', HTMLDialogElement)
const facts = byId('sign-facts', HTMLDListElement)
const yes = byId('sign-yes', HTMLButtonElement)
const no = byId('sign-no', HTMLButtonElement)

no.addEventListener('click', () => dialog.close('no'))
yes.addEventListener('click', () => dialog.close('yes'))

/** Shows what is about to be signed. Escape, like closing a wallet's window, refuses. */
export function askToSign(data: TypedData, sandbox: Sandbox): Promise<boolean> {
  fill(facts, isTransfer(data) ? transferFacts(data, sandbox) : [['Data', el('pre', {}, JSON.stringify(data, null, 2))]])
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}

function isTransfer({ primaryType }: TypedData): boolean {
  return primaryType === 'TransferWithAuthorization'
}

function transferFacts({ domain, message }: TypedData, sandbox: Sandbox): [string, Node | string][] {
  const isUsdc = domain.verifyingContract?.toLowerCase() === sandbox.token.toLowerCase()
  const value = String(message['value'])
  const expires = Number(message['validBefore']) * 1000
  return [
    ['Amount', isUsdc ? `${usdc(value)} USDC` : `${value} units of ${domain.verifyingContract}`],
    ['To', el('code', {}, String(message['to']))],
    ['From', el('code', {}, String(message['from']))],
    ['Valid until', `${new Date(expires).toLocaleTimeString()} (${Math.round((expires - Date.now()) / 1000)} s from now)`],
    ['Chain', String(domain.chainId)],
  ]
}

/** USDC has six decimals; shown with at least two. */
function usdc(atomic: string): string {
  const digits = atomic.padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '')
  return `${digits.slice(0, -6)}.${fraction}`
}
