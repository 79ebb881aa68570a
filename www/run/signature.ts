import { byId, write } from '../ui/dom'

const panel = byId('signing', HTMLElement)
const text = byId('signing-text', HTMLElement)
const ring = document.getElementById('ring')

let clock: ReturnType<typeof setInterval> | undefined

/** While the wallet asks: what is left of the time in which the signature is good. */
export function showSigning(validBefore: number): void {
  const whole = Math.max(1, validBefore - Date.now())
  const draw = () => {
    const left = Math.max(0, validBefore - Date.now())
    ring?.setAttribute('stroke-dasharray', `${(left / whole) * 100} 100`)
    write(text, left > 0 ? `Sign in your wallet: ${Math.ceil(left / 1000)} s left` : 'The time to sign is up')
  }
  hideSigning()
  panel.hidden = false
  draw()
  clock = setInterval(draw, 1000)
}

export function hideSigning(): void {
  clearInterval(clock)
  panel.hidden = true
}
