/** What one tab hears of a task, all that wait for it hear. */
import { attempt, quietly } from './attempt.js'
import type { Answer } from './transport.js'

interface Message {
  task: string
  heard: Answer
}

/** Longer results are not passed on: each tab looks itself. */
const LONGEST = 1_000_000

interface Hearer {
  task: string
  /** Who hears: nobody hears himself. */
  who: unknown
  hear: (heard: Answer) => void
}

const hearers = new Set<Hearer>()
let channel: BroadcastChannel | undefined

/**
 * Hears what other tabs, and others on this page, are answered about that task, until the function that it gives is
 * called.
 */
export function hearOthers(task: string, who: unknown, hear: (heard: Answer) => void): () => void {
  const hearer = { task, who, hear }
  hearers.add(hearer)
  channel ??= open()
  return () => {
    hearers.delete(hearer)
    if (hearers.size > 0) return
    close(channel)
    channel = undefined
  }
}

/** Tells all others that wait for the task what came of a look at it, if it was answered. */
export function tellOthers(task: string, heard: Answer | undefined, who?: unknown): void {
  if (!heard) return
  const message = { task, heard }
  pass(message, who)
  if (heard.body.length > LONGEST) return
  const sending = channel ?? open()
  quietly(() => sending?.postMessage(message))
  if (!channel) close(sending)
}

/** Some browsers have none, and Firefox throws where cookies are blocked: then each tab looks by itself. */
function open(): BroadcastChannel | undefined {
  return attempt(() => {
    const opened = new BroadcastChannel('imagine-x402')
    opened.onmessage = ({ data }: MessageEvent<Message | null>) => data?.heard && pass(data)
    return opened
  })
}

const close = (channel: BroadcastChannel | undefined): void => quietly(() => channel?.close())

function pass({ task, heard }: Message, who?: unknown): void {
  for (const hearer of [...hearers]) if (hearer.task === task && hearer.who !== who) hearer.hear(heard)
}
