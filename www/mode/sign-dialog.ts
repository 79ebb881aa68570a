import { byId, el, fill } from '../ui/dom'
import { networkName } from '../ui/words'

/** The part of typed data that a wallet looks at. */
export interface TypedData {
  primaryType: string
  domain: { name?: string; chainId?: number | string; verifyingContract?: string }
  message: Record<string, unknown>
}

const dialog = byId('sign', HTMLDialogElement)
const facts = byId('sign-facts', HTMLDListElement)
const yes = byId('sign-yes', HTMLButtonElement)
const no = byId('sign-no', HTMLButtonElement)
const asks = byId('ask', HTMLInputElement)

no.addEventListener('click', () => dialog.close('no'))
yes.addEventListener('click', () => dialog.close('yes'))

/**
 * Shows what is about to be signed, if the visitor wants to be asked. Escape, like closing a wallet's window, refuses.
 */
export function askToSign(data: TypedData): Promise<boolean> {
  if (!asks.checked) return Promise.resolve(true)
  fill(facts, isTransfer(data) ? transferFacts(data) : [['Data', el('pre', {}, JSON.stringify(data, null, 2))]])
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}

function isTransfer({ primaryType }: TypedData): boolean {
  return primaryType === 'TransferWithAuthorization'
}

function transferFacts({ domain, message }: TypedData): [string, Node | string][] {
  const expires = Number(message['validBefore']) * 1000
  return [
    ['Amount', `${usdc(String(message['value']))} USDC`],
    ['To', el('code', {}, String(message['to']))],
    ['From', el('code', {}, String(message['from']))],
    [
      'Valid until',
      `${new Date(expires).toLocaleTimeString()} (${Math.round((expires - Date.now()) / 1000)} s from now)`,
    ],
    ['Token', el('span', {}, `${domain.name} `, el('code', {}, String(domain.verifyingContract)))],
    ['Chain', `${networkName(`eip155:${Number(domain.chainId)}`)} (${domain.chainId})`],
  ]
}

/** USDC has six decimals; shown with at least two. */
function usdc(atomic: string): string {
  const digits = atomic.padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '')
  return `${digits.slice(0, -6)}.${fraction}`
}
