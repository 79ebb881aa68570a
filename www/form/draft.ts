const KEY = 'imagine-draft'
const PARAMETER = 'prompt'

/** What was typed in this tab before a reload, or is in the address of the page, as after a link into a wallet. */
export function readDraft(): string {
  const linked = new URLSearchParams(location.search).get(PARAMETER)
  return linked ?? stored() ?? ''
}

/** Keeps what is typed, for a reload. */
export function keepDraft(text: string): void {
  try {
    sessionStorage.setItem(KEY, text)
  } catch {
    /* a page without storage forgets it */
  }
}

/** Puts it into the address of the page, which a link into a wallet repeats. */
export function linkDraft(text: string): void {
  if (!text) return
  const url = new URL(location.href)
  url.searchParams.set(PARAMETER, text)
  history.replaceState(history.state, '', url)
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}
