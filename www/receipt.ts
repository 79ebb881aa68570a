import type { Receipt } from 'imagine-x402'
import { byId, copyButton, el, fill, outsideLink, safeUrl } from './dom'
import { networkName } from './words'

const card = byId('receipt', HTMLElement)

const SETTLED: Record<Receipt['settled'], string> = {
  server: 'the service says so',
  chain: 'read from the token contract',
  unknown: 'not confirmed yet',
}

export function hideReceipt(): void {
  card.hidden = true
}

export function showReceipt(receipt: Receipt, local: boolean): void {
  const rows = el('dl')
  fill(rows, [
    ['Amount', `${receipt.amount.amount} ${receipt.amount.symbol}`],
    ['From', el('code', {}, receipt.payer)],
    ['To', el('code', {}, receipt.payTo)],
    ['Network', `${networkName(receipt.network)} (${receipt.network})${local ? ', local sandbox' : ''}`],
    ['Transaction', transaction(receipt, local)],
    ['Settled', SETTLED[receipt.settled] ?? receipt.settled],
    ['Nonce', el('code', {}, receipt.nonce)],
    ['Task', el('code', {}, receipt.taskId)],
    ['Time', el('time', { datetime: new Date(receipt.at).toISOString() }, new Date(receipt.at).toLocaleString())],
  ])
  card.replaceChildren(
    el('h2', { id: 'receipt-title' }, 'Receipt'),
    rows,
    copyButton('Copy as JSON', JSON.stringify(receipt, null, 2)),
  )
  card.hidden = false
}

function transaction({ transaction, explorerUrl }: Receipt, local: boolean): Node | string {
  if (!transaction) return 'not told by the service'
  const hash = el('code', { 'data-transaction': transaction }, transaction)
  if (local) return el('span', {}, hash, el('span', { class: 'hint block' }, 'A local transaction: no public explorer knows it.'))
  const url = safeUrl(explorerUrl)
  return url ? el('span', {}, hash, ' ', outsideLink('See it in the explorer', url)) : hash
}
