import type { Generation, TaskRecord } from 'imagine-x402'
import type { Connection } from '../connection'
import { ask } from '../ui/ask'
import { button, byId, el, icon, say } from '../ui/dom'
import { money } from '../ui/words'
import { exportButtons } from './export'
import { Thumbnails } from './thumbnails'

const SHOWN = 12
/** For so long a deletion can be undone. */
const UNDO_MS = 8_000

const list = byId('history', HTMLUListElement)
const tools = byId('history-tools', HTMLElement)

interface Acts {
  /** Looks at a purchase again; nothing new is paid. */
  show(record: TaskRecord): void
  receipt(record: TaskRecord): void
}

/** What this browser bought here, from the library's journal. */
export class History {
  readonly #connection: Connection
  readonly #acts: Acts
  readonly #onRecords: (ours: TaskRecord[]) => void
  readonly #thumbnails: Thumbnails
  #showsAll = false
  /** What is about to be deleted, by its id. */
  readonly #leaving = new Map<string, ReturnType<typeof setTimeout>>()

  constructor(connection: Connection, acts: Acts, onRecords: (ours: TaskRecord[]) => void) {
    this.#connection = connection
    this.#acts = acts
    this.#onRecords = onRecords
    this.#thumbnails = new Thumbnails(connection)
    // Another tab may have bought meanwhile.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.refresh()
    })
  }

  keep(result: Generation): void {
    this.#thumbnails.keep(result)
  }

  /** A browser that stores nothing has nothing to show. */
  async refresh(): Promise<void> {
    const all = await this.#connection.client.tasks().catch(() => [])
    const ours = all.filter(({ baseUrl }) => !baseUrl || this.#connection.mode.owns(baseUrl))
    this.#onRecords(ours)
    tools.replaceChildren(...(ours.length > 0 ? exportButtons(ours) : []))
    const shown = this.#showsAll ? ours : ours.slice(0, SHOWN)
    list.replaceChildren(
      ...shown.map((record) => (this.#leaving.has(record.id) ? this.#undo(record) : this.#item(record))),
    )
    if (ours.length === 0)
      list.append(el('li', { class: 'nothing' }, 'Nothing yet. What you buy here stays here, with its receipt.'))
    if (ours.length > shown.length)
      list.append(
        el(
          'li',
          { class: 'nothing' },
          button(`Show all ${ours.length}`, () => this.#showAll()),
        ),
      )
  }

  #showAll(): void {
    this.#showsAll = true
    void this.refresh()
  }

  #item(record: TaskRecord): HTMLElement {
    const { id, taskId = id, createdAt, price } = record
    const prompt = promptOf(record)
    const chips = chipsOf(record)
    const actions = el('div', { class: 'row wrap' })
    const facts = [price && money(price), createdAt > 0 && new Date(createdAt).toLocaleString()]
    const isReadable = record.step !== 'unreadable'
    if ((isReadable && record.paid !== 'no') || record.step === 'accepted' || record.step === 'done') {
      const text = isOpen(record) ? 'Continue' : 'Watch'
      if (record.status !== 'failed')
        actions.append(
          named(
            button(text, () => this.#acts.show(record), 'quiet'),
            `${text}: ${prompt}`,
          ),
        )
    }
    if (record.receipt)
      actions.append(
        named(
          button('Receipt', () => this.#acts.receipt(record)),
          `Receipt: ${prompt}`,
        ),
      )
    if (!isOpen(record)) actions.append(this.#remove(record))
    return el(
      'li',
      { class: 'past-one', 'data-id': id },
      this.#thumbnails.of(taskId, record),
      el(
        'div',
        { class: 'stack' },
        el('p', { class: 'prompt', dir: 'auto' }, prompt),
        el('p', { class: 'chips' }, ...chips),
        el('p', { class: 'hint' }, facts.filter(Boolean).join(' · ')),
        actions,
      ),
    )
  }

  #remove(record: TaskRecord): HTMLElement {
    const node = el(
      'button',
      { type: 'button', class: 'icon', 'aria-label': `Delete from this list: ${promptOf(record)}` },
      icon('trash'),
    )
    node.addEventListener('click', () => void this.#leave(record))
    return node
  }

  /** What was paid, or may have been, is asked for before it goes; and for a moment everything can come back. */
  async #leave(record: TaskRecord): Promise<void> {
    if (record.paid !== 'no' && !(await ask(DELETING))) return
    this.#leaving.set(
      record.id,
      setTimeout(() => void this.#forget(record), UNDO_MS),
    )
    await this.refresh()
    say('Deleted. You can undo that for a few seconds.')
    list.querySelector<HTMLElement>('.leaving button')?.focus()
  }

  async #forget({ id }: TaskRecord): Promise<void> {
    await this.#connection.client.forget(id).catch(() => {})
    this.#leaving.delete(id)
    const isHere = list.querySelector('.leaving')?.contains(document.activeElement)
    await this.refresh()
    if (isHere) byId('history-title', HTMLElement).focus()
  }

  #undo(record: TaskRecord): HTMLElement {
    const undo = button('Undo', () => {
      clearTimeout(this.#leaving.get(record.id))
      this.#leaving.delete(record.id)
      void this.refresh()
    })
    return el(
      'li',
      { class: 'past-one leaving' },
      el('p', { class: 'hint' }, 'Deleted.'),
      named(undo, 'Undo the deletion'),
    )
  }
}

const DELETING = {
  title: 'Delete this receipt?',
  text: 'It is the only record of what was paid here, and of where the video is. The payment itself stays on the chain.',
  yes: 'Delete',
  no: 'Keep it',
}

const promptOf = ({ prompt }: TaskRecord): string => prompt || 'A purchase that this version of the page cannot read'

/** Money may be under way, or a video to come. */
function isOpen({ step, status, paid }: TaskRecord): boolean {
  return paid !== 'no' && (step === 'signed' || step === 'signing' || (step === 'accepted' && status !== 'failed'))
}

function chipsOf(record: TaskRecord): HTMLElement[] {
  const chip = (text: string, kind: string) => el('span', { class: `chip ${kind}` }, text)
  const unknown = chip(record.step === 'unreadable' ? 'Perhaps paid' : 'Payment being checked', 'warm')
  const money = { yes: chip('Paid', 'good'), no: chip('Nothing paid', 'calm'), unknown }[record.paid]
  const isBad = record.status === 'failed' || record.step === 'unreadable'
  return [chip(stateOf(record), isBad ? 'bad' : 'calm'), money]
}

function stateOf({ step, status, paid }: TaskRecord): string {
  if (step === 'unreadable') return 'Unreadable'
  if (status === 'failed') return 'Failed'
  if (step === 'done') return 'Ready'
  if (step === 'accepted') return 'Being made'
  if (step === 'abandoned') return 'Not bought'
  return paid === 'no' ? 'Begun' : 'Open'
}

/** Many buttons of a list say the same; a name tells which is which. */
function named(node: HTMLElement, name: string): HTMLElement {
  node.setAttribute('aria-label', name)
  node.classList.add('small')
  return node
}
