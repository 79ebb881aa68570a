import { byId, el } from '../ui/dom'

const form = byId('form', HTMLFormElement)

/** What each field takes, in words. */
const WORDS: Record<string, (field: HTMLInputElement) => string> = {
  prompt: () => 'Say what the video should show.',
  duration: ({ min, max }) => `A whole number of seconds, from ${min} to ${max}.`,
  'image-url': () => 'An address that begins with https:// or http://',
  cap: () => 'An amount in USDC with a point, such as 5.00',
  budget: () => 'An amount in USDC with a point, such as 20.00',
}

/** Says at a field what is wrong with it: once the visitor has left it, and for as long as it is. */
export class FieldNotes {
  readonly #notes = Object.keys(WORDS).map((id) => new Note(byId(id, HTMLElement) as HTMLInputElement))

  /** Says it of every wrong field, and goes to the first; true if there is none. */
  report(): boolean {
    for (const note of this.#notes) note.update(true)
    const first = this.#notes.find(({ field }) => !field.checkValidity())
    first?.field.focus()
    return !first && form.checkValidity()
  }
}

class Note {
  readonly #note: HTMLElement

  constructor(readonly field: HTMLInputElement) {
    this.#note = el('p', { class: 'hint bad', id: `${field.id}-wrong`, role: 'status' })
    field.closest('.field')!.append(this.#note)
    field.setAttribute('aria-describedby', `${field.getAttribute('aria-describedby') ?? ''} ${this.#note.id}`.trim())
    field.addEventListener('change', () => this.update(true))
    field.addEventListener('input', () => this.update(false))
  }

  /** A note that is not there yet does not come while somebody types. */
  update(mayCome: boolean): void {
    const { field } = this
    // Spaces alone are no prompt, and no address.
    const isBlank = field.required && field.value.trim() === ''
    field.setCustomValidity(isBlank ? 'blank' : '')
    const isWrong = !field.checkValidity()
    if (isWrong && !mayCome && this.#note.textContent === '') return
    this.#note.textContent = isWrong ? WORDS[field.id]!(field) : ''
    field.setAttribute('aria-invalid', String(isWrong))
  }
}
