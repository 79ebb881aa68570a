import type { GenerateRequest, PricedQuote } from 'imagine-x402'
import { byId } from '../ui/dom'
import { keepDraft, readDraft } from './draft'
import { FieldNotes } from './field-notes'
import { imageField } from './image-field'

const form = byId('form', HTMLFormElement)
const fields = byId('request', HTMLFieldSetElement)
const prompt = byId('prompt', HTMLTextAreaElement)
const count = byId('prompt-count', HTMLElement)
const examples = byId('examples', HTMLElement)
const model = byId('model', HTMLInputElement)
const models = byId('models', HTMLDataListElement)
const duration = byId('duration', HTMLInputElement)
const enhance = byId('enhance', HTMLInputElement)
const advanced = byId('advanced', HTMLDetailsElement)
const remix = byId('remix', HTMLInputElement)
const clank = byId('clank', HTMLInputElement)
const limits = [byId('cap', HTMLInputElement), byId('budget', HTMLInputElement)]

/** Seconds, where the service names no bound. */
const LONGEST = 60
/** By their names in a request. */
const SWITCHES = { autoEnhance: enhance, autoClank: clank }

export interface RequestForm {
  /** The request, or null while a field is missing or wrong. */
  read(): GenerateRequest | null
  /** Says what is wrong, at each field, and goes to the first; true if nothing is. */
  report(): boolean
  lock(locked: boolean): void
  /** Offers what the service says that it takes today. */
  describe(quote: PricedQuote): void
  remix(id: string): void
  removeImage(): void
  /** Fills in an example where nothing is typed, so that one click is enough. */
  suggest(): void
}

export function requestForm(onChange: () => void): RequestForm {
  const image = imageField(onChange)
  const notes = new FieldNotes()
  const fieldsAreValid = () => prompt.value.trim() !== '' && [...fields.elements].every(isValid)

  function change(): void {
    count.textContent = `${prompt.value.length} / ${prompt.maxLength}`
    keepDraft(prompt.value)
    onChange()
  }

  // Pressing Enter in a field must not spend money: only the button does.
  form.addEventListener('submit', (event) => event.preventDefault())
  fields.addEventListener('input', (event) => {
    const isAddress = event.target instanceof HTMLInputElement && event.target.id === 'image-url'
    if (!isAddress) change()
  })
  function write(text: string): void {
    prompt.value = text
    change()
  }

  examples.addEventListener('click', ({ target }) => {
    const text = (target as HTMLElement).dataset['prompt']
    if (!text) return
    write(text)
    prompt.focus()
  })
  // What was typed before this script was there stays.
  prompt.value ||= readDraft().slice(0, prompt.maxLength)
  count.textContent = `${prompt.value.length} / ${prompt.maxLength}`

  return {
    read() {
      if (!fieldsAreValid()) return null
      const picture = image.read()
      return {
        prompt: prompt.value.trim(),
        duration: duration.valueAsNumber,
        autoEnhance: isTicked(enhance),
        autoClank: isTicked(clank),
        ...(model.value.trim() && { videoModel: model.value.trim() }),
        ...(picture !== undefined && { image: picture }),
        ...(remix.value.trim() && { soraVideoId: remix.value.trim() }),
      }
    },
    report: () => notes.report(),
    lock(locked) {
      for (const set of form.querySelectorAll('fieldset')) set.disabled = locked
      for (const limit of limits) limit.disabled = locked
    },
    describe({ models: listed = [], schema = {} }) {
      models.replaceChildren(...listed.map((name) => new Option(name)))
      const { minimum = 1, maximum = Math.max(LONGEST, minimum) } = schema['duration'] ?? {}
      const [min, max] = [Math.ceil(minimum), Math.floor(maximum)]
      Object.assign(duration, min <= max ? { min: String(min), max: String(max) } : { min: '1', max: String(LONGEST) })
      for (const [name, tick] of Object.entries(SWITCHES))
        tick.closest<HTMLElement>('label')!.hidden = !takes(schema, name)
    },
    remix(id) {
      advanced.open = true
      remix.value = id
      change()
      prompt.focus()
    },
    removeImage: image.remove,
    suggest: () => prompt.value.trim() || write(examples.querySelector('button')?.dataset['prompt'] ?? ''),
  }
}

/** One that the service does not know is hidden, and not sent. */
const isTicked = (tick: HTMLInputElement): boolean => tick.checked && !tick.closest<HTMLElement>('label')!.hidden

/** A service that lists parameters, and not this one, has no use for it. */
const takes = (schema: object, name: string) => Object.keys(schema).length === 0 || name in schema

function isValid(field: Element): boolean {
  return !('checkValidity' in field) || (field as HTMLInputElement).checkValidity()
}
