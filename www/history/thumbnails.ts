import type { Generation, TaskRecord } from 'imagine-x402'
import type { Connection } from '../connection'
import { el, icon, safeMediaUrl } from '../ui/dom'

/** The covers of finished videos. Where the journal keeps none, the service is asked once it comes into view. */
export class Thumbnails {
  readonly #connection: Connection
  readonly #covers = new Map<string, Promise<string | undefined>>()
  readonly #watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) void this.#draw(target as HTMLElement)
  })

  constructor(connection: Connection) {
    this.#connection = connection
  }

  keep(result: Generation): void {
    this.#covers.set(result.taskId, Promise.resolve(coverOf(result)))
  }

  of(taskId: string, { step, status, result }: TaskRecord): HTMLElement {
    const kept = result && coverOf(result)
    if (kept) this.#covers.set(taskId, Promise.resolve(kept))
    const node = el('div', { class: 'thumb', 'data-task': taskId }, icon('play'))
    if (step === 'done' && status === 'completed') this.#watcher.observe(node)
    return node
  }

  async #draw(node: HTMLElement): Promise<void> {
    this.#watcher.unobserve(node)
    const taskId = node.dataset['task'] ?? ''
    const cover = this.#covers.get(taskId) ?? this.#ask(taskId)
    this.#covers.set(taskId, cover)
    const url = await cover
    if (url) node.replaceChildren(el('img', { src: url, alt: '', loading: 'lazy', width: '160', height: '90' }))
  }

  async #ask(taskId: string): Promise<string | undefined> {
    const status = await this.#connection.client.status(taskId).catch(() => null)
    return status?.status === 'completed' ? coverOf(status.result) : undefined
  }
}

const coverOf = ({ image, gif }: Pick<Generation, 'image' | 'gif'>) =>
  safeMediaUrl(image?.url) ?? safeMediaUrl(gif?.url)
