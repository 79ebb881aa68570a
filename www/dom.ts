/** Small helpers over the DOM. Text only ever enters the page as text, never as markup. */

export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id)
  if (!(node instanceof type)) throw new Error(`#${id} is missing from the page`)
  return node
}

type Attributes = Record<string, string | boolean | undefined>

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '')
    else if (typeof value === 'string') node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

export function button(text: string, onClick: () => void, kind: 'quiet' | 'primary' = 'quiet'): HTMLButtonElement {
  const node = el('button', { type: 'button', class: kind }, text)
  node.addEventListener('click', onClick)
  return node
}

export function copyButton(text: string, value: string): HTMLButtonElement {
  const node = button(text, async () => {
    const copied = await navigator.clipboard.writeText(value).then(() => true, () => false)
    node.textContent = copied ? 'Copied' : 'Could not copy'
    setTimeout(() => { node.textContent = text }, 2000)
  })
  return node
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

/** Brings a card into view, with the focus on its heading. */
export function present(heading: HTMLElement): void {
  heading.focus({ preventScroll: true })
  heading.closest('.card')?.scrollIntoView({ block: 'nearest' })
}

/** Tells a screen reader what just happened. */
export function say(text: string): void {
  byId('said', HTMLElement).textContent = text
}
