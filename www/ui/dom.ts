/** Small helpers over the DOM. Text only ever enters the page as text, never as markup. */

export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id)
  if (!(node instanceof type)) throw new Error(`#${id} is missing from the page`)
  return node
}

type Attributes = Record<string, string | boolean | undefined>

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '')
    else if (typeof value === 'string') node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

/** A drawing of the page's own; the words beside it say the same. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#i-${name}`)
  svg.setAttribute('class', 'i')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(use)
  return svg
}

export function button(text: string, onClick: () => void, kind: 'quiet' | 'primary' = 'quiet'): HTMLButtonElement {
  const node = el('button', { type: 'button', class: kind }, text)
  node.addEventListener('click', onClick)
  return node
}

/** `value` is asked for at the click. */
export function copyButton(text: string, value: string | (() => string)): HTMLButtonElement {
  const node = button(text, async () => {
    const copied = await navigator.clipboard.writeText(typeof value === 'string' ? value : value()).then(
      () => true,
      () => false,
    )
    node.replaceChildren(icon(copied ? 'check' : 'cross'), copied ? 'Copied' : 'Could not copy')
    setTimeout(() => node.replaceChildren(icon('copy'), text), 2000)
  })
  node.replaceChildren(icon('copy'), text)
  return node
}

/** The same as a small drawing, for use beside what it copies. */
export function copyMark(what: string, value: string): HTMLButtonElement {
  const node = el('button', { type: 'button', class: 'icon tiny', 'aria-label': `Copy ${what}` }, icon('copy'))
  node.addEventListener('click', async () => {
    const copied = await navigator.clipboard.writeText(value).then(
      () => true,
      () => false,
    )
    node.replaceChildren(icon(copied ? 'check' : 'cross'))
    say(copied ? `Copied ${what}.` : `Could not copy ${what}.`)
    setTimeout(() => node.replaceChildren(icon('copy')), 2000)
  })
  return node
}

/** Something long: in full for those who copy it, short for those who look. */
export function hash(what: string, value: string, shown: string): HTMLElement {
  return el('span', { class: 'hash' }, el('code', { title: value }, shown), copyMark(what, value))
}

/** Rows of a definition list: a term, then its value. */
export function fill(list: HTMLDListElement, rows: [string, Node | string][]): void {
  list.replaceChildren(...rows.flatMap(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]))
}

/** A link from outside, only if it is one that cannot run code. */
export function safeUrl(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  return ['http:', 'https:', 'blob:'].includes(new URL(url).protocol) ? url : undefined
}

/** Media may also come as a data URL: harmless in `src`, so allowed only there. */
export function safeMediaUrl(url: string | undefined): string | undefined {
  return url && /^data:(image|video)\//i.test(url) ? url : safeUrl(url)
}

export function outsideLink(text: string, href: string): HTMLAnchorElement {
  return el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text)
}

/** Brings it into view, with the focus on its heading. */
export function present(heading: HTMLElement, part: Element | null = heading.closest('.card')): void {
  heading.focus({ preventScroll: true })
  part?.scrollIntoView({ block: 'nearest' })
}

/** Writes a text where it is another one: what did not change is not announced again. */
export function write(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

export function saveFile(content: Blob, name: string): void {
  const href = URL.createObjectURL(content)
  el('a', { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

/** Tells a screen reader what just happened. */
export function say(text: string): void {
  byId('said', HTMLElement).textContent = text
}
