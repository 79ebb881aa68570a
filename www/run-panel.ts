import type { ImagineEvent, TaskStatus } from 'imagine-x402'
import { byId, present, say } from './dom'
import { narrate, narrateStatus, type Line, type Step, STEPS } from './narrate'
import { Steps } from './steps'
import { secondsSince } from './words'

const panel = byId('run', HTMLElement)
const title = byId('run-title', HTMLElement)
const making = byId('making', HTMLElement)
const bar = byId('progress', HTMLProgressElement)
const barLabel = byId('progress-label', HTMLElement)
const heard = byId('heard', HTMLElement)
const note = byId('run-note', HTMLElement)
const goesOn = byId('goes-on', HTMLElement)
const cancel = byId('cancel', HTMLButtonElement)
const steps = new Steps(byId('steps', HTMLOListElement))

let abort = new AbortController()
/** From the moment the payment is sent, stopping no longer saves money. */
let paid = false
let heardAt: number | null = null
let clock: ReturnType<typeof setInterval> | undefined
let toldQuarter = 0

cancel.addEventListener('click', () => abort.abort())

export function startRun(options: { paid?: boolean; from?: Step } = {}): AbortSignal {
  abort = new AbortController()
  heardAt = null
  toldQuarter = 0
  panel.hidden = false
  title.textContent = 'Making your video'
  cancel.hidden = false
  making.hidden = true
  goesOn.hidden = true
  note.textContent = ''
  steps.start(options.from ?? 'price')
  setPaid(options.paid ?? false)
  apply({})
  clearInterval(clock)
  clock = setInterval(drawHeard, 1000)
  present(title)
  return abort.signal
}

export function hear(event: ImagineEvent): void {
  if (event.type === 'paying') setPaid(true)
  if (event.type === 'status') return hearStatus(event.status, event.heardAt)
  apply(narrate(event))
}

export function hearStatus(status: TaskStatus, at: number): void {
  heardAt = at
  apply(narrateStatus(status))
  if (status.status === 'processing' || status.status === 'queued') drawProgress(status.progress)
  drawHeard()
}

export function noteRun(text: string): void {
  note.textContent = text
}

/** Ends the run; its steps stay visible as a record of what happened. */
export function endRun(outcome: 'ready' | 'stopped'): void {
  clearInterval(clock)
  if (outcome === 'ready') apply({ step: 'ready' })
  else steps.stop()
  title.textContent = outcome === 'ready' ? 'What happened' : 'How far it came'
  making.hidden = true
  goesOn.hidden = true
  cancel.hidden = true
  note.textContent = ''
  removeEventListener('beforeunload', askBeforeLeaving)
}

function setPaid(value: boolean): void {
  paid = value
  cancel.textContent = paid ? 'Stop watching' : 'Cancel'
  if (paid) addEventListener('beforeunload', askBeforeLeaving)
  else removeEventListener('beforeunload', askBeforeLeaving)
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

function apply({ step, note: text }: Line): void {
  if (step && steps.enter(step)) say(`${STEPS[step]}. ${text ?? ''}`)
  if (text) note.textContent = text
  const waiting = steps.current === 'queue' || steps.current === 'making'
  if (waiting && making.hidden) showWaiting()
}

function showWaiting(): void {
  making.hidden = false
  goesOn.hidden = !paid
  heardAt ??= Date.now()
  drawProgress(null)
  drawHeard()
}

function drawProgress(percent: number | null): void {
  if (percent === null) bar.removeAttribute('value')
  else bar.value = percent
  barLabel.textContent = percent === null ? 'Progress: not reported yet' : `Progress: ${Math.round(percent)} %`
  const quarter = Math.floor((percent ?? 0) / 25)
  if (quarter > toldQuarter) say(`${quarter * 25} percent done.`)
  toldQuarter = Math.max(quarter, toldQuarter)
}

function drawHeard(): void {
  if (heardAt !== null) heard.textContent = `Last heard from the service ${secondsSince(heardAt)} s ago.`
}
