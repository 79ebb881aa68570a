import { el } from '../ui/dom'

/**
 * The address of this page for the camera of a phone, where the visitor's wallet may be; nothing where a phone could
 * not reach it.
 */
export function phoneCode(): HTMLElement {
  const place = el('div', { class: 'phone-code' })
  if (location.protocol === 'https:')
    void import('qr').then(({ encodeQR }) => draw(place, encodeQR(location.href, 'raw', { border: 2 })))
  return place
}

function draw(place: HTMLElement, code: boolean[][]): void {
  place.append(
    picture(code),
    el('p', { class: 'hint' }, 'Scan it with your wallet, or with the camera of the phone it is on.'),
  )
}

/** Dark on light in either theme: not every camera reads it the other way round. */
function picture(code: boolean[][]): SVGSVGElement {
  const make = <K extends keyof SVGElementTagNameMap>(name: K) =>
    document.createElementNS('http://www.w3.org/2000/svg', name)
  const svg = make('svg')
  const path = make('path')
  path.setAttribute(
    'd',
    code.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join(''),
  )
  svg.setAttribute('viewBox', `0 0 ${code.length} ${code.length}`)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', 'The address of this page as a QR code')
  svg.append(path)
  return svg
}
