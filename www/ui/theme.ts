import { byId, icon } from './dom'

const toggle = byId('theme', HTMLButtonElement)
const system = matchMedia('(prefers-color-scheme: dark)')

/**
 * Follows the system until the visitor chooses; the choice is kept (and read before the first paint, in the HTML's
 * head).
 */
export function startTheme(): void {
  system.addEventListener('change', draw)
  toggle.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark'
    document.documentElement.dataset['theme'] = theme
    try {
      localStorage.setItem('imagine-theme', theme)
    } catch {
      /* holds for this page */
    }
    draw()
  })
  draw()
}

function isDark(): boolean {
  return (document.documentElement.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark'
}

function draw(): void {
  toggle.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`)
  toggle.replaceChildren(icon(isDark() ? 'sun' : 'moon'))
}
