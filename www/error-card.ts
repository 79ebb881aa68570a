import { isImagineError, type Paid, type Receipt, type ImagineError } from 'imagine-x402'
import { button, byId, el, present } from './dom'
import { PAID_WORDS, RETRY_WORDS, wordsFor } from './error-words'

const card = byId('error', HTMLElement)

/** What went wrong, whether it was thrown by the library or is the plain state of a task. */
export interface Trouble {
  code: string
  message: string
  paid: Paid
  retry: ImagineError['retry']
  taskId?: string | undefined
  receipt?: Receipt | undefined
  details?: unknown
}

export interface Remedies { tryAgain(): void; buyAgain(): void; checkAgain(taskId: string): void }

export function toTrouble(error: unknown, ifForeign: Pick<Trouble, 'paid' | 'retry'>): Trouble {
  if (!isImagineError(error)) return { code: 'unexpected', message: String(error), ...ifForeign }
  const { code, message, paid, retry, taskId, receipt, stage, details, cause } = error
  return { code, message, paid, retry, taskId, receipt, details: { stage, ...details, cause: describe(cause) } }
}

export function hideTrouble(): void {
  card.replaceChildren()
  card.hidden = true
}

export function showTrouble(trouble: Trouble, remedies: Remedies): void {
  const { title, advice, quiet } = wordsFor(trouble.code)
  const heading = el('h2', { tabindex: '-1' }, title)
  card.classList.toggle('calm', Boolean(quiet) && trouble.paid === 'no')
  card.setAttribute('role', 'alert')
  card.dataset['code'] = trouble.code
  card.replaceChildren(
    heading,
    el('p', { class: 'money', 'data-paid': trouble.paid }, el('strong', {}, 'Was money taken? '), PAID_WORDS[trouble.paid]),
    el('p', {}, trouble.paid === 'no' && quiet ? advice : `${quiet ? '' : advice} ${RETRY_WORDS[trouble.retry]}`.trim()),
    el('p', { class: 'hint' }, sentence(trouble.message)),
    remedy(trouble, remedies),
    technical(trouble),
  )
  card.hidden = false
  present(heading)
}

function remedy({ retry, taskId }: Trouble, { tryAgain, buyAgain, checkAgain }: Remedies): Node {
  if (retry === 'safe') return button('Try again', tryAgain, 'primary')
  if (retry === 'pays_again') return button('Buy again: a new payment', buyAgain)
  if (retry === 'resume' && taskId) return button('Check again', () => checkAgain(taskId), 'primary')
  return document.createTextNode('')
}

function technical({ code, retry, taskId, details }: Trouble): HTMLElement {
  return el('details', {}, el('summary', {}, 'Technical details'),
    el('pre', { tabindex: '0' }, JSON.stringify({ code, retry, taskId, details }, plain, 2)))
}

/** A message is written for programmers: a fragment, perhaps of many lines from a server. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/([^.!?…])$/, '$1.')
}

function describe(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null) return cause === undefined ? undefined : String(cause)
  const { name, code, message } = cause as Record<string, unknown>
  return { name, code, message }
}

/** Details may hold anything, also what JSON refuses. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
