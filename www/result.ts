import type { Generation } from 'imagine-x402'
import { button, byId, copyButton, el, outsideLink, present, safeMediaUrl, safeUrl } from './dom'

const card = byId('result', HTMLElement)

export function hideResult(): void {
  card.replaceChildren()
  card.hidden = true
}

export function showResult(result: Generation, onRemix: (id: string) => void): void {
  const title = el('h2', { id: 'result-title', tabindex: '-1' }, 'Your video is ready')
  card.replaceChildren(title, media(result))
  if (result.text) card.append(el('p', {}, result.text))
  if (result.token) card.append(el('p', {}, 'Token: ', el('code', {}, result.token.address)))
  if (!result.receipt) card.append(el('p', { class: 'hint' }, 'There is no receipt from this page for this task.'))
  card.append(actions(result, onRemix))
  card.hidden = false
  present(title)
}

function media({ video, image, gif }: Generation): HTMLElement {
  const poster = safeMediaUrl(image?.url)
  const source = safeMediaUrl(video?.url)
  if (source) {
    const player = el('video', { src: source, poster, controls: true, playsinline: true, loop: true, preload: 'metadata',
      'aria-label': 'The video made from your prompt' })
    // The property, not the attribute, lets a browser start a video by itself.
    player.muted = true
    player.autoplay = !matchMedia('(prefers-reduced-motion: reduce)').matches
    return player
  }
  const picture = safeMediaUrl(gif?.url) ?? poster
  return picture ? el('img', { src: picture, alt: 'What the service made' }) : el('p', {}, 'The service named no video for this task.')
}

function actions(result: Generation, onRemix: (id: string) => void): HTMLElement {
  const row = el('div', { class: 'row wrap' })
  const url = safeUrl(result.video?.url)
  if (url) row.append(download(url, result.taskId))
  if (url && !url.startsWith('blob:')) row.append(copyButton('Copy link', url))
  const { remixId } = result
  if (remixId) row.append(button('Remix', () => onRemix(remixId)))
  return row
}

/** A browser ignores `download` for another host, so the file is fetched; where that is forbidden, the link just opens it. */
function download(url: string, taskId: string): HTMLAnchorElement {
  const link = outsideLink('Download', url)
  link.className = 'button quiet'
  link.addEventListener('click', async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(url)
      if (!answer.ok) throw new Error(String(answer.status))
      const file = await answer.blob()
      save(URL.createObjectURL(file), `imagine-${taskId}.${file.type.includes('webm') ? 'webm' : 'mp4'}`)
    } catch {
      open(url, '_blank', 'noopener')
    }
  })
  return link
}

function save(href: string, name: string): void {
  el('a', { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}
