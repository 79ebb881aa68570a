import type { Generation } from 'imagine-x402'
import { button, byId, copyButton, el, icon, outsideLink, present, safeMediaUrl, safeUrl, saveFile } from '../ui/dom'

const frame = byId('frame', HTMLElement)
const player = byId('player', HTMLElement)
const card = byId('result', HTMLElement)
const title = byId('show-title', HTMLElement)

export function hideResult(): void {
  player.replaceChildren()
  player.hidden = true
  card.replaceChildren()
  card.hidden = true
}

/** The video takes the place that was kept for it: nothing on the page moves. */
export function showResult(result: Generation, onRemix: (id: string) => void): void {
  player.replaceChildren(media(result))
  player.hidden = false
  card.replaceChildren(actions(result, onRemix))
  if (result.text) card.append(el('p', { class: 'hint' }, result.text))
  if (result.token) card.append(el('p', {}, 'Token: ', el('code', {}, result.token.address)))
  if (result.heardAt) card.append(el('p', { class: 'hint' }, keptSince(result.heardAt)))
  if (!result.receipt) card.append(el('p', { class: 'hint' }, 'There is no receipt from this page for this task.'))
  card.hidden = false
  present(title, frame)
}

const keptSince = (heardAt: number): string =>
  `The service no longer shows this video. This is what it said on ${new Date(heardAt).toLocaleString()}.`

function media({ video, image, gif }: Generation): HTMLElement {
  const poster = safeMediaUrl(image?.url)
  const source = safeMediaUrl(video?.url)
  if (source) {
    const player = el('video', {
      src: source,
      poster,
      controls: true,
      playsinline: true,
      loop: true,
      preload: 'metadata',
      'aria-label': 'The video made from your prompt',
    })
    // The property, not the attribute, lets a browser start a video by itself.
    player.muted = true
    player.autoplay = !matchMedia('(prefers-reduced-motion: reduce)').matches
    return player
  }
  const picture = safeMediaUrl(gif?.url) ?? poster
  return picture
    ? el('img', { src: picture, alt: 'What the service made' })
    : el('p', {}, 'The service named no video for this task.')
}

function actions({ video, taskId, remixId, pageUrl }: Generation, onRemix: (id: string) => void): HTMLElement {
  const row = el('div', { class: 'row wrap' })
  const url = safeUrl(video?.url)
  if (url) row.append(download(url, taskId))
  if (url && !url.startsWith('blob:')) row.append(copyButton('Copy link', url))
  const shown = safeUrl(pageUrl) ?? url
  if (shown && !shown.startsWith('blob:') && 'share' in navigator)
    row.append(button('Share', () => void navigator.share({ url: shown }).catch(() => {})))
  if (remixId) {
    const remix = button('Remix', () => onRemix(remixId))
    remix.prepend(icon('mix'))
    row.append(remix)
  }
  return row
}

/**
 * A browser ignores `download` for another host, so the file is fetched; where that is forbidden, the link just opens
 * it.
 */
function download(url: string, taskId: string): HTMLAnchorElement {
  const link = outsideLink('Download', url)
  link.className = 'button quiet'
  link.prepend(icon('down'))
  link.addEventListener('click', async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(url)
      if (!answer.ok) throw new Error(String(answer.status))
      const file = await answer.blob()
      saveFile(file, `imagine-${taskId}.${file.type.includes('webm') ? 'webm' : 'mp4'}`)
    } catch {
      open(url, '_blank', 'noopener')
    }
  })
  return link
}
