import { button, byId, copyButton, el, icon, present } from '../ui/dom'
import { money } from '../ui/words'
import { walletLinks } from '../wallet/links'
import { PAID_WORDS, RETRY_WORDS, wordsFor } from './error-words'
import { type Remedies, remedyFor } from './remedy'
import type { Trouble } from './trouble'

const card = byId('error', HTMLElement)
const SIGNS = { no: 'shield', yes: 'check', unknown: 'clock' }

export function hideTrouble(): void {
  card.replaceChildren()
  card.hidden = true
  delete card.dataset['code']
}

export const isTroubleShown = () => !card.hidden

/**
 * What happened, whether money was taken, and the one thing to do. What a click asked for takes the focus; what happens
 * by itself does not.
 */
export function showTrouble(trouble: Trouble, remedies: Remedies, { focus = true } = {}): void {
  const { title, advice, quiet } = wordsFor(trouble.code)
  const isCalm = Boolean(quiet) && trouble.paid === 'no'
  const heading = el('h2', { tabindex: '-1' }, title)
  card.classList.toggle('calm', isCalm)
  card.setAttribute('role', 'alert')
  card.dataset['code'] = trouble.code
  card.replaceChildren(
    el('div', { class: 'what' }, icon(isCalm ? 'hand' : 'alert'), heading),
    moneyLine(trouble),
    el('p', {}, isCalm ? advice : `${quiet ? '' : advice} ${RETRY_WORDS[trouble.retry]}`.trim()),
    el('p', { class: 'hint' }, sentence(trouble.message)),
    ...facts(trouble),
    ...remedy(trouble, remedies),
    technical(trouble),
  )
  card.hidden = false
  if (focus) present(heading)
}

/** The truth about money, first and large. */
function moneyLine({ paid, receipt }: Trouble): HTMLElement {
  const amount = paid === 'yes' && receipt ? ` ${money(receipt.amount)} went to the service.` : ''
  return el(
    'p',
    { class: 'money', 'data-paid': paid },
    icon(SIGNS[paid]),
    el('span', {}, el('strong', {}, 'Was money taken? '), `${PAID_WORDS[paid]}${amount}`),
  )
}

/** What the error itself knows and the visitor needs. */
function facts({ code, details = {} }: Trouble): Node[] {
  const links = walletLinks(details)
  if (links) return [links]
  if (code === 'insufficient_funds')
    return [pair('It has', `$${details['have']}`), pair('It needs', `$${details['need']}`)]
  if (code === 'price_too_high')
    return [pair('Price', `$${details['price']}`), pair('Your limit', `$${details['cap']}`)]
  if (code === 'budget_exceeded')
    return [pair('Left today', `$${details['left']}`), pair('Price', `$${details['price']}`)]
  if (code === 'request_unsupported') return problems(details).map((problem) => el('p', { class: 'fact' }, problem))
  return []
}

const problems = ({ problems = [] }: Record<string, unknown>): string[] =>
  (problems as { message: string }[]).map(({ message }) => message)

const pair = (name: string, value: string) =>
  el('p', { class: 'fact' }, el('span', { class: 'hint' }, name), el('strong', {}, value))

function remedy(trouble: Trouble, remedies: Remedies): Node[] {
  const found = remedyFor(trouble, remedies)
  return found ? [button(found.text, found.act, found.kind)] : []
}

function technical({ code, retry, stage, taskId, details, cause }: Trouble): HTMLElement {
  const text = JSON.stringify({ code, retry, stage, taskId, details, cause }, plain, 2)
  return el(
    'details',
    {},
    el('summary', {}, 'Technical details'),
    el('pre', { tabindex: '0' }, text),
    copyButton('Copy', text),
  )
}

/** A message is written for programmers: a fragment, perhaps of many lines from a server. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/([^.!?…])$/, '$1.')
}

/** Details may hold anything, also what JSON refuses. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
