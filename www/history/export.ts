import type { TaskRecord } from 'imagine-x402'
import { button, icon, saveFile } from '../ui/dom'

const COLUMNS: [string, (record: TaskRecord) => string | undefined][] = [
  ['time', ({ createdAt }) => new Date(createdAt).toISOString()],
  ['prompt', ({ prompt }) => prompt],
  ['step', ({ step }) => step],
  ['status', ({ status }) => status],
  ['paid', ({ paid }) => paid],
  ['amount', ({ price }) => price?.amount],
  ['symbol', ({ price }) => price?.symbol],
  ['network', ({ receipt }) => receipt?.network],
  ['payer', ({ receipt }) => receipt?.payer],
  ['pay_to', ({ receipt }) => receipt?.payTo],
  ['transaction', ({ receipt }) => receipt?.transaction],
  ['task', ({ taskId, id }) => taskId ?? id],
  ['service', ({ baseUrl }) => baseUrl],
]

export function exportButtons(records: TaskRecord[]): HTMLElement[] {
  const save = (text: string, type: string, content: () => string) => {
    const node = button(text, () =>
      saveFile(new Blob([content()], { type }), `imagine-purchases.${text.toLowerCase()}`),
    )
    node.classList.add('small')
    node.setAttribute('aria-label', `Export as ${text}`)
    node.prepend(icon('down'))
    return node
  }
  return [
    save('JSON', 'application/json', () => JSON.stringify(records, null, 2)),
    save('CSV', 'text/csv', () => csv(records)),
  ]
}

function csv(records: TaskRecord[]): string {
  const lines = records.map((record) => COLUMNS.map(([, read]) => cell(read(record) ?? '')).join(','))
  return [COLUMNS.map(([name]) => name).join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

/** A spreadsheet would take `=` and the like at the beginning for a formula. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${plain.replaceAll('"', '""')}"`
}
