import { el } from './dom'

export interface Tab {
  name: string
  panel: HTMLElement
}

/** Tabs as WAI-ARIA has them: one is in the tab order, arrows move between them. */
export function tabs(label: string, list: Tab[], onChange: (name: string) => void = () => {}): HTMLElement[] {
  const id = (name: string, what: string) => `${what}-${label}-${name}`.toLowerCase().replace(/\W+/g, '-')
  const buttons = list.map(({ name }) =>
    el('button', { type: 'button', role: 'tab', id: id(name, 'tab'), 'aria-controls': id(name, 'panel') }, name),
  )
  list.forEach(({ name, panel }) => {
    panel.id = id(name, 'panel')
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', id(name, 'tab'))
  })

  function select(index: number): void {
    list.forEach(({ panel }, i) => {
      panel.hidden = i !== index
    })
    buttons.forEach((one, i) => {
      one.setAttribute('aria-selected', String(i === index))
      one.tabIndex = i === index ? 0 : -1
    })
    onChange(list[index]?.name ?? '')
  }

  const row = el('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, ...buttons)
  row.addEventListener('click', (event) => {
    const index = buttons.indexOf(event.target as HTMLButtonElement)
    if (index >= 0) select(index)
  })
  row.addEventListener('keydown', ({ key }) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[key]
    if (at < 0 || to === undefined) return
    const index = (to + buttons.length) % buttons.length
    select(index)
    buttons[index]?.focus()
  })
  select(0)
  return [row, ...list.map(({ panel }) => panel)]
}
