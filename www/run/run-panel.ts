import type { ImagineEvent, Receipt, TaskStatus } from 'imagine-x402'
import { byId, present, say, write } from '../ui/dom'
import { narrate, narrateStatus, type Line, type Step, STEPS } from './narrate'
import { Progress } from './progress'
import { hideSigning, showSigning } from './signature'
import { Steps } from './steps'

const panel = byId('run', HTMLElement)
const title = byId('show-title', HTMLElement)
const frame = byId('frame', HTMLElement)
const idle = byId('idle', HTMLElement)
const note = byId('run-note', HTMLElement)
const goesOn = byId('goes-on', HTMLElement)
const welcome = byId('welcome', HTMLElement)
const cancel = byId('cancel', HTMLButtonElement)

type Outcome = 'ready' | 'stopped'

/** One run: the steps with their times, what is going on, and the way out. */
export class RunPanel {
  readonly #onReceipt: (receipt: Receipt) => void
  readonly #steps = new Steps(byId('steps', HTMLOListElement))
  readonly #progress: Progress
  #abort = new AbortController()
  /** From the moment the payment is sent, stopping no longer saves money. */
  #paid = false

  constructor(usually: string, onReceipt: (receipt: Receipt) => void) {
    this.#onReceipt = onReceipt
    this.#progress = new Progress(usually)
    cancel.addEventListener('click', () => this.#abort.abort())
  }

  start({ paid = false, from = 'price' }: { paid?: boolean; from?: Step } = {}): AbortSignal {
    this.#abort = new AbortController()
    document.title = 'Making your video'
    title.textContent = 'Making your video'
    panel.hidden = false
    cancel.hidden = false
    welcome.hidden = true
    goesOn.hidden = true
    frame.hidden = idle.hidden = false
    note.textContent = ''
    this.#progress.hide()
    this.#steps.start(from)
    this.#setPaid(paid)
    this.#apply({})
    present(title)
    return this.#abort.signal
  }

  readonly hear = (event: ImagineEvent): void => {
    if (event.type === 'signing') showSigning(event.validBefore)
    else if (event.type !== 'status') hideSigning()
    if (event.type === 'paying') {
      this.#setPaid(true)
      addEventListener('beforeunload', askBeforeLeaving)
    }
    if (event.type === 'accepted') {
      // From here on the journal has it: leaving loses nothing.
      removeEventListener('beforeunload', askBeforeLeaving)
      if (event.receipt) this.#onReceipt(event.receipt)
    }
    if (event.type === 'status') this.hearStatus(event.status, event.heardAt)
    else this.#apply(narrate(event))
  }

  readonly hearStatus = (status: TaskStatus, at: number): void => {
    this.#apply(narrateStatus(status))
    if (status.status === 'processing' || status.status === 'queued') this.#progress.hear(status.progress, at)
  }

  readonly note = (text: string): void => write(note, text)

  /** Its steps stay visible as a record of what happened. */
  end(outcome: Outcome): void {
    if (outcome === 'ready') this.#apply({ step: 'ready' })
    else this.#steps.stop()
    document.title = outcome === 'ready' ? '✓ Your video is ready' : 'imagine-x402'
    title.textContent = outcome === 'ready' ? 'Your video is ready' : 'How far it came'
    this.#progress.hide()
    hideSigning()
    frame.hidden = outcome === 'stopped'
    idle.hidden = true
    goesOn.hidden = true
    cancel.hidden = true
    note.textContent = ''
    removeEventListener('beforeunload', askBeforeLeaving)
  }

  #setPaid(value: boolean): void {
    this.#paid = value
    cancel.textContent = value ? 'Stop watching' : 'Cancel'
  }

  #apply({ step, note: text }: Line): void {
    if (step && this.#steps.enter(step)) say(`${STEPS[step]}. ${text ?? ''}`)
    if (text) write(note, text)
    const waiting = this.#steps.current === 'queue' || this.#steps.current === 'making'
    if (!waiting || this.#progress.isShown) return
    this.#progress.show()
    idle.hidden = true
    goesOn.hidden = !this.#paid
  }
}

/**
 * Only between signature and acceptance: then an answer could be lost with the page, and asking costs less than looking
 * for it.
 */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
