import type { Rehearsal } from '../mode/rehearsal'
import { button, byId, el, say } from '../ui/dom'

const panel = byId('rehearsal', HTMLElement)

/** Lets something go wrong on purpose, to watch how the page gets out of it. `onChange` comes once it is switched. */
export function showRehearsal(rehearsal: Rehearsal, onChange: () => void): void {
  const says = el('p', { class: 'hint', id: 'rehearsal-says' })
  const select = el(
    'select',
    { id: 'fault', 'aria-describedby': 'rehearsal-says' },
    el('option', { value: '' }, 'Nothing: all goes well'),
    ...groups(rehearsal),
  )
  const draw = () => {
    const { current, scenarios } = rehearsal
    select.value = current
    panel.classList.toggle('armed', current !== '')
    says.textContent =
      scenarios.find(({ name }) => name === current)?.says ??
      'Lose an answer, refuse a payment, break the service: then buy, and watch the recovery.'
  }
  select.addEventListener('change', async () => {
    await rehearsal.choose(select.value).catch((error: unknown) => say(String(error)))
    draw()
    onChange()
  })
  panel.replaceChildren(
    el('h2', { id: 'rehearsal-title' }, 'Make something go wrong'),
    el('div', { class: 'field' }, el('label', { for: 'fault' }, 'What goes wrong'), select),
    says,
  )
  const { skip } = rehearsal
  if (skip)
    panel.append(
      button(
        'Skip two minutes',
        () => void skip().then(() => say('Two minutes have passed, on the chain and on this page.')),
      ),
    )
  draw()
  panel.hidden = false
}

function groups({ scenarios }: Rehearsal): HTMLElement[] {
  const names = [...new Set(scenarios.map(({ group }) => group))]
  return names.map((label) =>
    el(
      'optgroup',
      { label },
      ...scenarios
        .filter(({ group }) => group === label)
        .map(({ name, label }) => el('option', { value: name }, label)),
    ),
  )
}
