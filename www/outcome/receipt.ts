import type { Receipt } from 'imagine-x402'
import { byId, copyButton, el, fill, hash, icon, outsideLink, safeUrl } from '../ui/dom'
import { networkName, short } from '../ui/words'

const card = byId('receipt', HTMLElement)

const SETTLED: Record<Receipt['settled'], { sign: string; text: string }> = {
  server: { sign: 'check', text: 'Settled: the service says so' },
  chain: { sign: 'check', text: 'Settled: the transaction shows the transfer' },
  unknown: { sign: 'clock', text: 'Settlement not confirmed yet' },
}

export function hideReceipt(): void {
  card.hidden = true
}

export function showReceipt(receipt: Receipt, local: boolean): void {
  const { amount, payer, payTo, nonce, taskId, network, at, settled } = receipt
  const rows = el('dl')
  fill(rows, [
    ['From', hash('the payer', payer, short(payer))],
    ['To', hash('the recipient', payTo, short(payTo))],
    ['Network', `${networkName(network)} (${network})${local ? ', not the public one' : ''}`],
    ['Transaction', transaction(receipt, local)],
    ['Nonce', hash('the nonce', nonce, short(nonce))],
    ['Task', hash('the task', taskId, taskId)],
    ['Time', el('time', { datetime: new Date(at).toISOString() }, new Date(at).toLocaleString())],
  ])
  const { sign, text } = SETTLED[settled] ?? SETTLED.unknown
  card.replaceChildren(
    el('h2', { id: 'receipt-title' }, 'Receipt'),
    el(
      'p',
      { class: 'sum' },
      el('strong', {}, `${amount.amount} ${amount.symbol}`),
      el('span', { class: 'settled', 'data-settled': settled }, icon(sign), text),
    ),
    ...(settled === 'unknown'
      ? [
          el(
            'p',
            { class: 'hint' },
            'The service took the payment and showed no receipt for it. The chain has the last ' +
              'word: payer and nonce name the payment there.',
          ),
        ]
      : []),
    rows,
    copyButton('Copy as JSON', JSON.stringify(receipt, null, 2)),
  )
  card.hidden = false
}

function transaction({ transaction, explorerUrl }: Receipt, local: boolean): Node | string {
  if (!transaction) return 'not told by the service'
  const mark = el('span', { 'data-transaction': transaction }, hash('the transaction', transaction, short(transaction)))
  if (local) return el('span', {}, mark, el('span', { class: 'hint block' }, 'No public explorer knows it.'))
  const url = safeUrl(explorerUrl)
  return url ? el('span', {}, mark, ' ', outsideLink('See it in the explorer', url)) : mark
}
