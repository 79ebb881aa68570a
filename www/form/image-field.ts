import type { GenerateRequest } from 'imagine-x402'
import { byId, safeUrl } from '../ui/dom'

const zone = byId('image', HTMLDetailsElement)
const empty = byId('image-empty', HTMLElement)
const chosen = byId('image-chosen', HTMLElement)
const preview = byId('image-preview', HTMLImageElement)
const name = byId('image-name', HTMLElement)
const file = byId('image-file', HTMLInputElement)
const url = byId('image-url', HTMLInputElement)
const remove = byId('image-remove', HTMLButtonElement)
const note = byId('image-note', HTMLElement)

const locked = () => zone.matches(':disabled *')

type Image = NonNullable<GenerateRequest['image']>

/** The image that a video starts from: a file chosen, dropped or pasted, or an address. */
export function imageField(onChange: () => void): { read(): Image | undefined; remove(): void } {
  let image: Blob | string | undefined

  function set(next: Blob | string | undefined, label = ''): void {
    if (preview.src.startsWith('blob:')) URL.revokeObjectURL(preview.src)
    image = next
    zone.open ||= next !== undefined
    note.textContent = ''
    empty.hidden = next !== undefined
    chosen.hidden = next === undefined
    name.textContent = label
    if (next === undefined) preview.removeAttribute('src')
    else preview.src = typeof next === 'string' ? next : URL.createObjectURL(next)
    onChange()
  }

  function take(files: FileList | undefined | null): boolean {
    const picked = files?.[0]
    if (!picked) return false
    if (!picked.type.startsWith('image/')) {
      zone.open = true
      note.textContent = `“${picked.name}” is not an image.`
      return false
    }
    set(picked, `${picked.name || 'Pasted image'}, ${Math.ceil(picked.size / 1000)} kB`)
    return true
  }

  file.addEventListener('change', () => {
    if (take(file.files)) remove.focus()
    file.value = ''
  })
  url.addEventListener('change', () => {
    const address = url.value.trim()
    if (!address || !url.checkValidity() || !safeUrl(address)) return
    set(address, address)
    url.value = ''
  })
  function clear(): void {
    set(undefined)
    file.focus()
  }

  remove.addEventListener('click', clear)
  preview.addEventListener('error', () => {
    note.textContent = 'This page cannot show the image; the service may still be able to read it.'
  })
  // Anywhere on the page: a drop that misses would otherwise leave it.
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    zone.classList.add('over')
  })
  document.addEventListener('dragleave', () => zone.classList.remove('over'))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    zone.classList.remove('over')
    if (!locked()) take(event.dataTransfer?.files)
  })
  document.addEventListener('paste', (event) => {
    if (!locked() && take(event.clipboardData?.files)) event.preventDefault()
  })

  return { read: () => image, remove: clear }
}
