/** The bytes of a finished video: as a Blob, and kept in the browser. */
import { attempt } from './attempt.js'
import type { KeptEvent } from './events.js'
import { isImagineError, refuse } from './error.js'
import { beginsAsText, dropVideo, keptVideo, MEDIA, nameOf, openFolder } from './kept.js'
import type { Generation } from './types.js'

/** How long a download may take that nobody waits for, in milliseconds. */
const LONGEST_DOWNLOAD = 10 * 60 * 1000

/** How long `forget` waits for the browser's file system, in milliseconds. */
const PATIENCE = 2_000

/** Types that servers use for files of any kind. */
const ANY = /^(video\/.*|application\/(octet-stream|mp4)|binary\/octet-stream|)$/

/** The videos that are being kept, by purchase. */
const keeping = new Map<string, { event: Promise<KeptEvent>; controller: AbortController }>()

/** What was kept of a task, or else what `made` resolves with, read from its address. */
export async function saveVideo(
  id: string,
  taskId: string,
  made: () => Promise<Generation>,
  signal: AbortSignal | undefined,
): Promise<Blob> {
  const kept = await keptVideo(id, taskId)
  if (kept) return kept
  const { response, type } = await download(await made(), signal)
  const bytes = await response.blob().catch(unread)
  if (bytes.size === 0) throw refuse('bad_response', 'the host of the video answered without bytes')
  if (beginsAsText(new Uint8Array(await bytes.slice(0, 1).arrayBuffer())))
    throw refuse('bad_response', 'the host of the video answered with text instead of the video')
  return new Blob([bytes], { type })
}

/** Keeps the video of a purchase, once at a time. Never rejects. */
export function keepVideo(id: string, result: Generation): Promise<KeptEvent> {
  const under = keeping.get(id)
  if (under) return under.event
  const controller = new AbortController()
  const { signal } = controller
  const late = () => controller.abort(new Error('it took more than ten minutes to download'))
  const timer = setTimeout(late, LONGEST_DOWNLOAD)
  const event = keep(id, result, signal)
    .then(
      (bytes): KeptEvent => ({ type: 'kept', bytes }),
      (error: unknown): KeptEvent => ({ type: 'not_kept', reason: wordsOf(signal.aborted ? signal.reason : error) }),
    )
    .finally(() => {
      clearTimeout(timer)
      keeping.delete(id)
    })
  keeping.set(id, { event, controller })
  return event
}

async function keep(id: string, result: Generation, signal: AbortSignal): Promise<number> {
  const kept = await keptVideo(id, result.taskId)
  if (kept) return kept.size
  const folder = await openFolder(true)
  const { writeVideo } = await import('./keep.js')
  const { response, type } = await download(result, signal)
  return writeVideo(folder, await nameOf(id, result.taskId, type), response)
}

const wordsOf = (error: unknown): string =>
  isImagineError(error)
    ? error.message
    : `the video was not kept: ${attempt(() => String((error as Partial<Error> | null)?.message ?? error))}`

/** Deletes what was kept of a purchase, and ends what is being kept. Best-effort. */
export async function forgetVideo(id: string): Promise<void> {
  const under = keeping.get(id)
  under?.controller.abort(new Error('the purchase was forgotten'))
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)))
  const dropping = Promise.resolve(under?.event).then(() => dropVideo(id))
  await Promise.race([dropping.catch(() => {}), patience])
  clearTimeout(timer)
}

/** Begins to read the file of a result: the video, or the picture where there is none. */
async function download(
  { video, image, gif }: Generation,
  signal: AbortSignal | undefined,
): Promise<{ response: Response; type: string }> {
  const file = video ?? image ?? gif
  if (!file) throw refuse('bad_response', 'the result has no video and no picture')
  // A page's own `fetch` may throw instead of rejecting.
  const fetching = async () => fetch(file.url, { credentials: 'omit', signal: signal ?? null })
  const response = await fetching().catch(unread)
  const { ok, status, headers } = response
  if (!ok || status === 206)
    throw refuse('http', `the host of the video answered ${status} instead of the video`, { details: { status } })
  const said = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  if (!MEDIA.test(said) && !ANY.test(said))
    throw refuse('bad_response', `the host of the video answered with ${said}, which is not a video`)
  return { response, type: [said, file.mimeType ?? ''].find((type) => MEDIA.test(type)) ?? 'video/mp4' }
}

function unread(cause: unknown): never {
  const message =
    'the bytes of the video could not be read: its host does not let pages read them (CORS), or cannot be ' +
    'reached. What was paid is not affected, and the video can still be played from its address'
  throw refuse('network', message, { cause })
}
